"""Sockets with buffered reads: few system calls, and nothing else that a caller could tell."""

from __future__ import annotations

import socket
import ssl
import threading
import time

import bson
import pymongo
import pytest
from fake_server import FakeServer, message
from hypothesis import given
from hypothesis import strategies as st
from interpreter import EARLY, EARLY_REASON
from pymongo.errors import AutoReconnect, NetworkTimeout
from pymongo.synchronous import pool as pymongo_pool

import tornado_pymongo
from tornado_pymongo.internals import contract, sockets

KERNEL_WAITS = hasattr(socket, "SO_RCVTIMEO")


def connect(sock):
    """Return a connection of PyMongo's, as up to 4.11."""
    connection = pymongo_pool.Connection.__new__(pymongo_pool.Connection)
    connection.conn = sock
    return connection


@pytest.fixture
def pair():
    """Return a socket with buffered reads, and the other end."""
    ours, theirs = socket.socketpair()
    connection = connect(ours)
    sockets.buffer_reads(connection)
    with connection.conn, theirs:
        yield connection.conn, theirs


def tls_pair():
    """Return the same over TLS."""
    if EARLY:
        pytest.skip(EARLY_REASON)
    import trustme

    authority = trustme.CA()
    server_context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(server_context)
    client_context = ssl.create_default_context()
    authority.configure_trust(client_context)
    ours, theirs = socket.socketpair()
    made = []
    thread = threading.Thread(
        target=lambda: made.append(server_context.wrap_socket(theirs, server_side=True))
    )
    thread.start()
    connection = connect(client_context.wrap_socket(ours, server_hostname="127.0.0.1"))
    thread.join()
    sockets.buffer_reads(connection)
    return connection.conn, made[0]


def receive(sock, size):
    view = memoryview(bytearray(size))
    count = 0
    while count < size:
        read = sock.recv_into(view[count:])
        assert read
        count += read
    return bytes(view)


@pytest.fixture
def reads(monkeypatch):
    """Return how much was asked for in each read of a real socket, and the timeouts set there."""
    seen = []
    wait_for = sockets._BufferedSocket._wait_for
    set_real = sockets._BufferedSocket._set_real_timeout

    def count(self, buffer, *how):
        seen.append(len(buffer))
        return wait_for(self, buffer, *how)

    def count_timeout(self, timeout):
        seen.append(f"timeout {timeout}")
        set_real(self, timeout)

    monkeypatch.setattr(sockets._BufferedSocket, "_wait_for", count)
    monkeypatch.setattr(sockets._BufferedSocket, "_set_real_timeout", count_timeout)
    return seen


# As a socket


@given(
    pieces=st.lists(st.binary(min_size=1, max_size=40_000), min_size=1, max_size=5),
    sizes=st.lists(st.integers(1, 40_000), min_size=1, max_size=5),
)
def test_what_is_sent_comes_whole_and_in_order(pieces, sizes):
    ours, theirs = socket.socketpair()
    connection = connect(ours)
    sockets.buffer_reads(connection)
    with connection.conn as sock, theirs:
        sending = threading.Thread(target=lambda: [theirs.sendall(piece) for piece in pieces])
        sending.start()
        sent = b"".join(pieces)
        received = b""
        while len(received) < len(sent):
            size = min(sizes[len(received) % len(sizes)], len(sent) - len(received))
            received += receive(sock, size)
        sending.join()
        assert received == sent
        assert sock.pending() == 0


def test_what_a_read_leaves_is_had_without_another_one(pair, reads):
    sock, theirs = pair
    theirs.sendall(b"head" + b"body" * 100)
    assert receive(sock, 4) == b"head"
    assert sock.pending() == 400
    assert receive(sock, 400) == b"body" * 100
    assert reads == [sockets._SIZE]


def test_what_is_larger_than_the_buffer_goes_where_it_belongs_at_once(pair, reads):
    sock, theirs = pair
    theirs.sendall(b"x" * 20_000)
    assert receive(sock, 20_000) == b"x" * 20_000
    assert max(reads) == 20_000


def test_the_end_is_told_as_ever(pair):
    sock, theirs = pair
    theirs.sendall(b"last")
    theirs.close()
    assert receive(sock, 4) == b"last"
    assert sock.recv_into(bytearray(4)) == 0


