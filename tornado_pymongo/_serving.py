"""A Tornado server that ends well: no request that has begun is cut off."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders, HTTPMessageDelegate, RequestStartLine, ResponseStartLine

from tornado_pymongo import log

OnStop = Callable[[], Awaitable[object] | None]

# Less than the 30 seconds after which Kubernetes kills a process, as what comes after the server
# takes time, too: closing a client has 5 seconds for the calls that run.
_LIMIT = 20.0

# Seconds for Tornado to take note that connections are closed, which takes it milliseconds.
_CLOSING = 1.0

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class GracefulHTTPServer(HTTPServer):
    """Tornado's HTTPServer, with a graceful shutdown.

    ::

        async with tornado_pymongo.MongoClient() as client:
            server = GracefulHTTPServer(Application([("/", Handler, {"client": client})]))
            server.listen(8888)
            await server.run_until_signal()

    It has the arguments and methods of ``tornado.httpserver.HTTPServer``, and serves in the same
    way, on the event loop's thread.

    Tornado's own ``close_all_connections()`` cuts off the requests in progress. Here they end
    first: `shut_down` has the details.
    """

    def initialize(self, *args: Any, **kwargs: Any) -> None:
        """Take the arguments of Tornado's HTTPServer."""
        super().initialize(*args, **kwargs)
        self._progress = _Progress()
        self._waits: list[asyncio.Task[None]] = []

    async def run_until_signal(
        self, *, limit_seconds: float = _LIMIT, on_stop: OnStop | None = None
    ) -> int:
        """Wait for SIGTERM or SIGINT (Ctrl-C), and then shut down as `shut_down` does.

        A second signal cuts off what is still in progress. The handlers of these signals that were
        there before are back when this returns. It must run in the main thread. If the coroutine
        is cancelled, as ``asyncio.run`` does at Ctrl-C on Windows, it shuts down as well.

        :param limit_seconds: see `shut_down`, as for `on_stop` and the result.
        """
        stop = asyncio.Event()

        def handle_signal() -> None:
            if stop.is_set():
                self._cancel_waits()
            stop.set()

        with _handled_by(handle_signal):
            try:
                await stop.wait()
            except asyncio.CancelledError:
                await self.shut_down(limit_seconds=limit_seconds, on_stop=on_stop)
                raise
            return await self.shut_down(limit_seconds=limit_seconds, on_stop=on_stop)

    async def shut_down(
        self, *, limit_seconds: float = _LIMIT, on_stop: OnStop | None = None
    ) -> int:
        """Stop listening, let the requests in progress end, and close all connections.

        1. The sockets that it listens on are closed, and so are idle connections.
        2. `on_stop` is called.
        3. Each request in progress has until the limit: its handler to finish, its response to be
           sent. The response says ``Connection: close``, and its connection is closed.
        4. Requests that are not over then are cut off, which is logged.

        WebSockets are no requests in this sense. Nobody waits for them or closes them.

        Close the client afterwards. A handler that still runs, as its request was cut off, then
        gets `pymongo.errors.InvalidOperation` from its next call.

        :param limit_seconds: the longest that the requests in progress, and `on_stop`, may take.
        :param on_stop: a function, or a coroutine function, that ends what would not end by
            itself: it closes WebSockets, or tells endless responses to finish. Its error is raised
            when all connections are closed.
        :returns: the number of requests that were cut off.
        """
        progress = self._progress
        self.stop()
        progress.stop()
        stopping = asyncio.create_task(_call(on_stop))
        self._waits = [asyncio.create_task(progress.drain()), stopping]
        try:
            await asyncio.wait(self._waits, timeout=limit_seconds)
        finally:
            self._cancel_waits()
            cut_off = len(progress.in_use.union(progress.handled.values()))
            if cut_off:
                log.warning(
                    "requests_cut_off",
                    "%(requests)d requests were cut off, since they were not over when the server"
                    " had to end; the limit is %(limit_seconds)s seconds",
                    requests=cut_off,
                    limit_seconds=limit_seconds,
                )
            # Not Tornado's close_all_connections(), which waits for one after the other, without an
            # end: a handler that receives a body piece by piece may be waiting for anything.
            connections = progress.idle | progress.in_use
            if closing := [asyncio.ensure_future(each.close()) for each in connections]:
                await asyncio.wait(closing, timeout=_CLOSING)
            for task in closing:
                task.cancel()
        if stopping.done() and not stopping.cancelled():
            stopping.result()
        return cut_off

    def _cancel_waits(self) -> None:
        for task in self._waits:
            task.cancel()

    # Tornado starts a request when it begins to wait for one.

    def start_request(self, server_conn: Any, request_conn: Any) -> HTTPMessageDelegate:
        """Return what receives the next request of a connection, which is idle now."""
        self._progress.set_idle(server_conn)
        start = partial(super().start_request, server_conn, request_conn)
        return _Request(self._progress, server_conn, request_conn, start)

    def on_close(self, server_conn: Any) -> None:
        """Take note that a connection is closed."""
        super().on_close(server_conn)
        self._progress.set_closed(server_conn)


