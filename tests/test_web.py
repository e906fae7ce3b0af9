"""GridFS on the web: what the handlers for Tornado and for aiohttp both do, and Tornado's own.

The clients are sockets, and see what is sent byte for byte.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import random
import time
from contextlib import closing, suppress
from datetime import timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import gridfs
import pytest
from bson import ObjectId
from pymongo.errors import PyMongoError
from pymongo.monitoring import CommandListener
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.httputil import format_timestamp
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler
from web_client import ask, connect, request_of, vanish

import tornado_pymongo
from tornado_pymongo import _form, _http, _sending
from tornado_pymongo._sending import read_pieces
from tornado_pymongo.gridfs import GridFSBucket
from tornado_pymongo.web import GridFSHandler, GridFSUploadHandler

CHUNK = 1000
BYTES = random.Random(1).randbytes(10 * CHUNK + 1)


@pytest.fixture
def db(mongo_client):
    """Return a database with nothing in its buckets."""
    db = mongo_client.tornado_pymongo_web
    for name in "fs.files", "fs.chunks", "other.files", "other.chunks":
        db.delegate[name].delete_many({})  # quicker than to drop them, and to create their indexes
    return db


@pytest.fixture
def bucket(db):
    """Return PyMongo's bucket, with small chunks, for tests to put files in."""
    return gridfs.GridFSBucket(db.delegate, chunk_size_bytes=CHUNK)


@pytest.fixture
def file_id(bucket):
    """Return the id of a file called "file.bin": BYTES, in eleven chunks, the last of one byte."""
    return bucket.upload_from_stream("file.bin", BYTES)


class FileHandler(GridFSUploadHandler, GridFSHandler):
    """Sends and stores files at the same URLs."""


class Site:
    """A server in the test's own loop, with files at "/files/"."""

    port: int
    gridouts: list[Any]  # that it has sent
    gridins: list[Any]  # that it has written
    next_id: Any = None  # what it gives a file as its id

    async def ask(self, method, path, headers=None, body=b""):
        return await ask(self.port, method, path, headers, body)

    async def get(self, path="/files/file.bin", **headers):
        return await self.ask(
            "GET", path, {name.replace("_", "-"): value for name, value in headers.items()}
        )


def tornado_site(site, db, max_size, settings, hooks):
    class Handler(FileHandler):
        async def get_gridfs_file(self, bucket, filename, request):
            site.gridouts.append(await super().get_gridfs_file(bucket, filename, request))
            return site.gridouts[-1]

        def create_gridfs_file(self, bucket, filename, request):
            bucket = GridFSBucket(self.database, "fs", CHUNK)
            site.gridins.append(super().create_gridfs_file(bucket, filename, request))
            if site.next_id is not None:
                site.gridins[-1] = bucket.open_upload_stream_with_id(site.next_id, filename)
            return site.gridins[-1]

    for name, hook in hooks.items():
        setattr(Handler, name, hook)
    site.application = Application(
        [("/files/(.*)", Handler, {"database": db, "max_size": max_size})],
        log_function=str,
        **settings,
    )
    server = HTTPServer(site.application)
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    site.port = sockets[0].getsockname()[1]

    async def close():
        server.stop()
        await server.close_all_connections()

    return close


async def aiohttp_site(site, db, max_size):
    web = pytest.importorskip("aiohttp.web")
    from tornado_pymongo import aiohttp

    async def get_gridfs_file(bucket, filename, request):
        site.gridouts.append(await aiohttp.get_gridfs_file(bucket, filename, request))
        return site.gridouts[-1]

    def create_gridfs_file(bucket, filename, request):
        bucket = GridFSBucket(db, "fs", CHUNK)
        site.gridins.append(aiohttp.create_gridfs_file(bucket, filename, request))
        if site.next_id is not None:
            site.gridins[-1] = bucket.open_upload_stream_with_id(site.next_id, filename)
        return site.gridins[-1]

    application = web.Application()
    path = r"/files/{filename:[\s\S]*}"
    application.router.add_get(path, aiohttp.AIOHTTPGridFS(db, get_gridfs_file=get_gridfs_file))
    upload = aiohttp.AIOHTTPGridFSUpload(
        db, max_size=max_size, create_gridfs_file=create_gridfs_file
    )
    application.router.add_put(path, upload)
    application.router.add_post(path, upload)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    server = web.TCPSite(runner, "127.0.0.1", 0)
    await server.start()
    site.port = runner.addresses[0][1]
    return runner.cleanup


@pytest.fixture
async def open_site(db):
    """Return a function that starts a server."""
    closers = []

    async def open_site(framework="tornado", db=db, max_size=100_000, settings=None, **hooks):
        site = Site()
        site.gridouts, site.gridins = [], []
        if framework == "tornado":
            site.close = tornado_site(site, db, max_size, settings or {}, hooks)
        else:
            site.close = await aiohttp_site(site, db, max_size)
        closers.append(site.close)
        return site

    yield open_site
    for close in closers:
        await close()


@pytest.fixture(params=["tornado", "aiohttp"])
def framework(request):
    return request.param


@pytest.fixture
async def site(open_site, framework, file_id):
    """Return a server that has "file.bin"."""
    return await open_site(framework)


async def until(is_so, *args):
    """Wait until it is so; it is asked away from the loop."""
    loop = asyncio.get_running_loop()
    deadline = time.monotonic() + 20
    while not await loop.run_in_executor(None, is_so, *args):
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.01)


def in_worker(db, function, *args):
    """Run what blocks away from the loop."""
    return db.client.run_in_worker(function, *args)


def put_large(db):
    """Store a file of 16 MiB called "large", in chunks of the usual size."""
    gridfs.GridFSBucket(db.delegate).upload_from_stream("large", bytes(16 * 2**20))


# Sending


async def test_a_file_is_sent_whole_with_what_caches_need(site):
    answer = await site.get()
    assert (answer.status, answer.body) == (200, BYTES)
    headers = answer.headers
    assert headers["content-length"] == str(len(BYTES))
    assert headers["content-type"] == "application/octet-stream"
    assert headers["accept-ranges"] == "bytes"
    assert headers["cache-control"] == "public"
    assert "expires" not in headers
    assert headers["last-modified"] == format_timestamp(site.gridouts[0].upload_date)
    [gridout] = site.gridouts
    facts = f"{gridout._id}{len(BYTES)}{gridout.upload_date}"
    # As Motor makes it: what caches have of it is good.
    assert headers["etag"] == f'"{hashlib.sha256(facts.encode()).hexdigest()}"'
    assert gridout.delegate.closed


async def test_head_tells_what_get_would_and_sends_nothing(site):
    answer = await site.ask("HEAD", "/files/file.bin")
    whole = await site.get()
    for headers in answer.headers, whole.headers:
        headers.pop("date")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers == whole.headers
    # A range is for GET alone.
    answer = await site.ask("HEAD", "/files/file.bin", {"Range": "bytes=0-9"})
    assert (answer.status, answer.headers["content-length"]) == (200, str(len(BYTES)))
    assert site.gridouts[0].delegate.closed


