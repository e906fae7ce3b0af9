"""Cursors: what PyMongo's have, and what an event loop wants of them.

A worker moves each batch from PyMongo's cursor into the buffer of ours. A document that is there is
handed out at once, on the loop's thread; only a new batch takes a worker. As PyMongo's cursor has
nothing that the consumer uses, the next batch can be fetched while this one is consumed: so it is
from the second batch on.
"""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import Any

import pymongo.asynchronous.command_cursor
import pymongo.asynchronous.cursor
import pymongo.command_cursor
import pymongo.cursor
from pymongo.errors import ConfigurationError

from tornado_pymongo.bridge import Callback, check_callback, with_callback
from tornado_pymongo.buffer import Buffer, Consumable, Fetch, Want, WantIfAny, WantMany, WantToKnow
from tornado_pymongo.cursor_future import CursorFuture, each
from tornado_pymongo.executor import Call, Executor
from tornado_pymongo.futures import CallFuture
from tornado_pymongo.internals.clients import begin_timeout
from tornado_pymongo.internals.cursors import (
    can_read_ahead,
    detach_batch,
    exhaust_selects_server,
    fill,
    has_next_at_hand,
    is_closed,
    is_tailable,
    leave_alone,
    limit_wait,
    state_of,
    wished_wait,
)
from tornado_pymongo.proxy import Function, Operation, Proxy, used_by, wrap
from tornado_pymongo.unbound import running_loop


