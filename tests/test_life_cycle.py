"""Opening, closing, forking, exiting; loops that end, clients that are forgotten."""

from __future__ import annotations

import asyncio
import gc
import signal
import subprocess
import sys
import threading
import weakref

import pytest
from pymongo.errors import ConfigurationError, InvalidOperation

import tornado_pymongo


def threads_of(client):
    """Return the threads that run calls of a client, and those that look after these."""
    executors = client._runtime.executor, client._runtime.streams
    workers = [worker.thread for executor in executors for worker in executor.state.crew.workers]
    supervisors = [executor.state.supervisor.thread for executor in executors]
    return [thread for thread in (*workers, *supervisors) if thread is not None]


@pytest.fixture
async def hung(make_client, numbers, block):
    """Return a client, and a function that makes a call that the server does not answer."""
    client = make_client(max_workers=2)
    await client.admin.command("ping")

    async def hang():
        await block("find")
        call = client[numbers.database.name].numbers.find_one()
        await block.until_asleep()
        return call

    return client, hang


# Closing


async def test_close_gives_running_calls_time_and_then_aborts_them(hung):
    client, hang = hung
    call = await hang()
    await client.close(drain_seconds=0.05)
    with pytest.raises(InvalidOperation, match="was closed while this call was running"):
        await call
    assert tornado_pymongo.statistics(client).calls.aborted == 1


async def test_no_thread_is_left_when_close_is_over(make_client, numbers):
    client = make_client(max_workers=4, max_stream_workers=2)
    collection = client[numbers.database.name].numbers
    streams = [await collection.watch() for _ in range(5)]
    waiting = [asyncio.ensure_future(stream.next()) for stream in streams]
    await asyncio.gather(*[collection.find_one({"_id": n}) for n in range(200)])
    threads = threads_of(client)
    assert len(threads) >= 4
    await client.close()
    assert not any(thread.is_alive() for thread in threads)
    for error in await asyncio.gather(*waiting, return_exceptions=True):
        assert isinstance(error, InvalidOperation)


async def test_the_loop_goes_on_while_a_client_closes(hung):
    client, hang = hung
    call = await hang()
    closing = client.close(drain_seconds=0.1)
    ticks = 0
    while not closing.done():
        await asyncio.sleep(0.001)
        ticks += 1
    assert ticks > 10
    with pytest.raises(InvalidOperation):
        await call


async def test_whoever_gives_up_waiting_for_a_close_does_not_undo_it(make_client):
    client = make_client()
    await client.admin.command("ping")
    client.close().cancel()
    with pytest.raises(InvalidOperation, match="after close"):
        await client.admin.command("ping")
    await client.close()


async def test_drain_seconds_is_checked(make_client):
    with pytest.raises(ConfigurationError, match="drain_seconds must be a number"):
        make_client().close(drain_seconds="5")


# Forgetting


async def test_a_client_that_is_forgotten_goes_with_its_cursors(
    mongo_server, mongo_client, numbers
):
    async def open_cursors():
        status = await mongo_client.admin.command("serverStatus")
        return status["metrics"]["cursor"]["open"]["total"]

    before = await open_cursors()
    client = tornado_pymongo.MongoClient(mongo_server.uri)
    cursor = client[numbers.database.name].numbers.find(batch_size=2)
    await cursor.next()
    await cursor.next()
    assert await open_cursors() == before + 1
    del cursor
    while await open_cursors() > before:
        await asyncio.sleep(0.05)
    gone = weakref.ref(client.delegate)
    with pytest.warns(ResourceWarning, match="Unclosed MongoClient"):
        del client
        while gone() is not None:
            gc.collect()
            await asyncio.sleep(0.01)


async def test_a_call_goes_on_when_its_client_is_forgotten(mongo_server, numbers, gate):
    client = tornado_pymongo.MongoClient(mongo_server.uri)
    call = client.run_in_worker(gate, "result")
    await gate.until_entered()
    closer = client._close
    del client
    gc.collect()
    gate.opened.set()
    assert await call == "result"
    await asyncio.wrap_future(closer())


# Leaving the interpreter


def run_python(program, *arguments, send=None):
    """Run a program; return its output and exit code."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if send is not None:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(send)
    output, _ = process.communicate(timeout=40)
    return output, process.returncode


HANGING = """
import asyncio, signal, sys, threading, warnings
import tornado_pymongo
from tornado_pymongo.executor import lifecycle
warnings.simplefilter("ignore")  # of the client that is not closed
lifecycle.DRAIN = 0.1

async def main():
    client = tornado_pymongo.MongoClient(sys.argv[1])
    await client.admin.command("ping")
    hang = {"failCommands": ["find"], "blockConnection": True, "blockTimeMS": 60_000}
    await client.admin.command("configureFailPoint", "failCommand", mode={"times": 3}, data=hang)
    calls = [client.exit.things.find_one() for _ in range(3)]
    stream = await client.exit.things.watch()
    waiting = stream.next()
    while tornado_pymongo.statistics(client).calls.busy < 3:
        await asyncio.sleep(0.01)
    print("ready", flush=True)
    %s

