"""Calls that are made where no event loop runs: they start, and any loop may take their result.

The loop of a test must not run when the call is made, so these tests are plain functions, each in
a thread of its own where it matters which loops a thread has.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import gc
import logging
import os
import subprocess
import sys
import threading
from contextlib import closing

import anyio
import pytest
from asgiref.sync import async_to_sync
from pymongo.errors import DuplicateKeyError, InvalidOperation
from tornado import gen
from tornado.ioloop import IOLoop

from tornado_pymongo.motor.motor_asyncio import AsyncIOMotorClient
from tornado_pymongo.unbound import UnboundFuture

ONE = {"_id": 1}
DOCUMENTS = [{"_id": n} for n in range(3)]


@pytest.fixture
def client(make_client):
    return make_client()


@pytest.fixture
def collection(client):
    """A collection of one document, without a loop."""
    database = client.delegate.tornado_pymongo_test
    client.delegate.drop_database(database)
    database.ones.insert_one(dict(ONE))
    database.numbers.insert_many([dict(each) for each in DOCUMENTS])
    return client.tornado_pymongo_test.ones


@pytest.fixture
def numbers(collection):
    return collection.database.numbers


def in_thread(function):
    """Call a function in a thread that has never had a loop; return what it returns."""
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        return executor.submit(function).result(30)


def run_in_new_loop(call):
    with closing(asyncio.new_event_loop()) as loop:
        return loop.run_until_complete(call)


def run_in_set_loop(call):
    with closing(asyncio.new_event_loop()) as loop:
        asyncio.set_event_loop(loop)
        try:
            return loop.run_until_complete(call)
        finally:
            asyncio.set_event_loop(None)


def run_in_runner(call):
    with asyncio.Runner() as runner:
        return runner.run(call)


def run_threadsafe(call):
    """Run it in the loop of another thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        return asyncio.run_coroutine_threadsafe(call, loop).result(20)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def run_sync(call):
    """Run it in a loop of Tornado's."""
    loop = IOLoop(make_current=False)
    try:
        return loop.run_sync(lambda: call)
    finally:
        loop.close()


def run_uvloop(call):
    uvloop = pytest.importorskip("uvloop")
    return uvloop.run(call)


def main(use):
    """Return a function that uses a call in a coroutine of a later loop."""

    async def await_it(call):
        return await use(call)

    return lambda call: asyncio.run(await_it(call))


async def in_group(call):
    async with asyncio.TaskGroup() as group:
        task = group.create_task(call)
    return task.result()


async def in_timeout(call):
    async with asyncio.timeout(20):
        return await call


async def completed(call):
    (result,) = [await each for each in asyncio.as_completed([call])]
    return result


async def added(call):
    """By Tornado's callback."""
    done = asyncio.get_running_loop().create_future()
    IOLoop.current().add_future(call, done.set_result)
    return (await done).result()


async def yielded(call):
    @gen.coroutine
    def of_tornado():
        found = yield call
        assert [found] == (yield [call])
        return found

    return await of_tornado()


async def iterated(call):
    (result,) = [each async for each in gen.WaitIterator(call)]
    return result


async def awaited(call):
    return await call


async def twice(call):
    first = await call
    assert await call is first
    return first


async def by_two_tasks(call):
    first, second = asyncio.create_task(call), asyncio.create_task(awaited(call))
    assert await first is await second
    return first.result()


async def gathered(call):
    (result,) = await asyncio.gather(call)
    return result


async def wrapped(call):
    return await asyncio.wrap_future(call)


async def of_anyio(call):
    return await call


