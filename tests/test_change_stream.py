"""Change streams."""

from __future__ import annotations

import asyncio
import time
from functools import partial

import pymongo
import pytest
from pymongo.errors import OperationFailure

import tornado_pymongo
from tornado_pymongo.bridge import until_over
from tornado_pymongo.executor.call import RUNNING
from tornado_pymongo.inbox import inbox_of


@pytest.fixture
def things(db):
    """Return a collection that is there, and empty."""
    db.delegate.create_collection("things")
    return db.things


@pytest.fixture(params=["collection", "database", "client"])
def watched(request, things):
    """Return what has a `watch`."""
    return {"collection": things, "database": things.database, "client": things.database.client}[
        request.param
    ]


@pytest.mark.parametrize("awaited", [False, True])
async def test_it_works_awaited_and_un_awaited(watched, things, awaited):
    stream = watched.watch([{"$match": {"operationType": "insert"}}], max_await_time_ms=100)
    if awaited:
        stream = await stream
        assert isinstance(stream, tornado_pymongo.ChangeStream)
        await things.insert_many([{"_id": 1}, {"_id": 2}])
    async with stream as changes:
        if not awaited:
            await things.insert_many([{"_id": 1}, {"_id": 2}])
        assert (await changes.next())["fullDocument"] == {"_id": 1}
        async for change in changes:
            assert change["fullDocument"] == {"_id": 2}
            break
        assert await changes.try_next() is None
        assert changes.resume_token
        assert changes.alive
    assert not changes.alive
    with pytest.raises(StopAsyncIteration):
        await changes.next()
    assert [change async for change in changes] == []


async def test_the_un_awaited_stream_has_the_streams_members(things):
    stream = things.watch(max_await_time_ms=100)
    assert stream.alive
    assert stream.resume_token is None
    assert await stream.try_next() is None
    await things.insert_one({"_id": 1})
    assert (await stream.next())["operationType"] == "insert"
    assert stream.resume_token == (await stream).resume_token
    with pytest.raises(AttributeError):
        _ = stream.nonsense
    await stream.close()
    assert not stream.alive


async def test_changes_at_hand_take_no_worker(things, mongo_client, monkeypatch):
    async with await things.watch(max_await_time_ms=100) as stream:
        await things.insert_many([{"_id": n} for n in range(10)])
        assert (await stream.next())["fullDocument"]["_id"] == 0
        monkeypatch.setattr(mongo_client._runtime.executor, "start", None)
        for n in range(1, 10):
            assert (await stream.next())["fullDocument"]["_id"] == n
        monkeypatch.undo()


async def test_closing_it_ends_the_one_who_waits(things):
    async with await things.watch(max_await_time_ms=100) as stream:
        waiting = asyncio.create_task(stream.next())
        while stream._running() is None:
            await asyncio.sleep(0)
    with pytest.raises(StopAsyncIteration):
        await waiting


async def test_closing_it_ends_the_one_who_has_only_just_asked(things):
    """Who had asked, but not come to wait, was told that the stream was in use: by its close."""
    stream = await things.watch(max_await_time_ms=100)
    waiting = stream.next()
    closing = stream.close()
    with pytest.raises(StopAsyncIteration):
        await waiting
    await closing


async def test_who_waits_on_has_not_the_deadline_of_who_gave_up(things):
    """The poll went on for the second one, with the deadline of the first."""
    async with await things.watch(max_await_time_ms=500) as stream:
        with pymongo.timeout(1.2):
            asked = stream.next()
        while (running := stream._running()) is None or running.state is not RUNNING:
            await asyncio.sleep(0)
        asked.cancel()
        asked = stream.next()
        await asyncio.sleep(1.5)
        await things.insert_one({"_id": 1})
        assert (await asked)["fullDocument"] == {"_id": 1}


@pytest.mark.parametrize("over", [False, True])
async def test_no_change_is_lost_to_who_gave_up_waiting(things, over):
    async with await things.watch() as stream:
        for ask in stream.next, stream.try_next:
            asked = asyncio.create_task(ask())
            while (running := stream._running()) is None or running.state is not RUNNING:
                await asyncio.sleep(0)
            asked.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asked
        await things.insert_many([{"_id": 1}, {"_id": 2}])
        if over:
            await until_over(running)
        assert (await stream.next())["fullDocument"] == {"_id": 1}
        assert (await stream.next())["fullDocument"] == {"_id": 2}


async def test_it_resumes_as_pymongo_does(things, fail):
    async with await things.watch(max_await_time_ms=100) as stream:
        await things.insert_one({"_id": 1})
        await fail(1, "getMore", errorCode=280, errorLabels=["ResumableChangeStreamError"])
        assert (await stream.next())["fullDocument"] == {"_id": 1}


async def test_it_fails_as_pymongo_does(things):
    with pytest.raises(OperationFailure, match=r"\$nonsense"):
        await things.watch([{"$nonsense": 1}])
    with pytest.raises(OperationFailure, match=r"\$nonsense"):
        async for _ in things.watch([{"$nonsense": 1}]):
            raise AssertionError
    with pytest.raises(TypeError, match="pipeline"):
        await things.watch(5)


@pytest.mark.parametrize("when", ["over", "delivered", "told"])
async def test_no_change_is_lost_to_who_gave_up_when_it_was_there(blockbuster, things, when):
    """Between the end of the call and the next step of the task that waits for it."""
    blockbuster.functions["time.sleep"].deactivate()
    async with await things.watch() as stream:

        async def ask():
            return await stream.next()

        task = asyncio.create_task(ask())
        while (call := stream._running()) is None or call.state is not RUNNING:
            await asyncio.sleep(0)
        insert = partial(things.delegate.insert_many, [{"_id": 1}, {"_id": 2}])
        inserting = asyncio.get_running_loop().run_in_executor(None, insert)
        while not call.done():
            time.sleep(0.001)  # the loop hears nothing yet
        if when != "over":
            inbox_of(asyncio.get_running_loop())._deliver()
        if when == "told":
            await asyncio.sleep(0)
        task.cancel()
        given_up = await asyncio.gather(task, return_exceptions=True)
        seen = [each["fullDocument"]["_id"] for each in given_up if isinstance(each, dict)]
        while len(seen) < 2:
            seen.append((await stream.next())["fullDocument"]["_id"])
        assert seen == [1, 2]
        await inserting
