"""`wrap_call`: what belongs to the caller's thread goes with the call."""

from __future__ import annotations

import asyncio
import contextvars
import threading

import pymongo.monitoring
import pytest
from pymongo.errors import ConfigurationError

import tornado_pymongo
from tornado_pymongo import GridFSBucket

# What a library keeps for the thread that asks it, such as the trace of a request.
library = threading.local()


def carry(function):
    """Have a function see in another thread what the library keeps for this one."""
    request = getattr(library, "request", None)

    def run():
        library.request = request
        try:
            return function()
        finally:
            library.request = None

    return run


class Requests(pymongo.monitoring.CommandListener):
    """The commands that were sent, each with what the library says of its thread."""

    def __init__(self):
        self.sent = []

    def started(self, event):
        self.sent.append((event.command_name, getattr(library, "request", None)))

    def succeeded(self, event):
        pass

    failed = succeeded


@pytest.fixture
def requests():
    library.request = "first"
    yield Requests()
    library.request = None


@pytest.fixture
def carried(make_client, numbers, requests):
    """Return the collection of numbers, of a client that carries the request."""
    client = make_client(wrap_call=carry, event_listeners=[requests])
    return client[numbers.database.name].numbers


async def test_a_call_runs_with_what_belongs_to_the_callers_thread(carried, requests):
    await carried.find_one()
    library.request = "second"
    call = carried.count_documents({})
    library.request = "third"  # it was made before
    await call
    assert requests.sent == [("find", "first"), ("aggregate", "second")]


async def test_each_batch_has_it_and_a_batch_that_is_read_ahead(carried, requests):
    documents = [each async for each in carried.find(batch_size=50)]
    assert len(documents) == 250
    assert requests.sent == [("find", "first"), *[("getMore", "first")] * 5]


async def test_all_kinds_of_calls_have_it(carried, requests):
    client = carried.database.client
    bucket = GridFSBucket(carried.database)
    async with client.start_session() as session, session.start_transaction():
        await carried.insert_one({}, session=session)
    async with await carried.watch() as stream:
        await carried.insert_one({})
        await stream.next()
    await bucket.upload_from_stream("name", b"bytes")
    await client.run_in_worker(carried.delegate.find_one)
    assert await client.run_in_worker(lambda: library.request) == "first"
    names, seen = zip(*requests.sent, strict=True)
    assert {"insert", "commitTransaction", "aggregate", "getMore", "find"} <= set(names)
    assert set(seen) == {"first"}


async def test_it_is_called_in_the_callers_thread_and_context(make_client, db):
    variable = contextvars.ContextVar("variable", default="of nobody")
    calls = []

    def wrap_call(function):
        calls.append((threading.current_thread(), variable.get()))
        variable.set("of the hook")  # as the call is made after that
        return lambda: (function(), variable.get())

    client = make_client(wrap_call=wrap_call)
    variable.set("of the caller")
    result = await client.run_in_worker(threading.current_thread)
    assert result[0] is not threading.current_thread()
    assert result[1] == "of the hook"
    assert calls == [(threading.current_thread(), "of the caller")]


async def test_a_call_keeps_its_name(carried):
    call = carried.find_one({"secret": 1})
    assert "call=Collection.find_one(...)" in repr(call)
    await call


async def test_its_error_is_that_of_the_call_which_does_not_start(
    make_client, numbers, commands, monkeypatch
):
    def wrap_call(function):
        raise LookupError("no trace")

    client = make_client(wrap_call=wrap_call, event_listeners=[commands])
    collection = client[numbers.database.name].numbers
    called = asyncio.get_running_loop().create_future()
    assert collection.find_one(callback=lambda *args: called.set_result(args)) is None
    for call in (
        lambda: collection.find_one(),
        lambda: collection.aggregate([]),
        lambda: collection.find().to_list(),
        lambda: collection.find().next(),
        lambda: collection.watch().next(),
        lambda: GridFSBucket(collection.database).open_download_stream(1),
        lambda: client.run_in_worker(print),
        lambda: client.open(),
    ):
        future = call()  # which does not raise, but has the error
        with pytest.raises(LookupError, match="no trace") as caught:
            await future
        assert caught.traceback[-1].name == "wrap_call"
    cursor = numbers.find(batch_size=2)
    await cursor.next()
    monkeypatch.setattr(numbers.database.client._runtime, "wrap_call", wrap_call)
    with pytest.raises(LookupError, match="no trace"):
        await cursor.close()
    monkeypatch.undo()
    await cursor.close()
    result, error = await called
    assert result is None and isinstance(error, LookupError)
    assert commands.names == []


async def test_a_batch_for_which_it_fails_is_not_read_ahead(make_client, numbers):
    """Nobody waits for it yet, so nobody is told: it is fetched when it is asked for."""
    calls = []

    def wrap_call(function):
        calls.append(function)
        if len(calls) == 3:
            raise LookupError("no trace")
        return function

    collection = make_client(wrap_call=wrap_call)[numbers.database.name].numbers
    documents = [each["_id"] async for each in collection.find(batch_size=50).sort("_id")]
    assert documents == list(range(250))
    assert len(calls) > 5


async def test_what_nobody_has_asked_for_is_not_wrapped(make_client, numbers, block):
    """The server is told to give up what a cancelled call has begun, in no request's name."""
    calls = []

    def wrap_call(function):
        calls.append(function.call_name())
        return function

    client = make_client(wrap_call=wrap_call, event_listeners=[commands := Requests()])
    collection = client[numbers.database.name].numbers
    await block("find")
    call = collection.find_one()
    await block.until_asleep()
    call.cancel()
    while "killSessions" not in dict(commands.sent):
        await asyncio.sleep(0.01)
    await client.close()
    assert calls == ["Collection.find_one(...)"]


async def test_what_it_returns_must_be_a_function(make_client):
    client = make_client(wrap_call=lambda function: None)
    with pytest.raises(ConfigurationError, match="wrap_call must return a function, not NoneType"):
        await client.db.things.find_one()


async def wrap_later(function):
    return function


@pytest.mark.parametrize("value", [5, "carry", True, wrap_later])
def test_what_is_no_function_is_refused(value):
    with pytest.raises(ConfigurationError, match="wrap_call must be a function of a function, not"):
        tornado_pymongo.MongoClient(wrap_call=value)
