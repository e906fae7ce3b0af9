"""The documentation's settings, for Sphinx."""

import sys
from pathlib import Path

import tornado_pymongo

sys.path.insert(0, str(Path(__file__).with_name("_ext")))

project = "tornado_pymongo"
author = "The tornado_pymongo authors"
copyright = f"2026, {author}"  # noqa: A001
version = release = tornado_pymongo.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.linkcode",
    "sphinx_copybutton",
    "blocks",
    "client_options",
    "compatibility",
    "ecosystem",
    "layout",
    "reference",
    "settings",
]
exclude_patterns = ["_build"]
default_role = "any"  # so that a name in single backticks that leads nowhere is an error
nitpicky = True

add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the signatures of PyMongo's own methods fill lines without them
copybutton_prompt_text = r"\$ |>>> "
copybutton_prompt_is_regexp = True
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = f"{project} {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_favicon = "_static/icon.svg"
html_show_sphinx = False
