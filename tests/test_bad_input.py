"""Wrong uses: each is refused with an error that says what is wrong, and none hangs.

Where PyMongo refuses the same, the error is PyMongo's, type and text.
"""

from __future__ import annotations

import asyncio
import copy
import logging
import pickle
import random
import re
import subprocess
import sys
import threading
import time
import warnings
from types import SimpleNamespace
from typing import Any

import bson
import pymongo
import pytest
import tornado
from fake_server import OP_QUERY, FakeServer, header, message
from pymongo.errors import (
    ConfigurationError,
    DuplicateKeyError,
    InvalidOperation,
    NetworkTimeout,
    ServerSelectionTimeoutError,
)
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.netutil import bind_sockets
from tornado.web import Application
from web_client import ask

import tornado_pymongo
from tornado_pymongo import GridFSBucket, MongoClient
from tornado_pymongo.motor.motor_asyncio import AsyncIOMotorClient
from tornado_pymongo.web import GridFSHandler, GridFSUploadHandler

NOWHERE = "mongodb://127.0.0.1:9/"  # the port "discard", where nothing listens


async def result_of(call):
    """Return what a call returned, awaited if it must be."""
    result = call()
    # Not inspect.isawaitable: a session can be awaited, to be itself.
    return await result if asyncio.isfuture(result) or asyncio.iscoroutine(result) else result


async def refused(call, error, text):
    """Await a call, and see that it fails with just this error."""
    with pytest.raises(error, match=text) as caught:
        await result_of(call)
    assert caught.type is error


@pytest.fixture
async def things(mongo_client, db, numbers):
    """Return what a program has in its hands: a client, its objects, and those of others."""
    bucket = GridFSBucket(db)
    await bucket.upload_from_stream_with_id(1, "file", b"bytes")
    other = MongoClient(NOWHERE)
    async with mongo_client.start_session() as session:
        yield SimpleNamespace(
            client=mongo_client,
            db=db,
            coll=numbers,
            bucket=bucket,
            grid_in=bucket.open_upload_stream("new"),
            grid_out=await bucket.open_download_stream(1),
            session=session,
            other=other,
            foreign=pymongo.AsyncMongoClient(NOWHERE, connect=False),
        )
    await other.close()


# Options


@pytest.mark.parametrize("value", [0, -1, 1.5, "3", True, [], float("nan"), 101])
def test_a_number_of_workers_is_a_number_of_threads_that_have_connections(value):
    with pytest.raises(ConfigurationError, match=r"^max_workers(=101| must be a whole number)"):
        MongoClient(NOWHERE, max_workers=value)


@pytest.mark.parametrize("value", [-1, 1.5, "3", True, None, [], float("inf")])
def test_a_number_of_waiting_calls_is_a_whole_number(value):
    with pytest.raises(ConfigurationError, match=r"^max_waiting must be a whole number from 0 on"):
        MongoClient(NOWHERE, max_waiting=value)


@pytest.mark.parametrize("option", ["max_worker", "maxWorkers", "io_loop", "callback"])
def test_an_option_that_nobody_has_is_refused_as_pymongo_does(option):
    with pytest.raises(ConfigurationError, match=rf"^Unknown option: {option}\b"):
        MongoClient(NOWHERE, **{option: 1})


# Callbacks: on every kind of method, refused before anything starts.

CALLBACKS = {
    "client": lambda x: x.client.drop_database("nothing", callback=5),
    "client.open": lambda x: x.client.open(callback=5),
    "client.aconnect": lambda x: x.client.aconnect(callback=5),
    "client.close": lambda x: x.client.close(callback=5),
    "database": lambda x: x.db.command("ping", callback=5),
    "collection": lambda x: x.coll.drop(callback=5),
    "aggregate": lambda x: x.coll.aggregate([{"$out": "nothing"}], callback=5),
    "aggregate.to_list": lambda x: x.coll.aggregate([]).to_list(callback=5),
    "aggregate.close": lambda x: x.coll.aggregate([]).close(callback=5),
    "cursor.next": lambda x: x.coll.find().next(callback=5),
    "cursor.to_list": lambda x: x.coll.find().to_list(callback=5),
    "cursor.each": lambda x: x.coll.find().each(5),
    "cursor.rewind": lambda x: x.coll.find().rewind(callback=5),
    "cursor.close": lambda x: x.coll.find().close(callback=5),
    "cursor.explain": lambda x: x.coll.find().explain(callback=5),
    "watch": lambda x: x.coll.watch(callback=5),
    "watch.next": lambda x: x.coll.watch().next(callback=5),
    "watch.try_next": lambda x: x.coll.watch().try_next(callback=5),
    "session": lambda x: x.session.end_session(callback=5),
    "bucket": lambda x: x.bucket.delete(1, callback=5),
    "bucket.upload": lambda x: x.bucket.upload_from_stream("new", b"", callback=5),
    "grid_in.write": lambda x: x.grid_in.write(b"", callback=5),
    "grid_in.close": lambda x: x.grid_in.close(callback=5),
    "grid_out.read": lambda x: x.grid_out.read(callback=5),
    "grid_out.open": lambda x: x.grid_out.open(callback=5),
    "grid_out.to_list": lambda x: x.grid_out.to_list(callback=5),
    "grid_out.stream": lambda x: x.grid_out.stream_to_handler(None, callback=5),
    "grid_out.close": lambda x: x.grid_out.close(callback=5),
}


