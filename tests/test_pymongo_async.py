"""PyMongo Async's names: classes that are PyMongo Async's and ours, and their way into programs."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import functools
import inspect
import io
import json
import os
import pickle
import subprocess
import sys
import textwrap
import unittest
from unittest import mock

import gridfs
import pymongo
import pymongo.asynchronous.change_stream
import pymongo.asynchronous.client_session
import pymongo.asynchronous.collection
import pymongo.asynchronous.command_cursor
import pymongo.asynchronous.cursor
import pymongo.asynchronous.database
import pymongo.asynchronous.encryption
import pytest
from pymongo.errors import DuplicateKeyError

import tornado_pymongo
from tornado_pymongo import derive, pymongo_async
from tornado_pymongo.futures import CallFuture
from tornado_pymongo.proxy import wrappers

NAMES = sorted(name for name in pymongo_async.__all__ if name.startswith("Async"))
FACES = [getattr(pymongo_async, name) for name in NAMES]


def twin_of(face):
    return face._async_class


def members(face):
    """Yield each public member of PyMongo Async's class, with the one of the face."""
    for name in dir(twin_of(face)):
        if not name.startswith("_"):
            theirs = inspect.getattr_static(twin_of(face), name)
            yield name, theirs, inspect.getattr_static(face, name)


@pytest.fixture
def make_async(mongo_server):
    """Return a function that makes clients, which are closed after the test."""
    clients = []

    def make_async(cls=pymongo_async.AsyncMongoClient, **options):
        clients.append(cls(mongo_server.uri, **options))
        return clients[-1]

    yield make_async
    for client in clients:
        client._close().result()


@pytest.fixture
def client(make_async):
    return make_async()


@pytest.fixture
def things(client, db):
    """Return a collection in an empty database."""
    return client[db.name].things


# Classes


def test_each_of_our_classes_has_a_face():
    assert {face.__mro__[1:][-1] for face in FACES} == {object}
    natives = {cls for cls in wrappers.values() if cls and cls.__module__.startswith("tornado_py")}
    assert {base for face in FACES for base in face.__bases__} >= natives


@pytest.mark.parametrize("face", FACES)
def test_a_face_has_the_name_of_pymongo_asyncs_class_and_derives_from_it(face):
    assert face.__name__ == twin_of(face).__name__
    assert issubclass(face, twin_of(face))
    assert issubclass(face, wrappers[face._sync_class])
    for theirs in twin_of(face).__mro__:
        if theirs.__name__ in NAMES:
            assert issubclass(face, getattr(pymongo_async, theirs.__name__))


@pytest.mark.parametrize("face", FACES)
def test_what_is_a_coroutine_function_there_is_one_here_and_nothing_else_is(face):
    for name, theirs, ours in members(face):
        if isinstance(theirs, property):
            theirs, ours = theirs.fget, ours.fget
        is_coroutine = inspect.iscoroutinefunction(theirs)
        assert inspect.iscoroutinefunction(ours) == is_coroutine, name
        if is_coroutine and name not in ("close", "aclose"):
            assert inspect.signature(ours) == inspect.signature(theirs), name
            assert inspect.unwrap(ours) is inspect.unwrap(theirs), name
            assert (inspect.getdoc(theirs) or "") in (inspect.getdoc(ours) or ""), name


@pytest.mark.parametrize("face", FACES)
def test_nothing_of_pymongo_asyncs_runs(face):
    """Each function that a face has is ours, or does nothing but complain."""
    for name in dir(face):
        member = inspect.getattr_static(face, name)
        function = getattr(member, "fget", member)
        code = getattr(function, "__code__", None)
        if code is not None and code.co_filename == contextlib.__file__:
            code = function.__wrapped__.__code__  # of asynccontextmanager
        if code is not None and name not in ("__next__", "next", "__init_subclass__"):
            assert "tornado_pymongo" in code.co_filename, name


