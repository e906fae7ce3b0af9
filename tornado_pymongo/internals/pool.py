"""Interrupting a call that waits for the server.

A thread that waits for the server wakes up with an error if another thread shuts its socket down.
PyMongo takes that error for a failure of the server: it would clear the pool and try again. But it
asks the cancellation context of its connection before, and also twice a second while it waits. In
the connections of `_Pool` these contexts are ours. To interrupt a call:

1. The thread that aborts the call sets ``call.aborted``.
2. Under the call's ``checkout_lock``, this thread shuts down the socket of the connection that the
   call has checked out. If the call checks a connection out later, it looks at ``call.aborted``
   under the same lock, and shuts the socket down itself.
3. The call's thread wakes up, and PyMongo asks the context (`_Interruptible.cancelled`), or closes
   the connection (`_Interruptible.cancel`). Either raises `CancelledError`, and PyMongo gives up.

A connection also leaves its `_Checkout` under that lock, for two reasons. If it goes back to the
pool, the next call may get it. If its socket is closed, the system may give the descriptor to
another socket. So an interrupt reaches no connection of another call, and a connection that it may
have reached is closed, not returned to the pool.

PyMongo's monitoring threads run no call, so they are not affected.
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
    """Return the options that make the calls of PyMongo's client interruptible, if possible."""
    contract.check()
    known = contract.holds(contract.INTERRUPTS)
    return {"_pool_class": _Pool, "_condition_class": _Condition} if known else {}


class _Checkout:
    """The value of `Call.checkout`: the connection that a call has checked out, or waits for.

    `outer` is another checkout of the call, made before: the operation for which PyMongo asks for
    an encryption key has its connection already.
    """

    __slots__ = ("call", "connection", "outer", "session", "sock")

    def __init__(self, call: Call, handler: Any) -> None:
        self.call = call
        self.connection: Any = None
        self.sock: Any = None  # an interrupt shuts it down; None before and after the use
        self.session: Any = getattr(handler, "session", None)
        self.outer: Any = call.checkout

    def begin(self, connection: Any) -> None:
        """Store the connection. If the call is already aborted, interrupt it."""
        self.connection = connection
        connection.cancel_context.checkout = self
        with self.call.checkout_lock:
            self.sock = socket_of(connection)
            if self.call.aborted:
                self.interrupt()

    def release(self) -> bool:
        """Protect the connection from interrupts; tell whether it may have had one."""
        with self.call.checkout_lock:
            self.sock = None
            return self.call.aborted

    def end(self) -> bool:
        """Do the same, and end the checkout."""
        if self.call.checkout is self:
            self.call.checkout = self.outer
        return self.release()

    def awaited(self) -> int | None:
        """Return the descriptor that becomes readable when the server answers.

        It is negative if the thread does not wait for the server: it computes, or PyMongo has no
        connection for it yet. It is None if the socket is not ours, and so does not tell.
        """
        if (sock := self.sock) is None:
            return -1
        waiting = getattr(sock, "waiting", None)
        return sock.fileno() if waiting else None if waiting is None else -1

    def interrupt(self) -> None:
        """Wake up the thread that reads or writes there. The call's `checkout_lock` is held.

        If it waits for a connection, or its socket is pyOpenSSL's, it finds out within 0.5 s.
        """
        if isinstance(self.sock, socket.socket):
            with suppress(OSError):
                # SSLSocket.shutdown() would remove its TLS object, which the reader uses.
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
        # Monitoring connections keep their sockets. Up to 4.12, `handshake` of their pool is False.
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
            if checkout.end():  # its socket may be shut down, though the operation succeeded
                conn.close_conn(None)
                _orphan(checkout)
        pool.Pool.checkin(self, conn)


def _orphan(checkout: _Checkout) -> None:
    """Keep the session of an operation that may still run on the server from being used again.

    The next operation of that session would wait on the server for this one.
    """
    session = checkout.session
    if session is not None and contract.holds(contract.ORPHANS):
        session._server_session.mark_dirty()
        if session._implicit:  # the user has no reference to it, so it can be killed
            checkout.call.orphaned_session = session._server_session.session_id


_CancellationContext: Any = getattr(pool, "_CancellationContext", object)


class _Contexts(set[Any]):
    """The cancellation contexts of those connections of a pool that are in use.

    PyMongo adds the context of a connection before the handshake, and at each checkout.
    """

    def add(self, context: Any) -> None:
        # Once in the life of a connection: without the GIL, assigning to __class__ stops all
        # threads. Measured, if twice a call: 7 more thread switches with 4 threads, 14 with 84.
        if type(context) is not _Interruptible:
            context.__class__ = _Interruptible
        context.in_use = True
        set.add(self, context)

    def discard(self, context: Any) -> None:
        context.in_use = False
        set.discard(self, context)


class _Interruptible(_CancellationContext):  # type: ignore[misc]
    """A cancellation context, which PyMongo asks, while it waits, whether to go on."""

    in_use: bool
    checkout: _Checkout | None = None

    @property
    def cancelled(self) -> bool:
        # PyMongo also asks after the use. An error would then leave the connection unclosed.
        if self.in_use and (call := running_call()) is not None:
            call.check()
        return bool(super().cancelled)

    def cancel(self) -> None:
        super().cancel()
        if (checkout := self.checkout) is None:
            return
        # PyMongo closes the connection, because of an error or because its pool is cleared. If our
        # interrupt caused the error, the call ends here, before PyMongo clears the pool.
        if checkout.release() and running_call() is checkout.call:
            checkout.connection.conn.close()
            checkout.call.check_once()


class _Condition(threading.Condition):
    """A condition on which PyMongo waits for other threads; an abort ends the wait."""

    def wait(self, timeout: float | None = None) -> bool:
        call = running_call()
        if call is None:
            return super().wait(timeout)
        end = monotonic() + (inf if timeout is None else timeout)
        while not super().wait(max(min(end - monotonic(), INTERVAL), 0.0)):
            if call.aborted:
                self.notify()  # a notification may have come for us just now: pass it on
                call.check()
            if monotonic() >= end:
                return False
        return True


def pool_of_one(sock: socket.socket) -> Any:
    """Return a pool with one idle connection, which has this socket. It tells no listener."""
    is_sdam = "is_sdam" in signature(pool.Pool).parameters  # up to 4.12 "handshake", its opposite
    made = _Pool(("localhost", 27017), PoolOptions(), is_sdam)
    interface = getattr(network_layer, "NetworkingInterface", lambda sock: sock)  # since 4.12
    given: Any = (interface(sock), made, made.address, 0, False)
    made.ready()
    made.conns.append(pool.Connection(*given[: len(signature(pool.Connection).parameters)]))
    return made


def _try_out() -> str:
    """Check a connection out and in: its context must be ours, and tell when it is in use."""
    with socket.socket() as sock:
        with pool_of_one(sock).checkout() as connection:
            context = connection.cancel_context
            is_known = type(context) is _Interruptible and context.in_use
        is_known = is_known and not context.in_use and socket_of(connection) is sock
    return "" if is_known else "how a pool uses active_contexts, or its sockets"


contract.INTERRUPTS.trial = _try_out