async def test_a_callback_that_cannot_be_called_is_refused_at_once(things):
    for name, call in CALLBACKS.items():
        with pytest.raises(TypeError, match=r"^callback must be a function of \(result, err"):
            call(things)
            pytest.fail(f"{name} took it")
    assert await things.coll.count_documents({}) == 250
    assert [out.filename async for out in things.bucket.find()] == ["file"]


async def test_a_callback_that_takes_too_few_arguments_is_logged_by_the_loop(things, caplog):
    things.coll.find_one(callback=lambda document: None)
    while not caplog.records:
        await asyncio.sleep(0.01)
    assert "takes 1 positional argument but 2 were given" in caplog.text


# Objects in the wrong place, of the wrong kind, or at the wrong time


async def coroutine_function(*arguments):
    return arguments


def with_(thing):
    with thing:
        pass


WRONG = {
    # PyMongo says this of objects of any other library; of its own blocking ones, we must.
    "bucket of PyMongo": (
        lambda x: GridFSBucket(x.db.delegate),
        TypeError,
        "GridFSBucket needs a client, database or collection of tornado_pymongo, not of PyMongo",
    ),
    "bucket of PyMongo Async": (
        lambda x: GridFSBucket(x.foreign.db),
        TypeError,
        "database must be an instance of Database",
    ),
    "bucket of a collection": (
        lambda x: GridFSBucket(x.coll),
        TypeError,
        "database must be an instance of Database",
    ),
    "GridFS of a client": (
        lambda x: tornado_pymongo.GridFS(x.client),
        TypeError,
        "database must be an instance of Database",
    ),
    "file of PyMongo": (
        lambda x: tornado_pymongo.GridOut(x.coll.delegate, 1),
        TypeError,
        "GridOut needs a client, database or collection of tornado_pymongo",
    ),
    "collection of PyMongo": (
        lambda x: tornado_pymongo.Collection(x.db.delegate, "name"),
        TypeError,
        "Collection needs a client, database or collection of tornado_pymongo",
    ),
    "collection of PyMongo Async": (
        lambda x: tornado_pymongo.Collection(x.foreign.db, "name"),
        TypeError,
        "Database required but given AsyncDatabase",
    ),
    "collection to be created": (
        lambda x: tornado_pymongo.Collection(x.db, "name", create=True),
        ConfigurationError,
        r"await database\.create_collection\('name', \.\.\.\) instead of create=True",
    ),
    "database of PyMongo Async": (
        lambda x: tornado_pymongo.Database(x.foreign, "name"),
        TypeError,
        "MongoClient required but given AsyncMongoClient",
    ),
    "drop a database of PyMongo Async": (
        lambda x: x.client.drop_database(x.foreign.db),
        TypeError,
        "name_or_database must be an instance of str or a Database",
    ),
    "session of another client": (
        lambda x: x.coll.find_one(session=x.other.start_session()),
        InvalidOperation,
        "Can only use session with the MongoClient that started it",
    ),
    "blocking session of another client": (
        lambda x: x.coll.find_one(session=x.other.delegate.start_session()),
        InvalidOperation,
        "Can only use session with the MongoClient that started it",
    ),
    "cursor with a session of another client": (
        lambda x: x.coll.find(session=x.other.start_session()).to_list(),
        InvalidOperation,
        "Can only use session with the MongoClient that started it",
    ),
    "commit without a transaction": (
        lambda x: x.session.commit_transaction(),
        InvalidOperation,
        "No transaction started",
    ),
    "abort without a transaction": (
        lambda x: x.session.abort_transaction(),
        InvalidOperation,
        "No transaction started",
    ),
    "a transaction in a transaction": (
        lambda x: [x.session.start_transaction() for _ in range(2)],
        InvalidOperation,
        "Transaction already in progress",
    ),
    "with_transaction of nothing": (
        lambda x: x.session.with_transaction(None),
        TypeError,
        "with_transaction needs a coroutine function, not NoneType",
    ),
    "with_transaction of a call": (
        lambda x: x.session.with_transaction(x.coll.find_one()),
        TypeError,
        "with_transaction needs a coroutine function, not CallFuture",
    ),
    "with_transaction of a function": (
        lambda x: x.session.with_transaction(lambda session: 5),
        TypeError,
        "with_transaction needs a coroutine function: what it was given returned int",
    ),
    "with_transaction of a generator": (
        lambda x: x.session.with_transaction(asynchronous_generator),
        TypeError,
        "needs a coroutine function: what it was given returned async_generator",
    ),
    "attributes of a file that is not open": (
        lambda x: tornado_pymongo.GridOut(x.db.fs, 1).length,
        InvalidOperation,
        r"await GridOut\.open\(\) before asking for its length",
    ),
    "a file for no handler": (
        lambda x: x.grid_out.stream_to_handler(None),
        InvalidOperation,
        r"stream_to_handler needs a tornado\.web\.RequestHandler, not NoneType",
    ),
    # What Python says of any object: no member of ours makes it say something else.
    "for": (lambda x: list(x.coll.find()), TypeError, "'Cursor' .* not iterable: use 'async for'"),
    "for line": (lambda x: list(x.grid_out), TypeError, "'GridOut' .*: use 'async for'"),
    "for collection": (lambda x: list(x.coll), TypeError, "'Collection' object is not iterable"),
    "await cursor": (
        lambda x: awaited(x.coll.find()),
        TypeError,
        "Cursor('? object)? can't be (used in 'await'|awaited)",
    ),
    "await collection": (
        lambda x: awaited(x.coll),
        TypeError,
        "Collection('? object)? can't be (used in 'await'|awaited)",
    ),
    "len": (lambda x: len(x.coll.find()), TypeError, "object of type 'Cursor' has no len"),
    "len aggregate": (lambda x: len(x.coll.aggregate([])), TypeError, "'CursorFuture' has no len"),
    "in": (lambda x: 5 in x.coll.find(), TypeError, "'Cursor' is not"),
    "next": (lambda x: next(x.coll.find()), TypeError, "'Cursor' object is not an iterator"),
    "<": (lambda x: x.coll.find() < x.coll.find(), TypeError, "'<' not supported between .*Cursor"),
    "call": (lambda x: x.coll.serch({}), TypeError, "the 'serch' method on a 'Collection' object"),
    "each(None)": (
        lambda x: x.coll.find().each(None),
        TypeError,
        r"each\(\) needs a function of \(document, error\), not None",
    ),
    "each(None) of a command": (
        lambda x: x.coll.aggregate([]).each(None),
        TypeError,
        r"each\(\) needs a function of \(document, error\), not None",
    ),
    "callback that nobody awaits": (
        lambda x: x.coll.find_one(callback=coroutine_function),
        TypeError,
        "callback must be a function of .*, not the coroutine function .*: await the call instead",
    ),
    "each(coroutine function)": (
        lambda x: x.coll.find().each(coroutine_function),
        TypeError,
        "not the coroutine function .*, which nobody would await",
    ),
    "run_in_worker(None)": (
        lambda x: x.client.run_in_worker(None),
        InvalidOperation,
        "run_in_worker needs a function that blocks, not None: ",
    ),
    "run_in_worker(call)": (
        lambda x: x.client.run_in_worker(x.coll.find_one()),
        InvalidOperation,
        "run_in_worker needs a function that blocks, not <CallFuture .*give the function itself",
    ),
    "run_in_worker(coroutine function)": (
        lambda x: x.client.run_in_worker(coroutine_function),
        InvalidOperation,
        "run_in_worker needs a function that blocks, not <function cor.*: await that on the loop",
    ),
    "run_in_worker(asynchronous generator)": (
        lambda x: x.client.run_in_worker(asynchronous_generator),
        InvalidOperation,
        "run_in_worker needs a function that blocks, not <function asynchronous_g",
    ),
    "run_in_worker(method of ours)": (
        lambda x: x.client.run_in_worker(x.coll.find_one),
        InvalidOperation,
        "Collection.find_one runs in a worker by itself: await it, or .* of Collection.delegate",
    ),
    "a call in a worker": (
        lambda x: x.client.run_in_worker(lambda: x.coll.find_one()),
        InvalidOperation,
        r"made in a worker thread, where no event loop runs that could wait for it: .*\.delegate",
    ),
    "for aggregate": (
        lambda x: list(x.coll.aggregate([])),
        TypeError,
        "'CursorFuture' object is not iterable: use 'async for'",
    ),
    "with client": (
        lambda x: with_(x.client),
        TypeError,
        "'MongoClient'.*: use 'async with', or .delegate in code that blocks",
    ),
    "with session": (lambda x: with_(x.session), TypeError, "'ClientSession'.*: use 'async with'"),
    "with cursor": (lambda x: with_(x.coll.find()), TypeError, "'Cursor'.*: use 'async with'"),
}