def test_a_private_name_of_pymongo_asyncs_is_not_there(things):
    for thing in things, things.find(), things.database.client:
        private = [
            name
            for name in dir(twin_of(type(thing)))
            if name.startswith("_") and not name.startswith(("__", "_abc"))
            if not hasattr(wrappers[thing._sync_class], name)
            if not hasattr(object, name) and name != "_is_protocol"
        ]
        assert len(private) > 10
        for name in private:
            assert not hasattr(type(thing), name), name
            with pytest.raises(AttributeError):
                getattr(thing, name)


def test_the_top_level_has_the_same_names():
    for name in NAMES:
        assert getattr(tornado_pymongo, name) is getattr(pymongo_async, name)


def test_what_is_not_used_is_not_imported():
    program = "import sys, tornado_pymongo; print('tornado_pymongo.pymongo_async' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "False\n"


# Objects


async def test_what_a_client_gives_is_of_the_faces(client, things):
    assert type(client).__name__ == "AsyncMongoClient"
    assert type(things.database) is pymongo_async.AsyncDatabase
    assert type(things) is type(things.sub) is pymongo_async.AsyncCollection
    assert type(things.with_options()) is pymongo_async.AsyncCollection
    assert things.database.client is client
    await things.insert_one({"_id": 1})
    assert type(things.find()) is pymongo_async.AsyncCursor
    assert type(things.find().clone()) is pymongo_async.AsyncCursor
    assert type(things.find_raw_batches()) is pymongo_async.AsyncRawBatchCursor
    assert isinstance(things.find_raw_batches(), pymongo_async.AsyncCursor)
    assert type(await things.aggregate([])) is pymongo_async.AsyncCommandCursor
    raw = await things.aggregate_raw_batches([])
    assert type(raw) is pymongo_async.AsyncRawBatchCommandCursor
    await raw.close()
    for watched, name in (
        (things, "AsyncCollectionChangeStream"),
        (things.database, "AsyncDatabaseChangeStream"),
        (client, "AsyncClusterChangeStream"),
    ):
        async with await watched.watch() as stream:
            assert type(stream) is getattr(pymongo_async, name)
            assert isinstance(stream, pymongo.asynchronous.change_stream.AsyncChangeStream)
    async with client.start_session() as session:
        assert type(session) is pymongo_async.AsyncClientSession
        assert session.client is client


async def test_isinstance_and_match_take_them_for_pymongo_asyncs(client, things):
    assert isinstance(client, pymongo.AsyncMongoClient)
    assert isinstance(things.database, pymongo.asynchronous.database.AsyncDatabase)
    match things:
        case pymongo.asynchronous.collection.AsyncCollection(name=name):
            assert name == "things"
        case _:
            pytest.fail("no match")


def test_dispatch_by_class_finds_them(things):
    @functools.singledispatch
    def kind(thing):
        return "something else"

    kind.register(pymongo.asynchronous.collection.AsyncCollection, lambda thing: "theirs")
    assert kind(things) == "theirs"
    kind.register(tornado_pymongo.Collection, lambda thing: "ours")
    assert kind(things) == "ours"  # it comes first
    kind.register(pymongo_async.AsyncCollection, lambda thing: "the face")
    assert kind(things) == "the face"


def test_libraries_that_check_types_take_them(things):
    pydantic = pytest.importorskip("pydantic")
    AsyncCollection = pymongo.asynchronous.collection.AsyncCollection  # noqa: N806

    class Store(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)
        collection: AsyncCollection
        of_dicts: AsyncCollection[dict]

    assert Store(collection=things, of_dicts=things).collection is things
    with pytest.raises(pydantic.ValidationError):
        Store(collection=things.database, of_dicts=things)


