"""Client, database and collection: PyMongo's own ways, on a real server."""

from __future__ import annotations

import asyncio
import copy
import gc
import inspect
import logging
import socket
import threading
import warnings
from collections import deque

import dns.name
import dns.resolver
import pymongo
import pytest
from bson import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import IndexModel, InsertOne, ReadPreference, UpdateOne, WriteConcern
from pymongo.errors import (
    ConfigurationError,
    DuplicateKeyError,
    InvalidName,
    InvalidOperation,
    OperationFailure,
    ServerSelectionTimeoutError,
)
from pymongo.operations import SearchIndexModel
from pymongo.uri_parser import parse_uri

import tornado_pymongo
from tornado_pymongo import options, proxy


async def test_documents_are_written_found_changed_and_deleted(db):
    things = db.things
    inserted = await things.insert_one({"_id": 1, "n": 1})
    assert inserted.inserted_id == 1
    assert (await things.insert_many([{"_id": 2, "n": 2}, {"_id": 3, "n": 3}])).acknowledged
    assert await things.find_one({"n": 2}) == {"_id": 2, "n": 2}
    assert (await things.update_one({"_id": 1}, {"$inc": {"n": 10}})).modified_count == 1
    assert (await things.update_many({}, {"$set": {"m": 0}})).matched_count == 3
    assert (await things.replace_one({"_id": 3}, {"n": 33})).modified_count == 1
    found = await things.find_one_and_update(
        {"_id": 1}, {"$inc": {"n": 1}}, return_document=pymongo.ReturnDocument.AFTER
    )
    assert found["n"] == 12
    assert (await things.find_one_and_delete({"_id": 2}))["_id"] == 2
    assert await things.find_one_and_replace({"_id": 3}, {"n": 0}) == {"_id": 3, "n": 33}
    written = await things.bulk_write([InsertOne({"_id": 4}), UpdateOne({"_id": 4}, {"$set": {}})])
    assert written.inserted_count == 1
    assert await things.count_documents({}) == await things.estimated_document_count() == 3
    assert sorted(await things.distinct("_id")) == [1, 3, 4]
    assert (await things.delete_many({})).deleted_count == 3
    assert await things.find_one() is None


async def test_indexes_and_collections_are_managed(db):
    things = await db.create_collection("things")
    assert type(things) is tornado_pymongo.Collection
    assert await things.create_index("n", unique=True) == "n_1"
    assert await things.create_indexes([IndexModel("m")]) == ["m_1"]
    assert set(await things.index_information()) == {"_id_", "n_1", "m_1"}
    await things.insert_one({"n": 1})
    with pytest.raises(DuplicateKeyError):
        await things.insert_one({"n": 1})
    await things.drop_index("n_1")
    await things.rename("others")
    assert await db.list_collection_names() == ["others"]
    assert (await db.validate_collection(db.others))["valid"]
    await db.drop_collection(db.others)  # this library's object for PyMongo's argument
    assert await db.list_collection_names() == []


async def test_databases_are_managed(db, mongo_client):
    await db.things.insert_one({})
    assert db.name in await mongo_client.list_database_names()
    await mongo_client.drop_database(db)
    assert db.name not in await mongo_client.list_database_names()
    assert (await mongo_client.server_info())["version"]
    assert (await db.command("ping"))["ok"] == 1


async def test_properties_that_select_a_server_are_awaited(mongo_client):
    await mongo_client.open()
    host, port = await mongo_client.address
    assert (host, port) == await mongo_client.primary
    assert await mongo_client.secondaries == set()
    assert await mongo_client.arbiters == set()
    assert await mongo_client.is_primary is True
    assert await mongo_client.is_mongos is False
    assert mongo_client.nodes == {(host, port)}  # this one does not