async def asynchronous_generator(session):
    yield session


async def awaited(thing):
    return await thing


@pytest.mark.parametrize(("call", "error", "text"), WRONG.values(), ids=WRONG)
async def test_a_wrong_use_is_told_what_is_wrong(call, error, text, things):
    await refused(lambda: call(things), error, text)


# What is asked of a call that was not awaited, and what to write instead.
UNAWAITED = {
    "_id of a document": (
        lambda x: x.coll.find_one()["_id"],
        "(await collection.find_one(...))[...]",
    ),
    "_id of a cursor's document": (
        lambda x: x.coll.find()[0]["_id"],
        "(await cursor[...])[...]",
    ),
    "_id of what was inserted": (
        lambda x: x.coll.insert_one({}).inserted_id,
        "(await collection.insert_one(...)).inserted_id",
    ),
    "attribute of a property": (
        lambda x: x.client.address.host,
        "(await mongoclient.address).host",
    ),
    "attribute of what a function returns": (
        lambda x: x.client.run_in_worker(list).append(5),
        "(await client.run_in_worker(list, ...)).append",
    ),
    "attribute of the client": (
        lambda x: x.client.open().address,
        "(await mongoclient.open(...)).address",
    ),
}


@pytest.mark.parametrize(("use", "instead"), UNAWAITED.values(), ids=UNAWAITED)
async def test_what_is_asked_of_a_call_too_early_is_told_what_to_write_instead(
    use, instead, things, busy_workers
):
    missing = r"'CallFuture' object (is not subscriptable|has no attribute '\w+')"
    with busy_workers(), pytest.raises((TypeError, AttributeError)) as caught:
        use(things)
    assert re.sub(missing, "no such thing", str(caught.value)) == (
        f"no such thing: await the call first, as in {instead}"
    )


