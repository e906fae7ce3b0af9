"""Cursors: every way to read one, what takes a worker and what does not, and how they end."""

from __future__ import annotations

import asyncio
import copy
import gc

import pymongo
import pytest
from bson import decode_all
from pymongo.cursor import CursorType
from pymongo.errors import InvalidOperation, OperationFailure
from tornado import gen

import tornado_pymongo
from tornado_pymongo.bridge import until_over
from tornado_pymongo.internals.cursors import exhaust_selects_server


def ids(documents):
    return [document["_id"] for document in documents]


@pytest.fixture
async def open_cursors(mongo_client):
    """Return a coroutine function that counts the cursors that are open since this test began."""

    async def count():
        status = await mongo_client.admin.command("serverStatus")
        return status["metrics"]["cursor"]["open"]["total"]

    async def open_cursors():
        return await count() - before

    before = await count()
    return open_cursors


async def until_none(open_cursors):
    """Wait for PyMongo, which kills the cursors that were left alone once a second."""
    while await open_cursors():
        await asyncio.sleep(0.05)


async def test_async_for_reads_batch_after_batch(numbers, hops):
    assert ids([each async for each in numbers.find().sort("_id", 1)]) == list(range(250))
    # find, getMore (101 documents in the first batch, the rest in the second), and the end.
    assert len(hops) == 2


async def test_to_list_is_one_hop_for_all_batches(numbers, hops):
    documents = await numbers.find(batch_size=10).sort("_id", 1).to_list()
    assert ids(documents) == list(range(250))
    assert len(hops) == 1


async def test_to_list_continues_where_it_ended(numbers):
    cursor = numbers.find().sort("_id", 1)
    assert ids(await cursor.to_list(100)) == list(range(100))
    assert ids(await cursor.to_list(length=100)) == list(range(100, 200))
    assert ids(await cursor.to_list(None)) == list(range(200, 250))
    assert await cursor.to_list() == []


async def test_to_list_of_nothing_is_refused_as_in_pymongo(numbers):
    with pytest.raises(ValueError, match="greater than 0"):
        await numbers.find().to_list(0)


async def test_next_gives_document_after_document_and_then_stops(numbers, hops):
    cursor = numbers.find({"_id": {"$lt": 3}}).sort("_id", 1)
    assert [(await cursor.next())["_id"] for _ in range(3)] == [0, 1, 2]
    assert len(hops) == 1
    for _ in range(2):
        with pytest.raises(StopAsyncIteration):
            await cursor.next()
    assert len(hops) == 1  # the end was at hand as well


async def test_next_takes_a_callback(numbers):
    cursor = numbers.find().sort("_id", 1)
    for n in range(3):
        called = asyncio.get_running_loop().create_future()
        assert cursor.next(callback=lambda *args, f=called: f.set_result(args)) is None
        assert await called == ({"_id": n}, None)


async def test_anext_and_aiter_of_the_language_work(numbers):
    iterator = aiter(numbers.find().sort("_id", 1))
    assert await anext(iterator) == {"_id": 0}
    assert await anext(numbers.find({"_id": -1}), "nothing") == "nothing"


async def test_fetch_next_and_next_object_read_as_motors_do(numbers):
    @gen.coroutine
    def read():
        found = []
        cursor = numbers.find().sort("_id", 1)
        assert cursor.next_object() is None
        while (yield cursor.fetch_next):
            found.append(cursor.next_object())
        assert cursor.next_object() is None
        assert (yield cursor.fetch_next) is False
        return found

    assert ids(await read()) == list(range(250))


async def test_fetch_next_of_an_empty_slice_is_false(numbers):
    assert await numbers.find()[5:5].fetch_next is False
    assert await numbers.find({"_id": -1}).fetch_next is False


async def until_done(start):
    """Run something that calls back until it says that it is done; return what it said."""
    said = []
    done = asyncio.Event()

    def callback(document, error):
        said.append((document, error))
        if document is None:
            done.set()

    start(callback)
    await done.wait()
    return said


