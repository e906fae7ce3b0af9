"""Reading ahead: when a batch is fetched early, and that nobody notices but for the time."""

from __future__ import annotations

import asyncio
import copy
import gc
import random
import threading
from contextvars import ContextVar

import pymongo
import pytest
from bson import decode_all
from pymongo.cursor import CursorType
from pymongo.errors import (
    ConfigurationError,
    InvalidOperation,
    OperationFailure,
    PyMongoError,
    WaitQueueTimeoutError,
)

from tornado_pymongo import cursor as cursor_module
from tornado_pymongo import statistics
from tornado_pymongo.bridge import until_over
from tornado_pymongo.cursor_future import CursorFuture
from tornado_pymongo.exclusive import until_free
from tornado_pymongo.internals import cursors

BATCH = 50  # so 250 numbers are five batches, and an empty sixth


@pytest.fixture
def client(make_client, commands):
    """Return a client whose commands are noted."""
    return make_client(event_listeners=[commands])


@pytest.fixture
def scan(client, numbers, commands):
    """Return a function that returns a cursor over all numbers; then no command is noted yet."""

    def scan(**options):
        found = client[numbers.database.name].numbers.find(batch_size=BATCH, **options)
        commands.names.clear()
        return found.sort("_id", 1)

    return scan


@pytest.fixture
def slow(monkeypatch, gate):
    """Return a `Gate` through which all goes that is fetched early."""
    fill = cursor_module.fill

    def fill_slowly(delegate, is_wanted):
        if not is_wanted():
            gate()
        fill(delegate, is_wanted)

    monkeypatch.setattr(cursor_module, "fill", fill_slowly)
    return gate


def numbered(documents):
    return [document["_id"] for document in documents]


async def read(cursor, number):
    """Read so many documents."""
    return [(await anext(cursor))["_id"] for _ in range(number)]


async def read_into_second_batch(cursor):
    """Read the first batch, and one more document."""
    assert await read(cursor, BATCH + 1) == list(range(BATCH + 1))
    return cursor


async def read_up(cursor):
    """Read all that is at hand when the third batch is on its way."""
    await read_into_second_batch(cursor)
    assert await read(cursor, BATCH - 1) == list(range(BATCH + 1, 2 * BATCH))
    return cursor


def submitted(client):
    return statistics(client).calls.submitted


async def is_read_ahead(cursor, size=BATCH):
    """Read the first batch, and one more document; tell whether a third one was asked for."""
    client = cursor._runtime.client
    await read(cursor, size)
    before = submitted(client)
    await read(cursor, 1)
    return submitted(client) - before == 2


# When


async def test_who_reads_no_further_than_the_first_batch_causes_no_more(scan, client, commands):
    cursor = scan()
    await read(cursor, BATCH)
    assert submitted(client) == 1
    assert commands.names == ["find"]
    await cursor.close()


async def test_from_the_second_batch_on_the_next_one_is_asked_for_with_the_first_document(
    scan, client, commands
):
    cursor = await read_into_second_batch(scan())
    assert submitted(client) == 3
    await until_free(cursor)
    assert commands.names == ["find", "getMore", "getMore"]
    await cursor.close()


async def test_a_cursor_left_early_has_fetched_at_most_one_batch_too_many(scan, client):
    cursor = await read_up(scan())
    assert submitted(client) == 3
    await cursor.close()


async def test_a_whole_scan_sends_the_same_commands(scan, commands, numbers):
    found = [document async for document in scan()]
    assert numbered(found) == list(range(250))
    early = list(commands.names)
    commands.names.clear()
    await scan().read_ahead(False).to_list()
    assert early == commands.names


async def test_documents_are_read_while_the_next_batch_is_on_its_way(scan, slow):
    cursor = await read_up(scan())
    await slow.until_entered()
    waiting = asyncio.ensure_future(anext(cursor))
    await asyncio.sleep(0)
    assert not waiting.done()
    slow.opened.set()
    assert await waiting == {"_id": 2 * BATCH}
    assert await cursor.to_list() == [{"_id": n} for n in range(2 * BATCH + 1, 250)]


async def test_who_waits_for_a_batch_on_its_way_takes_no_other_worker(scan, client, slow):
    cursor = await read_up(scan())
    waiting = asyncio.ensure_future(anext(cursor))
    await asyncio.sleep(0)
    assert submitted(client) == 3
    slow.opened.set()
    await waiting
    await cursor.close()