async def test_a_protocol_that_a_call_does_not_have_is_no_mistake_of_the_user(things):
    call = things.coll.find_one()
    with pytest.raises(AttributeError, match=r"'CallFuture' object has no attribute '__html__'$"):
        call.__html__  # noqa: B018
    await call


async def test_a_call_that_is_printed_says_what_it_is_and_whether_it_is_awaited(
    things, busy_workers
):
    """Its arguments, which may be secret, are not shown."""
    with busy_workers():
        call = things.coll.find_one({"password": "secret"})
        assert repr(call) == "<CallFuture pending call=Collection.find_one(...), not awaited>"
        task = asyncio.create_task(awaited(call))
        await asyncio.sleep(0)
        assert repr(call).startswith("<CallFuture pending cb=[")
        assert repr(call).endswith("] call=Collection.find_one(...)>")
        calls = {
            "pending call=Cursor.to_list(...)": things.coll.find().to_list(),
            "pending call=client.run_in_worker(len, ...)": things.client.run_in_worker(len, "x"),
            "pending call=MongoClient.open(...)": things.client.open(),
        }
        for text, each in calls.items():
            assert repr(each) == f"<CallFuture {text}, not awaited>"
    assert await task is None
    assert repr(call) == "<CallFuture finished result=None>"
    await asyncio.gather(*calls.values())


async def test_a_function_in_a_worker_may_have_a_loop_of_its_own(things):
    async def find():
        return await things.coll.find_one()

    assert await things.client.run_in_worker(lambda: asyncio.run(find())) == {"_id": 0}


async def test_an_error_that_nobody_waited_for_is_logged_with_what_raised_it(things, caplog):
    """By asyncio, when the call is let go of: the traceback has PyMongo's method."""
    things.coll.insert_one({"_id": 1})
    while not caplog.records:
        await asyncio.sleep(0.01)
    assert "CallFuture exception was never retrieved" in caplog.text
    assert "in insert_one" in caplog.text
    assert "DuplicateKeyError: E11000" in caplog.text


@pytest.fixture
def motor_asyncio():
    """Return that module, imported before the loop runs: that reads files."""
    return pytest.importorskip("motor.motor_asyncio")


async def test_objects_of_motor_are_refused_as_those_of_another_library(motor_asyncio, things):
    motor = motor_asyncio.AsyncIOMotorClient(NOWHERE)
    await refused(
        lambda: GridFSBucket(motor.db), TypeError, "database must be an instance of Database"
    )
    call = lambda: things.client.drop_database(motor.db)  # noqa: E731
    await refused(call, TypeError, "name_or_database must be an instance of")
    motor.close()


async def test_what_two_tasks_share_is_refused_to_the_second(things, busy_workers):
    """The first is not disturbed."""
    cursor = things.coll.find(batch_size=2)
    stream = await things.coll.watch(max_await_time_ms=10)
    async with things.client.start_session() as session:
        session.start_transaction()
        await things.coll.insert_one({"_id": "new"}, session=session)
        for thing, first, second in (
            (cursor, cursor.to_list, cursor.next),
            (stream, stream.try_next, stream.try_next),
            (session, session.commit_transaction, session.commit_transaction),
            (
                things.grid_in,
                lambda: things.grid_in.write(b"0"),
                lambda: things.grid_in.write(b"1"),
            ),
            (things.grid_out, things.grid_out.read, things.grid_out.readline),
        ):
            text = f"^this {type(thing).__name__} is in use by another call that has not finished"
            with busy_workers():
                running = first()
                await refused(second, InvalidOperation, f"{text}: await that first, or give each")
            await running
    await stream.close()


# What PyMongo refuses is refused with the same words. `c` is a collection, of either.

NOTHING = object()