class _Progress:
    """The connections of a server, and the requests in progress."""

    def __init__(self) -> None:
        self.is_stopping = False
        # Connections on which no request has begun, and those on which one has, until the last
        # byte of its response is sent.
        self.idle: set[Any] = set()
        self.in_use: set[Any] = set()
        # The requests whose handlers run, each with its connection. One whose client has gone away
        # is among them: its handler may be in the middle of what it writes to the database.
        self.handled: dict[_Request, Any] = {}
        self._changed = asyncio.Event()

    def set_idle(self, connection: Any) -> None:
        self.in_use.discard(connection)
        self.idle.add(connection)
        self._changed.set()
        if self.is_stopping:
            connection.stream.close()

    def stop(self) -> None:
        self.is_stopping = True
        for connection in self.idle:
            connection.stream.close()

    def set_closed(self, connection: Any) -> None:
        self.in_use.discard(connection)
        self.idle.discard(connection)
        self._changed.set()

    def begin(self, request: _Request, connection: Any) -> None:
        self.idle.discard(connection)
        self.in_use.add(connection)
        self.handled[request] = connection

    def end(self, request: _Request) -> None:
        self.handled.pop(request, None)
        self._changed.set()

    async def drain(self) -> None:
        """Wait until no request is in progress."""
        while self.in_use or self.handled:
            self._changed.clear()
            await self._changed.wait()


# The methods that a handler calls tell that it has finished, even if its client has gone away.
_OBSERVED = ("write_headers", "finish", "detach")


class _Request(HTTPMessageDelegate):
    """Tells the server when a request begins, and when its handler has finished."""

    def __init__(
        self,
        progress: _Progress,
        server_conn: Any,
        request_conn: Any,
        start: Callable[[], HTTPMessageDelegate],
    ) -> None:
        self._progress = progress
        self._server_conn = server_conn
        self._request_conn = request_conn
        self._start = start
        self._delegate = HTTPMessageDelegate()  # it does nothing

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        if self._server_conn.stream.closed():
            return None  # it was sent ahead, and nobody can get a response any more
        self._methods = {name: getattr(self._request_conn, name) for name in _OBSERVED}
        for name in _OBSERVED:
            setattr(self._request_conn, name, getattr(self, f"_{name}"))
        self._progress.begin(self, self._server_conn)
        self._delegate = self._start()
        return self._delegate.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        return self._delegate.data_received(chunk)

    def finish(self) -> None:
        self._delegate.finish()

    def on_connection_close(self) -> None:
        # The body is not complete, so the handler does not run, or is told by an error.
        self._delegate.on_connection_close()
        self._end()

    def _write_headers(
        self, start_line: ResponseStartLine, headers: HTTPHeaders, chunk: bytes | None = None
    ) -> Any:
        if self._progress.is_stopping and start_line.code != 101:  # a WebSocket's says "Upgrade"
            headers["Connection"] = "close"
        return self._methods["write_headers"](start_line, headers, chunk)

    def _finish(self) -> None:
        self._end()
        self._methods["finish"]()

    def _detach(self) -> Any:
        self._end()
        return self._methods["detach"]()

    def _end(self) -> None:
        for name in _OBSERVED:
            vars(self._request_conn).pop(name, None)  # else they would refer to each other
        self._progress.end(self)


async def _call(on_stop: OnStop | None) -> None:
    if on_stop is not None and (stopping := on_stop()) is not None:
        await stopping


@contextmanager
def _handled_by(function: Callable[[], None]) -> Iterator[None]:
    """Have the loop call a function at each signal to stop; loops on Windows cannot."""
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    with suppress(NotImplementedError):
        for number in _SIGNALS:
            loop.add_signal_handler(number, function)
    try:
        yield
    finally:
        for number, handler in before.items():
            with suppress(NotImplementedError):
                if loop.remove_signal_handler(number) and handler is not None:
                    signal.signal(number, handler)