asyncio.run(main())
"""


@pytest.fixture
def exit_server():
    """Return the URI of a server that may be left with sleeping commands."""
    from tornado_pymongo.testing import MongoServer

    with MongoServer(options=["--setParameter", "enableTestCommands=1"]) as server:
        yield server.uri


def test_the_interpreter_exits_though_calls_run_and_streams_wait(exit_server):
    output, code = run_python(HANGING % "return", exit_server)
    assert code == 0
    for line in output.splitlines()[1:]:
        assert "results of MongoDB calls were dropped" in line


def test_ctrl_c_ends_it_as_well(exit_server):
    output, code = run_python(
        HANGING % "await asyncio.gather(*calls, waiting)", exit_server, send=signal.SIGINT
    )
    assert code in (1, -signal.SIGINT)
    assert "\nKeyboardInterrupt\n" in output


# Forking

FORKING = """
import asyncio, multiprocessing, os, sys, warnings
warnings.simplefilter("ignore")  # PyMongo's and Python's, of forking with threads
import tornado_pymongo

client = tornado_pymongo.MongoClient(sys.argv[1])

async def count(n):
    found = await asyncio.gather(*[client.fork.things.find_one({"_id": n}) for _ in range(20)])
    streams = await client.fork.things.watch(max_await_time_ms=50)
    await streams.try_next()
    await streams.close()
    return len(found)

def in_child(n):
    assert asyncio.run(count(n)) == 20
    async def close():
        await client.close()
    asyncio.run(close())
"""

MULTIPROCESSING = (
    FORKING
    + """
asyncio.run(count(0))
processes = [multiprocessing.get_context("fork").Process(target=in_child, args=[n]) for n in (1, 2)]
for process in processes: process.start()
assert asyncio.run(count(3)) == 20
for process in processes: process.join(30)
assert [process.exitcode for process in processes] == [0, 0]
assert asyncio.run(count(3)) == 20
asyncio.run(client.close()) if sys.version_info >= (3, 11) else client._close().result()
print("done")
"""
)

FORK_PROCESSES = (
    FORKING
    + """
import tornado.process
if sys.argv[2] == "used":
    asyncio.run(count(0))
    asyncio.set_event_loop(None)
try:
    number = tornado.process.fork_processes(2, max_restarts=0)
except SystemExit:
    print("done")
    raise
in_child(number)
"""
)

IN_A_WORKER = (
    FORKING
    + """
def before_the_loop_runs():
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    assert loop.run_until_complete(client.admin.command("ping"))["ok"] == 1
    loop.close()
    in_child(1)

def start():
    process = multiprocessing.get_context("fork").Process(target=before_the_loop_runs)
    process.start()
    process.join(30)
    return process.exitcode

async def main():
    await count(0)
    assert await client.run_in_worker(start) == 0
    await count(3)
    await client.close()

asyncio.run(main())
print("done")
"""
)


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        (MULTIPROCESSING, []),
        (IN_A_WORKER, []),
        (FORK_PROCESSES, ["used"]),
        (FORK_PROCESSES, ["unused"]),
    ],
    ids=["multiprocessing", "a worker", "fork_processes after use", "fork_processes before use"],
)
def test_parent_and_children_go_on_after_a_fork(mongo_server, program, arguments):
    output, code = run_python(program, mongo_server.uri, *arguments)
    assert (output.splitlines()[-1:], code) == (["done"], 0), output


# Loops


def test_a_loop_that_ends_with_calls_in_flight_harms_nobody(make_client, numbers):
    client = make_client(max_workers=2)
    collection = client[numbers.database.name].numbers

    async def leave():
        for n in range(50):
            collection.find_one({"_id": n})

    for _ in range(5):
        asyncio.run(leave())

    async def use():
        return await collection.find_one({"_id": 1})

    assert asyncio.run(use()) == {"_id": 1}


def test_cursors_streams_and_sessions_go_from_one_loop_to_another(make_client, numbers):
    client = make_client()
    collection = client[numbers.database.name].numbers
    cursor = collection.find().sort("_id").batch_size(10)

    async def read(number):
        return [(await cursor.next())["_id"] for _ in range(number)]

    # Within a batch, at its end, and across one that is being read ahead.
    read_so_far = [n for number in (5, 5, 1, 14, 25) for n in asyncio.run(read(number))]
    assert read_so_far == list(range(50))

    async def begin():
        session = await client.start_session()
        session.start_transaction()
        await collection.insert_one({"_id": "new"}, session=session)
        return await collection.watch(), session

    stream, session = asyncio.run(begin())

    async def end():
        await session.commit_transaction()
        await session.end_session()
        change = await stream.next()
        await stream.close()
        await cursor.close()
        return change["documentKey"]

    assert asyncio.run(end()) == {"_id": "new"}


def test_a_loop_in_another_thread_can_close_the_client(make_client, numbers):
    client = make_client(max_workers=1)
    entered = threading.Event()

    async def use():
        entered.set()
        with pytest.raises(InvalidOperation):
            while True:
                await client[numbers.database.name].numbers.find_one()

    async def close():
        await client.close()

    thread = threading.Thread(target=lambda: asyncio.run(use()))
    thread.start()
    entered.wait(20)
    asyncio.run(close())
    thread.join(20)
    assert not thread.is_alive()
