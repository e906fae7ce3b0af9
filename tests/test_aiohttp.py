"""GridFS on the web with aiohttp: what is its own. The rest is in test_web.py, for both."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import gridfs
import pytest
from bson import ObjectId
from pymongo.errors import PyMongoError
from web_client import ask

from tornado_pymongo import _http

web = pytest.importorskip("aiohttp.web")

from aiohttp import ClientSession, FormData  # noqa: E402

from tornado_pymongo.aiohttp import AIOHTTPGridFS, AIOHTTPGridFSUpload  # noqa: E402

BYTES = b"0123456789" * 1000


@pytest.fixture
async def serve():
    """Return a function that serves routes, each a (method, path, handler), and gives the port."""
    runners = []

    async def serve(*routes):
        application = web.Application()
        for route in routes:
            application.router.add_route(*route)
        runners.append(web.AppRunner(application, access_log=None, shutdown_timeout=0.1))
        await runners[-1].setup()
        await web.TCPSite(runners[-1], "127.0.0.1", 0).start()
        return runners[-1].addresses[0][1]

    yield serve
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
def file_id(db):
    bucket = gridfs.GridFSBucket(db.delegate, chunk_size_bytes=1000)
    return bucket.upload_from_stream("file.txt", BYTES)


async def test_the_hooks_choose_the_file_and_the_headers(serve, db, file_id):
    seen = []

    def by_id(bucket, filename, request):
        assert isinstance(request, web.Request)
        return bucket.open_download_stream(ObjectId(filename))

    def get_cache_time(filename, modified, mime_type):
        seen.append((filename, mime_type))
        assert modified.microsecond == 0
        return 10

    def set_extra_headers(response, gridout):
        response.headers["X-Name"] = gridout.filename

    handler = AIOHTTPGridFS(
        db,
        get_gridfs_file=by_id,
        get_cache_time=get_cache_time,
        set_extra_headers=set_extra_headers,
    )
    port = await serve(("GET", "/{filename}", handler))
    answer = await ask(port, "GET", f"/{file_id}")
    assert (answer.status, answer.body) == (200, BYTES)
    assert answer.headers["x-name"] == "file.txt"
    assert answer.headers["cache-control"] == "max-age=10"
    assert "expires" in answer.headers
    assert seen == [(str(file_id), "text/plain")]
    assert (await ask(port, "GET", f"/{ObjectId()}")).status == 404


async def test_a_route_without_the_variable_is_told_so(serve, db):
    port = await serve(
        ("GET", "/x/{name}", AIOHTTPGridFS(db)), ("PUT", "/y", AIOHTTPGridFSUpload(db))
    )
    answer = await ask(port, "GET", "/x/file")
    assert answer.status == 500
    assert b'Bad AIOHTTPGridFS route "/x/{name}": it needs a {filename} variable' in answer.body
    answer = await ask(port, "PUT", "/y", body=b"x")
    assert answer.status == 500
    assert b'Bad AIOHTTPGridFSUpload route "/y"' in answer.body


async def test_each_handler_does_only_what_it_is_for(serve, db, file_id):
    port = await serve(
        ("*", "/down/{filename}", AIOHTTPGridFS(db)),
        ("*", "/up/{filename}", AIOHTTPGridFSUpload(db)),
    )
    for path, methods in {
        "/down/file.txt": {"GET", "HEAD"},
        "/up/file.txt": {"PUT", "POST"},
    }.items():
        for method in "GET", "HEAD", "PUT", "POST", "DELETE":
            answer = await ask(port, method, path, body=b"x" if method[0] == "P" else b"")
            assert (answer.status < 300) == (method in methods), (path, method)
            if answer.status >= 300:
                assert answer.status == 405
                assert set(answer.headers["allow"].split(",")) == methods


def test_the_database_must_be_of_this_library(db):
    for handler in AIOHTTPGridFS, AIOHTTPGridFSUpload:
        for database in db.delegate, db.files, None:
            with pytest.raises(TypeError, match="database must be a tornado_pymongo.Database, not"):
                handler(database)


async def test_the_bucket_can_be_named(serve, db):
    port = await serve(
        ("GET", "/{filename}", AIOHTTPGridFS(db, "other")),
        ("PUT", "/{filename}", AIOHTTPGridFSUpload(db, "other")),
    )
    assert (await ask(port, "PUT", "/x", body=b"x")).status == 201
    assert (await ask(port, "GET", "/x")).body == b"x"
    assert await db.other.files.count_documents({}) == 1


async def test_a_failing_hook_is_an_error_and_not_told(serve, db, file_id, caplog):
    def fail(*args):
        raise PyMongoError("secret")

    port = await serve(
        ("GET", "/{filename}", AIOHTTPGridFS(db, set_extra_headers=fail)),
        ("PUT", "/{filename}", AIOHTTPGridFSUpload(db, create_gridfs_file=fail)),
    )
    for method in "GET", "PUT":
        answer = await ask(port, method, "/file.txt", body=b"x" if method == "PUT" else b"")
        assert answer.status == 500
        assert b"secret" not in answer.body
    assert caplog.text.count("PyMongoError: secret") == 2


async def test_a_handler_that_is_cancelled_removes_what_it_has_stored(db, serve, gate, monkeypatch):
    tasks = []

    def write(grid_in, data, size):
        grid_in.write(data)
        gate()

    monkeypatch.setattr(_http, "write_in_small_batches", write)
    upload = AIOHTTPGridFSUpload(db)

    async def handler(request):
        tasks.append(asyncio.current_task())
        return await upload(request)

    port = await serve(("PUT", "/{filename}", handler))
    asking = asyncio.create_task(ask(port, "PUT", "/new", body=bytes(600_000)))
    await gate.until_entered()
    tasks[0].cancel()
    gate.opened.set()
    await asyncio.wait([tasks[0], asking])
    asking.exception()
    assert await db.fs.chunks.count_documents({}) == await db.fs.files.count_documents({}) == 0


async def test_the_answer_can_be_chosen_and_has_the_fields_of_a_form(serve, db):
    seen = []

    def write_created(request, gridin, fields):
        seen.append((gridin.filename, fields))
        raise web.HTTPSeeOther("/thanks")

    upload = AIOHTTPGridFSUpload(db, write_created=write_created)
    port = await serve(("POST", "/{filename:.*}", upload))
    form = FormData({"tag": "ä"}, quote_fields=False)
    form.add_field("upload", b"data", filename='n "ä".txt', content_type="text/plain")
    form.add_field("tag", "b")
    async with ClientSession() as session:
        for data in form, b"data":
            url = f"http://127.0.0.1:{port}/named"
            async with session.post(url, data=data, allow_redirects=False) as answer:
                assert (answer.status, answer.headers["Location"]) == (303, "/thanks")
    assert seen == [('n "ä".txt', {"tag": ["ä", "b"]}), ("named", None)]
    stored = await db.fs.files.find_one({"filename": 'n "ä".txt'})
    assert (stored["length"], stored["metadata"]) == (4, {"contentType": "text/plain"})


async def test_a_name_that_is_no_text_is_not_found(db):
    class Request:
        method = "GET"
        match_info = {"filename": "\udcff"}  # noqa: RUF012

    with pytest.raises(web.HTTPNotFound):
        await AIOHTTPGridFS(db)(Request())


def test_without_aiohttp_it_says_what_to_do():
    script = "import sys; sys.modules['aiohttp'] = None; import tornado_pymongo.aiohttp"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last == (
        "ImportError: tornado_pymongo.aiohttp needs aiohttp: pip install tornado_pymongo[aiohttp]"
    )
