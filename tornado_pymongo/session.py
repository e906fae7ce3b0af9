"""Sessions and transactions."""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any
from weakref import ref

import pymongo.asynchronous.client_session
import pymongo.client_session
from pymongo.errors import InvalidOperation, PyMongoError

from tornado_pymongo import log
from tornado_pymongo.bridge import Callback, check_callback, until_over
from tornado_pymongo.errors import TooManyCalls
from tornado_pymongo.exclusive import Exclusive, until_free
from tornado_pymongo.executor import Call
from tornado_pymongo.futures import CallFuture
from tornado_pymongo.proxy import Operation, bound_session


class ClientSession(
    Exclusive,
    sync_class=pymongo.client_session.ClientSession,
    async_class=pymongo.asynchronous.client_session.AsyncClientSession,
):
    """A session, for ``async with client.start_session() as session``.

    Leaving it ends the session, in a worker. ``await client.start_session()`` is the same session,
    as code written for Motor has it.
    """

    _has_state = True

    # The calls that were given this session. Weak, so as not to keep results, in a tuple that is
    # made anew: a call may be let go of in another thread, and a WeakSet would change then, while
    # one goes over it.
    _users: tuple[ref[Call], ...] = ()

    # The abort of a transaction that follows from the abort of one of its operations.
    _aborting: CallFuture | None = None

    def __await__(self) -> Generator[Any, Any, ClientSession]:
        return self
        yield

    def _check_usable(self) -> None:
        if self.delegate.in_transaction:
            self._check_free()  # its operations must come one after the other

    def _used_by(self, future: CallFuture) -> None:
        if (call := future.call) is not None:
            self._users = (*map(ref, self._calls()), ref(call))
            if self.delegate.in_transaction:
                future.add_done_callback(partial(self._abort_with, call))  # which keeps the call

    def _calls(self) -> list[Call]:
        """Return the calls that were given this session and that somebody still knows."""
        return [call for user in self._users if (call := user()) is not None]

    def _user(self) -> Call | None:
        """Return a call that was given this session and is not over."""
        return next((call for call in self._calls() if not call.done()), None)

    def _abort_with(self, call: Call, future: Any = None) -> None:
        """Abort the transaction if an operation of it was: nobody knows what that has done."""
        # Not if it was aborted by the close of the client, which leaves no thread for that.
        is_cancelled = not self._runtime.executor.closed if future is None else future.cancelled()
        is_open = self.delegate.in_transaction and self._aborting is None
        if call.aborted and is_cancelled and is_open:
            self._aborting = self._runtime.in_task(self._abort_when_free())

    def _running(self) -> Call | None:
        # An operation of the transaction runs on if its caller has given up. If the transaction
        # were aborted before the operation has reached the server, it would be done outside of it.
        return super()._running() or (self._user() if self.delegate.in_transaction else None)

    def _start(
        self, operation: Operation, callback: Callback | None = None, future_class: Any = CallFuture
    ) -> Any:
        runtime, name = self._runtime, operation.name
        if runtime.executor.closed and name == "end_session" and not self.in_transaction:
            # Its client has ended it on the server; what is left does not wait.
            return runtime.completed(self.delegate.end_session(), callback=callback)
        if self._obstacle(name) is None:
            return super()._start(operation, callback, future_class)
        check_callback(callback)
        return runtime.in_task(self._start_after(operation), callback)

    def _obstacle(self, name: str) -> Call | CallFuture | None:
        """Return what must be over before a method is called, if there is anything."""
        for call in self._calls():  # its Future may not have told it yet
            self._abort_with(call)
        if self._aborting is not None and (
            name == "abort_transaction" or not self._aborting.done()
        ):
            return self._aborting
        is_end = name in ("end_session", "__exit__")
        waits = is_end or (self.delegate.in_transaction and super()._running() is None)
        return self._user() if waits else None

    async def _start_after(self, operation: Operation) -> Any:
        while (obstacle := self._obstacle(operation.name)) is not None:
            if isinstance(obstacle, Call):
                await until_over(obstacle)
                await self._free()
            else:
                await asyncio.shield(obstacle)
                if operation.name == "abort_transaction":
                    return None
        return await super()._start(operation)

    async def _abort_when_free(self) -> None:
        await self._free()
        try:
            await super()._start(Operation(self, "abort_transaction"))
        except PyMongoError as error:
            log.warning(
                "transaction_not_aborted",
                "a transaction of which an operation was cancelled could not be aborted, and waits"
                " for the end of its session or of its time: %(error)s",
                error=str(error),
            )

    def start_transaction(self, *args: Any, **kwargs: Any) -> TransactionContext:
        """Start a transaction, which is committed or aborted at the end of ``async with``.

        Runs at once, in the caller's thread: the server learns of it by the first operation. To be
        used as ``async with session.start_transaction()``, to be awaited before that or not. The
        source is PyMongo's `ClientSession.start_transaction`.
        """
        self._check_free()
        if self._user() is not None:
            raise InvalidOperation(
                "a call that was given this session has not finished, and could become part of the"
                " transaction: await that first"
            )
        self.delegate.start_transaction(*args, **kwargs)
        self._aborting, self._users = None, ()
        return TransactionContext(self)

    def with_transaction(
        self, callback: Callable[[ClientSession], Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Run a coroutine function in a transaction; return a Future of what it returned.

        `callback` gets this session, runs on the caller's loop, and is run again, or the commit is,
        as PyMongo has it. The source is PyMongo's `AsyncClientSession.with_transaction`, of
        which the installed version's own code decides on retries, back-off and deadlines.

        :raises TypeError: if `callback` is no coroutine function.
        """
        if not callable(callback):
            raise TypeError(
                f"with_transaction needs a coroutine function, not {type(callback).__name__}"
            )

        async def run(session: ClientSession) -> Any:
            result = callback(session)
            if not inspect.isawaitable(result):
                raise TypeError(
                    "with_transaction needs a coroutine function: what it was given returned"
                    f" {type(result).__name__}, so its operations were not waited for"
                )
            try:
                return await result
            except asyncio.CancelledError:
                if self._aborting is not None:
                    await asyncio.shield(self._aborting)
                raise

        return self._runtime.in_task(self._run_transaction(run, args, kwargs))

    async def _run_transaction(self, callback: Any, args: Any, kwargs: Any) -> Any:
        """Run a transaction; if that is cancelled, leave none open, nor one in its commit."""
        try:
            return await self._async_class.with_transaction(self, callback, *args, **kwargs)  # type: ignore[attr-defined]
        except asyncio.CancelledError:
            if self.delegate.in_transaction:
                with suppress(PyMongoError):  # it ends with its session
                    await asyncio.shield(self._runtime.in_task(self._abort_if_open()))
            raise

    async def _abort_if_open(self) -> None:
        await self._free()  # a commit that was cancelled may still run
        if self.delegate.in_transaction:
            await self.abort_transaction()

    if hasattr(pymongo.client_session.ClientSession, "bind"):

        @asynccontextmanager
        async def bind(self, end_session: bool = True) -> AsyncIterator[ClientSession]:
            """Use this session for all operations in an ``async with session.bind()``.

            Runs in the caller's thread, and holds for the caller's task and what it starts. With
            `end_session`, the session is ended, in a worker, when the ``async with`` is left. The
            source is PyMongo's `ClientSession.bind`.
            """
            try:
                # It sets a context variable, which must happen in the caller's context.
                with self.delegate.bind(end_session=False):
                    token = bound_session.set(self)
                    try:
                        yield self
                    finally:
                        bound_session.reset(token)
            finally:
                if end_session:
                    await self.__aexit__(*sys.exc_info())


class TransactionContext:
    """The result of `start_transaction`: commits at the end of ``async with``, or aborts."""

    def __init__(self, session: ClientSession) -> None:
        self._session = session

    def __await__(self) -> Generator[Any, Any, TransactionContext]:
        return self
        yield

    async def __aenter__(self) -> TransactionContext:
        return self

    async def __aexit__(self, exc_type: type[BaseException] | None, *exc_info: Any) -> None:
        await until_free(self._session)
        if self._session.in_transaction:
            if exc_type is None:
                await self._session.commit_transaction()
            else:
                with suppress(InvalidOperation, TooManyCalls):  # as in Closing
                    await self._session.abort_transaction()