async def test_an_empty_file_is_sent(site):
    await site.ask("PUT", "/files/empty.txt")
    for method in "GET", "HEAD":
        answer = await site.ask(method, "/files/empty.txt")
        assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "0")


async def test_a_name_that_no_file_has_is_not_found(site):
    for path in (
        "none",
        "",
        "..",
        "../../etc/passwd",
        "%2e%2e%2fetc%2fpasswd",
        "file.bin/",
        "%00",
        "a%0d%0aSet-Cookie:x",
        "%E2%82%AC" * 100,
        "{}",
        "$where",
    ):
        for method in "GET", "HEAD":
            answer = await site.ask(method, f"/files/{path}")
            assert answer.status == 404, path
            assert "set-cookie" not in answer.headers


async def test_bytes_that_are_no_name_are_an_error_of_the_client(site):
    for path in "%ff%fe", "\xff\xfe", "%ED%A0%80", "%", "%zz", "%c3%28":
        assert (await site.get(f"/files/{path}")).status in (400, 404), path


async def test_a_name_may_be_anything_that_is_text(site):
    for name in "a b", "ü€.txt", "..", "a/../b", 'x"y', "a\r\nX: y", "%":
        path = "/files/" + quote(name, safe="")
        answer = await site.ask("PUT", path, body=name.encode())
        assert answer.status == 201
        assert answer.json["filename"] == name
        answer = await site.get(path)
        assert (answer.status, answer.body) == (200, name.encode())


# The type


TYPES = [
    ("a.png", {}, "image/png"),
    ("a.html", {}, "text/html"),
    ("a", {}, "application/octet-stream"),
    ("a.tar.gz", {}, "application/gzip"),
    ("a.svgz", {}, "application/gzip"),
    ("a.html.bz2", {}, "application/octet-stream"),
    ("a.png", {"contentType": "text/x-mine; charset=utf-8"}, "text/x-mine; charset=utf-8"),
    ("a.png", {"metadata": {"contentType": "text/x-mine"}}, "text/x-mine"),
    ("a.png", {"metadata": "no mapping"}, "image/png"),
    ("a.png", {"contentType": None}, "image/png"),
    ("a.png", {"contentType": 5}, "image/png"),
    ("a.png", {"contentType": "text/html\r\nSet-Cookie: x=y"}, "image/png"),
    ("a.png", {"contentType": "text/html\n"}, "image/png"),
    ("a.png", {"metadata": {"contentType": "text/html\0"}}, "image/png"),
    ("a.png", {"contentType": "text/€"}, "image/png"),
    ("data:text/html\r\nSet-Cookie: x=y,", {}, "application/octet-stream"),
    ("data:text/html,", {}, "application/octet-stream"),
    (None, {}, "application/octet-stream"),
    (5, {}, "application/octet-stream"),
]


async def test_the_type_is_the_stored_one_or_guessed_from_the_name(site, bucket, db):
    for name, document, content_type in TYPES:
        file_id = await in_worker(db, bucket.upload_from_stream, "file", b"x")
        await db.fs.files.update_one({"_id": file_id}, {"$set": {"filename": name, **document}})
        file = await GridFSBucket(db).open_download_stream(file_id)
        assert _http.StoredFile(file, "path").content_type == content_type
        if isinstance(name, str):
            answer = await site.get("/files/" + quote(name, safe=""))
            assert answer.headers["content-type"] == content_type
            assert "set-cookie" not in answer.headers


# Conditions


