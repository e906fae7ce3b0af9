"""Buffered reads of a connection's socket: fewer system calls for each operation.

PyMongo sets a timeout before each of the two reads of a reply, its header and its body, and takes
it back afterwards. Python's socket polls before each read that has a timeout. So an operation takes
nine system calls, and each of them lets go of the GIL, for which other threads compete. Here it
takes two, in the common case:

- A read fetches what is there, up to the size of a buffer, of which the next read gets the rest.
- A reply that is there as a whole is handed on as it is, without going through those two reads.
- A timeout is only noted. The one that PyMongo reads with is the kernel's, in a blocking read. Any
  other is set on the socket, as ever, when a read or a write with it has to wait.

All that a caller of the socket can see stays the same. The connections with which PyMongo monitors
the servers, and those of pyOpenSSL, are left as they are.
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

# How long PyMongo waits in one read, in seconds, before it asks whether the call was cancelled.
INTERVAL = 0.5

_OpMsg: Any = getattr(message, "_OpMsg", None)
_HEADER = struct.Struct("<iiii").unpack_from

# How large the buffer is, in bytes: as much as one record of TLS has.
_SIZE = 2**14


def socket_of(connection: Any) -> Any:
    """Return the socket of a connection of PyMongo's."""
    interface = connection.conn  # up to PyMongo 4.11 the socket itself
    return getattr(interface, "conn", interface)


def buffer_reads(connection: Any) -> None:
    """Have a connection of PyMongo's, which is ready for use, have buffered reads."""
    if not contract.holds(contract.BUFFERED_READS):
        return
    sock = socket_of(connection)
    timeout = sock.gettimeout()
    if type(sock) is ssl.SSLSocket:
        sock.__class__ = _BufferedTLSSocket  # it has no way to be made of another one
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
    """A connection of PyMongo's that takes the shortest way to a reply that comes in one piece."""

    def receive_message(self, request_id: int | None) -> Any:
        try:
            reply = socket_of(self).receive_whole(request_id)
        except BaseException as error:
            self._raise_connection_failure(error)
        return super().receive_message(request_id) if reply is None else _OpMsg.unpack(reply)


class _BufferedSocket(socket.socket):
    """A socket with buffered reads; the timeout that it tells need not be set on the real one."""

    waiting: bool = False  # whether a thread is in a read

    # Whose methods are the real ones; super() would be slow (see `Call`).
    _real: type[socket.socket] = socket.socket

    def _begin(self, timeout: float | None) -> None:
        self._buffer = bytearray(_SIZE)
        self._view = memoryview(self._buffer)
        self._start = self._end = 0  # of what was read and not yet taken
        self._timeout = timeout  # as PyMongo asks for it
        self._kernel_timeout = self._set_kernel_timeout()  # ends a read that has no other timeout
        self._set_real_timeout(timeout if self._kernel_timeout is None else None)

    def _set_kernel_timeout(self) -> float | None:
        # If the system has another idea of these bytes, or none, each wait has a real timeout.
        with suppress(AttributeError, OSError):
            interval = struct.pack("@ll", 0, int(INTERVAL * 1e6))
            option = socket.SOL_SOCKET, socket.SO_RCVTIMEO
            self.setsockopt(*option, interval)
            if self.getsockopt(*option, len(interval)) == interval:
                return INTERVAL
        return None

    def __repr__(self) -> str:
        # Filters of ResourceWarnings know what PyMongo leaves unclosed by that name.
        ours, real = (f"{each.__module__}.{each.__qualname__}" for each in (type(self), self._real))
        return super().__repr__().replace(ours, real)

    def settimeout(self, value: float | None) -> None:
        self._timeout = value

    def gettimeout(self) -> float | None:
        return self._timeout

    def _set_real_timeout(self, timeout: float | None) -> None:
        self._real_timeout = timeout  # as Python has it
        super().settimeout(timeout)

    def sendall(self, data: Any, flags: int = 0) -> None:
        timeout = self._timeout
        if timeout != self._real_timeout:
            if self._real_timeout is None and self._kernel_timeout is not None:
                # Mostly there is no wait, and so no need for a timeout.
                with suppress(BlockingIOError):
                    sent = self._real.send(self, data, flags | socket.MSG_DONTWAIT)
                    data = memoryview(data)[sent:]
                if not data:
                    return
            self._set_real_timeout(timeout)
        self._real.sendall(self, data, flags)

    def receive_whole(self, request_id: int | None) -> bytes | None:
        """Return the body of the reply to this request, if it comes as a whole and as expected.

        Else return None, and leave what has come to be read.
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
                except BlockingIOError:  # noqa: PERF203 - the kernel's timeout has passed
                    if not blocking:
                        raise
                    if timeout is not None:
                        raise TimeoutError("timed out") from None
        finally:
            self.waiting = False

    def pending(self) -> int:
        """Return how many bytes are here, so that there is no need to wait for the socket."""
        return self._end - self._start


class _BufferedTLSSocket(_BufferedSocket, ssl.SSLSocket):  # type: ignore[misc]
    """The same with TLS, under which each wait has a real timeout: OpenSSL ignores the kernel's."""

    _real = ssl.SSLSocket

    def _set_kernel_timeout(self) -> None:
        return None

    def pending(self) -> int:
        return super().pending() or ssl.SSLSocket.pending(self)