async def test_each_calls_back_for_each_document_and_at_the_end(numbers):
    cursor = numbers.find().sort("_id", 1)
    said = await until_done(lambda callback: cursor.each(callback))
    assert said == [({"_id": n}, None) for n in range(250)] + [(None, None)]


async def test_each_tells_an_error_to_the_callback(numbers):
    said = await until_done(lambda callback: numbers.find({"$nonsense": 1}).each(callback))
    ((document, error),) = said
    assert document is None
    assert isinstance(error, OperationFailure)


async def test_each_stops_where_the_callback_returns_false(numbers):
    seen = []
    cursor = numbers.find().sort("_id", 1)
    cursor.each(lambda document, error: seen.append(document) or len(seen) < 3)
    while len(seen) < 3:
        await asyncio.sleep(0.01)
    assert await cursor.next() == {"_id": 3}  # and can be read on
    assert ids(seen) == [0, 1, 2]


async def test_each_logs_what_the_callback_raises_and_stops(numbers, caplog):
    def callback(document, error):
        raise RuntimeError("raised by the callback")

    # The log keeps the error, which keeps the cursor: let it be one that is not left open.
    numbers.find().limit(1).each(callback)
    while "raised by the callback" not in caplog.text:
        await asyncio.sleep(0.01)
    assert caplog.text.count("Exception in callback") == 1


async def test_each_refuses_what_cannot_be_called(numbers):
    with pytest.raises(TypeError, match="callback"):
        numbers.find().each("no function")


async def test_chaining_returns_the_cursor_itself(numbers):
    cursor = numbers.find()
    for method, *args in [
        ("sort", "_id", -1),
        ("skip", 10),
        ("limit", 5),
        ("batch_size", 2),
        ("hint", "_id_"),
        ("comment", "a comment"),
        ("max_time_ms", 10_000),
        ("where", "true"),
        ("allow_disk_use", True),
    ]:
        assert getattr(cursor, method)(*args) is cursor
    assert ids(await cursor.to_list()) == [239, 238, 237, 236, 235]


async def test_a_slice_applies_to_the_cursor_and_an_index_is_a_query(numbers):
    cursor = numbers.find().sort("_id", 1)
    assert await cursor[7] == {"_id": 7}
    assert cursor[10:13] is cursor
    assert ids(await cursor.to_list()) == [10, 11, 12]
    with pytest.raises(IndexError):
        await numbers.find()[1000]
    with pytest.raises(IndexError):
        numbers.find()[::2]


async def test_clone_and_copies_are_cursors_that_begin_anew(numbers):
    cursor = numbers.find().sort("_id", 1).limit(2)
    await cursor.next()
    for other in cursor.clone(), copy.copy(cursor), copy.deepcopy(cursor):
        assert type(other) is tornado_pymongo.Cursor
        assert other is not cursor
        assert ids(await other.to_list()) == [0, 1]
    assert ids(await cursor.to_list()) == [1]


async def test_rewind_begins_anew_awaited_or_chained_on(numbers, open_cursors):
    cursor = numbers.find(batch_size=5).sort("_id", 1)
    for _ in range(2):
        assert await cursor.next() == {"_id": 0}
        assert await cursor.rewind() is cursor  # as PyMongo Async has it
    assert await cursor.next() == {"_id": 0}
    cursor.rewind()  # as Motor has it
    assert await cursor.next() == {"_id": 0}
    assert ids(await cursor.rewind().limit(2).to_list()) == [0, 1]
    await until_none(open_cursors)  # each was killed when it was rewound


async def test_a_list_of_nothing_tells_that_the_cursor_is_at_its_end(numbers):
    cursor = numbers.find(batch_size=125).read_ahead(False)
    assert len(await cursor.to_list(250)) == 250
    assert cursor.alive  # the server cannot know that there is no third batch
    assert await cursor.to_list() == []
    assert not cursor.alive


async def test_close_kills_the_cursor_on_the_server(numbers, open_cursors):
    cursor = numbers.find(batch_size=5)
    await cursor.next()
    assert await open_cursors() == 1
    await cursor.close()
    assert await open_cursors() == 0


