"""Buffered reads of a connection's socket: fewer system calls for each operation.

PyMongo reads a reply in two steps, the header and the body. For each it sets a timeout, and resets
it. Python's socket polls before each read that has a timeout. So an operation takes nine system
calls, each of which releases the GIL, for which other threads compete. Mostly it takes two here:

- A read fills a buffer, and the next read is served from the buffer.
- A reply that arrives in one piece is passed on at once, without PyMongo's two reads.
- ``settimeout()`` only stores the timeout. The 0.5 s with which PyMongo reads are those of the
  kernel (``SO_RCVTIMEO``), in a blocking read. Any other timeout is set on the socket when a read
  or a write has to wait.

The caller of the socket sees no difference. PyMongo's monitoring connections keep their sockets,
and so do connections of pyOpenSSL.
"""

from __future__ import annotations

import socket
import ssl
import struct
from contextlib import suppress
from typing import Any

from pymongo import message
from pymongo.synchronous import pool

from tornado_pymongo.internals import contract
from tornado_pymongo.internals.contract import csot

# How long a read lasts, in seconds, before PyMongo asks whether the call was cancelled: as PyMongo
# has it.
INTERVAL = 0.5

_OpMsg: Any = getattr(message, "_OpMsg", None)
_HEADER = struct.Struct("<iiii").unpack_from

# The size of the buffer, in bytes: that of the largest TLS record, of which OpenSSL reads one at a
# time.
_SIZE = 2**14


def socket_of(connection: Any) -> Any:
    """Return the socket of PyMongo's connection."""
    interface = connection.conn  # up to PyMongo 4.11, this is the socket
    return getattr(interface, "conn", interface)


def buffer_reads(connection: Any) -> None:
    """Give PyMongo's connection, which has done its handshake, buffered reads."""
    if not contract.holds(contract.BUFFERED_READS):
        return
    sock = socket_of(connection)
    timeout = sock.gettimeout()
    if type(sock) is ssl.SSLSocket:
        sock.__class__ = _BufferedTLSSocket  # one cannot be made from another
        _BufferedSocket._begin(sock, timeout)  # type: ignore[arg-type]
    elif type(sock) is socket.socket:
        buffered = _BufferedSocket(fileno=sock.detach())
        buffered._begin(timeout)
        interface = type(connection.conn)
        connection.conn = buffered if interface is socket.socket else interface(buffered)
        connection.__class__ = _Connection
    elif not isinstance(sock, socket.socket) and not hasattr(sock, "set_verify"):  # pyOpenSSL's has
        contract.switch_off(contract.BUFFERED_READS, f"its sockets: {type(sock).__name__}")


class _Connection(pool.Connection):
    """PyMongo's connection, with a short way for a reply that arrives in one piece."""

    def receive_message(self, request_id: int | None) -> Any:
        try:
            reply = socket_of(self).receive_whole(request_id)
        except BaseException as error:
            self._raise_connection_failure(error)
        return super().receive_message(request_id) if reply is None else _OpMsg.unpack(reply)


class _BufferedSocket(socket.socket):
    """A socket with buffered reads, which sets a timeout only if it has to wait."""

    waiting: bool = False  # whether a thread is in recv()

    # The class whose methods do the work. super() takes longer.
    _real: type[socket.socket] = socket.socket

    def _begin(self, timeout: float | None) -> None:
        self._buffer = bytearray(_SIZE)
        self._view = memoryview(self._buffer)
        self._start = self._end = 0  # of the unread bytes in the buffer
        self._timeout = timeout  # the one that PyMongo has set
        self._kernel_timeout = self._set_kernel_timeout()  # that of a blocking read
        self._set_real_timeout(timeout if self._kernel_timeout is None else None)

    def _set_kernel_timeout(self) -> float | None:
        # If the system has no such option, or another layout of it, a timeout is set for each wait.
        with suppress(AttributeError, OSError):
            interval = struct.pack("@ll", 0, int(INTERVAL * 1e6))
            option = socket.SOL_SOCKET, socket.SO_RCVTIMEO
            self.setsockopt(*option, interval)
            if self.getsockopt(*option, len(interval)) == interval:
                return INTERVAL
        return None

    def __repr__(self) -> str:
        # PyMongo leaves some sockets unclosed: filters of ResourceWarnings know them by that name.
        ours, real = (f"{each.__module__}.{each.__qualname__}" for each in (type(self), self._real))
        return super().__repr__().replace(ours, real)

    def settimeout(self, value: float | None) -> None:
        self._timeout = value

    def gettimeout(self) -> float | None:
        return self._timeout

    def _set_real_timeout(self, timeout: float | None) -> None:
        self._real_timeout = timeout  # the one that Python uses
        super().settimeout(timeout)

    def sendall(self, data: Any, flags: int = 0) -> None:
        timeout = self._timeout
        if timeout != self._real_timeout:
            if self._real_timeout is None and self._kernel_timeout is not None:
                # Mostly the system takes all at once, and no timeout is needed.
                with suppress(BlockingIOError):
                    sent = self._real.send(self, data, flags | socket.MSG_DONTWAIT)
                    data = memoryview(data)[sent:]
                if not data:
                    return
            self._set_real_timeout(timeout)
        self._real.sendall(self, data, flags)

    def receive_whole(self, request_id: int | None) -> bytes | None:
        """Return the body of the reply to this request, if it arrives in one piece.

        Else return None: what has arrived is in the buffer, for `recv_into`.
        """
        timeout = self._kernel_timeout
        if timeout is None or self._timeout is not None or self.pending() or csot.get_timeout():
            return None
        try:
            self._start, self._end = 0, self._wait_for(self._buffer, 0, 0, timeout)
        except TimeoutError:
            return None
        length, _, *kind = _HEADER(self._buffer)
        if not self._end == length > 16 or kind != [request_id, _OpMsg.OP_CODE]:
            return None
        self._start = length
        return bytes(self._view[16:length])

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        size = nbytes or len(buffer)
        start = self._start
        left = self._end - start
        if not left:
            if size >= _SIZE:
                return self._wait_for(buffer, nbytes, flags, self._timeout)
            self._end = left = self._wait_for(self._buffer, 0, flags, self._timeout)
            start = 0
        size = min(size, left)
        buffer[:size] = self._view[start : start + size]
        self._start = start + size
        return size

    def _wait_for(self, buffer: Any, nbytes: int, flags: int, timeout: float | None) -> int:
        blocking = self._real_timeout is None and timeout in (None, self._kernel_timeout)
        if not blocking and timeout != self._real_timeout:
            self._set_real_timeout(timeout)
        self.waiting = True
        try:
            while True:
                try:
                    return self._real.recv_into(self, buffer, nbytes, flags)
                except BlockingIOError:  # noqa: PERF203 - SO_RCVTIMEO is over
                    if not blocking:
                        raise
                    if timeout is not None:
                        raise TimeoutError("timed out") from None
        finally:
            self.waiting = False

    def pending(self) -> int:
        """Return the number of bytes that can be read without waiting for the socket."""
        return self._end - self._start


class _BufferedTLSSocket(_BufferedSocket, ssl.SSLSocket):  # type: ignore[misc]
    """The same with TLS. OpenSSL ignores SO_RCVTIMEO, so a timeout is set for each wait."""

    _real = ssl.SSLSocket

    def _set_kernel_timeout(self) -> None:
        return None

    def pending(self) -> int:
        return super().pending() or ssl.SSLSocket.pending(self)
