"""Many threads at once, each with a loop of its own: all calls come to their own callers, once.

Without the GIL the threads run at the same time; under it, they are switched as often as can be.
"""

from __future__ import annotations

import asyncio
import importlib
import random
import sys
import threading
from collections import Counter
from concurrent import futures

import pytest
from interpreter import FREE_THREADED
from pymongo.errors import InvalidOperation

import tornado_pymongo
from tornado_pymongo.errors import TooManyCalls
from tornado_pymongo.executor import Call, Executor
from tornado_pymongo.executor.lifecycle import all_executors

THREADS = 16
WORKERS = 6
ENDS = "finished", "failed", "cancelled", "aborted", "expired"


@pytest.mark.skipif(not FREE_THREADED, reason="this Python has a GIL")
def test_there_is_no_gil_with_all_that_is_imported():
    """An extension module that was not made for it would bring the GIL back, for all."""
    for module in "aiohttp", "metrics", "motor", "web":
        importlib.import_module(f"tornado_pymongo.{module}")
    assert not sys._is_gil_enabled()


@pytest.fixture(autouse=True)
def _switch_often():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.fixture
def most_inside(monkeypatch):
    """Return a function that tells how many calls of an executor ran at once, at most."""
    inside, most, lock = Counter(), Counter(), threading.Lock()
    run = Call.run

    def counted(call):
        with lock:
            inside[call.executor] += 1
            most[call.executor] = max(most[call.executor], inside[call.executor])
        try:
            return run(call)
        finally:
            with lock:
                inside[call.executor] -= 1

    monkeypatch.setattr(Call, "run", counted)
    return most.__getitem__


def in_threads(work):
    """Run a function of a number in each of the threads, from the same moment on."""
    barrier = threading.Barrier(THREADS)

    def begin(number):
        barrier.wait(20)
        return work(number)

    with futures.ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(begin, range(THREADS)))


def in_loops(work):
    """Run a coroutine function of a number in a loop of each thread; no loop may complain."""
    complaints = []

    async def watched(number):
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: complaints.append(context))
        return await work(number)

    results = in_threads(lambda number: asyncio.run(watched(number)))
    assert complaints == []  # such as of a Future that got a second result
    return results


def check_counts(counts, taken=None):
    """Check that every call that was taken has come to one end."""
    assert (counts.waiting, counts.busy) == (0, 0)
    assert counts.submitted == sum(getattr(counts, end) for end in ENDS)
    assert counts.most_threads <= counts.max_workers
    assert taken is None or counts.submitted == taken