SINCE_3_11 = {
    "asyncio.Runner": run_in_runner,
    "TaskGroup": main(in_group),
    "timeout": main(in_timeout),
}
WAYS = {
    "asyncio.run": asyncio.run,
    "new loop": run_in_new_loop,
    "set loop": run_in_set_loop,
    "run_coroutine_threadsafe": run_threadsafe,
    "IOLoop.run_sync": run_sync,
    "uvloop": run_uvloop,
    "async_to_sync": lambda call: async_to_sync(awaited)(call),
    "anyio": lambda call: anyio.run(of_anyio, call),
    "await": main(awaited),
    "await twice": main(twice),
    "two tasks": main(by_two_tasks),
    "gather": main(gathered),
    "wait_for": main(lambda call: asyncio.wait_for(call, 20)),
    "wait_for, made before": lambda call: asyncio.run(asyncio.wait_for(call, 20)),
    "shield": main(asyncio.shield),
    "ensure_future": main(asyncio.ensure_future),
    "as_completed": main(completed),
    "wrap_future": main(wrapped),
    "add_future": main(added),
    "yield": main(yielded),
    "WaitIterator": main(iterated),
    "result": lambda call: call.result(20),
}
if sys.version_info >= (3, 11):
    WAYS |= SINCE_3_11

CALLS = {
    "find_one": (lambda numbers: numbers.find_one({"_id": 1}), {"_id": 1}),
    "to_list": (lambda numbers: numbers.find().sort("_id", 1).to_list(), DOCUMENTS),
    "next": (lambda numbers: numbers.find().sort("_id", 1).next(), DOCUMENTS[0]),
    "aggregate": (lambda numbers: numbers.aggregate([{"$sort": ONE}]).to_list(), DOCUMENTS),
    "chain": (
        lambda numbers: numbers.aggregate([{"$sort": ONE}]).batch_size(2).to_list(),
        DOCUMENTS,
    ),
    "run_in_worker": (
        lambda numbers: numbers.database.client.run_in_worker(len, DOCUMENTS),
        3,
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("call", "thread"),
    [*((call, in_thread) for call in CALLS), ("find_one", lambda function: function())],
)
def test_every_way_to_wait_takes_a_call(numbers, call, way, thread):
    make, expected = CALLS[call]
    future = thread(lambda: make(numbers))
    assert isinstance(future, UnboundFuture)
    assert thread(lambda: WAYS[way](future)) == expected


def test_the_call_starts_at_once_and_its_error_reaches_who_waits(collection):
    """The write is done before any loop runs."""
    written = collection.insert_one({"_id": 2})
    assert written.result(20).inserted_id == 2
    failed = collection.insert_one({"_id": 2})
    with pytest.raises(DuplicateKeyError):
        asyncio.run(awaited(failed))
    with pytest.raises(DuplicateKeyError):
        failed.result()
    assert isinstance(failed.exception(), DuplicateKeyError)


def test_two_loops_at_once_wait_for_one_call(client, gate):
    """Each task is woken on its own loop."""
    call = client.run_in_worker(gate, 5)
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(asyncio.run(awaited(call)))) for _ in "ab"
    ]
    for thread in threads:
        thread.start()
    while call._waiting < 2:
        threading.Event().wait(0.001)
    gate.opened.set()
    for thread in threads:
        thread.join()
    assert results == [5, 5]


