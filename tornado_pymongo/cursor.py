"""Cursors: what PyMongo's have, and what an event loop wants of them.

A document of the batch that was fetched last is handed out at once, on the loop's thread; only a
new batch takes a worker. From the second one on, it does so while the one before is consumed.
"""

from __future__ import annotations

import asyncio
import weakref
from asyncio import CancelledError
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import Any

import pymongo.asynchronous.command_cursor
import pymongo.asynchronous.cursor
import pymongo.command_cursor
import pymongo.cursor
from pymongo.errors import ConfigurationError, InvalidOperation, PyMongoError

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
from tornado_pymongo.call import Call
from tornado_pymongo.derive import future_classes, run_method, wrap
from tornado_pymongo.exclusive import Stream
from tornado_pymongo.executor import Executor
from tornado_pymongo.internals.clients import begin_timeout
from tornado_pymongo.internals.cursors import (
    documents_of,
    end,
    exhaust_selects_server,
    fill,
    has_next_at_hand,
    is_tailable,
    leave_alone,
    limit_wait,
    wished_wait,
)
from tornado_pymongo.internals.read_ahead import ReadAhead, can_read_ahead


@told_as_call_future
class _StepFuture(OnceFuture):
    """Of a call of a cursor, which is closed where nobody takes what that has fetched."""

    # Weak: one that is forgotten is killed, though its last Future is not forgotten.
    _cursor: Callable[[], _BaseCursor | None]

    def _give_up(self, call: Call) -> None:
        super()._give_up(call)
        if (cursor := self._cursor()) is not None:
            cursor._given_up = call
            call.add_done_callback(cursor._close_after)

    def not_taken(self, _: Any) -> None:
        if (cursor := self._cursor()) is not None:
            cursor._end()


@told_as_call_future
class _StepTaskFuture(_StepFuture, OnceTaskFuture):
    """The same of a coroutine."""


_NOTHING: deque[Any] = deque()


