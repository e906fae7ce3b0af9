"""Runs each Python block of each page, in the order of the page, against a MongoDB of its own.

The blocks of a page share their names, and may use ``await`` outside of functions. What they print
is compared with the ``.. code-block:: text`` that follows a ``.. -> output`` comment, if there is
one. What a reader need not see stands in ``.. invisible-code-block: python``; a block that cannot
run is introduced by ``.. skip: next "the reason"``.

Where a block says ``localhost:27017``, or ``MongoClient()``, that is the server of these tests.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import os
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.uri_parser import parse_uri
from sybil import Example, Sybil
from sybil.parsers.rest import CodeBlockParser, SkipParser

from tornado_pymongo.testing import MongoServer


class Page:
    """What the blocks of one page share: their names, a loop, and what was printed last."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._names: dict[str, Any] = {"__name__": "__main__"}
        self._loop = asyncio.new_event_loop()
        self.printed = ""

    def run(self, source: str, path: str, line: int) -> None:
        """Run one block."""
        source = "\n" * line + source.replace("localhost:27017", self._address)
        code = compile(source, path, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        printed = io.StringIO()
        asyncio.set_event_loop(self._loop)
        with contextlib.redirect_stdout(printed):
            result = eval(code, self._names)
            if inspect.iscoroutine(result):
                self._loop.run_until_complete(result)
        self.printed = printed.getvalue()

    def close(self) -> None:
        """End what its blocks have left running."""
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()
        asyncio.set_event_loop(None)
        self._names.clear()


def run(example: Example) -> None:
    """Run a block."""
    page: Page = example.namespace["page"]
    page.run(example.parsed, example.path, example.line + example.parsed.line_offset)


def compare(example: Example) -> None:
    """Compare a block of text, where it is said to be output, with what was printed last."""
    before = example.document.text[: example.region.start].rstrip()
    if before.endswith(".. -> output"):
        assert example.namespace["page"].printed.rstrip() == example.parsed.rstrip()


@pytest.fixture(scope="module")
def page(mongo_server: MongoServer, monkeypatch_of_page: pytest.MonkeyPatch) -> Iterator[Page]:
    """Return the page, with a server that is where MongoClient() looks for one."""
    (node,) = parse_uri(mongo_server.uri)["nodelist"]
    monkeypatch_of_page.setattr(MongoClient, "HOST", node[0])
    monkeypatch_of_page.setattr(MongoClient, "PORT", node[1])
    if "MONGODB_URI" not in os.environ:
        with MongoClient() as client:  # no page finds what another has left
            for name in set(client.list_database_names()) - {"admin", "config", "local"}:
                client.drop_database(name)
    page = Page("{}:{}".format(*node))
    yield page
    page.close()


@pytest.fixture(scope="module")
def monkeypatch_of_page() -> Iterator[pytest.MonkeyPatch]:
    """Return what patches until the end of the page."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


pytest_collect_file = Sybil(
    parsers=[CodeBlockParser("python", run), CodeBlockParser("text", compare), SkipParser()],
    pattern="*.rst",
    fixtures=["page"],
).pytest()