SAME = {
    "cannot be encoded": lambda c: c.insert_one({"x": NOTHING}),
    "cannot be encoded, second": lambda c: c.insert_many([{}, {"x": NOTHING}]),
    "cannot be sought": lambda c: c.find_one({"x": NOTHING}),
    "too large": lambda c: c.insert_one({"x": b"0" * 2**24}),
    "too large, second": lambda c: c.insert_many([{}, {"x": b"0" * 2**24}]),
    "too large to be sought": lambda c: c.find_one({"x": b"0" * (2**24 + 2**15)}),
    "nul in a key": lambda c: c.insert_one({"a\0b": 1}),
    "key that is no text": lambda c: c.insert_one({1: 1}),
    "number too large": lambda c: c.insert_one({"x": 2**64}),
    "text that is none": lambda c: c.insert_one({"x": "\ud800"}),
    "_id that is a list": lambda c: c.insert_one({"_id": [1]}),
    "_id that is a pattern": lambda c: c.insert_one({"_id": re.compile("x")}),
    "_id that is taken": lambda c: c.insert_one({"_id": 1}),
    "_id that changes": lambda c: c.update_one({"_id": 1}, {"$set": {"_id": 2}}),
    "no document": lambda c: c.insert_one(None),
    "a list": lambda c: c.insert_one([{}]),
    "no argument": lambda c: c.insert_one(),
    "no documents": lambda c: c.insert_many([]),
    "documents in a dict": lambda c: c.insert_many({"_id": 1}),
    "no operations": lambda c: c.bulk_write([]),
    "an operation that is none": lambda c: c.bulk_write([5]),
    "an update that is a document": lambda c: c.update_one({}, {"x": 1}),
    "a document that is an update": lambda c: c.replace_one({}, {"$set": {"x": 1}}),
    "an empty update": lambda c: c.find_one_and_update({}, {}),
    "operator that nobody knows": lambda c: c.find_one({"$nosuch": 1}),
    "stage that nobody knows": lambda c: c.aggregate([{"$nosuch": 1}]),
    "stage that nobody knows, read": lambda c: c.aggregate([{"$nosuch": 1}]).to_list(),
    "pipeline": lambda c: c.aggregate(5),
    "watch": lambda c: c.watch(5),
    "watch what": lambda c: c.watch(full_document="nosuch"),
    "index": lambda c: c.create_index(5),
    "index of nothing": lambda c: c.create_index([]),
    "index that is not there": lambda c: c.drop_index("nosuch"),
    "command": lambda c: c.database.command("nosuch"),
    "filter": lambda c: c.find(5),
    "filter to count": lambda c: c.count_documents(5),
    "key": lambda c: c.distinct(5),
    "keyword": lambda c: c.find(nosuch=1),
    "keyword of find_one": lambda c: c.find_one(nosuch=1),
    "hint": lambda c: c.find(hint=5),
    "session": lambda c: c.insert_one({}, session=5),
    "name": lambda c: c.rename(5),
    "options": lambda c: c.with_options(5),
    "to_list(0)": lambda c: c.find().to_list(0),
    "to_list(-1)": lambda c: c.find().to_list(-1),
    "to_list(text)": lambda c: c.find().to_list("x"),
    "to_list(0) of a command": lambda c: c.aggregate([]).to_list(0),
    "to_list(text) of a command": lambda c: c.aggregate([]).to_list("x"),
    "batch_size": lambda c: c.find().batch_size(-1),
    "batch_size of a command": lambda c: c.aggregate([]).batch_size(-1),
    "limit": lambda c: c.find().limit("x"),
    "skip": lambda c: c.find().skip(-1),
    "sort": lambda c: c.find().sort(5),
    "sort how": lambda c: c.find().sort("x", 7).to_list(),
    "sort nonsense": lambda c: c.find().sort("x", "y").to_list(),
    "max_time_ms": lambda c: c.find().max_time_ms("x"),
    "index that is text": lambda c: c.find()["x"],
    "index below 0": lambda c: c.find()[-1],
    "index beyond the end": lambda c: c.find()[999],
    "slice of nothing": lambda c: c.find()[1:0],
    "slice with a step": lambda c: c.find()[0:9:2],
    "attribute of a cursor": lambda c: c.find().nosuch,
    "truth": lambda c: bool(c),
    "truth of a database": lambda c: bool(c.database),
    "pickle": lambda c: pickle.dumps(c),
    "pickle of a client": lambda c: pickle.dumps(c.database.client),
    "pickle of a cursor": lambda c: pickle.dumps(c.find()),
    "copy of a session": lambda c: copy.copy(c.database.client.start_session()),
    "options of a session": lambda c: c.database.client.start_session(
        snapshot=True, causal_consistency=True
    ),
}


def same(error: BaseException) -> tuple[type, str]:
    """Return an error without what differs from call to call."""
    return type(error), re.sub(
        r"Timestamp\(\d+, \d+\)|ObjectId\('\w+'\)|b'[^']*'|'keyId': \d+", "", str(error)
    )


@pytest.mark.parametrize("call", SAME.values(), ids=SAME)
async def test_what_pymongo_refuses_is_refused_with_its_words(call, numbers):
    theirs, ours = await asyncio.gather(
        asyncio.to_thread(call, numbers.delegate),
        result_of(lambda: call(numbers)),
        return_exceptions=True,
    )
    assert isinstance(theirs, Exception), "PyMongo takes it"
    assert isinstance(ours, Exception), "only PyMongo refuses it"
    assert same(ours) == same(theirs)


# After the end

ENDED = {
    "session": lambda x: x.coll.find_one(session=x.session),
    "start_transaction": lambda x: x.session.start_transaction(),
    "commit_transaction": lambda x: x.session.commit_transaction(),
    "with_transaction": lambda x: x.session.with_transaction(awaited),
}


@pytest.mark.parametrize("call", ENDED.values(), ids=ENDED)
async def test_an_ended_session_is_of_no_use(call, things):
    await things.session.end_session()
    await things.session.end_session()  # again, to no effect
    await refused(lambda: call(things), InvalidOperation, "^Cannot use ended session$")


async def test_what_is_closed_is_at_its_end(things):
    """Closing again does nothing. Of a cursor and a GridOut, PyMongo's own go on as well."""
    cursor = things.coll.find(batch_size=2)
    theirs = things.coll.delegate.find(batch_size=2)
    stream = await things.coll.watch()
    await cursor.next()
    await asyncio.to_thread(theirs.next)
    await asyncio.to_thread(theirs.close)
    for thing in cursor, stream, things.grid_in, things.grid_out:
        await thing.close()
        await thing.close()
    assert await cursor.to_list() == await asyncio.to_thread(theirs.to_list) == [{"_id": 1}]
    assert await cursor.to_list() == []
    await refused(cursor.next, StopAsyncIteration, "^$")
    await refused(lambda: cursor.limit(1), InvalidOperation, "cannot set options after executing")
    await refused(stream.next, StopAsyncIteration, "^$")
    assert await stream.try_next() is None
    await refused(lambda: things.grid_in.write(b"0"), ValueError, "cannot write to a closed file")
    text = r"a closed GridIn cannot be changed at once: await grid_in\.set\('filename', \.\.\.\)"
    await refused(lambda: setattr(things.grid_in, "filename", "x"), AttributeError, text)
    assert await things.grid_out.read() == b"bytes"