@pytest.mark.parametrize("in_transaction", [False, True])
async def test_a_cursor_with_a_session_is_not_read_ahead(scan, client, in_transaction):
    async with client.start_session() as session:
        if in_transaction:
            session.start_transaction()
        cursor = scan(session=session)
        assert not await is_read_ahead(cursor)
        assert await read(cursor, BATCH) == list(range(BATCH + 1, 2 * BATCH + 1))
        await cursor.close()


async def test_an_exhaust_cursor_is_not_read_ahead(client, numbers):
    found = client[numbers.database.name].numbers.find(
        cursor_type=CursorType.EXHAUST, batch_size=BATCH
    )
    cursor = await found if isinstance(found, CursorFuture) else found
    assert not await is_read_ahead(cursor.sort("_id", 1))
    await cursor.close()


async def test_a_tailable_cursor_is_not_read_ahead(db):
    capped = await db.create_collection("capped", capped=True, size=100_000)
    await capped.insert_many({"_id": n} for n in range(20))
    for kind in CursorType.TAILABLE, CursorType.TAILABLE_AWAIT:
        cursor = capped.find(cursor_type=kind, batch_size=5)
        assert not await is_read_ahead(cursor, 5)
        assert await read(cursor, 6) == list(range(6, 12))
        await cursor.close()


async def test_a_change_stream_by_another_name_is_not_read_ahead(numbers):
    cursor = await numbers.aggregate([{"$changeStream": {}}], batchSize=2)
    await numbers.insert_many({"_id": n} for n in range(300, 308))
    while not await cursor.try_next():
        pass
    await cursor.next()
    before = submitted(cursor._runtime.client)
    await cursor.next()
    assert submitted(cursor._runtime.client) - before == 1
    await cursor.close()


@pytest.fixture
async def tailing(db, client):
    """Return a cursor over 10 documents, and more that may come, which a command has returned."""
    capped = await db.create_collection("capped", capped=True, size=100_000)
    await capped.insert_many({"_id": n} for n in range(10))
    cursor = await client[db.name].cursor_command("find", "capped", tailable=True, batchSize=5)
    yield cursor
    await cursor.close()


async def test_a_tailable_cursor_by_another_name_is_asked_once_and_waited_for_when_wanted(
    db, tailing, commands
):
    """PyMongo's asks again and again, of which nobody would know the end."""
    assert await read(tailing, 6) == list(range(6))
    await until_free(tailing)
    assert await read(tailing, 4) == list(range(6, 10))
    commands.names.clear()
    found = tailing.fetch_next
    while len(commands.names) < 3:
        await asyncio.sleep(0.001)
    await db.capped.insert_one({"_id": 10})
    assert await found
    assert tailing.next_object() == {"_id": 10}


async def test_an_empty_batch_that_nobody_wanted_yet_is_no_end_for_who_comes_at_that_moment(
    db, tailing, monkeypatch, gate
):
    fill = cursor_module.fill

    def fill_and_wait(delegate, is_wanted):
        is_early = not is_wanted()
        fill(delegate, is_wanted)
        if is_early:
            gate()

    monkeypatch.setattr(cursor_module, "fill", fill_and_wait)
    assert await read(tailing, 10) == list(range(10))
    await gate.until_entered()
    waiting = asyncio.ensure_future(anext(tailing))
    await asyncio.sleep(0)
    gate.opened.set()
    await db.capped.insert_one({"_id": 10})
    assert await waiting == {"_id": 10}


@pytest.mark.skipif(
    not hasattr(pymongo.client_session.ClientSession, "bind"), reason="PyMongo has it from 4.17 on"
)
async def test_a_cursor_with_a_bound_session_is_not_read_ahead(scan, client):
    async with client.start_session().bind():
        cursor = scan()
        assert not await is_read_ahead(cursor)
        await cursor.close()


async def test_a_deadline_is_not_for_what_nobody_has_asked_for_yet(scan, client, commands):
    cursor = scan()
    with pymongo.timeout(60):
        assert not await is_read_ahead(cursor)
    before = submitted(client)
    assert await read(cursor, BATCH) == list(range(BATCH + 1, 2 * BATCH + 1))
    assert submitted(client) - before == 2  # again
    await cursor.close()


