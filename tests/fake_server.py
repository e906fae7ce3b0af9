"""A server that speaks enough of MongoDB's protocol to be used, and lies when it is told to."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import bson

OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013

_HEADER = struct.Struct("<iiii")  # length, request, the request that it answers, opcode

_HELLO = {
    "helloOk": True,
    "ismaster": True,
    "isWritablePrimary": True,
    "maxBsonObjectSize": 2**24,
    "maxMessageSizeBytes": 48_000_000,
    "maxWriteBatchSize": 100_000,
    "minWireVersion": 0,
    "maxWireVersion": 17,
    "readOnly": False,
}


def header(length: int, answers: int, opcode: int = OP_MSG) -> bytes:
    """Return the header of a message."""
    return _HEADER.pack(length, 1, answers, opcode)


def message(answers: int, document: bytes, opcode: int = OP_MSG) -> bytes:
    """Return a message that carries a document, as BSON."""
    start = b"\0" * 5 if opcode == OP_MSG else struct.pack("<iqii", 0, 0, 0, 1)
    return header(16 + len(start) + len(document), answers, opcode) + start + document


class FakeServer:
    """Answers on a port of 127.0.0.1: ``with FakeServer() as server``.

    Every command succeeds and finds nothing. While `lie` is set, it answers each ``find``:
    ``lie(request)`` gets the id of the request and returns what to send, in pieces. An empty piece
    closes the connection; without one it stays open.
    """

    def __init__(self) -> None:
        self.lie: Callable[[int], Iterable[bytes]] | None = None
        self.lies = 0  # how many were told
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.uri = f"mongodb://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> FakeServer:
        self._threads[0].start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        # What only closes a socket does not end who waits for it.
        for each in (self._listener, *self._connections):
            with suppress(OSError):  # it is closed already
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # the end
            while True:
                connection, _ = self._listener.accept()
                self._connections.append(connection)
                self._threads.append(threading.Thread(target=self._serve, args=[connection]))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):  # the client may have gone away
            while self._answer(connection):
                pass

    def _answer(self, connection: socket.socket) -> bool:
        """Answer one request; tell whether the connection goes on."""
        head = connection.recv(16, socket.MSG_WAITALL)
        if len(head) < 16:
            return False
        length, request, _, opcode = _HEADER.unpack(head)
        body = connection.recv(length - 16, socket.MSG_WAITALL)
        # An OP_QUERY has flags, a name and two numbers before its document, an OP_MSG five bytes.
        start = 5 if opcode == OP_MSG else body.index(0, 4) + 9
        (size,) = struct.unpack_from("<i", body, start)
        command: dict[str, Any] = bson.decode(body[start : start + size])
        if "find" in command and self.lie is not None:
            self.lies += 1
            for piece in self.lie(request):
                if not piece:
                    return False
                connection.sendall(piece)
            return True
        reply = {"ok": 1, **_HELLO}
        if "find" in command:
            reply = {"ok": 1, "cursor": {"id": 0, "ns": "a.b", "firstBatch": []}}
        opcode = OP_MSG if opcode == OP_MSG else OP_REPLY
        connection.sendall(message(request, bson.encode(reply), opcode))
        return True
