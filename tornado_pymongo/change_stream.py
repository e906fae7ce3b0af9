"""Change streams."""

from __future__ import annotations

from collections import deque
from typing import Any

import pymongo.asynchronous.change_stream
import pymongo.change_stream

from tornado_pymongo.bridge import Callback
from tornado_pymongo.buffer import Buffer, Consumable, Fetch, Want, WantIfAny
from tornado_pymongo.cursor_future import ChangeStreamFuture
from tornado_pymongo.executor import REQUEUE, Call, Executor
from tornado_pymongo.internals.cursors import (
    cursor_of,
    has_change_at_hand,
    leave_alone,
    limit_wait,
    mark_closed,
    wished_wait,
)
from tornado_pymongo.proxy import Operation, Proxy


class ChangeStream(
    Consumable,
    sync_class=pymongo.change_stream.ChangeStream,
    async_class=pymongo.asynchronous.change_stream.AsyncChangeStream,
):
    """The changes of a collection, database or deployment, to be iterated with ``async for``.

    While it waits for a change, it takes one of the client's ``max_stream_workers`` threads, for
    ``max_await_time_ms`` at a time, by default a second. If more streams wait than there are
    threads, they take turns, which become shorter. With up to 300 streams in a client, each asks
    the server again within two seconds. There are at most some 200 turns a second in all, for the
    sake of other calls; so with 1,000 streams it takes five seconds.

    If a call is given up, as in ``wait_for(stream.next(), 5)``, its turn may still fetch a change:
    that is kept for the next call, so none is lost. `close` interrupts it. `resume_token` is that
    of the last change that was taken.
    """

    def _stand_for(self, delegate: Any, parent: Proxy) -> None:
        super()._stand_for(delegate, parent)
        self._buffer.position = self.delegate.resume_token

    def _executor_for(self, operation: Operation) -> Executor:
        if operation.name in ("next", "try_next"):
            return self._runtime.streams
        return super()._executor_for(operation)

    # Fetching, in a worker

    def _poll(self, delegate: Any, buffer: Buffer) -> Any:
        """Ask the server once for changes; have another turn if there are none yet."""
        if not delegate.alive:
            raise StopAsyncIteration
        if not self._poll_once(delegate, buffer) and self._may_go_on():
            return REQUEUE
        return None

    def _poll_once(self, delegate: Any, buffer: Buffer) -> bool:
        """Ask the server once for changes; tell whether there are any."""
        turn_seconds = self._runtime.streams.slice_seconds
        limit_wait(cursor_of(delegate), wished_wait(delegate), turn_seconds)
        change = delegate.try_next()
        # Without a change, the token may be a later one.
        buffer.put(deque([] if change is None else [change]), delegate.resume_token)
        while has_change_at_hand(delegate):
            change = delegate.try_next()
            buffer.put(deque([change]), delegate.resume_token)
        return bool(buffer)

    # Consuming

    @property
    def resume_token(self) -> Any:
        """The token of the last change that was taken, from which another stream can go on.

        The source is PyMongo's `ChangeStream.resume_token`.
        """
        self._buffer.skip_empty()
        # In this order: a call that ends in between has left something. `close` has dropped it.
        if self._running() is not None or self._buffer or not self.delegate.alive:
            return self._buffer.position
        return self.delegate.resume_token

    def _is_over(self) -> bool:
        return not self.delegate.alive

    def _fetch_was_aborted(self, delegate: Any, buffer: Buffer) -> None:
        """Do nothing: it resumes by itself."""

    def _given_up(self, call: Call) -> None:
        call.cancel()  # its turn, if it has one, is its last one

    def next(self, callback: Callback | None = None) -> Any:
        """Return a Future of the next change; it raises `StopAsyncIteration` in a closed stream.

        Asks the server from a worker until there is a change, unless one is here. The source is
        PyMongo's `ChangeStream.next`.
        """
        return self._demand(_NextChange(self, Fetch(self, "next", self._poll)), callback)

    def try_next(self, callback: Callback | None = None) -> Any:
        """Return a Future of the next change, or of None if there is none yet.

        Asks the server from a worker, once, unless one is here. The source is PyMongo's
        `ChangeStream.try_next`.
        """
        return self._demand(WantIfAny(self, Fetch(self, "try_next", self._poll_once)), callback)

    def __aiter__(self) -> Any:
        return self

    async def __anext__(self) -> Any:
        return await self.next()

    def _cut_short(self) -> None:
        mark_closed(self.delegate)
        if (waiting := self._running()) is not None:
            waiting.abort(StopAsyncIteration())

    def _close(self, callback: Callback | None = None) -> Any:
        self._buffer.skip_empty()
        self._buffer.clear()
        return super()._close(callback)

    def _leave_alone(self) -> bool:
        leave_alone(cursor_of(self.delegate))
        return True


class _NextChange(Want):
    """The next change, however many polls it takes."""

    def serve(self, future: Any, fetch: Call | None) -> None:
        super().serve(future, None)


class CollectionChangeStream(
    ChangeStream,
    sync_class=pymongo.change_stream.CollectionChangeStream,
    async_class=pymongo.asynchronous.change_stream.AsyncCollectionChangeStream,
):
    """The changes of a collection."""


class DatabaseChangeStream(
    ChangeStream,
    sync_class=pymongo.change_stream.DatabaseChangeStream,
    async_class=pymongo.asynchronous.change_stream.AsyncDatabaseChangeStream,
):
    """The changes of all collections of a database."""


class ClusterChangeStream(
    DatabaseChangeStream,
    sync_class=pymongo.change_stream.ClusterChangeStream,
    async_class=pymongo.asynchronous.change_stream.AsyncClusterChangeStream,
):
    """The changes of all databases of a deployment."""


ChangeStreamFuture.classes = (ChangeStream,)
