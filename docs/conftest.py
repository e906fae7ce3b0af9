"""A prompt for the blocks of one page, and a MongoDB of their own.

Where a block says ``localhost:27017``, or ``MongoClient()``, that is the server of these tests.
"""

from __future__ import annotations

import ast
import asyncio
import codeop
import contextlib
import gc
import io
import os
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.uri_parser import parse_uri

from tornado_pymongo.testing import MongoServer

# How long what a block has started may take to print. A guess that fails nobody: it is far more.
_HANG_SECONDS = 10


class Prompt:
    """What ``python -m asyncio`` does with pasted lines, here in this process.

    A statement runs in the loop's thread, on the loop. It begins when the line that ends it has
    come: a blank one ends a function, a class or a ``with``.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self._loop = asyncio.new_event_loop()
        self._printed = io.StringIO()
        self._compiler = codeop.CommandCompiler()
        self._compiler.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT

    def paste(self, source: str, path: str, line: int) -> None:
        """Run a block, line by line, and then Enter."""
        lines: list[str] = []
        with self._printing():
            for number, text in enumerate([*self._here(source).split("\n"), ""], line):
                lines.append(text)
                started = "\n" * (number - len(lines)) + "\n".join(lines)
                code = self._compiler(started, path, "single")
                if code is not None:
                    lines.clear()
                    self._loop.run_until_complete(self._run(code))
        assert not lines, f"{path}:{line}: the block has no end"

    def run_file(self, source: str, path: str, line: int) -> None:
        """Run a block as a program that shares nothing with the others."""
        code = compile("\n" * (line - 1) + self._here(source), path, "exec", dont_inherit=True)
        with self._printing():
            exec(code, {"__name__": "__main__"})

    def printed(self, expected: str) -> str:
        """Return what the last block has printed; wait for it, should it not be that yet."""

        async def wait() -> None:
            async with asyncio.timeout(_HANG_SECONDS):
                while self._printed.getvalue().rstrip() != expected:
                    await asyncio.sleep(0.01)

        with contextlib.suppress(TimeoutError), contextlib.redirect_stdout(self._printed):
            self._loop.run_until_complete(wait())
        return self._printed.getvalue().rstrip()

    def close(self) -> None:
        """End what its blocks have left running."""
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        if tasks:
            self._loop.run_until_complete(asyncio.wait(tasks))
        self._loop.close()
        asyncio.set_event_loop(None)
        self.names.clear()
        gc.collect()  # so that an object which warns that nobody closed it fails its own page

    async def _run(self, code: CodeType) -> None:
        result = FunctionType(code, self.names)()
        if asyncio.iscoroutine(result):
            await result

    def _here(self, source: str) -> str:
        return source.replace("localhost:27017", self.address)

    @contextlib.contextmanager
    def _printing(self) -> Iterator[None]:
        asyncio.set_event_loop(self._loop)
        self._printed = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(self._printed):
            patch.setattr(sys, "displayhook", lambda value: None)  # pages leave echoes out
            yield


@pytest.fixture
def prompt(mongo_server: MongoServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Prompt]:
    """Return a prompt, with a server that is where MongoClient() looks for one."""
    (node,) = parse_uri(mongo_server.uri)["nodelist"]
    monkeypatch.setattr(MongoClient, "HOST", node[0])
    monkeypatch.setattr(MongoClient, "PORT", node[1])
    if "MONGODB_URI" not in os.environ:
        with MongoClient() as client:  # no page finds what another has left
            for name in set(client.list_database_names()) - {"admin", "config", "local"}:
                client.drop_database(name)
    prompt = Prompt("{}:{}".format(*node))
    yield prompt
    prompt.close()