async def test_close_takes_no_worker_where_nothing_is_open(numbers, hops):
    await numbers.find().close()
    assert hops == []


async def test_close_calls_back(numbers):
    for cursor in numbers.find(), numbers.find(batch_size=5):
        await cursor.next()
        called = asyncio.get_running_loop().create_future()
        cursor.close(callback=lambda *args, called=called: called.set_result(args))
        assert await called == (None, None)


async def test_async_with_closes_the_cursor(numbers, open_cursors):
    async with numbers.find(batch_size=5) as cursor:
        await cursor.next()
        assert await open_cursors() == 1
    assert await open_cursors() == 0


async def test_a_cursor_left_alone_is_killed_on_the_server(numbers, open_cursors):
    cursor = numbers.find(batch_size=5)
    await cursor.next()
    assert await open_cursors() == 1
    del cursor
    gc.collect()
    await until_none(open_cursors)


async def test_a_cursor_is_killed_though_its_last_future_is_not_forgotten(numbers, open_cursors):
    """Motor's own tests have it so."""
    cursor = numbers.find(batch_size=5)
    future = cursor.fetch_next
    assert await future
    del cursor
    await until_none(open_cursors)


async def test_a_loop_that_is_left_early_leaves_nothing_open(numbers, open_cursors):
    async for _ in numbers.aggregate([], batchSize=5):
        break
    gc.collect()
    await until_none(open_cursors)


async def test_a_cursor_does_one_thing_at_a_time(numbers):
    cursor = numbers.find({"$where": "sleep(2) || true"})
    first = cursor.next()
    with pytest.raises(InvalidOperation, match="in use by another call"):
        cursor.to_list()
    with pytest.raises(InvalidOperation, match="in use by another call"):
        await anext(cursor)
    await first
    await cursor.next()


async def test_documents_that_a_running_call_fetched_are_left_to_it(numbers, monkeypatch, gate):
    """The call in the worker has its batch, but has not taken its document yet."""
    cursor = numbers.find().sort("_id", 1)
    with monkeypatch.context() as patch:
        patch.setattr(cursor.delegate, "_refresh", slowly(cursor.delegate._refresh, gate))
        first = cursor.next()
        await gate.until_entered()
        for read in (cursor.next, cursor.__anext__, lambda: cursor.fetch_next):
            with pytest.raises(InvalidOperation, match="in use by another call"):
                await read()
        assert cursor.next_object() is None
        gate.opened.set()
        assert await first == {"_id": 0}
    assert await cursor.next() == {"_id": 1}


async def test_a_cursor_does_not_keep_what_it_returned(numbers):
    cursor = numbers.find()
    assert len(await cursor.to_list()) == 250
    while cursor._last_call() is not None:  # the worker is about to let go of it
        await asyncio.sleep(0.001)


async def test_close_waits_for_the_call_that_runs(numbers, open_cursors):
    cursor = numbers.find({"$where": "sleep(1) || true"}, batch_size=5)
    reading = cursor.next()
    await cursor.close()
    assert (await reading)["_id"] == 0
    assert await open_cursors() == 0


async def test_close_after_a_cancelled_call_is_safe(numbers, open_cursors):
    async with numbers.find({"$where": "sleep(50) || true"}, batch_size=5) as cursor:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(cursor.next(), 0.01)
    assert await open_cursors() == 0


async def test_rewind_is_refused_while_the_first_query_runs(numbers):
    cursor = numbers.find({"$where": "sleep(2) || true"})
    first = cursor.next()
    with pytest.raises(InvalidOperation, match="in use by another call"):
        cursor.rewind()
    await first


async def test_a_cursor_can_be_closed_after_its_client(make_client, numbers):
    client = make_client()
    async with client[numbers.database.name].numbers.find(batch_size=5) as cursor:
        await cursor.next()
        await client.close()


