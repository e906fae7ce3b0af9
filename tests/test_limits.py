"""Bounds in time and number: deadlines, waiting, fairness, long waits, statistics."""

from __future__ import annotations

import asyncio
import logging
import re
import threading
import time
from pathlib import Path

import pymongo
import pymongo.monitoring
import pytest
from pymongo.errors import WaitQueueTimeoutError

import tornado_pymongo
from tornado_pymongo.executor import executor as executor_module
from tornado_pymongo.executor import supervisor as supervisor_module


class Started(pymongo.monitoring.CommandListener):
    """The commands that a client has sent."""

    def __init__(self):
        self.commands = []

    def started(self, event):
        self.commands.append(event.command)

    def succeeded(self, event):
        pass

    failed = succeeded


@pytest.fixture
def started():
    return Started()


@pytest.fixture
async def busy(make_client, started, gate):
    """Return a function that makes a client of one worker, which is busy until the gate opens."""

    async def busy(**options):
        client = make_client(max_workers=1, event_listeners=[started], **options)
        with pymongo.timeout(20):  # not as short as the client's own
            await client.admin.command("ping")
        started.commands.clear()
        client.run_in_worker(gate)
        await gate.until_entered()
        return client

    return busy


# Deadlines


def with_pymongo_timeout(things):
    with pymongo.timeout(0.05):
        return things.find_one()


@pytest.mark.parametrize(
    ("options", "find", "words"),
    [
        ({"waitQueueTimeoutMS": 50}, lambda t: t.find_one(), r"waitQueueTimeoutMS \(50 ms\)"),
        ({"timeoutMS": 50}, lambda t: t.find_one(), r"pymongo\.timeout\(\) or timeoutMS"),
        ({"timeoutMS": 50}, lambda t: t.find().next(), r"pymongo\.timeout\(\) or timeoutMS"),
        ({"timeoutMS": 50}, lambda t: t.find().to_list(), r"pymongo\.timeout\(\) or timeoutMS"),
        ({}, with_pymongo_timeout, r"pymongo\.timeout\(\) or timeoutMS"),
        ({"waitQueueTimeoutMS": 90_000}, with_pymongo_timeout, r"pymongo\.timeout\(\)"),
    ],
)
async def test_a_call_that_waits_too_long_fails_though_no_worker_is_free(
    busy, started, gate, options, find, words
):
    client = await busy(**options)
    with pytest.raises(WaitQueueTimeoutError, match=words) as caught:
        await find(client.db.things)
    assert caught.value.timeout
    assert not gate.opened.is_set()
    assert "1 calls are running, of at most max_workers=1, and 0 are waiting" in str(caught.value)
    gate.opened.set()
    await client.run_in_worker(abs, -1)
    assert started.commands == []  # PyMongo never got it
    counts = tornado_pymongo.statistics(client).calls
    assert (counts.expired, counts.failed, counts.waiting) == (1, 0, 0)


async def test_a_call_whose_time_is_over_when_it_is_made_is_not_queued(busy, started, gate):
    client = await busy()
    with pymongo.timeout(1e-9):
        future = client.db.things.find_one()
    assert future.done()
    with pytest.raises(WaitQueueTimeoutError):
        await future
    assert tornado_pymongo.statistics(client).calls.expired == 1


async def test_a_worker_that_comes_to_a_late_call_does_not_give_it_to_pymongo(
    busy, started, gate, monkeypatch
):
    """The supervisor would have ended it before, had it looked in time."""
    client = await busy(timeoutMS=50)
    monkeypatch.setattr(client._runtime.executor.state.queue, "late", lambda now: [])
    future = client.db.things.find_one()
    await asyncio.sleep(0.06)  # longer than its time
    gate.opened.set()
    with pytest.raises(WaitQueueTimeoutError):
        await future
    assert started.commands == []
    assert tornado_pymongo.statistics(client).calls.expired == 1


@pytest.mark.parametrize("how", ["timeoutMS", "pymongo.timeout"])
async def test_the_wait_counts_and_pymongo_has_what_is_left(busy, started, gate, how):
    client = await busy(**{"timeoutMS": 60_000} if how == "timeoutMS" else {})
    with pymongo.timeout(60) if how == "pymongo.timeout" else memoryview(b""):
        future = client.db.things.find_one()
    began = time.monotonic()
    await asyncio.sleep(0.05)
    waited = time.monotonic() - began
    gate.opened.set()
    await future
    (command,) = started.commands
    assert command["maxTimeMS"] <= 60_000 - waited * 1000


