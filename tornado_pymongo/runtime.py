"""The state that all objects of one client share."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from contextvars import Context
from typing import Any
from weakref import WeakValueDictionary

import pymongo
from pymongo.errors import PyMongoError

from tornado_pymongo.bridge import Callback, loop_of_caller, with_callback
from tornado_pymongo.executor import Call, Executor
from tornado_pymongo.futures import CallFuture, TaskFuture
from tornado_pymongo.options import WrapCall

# For how long we may try to tell the server that sessions are over, in seconds. PyMongo by itself
# has no limit if the server is there and does not answer. A choice: it bounds a close, and a server
# that has not answered by then has most likely gone.
CLEAN_UP = 5.0


class Runtime:
    """The threads of a client, its options, and the objects of ours that stand for its objects.

    :param client: ours.
    :param executor: the threads that run calls.
    :param streams: those that wait for changes.
    :param timeout: for how long an operation may take, in seconds, if the client has a timeoutMS.
    :param read_ahead: whether cursors fetch the next batch early.
    :param wrap_call: what the user has us call round each call, if anything.
    :param loop: of calls that are made while no loop runs, if that was chosen.
    :param substitutes: classes that stand in the place of this library's, proxies and Futures.
    """

    def __init__(
        self,
        client: Any,
        executor: Executor,
        streams: Executor,
        *,
        timeout: float | None,
        read_ahead: bool,
        wrap_call: WrapCall | None,
        loop: asyncio.AbstractEventLoop | None,
        substitutes: dict[type, type],
    ) -> None:
        self.client = client
        self.executor = executor
        self.streams = streams
        self.timeout = timeout
        self.read_ahead = read_ahead
        self.wrap_call = wrap_call
        self.loop = loop
        self.substitutes = substitutes
        # Our objects that must be the same each time, by the `id` of PyMongo's object.
        self.known: WeakValueDictionary[int, Any] = WeakValueDictionary()
        self.session_killer: SessionKiller = SessionKiller(executor, client.delegate)

    def future(self, cls: Any = CallFuture, callback: Callback | None = None) -> Any:
        """Return a new Future of the caller's loop or, if he has none, one without."""
        cls = self.substitutes.get(cls, cls)
        loop = loop_of_caller(self.loop, callback)
        return cls.unbound() if loop is None else cls(loop=loop)

    def completed(
        self, result: Any, cls: Any = CallFuture, callback: Callback | None = None
    ) -> Any:
        """Return a Future that has its result already or, if there is a callback, None."""
        future = self.future(cls, callback)
        future.set_result(result)
        return with_callback(future, callback)

    def in_task(
        self, coroutine: Any, callback: Callback | None = None, cls: Any = TaskFuture
    ) -> Any:
        """Run a coroutine of several calls on the caller's loop.

        Return a Future of its result or, if there is a callback, None. If the caller has no loop,
        it begins when the Future is awaited.
        """
        try:
            future = self.future(cls, callback)
        except BaseException:
            coroutine.close()
            raise
        future.run(coroutine)
        return with_callback(future, callback)


class SessionKiller:
    """Has the server give up what it does, or keeps, for the sessions of aborted calls."""

    def __init__(self, executor: Executor, client: Any) -> None:
        self._executor = executor
        self._client = client
        self._sessions: deque[Any] = deque()
        self._token: deque[None] = deque([None])  # there while no call that kills is on its way

    def kill_soon(self, session_id: Any) -> None:
        """Kill a session of the server's in a worker, together with others; does not wait."""
        self._sessions.append(session_id)
        with suppress(IndexError):
            self._token.pop()
            # Not in the context of the aborted call, whose deadline may have passed.
            call = Call(self._executor, self._kill, context=Context())
            call.receivers = ((None, self._is_over),)
            try:
                self._executor.start(call)
            except PyMongoError:  # no worker is left; the session expires on the server
                self._token.append(None)

    def _is_over(self, call: Call) -> None:
        if not call.has_begun:  # it has waited too long for a worker: the next one does it
            self._token.append(None)

    def _kill(self) -> None:
        self._token.append(None)
        sessions = []
        while self._sessions:
            sessions.append(self._sessions.popleft())
        if not sessions:  # an empty list would kill all sessions of the user
            return
        with suppress(PyMongoError), pymongo.timeout(CLEAN_UP):
            self._client.admin.command("killSessions", sessions)
