"""Interrupting a call that waits for the server.

PyMongo's monitoring threads, which run no call, and other clients of PyMongo see nothing of this.
"""

from __future__ import annotations

import inspect
import socket
import threading
from contextlib import suppress
from functools import cache
from time import monotonic
from typing import Any

from pymongo.synchronous import pool

from tornado_pymongo import log
from tornado_pymongo.executor import running_call
from tornado_pymongo.internals.sockets import buffer_reads

# How often a thread that waits for another one of PyMongo looks whether its call was aborted, in
# seconds: as often as PyMongo itself looks while it waits for the server.
_POLL = 0.5


@cache
def interruptible() -> dict[str, Any]:
    """Return the options of a PyMongo client whose waiting calls can be interrupted.

    They are none where PyMongo lacks what we build on: then a call that is aborted goes on until
    the server answers, or its own time is over.
    """
    missing = [
        what
        for what, there in (
            ("Pool._get_conn", _parameters_of("_get_conn") == ["self", _STARTED, "handler"]),
            ("Pool.connect", _parameters_of("connect") == ["self", "handler"]),
            ("Pool.checkin", _parameters_of("checkin") == ["self", "conn"]),
            ("_CancellationContext", hasattr(_CancellationContext, "cancelled")),
        )
        if not there
    ]
    if missing:
        log.warning(
            "calls_not_interruptible",
            "calls that run cannot be interrupted when they are cancelled, since this PyMongo"
            " differs in %(differs_in)s from those that we know",
            differs_in=", ".join(missing),
        )
        return {}
    return {"_pool_class": _Pool, "_condition_class": _Condition}


_STARTED = "checkout_started_time"


def _parameters_of(name: str) -> list[str]:
    return list(inspect.signature(getattr(pool.Pool, name, str)).parameters)


class _Checkout:
    """A connection that a call has, or is about to have; what `Call.checkout` is.

    :param outer: the one that it has besides, as when it asks for a key to encrypt with.
    """

    __slots__ = ("connection", "outer", "session")

    def __init__(self, session: Any, outer: _Checkout | None) -> None:
        self.connection: Any = None
        self.session = session
        self.outer = outer

    def _socket(self) -> Any:
        interface = self.connection.conn  # up to PyMongo 4.12 the socket itself
        return getattr(interface, "get_conn", interface)

    def awaited(self) -> int | None:
        """Return the descriptor that becomes readable when the server answers.

        It is negative where the server is not awaited now: while the thread computes, or has no
        connection yet, of which PyMongo opens few at a time. Return None where we cannot know.
        """
        if self.connection is None:
            return -1
        sock = self._socket()
        waiting = getattr(sock, "waiting", None)
        return sock.fileno() if waiting else None if waiting is None else -1

    def interrupt(self) -> None:
        """Have the thread that reads or writes there wake up with an error."""
        if self.connection is None:  # it sees that for itself, within half a second
            return
        sock = self._socket()
        if isinstance(sock, socket.socket):  # else it is noticed within half a second
            with suppress(OSError):
                # An SSLSocket's own shutdown() would change its state under its reader.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


class _Pool(pool.Pool):
    """A pool whose connections can be interrupted, and have buffered reads."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.active_contexts = _Contexts()
        self.size_cond = _Condition(self.lock)
        self._max_connecting_cond = _Condition(self.lock)

    def connect(self, handler: Any = None) -> Any:
        connection = super().connect(handler)
        # Those that monitor a server, by whatever name PyMongo has for it, keep their sockets.
        if not getattr(connection, "is_sdam", False) and getattr(self, "handshake", True):
            buffer_reads(connection)
        return connection

    def _get_conn(self, checkout_started_time: float, handler: Any = None) -> Any:
        call = running_call()
        if call is None:
            return super()._get_conn(checkout_started_time, handler=handler)
        call.check()
        outer = call.checkout
        call.checkout = held = _Checkout(getattr(handler, "session", None), outer)
        try:
            held.connection = connection = pool.Pool._get_conn(
                self, checkout_started_time, handler=handler
            )
        except BaseException:
            call.checkout = outer
            raise
        return connection

    def checkin(self, conn: Any) -> None:
        call = running_call()
        held = call.checkout if call is not None else None
        if call and held and held.connection is conn and call.hold(held.outer):
            # It may be interrupted, though all was well: nobody else shall have it.
            conn.close_conn(None)
            # The operation may still run on the server. The next one of its session would wait
            # for it there, so nobody shall get that session who does not know.
            server_session = getattr(held.session, "_server_session", None)
            if server_session is not None:
                server_session.mark_dirty()
                if held.session._implicit:  # it is nobody else's
                    call.orphaned_session = server_session.session_id
        pool.Pool.checkin(self, conn)


_CancellationContext: Any = getattr(pool, "_CancellationContext", object)


class _Contexts(set[Any]):
    """The cancellation contexts of a pool's connections that are in use: interruptible ones.

    PyMongo puts the context of each connection in here while it uses the connection, from before
    the handshake on.
    """

    def add(self, context: Any) -> None:
        # Once for a connection, and for good: without the GIL, this stops all threads for a while.
        # Measured there, twice a call: 7 more switches of threads with 4 of them, 14 with 84.
        if type(context) is not _Interruptible:
            context.__class__ = _Interruptible
        context.in_use = True
        set.add(self, context)

    def discard(self, context: Any) -> None:
        context.in_use = False
        set.discard(self, context)


class _Interruptible(_CancellationContext):  # type: ignore[misc]
    """What PyMongo asks, while it waits for the server, whether it still shall."""

    in_use: bool

    @property
    def cancelled(self) -> bool:
        # PyMongo asks once more after its use, where an error would leave a connection unclosed.
        if self.in_use and (call := running_call()) is not None:
            call.check()
        return bool(super().cancelled)

    def cancel(self) -> None:
        super().cancel()
        if not self.in_use:
            return
        # PyMongo closes the connection, for an error or because its pool is cleared. If that error
        # came from our interruption, the call ends here, before PyMongo takes it for a failure of
        # the server's and clears the pool.
        call = running_call()
        if call is not None and (held := call.checkout) is not None:
            connection = held.connection
            if connection is not None and connection.cancel_context is self and call.aborted:
                connection.conn.close()
                call.check_once()


class _Condition(threading.Condition):
    """A condition of PyMongo's, which ends the waiting of a call that was aborted."""

    def wait(self, timeout: float | None = None) -> bool:
        call = running_call()
        if call is None:
            return super().wait(timeout)
        end = None if timeout is None else monotonic() + timeout
        while True:
            left = _POLL if end is None else min(end - monotonic(), _POLL)
            if super().wait(max(left, 0.0)):
                return True
            if call.aborted:
                self.notify()  # it may have been our turn just now
                call.check()
            if end is not None and monotonic() >= end:
                return False
