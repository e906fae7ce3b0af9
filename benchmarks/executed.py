"""Blocking PyMongo in asyncio's default executor: each call in a `run_in_executor` of its own.

It is what MongoDB's guide advises those for whom PyMongo Async is too slow.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any


def call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> asyncio.Future[Any]:
    """Call a function in the default executor."""
    return asyncio.get_running_loop().run_in_executor(None, partial(function, *args, **kwargs))


class Executed:
    """A client, a database or a collection. Its methods return Futures, `find` a cursor."""

    def __init__(self, delegate: Any) -> None:
        self._delegate = delegate

    def __getitem__(self, name: str) -> Executed:
        return Executed(self._delegate[name])

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return partial(call, getattr(self._delegate, name))

    def find(self, *args: Any, **kwargs: Any) -> ExecutedCursor:
        """Return a cursor, as blocking PyMongo does."""
        return ExecutedCursor(self._delegate.find(*args, **kwargs))


class ExecutedCursor:
    """A cursor, with the methods that are used here."""

    def __init__(self, delegate: Any) -> None:
        self._delegate = delegate

    def limit(self, number: int) -> ExecutedCursor:
        """Limit the number of documents."""
        return ExecutedCursor(self._delegate.limit(number))

    def to_list(self, length: int | None) -> asyncio.Future[Any]:
        """Return all documents, fetched in the executor."""
        return call(self._delegate.to_list, length)
