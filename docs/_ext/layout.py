"""Fits wide things to narrow pages: plots can be scrolled, long names break at good places."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

# Names of so many characters may break; others go to the next line as a whole.
LONG = 20


class Translator(HTML5Translator):
    """Has names break after a dot, a slash or an underscore, if they must break."""

    def visit_Text(self, node: nodes.Text) -> None:  # noqa: N802 - as docutils names it
        """Write a text; if it is a name, with the places where it may break."""
        start = len(self.body)
        super().visit_Text(node)
        if isinstance(node.parent, nodes.literal) and len(node) > LONG:
            written = "".join(self.body[start:])
            # Of the names between tags, that is, not within these.
            self.body[start:] = [re.sub(r"(?<=\w)([._/])(?=\w[^<>]*(<|$))", r"\1<wbr>", written)]


def wrap_plots(app: Sphinx, doctree: nodes.document) -> None:
    """Put each plot into a box that can be scrolled sideways, and is dark on a dark page."""
    for picture in list(doctree.findall(nodes.image)):
        if picture["uri"].endswith(".svg"):
            box = nodes.container(classes=["plot"])
            picture.replace_self(box)
            box += picture


def setup(app: Sphinx) -> dict[str, Any]:
    """Add it all to Sphinx."""
    app.set_translator("html", Translator)
    app.connect("doctree-read", wrap_plots)
    return {"version": "1", "parallel_read_safe": True}
