"""GridFS."""

from __future__ import annotations

import asyncio
import gc
import io
import random

import gridfs
import pymongo
import pytest
from pymongo.errors import InvalidOperation, PyMongoError

import tornado_pymongo
from tornado_pymongo.internals.cursors import read_in_small_batches
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
    most = len(LINES) / 1000 + 2  # once for each chunk, at most
    hops.clear()
    lines = [line async for line in grid_out]
    assert lines == [b"a line\n"] * 100_000
    assert len(hops) <= most
    await grid_out.seek(0)
    hops.clear()
    for _ in range(50_000):
        assert await grid_out.readline() == b"a line\n"
        assert await grid_out.readline(100) == b"a line\n"
    assert await grid_out.readline() == b""
    assert len(hops) <= most
    await grid_out.seek(0)
    hops.clear()
    assert await grid_out.readlines() == lines
    await grid_out.seek(0)
    assert await grid_out.to_list() == lines
    assert len(hops) == 3


async def test_long_lines_at_hand_take_no_worker_either(db, hops):
    bucket = tornado_pymongo.GridFSBucket(db, chunk_size_bytes=10**7)
    lines = [b"x" * 100_000 + b"\n"] * 20
    file_id = await bucket.upload_from_stream("name", b"".join(lines))
    grid_out = await bucket.open_download_stream(file_id)
    hops.clear()
    assert [line async for line in grid_out] == lines
    assert len(hops) <= 3  # the first line, the last one, and the end


async def test_a_line_at_hand_is_taken_when_it_is_asked_for(bucket):
    """In whatever way, and not twice, nor longer than it was to be."""
    file_id = await bucket.upload_from_stream("name", b"1\n22\n333\n4444\n55555\nend")
    grid_out = await bucket.open_download_stream(file_id)
    assert await grid_out.readline() == b"1\n"
    first, second, short = grid_out.readline(), grid_out.readline(), grid_out.readline(3)
    assert all(future.done() for future in (first, second, short))
    assert await second == b"22\n"
    assert grid_out.tell() == 5
    assert await short == b"333"  # a part of what is next then
    assert grid_out.tell() == 8
    assert first.result() == first.result() == b"\n"
    assert await asyncio.gather(grid_out.readline(), grid_out.readline()) == [b"4444\n", b"55555\n"]
    await grid_out.seek(0)
    await grid_out.readline()
    called = []
    grid_out.readline(callback=lambda *result: called.append(result))
    await asyncio.sleep(0)
    assert called == [(b"22\n", None)]
    untaken = grid_out.readline()
    reading = grid_out.read(2)
    with pytest.raises(InvalidOperation, match="taken by another call"):
        untaken.result()
    assert await reading == b"33"
    assert untaken.result() == b"3\n"


def text_of(rng, longest):
    """Return lines of all lengths, some of them empty, with and without an end."""
    lengths = [*range(5), 8, 15, 16, 17, 40, longest]
    lines = [b"x" * rng.choice(lengths) + b"\n" for _ in range(rng.randrange(30))]
    return b"".join(lines)[: None if rng.random() < 0.5 else -1]


@pytest.mark.parametrize("chunk_size", [1, 16, 20_000, 255 * 1024])
async def test_lines_are_those_of_a_file_on_disk(db, chunk_size):
    """Whatever is read, or looked at, in between."""
    rng = random.Random(chunk_size)
    bucket = tornado_pymongo.GridFSBucket(db, chunk_size_bytes=chunk_size)
    for _ in range(30):
        expected = io.BytesIO(data := text_of(rng, min(500 * chunk_size, 9_000)))
        grid_out = await bucket.open_download_stream(await bucket.upload_from_stream("name", data))
        for _ in range(20):
            size = rng.choice([-1, None, 0, 1, 5, 16, 30])
            position = rng.randrange(len(data) + 1)
            way = rng.choice(["line", "for", "lines", "read", "seek", "chunk", "untaken"])
            if way == "line":
                assert await grid_out.readline(size) == expected.readline(size)
            elif way == "for":
                line = await anext(grid_out, b"")
                assert line == expected.readline()
            elif way == "lines" and rng.random() < 0.3:
                # A Python file stops when it has as much as that; GridOut when it has more.
                hint = size + 1 if size and size > 0 else size
                assert await grid_out.readlines(size) == expected.readlines(hint)
            elif way == "read":
                assert await grid_out.read(5) == expected.read(5)
            elif way == "chunk":
                chunk = await grid_out.readchunk()
                assert chunk == expected.read(len(chunk))
            elif way == "seek":
                assert await grid_out.seek(position) == expected.seek(position)
            else:
                untaken = grid_out.readline()
                while not untaken.done():
                    await asyncio.sleep(0)
            assert grid_out.tell() == expected.tell()
        assert await grid_out.to_list() == expected.readlines()
        assert grid_out.tell() == len(data)
        await grid_out.close()


async def test_readlines_stops_where_pymongos_does(db):
    """PyMongo Async's is the model, and its blocking one stops there too."""
    bucket = tornado_pymongo.GridFSBucket(db)
    theirs = gridfs.GridFSBucket(db.delegate)
    file_id = await bucket.upload_from_stream("name", b"12\n45\n7\n\nlast")
    for size in (None, *range(-1, 20)):
        ours = await (await bucket.open_download_stream(file_id)).readlines(size)
        with_theirs = db.client.run_in_worker(
            lambda size=size: theirs.open_download_stream(file_id).readlines(size)
        )
        assert ours == await with_theirs, size


