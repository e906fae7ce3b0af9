"""The way of one call: every style of waiting, callbacks, errors, contexts, loops."""

from __future__ import annotations

import asyncio
import contextvars
import datetime
import gc
import logging
import sys
import threading
import time
import traceback
import weakref
from collections import deque
from collections.abc import Coroutine
from contextlib import closing
from functools import partial

import pymongo
import pytest
import uvloop
from interpreter import free
from pymongo.errors import DuplicateKeyError, InvalidOperation
from tornado import gen
from tornado.concurrent import is_future
from tornado.ioloop import IOLoop

from tornado_pymongo import TooManyCalls, statistics
from tornado_pymongo import cursor as cursor_module
from tornado_pymongo import inbox as inbox_module
from tornado_pymongo.executor import Call
from tornado_pymongo.inbox import Inbox, inbox_of

ONE = {"_id": 1}


async def generator_coroutine(collection):
    @gen.coroutine
    def find():
        return (yield collection.find_one(ONE))

    return await find()


async def awaited(collection):
    return await collection.find_one(ONE)


async def gathered(collection):
    one, other = await asyncio.gather(collection.find_one(ONE), collection.find_one(ONE))
    assert one == other
    return one


async def waited_for(collection):
    return await asyncio.wait_for(collection.find_one(ONE), 20)


async def shielded(collection):
    return await asyncio.shield(collection.find_one(ONE))


async def ensured(collection):
    return await asyncio.ensure_future(collection.find_one(ONE))


async def made_a_task(collection):
    return await asyncio.create_task(collection.find_one(ONE))


async def made_two_tasks_of_one_future(collection):
    future = collection.find_one(ONE)
    one, other = await asyncio.gather(asyncio.create_task(future), asyncio.create_task(future))
    assert one == other == await future
    return one


async def made_a_task_of_a_finished_future(collection):
    future = collection.find_one(ONE)
    await future
    return await asyncio.create_task(future)


async def completed_first(collection):
    (first,) = asyncio.as_completed([collection.find_one(ONE)])
    return await first


async def added_to_the_ioloop(collection):
    done = asyncio.get_running_loop().create_future()
    IOLoop.current().add_future(collection.find_one(ONE), done.set_result)
    return (await done).result()


async def multi(collection):
    found = await gen.multi({"one": collection.find_one(ONE), "list": [collection.find_one(ONE)]})
    return found["one"]


async def with_timeout(collection):
    return await gen.with_timeout(datetime.timedelta(seconds=20), collection.find_one(ONE))


async def wait_iterator(collection):
    waiting = gen.WaitIterator(collection.find_one(ONE), collection.find_one(ONE))
    found = [await each async for each in _each(waiting)]
    assert len(found) == 2
    return found[0]


async def _each(waiting):
    while not waiting.done():
        yield waiting.next()


async def waited_for_as_a_task(collection):
    done, _ = await asyncio.wait([asyncio.create_task(collection.find_one(ONE))])
    return done.pop().result()


async def added_a_callback(collection):
    done = asyncio.get_running_loop().create_future()
    collection.find_one(ONE).add_done_callback(lambda future: done.set_result(future.result()))
    return await done


STYLES = [
    added_a_callback,
    added_to_the_ioloop,
    awaited,
    completed_first,
    ensured,
    gathered,
    generator_coroutine,
    made_a_task,
    made_a_task_of_a_finished_future,
    made_two_tasks_of_one_future,
    multi,
    shielded,
    wait_iterator,
    waited_for,
    waited_for_as_a_task,
    with_timeout,
]


@pytest.fixture
def collection(db):
    db.delegate.things.insert_one(ONE)
    return db.things


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.__name__)
async def test_a_call_can_be_waited_for_in_any_style(collection, style):
    assert await style(collection) == ONE


@pytest.mark.skipif(sys.version_info < (3, 11), reason="TaskGroup came with Python 3.11")
async def test_a_call_can_be_a_task_of_a_task_group(collection):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(collection.find_one(ONE)) for _ in range(3)]
    assert [task.result() for task in tasks] == [ONE] * 3


@pytest.mark.skipif(sys.version_info < (3, 11), reason="TaskGroup came with Python 3.11")
async def test_an_error_in_a_task_group_is_that_of_the_call(collection):
    with pytest.raises(BaseExceptionGroup) as caught:  # noqa: F821
        async with asyncio.TaskGroup() as group:
            group.create_task(collection.insert_one(dict(ONE)))
    assert isinstance(caught.value.exceptions[0], DuplicateKeyError)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 only warns of coroutines")
