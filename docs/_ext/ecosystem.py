"""``.. ecosystem::`` lists the libraries of ``tests/ecosystem/programs``, as these have them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tomllib
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

PROGRAMS = Path(__file__).parents[2] / "tests" / "ecosystem" / "programs"

# The doors of the programs, as the page calls them.
WAYS = {
    "client": "a client",
    "native": "a client",
    "pymongo_async": "install",
    "motor": "install (Motor)",
    "delegate": "delegate",
}


def rows() -> Iterator[tuple[str, str, str]]:
    """Return what each program is about, what it does, and by which ways it comes here."""
    for path in sorted(PROGRAMS.glob("*.py")):
        source = path.read_text()
        comment = source.split("# ///")[1].splitlines()[1:]
        header = tomllib.loads("\n".join(line[2:] for line in comment))
        libraries = [each.replace("==", " ") for each in header["dependencies"] if "==" in each]
        ways = {WAYS[door]: None for door in header["tool"]["ecosystem"]["doors"]}
        shows = ast.get_docstring(ast.parse(source)) or ""
        yield ", ".join(libraries), shows, ", ".join(sorted(ways))


class Ecosystem(SphinxDirective):
    """The table of the libraries."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        lines = [".. list-table::", "   :header-rows: 1", "   :widths: 25 57 18", ""]
        for row in [("library", "what the program shows", "way"), *rows()]:
            lines += [f"   {'  -' if n else '* -'} {cell}" for n, cell in enumerate(row)]
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive to Sphinx."""
    app.add_directive("ecosystem", Ecosystem)
    return {"parallel_read_safe": True}