class _BaseCursor(Stream):
    """What all cursors share."""

    # The last call that was given up.
    _given_up: Call | None = None

    # What is left of the batch that was fetched last. It is PyMongo's own deque, and here only
    # while no call runs that may use that.
    _documents: deque[Any] = _NOTHING

    # Whether a batch was asked for after the first one, and so the next one may be early.
    _reads_on = False
    _read_ahead: bool | None = None  # None: as the client says
    _ahead: ReadAhead | None = None

    def read_ahead(self, read_ahead: bool) -> Any:
        """Say whether the next batch is fetched while this one is consumed; return this cursor.

        Where the client's `read_ahead` shall not hold for this cursor. Runs at once, in the
        caller's thread, and holds for what is not under way yet.
        """
        if not isinstance(read_ahead, bool):
            raise ConfigurationError(f"read_ahead must be True or False, not {read_ahead!r}")
        self._read_ahead = read_ahead
        return self

    read_ahead.is_immediate = True  # type: ignore[attr-defined]

    def _made_by(self, owner: Any) -> None:
        if isinstance(owner, _BaseCursor):  # it is a copy
            self._read_ahead = owner._read_ahead

    def _start(self, callback: Callback | None, future_class: Any, *call: Any) -> Any:
        check_callback(callback)
        self._settle()
        self._documents = _NOTHING
        if future_class is CallFuture:
            future_class = _StepFuture
        future = super()._start(None, future_class, *call)
        if future_class is _StepFuture:
            future._cursor = weakref.ref(self)
        if self.delegate.session is not None:
            self.session._used_by(future)
        return with_callback(future, callback)

    def _close_after(self, call: Any) -> None:
        """Have the cursor killed, and so be at its end, unless the given-up call never ran.

        The thread that ends the call does so, or the loop where that comes first to need it. Both
        take the lock: nobody finds the cursor half closed, or closes what was rewound meanwhile.
        """
        with self._client._executor._lock:
            given_up = self._given_up
            if given_up is not None and given_up is call:
                if not given_up.cancelled():
                    self._end()
                self._given_up = None  # not before, or what it has fetched would be handed out

    def _settle(self) -> None:
        """Do at once what is to be done after a call that was given up and is over."""
        given_up = self._given_up
        if given_up is not None and given_up.done():
            self._close_after(given_up)

    def _end(self) -> None:
        self._documents = _NOTHING
        self._ahead = None
        end(self.delegate)

    def _executor_for(self, what: Any) -> Executor:
        if what in _FETCHING and self.delegate.cursor_id:
            self._reads_on = True
        return super()._executor_for(what)

    def _was_aborted(self) -> None:
        super()._was_aborted()
        leave_alone(self.delegate)

    def _at_hand(self) -> bool:
        """Tell whether the next document, or the end, is here; have the documents that are."""
        if self._documents:
            return True
        # In this order: what was given up may end, and empty the cursor, at any time.
        if self._running() is not None or self._given_up is not None:
            return False
        if self._ahead is not None and not documents_of(self.delegate):
            if not self._ahead.is_over():
                return False
            self._ahead.adopt()
            self._ahead = None
        if not has_next_at_hand(self.delegate):
            return False
        self._documents = documents_of(self.delegate) or _NOTHING
        if self._reads_on and self._documents and self._ahead is None:
            self._begin_to_read_ahead()
        return True

    def _take(self) -> Any:
        """Return the next document, which is at hand, or raise that this is the end."""
        if self._documents:
            return self._documents.popleft()
        try:
            return wrap(self.delegate.next(), self)
        except StopIteration:
            raise StopAsyncIteration from None

    def _begin_to_read_ahead(self) -> None:
        client = self._client
        wanted = client._read_ahead if self._read_ahead is None else self._read_ahead
        # A deadline of this call's must not be the end of a cursor that nobody is in a hurry with.
        if wanted and can_read_ahead(self.delegate) and not _has_deadline(None):
            with suppress(PyMongoError):  # there is no worker to be had: so it is not early
                self._ahead = ReadAhead(client, self.delegate)

    def _leave_ahead(self) -> None:
        """Want no more of what is being read ahead, of a cursor that is about to be closed."""
        if self._ahead is not None:
            self._ahead.call.cancel()  # if it has begun, it ends as the cursor is killed
            self._ahead = None

    def _fetch(self) -> CallFuture:
        """Return a Future of whether there is a document, of a batch that is not at hand."""
        ahead = self._ahead
        if (
            ahead is None
            or ahead.call.done()
            or self._running() is not None
            # This call may wait for another time than that one:
            or ahead.call.deadline is not None
            or _has_deadline(self._client._operation_timeout)
            or not ahead.join()
        ):
            return self._start(None, CallFuture, _fill, self)  # type: ignore[no-any-return]
        future = _StepFuture(loop=current_loop())
        future._cursor = weakref.ref(self)
        follow(future, ahead.call)
        future._call = ahead.call
        self._call = weakref.ref(ahead.call)
        future.add_done_callback(self._arrive)
        return future

    async def _advance(self) -> bool:
        """Have the batch at hand that comes after the one that is; tell whether there is one."""
        if self._ahead is not None and self._ahead.call.done():
            await asyncio.sleep(0)  # the loop must live though it never has to wait
        while not self._at_hand():
            if not await self._fetch():
                return False
        return bool(self._documents)

    def _in_task(self, coroutine: Coroutine[Any, Any, Any]) -> _StepTaskFuture:
        future = in_task(coroutine, future_class=_StepTaskFuture)
        future._cursor = weakref.ref(self)  # type: ignore[attr-defined]
        return future  # type: ignore[return-value]

    def _arrive(self, future: asyncio.Future[Any]) -> None:
        """Be what the call has made that was waited for, before who waits for it looks."""
        if not future.cancelled() and self._running() is None and self._ahead is not None:
            self._ahead.adopt()
            self._ahead = None

    def next(self, callback: Callback | None = None) -> Any:
        """Return a Future of the next document.

        Takes a worker only where the batch that was fetched last is used up. At the end the Future
        raises `StopAsyncIteration`. The source is PyMongo's `Cursor.next`.
        """
        check_callback(callback)
        if self._ahead is not None and not self._documents:
            return with_callback(self._in_task(self.__anext__()), callback)
        if not self._at_hand():
            return self._start(callback, CallFuture, run_method, self, "next", (), {})
        try:
            future = completed(self._take())
        except StopAsyncIteration as error:
            future = CallFuture(loop=current_loop())
            future.set_exception(error)
        return with_callback(future, callback)

    def __aiter__(self) -> Any:
        return self

    async def __anext__(self) -> Any:
        try:
            return self._documents.popleft()
        except IndexError:
            pass
        if documents_of(self.delegate) is None:
            return await self.next()
        if await self._advance():
            return self._documents.popleft()
        raise StopAsyncIteration

    @property
    def fetch_next(self) -> CallFuture:
        """A Future of True if `next_object` has a document, and of False at the end.

        Takes a worker only where the batch that was fetched last is used up::

            while (yield cursor.fetch_next):
                document = cursor.next_object()
        """
        if self._ahead is not None and not self._documents:
            return self._in_task(self._advance())
        if self._at_hand():
            return completed(bool(self._documents) or fill(self.delegate))
        return self._fetch()

    def next_object(self) -> Any:
        """Return the next document of the batch that was fetched last, or None: see `fetch_next`.

        Runs at once, in the caller's thread.
        """
        try:
            return self._take() if self._at_hand() else None
        except StopAsyncIteration:
            return None

    def each(self, callback: Callable[[Any, BaseException | None], Any]) -> None:
        """Call ``callback(document, None)`` on the caller's loop for each document.

        Then it calls ``callback(None, None)``, or ``callback(None, error)`` where the documents
        could not be had. It stops early, and leaves the cursor open, where the callback returns
        False (None, or nothing, goes on) or raises, which the loop logs.
        """
        _each(self, callback)

    def _close(self) -> CallFuture:
        self._leave_ahead()
        if not self.delegate.cursor_id:
            return completed(self.delegate.close())
        future = super()._close()
        if self._was_refused(future):
            leave_alone(self.delegate)
            return completed(None)
        return future

    # One cursor is another only if it is the same, whatever it is rewound to.
    __eq__ = object.__eq__
    __hash__ = object.__hash__