CLOSED = {
    "client.open": lambda x: x.client.open(),
    "client.address": lambda x: x.client.address,
    "run_in_worker": lambda x: x.client.run_in_worker(len, []),
    "database": lambda x: x.db.command("ping"),
    "find_one": lambda x: x.coll.find_one(),
    "find": lambda x: x.coll.find().to_list(),
    "aggregate": lambda x: x.coll.aggregate([]),
    "aggregate, read": lambda x: x.coll.aggregate([]).to_list(),
    "cursor": lambda x: x.cursor.to_list(),
    "watch": lambda x: x.coll.watch(),
    "stream": lambda x: x.stream.next(),
    "commit": lambda x: x.session.commit_transaction(),
    "with_transaction": lambda x: x.client.start_session().with_transaction(awaited),
    "bucket": lambda x: x.bucket.open_download_stream(1),
    "grid_in.write": lambda x: x.grid_in.write(b"0"),
    "grid_in.close": lambda x: x.grid_in.close(),
    "grid_out": lambda x: x.grid_out.read(),
}


async def test_a_closed_client_is_of_no_use(make_client, things):
    """What was at hand before can still be had, and what only lets go of something succeeds."""
    client = make_client()
    db = client[things.db.name]
    bucket = GridFSBucket(db, chunk_size_bytes=2)
    x = SimpleNamespace(client=client, db=db, coll=db.numbers, bucket=bucket)
    x.cursor = x.coll.find(batch_size=2)
    await x.cursor.next()
    x.stream = await x.coll.watch()
    x.session = client.start_session()
    x.session.start_transaction()
    await x.coll.insert_one({"_id": "new"}, session=x.session)
    x.grid_in = bucket.open_upload_stream("new")
    x.grid_out = await bucket.open_download_stream(1)
    await x.grid_out.read(1)
    await client.close()
    for call in CLOSED.values():
        await refused(lambda call=call: call(x), InvalidOperation, "^Cannot use MongoClient after")
    await things.client.admin.command({"killSessions": [x.session.session_id]})
    results: list[Any] = []
    x.coll.find_one(callback=lambda *result: results.append(result))
    while not results:
        await asyncio.sleep(0)
    assert "after close" in str(results[0][1])
    assert await x.cursor.next() == {"_id": 1}
    assert await x.cursor.close() is await x.grid_out.close() is await client.close() is None


# GridFS on the web


@pytest.mark.parametrize(
    ("method", "options", "text"),
    [
        ("GET", {"database": 5}, "database must be a tornado_pymongo.Database, not int"),
        ("PUT", {"database": None}, "database must be a tornado_pymongo.Database, not NoneType"),
        ("GET", {"root_collection": 5}, "root_collection must be the name of a bucket, a str, not"),
        ("PUT", {"max_size": "1 MB"}, "max_size must be a whole number of bytes from 0 on, not '1"),
        ("PUT", {"max_size": -1}, "max_size must be a whole number of bytes from 0 on, not -1"),
        ("PUT", {"maxsize": 1}, "unexpected keyword argument 'maxsize'"),
    ],
)
async def test_an_option_of_a_tornado_handler_that_cannot_be_is_named_in_the_log(
    method, options, text, db, caplog
):
    """Where the handler cannot even be made, Tornado closes the connection, else it answers 500."""
    handler = GridFSHandler if method == "GET" else GridFSUploadHandler
    (listener,) = bind_sockets(0, "127.0.0.1")
    port = listener.getsockname()[1]
    server = HTTPServer(Application([("/(.*)", handler, {"database": db, **options})]))
    server.add_socket(listener)
    try:
        if "maxsize" in options:
            with pytest.raises((IndexError, OSError)):
                await ask(port, method, "/name", body=b"body")
        else:
            body = b"" if method == "GET" else b"body"
            assert (await ask(port, method, "/name", body=body)).status == 500
    finally:
        server.stop()
        await server.close_all_connections()
    assert text in caplog.text


@pytest.mark.parametrize(
    ("handler", "options", "error", "text"),
    [
        ("AIOHTTPGridFS", {"database": 5}, TypeError, "a tornado_pymongo.Database, not int"),
        ("AIOHTTPGridFS", {"root_collection": 5}, TypeError, "root_collection must be the name"),
        (
            "AIOHTTPGridFS",
            {"get_gridfs_file": 5},
            ConfigurationError,
            "get_gridfs_file must be a f",
        ),
        (
            "AIOHTTPGridFS",
            {"get_cache_time": 5},
            ConfigurationError,
            "get_cache_time must be a fun",
        ),
        (
            "AIOHTTPGridFS",
            {"set_extra_headers": 5},
            ConfigurationError,
            "set_extra_headers must be",
        ),
        ("AIOHTTPGridFSUpload", {"database": None}, TypeError, "Database, not NoneType"),
        (
            "AIOHTTPGridFSUpload",
            {"max_size": "1"},
            ConfigurationError,
            "max_size must be a whole n",
        ),
        ("AIOHTTPGridFSUpload", {"max_size": True}, ConfigurationError, "max_size must be a whole"),
        (
            "AIOHTTPGridFSUpload",
            {"create_gridfs_file": 5},
            ConfigurationError,
            "create_gridfs_file",
        ),
    ],
)
def test_an_option_of_an_aiohttp_handler_that_cannot_be_is_refused(
    handler, options, error, text, db
):
    pytest.importorskip("aiohttp")
    from tornado_pymongo import aiohttp

    with pytest.raises(error, match=text):
        getattr(aiohttp, handler)(**{"database": db, **options})


