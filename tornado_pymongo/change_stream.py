"""Change streams."""

from __future__ import annotations

from collections import deque
from functools import cached_property
from typing import Any

import pymongo.asynchronous.change_stream
import pymongo.change_stream

from tornado_pymongo.bridge import (
    Callback,
    CallFuture,
    OnceFuture,
    OnceTaskFuture,
    check_callback,
    completed,
    current_loop,
    follow,
    in_task,
    told_as_call_future,
    with_callback,
)
from tornado_pymongo.call import AGAIN, Call
from tornado_pymongo.cursor import CursorFuture
from tornado_pymongo.derive import future_classes
from tornado_pymongo.exclusive import Stream
from tornado_pymongo.executor import Executor
from tornado_pymongo.internals.cursors import (
    cursor_of,
    has_change_at_hand,
    leave_alone,
    limit_wait,
    mark_closed,
    wished_wait,
)


@told_as_call_future
class _NextFuture(OnceFuture):
    """Of what a change stream gets next, which others may want when nobody waits for it now."""

    _stream: ChangeStream

    def _give_up(self, call: Call) -> None:
        if not call.cancel():  # it has begun
            self._stream._left = call

    def not_taken(self, change: Any) -> None:
        if change is not None:
            self._stream._kept.append(change)


@told_as_call_future
class _NextTaskFuture(_NextFuture, OnceTaskFuture):
    """The same of a coroutine."""


class ChangeStream(
    Stream,
    source=pymongo.change_stream.ChangeStream,
    twin=pymongo.asynchronous.change_stream.AsyncChangeStream,
):
    """The changes of a collection, database or deployment, to be iterated with ``async for``.

    While it waits for a change, it takes one of the client's ``max_stream_workers`` threads, for
    ``max_await_time_ms`` at a time, by default a second. Where more streams wait than there are
    threads, they take turns, which become shorter: up to 300 streams of a client, each asks the
    server again within two seconds. For the sake of other calls there are no more than some 200
    turns a second in all, so that with 1,000 streams it takes five seconds.

    Where it is given up, as in ``wait_for(stream.next(), 5)``, the change that its turn may fetch
    yet is the next one's, so that none is lost. `close` interrupts it.
    """

    # A call that was given up while it ran, until somebody wants what it fetches.
    _left: Call | None = None

    @cached_property
    def _kept(self) -> deque[Any]:
        """The changes that were fetched for those who were given up."""
        return deque()

    def _executor_for(self, what: Any) -> Executor:
        if what in ("try_next", _next_change):
            return self._client._streams  # type: ignore[no-any-return]
        return super()._executor_for(what)

    def _start(self, callback: Callback | None, *call: Any) -> Any:
        check_callback(callback)
        if "try_next" not in call and _next_change not in call:
            return super()._start(callback, *call)
        if self._kept:
            future = completed(self._kept.popleft(), _NextFuture)
        elif self._left is not None:
            future = _NextFuture(loop=current_loop())
            follow(future, self._left)
            future._call, self._left = self._left, None
        else:
            _, *call = call  # type: ignore[assignment]
            future = super()._start(None, _NextFuture, *call)
        future._stream = self  # type: ignore[attr-defined]
        return with_callback(future, callback)

    def next(self, callback: Callback | None = None) -> Any:
        """Return a Future of the next change; it raises `StopAsyncIteration` in a closed stream.

        Asks the server from a worker until there is a change, unless the last batch has one left.
        The source is PyMongo's `ChangeStream.next`.
        """
        check_callback(callback)
        at_hand = self._running() is None and has_change_at_hand(self.delegate)
        if at_hand and self._left is None and not self._kept:
            return with_callback(completed(self.delegate.try_next()), callback)
        future = in_task(self._next(), future_class=_NextTaskFuture)
        future._stream = self  # type: ignore[attr-defined]
        return with_callback(future, callback)

    async def _next(self) -> Any:
        change = None
        while change is None:  # where somebody else gave it up, and it ended as we wanted it again
            if not (self.delegate.alive or self._kept or self._left):
                raise StopAsyncIteration  # it may have been closed before this task began
            change = await self._start(None, CallFuture, _next_change, self)
        return change

    def __aiter__(self) -> Any:
        return self

    async def __anext__(self) -> Any:
        return await self.next()

    def _close(self) -> CallFuture:
        mark_closed(self.delegate)
        future = super()._close()
        if self._was_refused(future):
            leave_alone(cursor_of(self.delegate))
            return completed(None)
        return future

    async def _close_when_free(self) -> None:
        mark_closed(self.delegate)
        if (waiting := self._running()) is not None:
            waiting.abort(StopAsyncIteration())
        await super()._close_when_free()


def _next_change(stream: ChangeStream) -> Any:
    """Ask the server once for a change; have another turn if there is none yet."""
    delegate = stream.delegate
    if not delegate.alive:
        raise StopAsyncIteration
    turn_seconds = stream._client._streams.turn_seconds
    limit_wait(cursor_of(delegate), wished_wait(delegate), turn_seconds)
    change = delegate.try_next()
    if change is None and stream._left is None:
        return AGAIN
    return change


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
