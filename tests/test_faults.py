"""Networks and servers that fail: what PyMongo makes of it reaches the application, no less."""

from __future__ import annotations

import asyncio

import pymongo
import pytest
from load import Load
from proxy import Proxy
from pymongo import WriteConcern
from pymongo.errors import (
    AutoReconnect,
    ConnectionFailure,
    ExecutionTimeout,
    NetworkTimeout,
    PyMongoError,
    ServerSelectionTimeoutError,
)
from pymongo.uri_parser import parse_uri

import tornado_pymongo
from tornado_pymongo.testing import MongoServer

pytestmark = pytest.mark.slow

DURABLE = WriteConcern(w="majority", j=True)

ZEROS = [{"_id": n, "n": 0} for n in range(10)]

# PyMongo's errors where each try of a call may take half a second.
LIMITS = {
    "timeoutMS": {"timeoutMS": 500},
    "socketTimeoutMS": {"socketTimeoutMS": 500, "connectTimeoutMS": 500},
    # The monitor finds out, and ends the calls that wait for a reply.
    "heartbeat": {"heartbeatFrequencyMS": 500, "connectTimeoutMS": 500},
}


@pytest.fixture
def proxy(mongo_server):
    """Return a proxy in front of the server."""
    ((host, port),) = parse_uri(mongo_server.uri)["nodelist"]
    with Proxy(host, port) as proxy:
        yield proxy


@pytest.fixture
def connect(proxy, clients):
    """Return a function that makes clients which connect through the proxy."""
    yield lambda **options: clients(proxy.uri, **options)
    proxy.heal()


@pytest.fixture
def counters(db):
    """Return a collection of documents {"_id": 0, "n": 0} to {"_id": 9, "n": 0}."""
    db.delegate.counters.insert_many(ZEROS)
    return db.counters


def soon(awaitable):
    """Await it for as long as the slowest machine may take: what takes longer hangs."""
    return asyncio.wait_for(awaitable, 30)


# A slow network


@pytest.mark.parametrize("limit", ["pymongo.timeout", "timeoutMS", "socketTimeoutMS"])
async def test_a_server_that_is_too_slow_ends_in_pymongos_timeout(numbers, proxy, connect, limit):
    client = connect(serverSelectionTimeoutMS=500, **LIMITS.get(limit, {}))
    things = client[numbers.database.name].numbers
    assert await things.find_one({"_id": 1}) == {"_id": 1}
    proxy.to_client_delay = 1000
    with pytest.raises((NetworkTimeout, ExecutionTimeout)) as caught:
        if limit == "pymongo.timeout":
            with pymongo.timeout(0.5):
                await soon(things.find_one({"_id": 2}))
        else:
            await soon(things.find_one({"_id": 2}))
    assert caught.value.timeout
    proxy.heal()
    proxy.drop()
    with pymongo.timeout(20):
        assert await soon(things.find_one({"_id": 3})) == {"_id": 3}


async def test_a_server_that_is_slow_but_not_too_slow_is_waited_for(numbers, proxy, connect):
    client = connect(timeoutMS=20_000)
    proxy.to_server_delay = proxy.to_client_delay = 0.05
    things = client[numbers.database.name].numbers
    found = await soon(asyncio.gather(*(things.find_one({"_id": n}) for n in range(20))))
    assert found == [{"_id": n} for n in range(20)]
    assert len(await soon(things.find(batch_size=100).to_list())) == 250


# Connections that are lost


async def test_calls_that_lose_their_connections_are_tried_again_and_succeed(
    counters, proxy, connect, raised
):
    """Whatever has taken place before its connection was lost does so once."""
    things = connect()[counters.database.name].counters
    await soon(asyncio.gather(*(things.find_one({"_id": n}) for n in range(10))))
    proxy.to_client_delay = 1000
    writes = [things.update_one({"_id": n}, {"$inc": {"n": 1}}) for n in range(10)]
    reads = [things.find_one({"_id": n}, {"_id": 1}) for n in range(10)]
    while not await counters.find_one({"n": 1}):
        await asyncio.sleep(0.01)
    assert not any(call.done() for call in writes + reads)
    proxy.heal()
    proxy.drop()
    assert [result.modified_count for result in await soon(asyncio.gather(*writes))] == [1] * 10
    assert await soon(asyncio.gather(*reads)) == [{"_id": n} for n in range(10)]
    assert await counters.count_documents({"n": 1}) == 10
    assert not raised