async def test_it_is_switched_off_for_a_cursor_and_its_copies(scan, numbers):
    cursor = scan().read_ahead(False)
    for each in cursor.clone(), copy.copy(cursor), cursor[:250]:
        assert not await is_read_ahead(each)
        await each.close()
    await cursor.rewind()
    assert not await is_read_ahead(cursor)
    await cursor.close()
    command = numbers.aggregate([{"$sort": {"_id": 1}}], batchSize=BATCH).read_ahead(False)
    assert not await is_read_ahead(await command)
    await command.close()


async def test_it_is_switched_off_for_a_client_and_on_for_a_cursor(make_client, numbers):
    client = make_client(read_ahead=False)
    for on in False, True:
        cursor = client[numbers.database.name].numbers.find(batch_size=BATCH).sort("_id", 1)
        if on:
            cursor.read_ahead(True)
        assert await is_read_ahead(cursor) == on
        await cursor.close()


def test_what_is_no_switch_is_refused(make_client, numbers):
    with pytest.raises(ConfigurationError, match="read_ahead must be True or False, not 1"):
        make_client(read_ahead=1)
    with pytest.raises(ConfigurationError, match="read_ahead must be True or False, not None"):
        numbers.find().read_ahead(None)


# What comes of it


async def by_next(cursor, number):
    return [await cursor.next() for _ in range(number)]


async def by_async_for(cursor, number):
    found = []
    async for document in cursor:
        found.append(document)
        if len(found) == number:
            return found
    raise StopAsyncIteration


async def by_fetch_next(cursor, number):
    found = []
    while await cursor.fetch_next:
        found.append(cursor.next_object())
        if len(found) == number:
            return found
    raise StopAsyncIteration


async def by_to_list(cursor, number):
    found = await cursor.to_list(number)
    if len(found) < number:
        raise StopAsyncIteration
    return found


async def by_each(cursor, number):
    found, done = [], asyncio.Event()

    def take(document, error):
        assert error is None
        if document is not None:
            found.append(document)
        if document is None or len(found) == number:
            done.set()
            return False
        return None

    cursor.each(take)
    await done.wait()
    if len(found) < number:
        raise StopAsyncIteration
    return found


WAYS = [by_next, by_async_for, by_fetch_next, by_to_list, by_each]


@pytest.mark.parametrize("make", ["find", "aggregate"])
@pytest.mark.parametrize("seed", range(12))
async def test_every_document_comes_once_and_in_order_however_it_is_read(numbers, make, seed):
    chance = random.Random(seed)
    size = chance.choice([2, 3, 10, 60])
    if make == "find":
        cursor = numbers.find(batch_size=size).sort("_id", 1)
    else:
        cursor = await numbers.aggregate([{"$sort": {"_id": 1}}], batchSize=size)
    found = []
    while len(found) < 250:
        number = min(chance.randint(1, 2 * size), 250 - len(found))
        found += await chance.choice(WAYS)(cursor, number)
    assert numbered(found) == list(range(250))
    with pytest.raises(StopAsyncIteration):
        await chance.choice(WAYS)(cursor, 1)
    assert not cursor.alive


async def test_what_a_cursor_says_of_itself_is_what_a_blocking_one_says(scan, numbers):
    """Whatever has been fetched early is not to be seen before it is wanted."""
    ours = scan()
    theirs = numbers.delegate.find(batch_size=BATCH).sort("_id", 1)

    def state(cursor):
        return cursor.alive, cursor.retrieved, bool(cursor.cursor_id), cursor.session

    def states():
        return [(each, state(theirs)) for each in theirs]

    for document, at_theirs in await asyncio.to_thread(states):
        assert await anext(ours) == document
        await until_free(ours)
        assert state(ours) == at_theirs
    with pytest.raises(StopAsyncIteration):
        await anext(ours)
    assert state(ours) == state(theirs)


async def test_raw_batches_and_limits_are_read_ahead(scan, numbers):
    for raw in (
        numbers.find_raw_batches(batch_size=BATCH).sort("_id", 1),
        await numbers.aggregate_raw_batches([{"$sort": {"_id": 1}}], batchSize=BATCH),
    ):
        batches = [await anext(raw)]
        before = submitted(raw._runtime.client)
        batches.append(await anext(raw))
        assert submitted(raw._runtime.client) - before == 2
        batches += [batch async for batch in raw]
        assert numbered(decode_all(b"".join(batches))) == list(range(250))
    limited = scan().limit(120)
    assert await is_read_ahead(limited)
    assert numbered(await limited.to_list()) == list(range(BATCH + 1, 120))


