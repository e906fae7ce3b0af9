"""A network that misbehaves when it is told to: a TCP proxy between a client and one mongod."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from contextlib import suppress

# close() then sends RST rather than FIN.
_RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Forwards what comes to a loopback port of its own, in a thread of its own.

    What it is told takes effect before anything that is sent later; nothing here waits.
    Connections that were there before are concerned as well as new ones.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="proxy")
        self._started = threading.Event()
        self._connections: dict[asyncio.Task, tuple[asyncio.StreamWriter, ...]] = {}
        self._cut: tuple[int, bytes] | None = None
        # For how long, in seconds, each piece of data is held up on its way.
        self.to_server_delay = self.to_client_delay = 0.0

    def __enter__(self) -> Proxy:
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()

    @property
    def uri(self) -> str:
        """The connection string of a client that connects through here."""
        return f"mongodb://127.0.0.1:{self._port}/?directConnection=true"

    def drop(self) -> None:
        """Reset all connections."""
        self._loop.call_soon_threadsafe(self._reset_all)

    def refuse(self) -> None:
        """Refuse new connections, until `heal`."""
        self._loop.call_soon_threadsafe(lambda: self._server.close())

    def black_hole(self) -> None:
        """Accept connections and data, but forward nothing either way, until `heal`."""
        self._loop.call_soon_threadsafe(lambda: self._forwarding.clear())

    def cut(self, after: int, request: bytes) -> None:
        """End the connection after so many bytes of the reply to the next such request.

        :param request: what the request contains, such as the name of its command.
        """
        self._cut = (after, request)

    @property
    def has_cut(self) -> bool:
        """Whether nothing is left to be cut."""
        return self._cut is None

    def heal(self) -> None:
        """Forward again; what was held back goes first."""
        self.to_server_delay = self.to_client_delay = 0.0
        self._cut = None
        self._loop.call_soon_threadsafe(lambda: self._forwarding.set())
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop)

    # In the proxy's thread

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stopped = asyncio.Event()
        self._forwarding = asyncio.Event()
        self._forwarding.set()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self._port = self._server.sockets[0].getsockname()[1]
        self._started.set()
        await self._stopped.wait()
        self._server.close()
        connections = list(self._connections)
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    async def _listen(self) -> None:
        if not self._server.is_serving():
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)

    def _reset_all(self) -> None:
        for writers in self._connections.values():
            for writer in writers:
                raw = writer.get_extra_info("socket")
                with suppress(OSError):  # it is closed already
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        connection = asyncio.current_task()
        self._connections[connection] = (client,)
        try:
            # One end or the other is gone, or the proxy stops.
            with suppress(OSError, asyncio.CancelledError):
                from_server, server = await asyncio.open_connection(*self._target)
                self._connections[connection] = (client, server)
                asked = asyncio.Queue()  # where to cut the reply, for each request to be cut
                pumps = [
                    asyncio.ensure_future(self._to_server(reader, server, asked)),
                    asyncio.ensure_future(self._to_client(from_server, client, asked)),
                ]
                try:
                    await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for pump in pumps:
                        pump.cancel()
                    await asyncio.gather(*pumps, return_exceptions=True)
        finally:
            for writer in self._connections.pop(connection):
                writer.close()

    async def _to_server(self, reader, server, asked) -> None:
        while data := await reader.read(65536):
            await asyncio.sleep(self.to_server_delay)
            await self._forwarding.wait()
            if self._cut is not None and self._cut[1] in data:
                asked.put_nowait(self._cut[0])
                self._cut = None
            server.write(data)

    async def _to_client(self, reader, client, asked) -> None:
        while data := await reader.read(65536):
            await asyncio.sleep(self.to_client_delay)
            await self._forwarding.wait()
            if not asked.empty():
                client.write(data[: asked.get_nowait()])
                return
            client.write(data)