@pytest.mark.parametrize("after", [0, 3, 16, 40])
async def test_a_reply_that_ends_in_the_middle_is_asked_for_again(
    counters, proxy, connect, commands, after
):
    things = connect(event_listeners=[commands])[counters.database.name].counters
    proxy.cut(after, b"find\0")
    assert await soon(things.find_one({"_id": 1})) == {"_id": 1, "n": 0}
    assert proxy.has_cut
    proxy.cut(after, b"update\0")
    assert (await soon(things.update_one({"_id": 1}, {"$inc": {"n": 1}}))).modified_count == 1
    assert proxy.has_cut
    assert await counters.find_one({"_id": 1}) == {"_id": 1, "n": 1}
    assert commands.names == ["find", "find", "update", "update"]


async def test_a_batch_that_ends_in_the_middle_is_an_error_and_the_end_of_its_cursor(
    numbers, proxy, connect
):
    """PyMongo does not ask for a batch again: the server has gone on."""
    things = connect()[numbers.database.name].numbers
    cursor = things.find(batch_size=100)
    found = [await soon(cursor.next()) for _ in range(100)]
    proxy.cut(1000, b"getMore\0")
    with pytest.raises(AutoReconnect):
        await soon(cursor.next())
    assert proxy.has_cut
    assert found == [{"_id": n} for n in range(100)]
    assert not cursor.alive
    proxy.cut(1000, b"getMore\0")
    with pytest.raises(AutoReconnect):
        await soon(things.find(batch_size=100).to_list())
    assert len(await soon(things.find(batch_size=100).to_list())) == 250


@pytest.mark.parametrize("limit", LIMITS)
async def test_a_network_that_says_nothing_is_an_error_in_time_and_forgotten_when_it_is_back(
    numbers, proxy, connect, raised, limit
):
    client = connect(serverSelectionTimeoutMS=500, **LIMITS[limit])
    things = client[numbers.database.name].numbers
    await soon(asyncio.gather(*(things.find_one({"_id": n}) for n in range(10))))
    proxy.black_hole()
    calls = [things.find_one({"_id": n}) for n in range(3)]
    calls += [things.insert_one({"_id": 1000 + n}) for n in range(3)]
    errors = await soon(asyncio.gather(*calls, return_exceptions=True))
    assert all(isinstance(error, ConnectionFailure) for error in errors), errors
    assert {id(error) for error in errors} == {id(error) for error in raised}
    proxy.drop()  # a write of one that gave up would be let through now
    proxy.heal()
    with pymongo.timeout(20):  # PyMongo's monitor looks again after half a second
        assert await soon(things.find_one({"_id": 3})) == {"_id": 3}
        assert (await soon(things.insert_one({"_id": 2000}))).acknowledged


@pytest.mark.parametrize("away", ["refuse", "black_hole"])
async def test_a_server_that_is_away_is_an_error_in_time_and_found_when_it_is_back(
    numbers, proxy, connect, away
):
    getattr(proxy, away)()
    client = connect(serverSelectionTimeoutMS=500, connectTimeoutMS=500)
    things = client[numbers.database.name].numbers
    patient = connect(connectTimeoutMS=500)[numbers.database.name].numbers.find_one({"_id": 1})
    calls = [things.find_one({"_id": 1}), things.insert_one({"_id": 1000}), client.open()]
    for error in await soon(asyncio.gather(*calls, return_exceptions=True)):
        assert isinstance(error, ServerSelectionTimeoutError)
    assert not patient.done()
    proxy.heal()
    assert await soon(patient) == {"_id": 1}
    with pymongo.timeout(20):
        assert await soon(things.find_one({"_id": 1})) == {"_id": 1}


# Errors of the server

CALLS = [
    ("find_one", {"_id": 1}),
    ("insert_one", {"x": 1}),
    ("update_one", {"_id": 1}, {"$inc": {"n": 1}}),
    ("find_one", {"_id": 2}),
    ("count_documents", {"_id": 1}),
    ("distinct", "_id"),
]


