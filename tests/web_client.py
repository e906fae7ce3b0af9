"""A client that shows what a server has really sent, byte for byte."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """What a server sent until it closed the connection."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def request_of(method: str, path: str, headers: dict[str, str] | None = None) -> bytes:
    """Return the head of a request, after which the connection is to be closed."""
    headers = {"Host": "localhost", "Connection": "close", **(headers or {})}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {headers[name]}" for name in headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def parse(data: bytes) -> Answer:
    """Return the answer that the bytes are."""
    head, _, body = data.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        assert name.lower() not in headers, f"twice: {name}"
        headers[name.lower()] = value.strip()
    return Answer(int(status.split()[1]), headers, body)


async def ask(
    port: int, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> Answer:
    """Send a request, all of it, and then read the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        if body:
            headers = {"Content-Length": str(len(body)), **(headers or {})}
        writer.write(request_of(method, path, headers) + body)
        await writer.drain()
        return parse(await reader.read())
    finally:
        writer.close()


async def connect(port: int) -> socket.socket:
    """Return a socket that takes little, and only when it is read."""
    client = socket.socket()
    client.setblocking(False)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 * 1024)
    await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", port))
    return client


def vanish(client: socket.socket) -> None:
    """Close the connection as a client does that has been killed."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