async def test_an_operation_of_a_file_has_its_own_time_as_in_pymongo(busy, gate):
    client = await busy(timeoutMS=60_000)
    grid_in = tornado_pymongo.GridFSBucket(client.db).open_upload_stream("name")
    writing = grid_in.write(b"x")
    (call,) = client._runtime.executor.state.queue
    assert call.deadline is None
    gate.opened.set()
    await writing
    await grid_in.abort()


async def test_asyncio_timeouts_count_the_wait_and_drop_the_call(busy, started, gate):
    client = await busy()
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(client.db.things.find_one(), 0.01)
    gate.opened.set()
    await client.run_in_worker(abs, -1)
    assert started.commands == []
    assert tornado_pymongo.statistics(client).calls.cancelled == 1


async def test_deadlines_of_calls_that_are_over_are_forgotten(make_client):
    client = make_client(waitQueueTimeoutMS=1_000_000)
    for _ in range(20):
        await asyncio.gather(*[client.run_in_worker(abs, -n) for n in range(100)])
    assert len(client._runtime.executor.state.queue._deadlines) < 500


# Fairness


async def test_a_client_with_much_to_do_does_not_starve_another_one(make_client, numbers):
    clients = make_client(max_workers=4), make_client(max_workers=4)
    ours, theirs = (client[numbers.database.name].numbers for client in clients)
    many = [theirs.find_one({"_id": n % 250}) for n in range(3000)]
    for n in range(20):
        assert await ours.find_one({"_id": n}) == {"_id": n}
    assert tornado_pymongo.statistics(clients[1]).calls.waiting > 0
    await asyncio.gather(*many)


# Long waits


@pytest.fixture
async def watched(db):
    """Return a collection that is there."""
    await db.create_collection("watched", capped=True, size=1_000_000)
    await db.watched.insert_one({"_id": 0})
    return db.watched


def threads_named(name):
    return [thread for thread in threading.enumerate() if thread.name.startswith(name)]


async def test_many_streams_take_turns_in_few_threads_and_no_worker(make_client, watched):
    client = make_client(max_workers=2, max_stream_workers=3)
    collection = client[watched.database.name].watched
    streams = await asyncio.gather(*[collection.watch() for _ in range(30)])
    changes = [asyncio.ensure_future(stream.next()) for stream in streams]
    while tornado_pymongo.statistics(client).streams.started < 100:  # all had their turns
        assert tornado_pymongo.statistics(client).streams.busy <= 3
        await asyncio.sleep(0.01)
    assert len(threads_named("tornado_pymongo_stream")) <= 4  # and a supervisor
    counts = tornado_pymongo.statistics(client)
    assert (counts.calls.busy, counts.calls.waiting) == (0, 0)
    assert (counts.streams.submitted, counts.streams.finished) == (30, 0)
    # The loop has heard nothing of all these turns.
    assert counts.streams.loop_wakeups == 0
    await watched.insert_one({"_id": 1})
    for change in await asyncio.gather(*changes):
        assert change["fullDocument"] == {"_id": 1}
    await asyncio.gather(*[stream.close() for stream in streams])


async def test_streams_wait_for_their_turn_in_order(make_client, watched):
    """Each has had as many turns as any other one, or one more."""
    client = make_client(max_stream_workers=1)
    collection = client[watched.database.name].watched
    streams = [await collection.watch() for _ in range(5)]
    turns = dict.fromkeys(range(5), 0)
    for n, stream in enumerate(streams):
        try_next = stream.delegate.try_next

        def count(n=n, try_next=try_next):
            turns[n] += 1
            assert turns[n] <= min(turns.values()) + 1
            return try_next()

        stream.delegate.try_next = count
    waiting = [stream.next() for stream in streams]
    while turns[4] < 3:
        await asyncio.sleep(0.01)
    await watched.insert_one({"_id": 1})
    await asyncio.gather(*waiting)
    await asyncio.gather(*[stream.close() for stream in streams])


async def test_the_turns_become_shorter_where_there_are_more_streams(make_client, watched, started):
    client = make_client(max_stream_workers=1, event_listeners=[started])
    collection = client[watched.database.name].watched

    async def longest_waits(number):
        streams = [await collection.watch(max_await_time_ms=700) for _ in range(number)]
        waiting = [stream.next() for stream in streams]
        started.commands.clear()
        while len(started.commands) < 2 * number:
            await asyncio.sleep(0.01)
        waits = {command["maxTimeMS"] for command in started.commands[number:]}
        await watched.insert_one({})
        await asyncio.gather(*waiting)
        await asyncio.gather(*[stream.close() for stream in streams])
        return waits

    assert await longest_waits(1) == {700}  # as the user wants it
    waits = await longest_waits(6)
    average, spread = 1000 * executor_module._ROUND / 6, executor_module._SPREAD
    assert average * (1 - spread) - 1 <= min(waits) < max(waits) <= average * (1 + spread)