async def test_another_batch_size_holds_though_a_batch_is_on_its_way(
    client, numbers, slow, commands
):
    found = client[numbers.database.name].numbers
    cursor = await found.aggregate([{"$sort": {"_id": 1}}], batchSize=BATCH)
    await read_into_second_batch(cursor)
    await slow.until_entered()
    cursor.batch_size(BATCH // 2)
    slow.opened.set()
    assert numbered(await cursor.to_list()) == list(range(BATCH + 1, 250))
    # One of the old size, six of the new one, and perhaps an empty one.
    assert commands.names.count("getMore") in (7, 8)


async def test_a_cursor_begins_anew_though_a_batch_is_on_its_way(scan, slow):
    cursor = await read_into_second_batch(scan())
    await slow.until_entered()
    await cursor.rewind()
    assert await read(cursor, BATCH) == list(range(BATCH))
    slow.opened.set()
    assert numbered(await cursor.to_list()) == list(range(BATCH, 250))


async def test_a_batch_can_be_waited_for_by_another_loop(scan, slow):
    cursor = await read_up(scan())
    found = []
    thread = threading.Thread(target=lambda: found.append(asyncio.run(read(cursor, 150))))
    thread.start()
    slow.opened.set()
    await asyncio.get_running_loop().run_in_executor(None, thread.join)
    assert found == [list(range(2 * BATCH, 250))]


@pytest.mark.parametrize("way", [by_next, by_async_for, by_fetch_next])
async def test_the_loop_lives_between_two_batches_though_the_next_one_is_here(scan, way):
    """Or a scan by who never waits would be one long stop."""
    cursor = await read_up(scan())
    await until_free(cursor)
    lived = []
    asyncio.get_running_loop().call_soon(lived.append, True)
    await way(cursor, 1)
    assert lived
    await cursor.close()


async def test_listeners_see_the_context_of_who_reads(make_client, numbers):
    request = ContextVar("request")
    seen = []

    class Listener(pymongo.monitoring.CommandListener):
        def started(self, event):
            seen.append((event.command_name, request.get(None)))

        def succeeded(self, event): ...

        failed = succeeded

    client = make_client(event_listeners=[Listener()])
    cursor = client[numbers.database.name].numbers.find(batch_size=BATCH)
    request.set("first")
    await read(cursor, BATCH)
    request.set("second")
    await read(cursor, 1)
    await until_free(cursor)
    assert seen == [("find", "first"), ("getMore", "second"), ("getMore", "second")]
    await cursor.close()


# One thing at a time


async def test_a_batch_on_its_way_does_not_count_as_a_call_of_the_users(scan, slow):
    """Each of these would be refused while a call of his runs."""
    for use in (
        lambda cursor: cursor.to_list(),
        lambda cursor: cursor.next(),
        lambda cursor: anext(cursor),
        lambda cursor: cursor.fetch_next,
        lambda cursor: cursor.distinct("_id"),
    ):
        cursor = await read_up(scan())
        using = asyncio.ensure_future(use(cursor))
        slow.opened.set()
        assert await using
        await cursor.close()
        slow.opened.clear()


async def test_two_cannot_wait_for_the_same_batch(scan, slow):
    cursor = await read_up(scan())
    await slow.until_entered()
    first = asyncio.ensure_future(anext(cursor))
    await asyncio.sleep(0)
    for read_on in (cursor.next, cursor.__anext__, lambda: cursor.fetch_next, cursor.to_list):
        with pytest.raises(InvalidOperation, match="in use by another call"):
            await read_on()
    assert cursor.next_object() is None
    slow.opened.set()
    assert await first == {"_id": 2 * BATCH}
    await cursor.close()


# Errors


async def fail_early(scan, fail):
    """Return a cursor of which the third batch, fetched early, has failed."""
    cursor = scan()
    await read(cursor, BATCH)
    await cursor.fetch_next
    await fail(1, "getMore", errorCode=8000)
    await read(cursor, 2)  # with the first one, the third batch is asked for
    await until_free(cursor)
    return cursor


@pytest.fixture
async def failing(scan, fail):
    """Return what `fail_early` does."""
    return await fail_early(scan, fail)


@pytest.mark.parametrize("way", WAYS[:4])
async def test_an_error_comes_after_the_documents_before_it_and_once(failing, way):
    documents = await way(failing, BATCH - 2)
    assert numbered(documents) == list(range(BATCH + 2, 2 * BATCH))
    assert failing.alive
    with pytest.raises(OperationFailure) as raised:
        await way(failing, 1)
    assert raised.value.code == 8000
    assert not failing.alive
    with pytest.raises(StopAsyncIteration):
        await way(failing, 1)


async def test_an_error_comes_to_a_list_that_goes_beyond_what_is_there(failing):
    assert len(await failing.to_list(10)) == 10
    with pytest.raises(OperationFailure):
        await failing.to_list()
    assert len(await failing.to_list()) == BATCH - 12  # it has taken none of those before
    assert await failing.to_list() == []


async def test_an_error_comes_to_who_waits_for_the_batch_and_once(scan, fail, slow):
    cursor = await read_up(scan())
    await slow.until_entered()
    await fail(1, "getMore", errorCode=8000)
    waiting = asyncio.ensure_future(anext(cursor))
    await asyncio.sleep(0)
    slow.opened.set()
    with pytest.raises(OperationFailure):
        await waiting
    assert not cursor.alive
    with pytest.raises(StopAsyncIteration):
        await anext(cursor)


async def test_an_error_that_nobody_comes_to_is_no_error(scan, fail, caplog):
    cursor = await fail_early(scan, fail)
    await cursor.close()
    del cursor
    await fail_early(scan, fail)
    gc.collect()
    assert caplog.text == ""


# The end


async def ask_early(scan, block):
    """Return a cursor of which the third batch, asked for early, waits for the server."""
    cursor = scan()
    await read(cursor, BATCH)
    await cursor.fetch_next
    await block("getMore")
    await read(cursor, 2)
    await block.until_asleep()
    return cursor


@pytest.fixture
async def asleep(scan, block):
    """Return what `ask_early` does."""
    return await ask_early(scan, block)


async def is_open(client, cursor_id):
    """Tell whether a cursor is open on the server, or in use there."""
    answer = client.admin.aggregate(
        [{"$currentOp": {"idleCursors": True}}, {"$match": {"cursor.cursorId": cursor_id}}]
    )
    return bool(await answer.to_list())


async def test_close_interrupts_the_batch_and_kills_the_cursor(asleep, mongo_client):
    cursor_id, call = asleep.cursor_id, asleep._running()
    await asleep.close()
    assert call.aborted
    assert call.done()
    while await is_open(mongo_client, cursor_id):  # PyMongo kills it within a second
        await asyncio.sleep(0.05)


async def test_a_cursor_left_alone_is_killed_when_its_batch_is_here(scan, mongo_client, slow):
    cursor = await read_up(scan())
    await slow.until_entered()
    cursor_id = cursor.cursor_id
    del cursor
    gc.collect()
    slow.opened.set()
    while await is_open(mongo_client, cursor_id):  # PyMongo kills it within a second
        await asyncio.sleep(0.05)
        gc.collect()


@pytest.mark.parametrize("leave", ["close", "forget"])
async def test_a_session_is_nobody_elses_until_the_batch_is_here(
    make_client, numbers, block, leave
):
    sessions = []

    class Listener(pymongo.monitoring.CommandListener):
        def started(self, event):
            sessions.append((event.command_name, event.command.get("lsid", {}).get("id")))

        def succeeded(self, event): ...

        failed = succeeded

    client = make_client(event_listeners=[Listener()])
    things = client[numbers.database.name].numbers
    cursor = await ask_early(lambda: things.find(batch_size=BATCH).sort("_id", 1), block)
    call = cursor._running()
    if leave == "close":
        await cursor.close()
    del cursor
    gc.collect()
    await asyncio.gather(*[things.find_one() for _ in range(3)])
    (_, of_cursor), *later = sessions
    assert sessions.count(("getMore", of_cursor)) == 2
    assert [name for name, _ in later].count("find") == 3
    assert ("find", of_cursor) not in later
    await block.wake()
    await until_over(call)


async def test_a_cursor_that_goes_on_is_not_killed(scan, client, commands):
    """What has fetched its batch is gone, as a cursor that was forgotten."""
    cursor = await read_up(scan())
    await read(cursor, 1)
    gc.collect()
    await client.run_in_worker(client.delegate._process_kill_cursors)  # PyMongo does once a second
    assert "killCursors" not in commands.names
    await cursor.close()


async def test_a_batch_that_still_waits_for_a_worker_is_not_fetched_after_a_close(
    make_client, numbers, commands, gate
):
    client = make_client(max_workers=1, event_listeners=[commands])
    cursor = client[numbers.database.name].numbers.find(batch_size=BATCH).sort("_id", 1)
    await read(cursor, BATCH)
    await cursor.fetch_next
    running = client.run_in_worker(gate)
    await read(cursor, 1)
    ahead = cursor._running()
    closing = cursor.close()
    assert ahead.done()  # at once, or a worker that is free could begin it
    gate.opened.set()
    await running
    await closing
    assert commands.names == ["find", "getMore", "killCursors"]


@pytest.mark.parametrize("way", [by_async_for, by_to_list, by_next, by_fetch_next])
async def test_giving_up_the_wait_for_a_batch_leaves_it_to_who_comes_next(scan, client, slow, way):
    cursor = await read_up(scan())
    await slow.until_entered()
    task = asyncio.ensure_future(way(cursor, 1))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    slow.opened.set()
    assert numbered(await way(cursor, BATCH)) == list(range(2 * BATCH, 3 * BATCH))
    assert statistics(client).calls.aborted == 0
    await cursor.close()


async def test_nothing_is_lost_where_who_gives_up_waited_for_a_batch_that_waits_for_a_worker(
    make_client, numbers, gate
):
    client = make_client(max_workers=1)
    cursor = client[numbers.database.name].numbers.find(batch_size=BATCH).sort("_id", 1)
    await read(cursor, BATCH)
    await cursor.fetch_next
    running = client.run_in_worker(gate)
    await gate.until_entered()
    await read(cursor, BATCH)
    for way in by_async_for, by_to_list, by_next, by_fetch_next:
        task = asyncio.ensure_future(way(cursor, 1))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    gate.opened.set()
    await running
    assert numbered(await cursor.to_list()) == list(range(2 * BATCH, 250))


@pytest.mark.parametrize("way", [by_async_for, by_to_list, by_next, by_fetch_next])
async def test_who_has_a_deadline_waits_no_longer_for_a_batch_that_has_none(asleep, way):
    await read(asleep, BATCH - 2)
    with pymongo.timeout(0.05), pytest.raises(PyMongoError) as raised:
        await way(asleep, 1)
    assert raised.value.timeout
    assert asleep.alive  # the batch may come yet
    await asleep.close()


@pytest.mark.parametrize("way", [by_async_for, by_to_list, by_next, by_fetch_next])
async def test_a_closed_client_is_not_taken_for_the_end_of_the_documents(
    client, asleep, way, block
):
    closing = client.close(drain_seconds=0)
    await closing
    assert await read(asleep, BATCH - 2) == list(range(BATCH + 2, 2 * BATCH))
    with pytest.raises(InvalidOperation):
        await way(asleep, 1)


# Where there is no worker to be had


@pytest.mark.parametrize("options", [{"max_waiting": 0}, {"waitQueueTimeoutMS": 20}])
async def test_a_batch_that_cannot_be_fetched_early_is_fetched_when_it_is_wanted(
    make_client, numbers, gate, options
):
    client = make_client(max_workers=1, **options)
    cursor = client[numbers.database.name].numbers.find(batch_size=BATCH).sort("_id", 1)
    await read(cursor, BATCH)
    await cursor.fetch_next
    running = client.run_in_worker(gate)
    await gate.until_entered()
    assert await read(cursor, BATCH) == list(range(BATCH, 2 * BATCH))
    await until_free(cursor)
    gate.opened.set()
    await running
    assert numbered([document async for document in cursor]) == list(range(2 * BATCH, 250))


async def test_who_may_wait_for_a_worker_for_so_long_has_all_of_that_time(
    make_client, numbers, gate
):
    client = make_client(max_workers=1, waitQueueTimeoutMS=20_000)
    cursor = client[numbers.database.name].numbers.find(batch_size=BATCH).sort("_id", 1)
    await read(cursor, BATCH)
    await cursor.fetch_next
    client.run_in_worker(gate)
    await read(cursor, BATCH)
    began = submitted(client)
    waiting = asyncio.ensure_future(anext(cursor))
    await asyncio.sleep(0)
    cursor._running().abort(WaitQueueTimeoutError("late"))  # it waits for longer than he does
    while submitted(client) == began:
        await asyncio.sleep(0)
    gate.opened.set()
    assert await waiting == {"_id": 2 * BATCH}
    await cursor.close()


async def test_a_pymongo_with_other_insides_is_read_in_the_plain_way(scan, monkeypatch):
    monkeypatch.setattr(cursors, "_PLAIN", set())
    cursor = scan()
    assert not await is_read_ahead(cursor)
    assert numbered(await cursor.to_list()) == list(range(BATCH + 1, 250))
