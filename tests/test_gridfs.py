"""GridFS."""

from __future__ import annotations

import asyncio
import gc
import io

import gridfs
import pytest
from pymongo.errors import InvalidOperation

import tornado_pymongo
from tornado_pymongo.proxy import Function

LINES = b"a line\n" * 100_000


class AsynchronousFile:
    """A file whose `read` is a coroutine function, as that of aiofiles or Starlette."""

    def __init__(self, data: bytes) -> None:
        self.file = io.BytesIO(data)

    async def read(self, size: int = -1) -> bytes:
        return self.file.read(size)


class BrokenFile:
    async def read(self, size: int = -1) -> bytes:
        raise OSError("broken")


@pytest.fixture
def bucket(db):
    """Return a bucket that is empty."""
    return tornado_pymongo.GridFSBucket(db, chunk_size_bytes=1000)


@pytest.fixture
def fs(db):
    """Return the older interface to the same files."""
    return tornado_pymongo.GridFS(db)


def sources(data):
    return [data, io.BytesIO(data), AsynchronousFile(data)]


async def test_up_and_down(bucket):
    for source in sources(LINES):
        file_id = await bucket.upload_from_stream("name", source, metadata={"a": 1})
        async with await bucket.open_download_stream(file_id) as grid_out:
            assert type(grid_out) is tornado_pymongo.GridOut
            assert (grid_out.filename, grid_out.length, grid_out.metadata) == (
                "name",
                len(LINES),
                {"a": 1},
            )
            assert await grid_out.read() == LINES
        assert grid_out.closed
        destination = io.BytesIO()
        await bucket.download_to_stream(file_id, destination)
        assert destination.getvalue() == LINES
    for number, source in enumerate(sources(b"data")):
        await bucket.upload_from_stream_with_id(number, "name", source=source)
        assert await (await bucket.open_download_stream(number)).read() == b"data"


async def test_a_copy_from_file_to_file(bucket):
    original = await bucket.open_download_stream(await bucket.upload_from_stream("a", LINES))
    copy = await bucket.upload_from_stream("b", original)
    async with bucket.open_upload_stream("c") as grid_in:
        await bucket.download_to_stream(copy, grid_in)
    assert await (await bucket.open_download_stream(grid_in._id)).read() == LINES


async def test_the_older_interface(fs):
    for number, source in enumerate(sources(LINES)):
        assert await fs.put(source, _id=number, filename="name", chunk_size=1000) == number
        assert await (await fs.get(number)).read() == LINES
    assert (await fs.get_last_version("name"))._id == 2
    assert await fs.exists(filename="name")
    assert await fs.list() == ["name"]
    await fs.delete(0)
    with pytest.raises(gridfs.NoFile):
        await fs.get(0)
    with pytest.raises(gridfs.errors.FileExists):
        await fs.put(AsynchronousFile(b""), _id=1)


async def test_a_file_that_is_read(bucket, db):
    file_id = await bucket.upload_from_stream("name", LINES[:10_500])
    grid_out = tornado_pymongo.GridOut(db.fs, file_id)
    for name in ("length", "filename", "_id", "closed", "nonsense"):
        with pytest.raises(InvalidOperation, match="await GridOut.open"):
            getattr(grid_out, name)
    assert not hasattr(grid_out, "__fspath__")
    assert await grid_out.open() is grid_out
    assert not grid_out.closed
    assert grid_out._id == file_id
    with pytest.raises(AttributeError):
        _ = grid_out.nonsense
    assert await grid_out.read(3) == b"a l"
    assert await grid_out.readline() == b"ine\n"
    assert len(await grid_out.readchunk()) == 1000 - 7
    assert await grid_out.seek(-7, io.SEEK_END) == 10_500 - 7
    assert grid_out.tell() == 10_500 - 7
    assert await grid_out.readlines() == [b"a line\n"]
    await grid_out.seek(10_500 - 14)
    assert [line async for line in grid_out] == [b"a line\n"] * 2
    await grid_out.seek(10_500 - 14)
    assert await grid_out.to_list() == [b"a line\n"] * 2
    with pytest.raises(io.UnsupportedOperation):
        grid_out.write(b"")
    with pytest.raises(TypeError, match="use 'async for'"):
        iter(grid_out)


async def test_lines_at_hand_take_no_worker(bucket, hops):
    grid_out = await bucket.open_download_stream(await bucket.upload_from_stream("name", LINES))
    hops.clear()
    lines = [line async for line in grid_out]
    assert lines == [b"a line\n"] * 100_000
    assert len(hops) <= len(LINES) / 1000 + 2  # once for each chunk, at most


async def test_a_file_that_is_written(bucket, db):
    grid_in = bucket.open_upload_stream("name")
    assert type(grid_in) is tornado_pymongo.GridIn
    grid_in.filename = "other name"
    grid_in.colour = "red"
    with pytest.raises(AttributeError):
        _ = grid_in.length
    await grid_in.write(b"1")
    await grid_in.write(AsynchronousFile(LINES))
    await grid_in.writelines([b"2", b"3"])
    await grid_in.close()
    await grid_in.close()
    assert grid_in.closed
    assert grid_in.length == len(LINES) + 3
    with pytest.raises(ValueError, match="closed file"):
        await grid_in.write(b"4")
    with pytest.raises(AttributeError, match=r"await grid_in.set\('colour'"):
        grid_in.colour = "green"
    await grid_in.set("colour", "green")
    grid_out = await bucket.open_download_stream(grid_in._id)
    assert (grid_out.filename, grid_out.colour) == ("other name", "green")
    assert await grid_out.read() == b"1" + LINES + b"23"
    grid_in = tornado_pymongo.GridIn(db.fs, _id=7, encoding="utf-8")
    async with grid_in:
        await grid_in.write("ä")
    assert (await bucket.open_download_stream(7)).length == 2


