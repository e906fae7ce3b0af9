"""Motor's names: everything that Motor has beyond PyMongo's, on our classes."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import subprocess
import sys
import types

import bson
import pymongo
import pytest
from interpreter import EARLY, EARLY_REASON
from pymongo.errors import InvalidOperation, OperationFailure
from tornado.ioloop import IOLoop

import tornado_pymongo
from tornado_pymongo.motor import MotorClient, core, get_version_string, motor_gridfs, motor_tornado
from tornado_pymongo.motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorClientEncryption,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
    AsyncIOMotorGridFSBucket,
    AsyncIOMotorGridIn,
    AsyncIOMotorGridOut,
)

LOCAL_KEY = {"local": {"key": b"\x00" * 96}}


@pytest.fixture
def make_motor(mongo_server):
    """Return a function that makes Motor clients, which are closed after the test."""
    clients = []

    def make_motor(cls=AsyncIOMotorClient, **options):
        clients.append(cls(mongo_server.uri, **options))
        return clients[-1]

    yield make_motor
    for client in clients:
        client._close().result()


@pytest.fixture
def motor_db(make_motor, db):
    """Return an empty database of a Motor client."""
    return make_motor()[db.name]


@pytest.fixture
def motor_numbers(motor_db, numbers):
    """Return a collection of a Motor client with 250 documents."""
    return motor_db[numbers.name]


# What Motor makes its classes with.
MACHINERY = {"MotorGridOutProperty", "create_asyncio_class", "create_motor_class"}


@pytest.mark.parametrize(
    "name",
    [
        *("", ".aiohttp", ".core", ".motor_asyncio", ".motor_gridfs", ".motor_tornado", ".web"),
    ],
)
def test_every_name_of_motor_is_here(name):
    pytest.importorskip("motor")
    theirs = importlib.import_module(f"motor{name}")
    ours = importlib.import_module(f"tornado_pymongo.motor{name}")
    names = {
        each
        for each, value in vars(theirs).items()
        if not each.startswith("_")
        and not inspect.ismodule(value)
        and (name == "" or getattr(value, "__module__", None) == theirs.__name__)
    } - MACHINERY
    assert names
    assert {each for each in names if not hasattr(ours, each)} == set()


def test_every_member_of_motors_classes_is_here():
    motor_core = pytest.importorskip("motor.core")
    missing = set()
    for name, theirs in {**vars(motor_core), **vars(sys.modules["motor.motor_gridfs"])}.items():
        if name.startswith("Agnostic"):
            ours = getattr(core, name, None) or getattr(motor_gridfs, name)
            missing |= {
                f"{name}.{member}"
                for member in dir(theirs)
                if not member.startswith("_") and not hasattr(ours, member)
            }
    # What is not of the class but of its objects here, gone from PyMongo, or never was in it.
    expected = {
        "AgnosticCursor.max_scan",
        "AgnosticRawBatchCursor.max_scan",
        "AgnosticGridOutCursor.max_scan",
        "AgnosticGridIn.writeable",
    }
    for common in "AgnosticBaseCursor", "AgnosticBaseProperties":
        expected |= {each for each in missing if each.startswith(f"{common}.")}
    latent = {each for each in missing if each.startswith("AgnosticLatentCommandCursor.")}
    assert missing - latent - expected == set()


def test_the_version_is_that_of_the_motor_whose_names_these_are():
    assert get_version_string() == tornado_pymongo.motor.version == "3.7.1"
    assert tornado_pymongo.motor.version_tuple == (3, 7, 1)


# Kinds


async def test_what_a_motor_client_gives_is_of_motors_classes(motor_db):
    collection = motor_db.things
    await collection.insert_one({})
    client = motor_db.client
    assert isinstance(client, AsyncIOMotorClient) and isinstance(client, core.AgnosticClient)
    assert isinstance(motor_db, motor_tornado.MotorDatabase)
    assert isinstance(collection, AsyncIOMotorCollection)
    assert isinstance(collection.sub, tornado_pymongo.Collection)
    assert isinstance(collection.database, core.AgnosticDatabase)
    assert isinstance(collection.find(), motor_tornado.MotorCursor)
    assert isinstance(collection.find_raw_batches(), core.AgnosticRawBatchCursor)
    assert isinstance(await collection.aggregate([]), motor_tornado.MotorCommandCursor)
    assert isinstance(collection.list_indexes(), motor_tornado.MotorLatentCommandCursor)
    assert isinstance(await motor_db.cursor_command("find", "things"), core.AgnosticCommandCursor)
    async with await client.start_session() as session:
        assert isinstance(session, motor_tornado.MotorClientSession)
        assert session.client is client
    for watched in client, motor_db, collection:
        async with watched.watch() as stream:
            assert isinstance(stream, motor_tornado.MotorChangeStream)
    bucket = AsyncIOMotorGridFSBucket(motor_db)
    assert isinstance(bucket.find(), motor_tornado.MotorGridOutCursor)
    file_id = await bucket.upload_from_stream("name", b"")
    assert isinstance(await bucket.open_download_stream(file_id), AsyncIOMotorGridOut)
    assert isinstance(bucket.open_upload_stream("name"), AsyncIOMotorGridIn)


def test_other_clients_are_left_alone(db):
    assert type(db) is tornado_pymongo.Database
    assert type(db.wrap) is tornado_pymongo.Collection
    assert type(db.get_io_loop.io_loop) is tornado_pymongo.Collection


def test_objects_tell_motors_name(make_motor):
    client = make_motor()
    assert repr(client).startswith("AsyncIOMotorClient(MongoClient(")
    for thing in client.a, client.a.b, client.a.b.find():
        assert repr(thing).startswith(f"AsyncIOMotor{type(thing.delegate).__name__}(")
    assert repr(make_motor(MotorClient).a).startswith("MotorDatabase(Database(")


def test_an_object_of_pymongo_can_be_wrapped_by_hand(motor_db):
    wrapped = motor_db.wrap(motor_db.delegate.things)
    assert type(wrapped) is type(motor_db.things) and wrapped == motor_db.things
    assert motor_db.wrap(5) == 5


class Users(AsyncIOMotorCollection):
    """What users of Motor derive."""

    def __getitem__(self, name):
        return Users(self.database, f"{self.name}.{name}", _delegate=self.delegate[name])

    async def find_one_or_404(self, *args):
        return await self.find_one(*args) or 404


class Site(AsyncIOMotorDatabase):
    """What users of Motor derive."""

    def __getitem__(self, name):
        return Users(self, name)


async def test_a_subclass_stays_one(motor_db):
    site = Site(motor_db.client, motor_db.name)
    users = site["users"]
    assert type(site.users) is type(users.with_options()) is type(users.sub) is Users
    assert users.database is users.sub.database is users.with_options().database is site
    assert users.find().collection is users
    assert users.wrap(users.delegate.with_options()).database is site
    assert await users.sub.find_one_or_404({"_id": 1}) == 404
    # Other programs in this process are not concerned.
    assert type(motor_db.users) is AsyncIOMotorCollection
    assert type(motor_db.client.db) is AsyncIOMotorDatabase


class WrappedDatabase(AsyncIOMotorDatabase):
    """As quart-mongo 0.1.2 has it: it gives PyMongo's object to a base class of Motor's."""

    def __init__(self, client, name, **kwargs):
        self._client = client
        delegate = pymongo.database.Database(client.delegate, name, **kwargs)
        super(core.AgnosticBaseProperties, self).__init__(delegate)

    def __getitem__(self, name):
        return WrappedCollection(self, name)


class WrappedCollection(AsyncIOMotorCollection):
    """As quart-mongo 0.1.2 has it."""

    def __init__(self, database, name, _delegate=None):
        delegate = _delegate or pymongo.collection.Collection(database.delegate, name)
        super(core.AgnosticBaseProperties, self).__init__(delegate)
        self.database = database


async def test_a_subclass_may_make_pymongos_object_itself(motor_db):
    database = WrappedDatabase(motor_db.client, motor_db.name)
    assert database.client is motor_db.client
    assert type(database.users) is WrappedCollection
    assert database.users.database is database
    assert database.users.find().collection.database is database
    await database.users.insert_one({"_id": 1})
    assert await motor_db.users.find_one() == {"_id": 1}
    assert [each async for each in database.users.aggregate([])] == [{"_id": 1}]


def test_pymongos_objects_are_no_databases_for_others(motor_db, mongo_client):
    """Nor are those of another client, for which there are no threads."""
    for database in motor_db.delegate, mongo_client.delegate.db:
        with pytest.raises(TypeError, match="needs a client, database or collection of tornado_py"):
            AsyncIOMotorCollection(database, "name")
        with pytest.raises(TypeError, match="needs a client, database or collection of tornado_py"):
            AsyncIOMotorGridFSBucket(database)


# Loops


async def test_everything_tells_the_loop(motor_db, make_motor):
    loop = asyncio.get_running_loop()
    bucket = AsyncIOMotorGridFSBucket(motor_db)
    for thing in motor_db.client, motor_db, motor_db.a, motor_db.a.find(), bucket:
        assert thing.get_io_loop() is loop
    assert motor_db.client.io_loop is bucket.io_loop is loop
    assert make_motor(MotorClient).get_io_loop() is IOLoop.current()
    assert isinstance(motor_db.io_loop, AsyncIOMotorCollection)


@pytest.mark.parametrize(
    ("cls", "message"),
    [(MotorClient, "instance of IOLoop, not"), (AsyncIOMotorClient, "asyncio-compatible")],
)
def test_a_loop_that_is_none_is_refused(cls, message):
    with pytest.raises(TypeError, match=message):
        cls(io_loop="foo")


def test_the_loop_that_a_client_was_made_with_takes_calls_before_it_runs(make_motor):
    loop, other = asyncio.new_event_loop(), asyncio.new_event_loop()
    client = make_motor(io_loop=loop)
    assert client.get_io_loop() is client.a.b.get_io_loop() is loop
    assert loop.run_until_complete(client.admin.command("ping"))["ok"] == 1
    assert loop.run_until_complete(client.admin.aggregate([{"$documents": []}]).to_list(5)) == []

    async def ping():  # whatever loop the client was made with
        return await client.admin.command("ping")

    assert other.run_until_complete(ping())["ok"] == 1
    for each in loop, other:
        each.close()


def test_a_client_is_closed_without_a_loop(mongo_server):
    client = AsyncIOMotorClient(mongo_server.uri)
    asyncio.run(_ping(client))
    assert client.close() is None
    assert asyncio.run(_close(client)) is None  # when it is closed
    with pytest.raises(InvalidOperation, match="after close"):
        asyncio.run(_ping(client))


async def _ping(client):
    return await client.admin.command("ping")


async def _close(client):
    return await client.close()


# Threads


@pytest.mark.parametrize(
    ("options", "expected"),
    [({}, 7), ({"maxPoolSize": 5}, 5), ({"maxPoolSize": 0}, 7), ({"max_workers": 3}, 3)],
)
def test_motor_max_workers_is_the_default(options, expected, make_motor, monkeypatch):
    monkeypatch.setenv("MOTOR_MAX_WORKERS", "7")
    assert make_motor(**options)._runtime.executor.max_workers == expected
    assert tornado_pymongo.MongoClient()._runtime.executor.max_workers == 100


def test_without_motor_max_workers_it_is_the_size_of_the_pool(make_motor, monkeypatch):
    monkeypatch.delenv("MOTOR_MAX_WORKERS", raising=False)
    assert make_motor(maxPoolSize=12)._runtime.executor.max_workers == 12


def test_the_server_is_told_of_motor_and_of_who_it_is(make_motor):
    def driver(client):
        return client.delegate.options.pool_options.metadata

    told = driver(make_motor(MotorClient))
    assert told["driver"]["name"].endswith("|Motor") and "3.7.1" in told["driver"]["version"]
    assert "tornado_pymongo" in told["platform"] and "Tornado" in told["platform"]
    mine = pymongo.driver_info.DriverInfo("Mine", "1")
    assert "Motor" not in driver(make_motor(driver=mine))["driver"]["name"]


# Collections and cursors


def test_a_method_that_is_not_there_is_a_type_error(motor_db):
    with pytest.raises(TypeError, match="the 'frobnicate' method on .* no such method exists"):
        motor_db.frobnicate()
    with pytest.raises(TypeError, match="object is not callable"):
        motor_db()
    assert not callable(motor_db.client.frobnicate)


def test_a_collection_is_not_created_by_its_constructor(motor_db):
    assert AsyncIOMotorCollection(motor_db, "a") == motor_db.a
    concern = pymongo.write_concern.WriteConcern(0)
    assert AsyncIOMotorCollection(motor_db, "a", None, None, concern).write_concern == concern
    with pytest.raises(TypeError, match="await database.create_collection"):
        AsyncIOMotorCollection(motor_db, "a", capped=True)


async def test_a_list_may_be_empty(motor_numbers):
    assert await motor_numbers.find().to_list(0) == []
    assert await motor_numbers.aggregate([]).to_list(0) == []
    assert len(await motor_numbers.find().to_list(length=3)) == 3
    assert len(await motor_numbers.aggregate([]).to_list(None)) == 250
    called = asyncio.get_running_loop().create_future()
    motor_numbers.find().to_list(0, callback=lambda *args: called.set_result(args))
    assert await called == ([], None)


def test_there_is_no_list_of_what_has_no_end(motor_numbers):
    with pytest.raises(InvalidOperation, match="tailable"):
        motor_numbers.find(cursor_type=pymongo.CursorType.TAILABLE).to_list(1)


async def test_a_cursor_tells_whether_it_has_started_and_is_over(motor_numbers):
    cursor = motor_numbers.find(batch_size=200)
    assert not cursor.started
    with pytest.warns(DeprecationWarning, match="use async for") as warned:
        assert await cursor.fetch_next
    assert {warning.filename for warning in warned} == {__file__}
    assert cursor.started and not cursor.closed
    await cursor.close()
    assert cursor.closed


async def test_a_cursor_is_rewound_in_place(motor_numbers):
    cursor = motor_numbers.find().sort("_id", 1)
    assert (await cursor.next())["_id"] == 0
    assert cursor.rewind() is cursor
    assert (await cursor.next())["_id"] == 0


def test_each_refuses_what_cannot_be_called(motor_numbers):
    with pytest.raises(TypeError, match="callback must be a function of .*, not str"):
        motor_numbers.find().each("foo")


async def test_the_first_batch_of_an_aggregation_has_the_size_that_is_chained(motor_numbers):
    latent = motor_numbers.aggregate([]).batch_size(2)
    assert latent.delegate is None
    cursor = await latent
    assert latent.delegate is cursor.delegate
    assert len(cursor.delegate._data) == 2
    assert len(await cursor.batch_size(100).to_list(None)) == 250
    assert len(await latent.batch_size(50).to_list(None)) == 0


async def test_an_aggregation_fails_when_it_is_awaited(motor_numbers):
    with pytest.raises(OperationFailure, match=r"\$frobnicate"):
        await motor_numbers.aggregate([{"$frobnicate": {}}]).to_list(1)
    called = asyncio.get_running_loop().create_future()
    options = {"callback": lambda *args: called.set_result(args)}
    assert motor_numbers.aggregate([{"$frobnicate": {}}], **options) is None
    assert isinstance((await called)[1], OperationFailure)


async def test_an_aggregation_that_is_cancelled_at_once_is_not_sent(make_motor, motor_numbers):
    sent = []
    listener = types.SimpleNamespace(started=sent.append)

    class Listener(pymongo.monitoring.CommandListener):
        started = succeeded = failed = lambda self, event: listener.started(event)

    collection = make_motor(event_listeners=[Listener()])[motor_numbers.database.name].numbers
    latent = collection.aggregate([])
    latent.cancel()
    with pytest.raises(asyncio.CancelledError):
        await latent
    await collection.find_one()
    assert {event.command_name for event in sent} == {"find"}


# Sessions and change streams


async def test_a_session_is_for_async_with(motor_db):
    session = await motor_db.client.start_session()
    with pytest.raises(AttributeError, match="async with await client.start_session"):
        session.__enter__()
    await session.end_session()


async def test_a_change_stream_is_none_until_it_is_there(motor_numbers):
    stream = motor_numbers.watch()
    assert stream.delegate is None
    with pytest.raises(RuntimeError, match="async with"):
        stream.__enter__()
    assert await stream.try_next() is None
    assert isinstance(stream.delegate, pymongo.change_stream.ChangeStream)
    change = stream.next()  # asks for nothing yet
    await motor_numbers.insert_one({"_id": "new"})
    assert (await change)["fullDocument"] == {"_id": "new"}
    await stream.close()


# GridFS and encryption


async def test_a_bucket_has_a_collection_and_its_name_may_be_called_so(motor_db):
    majority = pymongo.write_concern.WriteConcern("majority")
    bucket = AsyncIOMotorGridFSBucket(motor_db, "a", 8, majority)
    assert bucket.collection == motor_db.a and bucket.collection.write_concern == majority
    await AsyncIOMotorGridFSBucket(motor_db, collection="b").upload_from_stream("name", b"")
    assert await motor_db.b.files.count_documents({}) == 1


async def test_attributes_of_a_new_file_are_set_with_set(motor_db):
    grid_in = AsyncIOMotorGridIn(motor_db.fs, filename="old")
    for name in "_id", "filename", "length":
        with pytest.raises(AttributeError, match="await grid_in.set"):
            setattr(grid_in, name, "new")
    await grid_in.set("filename", "new")
    grid_in.other = 5
    await grid_in.close()
    await grid_in.set("filename", "newest")
    grid_out = await AsyncIOMotorGridOut(motor_db.fs, grid_in._id).open()
    assert (grid_out.filename, grid_out.other) == ("newest", 5)


class Handler:
    """A `tornado.web.RequestHandler`, as far as a file sees it."""

    def __init__(self):
        self.written = []

    def write(self, chunk):
        self.written.append(chunk)

    def flush(self):
        pass


async def test_a_file_is_read_by_chunks_and_positioned_at_once(motor_db):
    bucket = AsyncIOMotorGridFSBucket(motor_db, chunk_size_bytes=2)
    file_id = await bucket.upload_from_stream("name", b"01234")
    grid_out = await bucket.open_download_stream(file_id)
    assert [chunk async for chunk in grid_out] == [b"01", b"23", b"4"]
    assert grid_out.seek(1) == 1
    assert await grid_out.read(2) == b"12"
    assert grid_out.seek(-1, 2) == 4  # amid the file, with a cursor for the rest
    assert await grid_out.read() == b"4"
    grid_out.seek(0)
    await grid_out.stream_to_handler(handler := Handler())
    assert b"".join(handler.written) == b"01234"
    with pytest.raises(InvalidOperation, match="open"):
        AsyncIOMotorGridOut(motor_db.fs, file_id).seek(0)


@pytest.mark.skipif(EARLY, reason=EARLY_REASON)
async def test_the_keys_of_an_encryption_are_awaited(motor_db):
    options = bson.codec_options.CodecOptions()
    loop = asyncio.get_running_loop()
    async with AsyncIOMotorClientEncryption(
        LOCAL_KEY, f"{motor_db.name}.keys", motor_db.client, options, loop
    ) as encryption:
        assert encryption.io_loop is loop
        key = await encryption.create_data_key("local")
        found = [document["_id"] async for document in await encryption.get_keys()]
        assert found == [document["_id"] async for document in encryption.get_keys()] == [key]


# Installed in Motor's place


def run(program):
    command = [sys.executable, "-W", "error", "-c", inspect.cleandoc(program)]
    return subprocess.run(command, capture_output=True, text=True, timeout=50)


def test_installed_it_is_what_others_import():
    ran = run("""
        import tornado_pymongo.motor
        tornado_pymongo.motor.install()
        tornado_pymongo.motor.install()  # once more does no harm

        import motor.aiohttp, motor.motor_asyncio, motor.web
        from motor.core import AgnosticCollection
        from motor.motor_gridfs import AgnosticGridFSBucket
        from motor.motor_tornado import MotorClient

        assert motor is tornado_pymongo.motor
        assert issubclass(motor.motor_asyncio.AsyncIOMotorClient, tornado_pymongo.MongoClient)
        assert motor.motor_asyncio.AsyncIOMotorCollection is AgnosticCollection
        assert motor.MotorGridFSBucket is AgnosticGridFSBucket
        assert motor.MotorClient is MotorClient is tornado_pymongo.motor.MotorClient
        assert motor.web.GridFSHandler is tornado_pymongo.web.GridFSHandler
        assert motor.aiohttp.AIOHTTPGridFS is tornado_pymongo.aiohttp.AIOHTTPGridFS
    """)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_it_is_not_installed_over_motor():
    pytest.importorskip("motor")
    ran = run("""
        import motor
        import tornado_pymongo.motor
        try:
            tornado_pymongo.motor.install()
        except ImportError as error:
            print(error)
        import motor.motor_asyncio
        assert not issubclass(motor.motor_asyncio.AsyncIOMotorClient, tornado_pymongo.MongoClient)
    """)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "is imported already" in ran.stdout
    assert "call tornado_pymongo.motor.install() before" in ran.stdout