class _BaseCursor(Consumable):
    """The members that all cursors share."""

    # How many batches were begun. From the second one on, the next batch is fetched early.
    _batches = 0
    _read_ahead: bool | None = None  # None: as the client says

    def read_ahead(self, read_ahead: bool) -> Any:
        """Say whether the next batch is fetched while this one is consumed; return this cursor.

        It overrides the client's `read_ahead`. Runs at once, in the caller's thread, and holds for
        fetches that have not begun.
        """
        if not isinstance(read_ahead, bool):
            raise ConfigurationError(f"read_ahead must be True or False, not {read_ahead!r}")
        self._read_ahead = read_ahead
        return self

    read_ahead.is_immediate = True  # type: ignore[attr-defined]

    def _copy(self, delegate: Any) -> Proxy | None:
        copy: Any = super()._copy(delegate)
        copy._forget()
        return copy  # type: ignore[no-any-return]

    def _forget(self) -> None:
        """Drop what belongs to another object of PyMongo's."""
        for name in ("_things", "_last_call", "_batches", "_claimant"):
            vars(self).pop(name, None)

    # Fetching, in a worker

    def _fetch(self, delegate: Any, buffer: Buffer) -> bool:
        """Ask the server for the next batch; tell whether there is anything in it."""
        fill(delegate, self._may_go_on)
        found = self._collect(delegate, buffer)
        if not found:
            buffer.put(deque(), state_of(delegate))
        return found

    def _fetch_many(self, length: int | None, delegate: Any, buffer: Buffer) -> None:
        """Ask the server for so many documents."""
        missing = None if length is None else length - len(buffer)
        documents = wrap(delegate.to_list(missing), self)
        buffer.put(deque(documents), state_of(delegate))
        self._collect(delegate, buffer)

    def _try_fetch(self, delegate: Any, buffer: Buffer) -> None:
        """Ask the server once for a document."""
        document = delegate.try_next()
        if document is not None:
            buffer.put(deque([wrap(document, self)]), state_of(delegate))
        self._collect(delegate, buffer)

    def _collect(self, delegate: Any, buffer: Buffer) -> bool:
        """Move what PyMongo's cursor has at hand into the buffer; tell whether that is anything."""
        documents = detach_batch(delegate)
        if documents is None:
            documents = deque()
            with suppress(StopIteration):
                while has_next_at_hand(delegate):
                    documents.append(wrap(delegate.next(), self))
        if documents:
            buffer.put(documents, state_of(delegate))
        return bool(documents)

    def _fetch_was_aborted(self, delegate: Any, buffer: Buffer) -> None:
        super()._fetch_was_aborted(delegate, buffer)
        leave_alone(delegate)

    def _was_aborted(self) -> None:
        super()._was_aborted()
        if is_closed(self.delegate):  # it was being closed
            leave_alone(self.delegate)

    # Consuming

    def _start_into(self, future: CallFuture, operation: Operation) -> CallFuture:
        super()._start_into(future, operation)
        if self.delegate.session is not None:
            used_by(self.session, future)
        return future

    def _serve(self, future: Any, fetch: Call | None) -> None:
        loop, buffer = running_loop(), self._buffer
        is_at_hand = bool(buffer.items) or not buffer.has_next_batch()
        if fetch or is_at_hand or loop is None or not future.demand.is_met(None):
            super()._serve(future, fetch)
        else:
            # The next batch is here. Let the loop run once a batch, though nothing has to wait.
            loop.call_soon(self._serve_next_batch, future)

    def _serve_next_batch(self, future: Any) -> None:
        if not future.done():
            super()._serve(future, None)

    def _settle(self) -> None:
        super()._settle()
        self._buffer.skip_empty()
        if self._running() is None:
            self._collect(self.delegate, self._buffer)

    def _is_over(self) -> bool:
        return has_next_at_hand(self.delegate)  # but it has none, so this is the end

    def _take(self) -> Any:
        try:
            return self._buffer.items.popleft()
        except IndexError:
            document = self._buffer.take()
        self._batches += 1
        if self._batches > 1:
            self._begin_to_read_ahead()
        return document

    def _begin_to_read_ahead(self) -> None:
        runtime = self._runtime
        if not (runtime.read_ahead if self._read_ahead is None else self._read_ahead):
            return
        if self._buffer.has_next_batch() or self._running() is not None:
            return
        if not can_read_ahead(self.delegate):
            return
        # The early fetch would have the deadline of this call, and missing it would end the cursor.
        if begin_timeout(copy_context(), None) is not None:
            return
        # If no worker is free for it, or `wrap_call` fails, it is fetched when it is asked for.
        with suppress(Exception):
            call = Call(runtime.executor, Fetch(self, "next", self._fetch).wrapped())
            runtime.executor.start(call)
            self._last_call = weakref.ref(call)

    def next(self, callback: Callback | None = None) -> Any:
        """Return a Future of the next document.

        Takes a worker only if the batch that was fetched last is used up. At the end the Future
        raises `StopAsyncIteration`. The source is PyMongo's `Cursor.next`.
        """
        return self._demand(Want(self, Fetch(self, "next", self._fetch)), callback)

    def __aiter__(self) -> Any:
        return self

    async def __anext__(self) -> Any:
        try:
            return self._buffer.items.popleft()
        except IndexError:
            pass
        if self._buffer:
            await asyncio.sleep(0)  # let the loop run once a batch, though nothing has to wait
        return await self.next()

    @property
    def fetch_next(self) -> CallFuture:
        """A Future of True if `next_object` has a document, and of False at the end.

        Takes a worker only if the batch that was fetched last is used up::

            while (yield cursor.fetch_next):
                document = cursor.next_object()
        """
        return self._demand(WantToKnow(self, Fetch(self, "next", self._fetch)))  # type: ignore[no-any-return]

    def next_object(self) -> Any:
        """Return the next document of the batch that was fetched last, or None: see `fetch_next`.

        Runs at once, in the caller's thread.
        """
        if self._running() is None:
            self._collect(self.delegate, self._buffer)
        return self._take() if self._buffer else None

    def to_list(self, length: int | None = None, callback: Callback | None = None) -> Any:
        """Return a Future of a list of at most `length` documents, or of all that are left.

        Takes a worker once for the whole list. The source is PyMongo's `Cursor.to_list`.
        """
        if length is not None and (not isinstance(length, int) or length < 1):
            # PyMongo says what is wrong with it.
            return self._start(Operation(self, "to_list", (length,)), callback)
        fetch = partial(self._fetch_many, length)
        return self._demand(WantMany(self, Fetch(self, "to_list", fetch), length), callback)

    def each(self, callback: Callable[[Any, BaseException | None], Any]) -> None:
        """Call ``callback(document, None)`` on the caller's loop for each document.

        Then it calls ``callback(None, None)``, or ``callback(None, error)`` if the documents could
        not be had. It stops early, and leaves the cursor open, if the callback returns False (None,
        or nothing, goes on) or raises, which the loop logs.
        """
        each(self, callback, self._runtime.loop)

    # Its attributes

    def _says(self, name: str) -> Any:
        """Return what PyMongo's cursor would say of itself if it had no more than was taken."""
        buffer, position = self._buffer, self._buffer.position
        # In this order: a call that ends in between has left something.
        is_of_delegate = self._running() is None and buffer.is_used_up() and buffer.error is None
        if position is None or is_of_delegate:
            return getattr(self.delegate, name)
        return getattr(position, name)

    @property
    def alive(self) -> bool:
        """Whether there may be more documents. The source is PyMongo's `Cursor.alive`."""
        return bool(self._buffer) or (not self._buffer.is_broken and self._says("alive"))

    @property
    def cursor_id(self) -> int | None:
        """The id of the cursor on the server. The source is PyMongo's `Cursor.cursor_id`."""
        return self._says("cursor_id")  # type: ignore[no-any-return]

    # Closing

    def _cut_short(self) -> None:
        if not self._is_wanted() and (ahead := self._running()) is not None:
            ahead.abort()

    def _close(self, callback: Callback | None = None) -> Any:
        self._buffer.is_broken = False  # its end is no surprise after a close
        if not self.delegate.cursor_id:
            return self._runtime.completed(self.delegate.close(), callback=callback)
        return super()._close(callback)

    def _leave_alone(self) -> bool:
        leave_alone(self.delegate)
        return True

    # One cursor is another only if it is the same, whatever it is rewound to.
    __eq__ = object.__eq__
    __hash__ = object.__hash__