async def test_a_cursor_can_be_closed_where_no_more_calls_are_taken(make_client, numbers, gate):
    client = make_client(max_workers=1, max_waiting=0)
    with pytest.raises(KeyError):  # and not TooManyCalls
        async with client[numbers.database.name].numbers.find(batch_size=5) as cursor:
            await cursor.next()
            client.run_in_worker(gate)
            raise KeyError


async def test_a_bad_callback_costs_no_document(numbers):
    cursor = numbers.find().sort("_id", 1)
    for n in range(2):
        with pytest.raises(TypeError, match="callback"):
            cursor.next(callback=5)
        assert await cursor.next() == {"_id": n}


async def test_a_chain_that_is_cancelled_cancels_what_it_chains_on(make_client, numbers, gate):
    client = make_client(max_workers=1)
    client.run_in_worker(gate)
    first = client[numbers.database.name].numbers.aggregate([])
    chained = first.batch_size(10)
    chained.cancel()
    await asyncio.sleep(0)
    assert first.cancelled()
    second = client[numbers.database.name].numbers.aggregate([])
    chained = second.batch_size(10)
    second.cancel()
    await asyncio.sleep(0)
    assert chained.cancelled()


async def test_a_cursor_stays_in_its_set_when_it_is_rewound(numbers):
    cursor = numbers.find(batch_size=5)
    cursors = {cursor}
    await cursor.next()
    await cursor.rewind()
    assert cursor in cursors
    assert cursor != numbers.find()


async def test_an_error_of_the_query_comes_from_every_way_to_read(numbers):
    for read in (
        lambda cursor: cursor.next(),
        lambda cursor: cursor.to_list(),
        lambda cursor: cursor.fetch_next,
        lambda cursor: anext(cursor),
        lambda cursor: cursor[0],
        lambda cursor: cursor.explain(),
    ):
        with pytest.raises(OperationFailure, match="nonsense"):
            await read(numbers.find({"$nonsense": 1}))


async def test_explain_and_distinct(numbers):
    assert "queryPlanner" in await numbers.find().explain()
    assert await numbers.find({"_id": {"$lt": 3}}).distinct("_id") == [0, 1, 2]


async def test_properties_of_a_cursor_are_pymongos(numbers):
    cursor = numbers.find(batch_size=5)
    assert (cursor.alive, cursor.cursor_id, cursor.retrieved, cursor.session) == (
        True,
        None,
        0,
        None,
    )
    await cursor.next()
    assert cursor.retrieved == 5
    assert cursor.cursor_id
    assert cursor.address == await numbers.database.client.address
    assert cursor.collection == numbers
    assert type(cursor.collection) is tornado_pymongo.Collection
    await cursor.close()


async def test_options_are_added_awaited_or_chained_on(numbers):
    cursor = numbers.find()
    assert await cursor.add_option(16) is cursor  # as PyMongo Async has it
    assert ids(await numbers.find().add_option(16).limit(1).to_list()) == [0]  # as Motor has it
    assert cursor.remove_option(16) is cursor


async def test_an_exhaust_cursor_works_as_any_other(numbers):
    cursor = numbers.find(cursor_type=CursorType.EXHAUST, batch_size=50).sort("_id", 1)
    assert ids(await cursor.to_list()) == list(range(250))
    found = [each async for each in numbers.find({}, None, 0, 0, False, CursorType.EXHAUST)]
    assert len(found) == 250
    with pytest.raises(InvalidOperation, match="limit and exhaust"):
        await numbers.find(limit=1, cursor_type=CursorType.EXHAUST)
    assert ids(await numbers.find().add_option(64).sort("_id", 1).to_list(1)) == [0]


@pytest.mark.skipif(exhaust_selects_server, reason="PyMongo up to 4.17 selects a server for it")
async def test_an_exhaust_cursor_is_made_at_once(numbers):
    cursor = numbers.find(cursor_type=CursorType.EXHAUST)
    assert type(cursor) is tornado_pymongo.Cursor
    with pytest.raises(InvalidOperation, match="limit and exhaust"):
        cursor.limit(1)
    with pytest.raises(InvalidOperation, match="limit and exhaust"):
        numbers.find(limit=1).add_option(64)
    assert (
        type(numbers.find_raw_batches(cursor_type=CursorType.EXHAUST))
        is tornado_pymongo.RawBatchCursor
    )


