"""The graceful shutdown of a Tornado server: requests in progress end, and nothing hangs."""

from __future__ import annotations

import asyncio
import gc
import os
import signal

import pytest
from tornado.http1connection import HTTP1Connection
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler, stream_request_body
from tornado.websocket import WebSocketHandler, websocket_connect
from web_client import parse, request_of

from tornado_pymongo.web import GracefulHTTPServer

# Larger than what the kernel takes of it at once while the client reads nothing.
LARGE = 24 * 2**20

LIMIT = 30.0  # Seconds that no test reaches, unless it hangs.


class Slow(RequestHandler):
    """Answers when the test says so."""

    def initialize(self, site: Site) -> None:
        self.site = site

    async def get(self) -> None:
        self.site.entered.release()
        await self.site.gate.wait()
        self.write("x" * int(self.get_argument("length", "4")))
        self.site.answered += 1


@stream_request_body
class Upload(RequestHandler):
    """Takes a body piece by piece, and waits in between."""

    def initialize(self, site: Site) -> None:
        self.site = site

    async def data_received(self, chunk: bytes) -> None:
        self.site.entered.release()
        await self.site.gate.wait()

    def put(self) -> None:
        self.write("here")


class Endless(RequestHandler):
    """Sends events until it is told to stop."""

    def initialize(self, site: Site) -> None:
        self.site = site

    async def get(self) -> None:
        self.write("first\n")
        await self.flush()
        self.site.entered.release()
        await self.site.stopping.wait()
        self.write("last\n")


class Echo(WebSocketHandler):
    """A connection that is no request any more once it is open."""


class Tunnel(RequestHandler):
    """Takes the connection, and uses it after the request."""

    def initialize(self, site: Site) -> None:
        self.site = site

    async def get(self) -> None:
        stream = self.detach()
        self.site.entered.release()
        await self.site.stopping.wait()
        stream.close()


class Site:
    """A server in the test's own loop."""

    def __init__(self) -> None:
        self.entered = asyncio.Semaphore(0)
        self.gate = asyncio.Event()
        self.stopping = asyncio.Event()
        self.answered = 0
        site = {"site": self}
        routes = [("/slow", Slow, site), ("/up", Upload, site), ("/endless", Endless, site)]
        routes += [("/tunnel", Tunnel, site), ("/socket", Echo)]
        self.server = GracefulHTTPServer(Application(routes))
        sockets = bind_sockets(0, "127.0.0.1")
        self.port = sockets[0].getsockname()[1]
        self.server.add_sockets(sockets)
        self.writers = []

    async def connect(self):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers.append(writer)
        return reader, writer

    async def begin(self, path="/slow", method="GET", **headers):
        """Send a request on a connection that stays open, and return both ends of that."""
        reader, writer = await self.connect()
        headers = {"Connection": "keep-alive", **headers}
        writer.write(request_of(method, path, headers))
        return reader, writer

    async def until_entered(self):
        await asyncio.wait_for(self.entered.acquire(), LIMIT)

    async def shut_down(self, **options):
        return await asyncio.wait_for(self.server.shut_down(**options), LIMIT)

    async def until_stopping(self):
        """Wait until it no longer listens."""
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except ConnectionError:
                return
            writer.close()
            await asyncio.sleep(0.01)


async def read(reader):
    return await asyncio.wait_for(reader.read(), LIMIT)


@pytest.fixture
async def site():
    site = Site()
    yield site
    site.gate.set()
    site.stopping.set()
    for writer in site.writers:
        writer.close()
    await site.shut_down(limit_seconds=0)


async def test_a_request_in_progress_gets_its_whole_response(site):
    """Also if the client takes it late: all that the kernel holds is less than the response.

    Idle connections are closed meanwhile.
    """
    unused, _ = await site.connect()
    reader, _ = await site.begin(f"/slow?length={LARGE}")
    await site.until_entered()
    ending = asyncio.create_task(site.server.shut_down(limit_seconds=LIMIT))
    assert await read(unused) == b""
    site.gate.set()
    while not site.answered:
        await asyncio.sleep(0.01)
    assert not ending.done()
    answer = parse(await read(reader))
    assert (answer.status, len(answer.body)) == (200, LARGE)
    assert answer.headers["connection"] == "close"
    assert await ending == 0


async def test_an_idle_connection_is_closed_at_once_whatever_the_limit(site):
    site.gate.set()
    unused, _ = await site.connect()
    reader, _ = await site.begin()
    await site.until_entered()
    head = await asyncio.wait_for(reader.readuntil(b"xxxx"), LIMIT)
    assert b"Connection: close" not in head
    assert await site.shut_down(limit_seconds=10 * LIMIT) == 0
    assert (await read(reader), await read(unused)) == (b"", b"")


async def test_the_limit_cuts_off_what_is_not_over(site, caplog):
    reader, _ = await site.begin()
    await site.until_entered()
    assert await site.shut_down(limit_seconds=0.05) == 1
    assert await read(reader) == b""
    (record,) = caplog.records
    assert (record.mongo_event, record.mongo_requests) == ("requests_cut_off", 1)
    assert "1 requests were cut off" in record.getMessage()