class CommandCursor(
    _BaseCursor,
    sync_class=pymongo.command_cursor.CommandCursor,
    async_class=pymongo.asynchronous.command_cursor.AsyncCommandCursor,
):
    """The documents that a command returns, to be iterated with ``async for``."""

    def try_next(self, callback: Callback | None = None) -> Any:
        """Return a Future of the next document, or of None if one request brings none.

        Takes a worker only if the batch that was fetched last is used up. The source is PyMongo's
        `CommandCursor.try_next`.
        """
        return self._demand(WantIfAny(self, Fetch(self, "try_next", self._try_fetch)), callback)


class RawBatchCommandCursor(
    CommandCursor,
    sync_class=pymongo.command_cursor.RawBatchCommandCursor,
    async_class=pymongo.asynchronous.command_cursor.AsyncRawBatchCommandCursor,
):
    """Batches of undecoded documents, as bytes, to be iterated with ``async for``."""


class Cursor(
    _BaseCursor,
    sync_class=pymongo.cursor.Cursor,
    async_class=pymongo.asynchronous.cursor.AsyncCursor,
):
    """The documents that a query returns, to be iterated with ``async for``.

    A tailable one waits for new documents in the threads of change streams, and takes turns with
    them: see `ChangeStream`.
    """

    # For how long the server shall wait if a tailable cursor is at its end.
    _wished_wait: Any = None

    def _executor_for(self, operation: Operation) -> Executor:
        if operation.name not in ("next", "to_list") or not is_tailable(self.delegate):
            return super()._executor_for(operation)
        streams = self._runtime.streams
        if self.delegate.cursor_id is None:  # not yet sent
            self._wished_wait = wished_wait(self.delegate)
        limit_wait(self.delegate, self._wished_wait, streams.slice_seconds)
        return streams

    @property
    def retrieved(self) -> int:
        """How many documents were fetched. The source is PyMongo's `Cursor.retrieved`."""
        return self._says("retrieved")  # type: ignore[no-any-return]

    def __getitem__(self, index: Any) -> Any:
        """Apply a slice to this cursor and return it, or return a Future of one document.

        A slice runs at once; an index runs a query, in a worker. The source is PyMongo's
        `Cursor.__getitem__`.
        """
        operation = Operation(self, "__getitem__", (index,))
        return operation() if isinstance(index, slice) else self._start(operation)

    def add_option(self, mask: int) -> CursorFuture:
        """Set query flags, as a bit mask; return this cursor, to be awaited or chained on.

        Runs in a worker if the mask has the exhaust flag, for which PyMongo up to 4.17 selects a
        server; else at once. The source is PyMongo's `Cursor.add_option`.
        """
        exhaust = isinstance(mask, int) and mask & pymongo.cursor.CursorType.EXHAUST
        if exhaust and exhaust_selects_server:
            return self._start(Operation(self, "add_option", (mask,)), None, CursorFuture)  # type: ignore[no-any-return]
        self.delegate.add_option(mask)
        return self._runtime.completed(self, CursorFuture)  # type: ignore[no-any-return]

    def rewind(self, callback: Callback | None = None) -> Any:
        """Make this cursor as if no query had been sent; return it, to be awaited or chained on.

        A cursor that is open on the server is killed there, in a worker. The cursor itself can be
        used at once: `delegate` is another object afterwards, of the same query. The source is
        PyMongo's `Cursor.rewind`.
        """
        check_callback(callback)
        self._check_free()
        old, running = self.delegate, self._running()
        self.delegate = old.clone()
        self._forget()
        if not old.cursor_id and running is None:
            return self._runtime.completed(self, CursorFuture, callback)
        if running is not None:
            running.abort()
        close = Function(self, "rewind", partial(_close_and_return, old, self))
        future = self._runtime.future(CursorFuture, callback)
        super(Consumable, self)._start_into(future, close)
        vars(self).pop("_last_call", None)  # it was of the other one
        return with_callback(future, callback)


def _close_and_return(delegate: Any, cursor: Cursor) -> Cursor:
    delegate.close()
    return cursor


class RawBatchCursor(
    Cursor,
    sync_class=pymongo.cursor.RawBatchCursor,
    async_class=pymongo.asynchronous.cursor.AsyncRawBatchCursor,
):
    """Batches of undecoded documents, as bytes, to be iterated with ``async for``."""


CursorFuture.classes = (CommandCursor, Cursor)
