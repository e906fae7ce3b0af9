"""Sessions and transactions."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator
from typing import Any

import pymongo.asynchronous.client_session
import pymongo.client_session
from pymongo.errors import InvalidOperation

from tornado_pymongo.bridge import in_task
from tornado_pymongo.exclusive import Exclusive


class ClientSession(
    Exclusive,
    source=pymongo.client_session.ClientSession,
    twin=pymongo.asynchronous.client_session.AsyncClientSession,
):
    """A session, for ``async with client.start_session() as session``.

    Leaving it ends the session, in a worker. ``await client.start_session()`` is the same session,
    as code written for Motor has it.
    """

    def __await__(self) -> Generator[Any, Any, ClientSession]:
        return self
        yield

    def start_transaction(self, *args: Any, **kwargs: Any) -> TransactionContext:
        """Start a transaction, which is committed or aborted at the end of ``async with``.

        Runs at once, in the caller's thread: the server learns of it by the first operation. To be
        used as ``async with session.start_transaction()``, to be awaited before that or not. The
        source is PyMongo's `ClientSession.start_transaction`.
        """
        self._check_free()
        self.delegate.start_transaction(*args, **kwargs)
        return TransactionContext(self)

    def with_transaction(
        self, callback: Callable[[ClientSession], Any], /, *args: Any, **kwargs: Any
    ) -> Any:
        """Run a coroutine function in a transaction; return a Future of what it returned.

        `callback` gets this session, runs on the caller's loop, and is run again, or the commit is,
        as PyMongo says below. The source is PyMongo's `AsyncClientSession.with_transaction`, of
        which the installed version's own code decides on retries, back-off and deadlines.

        :raises pymongo.errors.InvalidOperation: where `callback` is no coroutine function.
        """
        if not callable(callback):
            raise InvalidOperation(
                f"with_transaction needs a coroutine function, not {type(callback).__name__}"
            )

        async def run(session: ClientSession) -> Any:
            result = callback(session)
            if not inspect.isawaitable(result):
                raise InvalidOperation(
                    "with_transaction needs a coroutine function: what it was given returned"
                    f" {type(result).__name__}, so its operations were not waited for"
                )
            return await result

        return in_task(self._twin.with_transaction(self, run, *args, **kwargs))  # type: ignore[attr-defined]

    if hasattr(pymongo.client_session.ClientSession, "bind"):

        def bind(self, end_session: bool = True) -> BoundSession:
            """Use this session for all operations in an ``async with session.bind()``.

            Runs in the caller's thread, and holds for the caller's task and what it starts. With
            `end_session`, the session is ended, in a worker, when the ``async with`` is left. The
            source is PyMongo's `ClientSession.bind`.
            """
            return BoundSession(self, end_session)


class TransactionContext:
    """What `start_transaction` returns: commits at the end of ``async with``, or aborts."""

    def __init__(self, session: ClientSession) -> None:
        self._session = session

    def __await__(self) -> Generator[Any, Any, TransactionContext]:
        return self
        yield

    async def __aenter__(self) -> TransactionContext:
        return self

    async def __aexit__(self, exc_type: type[BaseException] | None, *exc_info: Any) -> None:
        await self._session._free()
        if self._session.in_transaction:
            if exc_type is None:
                await self._session.commit_transaction()
            else:
                await self._session.abort_transaction()


class BoundSession:
    """What `bind` returns."""

    def __init__(self, session: ClientSession, end_session: bool) -> None:
        self._session = session
        self._end_session = end_session
        self._context = session.delegate.bind(end_session=False)

    # PyMongo's context sets a context variable, which must happen in the caller's context.

    async def __aenter__(self) -> ClientSession:
        self._context.__enter__()
        return self._session

    async def __aexit__(self, *exc_info: Any) -> None:
        self._context.__exit__(*exc_info)
        if self._end_session:
            await self._session.__aexit__(*exc_info)