async def test_a_file_that_is_not_finished_is_not_there(bucket, db):
    with pytest.raises(ZeroDivisionError):
        async with bucket.open_upload_stream("name") as grid_in:
            raise ZeroDivisionError
    assert grid_in.closed
    with pytest.raises(OSError, match="broken"):
        await bucket.upload_from_stream("name", BrokenFile())
    grid_in = bucket.open_upload_stream("name")
    with pytest.raises(OSError, match="broken"):
        await grid_in.write(BrokenFile())
    assert grid_in.closed
    grid_in = bucket.open_upload_stream("name")
    await grid_in.write(LINES)
    await grid_in.abort()
    assert await bucket.find().to_list() == []
    assert await db.fs.chunks.count_documents({}) == 0


async def test_two_calls_of_one_file_at_once_are_refused(bucket, busy_workers):
    grid_in = bucket.open_upload_stream("name")
    with busy_workers():
        first = grid_in.write(LINES)
        with pytest.raises(InvalidOperation, match="GridIn is in use by another call"):
            grid_in.write(LINES)
    await grid_in.close()
    await first
    assert grid_in.length == len(LINES)
    grid_out = await bucket.open_download_stream(grid_in._id)
    await grid_out.readline()
    with busy_workers():
        reading = grid_out.read()
        with pytest.raises(InvalidOperation, match="GridOut is in use by another call"):
            await grid_out.__anext__()
    await reading


async def test_a_read_returns_what_its_own_call_has_read(bucket):
    """A read that was complete, and not awaited, returned the bytes of the one made after it."""
    file_id = await bucket.upload_from_stream("name", b"0123456789abcdef")
    grid_out = await bucket.open_download_stream(file_id)
    first = grid_out.read(5)
    while not first.done():
        await asyncio.sleep(0.001)  # it is not taken
    assert await grid_out.read(10) == b"0123456789"
    assert await first == b"abcde"
    assert grid_out.tell() == 15


async def test_closing_does_not_tell_the_error_of_the_call_that_it_waits_for(bucket, gate):
    def fail():
        gate()
        raise ZeroDivisionError

    told = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context))
    grid_in = bucket.open_upload_stream("name")
    failing = grid_in._start(Function(grid_in, "write", fail))
    await gate.until_entered()
    closing = grid_in.close()
    gate.opened.set()
    await closing
    with pytest.raises(ZeroDivisionError):
        await failing
    del failing
    gc.collect()
    assert told == []


async def test_find_gives_files_to_be_read(bucket):
    for name in "abc":
        await bucket.upload_from_stream(name, name.encode())
    found = bucket.find().sort("filename", 1)
    assert type(found) is tornado_pymongo.GridOutCursor
    assert [(each.filename, await each.read()) async for each in found] == [
        ("a", b"a"),
        ("b", b"b"),
        ("c", b"c"),
    ]
    files = await bucket.find({"filename": {"$gt": "a"}}).sort("filename", 1).to_list()
    assert [await each.read() for each in files] == [b"b", b"c"]
    assert await (await bucket.find().next()).readchunk() == b"a"
    cursor = bucket.find(batch_size=1)
    assert await cursor.fetch_next
    assert await cursor.next_object().read() == b"a"
    with pytest.raises(NotImplementedError):
        cursor.add_option(2)
    await cursor.close()


async def test_a_callback_that_is_none_is_refused_before_anything_starts(bucket, fs):
    grid_out = await bucket.open_download_stream(await bucket.upload_from_stream("name", LINES))
    source = AsynchronousFile(LINES)
    for call in (
        lambda: bucket.upload_from_stream("name", source, callback=5),
        lambda: fs.put(source, callback=5),
        lambda: bucket.open_upload_stream("name").write(source, callback=5),
        lambda: grid_out.to_list(callback=5),
        lambda: grid_out.stream_to_handler(None, callback=5),
        lambda: grid_out.close(callback=5),
    ):
        with pytest.raises(TypeError, match="callback must be a function"):
            call()


async def test_what_is_not_there(bucket):
    for missing in (
        bucket.open_download_stream(7),
        bucket.open_download_stream_by_name("name"),
        bucket.download_to_stream(7, io.BytesIO()),
        bucket.delete(7),
        bucket.rename(7, "name"),
    ):
        with pytest.raises(gridfs.NoFile):
            await missing


def test_pymongos_own_objects_and_nonsense_are_refused(mongo_client, db):
    with pytest.raises(TypeError, match="GridFSBucket needs a client, database or collection of"):
        tornado_pymongo.GridFSBucket(db.delegate)
    with pytest.raises(TypeError, match="must be an instance of Database"):
        tornado_pymongo.GridFSBucket("fs")
    with pytest.raises(TypeError, match="must be an instance of Database"):
        tornado_pymongo.GridFS(mongo_client)
    assert tornado_pymongo.GridFSBucket(db=db)._runtime.client is mongo_client