@pytest.mark.skipif(not KERNEL_WAITS, reason="this system has no timeout of a blocking read")
@pytest.mark.parametrize("interval", [0.01, sockets.INTERVAL])
def test_a_timeout_is_that_which_was_set_last(pair, reads, interval):
    sock, theirs = pair
    sock.settimeout(interval)
    assert sock.gettimeout() == interval
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        sock.recv_into(bytearray(4))
    assert time.monotonic() - began >= interval * 0.9
    assert not sock.waiting
    assert [read for read in reads if read != sockets._SIZE] == (
        [] if interval == sockets.INTERVAL else [f"timeout {interval}"]
    )
    theirs.sendall(b"late")
    assert receive(sock, 4) == b"late"


@pytest.mark.parametrize(
    ("make", "name"), [(socket.socketpair, "socket.socket"), (tls_pair, "ssl.SSLSocket")]
)
def test_filters_of_warnings_know_what_is_left_unclosed(make, name):
    ours, theirs = make()
    if make is socket.socketpair:
        connection = connect(ours)
        sockets.buffer_reads(connection)
        ours = connection.conn
        del connection
    with theirs, pytest.warns(ResourceWarning, match=f"^unclosed <{name} fd="):
        del ours


def test_without_a_timeout_a_read_outlasts_the_kernels(pair, monkeypatch):
    sock, theirs = pair
    interrupted = threading.Event()
    recv_into = socket.socket.recv_into

    def read(self, *args):
        try:
            return recv_into(self, *args)
        except BlockingIOError:
            interrupted.set()
            raise

    monkeypatch.setattr(socket.socket, "recv_into", read)

    def answer():
        interrupted.wait(20)
        theirs.sendall(b"late")

    answering = threading.Thread(target=answer)
    answering.start()
    assert receive(sock, 4) == b"late"
    answering.join()
    assert interrupted.is_set() == KERNEL_WAITS


def test_a_timeout_of_nothing_does_not_wait(pair):
    sock, _ = pair
    sock.settimeout(0)
    with pytest.raises(BlockingIOError):
        sock.recv_into(bytearray(4))


def test_what_cannot_be_sent_at_once_is_sent_within_the_timeout(pair):
    sock, theirs = pair
    sock.settimeout(20)
    sent = b"x" * 5_000_000  # more than the system takes
    received = []
    receiving = threading.Thread(target=lambda: received.append(receive(theirs, len(sent))))
    receiving.start()
    sock.sendall(sent)
    receiving.join()
    assert received == [sent]


def test_what_cannot_be_sent_in_time_fails(pair):
    sock, _ = pair
    sock.settimeout(0.01)
    with pytest.raises(TimeoutError):
        sock.sendall(b"x" * 5_000_000)


def test_over_tls_all_is_the_same():
    sock, theirs = tls_pair()
    with sock, theirs:
        assert isinstance(sock, sockets._BufferedTLSSocket)
        theirs.sendall(b"head" + b"body" * 100)
        assert receive(sock, 4) == b"head"
        assert sock.pending() == 400
        assert receive(sock, 400) == b"body" * 100
        sock.settimeout(0.01)
        with pytest.raises(TimeoutError):
            sock.recv_into(bytearray(4))
        sock.settimeout(None)
        sock.sendall(b"x" * 1000)
        assert receive(theirs, 1000) == b"x" * 1000
        large = b"y" * 100_000
        sending = threading.Thread(target=theirs.sendall, args=(large,))
        sending.start()
        assert receive(sock, len(large)) == large
        sending.join()


# As PyMongo uses it


@pytest.fixture
def fake():
    with FakeServer() as server:
        yield server


def is_buffered(connection):
    return isinstance(sockets.socket_of(connection), sockets._BufferedSocket)


def pools_of(client):
    return [server.pool for server in client.delegate._topology._servers.values()]


async def test_connections_of_calls_have_buffered_reads_and_those_of_monitors_do_not(
    mongo_server, make_client
):
    client = make_client()
    await client.admin.command("ping")
    assert [is_buffered(connection) for pool in pools_of(client) for connection in pool.conns] == [
        True
    ]
    monitors = [server._monitor for server in client.delegate._topology._servers.values()]
    of_monitors = [
        connection
        for monitor in monitors
        for pool in (monitor._pool, monitor._rtt_monitor._pool)
        for connection in pool.conns
    ]
    assert not any(map(is_buffered, of_monitors))