async def test_the_limit_ends_a_handler_that_waits_amid_a_body(site):
    """Tornado's close_all_connections() waits for it without an end, and so for all after it."""
    for _ in range(3):
        _, writer = await site.begin("/up", "PUT", **{"Content-Length": "8"})
        writer.write(b"half")
        await site.until_entered()
    readers = [(await site.begin())[0] for _ in range(3)]
    for _ in readers:
        await site.until_entered()
    assert await site.shut_down(limit_seconds=0.05) == 6
    for reader in readers:
        assert await read(reader) == b""


async def test_a_handler_whose_client_has_gone_is_waited_for(site):
    _, writer = await site.begin()
    await site.until_entered()
    writer.close()
    ending = asyncio.create_task(site.server.shut_down(limit_seconds=LIMIT))
    while site.server._connections:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0)
    assert not ending.done()
    site.gate.set()
    assert await asyncio.wait_for(ending, LIMIT) == 0
    assert site.answered == 1


async def test_a_client_that_goes_amid_its_body_is_not_waited_for(site):
    site.gate.set()
    _, writer = await site.begin("/up", "PUT", **{"Content-Length": "8"})
    writer.write(b"half")
    await site.until_entered()
    writer.close()
    assert await site.shut_down(limit_seconds=LIMIT) == 0


async def test_on_stop_ends_what_would_not_end_by_itself(site):
    """It is called when nobody can connect any more, and counts in the limit."""
    reader, _ = await site.begin("/endless")
    await site.until_entered()
    refused = []

    async def stop():
        try:
            await site.connect()
        except ConnectionError as error:
            refused.append(error)
        site.stopping.set()

    assert await site.shut_down(limit_seconds=LIMIT, on_stop=stop) == 0
    assert b"last" in await read(reader)
    assert refused
    assert await site.shut_down(limit_seconds=0.05, on_stop=asyncio.Event().wait) == 0


async def test_an_error_of_on_stop_is_raised_after_all(site):
    reader, _ = await site.begin()
    await site.until_entered()

    def stop():
        site.gate.set()
        raise LookupError

    with pytest.raises(LookupError):
        await site.shut_down(limit_seconds=LIMIT, on_stop=stop)
    assert parse(await read(reader)).status == 200


async def test_a_websocket_is_not_waited_for_and_not_closed(site):
    connection = await websocket_connect(f"ws://127.0.0.1:{site.port}/socket")
    assert await site.shut_down(limit_seconds=LIMIT) == 0
    assert connection.close_code is None
    connection.close()


async def test_a_connection_that_a_handler_has_taken_is_not_waited_for(site):
    await site.begin("/tunnel")
    await site.until_entered()
    assert await site.shut_down(limit_seconds=LIMIT) == 0


async def test_a_request_that_was_sent_ahead_does_not_run(site):
    """Its client can get no response, and may send it again to another server."""
    reader, writer = await site.begin()
    writer.write(request_of("GET", "/slow"))
    await site.until_entered()
    ending = asyncio.create_task(site.server.shut_down(limit_seconds=LIMIT))
    await site.until_stopping()
    site.gate.set()
    assert await asyncio.wait_for(ending, LIMIT) == 0
    assert (await read(reader)).count(b"200 OK") == site.answered == 1


async def test_a_request_leaves_nothing_behind(site):
    site.gate.set()
    reader, writer = await site.begin()
    await site.until_entered()
    await asyncio.wait_for(reader.readuntil(b"xxxx"), LIMIT)
    progress = site.server._progress
    while not progress.idle:
        await asyncio.sleep(0)
    assert (len(progress.idle), progress.in_use, progress.handled) == (1, set(), {})
    writer.close()
    while progress.idle:
        await asyncio.sleep(0.01)


async def test_a_request_leaves_the_collector_nothing(site):
    """No more than with Tornado's server: a busy one makes no garbage."""
    site.gate.set()
    gc.collect()
    gc.disable()
    try:
        reader, _ = await site.begin()
        await site.until_entered()
        await asyncio.wait_for(reader.readuntil(b"xxxx"), LIMIT)
        while not site.server._progress.idle:
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        alive = [each for each in gc.get_objects() if type(each) is HTTP1Connection]
        assert len(alive) == 1  # which waits for the next request
    finally:
        gc.enable()


# Signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_shuts_it_down_and_then_means_what_it_did(site, number):
    before = signal.getsignal(number)
    serving = asyncio.create_task(site.server.run_until_signal(limit_seconds=LIMIT))
    reader, _ = await site.begin()
    await site.until_entered()
    os.kill(os.getpid(), number)
    await site.until_stopping()
    assert not serving.done()
    site.gate.set()
    assert await asyncio.wait_for(serving, LIMIT) == 0
    assert parse(await read(reader)).status == 200
    assert signal.getsignal(number) is before


async def test_a_second_signal_cuts_off(site):
    serving = asyncio.create_task(site.server.run_until_signal(limit_seconds=10 * LIMIT))
    reader, _ = await site.begin()
    await site.until_entered()
    os.kill(os.getpid(), signal.SIGTERM)
    await site.until_stopping()
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(serving, LIMIT) == 1
    assert await read(reader) == b""


async def test_if_it_is_cancelled_it_shuts_down(site):
    serving = asyncio.create_task(site.server.run_until_signal(limit_seconds=LIMIT))
    reader, _ = await site.begin()
    await site.until_entered()
    serving.cancel()
    await site.until_stopping()
    site.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(serving, LIMIT)
    assert parse(await read(reader)).status == 200