def test_attrs_beartype_and_typeguard_take_them(things):
    attr = pytest.importorskip("attr")
    beartype = pytest.importorskip("beartype")
    typeguard = pytest.importorskip("typeguard")
    AsyncCollection = pymongo.asynchronous.collection.AsyncCollection  # noqa: N806

    @attr.s
    class Store:
        collection = attr.ib(validator=attr.validators.instance_of(AsyncCollection))

    @beartype.beartype
    def name_of(collection: AsyncCollection) -> str:
        return collection.name

    assert Store(things).collection is things
    assert name_of(things) == "things"
    assert typeguard.check_type(things, AsyncCollection[dict]) is things
    with pytest.raises(TypeError):
        Store(things.database)


async def test_a_call_starts_when_it_is_awaited(things):
    call = things.insert_one({"_id": 1})
    assert inspect.iscoroutine(call)
    assert await things.count_documents({}) == 0
    assert (await call).inserted_id == 1
    dropped = things.delete_one({})
    dropped.close()
    assert await things.count_documents({}) == 1


async def test_attributes_that_wait_are_coroutines(client, mongo_server):
    await client.admin.command("ping")  # PyMongo 4.9 knows no address before
    host, port = mongo_server.uri.split("/")[2].split(":")
    address = client.address
    assert inspect.iscoroutine(address)
    assert await address == (host, int(port))


async def test_a_cursor_goes_by_document_by_list_and_by_next(things):
    await things.insert_many([{"_id": n} for n in range(5)])
    cursor = things.find().sort("_id")
    assert await cursor.next() == {"_id": 0}
    assert await anext(cursor) == {"_id": 1}
    assert await cursor.to_list(1) == [{"_id": 2}]
    assert [document["_id"] async for document in cursor] == [3, 4]
    async with await things.aggregate([{"$sort": {"_id": 1}}]) as cursor:
        assert await cursor.try_next() == {"_id": 0}
    await (await things.find().add_option(16)).rewind()
    with pytest.raises(NotImplementedError):
        gridfs_cursor(things).add_option(16)  # PyMongo's says so at once


def gridfs_cursor(things):
    return pymongo_async.AsyncGridFSBucket(things.database).find()


async def test_transactions_by_callback_and_by_hand(client, things):
    await things.insert_one({"_id": 0})

    async def insert(session):
        assert type(session) is pymongo_async.AsyncClientSession
        await things.insert_one({"_id": 1}, session=session)
        return "done"

    async with client.start_session() as session:
        assert await session.with_transaction(insert) == "done"
        assert await session.with_transaction(callback=insert_nothing) is None
        async with await session.start_transaction():
            await things.insert_one({"_id": 2}, session=session)
        with pytest.raises(DuplicateKeyError):
            async with await session.start_transaction():
                await things.insert_one({"_id": 3}, session=session)
                await things.insert_one({"_id": 3}, session=session)
    assert await things.distinct("_id") == [0, 1, 2]


async def insert_nothing(session):
    """Do nothing in a transaction."""


async def test_files_are_written_and_read(things):
    bucket = pymongo_async.AsyncGridFSBucket(things.database)
    async with bucket.open_upload_stream("a") as grid_in:
        assert type(grid_in) is pymongo_async.AsyncGridIn
        await grid_in.write(b"one\ntwo\n")
    async with await bucket.open_download_stream(grid_in._id) as grid_out:
        assert type(grid_out) is pymongo_async.AsyncGridOut
        assert await grid_out.readline() == b"one\n"
        assert [line async for line in grid_out] == [b"two\n"]
        assert await grid_out.seek(0) == 0
        copied = await bucket.upload_from_stream("b", grid_out)
    assert await (await bucket.open_download_stream(copied)).read() == b"one\ntwo\n"
    file = io.BytesIO()
    await bucket.download_to_stream(copied, file)
    assert file.getvalue() == b"one\ntwo\n"
    assert [type(each) async for each in bucket.find()] == [pymongo_async.AsyncGridOut] * 2
    assert await (await pymongo_async.AsyncGridFS(things.database).get(copied)).read(3) == b"one"


