"""Interrupting a call that waits for the server.

Another thread cannot make PyMongo stop waiting for the server: it can shut the socket down, which
wakes the waiting thread with an error, and PyMongo asks the cancellation context of a connection,
twice a second, whether it still shall wait. `_Pool` makes these contexts ours. To interrupt a call:

1. The thread that aborts the call sets ``call.aborted``.
2. Then, under the call's ``checkout_lock``, it shuts down the socket of the connection that the
   call has checked out. A call that checks one out later looks at ``call.aborted`` under that lock.
3. The call's thread wakes up and asks the context, or PyMongo closes the connection because of the
   error, which also tells the context. The context raises `CancelledError`, before PyMongo can take
   the error for a failure of the server, clear the pool and try again.

A connection leaves its `_Checkout` under that lock as well: before it goes back to the pool, and
before its socket is closed, since the system may give the number of the socket to the next one. So
an interrupt never reaches a connection that somebody else has, and a connection that it has reached
is closed, not given back.

PyMongo's monitoring threads, which run no call, and other clients of PyMongo see nothing of this.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from inspect import signature
from math import inf
from time import monotonic
from typing import Any

from pymongo import network_layer
from pymongo.pool_options import PoolOptions
from pymongo.synchronous import pool

from tornado_pymongo.executor import Call, running_call
from tornado_pymongo.internals import contract
from tornado_pymongo.internals.sockets import INTERVAL, buffer_reads, socket_of


def interruptible() -> dict[str, Any]:
    """Return the options with which a PyMongo client has calls that can be interrupted, if any."""
    contract.check()
    known = contract.holds(contract.INTERRUPTS)
    return {"_pool_class": _Pool, "_condition_class": _Condition} if known else {}


class _Checkout:
    """A connection that a call has checked out, or waits for; what `Call.checkout` is.

    :param outer: the checkout that the call has besides, as when it asks for a key to encrypt with.
    """

    __slots__ = ("call", "connection", "outer", "session", "sock")

    def __init__(self, call: Call, handler: Any) -> None:
        self.call = call
        self.connection: Any = None
        self.sock: Any = None  # what an interrupt shuts down, as long as it may
        self.session: Any = getattr(handler, "session", None)
        self.outer: Any = call.checkout

    def begin(self, connection: Any) -> None:
        """Take note of the connection; interrupt it if the call was aborted meanwhile."""
        self.connection = connection
        connection.cancel_context.checkout = self
        with self.call.checkout_lock:
            self.sock = socket_of(connection)
            if self.call.aborted:
                self.interrupt()

    def release(self) -> bool:
        """Give up the connection; tell whether it may have been interrupted."""
        with self.call.checkout_lock:
            self.sock = None
            return self.call.aborted

    def end(self) -> bool:
        """Do so at the end of the checkout."""
        if self.call.checkout is self:
            self.call.checkout = self.outer
        return self.release()

    def awaited(self) -> int | None:
        """Return the descriptor that becomes readable when the server answers.

        It is negative if the server is not awaited now: while the thread computes, or has no
        connection yet, of which PyMongo opens few at a time. Return None if we cannot know.
        """
        if (sock := self.sock) is None:
            return -1
        waiting = getattr(sock, "waiting", None)
        return sock.fileno() if waiting else None if waiting is None else -1

    def interrupt(self) -> None:
        """Have the thread that reads or writes there wake up with an error.

        The call's `checkout_lock` is held. A thread that waits for a connection, or reads from
        something that is no socket, sees for itself within half a second that the call was aborted.
        """
        if isinstance(self.sock, socket.socket):
            with suppress(OSError):
                # An SSLSocket's own shutdown() would change its state under its reader.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


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
        call.checkout = checkout = _Checkout(call, handler)
        try:
            connection = pool.Pool._get_conn(self, checkout_started_time, handler=handler)
        except BaseException:
            checkout.end()
            raise
        checkout.begin(connection)
        return connection

    def checkin(self, conn: Any) -> None:
        context = conn.cancel_context
        checkout = getattr(context, "checkout", None)
        if checkout is not None:
            context.checkout = None
            if checkout.end():  # it may be shut down, though all was well
                conn.close_conn(None)
                _orphan(checkout)
        pool.Pool.checkin(self, conn)


def _orphan(checkout: _Checkout) -> None:
    """See to it that nobody gets the session of an operation that may still run on the server.

    The next operation of that session would wait there for this one.
    """
    session = checkout.session
    if session is not None and contract.holds(contract.ORPHANS):
        session._server_session.mark_dirty()
        if session._implicit:  # it is nobody else's
            checkout.call.orphaned_session = session._server_session.session_id


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
    checkout: _Checkout | None = None

    @property
    def cancelled(self) -> bool:
        # PyMongo asks once more after its use, and an error then would leave a connection unclosed.
        if self.in_use and (call := running_call()) is not None:
            call.check()
        return bool(super().cancelled)

    def cancel(self) -> None:
        super().cancel()
        if (checkout := self.checkout) is None:
            return
        # PyMongo closes the connection, for an error or because its pool is cleared. If that error
        # came from our interrupt, the call ends here, before PyMongo takes it for a failure of the
        # server's and clears the pool.
        if checkout.release() and running_call() is checkout.call:
            checkout.connection.conn.close()
            checkout.call.check_once()


class _Condition(threading.Condition):
    """A condition of PyMongo's, which ends the waiting of a call that was aborted."""

    def wait(self, timeout: float | None = None) -> bool:
        call = running_call()
        if call is None:
            return super().wait(timeout)
        end = monotonic() + (inf if timeout is None else timeout)
        while not super().wait(max(min(end - monotonic(), INTERVAL), 0.0)):
            if call.aborted:
                self.notify()  # it may have been our turn just now
                call.check()
            if monotonic() >= end:
                return False
        return True


def pool_of_one(sock: socket.socket) -> Any:
    """Return a pool with an idle connection, which has this socket; no listener is told of it."""
    is_sdam = "is_sdam" in signature(pool.Pool).parameters  # up to 4.12 "handshake", its opposite
    made = _Pool(("localhost", 27017), PoolOptions(), is_sdam)
    interface = getattr(network_layer, "NetworkingInterface", lambda sock: sock)  # since 4.12
    given: Any = (interface(sock), made, made.address, 0, False)
    made.ready()
    made.conns.append(pool.Connection(*given[: len(signature(pool.Connection).parameters)]))
    return made


def _try_out() -> str:
    """Check a connection out and in: its context must be ours, and know when it is used."""
    with socket.socket() as sock:
        with pool_of_one(sock).checkout() as connection:
            context = connection.cancel_context
            is_known = type(context) is _Interruptible and context.in_use
        is_known = is_known and not context.in_use and socket_of(connection) is sock
    return "" if is_known else "how a pool uses active_contexts, or its sockets"


contract.INTERRUPTS.trial = _try_out