def test_databases_and_collections_are_had_by_attribute_and_by_item(mongo_client):
    assert mongo_client.db == mongo_client["db"] == mongo_client.get_database("db")
    assert mongo_client.db.a.b == mongo_client["db"]["a.b"] == mongo_client.db.get_collection("a.b")
    assert mongo_client.db.a.b.full_name == "db.a.b"
    # Names that this library could be thought to use itself.
    for name in ("source", "twin", "wrap", "executor", "client_", "start", "loop"):
        assert mongo_client.db[name] == getattr(mongo_client.db, name)
        assert type(getattr(mongo_client, name)) is tornado_pymongo.Database


def test_names_are_refused_as_pymongo_refuses_them(mongo_client):
    for make in (
        lambda client: client["in valid"],
        lambda client: client[""],
        lambda client: client.db[".."],
        lambda client: client._private,
        lambda client: client.db._private,
        lambda client: client.db.things._private,
        lambda client: bool(client.db),
        lambda client: bool(client.db.things),
    ):
        with pytest.raises(Exception) as theirs:  # noqa: PT011
            make(mongo_client.delegate)
        with pytest.raises(type(theirs.value)) as ours:
            make(mongo_client)
        assert str(ours.value) == str(theirs.value)


def test_a_method_that_pymongo_lacks_is_refused_with_its_words(mongo_client):
    """A collection can be called, as PyMongo's can, if only to complain; a database cannot."""
    for find in (
        lambda client: client.db.findOne({}),
        lambda client: client.db.things.findOne({}),
        lambda client: client.db["things"].findOne({}),
    ):
        with pytest.raises(TypeError) as theirs:
            find(mongo_client.delegate)
        with pytest.raises(TypeError) as ours:
            find(mongo_client)
        assert "the 'findOne' method" in str(ours.value)
        assert str(ours.value) == str(theirs.value)
    assert not callable(mongo_client.nothing)
    with pytest.raises(TypeError, match="'Database' object is not callable"):
        mongo_client.nothing()
    for thing in mongo_client, mongo_client.db, mongo_client.db.things:
        assert hasattr(thing, "nothing")
        assert not hasattr(thing, "_nothing")


def test_options_are_inherited_and_changed_as_in_pymongo(mongo_client):
    db = mongo_client.get_database("db", write_concern=WriteConcern(w=0))
    assert db.things.write_concern == WriteConcern(w=0)
    things = db.things.with_options(read_preference=ReadPreference.SECONDARY)
    assert type(things) is tornado_pymongo.Collection
    assert things.read_preference == ReadPreference.SECONDARY
    assert things.write_concern == WriteConcern(w=0)
    assert type(db.with_options(codec_options=CodecOptions())) is tornado_pymongo.Database
    assert mongo_client.options.pool_options.max_pool_size == 100
    assert (tornado_pymongo.MongoClient.HOST, mongo_client.PORT) == ("localhost", 27017)


def test_the_way_up_leads_to_the_same_client(mongo_client):
    assert mongo_client.db.client is mongo_client
    assert mongo_client.db.things.database == mongo_client.db
    assert mongo_client.db.things.database.client is mongo_client


def test_objects_are_equal_and_hashed_as_in_pymongo(mongo_client, make_client):
    things = mongo_client.db.things
    assert things == mongo_client.db["things"]
    assert len({things, mongo_client.db["things"], mongo_client.db["others"]}) == 2
    assert things != mongo_client.db.others
    assert things != things.delegate
    assert mongo_client == make_client(max_workers=3)
    assert mongo_client.db != "db"


def test_repr_says_what_it_is_and_keeps_the_password():
    client = tornado_pymongo.MongoClient("mongodb://user:secret@localhost/")
    for thing in client, client.db, client.db.things, client.db.things.find():
        assert repr(thing).startswith(f"tornado_pymongo.{type(thing).__name__}(")
        assert "secret" not in repr(thing)
    assert "'db'), 'things')" in repr(client.db.things)


def test_public_classes_can_be_made_as_in_pymongo(mongo_client):
    db = tornado_pymongo.Database(mongo_client, "db", write_concern=WriteConcern(w=0))
    things = tornado_pymongo.Collection(db, "things")
    assert things.write_concern == WriteConcern(w=0)
    assert things.database.client is mongo_client
    with pytest.raises(ConfigurationError, match="create_collection"):
        tornado_pymongo.Collection(db, "things", create=True)
    with pytest.raises(TypeError):
        tornado_pymongo.Collection(db, 5)