# No server, no loop, another process

UNREACHED = {
    "open": lambda c: c.open(),
    "find_one": lambda c: c.db.coll.find_one(),
    "find": lambda c: c.db.coll.find().to_list(),
    "next": lambda c: c.db.coll.find().next(),
    "aggregate": lambda c: c.db.coll.aggregate([]).to_list(),
    "watch": lambda c: c.watch().next(),
    "insert": lambda c: c.db.coll.insert_one({}),
    "download": lambda c: GridFSBucket(c.db).open_download_stream(1),
    "upload": lambda c: GridFSBucket(c.db).upload_from_stream("name", b"bytes"),
}


async def test_where_nothing_listens_every_call_fails_in_its_time():
    """All at once, so that it takes the time of one."""
    async with MongoClient(NOWHERE, serverSelectionTimeoutMS=200) as client:
        calls = [asyncio.create_task(result_of(lambda c=c: c(client))) for c in UNREACHED.values()]
        for error in await asyncio.gather(*calls, return_exceptions=True):
            assert type(error) is ServerSelectionTimeoutError
            assert "127.0.0.1:9" in str(error) and "Timeout: 0.2s" in str(error)


@pytest.mark.skipif(tornado.version_info < (6, 2), reason="it refuses to make a loop there")
def test_a_call_in_a_thread_without_a_loop_runs_and_waits_for_one(mongo_client, db):
    """The call is made. Its result is had where somebody runs the loop that Tornado made for it."""
    results: list[Any] = []

    def work():
        call = db.things.insert_one({"_id": 1})
        results.append(call.done())
        results.append(IOLoop.current().run_sync(lambda: call).inserted_id)
        IOLoop.current().close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert results == [False, 1]


@pytest.fixture
def closed_loop_client(mongo_server):
    """Return a client whose calls belong to a loop that is closed."""
    loop = asyncio.new_event_loop()
    client = AsyncIOMotorClient(mongo_server.uri, io_loop=loop)
    loop.close()
    yield client
    client._close().result()


def test_a_call_whose_loop_is_closed_runs_and_its_result_is_logged(closed_loop_client, db, caplog):
    """Nobody can get it, and nobody is stuck."""
    client = closed_loop_client
    calls = []
    for _ in range(2):
        calls.append(client[db.name].things.insert_one({"_id": 1}))
        while not calls[-1].call.done():
            time.sleep(0.001)
    call, again = calls
    assert call.call.result.inserted_id == 1
    assert isinstance(again.call.error, DuplicateKeyError)
    client._close().result(20)
    assert not call.done()
    assert 'The last error of them: DuplicateKeyError("E11000 dupl' in caplog.text
    assert "is closed; await each call before the loop ends" in caplog.text


def test_a_client_that_was_made_before_a_fork_works_and_warns_as_pymongos(mongo_server):
    program = (
        "import asyncio, os, sys, warnings\n"
        "warnings.simplefilter('ignore')\n"  # of forking with threads
        "from tornado_pymongo import MongoClient\n"
        "client = MongoClient(sys.argv[1], max_workers=1)\n"
        "async def use(method):\n"
        "    await method()\n"
        "asyncio.run(use(client.open))\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    with warnings.catch_warnings(record=True) as caught:\n"
        "        warnings.simplefilter('always')\n"
        "        asyncio.run(use(client.open))\n"
        "    asyncio.run(use(client.close))\n"
        "    os._exit(any('opened before fork' in str(each.message) for each in caught))\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
        "asyncio.run(use(client.open))\n"
        "asyncio.run(use(client.close))\n"
    )
    command = [sys.executable, "-c", program, mongo_server.uri]
    result = subprocess.run(command, capture_output=True, text=True, timeout=50)
    assert (result.returncode, result.stdout, result.stderr) == (0, "1\n", "")


# Nonsense on the wire

OK = bson.encode({"ok": 1, "cursor": {"id": 0, "ns": "db.coll", "firstBatch": [{"_id": 1}]}})
BROKEN = OK.replace(b"db.coll", b"\xff" * 7)
NOISE = random.Random(1).randbytes(100)

