"""The documentation's settings, for Sphinx."""

import tornado_pymongo

project = "tornado_pymongo"
author = "The tornado_pymongo authors"
copyright = f"2026, {author}"  # noqa: A001
version = release = tornado_pymongo.__version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.extlinks", "sphinx_copybutton"]
exclude_patterns = ["_build"]
default_role = "any"  # so that a name in single backticks that leads nowhere is an error
nitpicky = True

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the signatures of PyMongo's own methods fill lines without them
copybutton_prompt_text = r"\$ |>>> "
copybutton_prompt_is_regexp = True

html_theme = "furo"
html_title = f"{project} {release}"
html_static_path = ["_static"]
html_show_sphinx = False