async def test_pymongo_asyncs_own_bucket_takes_a_database_of_ours(things):
    """What is not replaced, as its library had imported it before, works on our objects."""
    bucket = gridfs.AsyncGridFSBucket(things.database)
    file_id = await bucket.upload_from_stream("a", b"bytes" * 100_000)
    stream = await bucket.open_download_stream(file_id)
    assert len(await stream.read()) == 500_000


async def test_a_file_is_sent_piece_by_piece(things):
    """The web's handlers read ahead, for which a read must have begun."""
    bucket = pymongo_async.AsyncGridFSBucket(things.database)
    file_id = await bucket.upload_from_stream("a", b"x" * 600_000)
    sent = []

    class Handler:
        def write(self, piece):
            sent.append(len(piece))

        def flush(self):
            return None

    async with await bucket.open_download_stream(file_id) as grid_out:
        await grid_out.stream_to_handler(Handler())
    assert sum(sent) == 600_000 and len(sent) > 2


async def test_what_does_not_wait_has_the_words_of_pymongo(things):
    with pytest.raises(TypeError, match=r"If you meant to call the 'findOne' method on an 'Async"):
        await things.findOne({})
    with pytest.raises(TypeError, match="'AsyncCollection' object.* 'save' method on an 'AsyncC"):
        things.save({})
    for thing in things, things.database, things.database.client:
        with pytest.raises(TypeError, match=f"'{type(thing).__name__}' object is not iterable"):
            iter(thing)
        with pytest.raises(TypeError, match=f"'{type(thing).__name__}' object is not iterable"):
            thing.next()
    with pytest.raises(TypeError, match="use 'async for'"):
        iter(things.find())
    with pytest.raises(NotImplementedError):
        bool(things)
    with pytest.raises(TypeError, match="AsyncCollection.find_one.. takes no callback: await it"):
        await things.find_one({}, callback=print)
    assert not callable(things.database.client.anything)


async def test_copies_equality_and_hashes(things):
    cursor = things.find({"_id": 1})
    assert type(copy.copy(cursor)) is type(copy.deepcopy(cursor)) is pymongo_async.AsyncCursor
    assert things == things.database["things"] != things.sub
    assert len({things, things.database.things}) == 1
    for thing in things, things.database, things.database.client:
        with pytest.raises((TypeError, AttributeError, pickle.PicklingError)):
            pickle.dumps(thing)
    assert pickle.loads(pickle.dumps(type(things))) is pymongo_async.AsyncCollection


async def test_nothing_is_said_of_a_client_that_is_not_closed(mongo_server):
    """PyMongo Async's finalizer, which warns, does not run; the executor's own does the rest."""
    client = pymongo_async.AsyncMongoClient(mongo_server.uri)
    await client.aconnect()
    await client.close(drain_seconds=1)
    assert type(client).__del__(client) is None


async def test_our_options_and_members_are_there(make_async, things):
    client = make_async(max_workers=2)
    assert await client.run_in_worker(len, [1, 2]) == 2
    assert isinstance(client.delegate, pymongo.MongoClient)
    assert isinstance(things.delegate, pymongo.collection.Collection)
    assert things.find().read_ahead(False) is not None
    assert tornado_pymongo.statistics(client).calls.max_workers == 2


async def test_many_calls_at_once_and_a_cancelled_one(things):
    await asyncio.gather(*(things.insert_one({"_id": n}) for n in range(50)))
    assert await things.count_documents({}) == 50
    task = asyncio.create_task(things.find_one({"$where": "sleep(10000) || true"}))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_call_is_made_by_asyncio_run_and_from_another_thread(mongo_server):
    async def main(client):
        loop = asyncio.get_running_loop()
        ping = client.admin.command("ping")

        def in_a_thread():
            return asyncio.run_coroutine_threadsafe(ping, loop).result(10)["ok"]

        async with client:
            return await asyncio.to_thread(in_a_thread)

    client = pymongo_async.AsyncMongoClient(mongo_server.uri)
    assert asyncio.run(client.admin.command("ping"))["ok"] == 1
    assert asyncio.run(main(client)) == 1