async def test_asyncio_wait_refuses_a_call_as_documented(collection):
    future = collection.find_one(ONE)
    with pytest.raises(TypeError, match="coroutines"):
        await asyncio.wait([future])
    await future


async def test_a_call_is_a_future_and_a_coroutine(collection):
    future = collection.find_one(ONE)
    assert is_future(future)
    assert isinstance(future, asyncio.Future)
    assert isinstance(future, Coroutine)
    await future


async def test_a_call_starts_at_once_awaited_or_not(db):
    db.things.insert_one({"_id": "not awaited"})
    while not await db.things.find_one():
        await asyncio.sleep(0.01)


async def test_an_error_is_the_one_that_pymongo_raised_with_its_traceback(collection):
    with pytest.raises(DuplicateKeyError) as caught:
        await collection.insert_one(dict(ONE))
    frames = traceback.extract_tb(caught.value.__traceback__)
    files = [frame.filename.replace("\\", "/") for frame in frames]
    ours = [file for file in files if "/tornado_pymongo/" in file]
    assert 1 <= len(ours) <= 3
    # PyMongo's frames follow ours, and nothing stands between them.
    assert "/pymongo/" in files[files.index(ours[0]) + len(ours)]
    assert [frame.name for frame in frames[:1]] == [
        "test_an_error_is_the_one_that_pymongo_raised_with_its_traceback"
    ]


async def test_an_error_that_nobody_retrieves_is_logged_as_asyncio_does(collection, caplog):
    collection.insert_one(dict(ONE))
    await collection.count_documents({})
    await asyncio.sleep(0)
    with caplog.at_level(logging.ERROR, "asyncio"):
        while not caplog.records:
            await collection.count_documents({})
            gc.collect()
    assert "exception was never retrieved" in caplog.text
    assert "DuplicateKeyError" in caplog.text
    assert "call=Collection.insert_one(...)" in caplog.text


async def test_a_call_runs_in_the_callers_context(mongo_client):
    variable = contextvars.ContextVar("variable")
    variable.set("caller")
    assert await mongo_client.run_in_worker(variable.get) == "caller"


async def test_pymongos_timeout_applies(collection):
    with pymongo.timeout(0.2), pytest.raises(pymongo.errors.PyMongoError) as caught:
        await collection.find_one({"$where": "sleep(2000) || true"})
    assert caught.value.timeout


# Callbacks


async def test_a_callback_gets_the_result_on_the_loop_and_the_call_returns_none(collection):
    called = asyncio.get_running_loop().create_future()

    def callback(*args):
        called.set_result((*args, threading.get_ident()))

    assert collection.find_one(ONE, callback=callback) is None
    assert await called == (ONE, None, threading.get_ident())


async def test_a_callback_gets_the_error(collection):
    called = asyncio.get_running_loop().create_future()
    collection.insert_one(dict(ONE), callback=lambda *args: called.set_result(args))
    result, error = await called
    assert result is None
    assert isinstance(error, DuplicateKeyError)


async def test_a_callback_is_called_exactly_once_even_if_it_raises(collection, caplog):
    calls = []

    def callback(result, error):
        calls.append((result, error))
        raise RuntimeError("raised by the callback")

    collection.find_one(ONE, callback=callback)
    while not calls:
        await asyncio.sleep(0.01)
    await collection.find_one(ONE)  # all goes on
    assert calls == [(ONE, None)]
    assert "raised by the callback" in caplog.text


async def test_a_refused_call_tells_its_callback(make_client, gate):
    client = make_client(max_workers=1, max_waiting=0)
    client.run_in_worker(gate)
    called = asyncio.get_running_loop().create_future()
    client.db.things.find_one(callback=lambda *args: called.set_result(args))
    result, error = await called
    assert result is None
    assert isinstance(error, TooManyCalls)


async def test_a_callback_that_cannot_be_called_is_refused_before_anything_starts(db):
    with pytest.raises(TypeError, match="callback must be a function.*not int"):
        db.things.insert_one({}, callback=5)
    assert await db.things.count_documents({}) == 0


async def test_open_calls_back_with_the_connection(mongo_client):
    called = asyncio.get_running_loop().create_future()
    assert mongo_client.open(callback=lambda *args: called.set_result(args)) is None
    assert await called == (mongo_client, None)