def test_help_and_signature_show_pymongos():
    for cls, source in (
        (tornado_pymongo.Collection, pymongo.collection.Collection),
        (tornado_pymongo.Database, pymongo.database.Database),
        (tornado_pymongo.MongoClient, pymongo.MongoClient),
    ):
        for name in ("with_options", "aggregate", "list_databases", "name", "insert_many"):
            if hasattr(source, name):
                member, theirs = getattr(cls, name), getattr(source, name)
                assert inspect.getdoc(theirs) in inspect.getdoc(member)
                if callable(theirs):
                    ours = inspect.signature(member).replace()
                    rest = [each for each in ours.parameters.values() if each.name != "callback"]
                    assert ours.replace(parameters=rest) == inspect.signature(theirs)
    assert "worker thread" in inspect.getdoc(tornado_pymongo.Collection.insert_one)
    assert "Insert a single document" in inspect.getdoc(tornado_pymongo.Collection.insert_one)
    assert "it does not wait" in inspect.getdoc(tornado_pymongo.Collection.with_options)
    assert tornado_pymongo.Collection.insert_one.__name__ == "insert_one"


def test_the_clients_signature_has_pymongos_parameters_and_ours():
    ours = inspect.signature(tornado_pymongo.MongoClient).parameters
    theirs = inspect.signature(pymongo.MongoClient).parameters
    assert set(ours) - set(theirs) == {
        *("max_workers", "max_waiting", "max_stream_workers", "abort_on_cancel"),
        *("read_ahead", "share_core", "slice_bytes", "spare_collector", "wrap_call"),
    }
    assert ours["max_workers"].kind is inspect.Parameter.KEYWORD_ONLY
    assert ours["max_waiting"].default == 100_000


def test_classes_can_be_subscripted_for_type_checkers():
    assert tornado_pymongo.Collection[dict].__origin__ is tornado_pymongo.Collection


async def test_options_of_documents_reach_the_worker(db):
    await db.things.insert_one({"_id": 1})
    raw = db.get_collection("things", codec_options=CodecOptions(document_class=RawBSONDocument))
    assert isinstance(await raw.find_one(), RawBSONDocument)


class ThingsClient(tornado_pymongo.MongoClient):
    """What a user might derive."""

    @property
    def things(self):
        return self.tornado_pymongo_test.things


async def test_a_client_can_be_subclassed(db, mongo_server):
    async with ThingsClient(mongo_server.uri) as client:
        await client.things.insert_one({"_id": 1})
        assert await db.things.find_one() == {"_id": 1}
        assert client.things.database.client is client