# Subclasses of the user's


async def test_a_subclass_stays_one(make_async, db):
    class Client(pymongo_async.AsyncMongoClient):
        """A client of a library's."""

    class Orders(pymongo_async.AsyncCollection):
        async def find_one(self, *args, **kwargs):
            found = await super().find_one(*args, **kwargs)
            return found and {**found, "seen": True}

    client = make_async(Client)
    orders = Orders(client[db.name], "orders")
    assert orders.database.client is client
    await orders.insert_one({"_id": 1})
    assert await orders.find_one() == {"_id": 1, "seen": True}
    assert type(client[db.name].orders) is pymongo_async.AsyncCollection


# Our classes' methods are coroutine functions, as far as Python lets them

NATIVE = [tornado_pymongo.Collection, tornado_pymongo.MongoClient, tornado_pymongo.Cursor]
SEEN_BY_INSPECT = sys.version_info >= (3, 12)


@pytest.mark.filterwarnings("ignore:'asyncio.iscoroutinefunction' is deprecated")
@pytest.mark.parametrize(
    "cls", [cls for cls in wrappers.values() if cls and cls.__module__.startswith("tornado_py")]
)
def test_methods_of_ours_are_coroutine_functions_to_asyncio(cls):
    for name in dir(cls._async_class):
        ours = getattr(cls, name, None)
        if name.startswith("_") or not inspect.isfunction(ours):
            continue
        waits = derive.is_blocking(cls._async_class, name)
        if (cls.__name__, name) == ("GridOutCursor", "add_option"):
            continue  # it is the cursor's, and raises
        assert asyncio.iscoroutinefunction(ours) == waits, name
        assert inspect.iscoroutinefunction(ours) == (waits and SEEN_BY_INSPECT), name


@pytest.mark.parametrize("spec", [tornado_pymongo.Collection, pymongo_async.AsyncCollection])
async def test_mocks_of_our_classes_are_awaited(spec):
    for collection in mock.AsyncMock(spec=spec), mock.create_autospec(spec, instance=True):
        collection.find_one.return_value = {"_id": 1}
        assert await collection.find_one({"_id": 1}) == {"_id": 1}
        collection.find_one.assert_awaited_once_with({"_id": 1})
        assert not inspect.isawaitable(collection.with_options())


def test_a_clean_up_of_unittests_waits_for_a_close(mongo_server):
    """On 3.11 that holds for the face alone: unittest asks `inspect`."""
    classes = [pymongo_async.AsyncMongoClient]
    if sys.version_info[:2] != (3, 11):
        classes.append(tornado_pymongo.MongoClient)
    clients = []

    class Test(unittest.IsolatedAsyncioTestCase):
        async def test(self):
            for cls in classes:
                clients.append(cls(mongo_server.uri))
                self.addAsyncCleanup(clients[-1].close)
                await clients[-1].admin.command("ping")

        def tearDown(self):
            assert not any(client._runtime.executor.closed for client in clients)

    result = unittest.TestResult()
    Test("test").run(result)
    assert result.wasSuccessful() and len(clients) == len(classes), result
    for client in clients:
        assert client._runtime.executor.closed
        with pytest.raises(pymongo.errors.InvalidOperation):
            client.delegate.admin.command("ping")


async def test_a_retry_sees_the_error_of_a_call(things):
    tenacity = pytest.importorskip("tenacity")
    await things.insert_one({"_id": 1})
    tries = []
    again = tenacity.retry(stop=tenacity.stop_after_attempt(3), before=tries.append, reraise=True)
    with pytest.raises(DuplicateKeyError):
        await again(things.insert_one)({"_id": 1})
    assert len(tries) == 3


