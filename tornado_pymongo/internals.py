"""The one place that touches private names of PyMongo.

Each function falls back to PyMongo's public ways where a name is missing.
"""

from __future__ import annotations

import inspect
import logging
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from copy import copy
from functools import cache, partial
from time import monotonic
from types import SimpleNamespace
from typing import Any

from pymongo import CursorType, _csot, message
from pymongo.synchronous import pool

from tornado_pymongo.call import running_call

logger: logging.Logger = logging.getLogger("tornado_pymongo")

# Deadlines


def begin_timeout(context: Context, seconds: float | None) -> float | None:
    """Begin a client's timeoutMS in a copy of the caller's context, unless that has a timeout.

    Return when the time is over, as `time.monotonic` tells it, or None for never.
    """
    try:
        timeout = _csot.get_timeout()
        if timeout is None:
            if seconds is None:
                return None
            context.run(_csot._TimeoutContext(seconds).__enter__)
            timeout = seconds
        return context[_csot.DEADLINE] if timeout else None  # 0 is for ever
    except (AttributeError, KeyError):
        return None  # it counts from when the worker begins


# Interrupting a call that waits for the server. PyMongo's monitoring threads, which run no call,
# and other clients of PyMongo see nothing of this.

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
            ("Pool.checkin", _parameters_of("checkin") == ["self", "conn"]),
            ("_CancellationContext", hasattr(_CancellationContext, "cancelled")),
        )
        if not there
    ]
    if missing:
        logger.warning(
            "calls that run cannot be interrupted when they are cancelled, since this PyMongo"
            " differs in %s from those that we know",
            ", ".join(missing),
        )
        return {}
    return {"_pool_class": _Pool, "_condition_class": _Condition}


_STARTED = "checkout_started_time"


def _parameters_of(name: str) -> list[str]:
    return list(inspect.signature(getattr(pool.Pool, name, str)).parameters)


class _Checkout:
    """A connection that a call has; what `Call.held` is.

    :param outer: the one that it has besides, as when it asks for a key to encrypt with.
    """

    __slots__ = ("connection", "outer", "session")

    def __init__(self, connection: Any, session: Any, outer: _Checkout | None) -> None:
        self.connection = connection
        self.session = session
        self.outer = outer

    def interrupt(self) -> None:
        """Have the thread that reads or writes there wake up with an error."""
        connection = self.connection.conn
        sock = getattr(connection, "get_conn", connection)
        if isinstance(sock, socket.socket):  # else it is noticed within half a second
            with suppress(OSError):
                # An SSLSocket's own shutdown() would change its state under its reader.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