def outcome(result):
    """Return what can be compared of the result of a call, or of its error."""
    if isinstance(result, PyMongoError):
        return type(result), getattr(result, "code", None), sorted(result._error_labels)
    return getattr(result, "acknowledged", result)


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize(
    "how",
    [
        {"errorCode": 13},  # Unauthorized: never tried again
        {"errorCode": 112, "errorLabels": ["TransientTransactionError"]},  # WriteConflict
        {"errorCode": 50},  # MaxTimeMSExpired
        {"errorCode": 189},  # PrimarySteppedDown
        {"errorCode": 6, "errorLabels": ["RetryableWriteError"]},  # HostUnreachable
        {"closeConnection": True},
    ],
    ids=str,
)
async def test_errors_are_those_that_pymongo_raises_for_the_same_calls(
    counters, mongo_server, make_client, fail, commands, how, times
):
    """Each of them, for each call, after as many tries; none of them more, none less."""
    names = "find", "insert", "update", "aggregate"

    def theirs(listener):
        def called(name, *args):
            try:
                return outcome(getattr(things, name)(*args))
            except PyMongoError as error:
                return outcome(error)

        with pymongo.MongoClient(mongo_server.uri, event_listeners=[listener]) as client:
            things = client[counters.database.name].counters
            return [called(*call) for call in CALLS]

    expected_commands = type(commands)()
    await fail(times, *names, **how)
    expected = await asyncio.to_thread(theirs, expected_commands)
    await counters.delete_many({})
    await counters.insert_many(ZEROS)
    await fail(times, *names, **how)
    things = make_client(event_listeners=[commands])[counters.database.name].counters

    async def ours(name, *args):
        (result,) = await asyncio.gather(getattr(things, name)(*args), return_exceptions=True)
        return outcome(result)

    assert [await soon(ours(*call)) for call in CALLS] == expected
    sent = [name for name in commands.names if name in names]
    assert sent == [name for name in expected_commands.names if name in names]


@pytest.mark.parametrize("how", [{"errorCode": 13}, {"closeConnection": True}], ids=str)
async def test_of_many_calls_at_once_each_error_reaches_its_caller_once(
    counters, make_client, fail, raised, how
):
    things = make_client()[counters.database.name].counters
    await fail(20, "find", "update", **how)
    calls = [things.find_one({"_id": n % 10}) for n in range(50)]
    calls += [things.update_one({"_id": n % 10}, {"$inc": {"n": 1}}) for n in range(50)]
    results = await soon(asyncio.gather(*calls, return_exceptions=True))
    errors = [result for result in results if isinstance(result, BaseException)]
    if "errorCode" in how:
        assert len(errors) == 20  # without PyMongo's retries, each is for somebody
    assert len(errors) == len(raised)
    assert {id(error) for error in errors} == {id(error) for error in raised}
    written = sum(getattr(result, "modified_count", 0) for result in results)
    await fail(0)
    counted = sum([document["n"] async for document in counters.find()])
    assert counted == written


# A server that is killed


@pytest.fixture
def mortal():
    """Return a server that can be killed."""
    with MongoServer(own=True) as server:
        yield server


@pytest.mark.parametrize("retries", [True, False])
async def test_a_server_that_is_killed_and_restarted_has_what_it_acknowledged(
    mortal, clients, raised, retries
):
    """Reads and writes resume without the application, and each error reaches it once."""
    client = clients(mortal.uri, retryReads=retries, retryWrites=retries)
    async with Load(client.db.things) as load:
        await soon(load.more())
        await asyncio.to_thread(mortal.kill)
        await asyncio.to_thread(mortal.restart)
        await soon(load.more())
    await load.check(raised)
    if not retries:
        assert load.errors


async def test_a_change_stream_goes_over_a_restart_and_misses_nothing(mortal, clients):
    client = clients(mortal.uri)
    things = client.db.get_collection("things", write_concern=DURABLE)
    await things.insert_one({"_id": -1})
    seen = []

    async def watch(stream):
        async for change in stream:
            seen.append(change["documentKey"]["_id"])
            if seen[-1] == 29:
                return

    async with await things.watch(max_await_time_ms=100) as stream:
        watching = asyncio.ensure_future(watch(stream))
        for n in range(10):
            await soon(things.insert_one({"_id": n}))
        await asyncio.to_thread(mortal.kill)
        writing = asyncio.gather(*(things.insert_one({"_id": n}) for n in range(10, 20)))
        await asyncio.to_thread(mortal.restart)
        await soon(writing)
        for n in range(20, 30):
            await soon(things.insert_one({"_id": n}))
        await soon(watching)
    assert sorted(seen) == list(range(30))
    assert seen[:10] == list(range(10)) and seen[20:] == list(range(20, 30))


# Cancelling in a network that says nothing


async def until_busy(client, number):
    while tornado_pymongo.statistics(client).calls.busy < number:
        await asyncio.sleep(0.005)