async def test_a_tailable_cursor_waits_for_new_documents(db):
    capped = await db.create_collection("capped", capped=True, size=100_000)
    await capped.insert_one({"_id": 1})
    cursor = capped.find(cursor_type=CursorType.TAILABLE_AWAIT)
    assert await cursor.next() == {"_id": 1}
    with pytest.raises(StopAsyncIteration):
        await cursor.next()
    assert cursor.alive
    await capped.insert_one({"_id": 2})
    assert await cursor.next() == {"_id": 2}
    await cursor.close()


# Commands that return a cursor


async def documents_of(cursor):
    return [each async for each in cursor]


async def read_by_next(cursor):
    return [await cursor.next(), await cursor.next()]


async def read_in_a_with_statement(cursor):
    async with cursor as entered:
        return await entered.to_list()


async def read_by_fetch_next(cursor):
    found = []
    while await cursor.fetch_next:
        found.append(cursor.next_object())
    return found


READERS = [
    documents_of,
    read_by_next,
    read_in_a_with_statement,
    lambda cursor: cursor.to_list(),
    lambda cursor: cursor.to_list(length=2),
    lambda cursor: cursor.batch_size(1).to_list(),
]


async def test_close_has_nothing_to_do_if_the_aggregate_was_cancelled(numbers):
    cursor = numbers.aggregate([])
    cursor.fetch_next.cancel()
    await cursor.close()
    called = asyncio.get_running_loop().create_future()
    cursor.close(callback=lambda *args: called.set_result(args))
    assert await called == (None, None)


@pytest.mark.parametrize("read", [*READERS, read_by_fetch_next])
async def test_aggregate_awaited(numbers, read):
    cursor = await numbers.aggregate([{"$sort": {"_id": 1}}, {"$limit": 2}])
    assert type(cursor) is tornado_pymongo.CommandCursor
    assert ids(await read(cursor)) == [0, 1]


@pytest.mark.parametrize("read", READERS)
async def test_aggregate_not_awaited(numbers, read):
    cursor = numbers.aggregate([{"$sort": {"_id": 1}}, {"$limit": 2}])
    assert ids(await read(cursor)) == [0, 1]


async def test_what_is_asked_of_a_cursor_before_it_is_there_is_done_when_it_is(
    numbers, open_cursors
):
    cursor = numbers.aggregate([{"$sort": {"_id": 1}}], batchSize=5)
    assert (cursor.alive, cursor.cursor_id) == (True, None)
    called = asyncio.get_running_loop().create_future()
    assert cursor.next(callback=lambda *args: called.set_result(args)) is None
    assert await called == ({"_id": 0}, None)
    assert cursor.cursor_id
    await cursor.close()
    assert await open_cursors() == 0
    with pytest.raises(AttributeError):
        numbers.aggregate([{"$limit": 1}]).nonsense  # noqa: B018


async def test_each_reads_an_aggregation_that_was_not_awaited(numbers):
    cursor = numbers.aggregate([{"$sort": {"_id": 1}}, {"$limit": 2}])
    said = await until_done(lambda callback: cursor.each(callback))
    assert said == [({"_id": 0}, None), ({"_id": 1}, None), (None, None)]


async def test_an_aggregation_takes_a_callback(numbers):
    called = asyncio.get_running_loop().create_future()
    numbers.aggregate([], callback=lambda *args: called.set_result(args))
    cursor, error = await called
    assert error is None
    assert len(await cursor.to_list()) == 250


async def test_an_error_of_an_aggregation_comes_from_every_way_to_read(numbers):
    for read in READERS:
        with pytest.raises(OperationFailure, match="nonsense"):
            await read(numbers.aggregate([{"$nonsense": 1}]))


async def test_an_aggregation_runs_even_if_nobody_reads_it(numbers, db):
    await numbers.aggregate([{"$out": "copied"}])
    assert await db.copied.count_documents({}) == 250