def watch(grid_out, name, before):
    """Have something called before a method of PyMongo's file."""
    method = getattr(grid_out.delegate, name)
    grid_out.delegate.__dict__[name] = lambda *args: (before(), method(*args))[1]


async def test_a_line_is_read_a_chunk_at_a_time(bucket):
    """It was read a byte at a time, for seconds, and its worker was not to be had (case H)."""
    file_id = await bucket.upload_from_stream("name", b"x" * 100_000)
    calls = []
    for read in "readline", "readlines", "to_list", "__anext__":
        grid_out = await bucket.open_download_stream(file_id)
        for name in "read", "readchunk":
            watch(grid_out, name, lambda name=name: calls.append(name))
        line = await getattr(grid_out, read)()
        assert line in (b"x" * 100_000, [b"x" * 100_000])
        assert calls.count("readchunk") == 100
        assert calls.count("read") <= 1
        calls.clear()


async def test_a_line_is_interrupted_between_its_chunks(bucket, gate):
    grid_out = await bucket.open_download_stream(
        await bucket.upload_from_stream("name", b"x" * 100_000)
    )
    read = []
    read_in_small_batches(grid_out.delegate, 1)
    watch(grid_out, "readchunk", lambda: read.append(gate()))
    task = asyncio.ensure_future(grid_out.readline())
    await gate.until_entered()
    task.cancel()
    gate.opened.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    await grid_out.close()  # waits for it
    assert len(read) == 1


async def test_lines_with_too_many_chunks_behind_them_are_corrupt(bucket, db):
    file_id = await bucket.upload_from_stream("name", b"a line\n" * 10)
    await db.fs.chunks.insert_one({"files_id": file_id, "n": 1, "data": b"x"})
    for read in ("readline", "readlines", "to_list", "__anext__"):
        grid_out = await bucket.open_download_stream(file_id)
        with pytest.raises(gridfs.errors.CorruptGridFile, match="Extra chunk"):
            while True:
                assert await getattr(grid_out, read)()


async def test_a_read_of_all_lines_that_is_given_up_has_read_nothing(bucket, gate):
    """`to_list` and `readlines` had taken their lines, and who gave up had lost them."""
    grid_out = await bucket.open_download_stream(await bucket.upload_from_stream("name", LINES))
    assert await grid_out.readline() == b"a line\n"
    for way in grid_out.to_list, grid_out.readlines:
        watch(grid_out, "read", gate)
        task = asyncio.ensure_future(way())
        await gate.until_entered()
        task.cancel()
        gate.opened.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        del grid_out.delegate.__dict__["read"]
        gate.opened.clear()
        assert grid_out.tell() == 7
    assert await grid_out.readline() == b"a line\n"
    assert len(await grid_out.to_list()) == 100_000 - 2


class Destination:
    """A file whose `write` is a coroutine function, as that of aiofiles or Starlette."""

    def __init__(self, error=None):
        self.data = b""
        self.error = error

    async def write(self, data):
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        self.data += data


async def test_a_download_waits_for_an_asynchronous_file(bucket):
    """It called its `write`, and never awaited it."""
    file_id = await bucket.upload_from_stream("name", LINES[:5_500])
    await bucket.upload_from_stream("name", b"newer")
    for download in (
        lambda to, **more: bucket.download_to_stream(file_id, to, **more),
        lambda to, **more: bucket.download_to_stream(destination=to, file_id=file_id, **more),
        lambda to, **more: bucket.download_to_stream_by_name("name", to, 0, **more),
        lambda to, **more: bucket.download_to_stream_by_name("name", revision=-2, destination=to),
    ):
        assert await download(destination := Destination()) is None
        assert destination.data == LINES[:5_500]
    called = asyncio.get_running_loop().create_future()
    bucket.download_to_stream(
        file_id, destination := Destination(), callback=lambda *result: called.set_result(result)
    )
    assert await called == (None, None)
    assert destination.data == LINES[:5_500]
    with pytest.raises(OSError, match="full"):
        await bucket.download_to_stream(file_id, Destination(OSError("full")))
    with pytest.raises(gridfs.NoFile):
        await bucket.download_to_stream(7, Destination())
    with pytest.raises(TypeError, match="file_id"):
        await bucket.download_to_stream(destination=Destination())
    with pytest.raises(TypeError, match="callback must be a function"):
        bucket.download_to_stream(file_id, Destination(), callback=5)


async def test_a_download_to_an_asynchronous_file_has_one_deadline(bucket, db, mongo_server):
    class Slow(Destination):
        async def write(self, data):
            await super().write(data)
            await asyncio.sleep(0.2)  # longer than the timeout

    file_id = await bucket.upload_from_stream("name", LINES[:5_500])
    with pymongo.timeout(0.1), pytest.raises(PyMongoError) as caught:
        await bucket.download_to_stream(file_id, Slow())
    assert caught.value.timeout
    async with tornado_pymongo.MongoClient(mongo_server.uri, timeoutMS=100) as client:
        bucket = tornado_pymongo.GridFSBucket(client[db.name])
        with pytest.raises(PyMongoError) as caught:
            await bucket.download_to_stream(file_id, Slow())
    assert caught.value.timeout


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