def _has_deadline(seconds: float | None) -> bool:
    """Tell whether a call that is made now, with this timeout by itself, has a deadline."""
    return begin_timeout(copy_context(), seconds) is not None


def _fill(cursor: _BaseCursor) -> bool:
    try:
        return fill(cursor.delegate)
    except CancelledError:
        cursor._was_aborted()
        raise


# What asks for a batch.
_FETCHING = {"next", "to_list", "try_next", _fill}


def _each(
    documents: AsyncIterator[Any], callback: Callable[[Any, BaseException | None], Any]
) -> None:
    """Call back for each document, and at the end or for an error, until it returns False."""
    if callback is None:
        raise InvalidOperation("each() needs a function of (document, error), not None")
    check_callback(callback)
    loop = current_loop()

    async def call_back() -> None:
        while True:
            try:
                document = await documents.__anext__()
            except StopAsyncIteration:
                callback(None, None)
                return
            except Exception as error:
                callback(None, error)
                return
            if callback(document, None) is False:
                return

    def log(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            message = f"Exception in callback {callback!r} of each()"
            loop.call_exception_handler({"message": message, "exception": task.exception()})

    loop.create_task(call_back()).add_done_callback(log)


class CommandCursor(
    _BaseCursor,
    source=pymongo.command_cursor.CommandCursor,
    twin=pymongo.asynchronous.command_cursor.AsyncCommandCursor,
):
    """The documents that a command returns, to be iterated with ``async for``."""


class RawBatchCommandCursor(
    CommandCursor,
    source=pymongo.command_cursor.RawBatchCommandCursor,
    twin=pymongo.asynchronous.command_cursor.AsyncRawBatchCommandCursor,
):
    """Batches of undecoded documents, as bytes, to be iterated with ``async for``."""


class CursorFuture(CallFuture):
    """A Future of a cursor that can also be used as the cursor, without awaiting it first.

    ``async for document in collection.aggregate(...)`` and ``async for document in await
    collection.aggregate(...)`` do the same. What is asked of the cursor before it is there is done
    when it is.
    """

    # What it may become, to know its members before it is there.
    _classes: tuple[type, ...] = (CommandCursor,)

    def __iter__(self) -> Any:
        # Without this, the first document of a plain loop would be this Future itself.
        raise TypeError(f"{type(self).__name__!r} object is not iterable: use 'async for'")

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    def __anext__(self) -> Any:
        return self.result().__anext__() if self.done() else self._anext()

    async def _anext(self) -> Any:
        return await (await self).__anext__()

    async def __aenter__(self) -> Any:
        return await self

    async def __aexit__(self, *exc_info: object) -> None:
        await (await self).close()

    @property
    def fetch_next(self) -> Any:
        """A Future of True if `next_object` has a document, and of False at the end."""
        return in_task(self._fetch_next(), self.get_loop())

    async def _fetch_next(self) -> Any:
        return await (await self).fetch_next

    def next_object(self) -> Any:
        """Return the next document of the batch at hand, or None: see `fetch_next`."""
        return self.result().next_object() if self.done() else None

    def each(self, callback: Callable[[Any, BaseException | None], Any]) -> None:
        """Call ``callback(document, None)`` for each document, as the cursor's `each` does."""
        _each(self, callback)

    def close(self, callback: Callback | None = None) -> Any:
        """Close the cursor, as soon as it is there; return a Future of None."""
        return self.__getattr__("close")(callback=callback)

    def __getitem__(self, index: Any) -> Any:
        if not any(hasattr(cls, "__getitem__") for cls in self._classes):
            raise TypeError(f"{self._classes[0].__name__!r} object is not subscriptable")
        chain = self._chain if isinstance(index, slice) else self._later
        return chain("__getitem__", index)

    def __getattr__(self, name: str) -> Any:
        if self.done() and not self.cancelled() and self.exception() is None:
            return getattr(self.result(), name)
        for cls in self._classes:
            if (member := getattr(cls, name, None)) is not None:
                break
        else:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        if not callable(member):
            # What the cursor would say of itself before its first batch.
            return True if name == "alive" else None
        if getattr(member, "is_immediate", False):
            return partial(self._chain, name)
        return partial(self._later, name)

    def _chain(self, name: str, *args: Any, **kwargs: Any) -> CursorFuture:
        """Call a method that does not wait as soon as the cursor is there, before anything else."""
        chained = type(self)(loop=self.get_loop())

        def call_it(_: Any) -> None:
            if chained.done():
                return
            try:
                chained.set_result(getattr(self.result(), name)(*args, **kwargs))
            except CancelledError:
                chained.cancel()
            except Exception as error:
                chained.set_exception(error)

        self.add_done_callback(call_it)
        chained.add_done_callback(lambda _: self.cancel() if chained.cancelled() else None)
        return chained

    def _later(self, name: str, *args: Any, callback: Callback | None = None, **kwargs: Any) -> Any:
        """Call a method that waits when the cursor is there."""
        check_callback(callback)
        task = in_task(self._when_there(name, args, kwargs), self.get_loop())
        return with_callback(task, callback)

    async def _when_there(self, name: str, args: Any, kwargs: Any) -> Any:
        return await getattr(await self, name)(*args, **kwargs)


future_classes["CommandCursor"] = future_classes["RawBatchCursor"] = CursorFuture


class Cursor(
    _BaseCursor,
    source=pymongo.cursor.Cursor,
    twin=pymongo.asynchronous.cursor.AsyncCursor,
):
    """The documents that a query returns, to be iterated with ``async for``.

    A tailable one waits for new documents in the threads of change streams, and takes turns with
    them: see `ChangeStream`.
    """

    # For how long the server shall wait where a tailable cursor is at its end.
    _wished_wait: Any = None

    def _executor_for(self, what: Any) -> Executor:
        if what not in _WAITING or not is_tailable(self.delegate):
            return super()._executor_for(what)
        streams: Executor = self._client._streams
        if self.delegate.cursor_id is None:  # not yet sent
            self._wished_wait = wished_wait(self.delegate)
        limit_wait(self.delegate, self._wished_wait, streams.turn_seconds)
        return streams

    def __getitem__(self, index: Any) -> Any:
        """Apply a slice to this cursor and return it, or return a Future of one document.

        A slice runs at once; an index runs a query, in a worker. The source is PyMongo's
        `Cursor.__getitem__`.
        """
        if isinstance(index, slice):
            return run_method(self, "__getitem__", (index,), {})
        return self._start(None, CallFuture, run_method, self, "__getitem__", (index,), {})

    def add_option(self, mask: int) -> CursorFuture:
        """Set query flags, as a bit mask; return this cursor, to be awaited or chained on.

        Runs in a worker where the mask has the exhaust flag, for which PyMongo up to 4.17 selects
        a server; else at once. The source is PyMongo's `Cursor.add_option`.
        """
        exhaust = isinstance(mask, int) and mask & pymongo.cursor.CursorType.EXHAUST
        if exhaust and exhaust_selects_server:
            return self._start(None, CursorFuture, run_method, self, "add_option", (mask,), {})  # type: ignore[no-any-return]
        self.delegate.add_option(mask)
        return completed(self, CursorFuture)  # type: ignore[return-value]

    def rewind(self, callback: Callback | None = None) -> Any:
        """Make this cursor as if no query had been sent; return it, to be awaited or chained on.

        A cursor that is open on the server is killed there, in a worker. The cursor itself can be
        used at once: `delegate` is another object afterwards, of the same query. The source is
        PyMongo's `Cursor.rewind`.
        """
        check_callback(callback)
        self._check_free()
        self._settle()
        if not self.delegate.cursor_id:
            self.delegate.rewind()
            self._documents = _NOTHING
            self._reads_on = False
            return with_callback(completed(self, CursorFuture), callback)
        future = self._start(None, CursorFuture, _close_and_return, self.delegate, self)
        self.delegate = self.delegate.clone()
        del self._call  # it was of the other one
        self._leave_ahead()
        self._reads_on = False
        return with_callback(future, callback)


# What waits at the end of a tailable cursor.
_WAITING = _FETCHING - {"try_next"}


def _close_and_return(delegate: Any, cursor: Cursor) -> Cursor:
    delegate.close()
    return cursor


class RawBatchCursor(
    Cursor,
    source=pymongo.cursor.RawBatchCursor,
    twin=pymongo.asynchronous.cursor.AsyncRawBatchCursor,
):
    """Batches of undecoded documents, as bytes, to be iterated with ``async for``."""


CursorFuture._classes += (Cursor,)
