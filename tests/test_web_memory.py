"""A large file costs little memory, however slow the client."""

from __future__ import annotations

import hashlib
import http.client
import os
import random
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import gridfs
import pymongo
import pytest
from interpreter import FREE_THREADED
from web_client import request_of

MIB = 2**20
SIZE = 200 * MIB
BLOCK = random.Random(4).randbytes(MIB)

# The bound that is promised is 10 MB.
MOST_GROWTH = 15_000_000 if FREE_THREADED else 10_000_000  # more waits for the collector there

SCRIPT = Path(__file__).with_name("serve_files.py")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not Path("/proc/self/clear_refs").exists(),
        reason="only Linux tells how much memory was used",
    ),
]


@pytest.fixture(scope="module")
def database(mongo_server):
    """Return a database with a file of 200 MiB."""
    with pymongo.MongoClient(mongo_server.uri) as client:
        client.drop_database("tornado_pymongo_files")
        database = client.tornado_pymongo_files
        bucket = gridfs.GridFSBucket(database)
        with bucket.open_upload_stream("large") as large:
            for _ in range(SIZE // MIB):
                large.write(BLOCK)
        bucket.upload_from_stream("small", BLOCK)
        yield database
        client.drop_database("tornado_pymongo_files")


class Server:
    """A process that serves files."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._folder = Path(f"/proc/{process.pid}")
        self.port = int(process.stdout.readline())

    def forget_peak(self) -> None:
        """Have `peak` count from here."""
        (self._folder / "clear_refs").write_text("5")

    def peak(self) -> int:
        """Return the most memory that it had, in bytes."""
        for line in (self._folder / "status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
        raise AssertionError

    def request(self, method: str, path: str, body=None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@pytest.fixture(params=["tornado", "aiohttp"])
def server(request, mongo_server):
    """Return a server that has sent and received small files already."""
    if request.param == "aiohttp":
        pytest.importorskip("aiohttp")
    process = subprocess.Popen(
        [sys.executable, SCRIPT, request.param],
        env=os.environ | {"MONGODB_URI": mongo_server.uri},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        server = Server(process)
        for _ in range(3):
            assert server.request("GET", "/files/small") == (200, BLOCK)
            assert server.request("PUT", "/files/received", BLOCK)[0] == 201
        yield server
    finally:
        process.kill()
        process.communicate()


@contextmanager
def asking_for(server: Server, path: str):
    """Give a socket that has asked for a file, and takes little."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        client.settimeout(30)
        client.connect(("127.0.0.1", server.port))
        client.sendall(request_of("GET", path))
        yield client


def test_a_slow_client_of_a_large_file_costs_little_memory(database, server):
    server.forget_peak()
    before = server.peak()
    received, growth = 0, []
    seen, expected = hashlib.sha256(), hashlib.sha256()
    with asking_for(server, "/files/large") as client:
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(1)
        # 1 MiB a second for two seconds, and the rest as fast as it comes.
        for _ in range(8):
            taken = 0
            while taken < MIB // 4:
                data = client.recv(64 * 1024)
                seen.update(data)
                taken += len(data)
            received += taken
            time.sleep(0.25)
        growth.append(server.peak() - before)
        while data := client.recv(MIB):
            seen.update(data)
            received += len(data)
        growth.append(server.peak() - before)
    for _ in range(SIZE // MIB):
        expected.update(BLOCK)
    assert (received, seen.digest()) == (SIZE, expected.digest())
    print(
        f"memory for {SIZE // MIB} MiB: {growth[0] / 1e6:.1f} MB slow, {growth[1] / 1e6:.1f} fast"
    )
    assert max(growth) < MOST_GROWTH


def test_an_upload_costs_little_memory(database, server):
    server.forget_peak()
    before = server.peak()
    status, _ = server.request("PUT", "/files/received", (BLOCK for _ in range(80)))
    growth = server.peak() - before
    print(f"memory for 80 MiB received: {growth / 1e6:.1f} MB")
    assert status == 201
    last = database.fs.files.find_one({"filename": "received"}, sort=[("uploadDate", -1)])
    assert last["length"] == 80 * MIB
    assert growth < MOST_GROWTH