class Things(tornado_pymongo.Collection):
    """What a user might derive of a collection."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.found = []


class Shop(tornado_pymongo.Database):
    """What a user might derive of a database."""

    def __getitem__(self, name):
        return Things(self, name)


class ShopClient(tornado_pymongo.MongoClient):
    """What a user might derive of a client."""

    def __getitem__(self, name):
        return Shop(self, name)


class Reader(tornado_pymongo.Cursor):
    """What a user might derive of a cursor."""


@pytest.fixture
def shop(db, mongo_server):
    client = ShopClient(mongo_server.uri)
    yield client[db.name]
    client._close().result()


def test_attributes_are_had_by_the_items_of_a_subclass(shop):
    assert type(shop.client.anything) is Shop
    assert type(shop.things) is Things
    assert type(shop.client.anything.things) is Things
    with pytest.raises(AttributeError, match="has no attribute '_things'"):
        shop._things  # noqa: B018


def test_a_copy_with_other_options_is_of_the_same_class(shop):
    """Motor's is, PyMongo's is not. What a subclass has put there goes with it."""
    things = shop.things
    things.found.append(1)
    copied = things.with_options(write_concern=WriteConcern(w=0))
    assert type(copied) is Things and copied == things and copied is not things
    assert copied.found is things.found
    assert copied.write_concern == WriteConcern(w=0)
    assert things.write_concern != WriteConcern(w=0)
    assert copied.database is shop
    assert type(shop.with_options(write_concern=WriteConcern(w=0)).things) is Things


def test_other_collections_are_plain_as_in_pymongo_and_motor(shop):
    for other in shop.things.sub, shop.things["sub"], shop.get_collection("things"):
        assert type(other) is tornado_pymongo.Collection
        assert other.database is shop
    assert type(shop.client.get_database("db")) is tornado_pymongo.Database


async def test_the_way_up_leads_to_the_objects_of_the_user(shop):
    things = shop.things
    copied = shop.with_options(read_preference=ReadPreference.SECONDARY)
    for database in shop, copied:
        assert database.client is shop.client
        assert database.things.database is database
    for cursor in things.find(), things.find_raw_batches(), things.find().limit(1).clone():
        assert cursor.collection is things
    assert things.sub.find().collection.database is shop
    async with things.database.client.start_session() as session:
        assert session.client is shop.client
        assert things.find(session=session).session is session
    assert (await shop.create_collection("new")).database is shop


async def test_a_clone_of_a_cursor_is_of_its_class_and_begins_anew(numbers):
    reader = Reader(numbers, batch_size=2, sort=[("_id", 1)])
    reader.read = 1
    assert (await reader.next())["_id"] == 0
    for clone in reader.clone(), copy.copy(reader), copy.deepcopy(reader):
        assert type(clone) is Reader and clone.read == 1
        assert clone.collection is numbers
        assert clone.retrieved == 0
        assert (await clone.next())["_id"] == 0
    assert [each["_id"] async for each in reader] == list(range(1, 250))


async def test_iterating_without_async_is_refused(mongo_client, numbers):
    for thing in mongo_client, numbers, numbers.database:
        with pytest.raises(TypeError, match="is not (a container or )?iterable$"):
            list(thing)
        with pytest.raises(TypeError, match="is not (a container or )?iterable$"):
            "name" in thing  # noqa: B015
    with pytest.raises(TypeError, match="'Cursor' .* use 'async for', or .delegate in code that"):
        list(numbers.find())
    with pytest.raises(TypeError, match="'CommandCursor' object is not iterable: use 'async for'"):
        list(await numbers.aggregate([]))


# What is not bridged


async def test_nothing_that_blocks_is_returned_in_silence(mongo_client, monkeypatch):
    """A class that a PyMongo of tomorrow brings and that its author has not told us about."""
    source = pymongo.client_session.ClientSession
    monkeypatch.delitem(proxy.wrappers, source)
    with pytest.raises(InvalidOperation, match="ClientSession is not bridged yet"):
        mongo_client.start_session()


async def test_what_is_not_bridged_works_in_a_worker(mongo_client, numbers):
    def add_in_a_transaction():
        with mongo_client.delegate.start_session() as session, session.start_transaction():
            numbers.delegate.insert_one({"_id": 250}, session=session)
            numbers.delegate.insert_one({"_id": 251}, session=session)

    await mongo_client.run_in_worker(add_in_a_transaction)
    assert await numbers.count_documents({}) == 252


async def test_pymongos_own_session_is_taken_as_an_argument(mongo_client, numbers):
    with mongo_client.delegate.start_session() as session:
        assert await numbers.find_one({"_id": 1}, session=session) == {"_id": 1}
        assert len(await numbers.find(session=session).to_list()) == 250


# Workers


async def test_a_function_of_ones_own_runs_in_a_worker(mongo_client, numbers):
    def count(collection, *, field):
        return threading.current_thread().name, sum(each[field] for each in collection.find())

    name, total = await mongo_client.run_in_worker(count, numbers.delegate, field="_id")
    assert name.startswith("tornado_pymongo")
    assert total == sum(range(250))


async def test_run_in_worker_takes_a_blocking_method_of_a_subclass(mongo_client, numbers):
    class Numbers(tornado_pymongo.Collection):
        def count(self):
            return self.delegate.count_documents({})

    counted = Numbers(numbers.database, numbers.name)
    expected = await numbers.count_documents({})
    assert await mongo_client.run_in_worker(counted.count) == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_workers": 0}, "max_workers must be a whole number from 1"),
        ({"max_workers": -1}, "max_workers must be"),
        ({"max_workers": 2.5}, "max_workers must be"),
        ({"max_workers": "10"}, "max_workers must be.*'10'"),
        ({"max_workers": True}, "max_workers must be"),
        ({"max_waiting": -1}, "max_waiting must be a whole number from 0"),
        ({"max_waiting": None}, "max_waiting must be"),
        ({"max_stream_workers": 0}, "max_stream_workers must be a whole number from 1"),
        ({"max_stream_workers": 1.5}, "max_stream_workers must be"),
        ({"slice_bytes": -1}, "slice_bytes must be a whole number from 0"),
        ({"slice_bytes": 1e6}, "slice_bytes must be.*1000000.0"),
        ({"slice_bytes": "64k"}, "slice_bytes must be.*'64k'"),
        ({"slice_bytes": True}, "slice_bytes must be"),
        ({"abort_on_cancel": 1}, "abort_on_cancel must be True or False, not 1"),
        ({"share_core": True}, "share_core must be 'none', 'workers' or 'all', not True"),
        ({"share_core": []}, "share_core must be .*, not \\[\\]"),
        ({"max_workers": 101}, "max_workers=101 and .* are more than maxPoolSize=100"),
        ({"max_workers": 6, "maxPoolSize": 5}, "raise maxPoolSize or lower max_workers"),
        ({"max_worker": 5}, r"^Unknown option: max_worker\b.*did you mean max_workers\?$"),
        ({"maxWorkers": 5}, r"did you mean max_workers\?$"),
        ({"abortOnCancel": True}, r"did you mean abort_on_cancel\?$"),
        ({"warp_call": print}, r"did you mean wrap_call\?$"),
        ({"shared_core": "all"}, r"did you mean share_core\?$"),
        ({"max_workers": 90, "max_stream_workers": 20}, "max_stream_workers=20 are more than"),
    ],
)
def test_bad_limits_are_refused_by_name(options, message):
    with pytest.raises(ConfigurationError, match=message):
        tornado_pymongo.MongoClient(**options)


def test_of_an_option_that_is_like_none_of_ours_pymongo_says_all():
    with pytest.raises(ConfigurationError) as theirs:
        pymongo.MongoClient(frobnicate=1, connect=False)
    with pytest.raises(ConfigurationError) as ours:
        tornado_pymongo.MongoClient(frobnicate=1)
    assert str(ours.value) == str(theirs.value)
    with pytest.raises(ConfigurationError) as ours:
        tornado_pymongo.MongoClient(w=0, j=True)  # both of which there are
    assert "did you mean" not in str(ours.value)


def test_the_limits_follow_the_pool():
    def limits(*args, **options):
        client = tornado_pymongo.MongoClient(*args, **options)
        return client._runtime.executor.max_workers, client._runtime.streams.max_workers

    assert limits() == (100, 16)
    assert limits(maxPoolSize=7) == (7, 1)
    assert limits(maxPoolSize=1) == (1, 1)
    assert limits("mongodb://localhost/?maxPoolSize=5", max_workers=3) == (3, 2)
    assert limits(max_workers=100) == (100, 1)
    assert limits(max_stream_workers=40) == (100, 40)
    assert limits(maxPoolSize=0) == (100, 16)
    assert limits(maxPoolSize=0, max_workers=500, max_stream_workers=100) == (500, 100)


def test_a_client_for_each_request_is_noticed_once(caplog, monkeypatch):
    """Not one for each tenant, as there are few of these, nor those that were closed."""
    gc.collect()  # those of other tests
    monkeypatch.setattr(options, "_not_told", deque([None]))
    clients = [tornado_pymongo.MongoClient() for _ in range(30)]
    for client in clients:
        client._close().result()
    clients += [tornado_pymongo.MongoClient() for _ in range(30)]
    assert not caplog.records
    clients += [tornado_pymongo.MongoClient() for _ in range(30)]
    (record,) = caplog.records
    assert "MongoClients are open in this process" in record.getMessage()
    assert "make one for the whole program, not one for each request" in record.getMessage()
    assert record.mongo_event == "many_clients" and 50 <= record.mongo_clients < 60


# Opening and closing


def test_making_a_client_starts_no_thread_and_needs_no_loop():
    before = set(threading.enumerate())  # of which one of an earlier test may end just now
    client = tornado_pymongo.MongoClient("mongodb://192.0.2.1:27017/")
    assert client.db.things.find().limit(1) is not None
    assert not set(threading.enumerate()) - before


async def test_open_tells_whether_there_is_a_server(mongo_client):
    assert await mongo_client.open() is mongo_client
    client = tornado_pymongo.MongoClient("127.0.0.1", 9, serverSelectionTimeoutMS=50)
    with pytest.raises(ServerSelectionTimeoutError):
        await client.open()
    await client.close()


async def test_aconnect_and_aclose_are_those_of_pymongo_async(mongo_server):
    client = tornado_pymongo.MongoClient(mongo_server.uri)
    assert await client.aconnect() is None
    assert await client.aclose() is None


async def test_close_needs_no_await_and_can_be_repeated(mongo_server):
    client = tornado_pymongo.MongoClient(mongo_server.uri)
    await client.db.things.find_one()
    closing = client.close()
    assert await client.close() is None
    assert await closing is None
    called = asyncio.get_running_loop().create_future()
    assert client.close(callback=lambda *args: called.set_result(args)) is None
    assert await called == (None, None)


async def test_a_burst_of_calls_that_run_at_close_finishes(make_client, numbers):
    client = make_client(max_workers=5)
    collection = client[numbers.database.name].numbers
    futures = [collection.find_one({"_id": n}) for n in range(100)]
    await futures[0]
    await client.close()
    for result in await asyncio.gather(*futures, return_exceptions=True):
        assert isinstance(result, dict) or "closed while this call was waiting" in str(result)


async def test_after_close_calls_fail_and_running_ones_finish(make_client, gate, monkeypatch):
    monkeypatch.setattr("tornado_pymongo.executor.lifecycle._ABORT", 0.01)
    client = make_client(max_workers=1)
    running = client.run_in_worker(gate, "finished")
    await gate.until_entered()
    waiting = client.run_in_worker(gate)
    await client.close(drain_seconds=0.01)
    with pytest.raises(InvalidOperation, match="closed while this call was waiting"):
        await waiting
    with pytest.raises(InvalidOperation, match="Cannot use MongoClient after close"):
        await client.db.things.find_one()
    with pytest.raises(InvalidOperation, match="Cannot use MongoClient after close"):
        await client.db.things.find().to_list()
    gate.opened.set()
    assert await running == "finished"


async def test_async_with_closes_the_client(mongo_server):
    async with tornado_pymongo.MongoClient(mongo_server.uri) as client:
        await client.db.things.find_one()
    with pytest.raises(InvalidOperation):
        await client.db.things.find_one()


async def test_a_client_that_was_not_closed_warns_as_pymongos_does(mongo_server):
    client = tornado_pymongo.MongoClient(mongo_server.uri)
    await client.open()
    with pytest.warns(ResourceWarning, match="Unclosed MongoClient"):
        del client
        gc.collect()
        await asyncio.sleep(0)
        gc.collect()


async def test_no_secret_is_logged(caplog):
    caplog.set_level(logging.DEBUG)
    uri = "mongodb://user:topsecret@127.0.0.1:9/"
    client = tornado_pymongo.MongoClient(uri, serverSelectionTimeoutMS=50)
    with pytest.raises(ServerSelectionTimeoutError) as caught:
        await client.open()
    await client.close()
    assert "topsecret" not in caplog.text + str(caught.value) + repr(client)


def test_errors_at_construction_are_pymongos():
    for arguments in (["mongodb://"], ["localhost", "27017"], [5]):
        with pytest.raises(Exception) as theirs:  # noqa: PT011
            pymongo.MongoClient(*arguments, connect=False)
        with pytest.raises(type(theirs.value)) as ours:
            tornado_pymongo.MongoClient(*arguments)
        assert str(ours.value) == str(theirs.value)
    with pytest.raises(InvalidName), warnings.catch_warnings():
        tornado_pymongo.MongoClient()["$"]


def test_all_arguments_can_be_given_by_position():
    client = tornado_pymongo.MongoClient("localhost", 27017, dict, True, True, None)
    assert client.codec_options.tz_aware is True


def test_what_lacks_its_delegate_says_so():
    with pytest.raises(AttributeError, match="has no attribute 'alive'"):
        tornado_pymongo.Cursor.__new__(tornado_pymongo.Cursor).alive  # noqa: B018


def test_a_database_can_be_copied(mongo_client):
    assert copy.copy(mongo_client.db) == mongo_client.db


# What the server of the tests does not have gives the server's or PyMongo's error


async def test_writes_to_several_collections_need_a_newer_server(mongo_client, db):
    if (await mongo_client.server_info())["versionArray"] >= [8]:
        inserts = [InsertOne({"_id": n}, namespace=f"{db.name}.{n}") for n in range(2)]
        assert (await mongo_client.bulk_write(inserts)).inserted_count == 2
    else:
        insert = InsertOne({}, namespace="db.things")
        with pytest.raises(InvalidOperation, match=r"requires MongoDB server version 8\.0"):
            await mongo_client.bulk_write([insert])


async def test_search_indexes_need_atlas(numbers):
    model = SearchIndexModel({"mappings": {"dynamic": True}}, name="name")
    for call in (
        lambda: numbers.create_search_index(model),
        lambda: numbers.create_search_indexes([model]),
        lambda: numbers.update_search_index("name", {}),
        lambda: numbers.drop_search_index("name"),
        lambda: numbers.list_search_indexes(),
        lambda: numbers.list_search_indexes().to_list(),
    ):
        with pytest.raises(OperationFailure):
            await call()


# mongodb+srv://


@pytest.fixture
def dns_questions(mongo_server, monkeypatch):
    """Answer for mongo.example.com; return who asked: (the question, the name of the thread)."""
    questions = []
    (seed,) = parse_uri(mongo_server.uri)["nodelist"][:1]

    class Record:
        target = dns.name.from_text("localhost.example.com.")
        port = seed[1]

    def resolve(name, kind, **how):
        questions.append((str(name), str(kind), threading.current_thread()))
        if str(kind) == "SRV" and "mongo.example.com" in str(name):
            answer = [Record()]
            return type("Answer", (list,), {"rrset": type("Set", (), {"ttl": 60})()})(answer)
        raise (dns.resolver.NoAnswer if str(kind) == "TXT" else dns.resolver.NXDOMAIN)

    def getaddrinfo(host, *args, original=socket.getaddrinfo, **kwargs):
        return original(host.replace("localhost.example.com", seed[0]), *args, **kwargs)

    monkeypatch.setattr(dns.resolver, "resolve", resolve)
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return questions


@pytest.mark.skipif(
    not hasattr(pymongo.MongoClient, "_resolve_srv"),
    reason="before 4.12 PyMongo asks in its constructor: see MongoClient",
)
async def test_dns_is_asked_in_a_worker(dns_questions):
    uri = "mongodb+srv://mongo.example.com/?tls=false"
    async with tornado_pymongo.MongoClient(uri) as client:
        things = client.db.things
        assert dns_questions == []
        assert await things.find_one({"_id": 1}) is None
        assert {question for question, *_ in dns_questions} == {
            "_mongodb._tcp.mongo.example.com",
            "mongo.example.com",
        }
        assert threading.main_thread() not in {thread for *_, thread in dns_questions}
    async with tornado_pymongo.MongoClient("mongodb+srv://nowhere.example.com") as client:
        with pytest.raises(pymongo.errors.ConfigurationError):
            await client.open()