async def test_a_client_that_has_the_file_gets_only_that_word(site):
    whole = await site.get()
    etag, modified = whole.headers["etag"], whole.headers["last-modified"]
    for conditions in (
        {"If-None-Match": etag},
        {"If-None-Match": f"W/{etag}"},
        {"If-None-Match": f'"other", W/"x,y", {etag}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": modified},
        {"If-None-Match": etag, "If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
        {"If-None-Match": etag, "Range": "bytes=0-9"},
        {"If-Match": etag, "If-Modified-Since": modified},
    ):
        for method in "GET", "HEAD":
            answer = await site.ask(method, "/files/file.bin", conditions)
            assert (answer.status, answer.body) == (304, b""), conditions
            assert answer.headers["etag"] == etag
            assert answer.headers["last-modified"] == modified
            assert "content-length" not in answer.headers


async def test_a_client_that_has_another_file_gets_this_one(site):
    whole = await site.get()
    etag, modified = whole.headers["etag"], whole.headers["last-modified"]
    for conditions in (
        {"If-None-Match": '"other"'},
        {"If-None-Match": etag.strip('"')},
        {"If-None-Match": etag[:-1] + 'a"'},
        {"If-None-Match": etag + "a"},
        {"If-None-Match": ""},
        {"If-None-Match": '"other"', "If-Modified-Since": modified},
        {"If-None-Match": "nonsense", "If-Modified-Since": modified},
        {"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
        {"If-Match": etag},
        {"If-Match": f'"other", {etag}'},
        {"If-Match": "*"},
        {"If-Unmodified-Since": modified},
        {"If-Unmodified-Since": "nonsense"},
    ):
        answer = await site.ask("GET", "/files/file.bin", conditions)
        assert (answer.status, answer.body) == (200, BYTES), conditions


async def test_a_client_that_wants_another_file_gets_an_error(site):
    etag = (await site.get()).headers["etag"]
    for conditions in (
        {"If-Match": '"other"'},
        {"If-Match": f"W/{etag}"},
        {"If-Match": ""},
        {"If-Unmodified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
    ):
        answer = await site.ask("GET", "/files/file.bin", conditions)
        assert (answer.status, answer.body[:9]) == (412, b""), conditions


NO_DATES = [
    "",
    "nonsense",
    "0",
    "-1",
    "Mon",
    "Mon, 32 Jan 2026 00:00:00 GMT",
    "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
    "Mon, 01 Jan 2026 00:00:00 +9999",
    "Mon, 01 Jan 2026 99:99:99 GMT",
    "Mon, 01 Jan -5 00:00:00 GMT",
    "\xff\xfe",
    "," * 1000,
    "1 2 3 4 5 6 7 8 9",
]


async def test_nonsense_for_a_date_is_ignored(site):
    for text in NO_DATES:
        for name in "If-Modified-Since", "If-Unmodified-Since":
            answer = await site.ask("GET", "/files/file.bin", {name: text})
            assert (answer.status, answer.body) == (200, BYTES), text


def test_no_text_upsets_the_parsing_of_dates_and_ranges():
    letters = 'Mon, 01 Jan2026:59GMT+-=bytes"*/W;\t\xff'
    any_text = random.Random(2)
    for _ in range(5000):
        text = "".join(any_text.choices(letters, k=any_text.randrange(40)))
        _http.parse_date(text)
        _http.parse_range(text, 10)
        _http.parse_range("bytes=" + text, 10)
    _http.parse_range(f"bytes={'9' * 50_000}-", 10)


async def test_the_zone_of_the_client_changes_nothing(make_client, file_id):
    etags = set()
    for options in (
        {},
        {"tz_aware": True},
        {"tz_aware": True, "tzinfo": timezone(timedelta(hours=5))},
    ):
        client = make_client(**options)
        gridout = await GridFSBucket(client.tornado_pymongo_web).open_download_stream(file_id)
        file = _http.StoredFile(gridout, "")
        etags.add(file.etag)
        headers = {"If-Modified-Since": format_timestamp(gridout.upload_date)}
        assert file.answer("GET", headers.get, 0)[0] == 304
    assert len(etags) == 1


async def test_another_file_has_another_etag(site, bucket, db):
    etags = {(await site.get()).headers["etag"]}
    file_id = site.gridouts[0]._id
    await in_worker(db, bucket.delete, file_id)
    await in_worker(db, bucket.upload_from_stream_with_id, file_id, "file.bin", BYTES)
    etags.add((await site.get()).headers["etag"])
    await in_worker(db, bucket.upload_from_stream, "file.bin", BYTES)
    etags.add((await site.get()).headers["etag"])
    assert len(etags) == 3


async def test_a_file_without_a_date_is_sent_without_one(site, db, file_id):
    for change in {"$unset": {"uploadDate": 1}}, {"$set": {"uploadDate": "yesterday"}}:
        await db.fs.files.update_one({"_id": file_id}, change)
        answer = await site.get(If_Modified_Since="Mon, 01 Jan 2026 00:00:00 GMT", Range="bytes=-1")
        assert (answer.status, answer.body) == (206, BYTES[-1:])
        assert "last-modified" not in answer.headers


# Ranges


def ranges_of(length):
    """Return ranges at the borders of chunks, and others."""
    borders = {0, 1, length - 1, length, *range(CHUNK, length, 3 * CHUNK)}
    borders = sorted({n for border in borders for n in (border - 1, border, border + 1) if n >= 0})
    pairs = [(start, stop) for start in borders for stop in borders if start < stop <= length]
    any_pair = random.Random(3)
    return any_pair.sample(pairs, 40) + [
        sorted(any_pair.sample(range(length + 1), 2)) for _ in range(20)
    ]


async def test_any_range_gives_its_exact_bytes(site):
    for start, stop in ranges_of(len(BYTES)):
        answer = await site.get(Range=f"bytes={start}-{stop - 1}")
        assert (answer.status, answer.body) == (206, BYTES[start:stop])
        assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(BYTES)}"
        assert answer.headers["content-length"] == str(stop - start)


async def test_open_and_suffix_ranges(site):
    for asked, start, stop in (
        ("bytes=0-", 0, len(BYTES)),
        ("bytes=9999-", 9999, len(BYTES)),
        ("bytes=10000-10000", 10000, len(BYTES)),
        ("bytes=-1", 10000, len(BYTES)),
        ("bytes=-500", 9501, len(BYTES)),
        ("bytes=-99999", 0, len(BYTES)),
        ("bytes=5-99999", 5, len(BYTES)),
        (f"bytes=5-{'9' * 99}", 5, len(BYTES)),
        ("bytes=000-0009", 0, 10),
        ("Bytes=0-0", 0, 1),
        ("bytes= 0-1 ", 0, 2),
    ):
        answer = await site.get(Range=asked)
        assert (answer.status, answer.body) == (206, BYTES[start:stop]), asked
        assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(BYTES)}"


async def test_a_range_beyond_the_end_cannot_be_satisfied(site):
    for asked in "bytes=10001-", "bytes=99999-100000", "bytes=-0", f"bytes={'9' * 99}-":
        answer = await site.get(Range=asked)
        assert (answer.status, answer.body) == (416, b""), asked
        assert answer.headers["content-range"] == f"bytes */{len(BYTES)}"


async def test_nonsense_for_a_range_and_several_ranges_get_the_whole_file(site):
    for asked in (
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-4",
        "bytes=a-b",
        "bytes=1-2-3",
        "bytes=--1",
        "bytes=+1-2",
        "bytes=1.0-2",
        "bytes=\xb2-",
        "bytes 0-1",
        "items=0-1",
        "bytes=0-1,5-6",
        "bytes=0-1, -1",
        f"bytes={'9' * 5_000}-",
    ):
        answer = await site.get(Range=asked)
        assert (answer.status, answer.body) == (200, BYTES), asked
        assert "content-range" not in answer.headers


async def test_ranges_of_an_empty_file(site):
    await site.ask("PUT", "/files/empty")
    for asked, status in {
        "bytes=0-": 416,
        "bytes=0-0": 416,
        "bytes=-5": 200,
        "bytes=-0": 416,
    }.items():
        answer = await site.get("/files/empty", Range=asked)
        assert (answer.status, answer.body) == (status, b"")
        assert answer.headers.get("content-range") == ("bytes */0" if status == 416 else None)


async def test_a_range_of_a_file_that_has_changed_gets_the_whole_new_one(site):
    whole = await site.get()
    etag, modified = whole.headers["etag"], whole.headers["last-modified"]
    for condition in etag, modified:
        answer = await site.get(Range="bytes=5-9", If_Range=condition)
        assert (answer.status, answer.body) == (206, BYTES[5:10])
    for condition in (
        '"other"',
        f"W/{etag}",
        "nonsense",
        "",
        "Mon, 01 Jan 2001 00:00:00 GMT",
        "Mon, 01 Jan 2101 00:00:00 GMT",
    ):
        answer = await site.get(Range="bytes=99999-", If_Range=condition)
        assert (answer.status, answer.body) == (200, BYTES)


async def test_pieces_chunks_and_ranges_may_overlap_in_any_way(db, bucket, monkeypatch):
    monkeypatch.setattr(_sending, "PIECE", 5)
    data = BYTES[:26]
    small = gridfs.GridFSBucket(db.delegate, chunk_size_bytes=4)
    file_id = await in_worker(db, small.upload_from_stream, "small", data)
    file = await GridFSBucket(db).open_download_stream(file_id)
    for start in range(26):
        for stop in range(start, 27):
            pieces = [piece async for piece in read_pieces(file, start, stop)]
            assert b"".join(pieces) == data[start:stop]
            assert all(len(piece) <= 5 for piece in pieces)


class Heard(CommandListener):
    """The commands that a server was sent, and the numbers of the chunks that it has sent."""

    def __init__(self):
        self.chunks = []
        self.commands = []

    def started(self, event):
        self.commands.append(event.command_name)

    def failed(self, event):
        pass

    def succeeded(self, event):
        for batch in "firstBatch", "nextBatch":
            for document in event.reply.get("cursor", {}).get(batch, ()):
                if "data" in document:
                    self.chunks.append(document["n"])


async def test_only_the_chunks_that_are_needed_are_fetched(make_client, open_site, bucket, file_id):
    heard = Heard()
    client = make_client(event_listeners=[heard])
    data = BYTES * 50  # 500 chunks
    await in_worker(client.tornado_pymongo_web, bucket.upload_from_stream, "long", data)
    site = await open_site(db=client.tornado_pymongo_web)
    answer = await site.get("/files/long", Range="bytes=250999-251000")
    assert (answer.status, answer.body) == (206, data[250_999:251_001])
    assert heard.chunks == [250, 251]
    await site.ask("HEAD", "/files/long")
    await site.get("/files/long", If_None_Match="*")
    assert heard.chunks == [250, 251]
    # A file that fits into one batch takes one query for its description, and one for its chunks.
    heard.commands.clear()
    for asked in {}, {"Range": "bytes=-3000"}:
        await site.get(**asked)
    assert heard.commands == ["find", "find"] * 2


# What goes wrong on the way


async def read_until_closed(client):
    data = b""
    with suppress(ConnectionError):
        while more := await asyncio.get_running_loop().sock_recv(client, 2**16):
            data += more
    return data


async def test_a_file_that_is_corrupt_from_the_start_is_an_error(site, db, file_id, caplog):
    await db.fs.chunks.delete_one({"files_id": file_id, "n": 0})
    answer = await site.get()
    assert answer.status == 500
    assert "CorruptGridFile" in caplog.text
    assert str(file_id).encode() not in answer.body
    assert site.gridouts[0].delegate.closed


@pytest.mark.parametrize("damage", ["missing", "short", "extra"])
@pytest.mark.parametrize("compress", [False, True])
async def test_a_file_that_is_corrupt_further_on_is_cut_short(
    site, db, file_id, caplog, monkeypatch, damage, compress
):
    monkeypatch.setattr(_sending, "PIECE", CHUNK)
    if damage == "missing":
        await db.fs.chunks.delete_one({"files_id": file_id, "n": 7})
    elif damage == "short":
        await db.fs.chunks.update_one({"files_id": file_id, "n": 7}, {"$set": {"data": b"x"}})
    else:
        await db.fs.chunks.insert_one({"files_id": file_id, "n": 11, "data": b"x"})
    answer = await site.get(**({"Accept-Encoding": "gzip"} if compress else {}))
    assert (answer.status, answer.headers["content-length"]) == (200, str(len(BYTES)))
    assert BYTES.startswith(answer.body)
    assert len(answer.body) < len(BYTES)
    await until(lambda: site.gridouts[0].delegate.closed and "CorruptGridFile" in caplog.text)


async def test_a_client_that_goes_away_ends_quietly(site, db, caplog):
    await in_worker(db, put_large, db)
    client = await connect(site.port)
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(client, request_of("GET", "/files/large"))
    assert await loop.sock_recv(client, 1000)
    [gridout] = site.gridouts
    assert not gridout.delegate.closed
    vanish(client)
    await until(lambda: gridout.delegate.closed)
    assert gridout.delegate.tell() < 16 * 2**20
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert (await site.get()).status == 200


async def test_no_more_than_a_piece_is_read_ahead_of_the_client(site, db):
    await in_worker(db, put_large, db)
    loop = asyncio.get_running_loop()
    with closing(await connect(site.port)) as client:
        await loop.sock_sendall(client, request_of("GET", "/files/large"))
        position = -1
        while site.gridouts == [] or position != site.gridouts[0].delegate.tell():
            position = site.gridouts[0].delegate.tell() if site.gridouts else -1
            await asyncio.sleep(0.3)  # what the kernel takes in is not in our hands
        assert position < 12 * 2**20
        data = await read_until_closed(client)
    assert data.endswith(bytes(16 * 2**20))


async def test_a_reading_that_is_given_up_leaves_the_file_to_be_closed(db, file_id, gate):
    file = await GridFSBucket(db).open_download_stream(file_id)
    read = file.delegate.read
    file.delegate.read = lambda size: gate(read(size))
    pieces = read_pieces(file, 0, len(BYTES))
    first = asyncio.create_task(pieces.__anext__())
    await gate.until_entered()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    await pieces.aclose()
    closing_call = file.close()
    assert not file.delegate.closed
    gate.opened.set()
    await closing_call
    assert file.delegate.closed


# The hooks of Tornado's handler


async def test_the_hooks_choose_the_file_and_the_headers(open_site, file_id):
    seen = []

    async def get_gridfs_file(self, bucket, filename, request):
        assert request is self.request
        return await bucket.open_download_stream(ObjectId(filename))

    def get_cache_time(self, path, modified, mime_type):
        seen.append((path, modified, mime_type))
        return 10

    def set_extra_headers(self, path, gridout):
        self.set_header("X-Name", gridout.filename)

    site = await open_site(
        get_gridfs_file=get_gridfs_file,
        get_cache_time=get_cache_time,
        set_extra_headers=set_extra_headers,
    )
    path = f"/files/{file_id}"
    for method, headers, status in (
        ("GET", {}, 200),
        ("HEAD", {}, 200),
        ("GET", {"If-None-Match": "*"}, 304),
        ("GET", {"Range": "bytes=0-1"}, 206),
    ):
        answer = await site.ask(method, path, headers)
        assert answer.status == status
        assert answer.headers["x-name"] == "file.bin"
        assert answer.headers["cache-control"] == "max-age=10"
        expires = parsedate_to_datetime(answer.headers["expires"]).timestamp()
        assert time.time() + 5 < expires < time.time() + 12
    assert {(path, mime_type) for path, _, mime_type in seen} == {
        (str(file_id), "application/octet-stream")
    }
    assert seen[0][1].microsecond == 0
    assert (await site.get(f"/files/{ObjectId()}")).status == 404


async def test_files_are_not_compressed(open_site, db, bucket):
    text = b"text " * 1000
    site = await open_site(settings={"compress_response": True})
    await site.ask("PUT", "/files/a.txt", body=text)
    for asked, expected in {"bytes=5-2000": text[5:2001], "nonsense": text}.items():
        answer = await site.get("/files/a.txt", Accept_Encoding="gzip", Range=asked)
        assert answer.body == expected
        assert "content-encoding" not in answer.headers


async def test_a_file_streams_itself_to_a_handler(open_site, db, file_id, caplog, monkeypatch):
    class Handler(RequestHandler):
        async def get(self):
            bucket = GridFSBucket(db)
            async with await bucket.open_download_stream(file_id) as gridout:
                await gridout.seek(int(self.get_argument("from")))
                assert await gridout.stream_to_handler(self) is None
            self.finish()

    site = await open_site()
    site.application.add_handlers(".*", [("/stream", Handler)])
    answer = await ask(site.port, "GET", "/stream?from=0", {"Accept-Encoding": "identity"})
    assert answer.headers["transfer-encoding"] == "chunked"
    fetched = await AsyncHTTPClient().fetch(f"http://127.0.0.1:{site.port}/stream?from=999")
    assert fetched.body == BYTES[999:]
    await db.fs.chunks.delete_one({"files_id": file_id, "n": 7})
    answer = await ask(site.port, "GET", "/stream?from=0")
    assert answer.status == 500
    monkeypatch.setattr(_sending, "PIECE", CHUNK)
    answer = await ask(site.port, "GET", "/stream?from=0")
    assert answer.status == 200
    assert not answer.body.endswith(b"0\r\n\r\n")
    await until(lambda: caplog.text.count("CorruptGridFile:") == 2)


# Receiving


async def files_of(db):
    """Return the number of files and the number of chunks."""
    return await db.fs.files.count_documents({}), await db.fs.chunks.count_documents({})


@pytest.mark.parametrize("method", ["PUT", "POST"])
async def test_a_body_is_stored_and_can_be_sent(site, method):
    answer = await site.ask(method, "/files/new.txt", {"Content-Type": "text/x-new"}, BYTES)
    assert answer.status == 201
    [gridin] = site.gridins
    assert answer.json == {
        "_id": str(gridin._id),
        "filename": "new.txt",
        "length": len(BYTES),
    }
    assert answer.headers["location"] == "/files/new.txt"
    assert answer.headers["content-type"].startswith("application/json")
    assert gridin.metadata == {"contentType": "text/x-new"}
    sent = await site.get(answer.headers["location"])
    assert (sent.body, sent.headers["content-type"]) == (BYTES, "text/x-new")


async def test_a_body_of_unknown_length_is_stored(site):
    fetched = await AsyncHTTPClient().fetch(
        f"http://127.0.0.1:{site.port}/files/new", method="PUT", body_producer=produce
    )
    assert fetched.code == 201
    assert (await site.get("/files/new")).body == BYTES


async def produce(write):
    for start in range(0, len(BYTES), 777):
        await write(BYTES[start : start + 777])


async def test_the_largest_body_that_is_allowed_is_stored_and_no_larger_one(
    open_site, framework, db
):
    site = await open_site(framework, max_size=5000)
    assert (await site.ask("PUT", "/files/new", body=bytes(5000))).status == 201
    assert await files_of(db) == (1, 5)
    for size in 5001, 100_000, 3_000_000:
        answer = await site.ask("PUT", "/files/new", body=bytes(size))
        assert answer.status == 413, size
    assert await files_of(db) == (1, 5)
    assert (await site.ask("PUT", "/files/new", body=bytes(5000))).status == 201


async def test_a_client_that_asks_first_is_refused_before_it_sends(open_site, db):
    # aiohttp says that it may go on before it calls the handler.
    site = await open_site(max_size=5000)
    for length in 5001, 10**12, 10**200:
        headers = {"Content-Length": str(length), "Expect": "100-continue"}
        answer = await site.ask("PUT", "/files/new", headers)
        assert answer.status == 413
    assert await files_of(db) == (0, 0)


@pytest.fixture
def no_gathering(monkeypatch):
    """Have each chunk sent when it is there, instead of with others."""
    monkeypatch.setattr(_http, "BATCH", 0)


async def test_a_body_that_turns_out_too_large_is_refused_and_removed(
    open_site, framework, db, no_gathering
):
    site = await open_site(framework, max_size=50_000)
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(request_of("PUT", "/files/new", {"Transfer-Encoding": "chunked"}))
    for _ in range(5):
        writer.write(b"2710\r\n" + bytes(10_000) + b"\r\n")
    await until(lambda: db.delegate.fs.chunks.count_documents({}) > 0)
    writer.write(b"1\r\nx\r\n0\r\n\r\n")
    assert b" 413 " in await reader.readline()
    writer.close()
    assert await files_of(db) == (0, 0)


async def test_a_client_that_does_not_stop_is_cut_off(open_site, db, monkeypatch):
    monkeypatch.setattr(tornado_pymongo.web, "_MAX_DROPPED", 10_000)
    site = await open_site(max_size=5000)
    for body in (
        b"ffffffffff\r\n",  # a chunk of a terabyte
        b"2710\r\n" + bytes(10_000) + b"\r\n",
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
        writer.write(request_of("PUT", "/files/new", {"Transfer-Encoding": "chunked"}) + body)
        answer = asyncio.create_task(reader.readline())
        with suppress(ConnectionError):
            while not answer.done():
                writer.write(body[-1:] * 10_000 if body[0] == b"f"[0] else body)
                await writer.drain()
                await asyncio.sleep(0)
        with suppress(ConnectionError):
            assert b" 413 " in await answer
        writer.close()
    assert await files_of(db) == (0, 0)
    # One that says at the start that it will not is answered at once.
    answer = await site.ask("PUT", "/files/new", {"Content-Length": "15001"})
    assert answer.status == 413


async def test_nothing_is_left_of_a_body_whose_client_went_away(
    open_site, framework, db, no_gathering, caplog
):
    site = await open_site(framework)
    client = await connect(site.port)
    loop = asyncio.get_running_loop()
    head = request_of("PUT", "/files/new", {"Content-Length": "90000"})
    await loop.sock_sendall(client, head + bytes(80_000))
    await until(lambda: db.delegate.fs.chunks.count_documents({}) > 0)
    vanish(client)
    await until(lambda: db.delegate.fs.chunks.count_documents({}) == 0)
    assert await files_of(db) == (0, 0)
    await until(lambda: site.gridins[0].closed)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_server_that_stops_leaves_nothing_of_what_is_under_way(
    open_site, framework, db, no_gathering
):
    site = await open_site(framework)
    with closing(await connect(site.port)) as client:
        head = request_of("PUT", "/files/new", {"Content-Length": "90000"})
        await asyncio.get_running_loop().sock_sendall(client, head + bytes(80_000))
        await until(lambda: db.delegate.fs.chunks.count_documents({}) > 0)
        await site.close()
    await until(lambda: db.delegate.fs.chunks.count_documents({}) == 0)


async def test_what_is_removed_is_removed_after_the_write_that_still_runs(db, gate):
    gridin = GridFSBucket(db).open_upload_stream("new", chunk_size_bytes=1)
    write = gridin.delegate.write
    gridin.delegate.__dict__["write"] = lambda data: (gate(), write(data))
    upload = _http.Upload(gridin, 1000)
    writing = asyncio.create_task(upload.write(b"abc"))
    await gate.until_entered()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    aborting = asyncio.create_task(upload.abort())
    await asyncio.sleep(0)
    gate.opened.set()
    await aborting
    assert gridin.closed
    assert await files_of(db) == (0, 0)


async def test_a_slow_database_slows_the_client_down(open_site, framework, monkeypatch, gate):
    def write(grid_in, data, size):
        calls.append(len(data))
        gate()
        grid_in.write(data)

    calls = []
    monkeypatch.setattr(_http, "write_in_small_batches", write)
    site = await open_site(framework, max_size=2**30)
    loop = asyncio.get_running_loop()
    total = 64 * 2**20
    sent = 0
    with closing(await connect(site.port)) as client:
        head = request_of("PUT", "/files/new", {"Content-Length": str(total)})
        await loop.sock_sendall(client, head + b"x")
        await gate.until_entered()
        block = bytes(2**20)
        while sent < total:
            try:
                await asyncio.wait_for(loop.sock_sendall(client, block), 0.5)
            except asyncio.TimeoutError:
                break
            sent += len(block)
        assert sent < total
        assert len(calls) == 1
        vanish(client)
    gate.opened.set()
    await until(lambda: site.gridins[0].closed)


@pytest.mark.parametrize("size", [1, 50_000])
async def test_a_file_that_is_there_is_neither_replaced_nor_removed(
    open_site, framework, db, file_id, no_gathering, monkeypatch, size
):
    def remove_unfinished(gridin):
        remove(gridin)
        removed.append(gridin)

    remove, removed = _http.remove_unfinished, []
    monkeypatch.setattr(_http, "remove_unfinished", remove_unfinished)
    site = await open_site(framework)
    site.next_id = file_id
    answer = await site.ask("PUT", "/files/new", body=bytes(size))
    assert answer.status == 409
    # Nor is it where the new one is given up.
    with closing(await connect(site.port)) as client:
        head = request_of("PUT", "/files/new", {"Content-Length": "90000"})
        await asyncio.get_running_loop().sock_sendall(client, head + b"x")
        await until(lambda: len(site.gridins) == 2)
        vanish(client)
    await until(lambda: removed == [site.gridins[1].delegate])
    assert await files_of(db) == (1, 11)
    assert (await site.get()).body == BYTES


async def test_a_database_that_fails_is_an_error_and_leaves_nothing(
    open_site, framework, db, monkeypatch, no_gathering, caplog
):
    def write(grid_in, data, size):
        grid_in.write(data)
        raise PyMongoError("secret")

    monkeypatch.setattr(_http, "write_in_small_batches", write)
    site = await open_site(framework)
    answer = await site.ask("PUT", "/files/new", body=BYTES)
    assert answer.status == 500
    assert b"secret" not in answer.body
    assert "secret" in caplog.text
    assert await files_of(db) == (0, 0)


async def test_what_cannot_be_removed_is_logged(db, caplog):
    gridin = GridFSBucket(db).open_upload_stream("new")

    def fail():
        raise PyMongoError("no server")

    gridin.delegate.__dict__["abort"] = fail
    await _http.Upload(gridin, 10).abort()
    assert "Chunks of an upload are left behind" in caplog.text
    (record,) = caplog.records
    assert record.mongo_event == "upload_left_behind"
    assert record.mongo_files_id == repr(gridin._id)
    assert record.mongo_error == "PyMongoError('no server')"


async def test_prepare_can_refuse_an_upload(open_site, db):
    async def prepare(self):
        await asyncio.sleep(0)
        if self.request.headers.get("Authorization") != "me":
            raise HTTPError(403)
        await super(type(self), self).prepare()

    site = await open_site(prepare=prepare)
    assert (await site.ask("PUT", "/files/new", {"Content-Length": "5000"})).status == 403
    assert await files_of(db) == (0, 0)
    answer = await site.ask("PUT", "/files/new", {"Authorization": "me"}, BYTES)
    assert answer.status == 201


async def test_the_hooks_choose_what_is_stored_and_what_is_answered(open_site, db):
    class Handler(GridFSUploadHandler):
        def create_gridfs_file(self, bucket, filename, request):
            assert (filename, request) == ("", self.request)
            return bucket.open_upload_stream_with_id(7, "seven", metadata={"by": "me"})

        def write_created(self, gridin):
            self.finish(f"stored {gridin._id}: {gridin.length}")

    site = await open_site()
    site.application.add_handlers(".*", [("/new", Handler, {"database": db})])
    answer = await site.ask("POST", "/new", {"Content-Type": "text/plain"}, b"x")
    assert (answer.status, answer.body) == (200, b"stored 7: 1")
    assert (await db.fs.files.find_one())["metadata"] == {"by": "me"}


async def test_an_override_may_answer_before_the_body_is_there(open_site, db, no_gathering):
    async def data_received(self, chunk):
        await GridFSUploadHandler.data_received(self, chunk)
        assert await self.database.fs.chunks.count_documents({}) > 0
        self.set_status(429)
        self.finish("enough")

    site = await open_site(data_received=data_received)
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(request_of("PUT", "/files/new", {"Content-Length": "90000"}) + bytes(5000))
    assert b" 429 " in await reader.readline()
    writer.close()
    await until(lambda: site.gridins[0].closed)
    assert await files_of(db) == (0, 0)


async def test_a_location_is_never_on_another_host(open_site, db):
    site = await open_site()
    arguments = {"database": db}
    site.application.add_handlers(".*", [("//(evil.*)", GridFSUploadHandler, arguments)])
    answer = await site.ask("PUT", "//evil.example/x", body=b"x")
    assert (answer.status, answer.headers["location"]) == (201, "/evil.example/x")


async def test_each_handler_does_only_what_it_is_for(open_site, db, file_id):
    site = await open_site()
    site.application.add_handlers(
        ".*",
        [
            ("/up/(.*)", GridFSUploadHandler, {"database": db}),
            ("/down/(.*)", GridFSHandler, {"database": db}),
        ],
    )
    assert (await site.get("/up/file.bin")).status == 405
    assert (await site.ask("PUT", "/down/file.bin", body=b"x")).status == 405
    assert (await site.get("/down/file.bin")).body == BYTES
    assert (await site.ask("DELETE", "/up/file.bin")).status == 405


async def test_the_bucket_can_be_named(open_site, db):
    site = await open_site()
    arguments = {"database": db, "root_collection": "other"}
    site.application.add_handlers(".*", [("/other/(?P<path>.*)", FileHandler, arguments)])
    assert (await site.ask("PUT", "/other/x", body=b"x")).status == 201
    assert (await site.get("/other/x")).body == b"x"
    assert await db.other.files.count_documents({}) == 1


# Forms


FORM = {"Content-Type": "multipart/form-data; boundary=b0undary"}


def part(disposition, headers, data):
    lines = [f"Content-Disposition: {disposition}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(["--b0undary", *lines, "", ""]).encode() + data + b"\r\n"


def field(name, value):
    return part(f'form-data; name="{name}"', {}, value)


def file(data, name="new.txt", **headers):
    return part(f'form-data; name="upload"; filename="{name}"', headers, data)


END = b"--b0undary--\r\n"
SMALL = file(b"small") + END


async def send_form(site, body, path="/files/", method="POST", **headers):
    return await site.ask(method, path, {**FORM, **headers}, body)


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_the_file_of_a_form_is_stored_with_its_name_and_type(site, method):
    body = file(BYTES, "new.txt", **{"Content-Type": "text/x-new"}) + END
    answer = await send_form(site, body, "/files/ignored", method)
    [gridin] = site.gridins
    stored = {"_id": str(gridin._id), "filename": "new.txt", "length": len(BYTES)}
    assert (answer.status, answer.json) == (201, stored)
    assert "location" not in answer.headers
    assert gridin.metadata == {"contentType": "text/x-new"}
    sent = await site.get("/files/new.txt")
    assert (sent.body, sent.headers["content-type"]) == (BYTES, "text/x-new")


async def test_a_browsers_form_of_any_size_is_stored(site):
    """The boundary is on the borders of the pieces in which it is read, or near to them."""
    for length in (0, 1, 2**16 - 60, *range(2**16 - 130, 2**16 - 40, 7), 90_000):
        data = random.Random(length).randbytes(length)
        answer = await send_form(site, field("a", b"b") + file(data) + END)
        assert answer.status == 201, length
        assert (await site.get("/files/new.txt")).body == data


NAMES = {
    "plain.txt": "plain.txt",
    "ü€ 🌙.txt": "ü€ 🌙.txt",
    "sun %22&%22 moon.png": 'sun "&" moon.png',
    r"sun \"&\" moon.png": 'sun "&" moon.png',
    "100%25;=.txt": "100%25;=.txt",
    "a%0D%0AX: y": "a\r\nX: y",
    "../../etc/passwd": "passwd",
    r"C:\Users\me\new.txt": "new.txt",
    r"\\server\share\new.txt": "new.txt",
    "folder/new.txt": "new.txt",
    "a; filename=b": "a; filename=b",
    "..": "..",
}


async def test_the_name_is_what_the_browser_means_without_folders(site):
    for written, name in NAMES.items():
        answer = await send_form(site, file(b"x", written) + END)
        assert (answer.status, answer.json["filename"]) == (201, name)
    for disposition, name in {
        "form-data; name=x; filename=new.txt": "new.txt",
        'Form-Data;name="x";FileName="new.txt"': "new.txt",
        "form-data; name=x; filename*=UTF-8''n%C3%A4me": "näme",
        "form-data; name=x; filename*=UTF-8''n%C3%A4me; filename=plain": "plain",
    }.items():
        answer = await send_form(site, part(disposition, {}, b"x") + END)
        assert (answer.status, answer.json["filename"]) == (201, name)
    answer = await send_form(site, file(b"x", "latin").replace(b"latin", b"l\xe4tin") + END)
    assert (answer.status, answer.json["filename"]) == (201, "lätin")


async def test_a_type_that_is_none_is_not_kept(site, db):
    for headers in {"Content-Type": "text/€"}, {"Content-Type": "a\tb"}, {"Content-Type": ""}, {}:
        answer = await send_form(site, file(b"x", "a.png", **headers) + END)
        assert answer.status == 201
        stored = await db.fs.files.find_one({"filename": "a.png"}, sort=[("_id", -1)])
        assert stored.get("metadata") is None
    assert (await site.get("/files/a.png")).headers["content-type"] == "image/png"


async def test_an_empty_file_of_a_form_is_stored(site):
    answer = await send_form(site, file(b"") + END)
    assert (answer.status, answer.json["length"]) == (201, 0)


REFUSED = {
    "no file": (field("a", b"b") + END, 400, "has no file"),
    "nothing": (END, 400, "has no file"),
    "none chosen": (file(b"", "") + END, 400, "has no file"),
    "a folder": (file(b"", "folder/") + END, 400, "has no file"),
    "two files": (file(BYTES) + file(b"x") + END, 415, "one file"),
    "no name": (part("form-data", {}, b"x") + END, 400, "no name"),
    "an attachment": (part('attachment; name="a"', {}, b"x") + END, 400, "no name"),
    "no disposition": (b"--b0undary\r\n\r\nx\r\n" + END, 400, "no name"),
    "encoded": (file(b"eA==", **{"Content-Transfer-Encoding": "base64"}) + END, 415, "as it is"),
    "nested": (
        file(b"--c--", **{"Content-Type": "multipart/mixed; boundary=c"}) + END,
        415,
        "as it is",
    ),
    "another boundary": (SMALL.replace(b"b0undary", b"boundary"), 400, "not a form"),
    "no body": (b"", 400, ""),
    "nonsense": (b"x" * 1000, 400, "not a form"),
    "no header": (b"--b0undary\r\nnonsense\r\n\r\nx\r\n" + END, 400, ""),
    "cut in the file": (file(BYTES)[:5000], 400, ""),
    "cut behind the file": (file(BYTES), 400, ""),
    "a large field": (field("a", bytes(70_000)) + SMALL, 413, "65536 bytes besides"),
    "many fields": (field("a", b"") * 2000 + SMALL, 413, "65536 bytes besides"),
    "large fields behind": (file(b"x") + field("a", bytes(70_000)) + END, 413, "65536 bytes"),
    "a large name": (field("a" * 9000, b"") + SMALL, 400, "not a form"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_no_form_with_a_file_is_refused_by_a_sentence(
    open_site, framework, db, no_gathering, name
):
    site = await open_site(framework)
    body, status, sentence = REFUSED[name]
    answer = await send_form(site, body)
    assert answer.status == status, answer.body
    assert sentence in answer.body.decode()
    assert answer.headers["content-type"].lower() == "text/plain; charset=utf-8"
    await until(lambda: all(gridin.closed for gridin in site.gridins))
    assert await files_of(db) == (0, 0)
    assert (await send_form(site, SMALL)).status == 201


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/x-www-form-urlencoded", 415),
        ("Application/X-WWW-Form-Urlencoded; charset=utf-8", 415),
        ("multipart/mixed; boundary=b0undary", 415),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=", 400),
        ("multipart/form-data; boundary=" + "b" * 71, 400),
        ('multipart/form-data; boundary="\u00fc"', 400),
    ],
)
async def test_other_bodies_of_several_parts_are_refused(
    open_site, framework, db, content_type, status
):
    site = await open_site(framework)
    for method in "PUT", "POST":
        answer = await site.ask(method, "/files/x", {"Content-Type": content_type}, SMALL)
        assert answer.status == status
        assert answer.body.endswith(b".")
    assert await files_of(db) == (0, 0)


async def test_what_is_before_and_behind_the_parts_is_bounded(open_site, framework, db):
    """RFC 2046 lets it be there; a browser sends nothing."""
    site = await open_site(framework, max_size=10**6)
    for body in b"preamble\r\n" * 50_000 + SMALL, b"\r\n" * 200_000 + SMALL:
        answer = await send_form(site, body)
        assert answer.status in ({400, 413} if framework == "tornado" else {201})
    assert (await send_form(site, b"\r\n" + SMALL + b"epilogue")).status == 201
    if framework == "tornado":  # aiohttp has answered by then
        assert (await send_form(site, SMALL + bytes(10**6))).status == 413


async def test_a_quoted_boundary_of_any_letters_is_one(site):
    boundary = "'()+_,-./:=? x"
    body = SMALL.replace(b"b0undary", boundary.encode())
    headers = {"Content-Type": f'Multipart/Form-Data; charset=utf-8; BOUNDARY="{boundary}"'}
    assert (await site.ask("POST", "/files/", headers, body)).status == 201


async def test_a_form_may_come_byte_by_byte(site):
    body = field("a", b"b") + file(b"\r\n--b0undar\r\n") + END
    headers = FORM | {"Content-Length": str(len(body))}
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(request_of("POST", "/files/", headers))
    for byte in body:
        writer.write(bytes([byte]))
        await asyncio.sleep(0)
    assert b" 201 " in await reader.readline()
    writer.close()
    assert (await site.get("/files/new.txt")).body == b"\r\n--b0undar\r\n"


async def test_the_parts_are_found_wherever_a_body_is_cut():
    class Kept(_http.Upload):
        async def write(self, data):
            self.grid_in.append(data)

    data = b"\r\n--b0undar\r\n--b0undaryx\r\r\n-"
    body = field("a", b"\r\n-b") + file(data) + field("c", b"d") + END
    for cut in range(len(body) + 1):
        kept, fields = [], {}
        form = _form.Form(lambda *_, kept=kept: Kept(kept, 0), fields.__setitem__)
        upload = _form.FormUpload(form, "b0undary")
        await upload.write(body[:cut])
        await upload.write(body[cut:])
        assert b"".join(kept) == data
        assert fields == {"a": b"\r\n-b", "c": b"d"}


async def test_the_largest_file_that_is_allowed_is_stored_in_a_form_as_well(
    open_site, framework, db
):
    site = await open_site(framework, max_size=5000)
    assert (await send_form(site, file(bytes(5000)) + END)).status == 201
    assert await files_of(db) == (1, 5)
    for size in 5001, 80_000, 3_000_000:
        assert (await send_form(site, file(bytes(size)) + END)).status == 413
    assert await files_of(db) == (1, 5)


async def test_a_form_that_is_refused_is_so_before_it_is_sent_if_its_client_asks(open_site):
    site = await open_site(max_size=5000)
    for content_type, length, status in (
        ("multipart/mixed", 5, 415),
        ("multipart/form-data; boundary=x", 2**16 + 5001, 413),
    ):
        headers = {"Content-Type": content_type, "Expect": "100-continue"}
        answer = await site.ask("POST", "/files/", {**headers, "Content-Length": str(length)})
        assert answer.status == status


async def test_nothing_is_left_of_a_form_whose_client_went_away(
    open_site, framework, db, no_gathering, caplog
):
    site = await open_site(framework)
    client = await connect(site.port)
    head = request_of("POST", "/files/", FORM | {"Content-Length": "90000"})
    body = field("a", b"b") + file(bytes(80_000))[:-100]
    await asyncio.get_running_loop().sock_sendall(client, head + body)
    await until(lambda: db.delegate.fs.chunks.count_documents({}) > 0)
    vanish(client)
    await until(lambda: site.gridins[0].closed)
    assert await files_of(db) == (0, 0)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_form_for_an_id_that_is_taken_leaves_the_file_alone(
    open_site, framework, db, file_id, no_gathering
):
    site = await open_site(framework)
    site.next_id = file_id
    assert (await send_form(site, file(BYTES) + END)).status == 409
    assert await files_of(db) == (1, 11)


async def test_a_database_that_fails_amid_a_form_is_an_error_and_leaves_nothing(
    open_site, framework, db, monkeypatch, no_gathering, caplog
):
    def write(grid_in, data, size):
        grid_in.write(data)
        raise PyMongoError("secret")

    monkeypatch.setattr(_http, "write_in_small_batches", write)
    site = await open_site(framework)
    answer = await send_form(site, file(BYTES) + END)
    assert answer.status == 500
    assert b"secret" not in answer.body
    assert await files_of(db) == (0, 0)


async def test_the_fields_of_a_form_are_arguments(open_site, db):
    def create_gridfs_file(self, bucket, filename, request):
        assert (self.path_args, filename) == (["in/box"], "new.txt")
        assert request.headers["Content-Type"] == "text/x-new"
        assert self.request.headers["Content-Type"] == FORM["Content-Type"]
        metadata = {"tags": self.get_body_arguments("tag")}
        return bucket.open_upload_stream(filename, metadata=metadata)

    def write_created(self, gridin):
        assert self.get_arguments("tag") == ["query", "a", "ä"]
        self.finish(f"{gridin.metadata} {self.get_body_argument('later')}")

    site = await open_site(create_gridfs_file=create_gridfs_file, write_created=write_created)
    body = field("tag", b"a") + field("tag", "ä".encode())
    body += file(b"x", **{"Content-Type": "text/x-new"}) + field("later", b"!") + END
    answer = await send_form(site, body, "/files/in/box?tag=query")
    assert answer.body.decode() == "{'tags': ['a', 'ä']} !"


async def test_without_the_parser_a_form_is_refused(open_site, db, monkeypatch, caplog):
    monkeypatch.setattr(_form, "MultipartParser", None)
    site = await open_site()
    answer = await send_form(site, SMALL)
    assert (answer.status, answer.body[:8]) == (415, b"No forms")
    (record,) = [each for each in caplog.records if hasattr(each, "mongo_event")]
    assert record.mongo_event == "forms_not_taken"
    assert "pip install tornado_pymongo[web]" in record.getMessage()
    assert (await site.ask("PUT", "/files/x", body=b"x")).status == 201


async def test_tornado_takes_no_body_that_is_compressed(open_site, db):
    site = await open_site()
    answer = await site.ask("PUT", "/files/x", {"Content-Encoding": "gzip"}, b"x")
    assert (answer.status, answer.body) == (415, b"Send the body without a Content-Encoding.")
    assert await files_of(db) == (0, 0)


TOKEN = b"0123456789abcdef0123456789abcdef"
CHECKED = {"xsrf_cookies": True}
COOKIE = {"Cookie": "_xsrf=" + TOKEN.decode()}


async def test_the_token_against_forgery_may_be_a_field_before_the_file(open_site, db):
    site = await open_site(settings=CHECKED)
    body = field("_xsrf", TOKEN) + SMALL
    assert (await send_form(site, body, **COOKIE)).status == 201
    assert (await send_form(site, SMALL, **COOKIE, **{"X-XSRFToken": TOKEN.decode()})).status == 201
    path = "/files/?_xsrf=" + TOKEN.decode()
    assert (await send_form(site, SMALL, path, **COOKIE)).status == 201
    assert await files_of(db) == (3, 3)


async def test_a_form_that_may_be_forged_is_refused_and_stores_nothing(open_site, db):
    site = await open_site(settings=CHECKED)
    wrong = field("_xsrf", TOKEN[::-1])
    for body, headers in (
        (SMALL, COOKIE),
        (wrong + SMALL, COOKIE),
        (field("_xsrf", TOKEN) + SMALL, {}),
        (field("_xsrf", b"") + SMALL, COOKIE),
        (file(b"small") + field("_xsrf", TOKEN) + END, COOKIE),
        (field("_xsrf", TOKEN) + SMALL, COOKIE | {"X-XSRFToken": "wrong"}),
    ):
        answer = await send_form(site, body, **headers)
        assert answer.status == 403
    answer = await send_form(site, file(b"small") + field("_xsrf", TOKEN) + END, **COOKIE)
    assert answer.body == b"The field _xsrf must come before the file of the form."
    for path in "/files/?_xsrf=wrong", "/files/":
        answer = await site.ask("POST", path, COOKIE, b"no form")
        assert answer.status == 403
    assert site.gridins == []


async def test_no_override_runs_for_a_form_that_may_be_forged(open_site, db):
    """The check waits for a field, and so the method must wait for the check."""
    called = []

    async def post(self, path):
        called.append(path)

    async def delete(self, path):
        called.append(path)

    site = await open_site(settings=CHECKED, post=post, delete=delete)
    for body in b"", END, SMALL, field("a", b"b") + END, b"--b0undary":
        assert (await send_form(site, body, **COOKIE)).status in (400, 403)
        assert (await send_form(site, body, method="DELETE", **COOKIE)).status == 403
    assert called == []
    body = field("_xsrf", TOKEN) + END
    assert (await send_form(site, body, **COOKIE)).status == 200
    assert called == [""]