async def test_closing_a_stream_ends_who_waits_for_its_turn(make_client, watched):
    client = make_client(max_stream_workers=1)
    collection = client[watched.database.name].watched
    streams = [await collection.watch() for _ in range(3)]
    waiting = [asyncio.ensure_future(stream.next()) for stream in streams]
    while tornado_pymongo.statistics(client).streams.started < 3:
        await asyncio.sleep(0.01)
    for stream in streams:
        await stream.close()
    for each in await asyncio.gather(*waiting, return_exceptions=True):
        assert isinstance(each, StopAsyncIteration)
    counts = tornado_pymongo.statistics(client).streams
    assert (counts.waiting, counts.busy, counts.aborted) == (0, 0, 3)


async def test_a_tailable_cursor_waits_in_the_threads_of_streams(make_client, watched):
    client = make_client(max_workers=1, max_stream_workers=1)
    collection = client[watched.database.name].watched
    cursor = collection.find(cursor_type=pymongo.CursorType.TAILABLE_AWAIT)
    assert (await cursor.next())["_id"] == 0
    waiting = cursor.next()
    while not tornado_pymongo.statistics(client).streams.busy:
        await asyncio.sleep(0.001)
    assert await collection.find_one({"_id": 0})  # by the only worker
    await watched.insert_one({"_id": 1})
    assert (await waiting)["_id"] == 1
    await cursor.close()
    counts = tornado_pymongo.statistics(client)
    assert counts.streams.finished == 2
    assert counts.calls.finished >= 1


# Statistics


async def test_they_add_up(make_client, numbers, gate):
    client = make_client(max_workers=2, max_waiting=5)
    collection = client[numbers.database.name].numbers
    for n in range(10):
        await collection.find_one({"_id": n})
    with pytest.raises(pymongo.errors.OperationFailure):
        await collection.find_one({"$nonsense": 1})
    held = [client.run_in_worker(gate) for _ in range(2)]
    await gate.until_entered(2)
    waiting = [client.run_in_worker(abs, -n) for n in range(7)]
    waiting[0].cancel()
    now = tornado_pymongo.statistics(client).calls
    assert (now.busy, now.waiting, now.idle, now.threads) == (2, 4, 0, 2)
    assert (now.max_workers, now.max_waiting, now.most_threads) == (2, 5, 2)
    await asyncio.sleep(0.02)
    gate.opened.set()
    await asyncio.gather(*held, *waiting[1:], return_exceptions=True)
    then = tornado_pymongo.statistics(client).calls
    assert (then.busy, then.waiting) == (0, 0)
    assert (then.submitted, then.finished, then.failed) == (18, 16, 1)
    assert (then.refused, then.cancelled, then.aborted, then.expired) == (2, 1, 0, 0)
    assert then.started == then.finished + then.failed
    assert then.run_seconds >= then.longest_run_seconds >= 0.02
    assert then.waited_seconds >= then.longest_wait_seconds >= 0.02
    assert 1 <= then.loop_wakeups <= then.finished + then.failed
    assert then.thread_wakeups >= 2


def test_they_are_documented_line_by_line():
    page = Path(__file__).parents[1] / "docs" / "guide" / "threads.rst"
    lines = re.findall(r"^``(\w+)`` +([gc])   ", page.read_text(), re.MULTILINE)
    fields = tornado_pymongo.WorkerStatistics.__dataclass_fields__.values()
    assert lines == [(field.name, field.metadata["kind"][0]) for field in fields]
    for field in fields:
        assert field.metadata["kind"] in ("gauge", "counter")
        assert field.metadata["text"].endswith(".")


async def test_it_is_said_once_that_there_are_too_few_workers(
    make_client, gate, monkeypatch, caplog
):
    monkeypatch.setattr(supervisor_module, "_LONG_WAIT", 0.01)
    monkeypatch.setattr(supervisor_module, "_IDLE_SHARE", 1000.0)  # whatever else uses the CPU
    client = make_client(max_workers=2)
    with caplog.at_level(logging.WARNING, "tornado_pymongo"):
        calls = [client.run_in_worker(gate) for _ in range(5)]
        while not caplog.records:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
    gate.opened.set()
    await asyncio.gather(*calls)
    (record,) = [each for each in caplog.records if each.name == "tornado_pymongo"]
    assert "3 MongoDB calls wait for a worker thread" in record.getMessage()
    assert "all max_workers=2 threads" in record.getMessage()
    assert "raise max_workers (and maxPoolSize)" in record.getMessage()
    assert record.mongo_event == "too_few_workers"
    assert (record.mongo_waiting, record.mongo_max_workers) == (3, 2)
    assert record.mongo_waited_seconds >= 0.01