async def test_a_background_task_sees_the_error_of_a_call(things, db):
    background = pytest.importorskip("starlette.background")
    await things.insert_one({"_id": 1})
    for collection in things, db.things:
        with pytest.raises(DuplicateKeyError):
            await background.BackgroundTask(collection.insert_one, {"_id": 1})()


async def test_a_file_of_ours_is_still_read_in_the_worker_that_writes(db):
    """Though its read is a coroutine function, as those of files that are read on the loop."""
    bucket = tornado_pymongo.GridFSBucket(db)
    source = await bucket.open_download_stream(await bucket.upload_from_stream("a", b"bytes"))
    upload = bucket.upload_from_stream("b", source)
    assert type(upload) is CallFuture and upload.call is not None
    assert await (await bucket.open_download_stream(await upload)).read() == b"bytes"


# Installed


def run(program, *arguments, server=None, **options):
    """Run a program, given as source or by arguments, and return what it prints."""
    command = [sys.executable, "-W", "error", *arguments]
    if program is not None:
        command += ["-c", textwrap.dedent(program)]
    environment = {**os.environ, "MONGODB_URI": server.uri if server else ""}
    ran = subprocess.run(
        command,
        env={**environment, **options.pop("env", {})},
        capture_output=True,
        text=True,
        timeout=50,
        **options,
    )
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr
    return ran.stdout


def test_install_puts_them_in_pymongos_place(mongo_server):
    program = """
        import asyncio, os
        import pymongo.asynchronous.collection
        from tornado_pymongo import pymongo_async

        pymongo_async.install()
        pymongo_async.install()  # once more does no harm
        import gridfs
        from pymongo import AsyncMongoClient
        from pymongo.asynchronous.encryption import AsyncClientEncryption

        for name in pymongo_async.__all__[:-1]:
            places = [
                f"{module.__name__}.{name}"
                for module in __import__("sys").modules.values()
                if module.__name__.startswith(("pymongo", "gridfs")) and hasattr(module, name)
                and getattr(module, name) is not getattr(pymongo_async, name)
            ]
            assert not places, places

        async def main():
            async with AsyncMongoClient(os.environ["MONGODB_URI"]) as client:
                print(type(client).__module__, (await client.admin.command("ping"))["ok"])
                bucket = gridfs.AsyncGridFSBucket(client.tornado_pymongo_test)
                print(type(bucket.find()).__module__)

        asyncio.run(main())
    """
    assert run(program, server=mongo_server).split() == [
        *("tornado_pymongo.pymongo_async", "1.0", "tornado_pymongo.pymongo_async"),
    ]


def test_install_is_refused_with_a_list_if_it_comes_too_late():
    program = """
        from gridfs import AsyncGridFS as Files
        from pymongo import AsyncMongoClient
        import pymongo
        original = AsyncMongoClient
        from tornado_pymongo import pymongo_async
        try:
            pymongo_async.install()
        except ImportError as error:
            print(error)
        assert pymongo.AsyncMongoClient is original
    """
    assert "__main__.AsyncMongoClient, __main__.Files, __main__.original" in run(program)