# What the server sends in the place of its answer to the request `r`, in pieces; b"" closes.
LIES = {
    "noise": lambda r: [NOISE],
    "HTTP": lambda r: [b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"],
    "2 GiB": lambda r: [header(2**31 - 1, r)],
    "a byte too large": lambda r: [header(48_000_001, r)],
    "as large as can be, and closes": lambda r: [header(48_000_000, r), b"some", b""],
    "negative length": lambda r: [header(-1, r)],
    "no length": lambda r: [header(0, r)],
    "shorter than its header": lambda r: [header(15, r)],
    "just a header": lambda r: [header(16, r)],
    "too short for a document": lambda r: [header(17, r), b"\0"],
    "an empty document": lambda r: [message(r, b"")],
    "the answer to another request": lambda r: [message(r + 1, OK)],
    "a request": lambda r: [message(r, OK, OP_QUERY)],
    "cut off, and closes": lambda r: [message(r, OK)[:-5], b""],
    "a document of noise": lambda r: [message(r, NOISE)],
    "text that is none": lambda r: [message(r, BROKEN)],
    "no cursor": lambda r: [message(r, bson.encode({"ok": 1}))],
    "a cursor that is a number": lambda r: [message(r, bson.encode({"ok": 1, "cursor": 5}))],
    "not even ok": lambda r: [message(r, bson.encode({}))],
    "not ok, and no more": lambda r: [message(r, bson.encode({"ok": 0}))],
    "not ok, and nonsense": lambda r: [
        message(r, bson.encode({"ok": 0, "errmsg": 5, "code": "x"}))
    ],
    "closes": lambda r: [b""],
}

SLOW = {
    "nothing": lambda r: [],
    "cut off": lambda r: [message(r, OK)[:-5]],
    "just the header": lambda r: [message(r, OK)[:16]],
}


@pytest.fixture
def liar():
    with FakeServer() as server:
        yield server


async def lie_to_both(server, lie, call, **options):
    """Return what becomes of PyMongo's call and of ours, where the server lies; then use it."""
    options = {"retryReads": False, "directConnection": True, **options}
    blocking = pymongo.MongoClient(server.uri, **options)
    try:
        # Of its one worker and its one connection, none may be left in the hands of that call.
        async with MongoClient(server.uri, maxPoolSize=1, **options) as client:
            await client.open()
            await asyncio.to_thread(blocking.admin.command, "ping")
            server.lie = lie
            theirs, ours = await asyncio.gather(
                asyncio.to_thread(call, blocking),
                result_of(lambda: call(client)),
                return_exceptions=True,
            )
            server.lie = None
            assert server.lies == 2
            assert (await client.admin.command("ping"))["ok"] == 1
            assert await client.db.coll.find_one() is None
            return theirs, ours
    finally:
        await asyncio.to_thread(blocking.close)


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
async def test_nonsense_of_a_server_is_the_error_that_it_is_to_pymongo(lie, liar):
    theirs, ours = await lie_to_both(liar, lie, lambda client: client.db.coll.find_one())
    assert isinstance(theirs, Exception)
    assert type(ours) is type(theirs)
    # The numbers of requests are random.
    assert re.sub(r"-?\d+", "", str(ours)) == re.sub(r"-?\d+", "", str(theirs))


@pytest.mark.parametrize("lie", SLOW.values(), ids=SLOW)
async def test_a_server_that_falls_silent_is_a_network_timeout_in_its_time(lie, liar):
    def call(client):
        return client.db.coll.find_one()

    for error in await lie_to_both(liar, lie, call, socketTimeoutMS=1000):
        assert type(error) is NetworkTimeout
        assert "socketTimeoutMS: 1000.0ms" in str(error)


async def test_a_deadline_of_the_caller_ends_the_wait_for_a_silent_server(liar):
    def call(client):
        with pymongo.timeout(0.5):
            return client.db.coll.find_one()

    for error in await lie_to_both(liar, SLOW["nothing"], call):
        assert type(error) is NetworkTimeout


async def test_an_answer_that_comes_byte_by_byte_is_an_answer(liar):
    def lie(request):
        return [bytes([byte]) for byte in message(request, OK)]

    answers = await lie_to_both(liar, lie, lambda client: client.db.coll.find_one())
    assert answers == ({"_id": 1}, {"_id": 1})


async def test_no_thread_is_left_where_a_server_lied(liar, caplog):
    """Of a client's threads: PyMongo's own are those of all its clients, or end in their time."""
    caplog.set_level(logging.WARNING, "tornado_pymongo")
    for lie in LIES["noise"], LIES["closes"]:
        liar.lies = 0
        await lie_to_both(liar, lie, lambda client: client.db.coll.find_one())
    left = [each for each in threading.enumerate() if each.name.startswith("tornado_pymongo")]
    await asyncio.to_thread(lambda: [each.join(20) for each in left])
    assert not any(each.is_alive() for each in left)
    assert not caplog.records


async def test_what_lets_go_of_something_succeeds_after_the_client_is_closed(make_client, db):
    await db.things.insert_one({})
    client = make_client()
    stream = await client[db.name].watch()
    session = client.start_session()
    await client[db.name].things.find_one(session=session)
    await client.close()
    assert await stream.close() is None
    assert await session.end_session() is None


def test_a_closed_loop_is_told_by_what_needs_a_task(closed_loop_client):
    with warnings.catch_warnings(), pytest.raises(InvalidOperation, match="loop is closed"):
        warnings.simplefilter("error")
        closed_loop_client.start_session().with_transaction(coroutine_function)


async def test_calls_of_one_transaction_do_not_run_at_once(mongo_client, db):
    await db.create_collection("things")
    async with mongo_client.start_session() as session, session.start_transaction():
        first = db.things.insert_one({"_id": 1}, session=session)
        with pytest.raises(InvalidOperation, match="ClientSession is in use by another call"):
            await db.things.insert_one({"_id": 2}, session=session)
        await first