async def test_every_list_of_the_server_works_awaited_and_not(numbers, db, mongo_client):
    for make, key in (
        (mongo_client.list_databases, "name"),
        (db.list_collections, "name"),
        (numbers.list_indexes, "name"),
        (lambda: db.aggregate([{"$documents": [{"name": 1}]}]), "name"),
        (lambda: mongo_client.admin.aggregate([{"$currentOp": {}}]), "host"),
        (lambda: db.cursor_command("find", "numbers"), "_id"),
    ):
        assert [each async for each in make() if key in each]
        assert [each async for each in await make() if key in each]


async def test_raw_batches_are_bytes(numbers):
    for cursor, cls in (
        (numbers.find_raw_batches().sort("_id", 1), tornado_pymongo.RawBatchCursor),
        (
            await numbers.aggregate_raw_batches([{"$sort": {"_id": 1}}]),
            tornado_pymongo.RawBatchCommandCursor,
        ),
    ):
        assert type(cursor) is cls
        batches = [batch async for batch in cursor]
        assert ids([each for batch in batches for each in decode_all(batch)]) == list(range(250))
    with pytest.raises(InvalidOperation):
        numbers.find_raw_batches()[0:1]


async def test_a_cursor_over_an_unreachable_server_fails_in_its_time(blockbuster):
    client = tornado_pymongo.MongoClient("127.0.0.1", 9, serverSelectionTimeoutMS=50)
    with pytest.raises(pymongo.errors.ServerSelectionTimeoutError):
        await client.db.things.find().to_list()
    with pytest.raises(pymongo.errors.ServerSelectionTimeoutError):
        await client.db.things.aggregate([]).to_list()
    await client.close()


# Giving up


async def test_a_cursor_goes_on_where_the_call_that_was_given_up_never_ran(make_client, db, gate):
    await db.numbers.insert_many({"_id": n} for n in range(5))
    client = make_client(max_workers=1)
    cursor = client[db.name].numbers.find(batch_size=2)
    await cursor.next()
    await cursor.next()
    running = client.run_in_worker(gate)
    await gate.until_entered()
    cursor.next().cancel()
    gate.opened.set()
    await running
    assert await cursor.next() == {"_id": 2}


@pytest.mark.parametrize("ask", ["next", "to_list"])
async def test_what_a_call_that_was_given_up_fetches_is_of_who_comes_next(
    make_client, numbers, gate, monkeypatch, ask
):
    client = make_client(abort_on_cancel=False)
    cursor = client[numbers.database.name].numbers.find(batch_size=5).sort("_id", 1)
    with monkeypatch.context() as patch:
        patch.setattr(cursor.delegate, "_refresh", slowly(cursor.delegate._refresh, gate))
        call = getattr(cursor, ask)()
        await gate.until_entered()
        call.cancel()
        following = cursor.next()
        gate.opened.set()
        assert await following == {"_id": 0}
    assert ids([document async for document in cursor]) == list(range(1, 250))


def slowly(fetch, gate):
    """Return a function that does what another one does, and then goes through the gate."""
    return lambda: gate(fetch())


@pytest.mark.parametrize("ask", ["next", "to_list"])
@pytest.mark.parametrize("abort_on_cancel", [False, True])
async def test_a_cursor_that_is_rewound_has_nothing_of_a_call_that_was_given_up(
    make_client, numbers, gate, monkeypatch, ask, abort_on_cancel
):
    client = make_client(abort_on_cancel=abort_on_cancel)
    cursor = client[numbers.database.name].numbers.find(batch_size=5).sort("_id", 1)
    with monkeypatch.context() as patch:
        patch.setattr(cursor.delegate, "_refresh", slowly(cursor.delegate._refresh, gate))
        call = getattr(cursor, ask)()
        await gate.until_entered()
        call.cancel()
        running = cursor._running()
        cursor.rewind()
        assert await cursor.next() == {"_id": 0}
        gate.opened.set()
        await until_over(running)
    assert cursor.alive
    assert ids(await cursor.to_list()) == list(range(1, 250))