def test_who_gives_up_leaves_the_others_and_the_last_one_cancels(client, gate):
    end = threading.Event()
    call, other = client.run_in_worker(gate, 5), client.run_in_worker(end.wait, 20)

    async def use():
        first, second = (asyncio.create_task(awaited(call)) for _ in "ab")
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait([first])
        assert not call.done()
        gate.opened.set()
        assert await second == 5
        tasks = [asyncio.create_task(awaited(other)), asyncio.create_task(other)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert other.cancelled()

    asyncio.run(use())
    end.set()


def test_a_task_that_is_cancelled_before_its_first_step_cancels_the_call(client, gate):
    call = client.run_in_worker(gate)

    async def use():
        task = asyncio.create_task(call)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(use())
    assert call.cancelled()
    with pytest.raises(concurrent.futures.CancelledError):
        call.result()
    assert not call.cancel()


def test_result_waits_in_a_thread_and_is_refused_where_a_loop_runs(client, gate):
    call = client.run_in_worker(gate, 5)
    with pytest.raises(concurrent.futures.TimeoutError):
        call.result(0.01)

    async def wait():
        with pytest.raises(InvalidOperation, match="await"):
            call.result()
        with pytest.raises(InvalidOperation, match="await"):
            call.exception(1)
        gate.opened.set()
        assert await call == 5
        return call.result()

    assert asyncio.run(wait()) == 5


def test_a_worker_may_not_wait_for_another(client, gate):
    """With one worker it would wait for ever."""
    call = client.run_in_worker(gate)

    def wait():
        with pytest.raises(InvalidOperation, match="delegate"):
            call.result()
        with pytest.raises(InvalidOperation, match="delegate"):
            client.test.x.find_one()

    waiting = client.run_in_worker(wait)
    waiting.result(20)
    gate.opened.set()
    call.result(20)


def test_a_document_that_a_cancelled_task_has_not_taken_stays(numbers):
    """What exists only once is taken in the step in which the consumer resumes."""
    cursor = numbers.find().sort("_id", 1)
    call = cursor.next()
    concurrent.futures.wait([call])

    async def give_up():
        task = asyncio.create_task(awaited(call))
        task.cancel()
        await asyncio.wait([task])
        return await cursor.to_list()

    assert asyncio.run(give_up()) == DOCUMENTS


def test_documents_one_by_one_in_a_thread(numbers):
    cursor = numbers.find({}, batch_size=2).sort("_id", 1)
    found = []
    while cursor.fetch_next.result(20):
        found.append(cursor.next_object())
    assert found == DOCUMENTS
    with pytest.raises(StopAsyncIteration):
        cursor.next().result(20)
    cursor = numbers.aggregate([{"$sort": ONE}])
    assert [cursor.next().result(20) for _ in "ab"] == DOCUMENTS[:2]
    assert cursor.close().result(20) is None


def test_a_change_stream(numbers):
    stream = numbers.watch(max_await_time_ms=100)
    change = stream.next()
    stream.result(20)  # what is inserted earlier may be earlier than the stream
    numbers.insert_one({"_id": 7}).result(20)
    assert change.result(20)["fullDocument"] == {"_id": 7}
    change = stream.result().next()
    numbers.insert_one({"_id": 8}).result(20)

    async def use():
        assert (await change)["fullDocument"] == {"_id": 8}
        await numbers.insert_one({"_id": 9})
        async for each in stream:
            assert each["fullDocument"] == {"_id": 9}
            break
        await stream.close()

    asyncio.run(use())


def test_a_transaction_begins_when_it_is_awaited(collection, client):
    """It runs the user's coroutine function, so it needs a loop."""

    async def write(session):
        await collection.insert_one({"_id": 2}, session=session)
        return asyncio.get_running_loop()

    session = client.start_session()
    call = session.with_transaction(write)
    with pytest.raises(InvalidOperation, match="event loop"):
        call.result()

    async def use():
        loop = await call
        assert loop is asyncio.get_running_loop() is await call
        await session.end_session()

    asyncio.run(use())
    assert collection.count_documents({}).result(20) == 2


def test_a_context_goes_with_the_call(client):
    variable = contextvars.ContextVar("variable", default="other")
    variable.set("caller's")
    call = client.run_in_worker(variable.get)
    assert contextvars.Context().run(call.result, 20) == "caller's"


# Callbacks need a loop


def test_a_callback_is_called_on_the_loop_of_the_main_thread(collection):
    asyncio.set_event_loop(asyncio.new_event_loop())
    loop = IOLoop.current()
    results = []

    def callback(result, error):
        results.append((result, error, asyncio.get_running_loop()))
        loop.stop()

    try:
        for call in (
            lambda: collection.find_one(ONE, callback=callback),
            lambda: collection.aggregate([{"$match": ONE}]).to_list(callback=callback),
            lambda: collection.find().to_list(callback=callback),
        ):
            assert call() is None
            loop.start()
        documents = []
        collection.find().each(lambda document, _: documents.append(document) or loop.stop())
        loop.start()
    finally:
        loop.close(all_fds=True)
        asyncio.set_event_loop(None)
    found, error, running = results[0]
    assert (found, error, running) == (ONE, None, loop.asyncio_loop)
    assert [result for result, _, _ in results[1:]] == [[ONE]] * 2
    assert documents[0] == ONE


def test_a_callback_in_another_thread_without_a_loop_is_refused(collection):
    """Before anything is sent."""

    def call():
        with pytest.raises(InvalidOperation, match="no event loop"):
            collection.insert_one({"_id": 2}, callback=lambda *_: None)
        with pytest.raises(InvalidOperation, match="no event loop"):
            collection.find().each(lambda *_: None)

    in_thread(call)
    assert collection.count_documents({}).result(20) == 1


# Nothing is left


def files():
    return len(os.listdir("/proc/self/fd"))


def loops():
    return sum(issubclass(type(each), asyncio.AbstractEventLoop) for each in gc.get_objects())


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="the system does not list them")
def test_no_descriptor_and_no_loop_is_left(collection):
    """Of calls for later loops, and of threads that make one call each and never run a loop."""

    def call_in_thread():
        thread = threading.Thread(target=lambda: results.append(collection.find_one().result(20)))
        thread.start()
        thread.join()

    results = []
    asyncio.run(awaited(collection.find_one()))
    call_in_thread()
    gc.collect()
    files_before, loops_before = files(), loops()
    for _ in range(2000):
        asyncio.run(awaited(collection.find_one()))
        call_in_thread()
    gc.collect()
    assert files() <= files_before
    assert loops() <= loops_before
    assert results == [ONE] * 2001


