"""A load generator for HTTP: so many connections, each with one request at a time.

It does as little as it can, since it shares the machine with what it measures.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from itertools import count

from benchmarks.meter import Meter
from benchmarks.workloads import DOCUMENTS

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def request(n: int) -> bytes:
    """Return a request for a page."""
    return f"GET /pages/{n % DOCUMENTS} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


class Connection(asyncio.Protocol):
    """Sends a request, waits for its whole answer, and asks whether to send the next one.

    :param go_on: is given when the request was sent; returns whether there is another.
    """

    _transport: asyncio.WriteTransport
    _began: float

    def __init__(self, numbers: count[int], go_on: Callable[[float], bool]) -> None:
        self._numbers = numbers
        self._go_on = go_on
        self._received = b""
        self._left = -1  # of the body; less than 0 before the header is there
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._received, self._left = b"", -1
        self._began = time.perf_counter()
        self._transport.write(request(next(self._numbers)))

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer, and go on if it is the last one."""
        self._received += data
        header, gap, body = self._received.partition(b"\r\n\r\n")
        if not gap:
            return
        if self._left < 0:
            if not header.startswith(b"HTTP/1.1 200 "):
                self._end(OSError(header.decode(errors="replace")))
                return
            length = _LENGTH.search(header)
            assert length is not None
            self._left = int(length[1])
        if len(body) < self._left:
            return
        if self._go_on(self._began):
            self._send()
        else:
            self._end(None)

    def _end(self, error: Exception | None) -> None:
        if not self.done.done():
            if error:
                self.done.set_exception(error)
            else:
                self.done.set_result(None)
        self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail, if an answer is still missing."""
        self._end(exc or ConnectionError("the server has closed the connection"))


async def load(ports: list[int], meter: Meter, connections: int) -> None:
    """Send requests to these servers, in equal parts, for as long as the meter wants them."""
    loop, numbers = asyncio.get_running_loop(), count()
    made = [
        await loop.create_connection(
            lambda: Connection(numbers, meter.note_and_go_on),
            "127.0.0.1",
            ports[n % len(ports)],
        )
        for n in range(connections)
    ]
    await asyncio.gather(*[connection.done for _, connection in made])


async def ask(port: int) -> None:
    """Send one request, and wait for its answer."""
    _, connection = await asyncio.get_running_loop().create_connection(
        lambda: Connection(count(), lambda _: False), "127.0.0.1", port
    )
    await connection.done