async def cancel_all(client, calls):
    """Cancel calls, and see that their workers are free soon, and what the client counted."""
    for call in calls:
        call.cancel()
    while (counts := tornado_pymongo.statistics(client).calls).busy:
        await asyncio.sleep(0.005)
    return counts


async def test_calls_are_aborted_wherever_they_wait(connect, proxy, counters):
    """One has a connection, two are about to shake hands, and the others wait for these."""
    client = connect(max_workers=20)
    collection = client[counters.database.name].counters
    await collection.find_one()
    proxy.black_hole()
    calls = [collection.find_one({"_id": n}) for n in range(20)]
    await until_busy(client, 20)
    counts = await soon(cancel_all(client, calls))
    # One may have been taken by its thread just then, and not have begun.
    assert (counts.aborted + counts.cancelled, counts.failed) == (20, 0)
    proxy.heal()
    assert await soon(collection.find_one({"_id": 1})) == ZEROS[1]


async def test_a_call_that_sends_is_aborted(connect, proxy, counters):
    """The document is more than the buffers of the sockets on the way take."""
    client = connect(max_workers=1)
    collection = client[counters.database.name].counters
    await collection.find_one()
    proxy.black_hole()
    call = collection.insert_one({"_id": "large", "bytes": bytes(15_000_000)})
    await until_busy(client, 1)
    counts = await soon(cancel_all(client, [call]))
    assert (counts.aborted + counts.cancelled, counts.failed) == (1, 0)
    proxy.heal()
    assert await soon(collection.find_one({"_id": 1})) == ZEROS[1]
    assert await collection.find_one({"_id": "large"}) is None


async def test_a_call_whose_reply_drips_is_aborted(connect, proxy, counters):
    """There is always something to read, so PyMongo has no reason to look around."""
    await counters.insert_one({"_id": "large", "bytes": bytes(8_000_000)})
    client = connect(max_workers=1)
    collection = client[counters.database.name].counters
    await collection.find_one({"_id": 1})
    proxy.to_client_delay = 0.2
    call = collection.find_one({"_id": "large"})
    await until_busy(client, 1)
    await asyncio.sleep(0.5)  # amid the reply
    counts = await soon(cancel_all(client, [call]))
    assert (counts.aborted, counts.failed, call.cancelled()) == (1, 0, True)
    proxy.heal()
    assert await soon(collection.find_one({"_id": 1})) == ZEROS[1]


async def test_calls_that_time_out_behind_each_other_harm_no_later_one(connect, proxy, counters):
    """One has the connection, the others wait for its worker."""
    client = connect(max_workers=1, timeoutMS=500)
    collection = client[counters.database.name].counters
    await collection.find_one()
    proxy.black_hole()
    calls = [collection.find_one() for _ in range(5)]
    errors = await soon(asyncio.gather(*calls, return_exceptions=True))
    assert all(isinstance(error, PyMongoError) and error.timeout for error in errors)
    proxy.heal()
    with pymongo.timeout(30):  # in the place of its half a second
        assert await soon(collection.find_one({"_id": 1})) == ZEROS[1]


async def test_the_server_keeps_nothing_of_a_call_whose_reply_nobody_saw(
    connect, proxy, counters, mongo_client
):
    """It has made a cursor, of which nobody here knows the number."""

    async def open_cursors():
        status = await mongo_client.admin.command("serverStatus")
        return status["metrics"]["cursor"]["open"]["total"]

    client = connect(max_workers=1)
    collection = client[counters.database.name].counters
    await collection.find_one()
    before = await open_cursors()
    proxy.to_client_delay = 0.5
    call = collection.find(batch_size=2).next()
    while await open_cursors() == before:
        await asyncio.sleep(0.005)
    call.cancel()
    proxy.heal()
    while await open_cursors() > before:
        await asyncio.sleep(0.01)
    assert tornado_pymongo.statistics(client).calls.aborted == 1


async def test_a_session_of_the_users_is_not_killed_with_a_cancelled_call(
    connect, proxy, counters, commands
):
    client = connect(max_workers=1, event_listeners=[commands])
    collection = client[counters.database.name].counters
    async with client.start_session() as session:
        await collection.find_one(session=session)
        proxy.black_hole()
        call = collection.find_one(session=session)
        await until_busy(client, 1)
        await soon(cancel_all(client, [call]))
        proxy.heal()
        assert await soon(collection.find_one({"_id": 1}, session=session)) == ZEROS[1]
    assert "killSessions" not in commands.names
