"""Change streams."""

from __future__ import annotations

from typing import Any

import pymongo.asynchronous.change_stream
import pymongo.change_stream

from tornado_pymongo.bridge import (
    Callback,
    CallFuture,
    check_callback,
    completed,
    current_loop,
    follow,
    in_task,
    with_callback,
)
from tornado_pymongo.cursor import CursorFuture
from tornado_pymongo.derive import future_classes
from tornado_pymongo.exclusive import Stream
from tornado_pymongo.executor import Call
from tornado_pymongo.internals import has_change_at_hand, mark_closed


class ChangeStream(
    Stream,
    source=pymongo.change_stream.ChangeStream,
    twin=pymongo.asynchronous.change_stream.AsyncChangeStream,
):
    """The changes of a collection, database or deployment, to be iterated with ``async for``.

    While it waits for a change, it takes a worker for ``max_await_time_ms`` at a time, by default
    a second. Where it is given up, as in ``wait_for(stream.next(), 5)``, the change that it may
    fetch yet is the next one's.
    """

    # A running try_next() that was given up, until the next one.
    _left: Call | None = None

    def _start(self, callback: Callback | None, *call: Any) -> Any:
        check_callback(callback)
        left, self._left = self._left, None
        if left is not None and "try_next" in call:
            future = CallFuture(loop=current_loop())
            follow(future, left)
        else:
            future = super()._start(None, *call)
            left = future._call

        def keep(future: CallFuture) -> None:
            if future.cancelled() and left is not None and not left.cancelled():
                self._left = left

        if "try_next" in call:
            future.add_done_callback(keep)
        return with_callback(future, callback)

    def next(self, callback: Callback | None = None) -> Any:
        """Return a Future of the next change; it raises `StopAsyncIteration` in a closed stream.

        Asks the server from a worker until there is a change, unless the last batch has one left.
        The source is PyMongo's `ChangeStream.next`.
        """
        check_callback(callback)
        if self._left is None and self._running() is None and has_change_at_hand(self.delegate):
            return with_callback(completed(self.delegate.try_next()), callback)
        # PyMongo's own loop, whose calls of try_next() are ours.
        return with_callback(in_task(self._twin.next(self)), callback)  # type: ignore[attr-defined]

    def __aiter__(self) -> Any:
        return self

    async def __anext__(self) -> Any:
        return await self.next()

    async def _close_when_free(self) -> None:
        mark_closed(self.delegate)  # so that next() ends rather than ask again
        await super()._close_when_free()


class CollectionChangeStream(
    ChangeStream,
    source=pymongo.change_stream.CollectionChangeStream,
    twin=pymongo.asynchronous.change_stream.AsyncCollectionChangeStream,
):
    """The changes of a collection."""


class DatabaseChangeStream(
    ChangeStream,
    source=pymongo.change_stream.DatabaseChangeStream,
    twin=pymongo.asynchronous.change_stream.AsyncDatabaseChangeStream,
):
    """The changes of all collections of a database."""


class ClusterChangeStream(
    DatabaseChangeStream,
    source=pymongo.change_stream.ClusterChangeStream,
    twin=pymongo.asynchronous.change_stream.AsyncClusterChangeStream,
):
    """The changes of all databases of a deployment."""


class ChangeStreamFuture(CursorFuture):
    """A Future of a change stream that can also be used as the stream."""

    _classes = (ChangeStream,)


future_classes["ChangeStream"] = ChangeStreamFuture