def test_an_error_that_nobody_asks_for_is_logged(collection, caplog):
    """With the name of the call, and no value of a document."""
    with caplog.at_level(logging.ERROR, "tornado_pymongo"):
        call = collection.insert_one({"_id": 1, "password": "sesame"})
        concurrent.futures.wait([call])
        del call
        gc.collect()
        asked = collection.insert_one({"_id": 1})
        assert asked.exception(20) is not None
        del asked
        gc.collect()
    (record,) = caplog.records
    assert "Collection.insert_one(...)" in record.getMessage()
    assert "DuplicateKeyError" in record.getMessage()
    assert "11000" in record.getMessage()
    assert "_id" not in record.getMessage()


@pytest.mark.parametrize(
    "call",
    [
        lambda collection: collection.aggregate([{"$nonsense": 1}]).to_list(),
        lambda collection: collection.aggregate([{"$nonsense": 1}]).batch_size(2),
    ],
)
def test_an_error_that_nobody_asks_for_of_what_follows_is_logged(collection, caplog, call):
    """Of a call of a cursor that never came."""
    with caplog.at_level(logging.ERROR, "tornado_pymongo"):
        concurrent.futures.wait([call(collection)], 20)
        gc.collect()
    (record,) = caplog.records
    assert record.mongo_error.startswith("OperationFailure")


def test_a_refusal_that_nobody_asks_for_is_logged(client, caplog):
    client.close().result(20)
    with caplog.at_level(logging.ERROR, "tornado_pymongo"):
        client.test.things.find_one()
        gc.collect()
    (record,) = caplog.records
    assert (record.mongo_call, record.mongo_error) == (
        "Collection.find_one(...)",
        "InvalidOperation",
    )


def test_an_error_that_nobody_asks_for_is_logged_at_exit(mongo_server):
    program = f"""
import logging
import tornado_pymongo
logging.basicConfig(format="%(message)s")
client = tornado_pymongo.MongoClient({mongo_server.uri!r})
call = client.test.command("no such command")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert "Database.command(...) failed with OperationFailure (code 59)" in done.stderr


def test_it_says_what_to_do(collection):
    call = collection.find_one()
    assert "call=Collection.find_one(...)" in repr(call) or call.done()
    with pytest.raises(AttributeError, match="await the call first"):
        _ = call.inserted_id
    call.result(20)


def test_motors_names_take_it_too(mongo_server):
    client = AsyncIOMotorClient(mongo_server.uri)
    try:
        pipeline = [{"$documents": DOCUMENTS}]
        call = client.test.aggregate(pipeline).batch_size(2).to_list(None)
        assert call.result(20) == DOCUMENTS
        assert run_in_new_loop(client.test.aggregate(pipeline).to_list(None)) == DOCUMENTS
        stream = client.test.watch()
        assert asyncio.run(awaited(stream)).alive
    finally:
        client._close().result()