class _Pool(pool.Pool):
    """A pool whose connections can be interrupted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.active_contexts = _Contexts()
        self.size_cond = _Condition(self.lock)
        self._max_connecting_cond = _Condition(self.lock)

    def _get_conn(self, checkout_started_time: float, handler: Any = None) -> Any:
        call = running_call()
        if call is None:
            return super()._get_conn(checkout_started_time, handler=handler)
        call.check()
        connection = super()._get_conn(checkout_started_time, handler=handler)
        call.held = _Checkout(connection, getattr(handler, "session", None), call.held)
        return connection

    def checkin(self, conn: Any) -> None:
        call = running_call()
        held = call.held if call is not None else None
        if call and held and held.connection is conn and call.let_go(held.outer):
            # It may be interrupted, though all was well: nobody else shall have it.
            conn.close_conn(None)
            # The operation may still run on the server. The next one of its session would wait
            # for it there, so nobody shall get that session who does not know.
            server_session = getattr(held.session, "_server_session", None)
            if server_session is not None:
                server_session.mark_dirty()
                if held.session._implicit:  # it is nobody else's
                    call.left_behind = server_session.session_id
        super().checkin(conn)


_CancellationContext: Any = getattr(pool, "_CancellationContext", object)


class _Contexts(set[Any]):
    """The cancellation contexts of a pool's connections that are in use: interruptible ones.

    PyMongo puts the context of each connection in here while it uses the connection, from before
    the handshake on.
    """

    def add(self, context: Any) -> None:
        context.__class__ = _Interruptible
        super().add(context)

    def discard(self, context: Any) -> None:
        context.__class__ = _CancellationContext
        super().discard(context)


class _Interruptible(_CancellationContext):  # type: ignore[misc]
    """What PyMongo asks, while it waits for the server, whether it still shall."""

    @property
    def cancelled(self) -> bool:
        call = running_call()
        if call is not None:
            call.check()
        return bool(super().cancelled)

    def cancel(self) -> None:
        super().cancel()
        # PyMongo closes the connection, for an error or because its pool is cleared. If that error
        # came from our interruption, the call ends here, before PyMongo takes it for a failure of
        # the server's and clears the pool.
        call = running_call()
        if call is not None and (held := call.held) is not None:
            connection = held.connection
            if connection.cancel_context is self and call.aborted:
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


# Clients and cursors

# Whether PyMongo selects a server to make an exhaust cursor, rather than check the one it asks.
exhaust_selects_server: bool = not hasattr(message, "_check_exhaust_supported")


def connect(client: Any) -> None:
    """Begin to connect, as a client made with ``connect=True`` does at once."""
    client._connect()


def redacted(text: str, client: Any) -> str:
    """Return the text, the `repr` of something of a client's, without what must not be told.

    PyMongo 4.9, at least, tells these options in full.
    """
    options = client.options._options
    for name in _SECRET_OPTIONS & set(options):
        text = text.replace(f"{name}={options[name]!r}", f"{name}=<redacted>")
    return text


_SECRET_OPTIONS = {
    *("authmechanismproperties", "proxypassword", "proxyusername"),
    "tlscertificatekeyfilepassword",
}


def leave_alone(cursor: Any) -> None:
    """Have PyMongo kill the cursor later, as one that was forgotten; does not wait."""
    cursor._die_no_lock()


def end(cursor: Any) -> None:
    """Have a cursor be at its end, and PyMongo kill it later; does not wait."""
    cursor._die_no_lock()
    cursor._data.clear()


def is_closed(cursor: Any) -> bool:
    """Tell whether a cursor is closed, though documents may be left in it."""
    return bool(getattr(cursor, "_killed", not cursor.alive))


def is_tailable(cursor: Any) -> bool:
    """Tell whether a cursor waits for more at its end."""
    return bool(getattr(cursor, "_query_flags", 0) & CursorType.TAILABLE)


def forget_chunks(grid_out: Any) -> None:
    """Have a file ask for its next chunk anew; PyMongo kills the cursor that it had, later."""
    grid_out._chunk_iter = None


def has_next_at_hand(cursor: Any) -> bool:
    """Tell whether ``cursor.next()`` would return or raise without asking the server.

    So it does where a document of the last batch is left, or where the cursor is at its end.
    """
    try:
        return bool(cursor._data or cursor._killed or getattr(cursor, "_empty", False))
    except AttributeError:
        return False


def fill(cursor: Any) -> bool:
    """Ask the server for the next batch if none is at hand; tell whether there is a document."""
    if getattr(cursor, "_empty", False):
        return False
    return bool(cursor._data or cursor._refresh())


def has_change_at_hand(stream: Any) -> bool:
    """Tell whether ``stream.try_next()`` would return a change without asking the server."""
    try:
        return bool(stream.alive and stream._cursor._data)
    except AttributeError:
        return False


def mark_closed(stream: Any) -> None:
    """Have a change stream that is to be closed end for those who iterate over it."""
    stream._closed = True


def is_open(grid_out: Any) -> bool:
    """Tell whether the attributes of a file are at hand."""
    return bool(grid_out._file)


def has_line_at_hand(grid_out: Any) -> bool:
    """Tell whether ``grid_out.readline()`` would return without asking the server."""
    state = vars(grid_out)  # what it lacks would be looked for in the file's document
    return bool(state.get("_buffer", b"").find(b"\n", state.get("_buffer_pos", 0)) >= 0)


def with_key_vault(options: Any, unwrap: Callable[[Any], Any]) -> Any:
    """Return AutoEncryptionOpts whose key vault client is PyMongo's, in the place of ours."""
    options = copy(options)
    options._key_vault_client = unwrap(options._key_vault_client)
    return options


def wished_wait(cursor_or_stream: Any) -> Any:
    """Return for how long the server shall wait for new documents, in milliseconds, or None."""
    return getattr(cursor_or_stream, "_max_await_time_ms", None)


def limit_wait(cursor: Any, wished: Any, seconds: float | None) -> None:
    """Have the server wait no longer than this for new documents, or, with None, as was wished."""
    if seconds is not None:
        # By itself it waits for a second.
        wished = min(1000 if wished is None else wished, int(seconds * 1000))
    cursor._max_await_time_ms = wished


def cursor_of(stream: Any) -> Any:
    """Return the cursor that a change stream has now."""
    return stream._cursor


def read_in_small_batches(grid_out: Any, number: int) -> None:
    """Have a GridOut fetch so many chunks at a time, where it would fetch 16 MB of them."""
    with suppress(AttributeError):
        find = partial(grid_out._chunks.find, batch_size=number)
        grid_out._chunks = SimpleNamespace(find=find)


def write_in_small_batches(grid_in: Any, data: bytes, size: int) -> None:
    """Write to a GridIn, which sends what it has when it is `size` bytes, not when it is 48 MB."""
    if getattr(grid_in, "_buffered_docs_size", 0) >= size:
        grid_in._buffered_docs_size = sys.maxsize  # with the next chunk it is time to send
    grid_in.write(data)


def remove_unfinished(grid_in: Any) -> None:
    """Remove what a GridIn has stored; its own `abort` removes a complete file of that id too."""
    if grid_in._coll.files.find_one({"_id": {"$eq": grid_in._id}}, {"_id": 1}) is None:
        grid_in.abort()