class Caller:
    """One thread's calls to the client that all share."""

    def __init__(self, client, database, number):
        self.client = client
        self.numbers = client[database].numbers
        self.own = client[database][f"of_{number}"]
        self.number = number
        self.random = random.Random(number)
        self.thread = threading.get_ident()

    async def all(self):
        await self.own.insert_one({"_id": -1})  # so that transactions find it
        for each in [self.echo, self.find, self.iterate, self.cancel, self.write] * 3:
            await each()
        await asyncio.gather(self.transact(), self.echo(), self.cancel())
        if self.number % 4 == 0:
            await self.watch()

    async def echo(self):
        """Each call has its own result, once, on its own loop's thread."""
        done = []
        tokens = [object() for _ in range(20)]
        calls = [self.client.run_in_worker(lambda token: token, token) for token in tokens]
        for call in calls:
            call.add_done_callback(lambda call: done.append((call, threading.get_ident())))
        results = await asyncio.gather(*calls)
        assert all(map(lambda one, other: one is other, results, tokens))
        await asyncio.sleep(0)
        assert Counter(done) == Counter((call, self.thread) for call in calls)

    async def find(self):
        ids = [self.random.randrange(250) for _ in range(20)]
        found = await asyncio.gather(*[self.numbers.find_one({"_id": n}) for n in ids])
        assert found == [{"_id": n} for n in ids]
        called_back = asyncio.get_running_loop().create_future()
        self.numbers.find_one({"_id": 1}, callback=lambda *args: called_back.set_result(args))
        assert await called_back == ({"_id": 1}, None)

    async def iterate(self):
        begin = self.random.randrange(200)
        query = {"_id": {"$gte": begin, "$lt": begin + 30}}
        cursors = [self.numbers.find(query, sort={"_id": 1}, batch_size=7) for _ in range(2)]
        expected = [{"_id": n} for n in range(begin, begin + 30)]
        assert [document async for document in cursors[0]] == expected
        assert await cursors[1].to_list() == expected

    async def cancel(self):
        """A call that is cancelled is over, and its loop and the other calls see nothing of it."""
        calls = [self.numbers.find_one({"_id": n}) for n in range(12)]
        for call in calls[::2]:
            if self.random.random() < 0.5:
                await asyncio.sleep(0)
            call.cancel()
        results = await asyncio.gather(*calls, return_exceptions=True)
        for n, (call, result) in enumerate(zip(calls, results, strict=True)):
            if call.cancelled():
                assert n % 2 == 0
            else:
                assert result == {"_id": n}

    async def write(self):
        before = await self.own.count_documents({})
        ids = range(before, before + 10)
        results = await asyncio.gather(*[self.own.insert_one({"_id": n}) for n in ids])
        assert [result.inserted_id for result in results] == list(ids)
        assert await self.own.count_documents({}) == before + 10

    async def transact(self):
        async with self.client.start_session() as session:
            async with session.start_transaction():
                await self.own.insert_one({"_id": "transaction"}, session=session)
                found = await self.own.find_one({"_id": "transaction"}, session=session)
                assert found == {"_id": "transaction"}
            assert not session.in_transaction
        assert await self.own.find_one({"_id": "transaction"}) is not None

    async def watch(self):
        async with self.own.watch() as stream:
            names = [f"change {n}" for n in range(5)]
            for name in names:
                await self.own.insert_one({"_id": name})
            changes = [await stream.next() for _ in names]
        assert [change["documentKey"]["_id"] for change in changes] == names


def test_sixteen_threads_share_a_client(make_client, numbers, most_inside):
    client = make_client(max_workers=WORKERS, max_stream_workers=2)

    async def work(number):
        await Caller(client, numbers.database.name, number).all()

    in_loops(work)
    assert most_inside(client._runtime.executor) <= WORKERS
    assert most_inside(client._runtime.streams) <= 2
    client._close().result(20)
    statistics = tornado_pymongo.statistics(client)
    check_counts(statistics.calls)
    check_counts(statistics.streams)
    assert statistics.calls.failed == statistics.calls.expired == statistics.calls.refused == 0


def test_every_call_is_over_when_a_client_is_closed_by_several_threads(make_client, numbers):
    client = make_client(max_workers=WORKERS)
    things = client[numbers.database.name].numbers

    async def work(number):
        done = 0
        with pytest.raises(InvalidOperation, match="close"):
            while True:
                found = await asyncio.gather(*[things.find_one({"_id": n}) for n in range(10)])
                assert found == [{"_id": n} for n in range(10)]
                done += 1
                if number % 4 == 0 and done == 3:
                    await client.close(drain_seconds=0)
        return done

    in_loops(work)
    check_counts(tornado_pymongo.statistics(client).calls)


def test_all_executors_are_found_while_others_are_made():
    """The set changed as a thread went over it, at the interpreter's exit."""

    def work(number):
        for _ in range(100):
            executor = Executor(1, 0)
            if number % 2:
                assert executor in all_executors()

    in_threads(work)


def test_an_executor_runs_each_call_once_whoever_submits_and_cancels_it(most_inside):
    executor = Executor(WORKERS, 40)
    refused = Counter()

    def work(thread):
        ran, taken, cancelled = [], [], 0
        for n in range(300):
            try:
                taken.append(executor.submit(ran.append, n))
            except TooManyCalls:
                refused[thread] += 1
                continue
            if n % 3 == 0 and taken[-1].cancel():
                cancelled += 1
        futures.wait(taken, 20)
        assert all(call.done() for call in taken)
        assert len(ran) == len(set(ran)) == len(taken) - cancelled
        return len(taken)

    taken = sum(in_threads(work))
    executor.shutdown()
    counts = executor.statistics()
    check_counts(counts, taken)
    assert counts.refused == sum(refused.values())
    assert most_inside(executor) <= WORKERS