@pytest.mark.skipif(not KERNEL_WAITS, reason="this system has no timeout of a blocking read")
@pytest.mark.parametrize("options", [{}, {"socketTimeoutMS": 20_000}])
async def test_an_operation_is_one_read_and_sets_no_timeout(make_client, reads, options):
    client = make_client(**options)
    collection = client.tornado_pymongo_test.things
    await collection.find_one()
    reads.clear()
    for _ in range(3):
        await collection.find_one()
    assert reads == [sockets._SIZE] * 3
    await collection.insert_one({})
    await collection.drop()
    assert reads == [sockets._SIZE] * 5


def test_where_the_kernel_has_no_timeout_a_reply_takes_pymongos_way(reads, monkeypatch):
    """The short one would wait for ever, and PyMongo never look whether it still shall."""
    monkeypatch.setattr(sockets._BufferedSocket, "_set_kernel_timeout", lambda self: None)
    ours, theirs = socket.socketpair()
    connection = connect(ours)
    sockets.buffer_reads(connection)
    reads.clear()
    with connection.conn as sock, theirs:
        theirs.sendall(message(7, REPLY))
        assert sock.receive_whole(7) is None
        assert reads == []
        assert receive(sock, 16) == message(7, REPLY)[:16]


def cut(data, *places):
    return [data[a:b] for a, b in zip((0, *places), (*places, len(data)), strict=True)]


REPLY = bson.encode(
    {"cursor": {"id": 0, "ns": "a.b", "firstBatch": [{"_id": "x" * 30}]}, "ok": 1.0}
)


@pytest.mark.parametrize("places", [(), (1,), (15,), (16,), (20,), (5, 40), (16, 17)])
async def test_a_reply_may_come_in_any_pieces(fake, places):
    fake.lie = lambda request: cut(message(request, REPLY), *places)
    async with tornado_pymongo.MongoClient(fake.uri) as client:
        assert await client.a.b.find_one() == {"_id": "x" * 30}
        assert await client.a.b.find_one() == {"_id": "x" * 30}


async def test_a_reply_to_something_else_is_refused(fake):
    fake.lie = lambda request: [message(request + 1, REPLY)]
    async with tornado_pymongo.MongoClient(fake.uri, retryReads=False) as client:
        with pytest.raises(pymongo.errors.ProtocolError, match="Got response id"):
            await client.a.b.find_one()


async def test_a_connection_that_breaks_is_told_as_by_pymongo(fake):
    fake.lie = lambda request: [message(request, REPLY)[:30], b""]
    async with tornado_pymongo.MongoClient(fake.uri, retryReads=False) as client:
        with pytest.raises(AutoReconnect):
            await client.a.b.find_one()


async def test_the_time_of_a_socket_ends_a_call(fake):
    fake.lie = lambda request: []
    options = {"socketTimeoutMS": 30, "retryReads": False}
    async with tornado_pymongo.MongoClient(fake.uri, **options) as client:
        with pytest.raises(NetworkTimeout):
            await client.a.b.find_one()


async def test_the_time_of_an_operation_ends_a_call(fake):
    fake.lie = lambda request: []
    async with tornado_pymongo.MongoClient(fake.uri, retryReads=False) as client:
        with pymongo.timeout(0.05), pytest.raises(NetworkTimeout):
            await client.a.b.find_one()


async def test_what_is_no_socket_of_pythons_is_left_alone_with_one_warning(
    make_client, monkeypatch, caplog
):
    """As if PyMongo had got another kind of socket."""
    monkeypatch.setattr(contract, "_differences", {})
    connect = pymongo_pool.Pool.connect

    class Odd:
        def __init__(self, sock):
            self._sock = sock

        def __getattr__(self, name):
            return getattr(self._sock, name)

    def connect_oddly(self, handler=None):
        connection = connect(self, handler)
        if not getattr(self, "is_sdam", not getattr(self, "handshake", True)):
            holder = connection.conn
            if isinstance(holder, socket.socket):
                connection.conn = Odd(holder)
            else:
                holder.conn = Odd(holder.conn)
        return connection

    monkeypatch.setattr(pymongo_pool.Pool, "connect", connect_oddly)
    client = make_client(max_workers=2)
    for _ in range(2):
        await client.admin.command("ping")
    await client.admin.command("ping")
    (record,) = caplog.records
    assert record.mongo_event == "reads_not_buffered"
    assert record.mongo_differs_in == "its sockets: Odd"
