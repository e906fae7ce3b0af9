"""What newer Pythons bring: eager tasks, call graphs, interpreters in threads."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

import tornado_pymongo

INTERPRETERS = """
import asyncio, sys
from concurrent.futures import InterpreterPoolExecutor

def work(uri, closes):
    global client  # so that it is there when its interpreter ends
    import tornado_pymongo
    async def main():
        global client
        client = tornado_pymongo.MongoClient(uri, max_workers=2)
        things = client.tornado_pymongo_test.things
        await asyncio.gather(*[things.find_one({"_id": n}) for n in range(100)])  # most wait
        async with things.watch(max_await_time_ms=100) as stream:
            await things.insert_one({})
            await stream.next()
        if closes:
            await client.close()
        return "done"
    return asyncio.run(main())

if __name__ == "__main__":
    with InterpreterPoolExecutor(2) as pool:
        for each in [pool.submit(work, sys.argv[1], closes) for closes in (True, False)]:
            print(each.result(40))
"""


@pytest.mark.skipif(sys.version_info < (3, 14), reason="there is no InterpreterPoolExecutor")
def test_each_interpreter_of_a_pool_may_have_a_client(mongo_server, tmp_path):
    """Closed or not, it does not hold up the end of its interpreter."""
    program = tmp_path / "interpreters.py"  # a module, to be imported there
    program.write_text(INTERPRETERS)
    command = [sys.executable, program, mongo_server.uri]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=50)
    assert (ran.returncode, ran.stdout) == (0, "done\ndone\n"), ran.stderr


# Call graphs


def awaited_by(future):
    """Return the names of the tasks that wait for a Future, as call graphs have them."""
    graph = asyncio.capture_call_graph(future)
    return [each.future.get_name() for each in graph.awaited_by]


@pytest.mark.skipif(sys.version_info < (3, 14), reason="there are no call graphs")
@pytest.mark.parametrize(
    "start",
    [
        lambda things, call: call(),
        lambda things, call: things.find({"$where": "sleep(10000)"}).next(),
        lambda things, call: things.find({"$where": "sleep(10000)"}).to_list(),
        lambda things, call: things.aggregate([{"$match": {"_id": -1}}]).next(),
        lambda things, call: things.watch(max_await_time_ms=10_000).next(),
    ],
    ids=["call", "next", "to_list", "aggregate", "change stream"],
)
@pytest.mark.parametrize("how", ["await", "gather", "task"])
async def test_a_call_graph_shows_who_waits_for_a_call(start, how, make_client, numbers, gate):
    client = make_client(max_workers=1)
    things = client[numbers.database.name].numbers
    before = client.run_in_worker(gate)  # the calls wait for it
    await gate.until_entered()
    future = start(things, lambda: client.run_in_worker(gate))

    async def wait():
        return await (asyncio.gather(future) if how == "gather" else future)

    task = asyncio.create_task(future if how == "task" else wait(), name="the one that waits")
    await asyncio.sleep(0)
    assert awaited_by(future) == ["the one that waits"]
    task.cancel()
    gate.opened.set()
    await asyncio.gather(task, return_exceptions=True)
    await before
    assert awaited_by(future) == []


@pytest.mark.skipif(sys.version_info < (3, 14), reason="there are no call graphs")
async def test_a_call_graph_goes_through_a_transaction(mongo_client):
    """Its callback runs in a task of the library."""
    graphs = []

    async def look(session):
        graphs.append(asyncio.capture_call_graph())

    async with mongo_client.start_session() as session:
        await session.with_transaction(look)
    (graph,) = graphs
    assert [each.future for each in graph.awaited_by] == [asyncio.current_task()]


# Eager tasks


needs_eager_tasks = pytest.mark.skipif(
    sys.version_info < (3, 12), reason="there are no eager tasks"
)


@needs_eager_tasks
async def test_all_is_well_in_eager_tasks(numbers):
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)

    async def scan():
        return [each["_id"] async for each in numbers.find(batch_size=50).sort("_id")]

    async def stream():
        async with numbers.watch(max_await_time_ms=100) as changes:
            await numbers.insert_one({"_id": "new"})
            return (await changes.next())["documentKey"]["_id"]

    async def transact(session):
        return (await numbers.find_one({"_id": 1}, session=session))["_id"]

    async def transaction():
        async with numbers.database.client.start_session() as session:
            return await session.with_transaction(transact)

    call = asyncio.create_task(numbers.find_one({"_id": 2}))
    assert not call.done()
    assert await asyncio.gather(call, *map(asyncio.create_task, (scan(), transaction()))) == [
        {"_id": 2},
        list(range(250)),
        1,
    ]
    assert await asyncio.create_task(stream()) == "new"
    cursor = numbers.find({"_id": {"$lt": 100}}, batch_size=10).sort("_id")
    assert (await asyncio.create_task(cursor.next()))["_id"] == 0
    at_hand = asyncio.create_task(cursor.next())  # from the batch: done in the first step
    assert at_hand.done()
    assert at_hand.result()["_id"] == 1


@needs_eager_tasks
async def test_an_eager_task_that_is_cancelled_cancels_its_call(make_client, gate):
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    client = make_client(max_workers=1)
    running = asyncio.create_task(client.run_in_worker(gate))
    await gate.until_entered()
    waiting = asyncio.create_task(client.run_in_worker(gate))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    counts = tornado_pymongo.statistics(client).calls
    assert (counts.cancelled, counts.waiting) == (1, 0)
    gate.opened.set()
    await running