REPORT = """
import json, sys
import gridfs, pymongo
print(json.dumps([pymongo.AsyncMongoClient.__module__, gridfs.AsyncGridOut.__module__, sys.argv]))
"""


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a script and a module, which report what they find."""
    (tmp_path / "script.py").write_text(REPORT)
    return tmp_path


FACE = "tornado_pymongo.pymongo_async"


@pytest.mark.parametrize(
    ("arguments", "argv"),
    [
        (["script.py", "-m", "a b"], ["script.py", "-m", "a b"]),
        (["-m", "script", "x"], ["{folder}/script.py", "x"]),
        (["-c", REPORT, "y"], ["-c", "y"]),
        (["-X", "utf8", "script.py"], ["script.py"]),
    ],
)
def test_the_command_runs_what_python_runs(folder, arguments, argv):
    printed = run(None, "-m", FACE, *arguments, cwd=folder)
    wanted = [each.format(folder=folder.resolve()) for each in argv]
    assert json.loads(printed) == [FACE, FACE, wanted]


def test_the_command_reaches_the_processes_that_a_program_starts(folder):
    (folder / "parent.py").write_text(
        textwrap.dedent("""
        import multiprocessing, subprocess, sys

        def find():
            import pymongo
            return pymongo.AsyncMongoClient.__module__

        if __name__ == "__main__":
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                print(pool.apply(find))
                pool.close()
                pool.join()
            sys.stdout.flush()
            subprocess.run([sys.executable, "-c", "import parent; print(parent.find())"])
        """)
    )
    # Not with -W error: multiprocessing may say that a semaphore is left when a pool ends.
    assert run(None, "-m", FACE, "parent.py", cwd=folder).split() == [FACE, FACE]


def test_the_command_lets_another_sitecustomize_run_after(folder):
    other = folder / "site"
    other.mkdir()
    (other / "sitecustomize.py").write_text("import pymongo\nprint(pymongo.AsyncMongoClient)\n")
    path = os.pathsep.join([str(other), os.environ.get("PYTHONPATH", "")])
    printed = run(None, "-m", FACE, "-c", "", cwd=folder, env={"PYTHONPATH": path}).splitlines()
    # First that of this Python, which starts the other.
    assert printed[0] == "<class 'pymongo.asynchronous.mongo_client.AsyncMongoClient'>"
    assert printed[1] == f"<class '{FACE}.AsyncMongoClient'>"


def test_an_error_in_another_sitecustomize_is_told_as_python_tells_it(folder):
    other = folder / "site"
    other.mkdir()
    (other / "sitecustomize.py").write_text("import no_such_module\n")
    path = os.pathsep.join([str(other), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", FACE, "script.py"]
    ran = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert ran.stderr.count("No module named 'no_such_module'") == 2
    assert json.loads(ran.stdout)[0] == FACE


def test_the_commands_are_nested(folder):
    program = "import motor, pymongo; print(motor.__name__, pymongo.AsyncMongoClient.__module__)"
    printed = run(None, "-m", "tornado_pymongo.motor", "-m", FACE, "-c", program, cwd=folder)
    assert printed.split() == ["tornado_pymongo.motor", FACE]


def test_the_command_says_how_it_is_used():
    ran = subprocess.run([sys.executable, "-m", FACE], capture_output=True, text=True, timeout=50)
    assert ran.returncode == 2 and f"python -m {FACE} -m uvicorn" in ran.stdout
    isolated = [sys.executable, "-I", "-m", "tornado_pymongo.motor", "script.py"]
    ran = subprocess.run(isolated, capture_output=True, text=True, timeout=50)
    assert ran.returncode == 1
    # An isolated Python may not find this library at all, if it is not installed.
    assert "start it without -E" in ran.stderr or "No module named" in ran.stderr


def test_servers_with_several_processes_are_reached(folder):
    pytest.importorskip("uvicorn")
    (folder / "app.py").write_text(
        textwrap.dedent("""
        import os
        import pymongo

        # At once, as two processes write.
        os.write(1, f"{pymongo.AsyncMongoClient.__module__}\\n".encode())

        async def app(scope, receive, send):
            assert scope["type"] == "lifespan"
            await receive()
            await send({"type": "lifespan.startup.complete"})
            os.write(1, b"started\\n")
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        """)
    )
    command = [sys.executable, "-m", FACE, "-m", "uvicorn", "app:app", "--workers", "2"]
    server = subprocess.Popen(
        [*command, "--port", "0", "--log-level", "error"],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        lines = [server.stdout.readline().strip() for _ in range(4)]
    finally:
        server.terminate()
        server.communicate(timeout=30)
    assert sorted(lines) == ["started", "started", FACE, FACE]