# Loops


def run_in_new_loop(function):
    return asyncio.run(function())


def run_in_uvloop(function):
    loop = uvloop.new_event_loop()
    try:
        return loop.run_until_complete(function())
    finally:
        loop.close()


def run_in_ioloop(function):
    ioloop = IOLoop(make_current=False)
    try:
        return ioloop.run_sync(function)
    finally:
        ioloop.close()


@pytest.mark.parametrize("run", [run_in_new_loop, run_in_uvloop, run_in_ioloop])
def test_a_client_outlives_the_loops_that_use_it(collection, run):
    async def find():
        return await collection.find_one(ONE), await collection.find().to_list()

    for _ in range(3):
        assert run(find) == (ONE, [ONE])


def test_run_sync_takes_the_call_itself(collection):
    assert run_in_ioloop(lambda: collection.find_one(ONE)) == ONE


def test_a_call_made_before_the_loop_runs_is_delivered_when_it_does(collection):
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        future = collection.find_one(ONE)
        assert loop.run_until_complete(future) == ONE
    finally:
        asyncio.set_event_loop(None)
        loop.close()


@pytest.mark.parametrize("closed", [False, True])
def test_asyncio_run_takes_what_is_asked_of_a_cursor_that_is_not_there(make_client, closed):
    """It hung, or waited for a Future of another loop, if its Future was one of a chain."""
    before = asyncio.new_event_loop()
    asyncio.set_event_loop(before)
    client = make_client()
    asyncio.run(client.close() if closed else client.open())
    pipeline = [{"$documents": [{"_id": 1}, {"_id": 2}]}]
    calls = [
        lambda: client.test.aggregate(pipeline).to_list(),
        lambda: client.test.aggregate(pipeline).batch_size(1).to_list(),
        lambda: asyncio.run(client.test.aggregate(pipeline).batch_size(1)).to_list(),
    ]
    try:
        for call in calls:
            if closed:
                with pytest.raises(InvalidOperation, match="after close"):
                    asyncio.run(call())
            else:
                assert asyncio.run(call()) == [{"_id": 1}, {"_id": 2}]
    finally:
        asyncio.set_event_loop(None)
        before.close()


@pytest.fixture
def no_loop():
    """Have a loop that never runs, as that of calls which are made before one does."""
    with closing(asyncio.new_event_loop()) as loop:
        asyncio.set_event_loop(loop)
        yield
        asyncio.set_event_loop(None)


def test_who_waits_for_a_call_of_another_task_may_do_so_on_another_loop(
    no_loop, collection, monkeypatch
):
    """Only a Future with a call of its own could go from the loop before to that of the task."""
    may_fetch, fill, fetches = threading.Event(), cursor_module.fill, []
    asyncio.run(collection.insert_many([{"_id": n} for n in range(10, 20)]))
    cursor = collection.find({"_id": {"$gte": 10}}, batch_size=4).sort("_id", 1)

    def slowly(*args):
        fetches.append(args)
        if len(fetches) == 3:  # the one that is made early
            may_fetch.wait(20)
        fill(*args)

    async def read(number):
        return [(await cursor.next())["_id"] for _ in range(number)]

    async def taken(call):
        return await asyncio.create_task(call)

    monkeypatch.setattr(cursor_module, "fill", slowly)
    assert asyncio.run(read(8)) == [*range(10, 18)]
    call = cursor.next()
    may_fetch.set()
    assert asyncio.run(taken(call))["_id"] == 18


def test_a_stream_is_free_when_a_call_made_before_the_loop_is_cancelled(no_loop, collection):
    """The Future of the loop before was never done, and the stream polled for it for ever."""
    stream = asyncio.run(collection.watch(max_await_time_ms=100))
    call = stream.next()

    async def cancel():
        task = asyncio.create_task(call)
        await asyncio.sleep(0)
        task.cancel()
        while stream._running() is not None:
            await asyncio.sleep(0.01)
        await collection.insert_one({"_id": 100})
        assert (await stream.next())["fullDocument"] == {"_id": 100}
        await stream.close()

    asyncio.run(cancel())


