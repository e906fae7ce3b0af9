"""GridFS on the web: what the handlers for Tornado and for aiohttp both do, and Tornado's own.

The clients are sockets, and see what is sent byte for byte.
"""

from __future__ import annotations

import asyncio
import random
import time
from datetime import timedelta, timezone
from typing import Any
from urllib.parse import quote

import gridfs
import pytest
from tornado.httpserver import HTTPServer
from tornado.httputil import format_timestamp
from tornado.netutil import bind_sockets
from tornado.web import Application
from web_client import ask

import tornado_pymongo
from tornado_pymongo import _http
from tornado_pymongo.gridfs import GridFSBucket, read_pieces
from tornado_pymongo.web import GridFSHandler, GridFSUploadHandler

CHUNK = 1000
BYTES = random.Random(1).randbytes(10 * CHUNK + 1)


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

    async def ask(self, method, path, headers=None, body=b""):
        return await ask(self.port, method, path, headers, body)

    async def get(self, path="/files/file.bin", **headers):
        return await self.ask(
            "GET", path, {name.replace("_", "-"): value for name, value in headers.items()}
        )


def tornado_site(site, db, chunk_size, max_size, hooks):
    class Handler(FileHandler):
        async def get_gridfs_file(self, bucket, filename, request):
            site.gridouts.append(await super().get_gridfs_file(bucket, filename, request))
            return site.gridouts[-1]

        def create_gridfs_file(self, bucket, filename, request):
            bucket = GridFSBucket(self.database, "fs", chunk_size)
            site.gridins.append(super().create_gridfs_file(bucket, filename, request))
            return site.gridins[-1]

    for name, hook in hooks.items():
        setattr(Handler, name, hook)
    site.application = Application(
        [("/files/(.*)", Handler, {"database": db, "max_size": max_size})], log_function=str
    )
    server = HTTPServer(site.application)
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    site.port = sockets[0].getsockname()[1]

    async def close():
        server.stop()
        await server.close_all_connections()

    return close


async def aiohttp_site(site, db, chunk_size, max_size):
    web = pytest.importorskip("aiohttp.web")
    from tornado_pymongo import aiohttp

    async def get_gridfs_file(bucket, filename, request):
        site.gridouts.append(await aiohttp.get_gridfs_file(bucket, filename, request))
        return site.gridouts[-1]

    def create_gridfs_file(bucket, filename, request):
        bucket = GridFSBucket(db, "fs", chunk_size)
        site.gridins.append(aiohttp.create_gridfs_file(bucket, filename, request))
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

    async def open_site(framework="tornado", chunk_size=CHUNK, max_size=100_000, **hooks):
        site = Site()
        site.gridouts, site.gridins = [], []
        if framework == "tornado":
            closers.append(tornado_site(site, db, chunk_size, max_size, hooks))
        else:
            closers.append(await aiohttp_site(site, db, chunk_size, max_size))
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
    return db._client.run_in_worker(function, *args)


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
    assert headers["etag"].startswith('"')
    assert site.gridouts[0].delegate.closed


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


@pytest.mark.parametrize("tz_aware", [False, True])
async def test_the_zone_of_the_client_changes_nothing(
    make_client, open_site, framework, file_id, tz_aware
):
    client = make_client(
        tz_aware=tz_aware, tzinfo=timezone(timedelta(hours=5)) if tz_aware else None
    )
    file = await GridFSBucket(client.tornado_pymongo_test).open_download_stream(file_id)
    here = _http.StoredFile(file, "")
    other = make_client().tornado_pymongo_test
    there = _http.StoredFile(await GridFSBucket(other).open_download_stream(file_id), "")
    assert here.etag == there.etag

    def header(name):
        return {"If-Modified-Since": format_timestamp(there.modified)}.get(name)

    assert here.answer("GET", header, 0).status == 304


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
    await db.fs.files.update_one({"_id": file_id}, {"$unset": {"uploadDate": 1}})
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
    monkeypatch.setattr(tornado_pymongo.gridfs, "_PIECE", 5)
    data = BYTES[:26]
    small = gridfs.GridFSBucket(db.delegate, chunk_size_bytes=4)
    file_id = await in_worker(db, small.upload_from_stream, "small", data)
    file = await GridFSBucket(db).open_download_stream(file_id)
    for start in range(26):
        for stop in range(start, 27):
            pieces = [piece async for piece in read_pieces(file, start, stop)]
            assert b"".join(pieces) == data[start:stop]
            assert all(len(piece) <= 5 for piece in pieces)
