"""Marks each Python block of a page, for the prompt or a file, and shows the hidden ones.

============================== ==================================================================
in a page                      on the site
============================== ==================================================================
``.. code-block:: python``     a block with the mark "REPL": it can be pasted into ``python -m
                               asyncio``, after those before it. If it is a program, which stands
                               alone, its mark is "file"; ``:class: file`` says so of others
``.. skip: next "reason"``     the next block has the mark "not run", and the reason
``.. -> output``               the next block is what the one before it prints
``.. invisible-code-block:``   folded: at the top of the page what comes before its first block,
                               and the others in their places
``.. literalinclude::``        a block with the name of its file as its mark
============================== ==================================================================

``docs/test_blocks.py`` takes the blocks from the pages of the site, and runs them so.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parents[2]

TITLES = {
    "repl": "for python -m asyncio, pasted after the blocks before it",
    "file": "a file: it stands alone",
    "output": "what this prints",
}
MARKS = {"repl": "REPL", "file": "file", "output": "prints", "skipped": "not run"}


class block(nodes.General, nodes.Element):  # noqa: N801 - as docutils names nodes
    """A block with its kind, its mark, a title, and its place in the source."""


class fold(nodes.General, nodes.Element):  # noqa: N801
    """What is folded until a reader opens it."""


def kind_of(source: str) -> str:
    """Return "file" for a program, else "repl"."""
    tree = compile(source, "<block>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    statements = [
        each for each in tree.body if not isinstance(each, (ast.FunctionDef, ast.ClassDef))
    ]
    is_program = any(
        re.search(r"\basyncio\.run\(|\.run_sync\(|__main__", ast.unparse(each))
        for each in statements
        if not isinstance(each, ast.AsyncFunctionDef)
    )
    return "file" if is_program else "repl"


def hidden_source(comment: nodes.comment) -> str | None:
    """Return the block that a comment hides, if it is one."""
    head, _, rest = comment.astext().partition("\n")
    if not re.match(r"invisible-code-block:+ *python$", head):
        return None
    return textwrap.dedent(rest).strip("\n")


def _steps(doctree: nodes.document) -> Iterator[tuple[str, Any]]:
    """Return the comments that say something of blocks, and the blocks, in their order."""
    for node in list(
        doctree.findall(lambda each: isinstance(each, (nodes.comment, nodes.literal_block)))
    ):
        if isinstance(node, nodes.literal_block):
            yield "block", node
        elif hidden_source(node) is not None:
            yield "hidden", node
        elif (match := re.match(r"-> output$|skip: next (.*)", node.astext())) is not None:
            yield ("skip", match[1]) if match[1] else ("output", None)


class _Page:
    """The blocks of a page, as they are being marked."""

    def __init__(self, doctree: nodes.document, name: str) -> None:
        self._doctree = doctree
        self._name = name
        self._set_up: list[nodes.Node] = []
        self._seen = False

    def mark(self) -> None:
        next_one = ("", "")
        for what, value in _steps(self._doctree):
            if what == "hidden":
                self._show(value)
            elif what == "block":
                self._wrap(value, *next_one)
                next_one = ("", "")
            else:
                next_one = ("skipped", value.strip("\"'")) if what == "skip" else ("output", "")
        if self._set_up:
            first = next(self._doctree.findall(nodes.title))
            first.parent.insert(
                first.parent.index(first) + 1, _fold("Set-up of these examples", self._set_up)
            )

    def _wrap(self, node: nodes.literal_block, kind: str, reason: str) -> None:
        path = node.get("source")
        if kind != "output" and node.get("language") != "python":
            return
        if path and Path(path).suffix == ".py":
            mark = Path(path).resolve().relative_to(ROOT).as_posix()
            wrapped = block(kind="included", mark=mark, title=f"in {mark}")
        else:
            if not kind:
                classes = {"file", "repl"} & set(node["classes"])
                kind = classes.pop() if classes else kind_of(node.astext())
            mark = f"{MARKS[kind]}: {reason}" if reason else MARKS[kind]
            wrapped = block(kind=kind, mark=mark, title=TITLES.get(kind, reason))
            self._seen = True
        wrapped["at"] = f"{self._name}.rst:{node.line or 0}"
        whole = node.parent if "literal-block-wrapper" in node.parent.get("classes", ()) else node
        whole.replace_self(wrapped)
        wrapped += whole

    def _show(self, comment: nodes.comment) -> None:
        source = hidden_source(comment)
        shown = nodes.literal_block(source, source, language="python")
        wrapped = block("", shown, kind="repl", mark=MARKS["repl"], title=TITLES["repl"])
        wrapped["at"] = f"{self._name}.rst:{comment.line or 0}"
        if self._seen:
            comment.replace_self(_fold("Also run here", [wrapped]))
        else:
            comment.parent.remove(comment)
            self._set_up.append(wrapped)


def _fold(summary: str, content: list[nodes.Node]) -> fold:
    return fold("", *content, summary=summary)


class Fold(SphinxDirective):
    """Content that is folded, under a line of its own: ``.. fold:: Parameters``."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return it."""
        return [_fold(self.arguments[0], self.parse_content_to_nodes())]


def mark_blocks(app: Sphinx, doctree: nodes.document) -> None:
    """Mark the blocks of a page."""
    _Page(doctree, app.env.docname).mark()


def _visit_block(self: Any, node: block) -> None:
    self.body.append(
        self.starttag(node, "div", CLASS=f"block block-{node['kind']}", **{"data-at": node["at"]})
    )
    title, mark = self.attval(node["title"]), self.encode(node["mark"])
    self.body.append(f'<span class="mark" title="{title}">{mark}</span>')


def _depart_block(self: Any, node: block) -> None:
    self.body.append("</div>\n")


def _visit_fold(self: Any, node: fold) -> None:
    self.body.append(f'<details class="fold"><summary>{self.encode(node["summary"])}</summary>\n')


def _depart_fold(self: Any, node: fold) -> None:
    self.body.append("</details>\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Add it all to Sphinx."""
    app.add_node(block, html=(_visit_block, _depart_block))
    app.add_node(fold, html=(_visit_fold, _depart_fold))
    app.add_directive("fold", Fold)
    app.connect("doctree-read", mark_blocks)
    return {"version": "1", "parallel_read_safe": True}