def test_asyncio_run_takes_the_call_itself(collection, make_client):
    """The call is made before the loop that asyncio.run makes for it."""
    before = asyncio.new_event_loop()
    asyncio.set_event_loop(before)
    try:
        assert asyncio.run(collection.find_one(ONE)) == ONE
        with pytest.raises(DuplicateKeyError):
            asyncio.run(collection.insert_one(dict(ONE)))
        assert asyncio.run(make_client().close()) is None
    finally:
        asyncio.set_event_loop(None)
        before.close()


def test_loops_in_several_threads_share_a_client(numbers):
    found = []

    async def work():
        for _ in range(20):
            documents = await asyncio.gather(*[numbers.find_one({"_id": n}) for n in range(20)])
            assert [document["_id"] for document in documents] == list(range(20))
        found.append(threading.get_ident())

    threads = [threading.Thread(target=run_in_new_loop, args=[work]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(set(found)) == 4


def test_a_loop_closed_while_its_call_runs_costs_a_logged_line_and_no_thread(
    make_client, gate, caplog
):
    client = make_client(max_workers=1)

    async def start():
        client.run_in_worker(gate, "something")
        await gate.until_entered()

    asyncio.run(start())
    gate.opened.set()
    assert asyncio.run(_abs(client)) == 1
    while "dropped" not in caplog.text:  # the supervisor may be who does so, a moment later
        time.sleep(0.01)
    assert "1 results of MongoDB calls were dropped" in caplog.text
    assert caplog.records[-1].mongo_event == "results_dropped"
    assert caplog.records[-1].mongo_results == 1
    assert caplog.records[-1].mongo_last_error == "none"
    assert "is closed" in caplog.text


def test_a_loop_closed_with_a_wake_up_on_its_way_loses_results_with_a_logged_line(
    make_client, gate, caplog
):
    """The token never came back, so that later results were neither delivered nor dropped."""
    client = make_client(max_workers=2)
    loop = asyncio.new_event_loop()
    is_left = threading.Event()

    async def start():
        client.run_in_worker(is_left.wait, 20)
        client.run_in_worker(gate, 1)

    with closing(loop):
        loop.run_until_complete(start())
        is_left.set()
        while not statistics(client).calls.loop_wakeups:
            time.sleep(0.001)
    gate.opened.set()
    while "results of MongoDB calls were dropped" not in caplog.text:
        time.sleep(0.01)
    assert caplog.records[-1].mongo_results == 2


def completed(executor, result=None):
    call = Call(executor, int)
    call.result = result
    return call


def test_two_threads_may_drop_results_for_a_closed_loop_at_once(make_client):
    """One sees that there is another result, which the other one has by then."""

    class Items(deque):
        def popleft(self):
            self.clear()  # as the other thread does just then
            return super().popleft()

    loop = asyncio.new_event_loop()
    loop.close()
    inbox = inbox_of(loop)
    inbox._items = Items([(id, completed(make_client()._runtime.executor, 1))])
    inbox.wake()
    assert not inbox._items


# The token of an inbox: whoever takes it wakes the loop, which gives it back before it looks


@pytest.fixture
def inbox(make_client):
    """Return the inbox of a loop that does not run, and a function that puts a call into it."""
    loop = asyncio.new_event_loop()
    executor = make_client()._runtime.executor
    yield inbox_of(loop), lambda deliver: inbox_of(loop).put(deliver, completed(executor)), loop
    loop.close()


def run_once(loop):
    loop.call_soon(loop.stop)
    loop.run_forever()


def test_a_loop_is_woken_once_for_all_that_is_there_when_it_looks(inbox):
    inbox, put, loop = inbox
    delivered = []
    assert not inbox.claim()  # nothing is there
    put(delivered.append)
    assert inbox.claim()
    inbox.wake()
    put(delivered.append)
    assert not inbox.claim()  # it is on its way
    run_once(loop)
    assert len(delivered) == 2
    put(delivered.append)
    assert inbox.claim()


def test_a_call_that_comes_as_the_loop_delivers_others_wakes_it_again(inbox):
    """Or its token is there for who puts in the call."""
    inbox, put, loop = inbox
    delivered, claims = [], []

    def deliver(call):
        delivered.append(call)
        put(delivered.append)
        claims.append(inbox.claim())

    put(deliver)
    assert inbox.claim()
    inbox.wake()
    run_once(loop)
    assert claims == [True]  # so this thread, as a worker, would wake the loop
    inbox.wake()
    run_once(loop)
    assert len(delivered) == 2


def test_a_delivery_that_fails_keeps_no_other(inbox):
    inbox, put, loop = inbox
    complaints, delivered = [], []
    loop.set_exception_handler(lambda _, context: complaints.append(context["exception"]))
    put(lambda call: 1 / 0)
    put(delivered.append)
    assert inbox.claim()
    inbox.wake()
    run_once(loop)
    run_once(loop)
    assert [type(error) for error in complaints] == [ZeroDivisionError]
    assert len(delivered) == 1


def test_a_loop_that_cannot_be_woken_now_can_be_later(inbox):
    """Whoever failed to wake it gives the token back."""
    inbox, put, loop = inbox
    delivered = []
    put(delivered.append)
    assert inbox.claim()
    call_soon_threadsafe, loop.call_soon_threadsafe = loop.call_soon_threadsafe, None
    with pytest.raises(TypeError):
        inbox.wake()
    loop.call_soon_threadsafe = call_soon_threadsafe
    assert inbox.claim()
    inbox.wake()
    run_once(loop)
    assert len(delivered) == 1


def test_two_threads_that_ask_for_the_inbox_of_a_loop_at_once_get_the_same():
    class Loop(asyncio.SelectorEventLoop):
        pass

    loop = Loop()
    with closing(loop):
        first = []

        def racing(*args):  # another thread is faster
            monkey.undo()
            first.append(inbox_of(loop))
            return Inbox(*args)

        monkey = pytest.MonkeyPatch()
        monkey.setattr(inbox_module, "Inbox", racing)
        assert inbox_of(loop) is first[0] is inbox_of(loop)


def test_loops_closed_with_results_on_their_way_are_not_kept(make_client):
    """Neither by the library nor by what was to be delivered there."""
    client = make_client()
    gone = []
    for _ in range(20):
        loop = asyncio.new_event_loop()

        async def leave():
            client.run_in_worker(abs, -1)

        loop.run_until_complete(leave())
        while client._runtime.executor.statistics().busy:
            time.sleep(0.001)
        loop.close()
        gone.append(weakref.ref(loop))
        del loop
    until_gone(*gone)


def until_gone(*references):
    """Wait until nobody has what is referred to: a thread may be about to let go of it."""
    while any(reference() is not None for reference in references):
        gc.collect()
        time.sleep(0.001)


def test_of_a_close_that_nobody_waited_for_nothing_is_logged(make_client, caplog):
    client = make_client()

    async def close():
        await client.admin.command("ping")
        client.close()

    asyncio.run(close())
    asyncio.run(_close(client))  # when that close is over
    assert caplog.text == ""


async def _close(client):
    await client.close()


@pytest.mark.parametrize("abort_on_cancel", [True, False])
def test_of_a_call_that_was_cancelled_nothing_is_logged(make_client, gate, caplog, abort_on_cancel):
    """It was logged as dropped, though nobody wanted it, if it could not be interrupted."""
    client = make_client(abort_on_cancel=abort_on_cancel)

    async def give_up():
        call = asyncio.create_task(client.run_in_worker(gate, "result"))
        await gate.until_entered()
        call.cancel()
        await asyncio.wait([call])

    asyncio.run(give_up())
    gate.opened.set()
    asyncio.run(_close(client))  # which waits for it
    assert caplog.text == ""


def test_results_for_a_closed_loop_are_let_go_of(make_client, gate):
    """The first was dropped, and the others were kept for ever, with the loop."""
    client = make_client(max_workers=3)

    async def start():
        for _ in range(3):
            client.run_in_worker(gate)
        await gate.until_entered(3)
        return weakref.ref(asyncio.get_running_loop())

    loop = asyncio.run(start())
    gate.opened.set()
    while client._runtime.executor.state.running:
        time.sleep(0.001)
    until_gone(loop)


def test_cancelling_a_call_cancels_the_task_of_another_loop_that_waits_for_it(make_client, gate):
    client = make_client(max_workers=1)
    before = asyncio.new_event_loop()
    asyncio.set_event_loop(before)
    try:
        client.run_in_worker(gate)
        waiting = client.run_in_worker(abs, -1)

        async def main():
            task = asyncio.create_task(waiting)
            await asyncio.sleep(0)
            waiting.call.cancel()
            await asyncio.wait_for(task, 10)

        with pytest.raises(asyncio.CancelledError):
            asyncio.run(main())
    finally:
        asyncio.set_event_loop(None)
        before.close()


async def _abs(client):
    return await client.run_in_worker(abs, -1)


def test_a_loop_that_is_gone_is_not_kept_alive_by_the_client(mongo_client):
    async def use():
        await _abs(mongo_client)
        return weakref.ref(asyncio.get_running_loop())

    until_gone(asyncio.run(use()))


# Cancelling


async def test_cancelling_a_waiting_call_drops_it(make_client, gate, db):
    client = make_client(max_workers=1)
    running = client.run_in_worker(gate)
    await gate.until_entered()
    waiting = client[db.name].things.insert_one({"_id": "cancelled"})
    waiting.cancel()
    gate.opened.set()
    await running
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await client[db.name].things.find_one() is None


async def test_a_task_that_is_cancelled_before_it_waits_drops_the_call(make_client, gate):
    client = make_client(max_workers=1)
    client.run_in_worker(gate)
    waiting = client.admin.command("ping")
    task = asyncio.create_task(waiting)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert waiting.cancelled()


async def test_cancelling_a_running_call_leaves_it_to_finish_and_the_worker_usable(
    make_client, gate
):
    client = make_client(max_workers=1)
    running = client.run_in_worker(gate)
    await gate.until_entered()
    running.cancel()
    gate.opened.set()
    assert await client.run_in_worker(abs, -1) == 1
    assert running.cancelled()


async def test_a_timeout_cancels_the_call(make_client, gate):
    client = make_client(max_workers=1)
    client.run_in_worker(gate)
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(client.run_in_worker(abs, -1), 0.01)
    assert not client._runtime.executor.state.queue


# Many calls


async def test_ten_thousand_calls_at_once_finish_in_order_on_few_threads(make_client, numbers):
    client = make_client(max_workers=8)
    collection = client[numbers.database.name].numbers
    started = []
    idents = set()

    def find_one(n):
        started.append(n)
        idents.add(threading.get_ident())
        return collection.delegate.find_one({"_id": n % 250})

    documents = await asyncio.gather(*[client.run_in_worker(find_one, n) for n in range(10_000)])
    assert [document["_id"] for document in documents] == [n % 250 for n in range(10_000)]
    assert len(idents) <= 8
    # Threads take the calls in order. One that is interrupted before it notes its call lets others
    # pass, which shifts those by one place for each of the other seven threads at most.
    late = [n for position, n in enumerate(started) if abs(n - position) >= 8]
    assert len(late) < 1000


async def test_calls_beyond_the_bound_fail_at_once_and_the_others_finish(make_client, gate):
    client = make_client(max_workers=10, max_waiting=100)
    futures = [client.run_in_worker(gate, n) for n in range(1000)]
    refused = [future for future in futures if future.done()]
    assert futures[:110] == [future for future in futures if not future.done()]
    assert len(refused) == 890
    for future in refused:
        error = future.exception()
        assert isinstance(error, TooManyCalls)
        assert "max_workers=10 + max_waiting=100" in str(error)
    gate.opened.set()
    assert await asyncio.gather(*futures[:110]) == list(range(110))


async def test_find_one_beyond_the_bound_fails_with_the_clear_error(make_client, numbers):
    client = make_client(max_workers=10, max_waiting=100)
    find_one = partial(client[numbers.database.name].numbers.find_one, {"_id": 7})
    results = await asyncio.gather(*[find_one() for _ in range(1000)], return_exceptions=True)
    found = [result for result in results if result == {"_id": 7}]
    assert len(found) >= 110
    assert all(isinstance(each, TooManyCalls) for each in results if each not in found)


async def test_completions_are_delivered_in_batches(make_client):
    """A thousand short calls wake the loop some dozens of times, not a thousand times."""
    client = make_client()
    loop = asyncio.get_running_loop()
    wakeups = []
    call_soon_threadsafe = loop.call_soon_threadsafe
    loop.call_soon_threadsafe = lambda *args, **kwargs: (
        wakeups.append(args),
        call_soon_threadsafe(*args, **kwargs),
    )[1]
    await asyncio.gather(*[client.run_in_worker(abs, -n) for n in range(1000)])
    assert len(wakeups) < 200


async def test_a_finished_call_is_forgotten_though_its_future_lives(make_client):
    client = make_client()
    future = client.run_in_worker(lambda: 1)
    call = weakref.ref(future.call)
    assert await future == 1
    while client._runtime.executor.state.crew.active:  # until the thread has done with it
        await asyncio.sleep(0.001)
    free()
    assert call() is None
