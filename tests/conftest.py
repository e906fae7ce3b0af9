"""Every test: no warning, no hang, and nothing that blocks an event loop."""

from __future__ import annotations

import asyncio
import functools
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager

import pymongo.collection
import pymongo.monitoring
import pytest
from blockbuster import BlockBuster, blockbuster_ctx
from interpreter import FREE_THREADED
from pymongo.errors import OperationFailure, PyMongoError

import tornado_pymongo
from tornado_pymongo.executor import Executor
from tornado_pymongo.testing import MongoServer


@pytest.fixture(scope="session", autouse=True)
def _no_gil() -> Iterator[None]:
    """Fail where a free-threaded Python got a GIL by a module that was not made for it."""
    yield
    assert not FREE_THREADED or not sys._is_gil_enabled()


@pytest.fixture(scope="session")
def mongo_server() -> Iterator[MongoServer]:
    """Return the server of all tests: one whose commands can be made to fail."""
    with MongoServer(options=["--setParameter", "enableTestCommands=1"]) as server:
        yield server


@pytest.fixture
async def fail(mongo_client) -> AsyncIterator[Callable[..., Awaitable[object]]]:
    """Return a function that makes the server fail commands: ``fail(times, *names, **how)``."""

    def fail(times, *names, **how):
        mode = {"times": times} if times else "off"
        data = {"failCommands": names, **how}
        return mongo_client.admin.command("configureFailPoint", "failCommand", mode=mode, data=data)

    try:
        await fail(0)
    except OperationFailure:
        pytest.skip("the server of MONGODB_URI was started without enableTestCommands")
    yield fail
    await fail(0)


class Block:
    """Makes the server not answer a command."""

    def __init__(self, fail, admin):
        self._fail = fail
        self._admin = admin
        self._entered = 0

    async def __call__(self, name, milliseconds=50_000):
        """Have the server sleep over the next command of this name."""
        answer = await self._fail(1, name, blockConnection=True, blockTimeMS=milliseconds)
        self._entered = answer["count"] + 1

    async def until_asleep(self):
        """Wait until the server has got that command."""
        await self._admin.command(
            "waitForFailPoint", "failCommand", timesEntered=self._entered, maxTimeMS=20_000
        )

    async def wake(self):
        """Have it sleep no more, unless it sleeps over the end of a transaction."""
        sleeping = {"active": True, "ns": {"$regex": "^tornado_pymongo_test"}}
        async for op in self._admin.aggregate([{"$currentOp": {}}, {"$match": sleeping}]):
            await self._admin.command("killOp", op=op["opid"])


@pytest.fixture
async def block(fail, mongo_client, db) -> AsyncIterator[Block]:
    """Return a `Block`."""
    block = Block(fail, mongo_client.admin)
    yield block
    await block.wake()


class Commands(pymongo.monitoring.CommandListener):
    """The names of the commands that a client sends."""

    def __init__(self) -> None:
        self.names = []

    def started(self, event):
        """Take note of it."""
        self.names.append(event.command_name)

    def succeeded(self, event):
        """Nothing to do."""

    failed = succeeded


@pytest.fixture
def commands() -> Commands:
    """Return a listener for a client of the test."""
    return Commands()


@pytest.fixture(autouse=True)
def blockbuster() -> Iterator[BlockBuster]:
    """Fail what blocks in a thread whose event loop is running."""
    with blockbuster_ctx() as blockbuster:
        # To make a client, PyMongo looks whether it runs in a container. No network, and one look.
        for function in blockbuster.functions.values():
            function.can_block_in("pymongo/pool_options.py", {"_metadata_env"})
            # Or, for encryption, which version of pymongocrypt is installed.
            function.can_block_in("pymongo/common.py", {"check_for_min_version"})
        yield blockbuster


@pytest.fixture
def make_client(mongo_server) -> Iterator[Callable[..., tornado_pymongo.MongoClient]]:
    """Return a function that makes clients of the server, which are closed after the test."""
    clients = []

    def make_client(**options):
        clients.append(tornado_pymongo.MongoClient(mongo_server.uri, **options))
        return clients[-1]

    yield make_client
    for client in clients:
        client._close().result()


@pytest.fixture
def clients() -> Iterator[Callable[..., tornado_pymongo.MongoClient]]:
    """Return a function that makes clients of any server, which are closed after the test."""
    clients = []

    def connect(uri, **options):
        clients.append(tornado_pymongo.MongoClient(uri, **options))
        return clients[-1]

    yield connect
    for client in clients:
        client._close().result()


@pytest.fixture
def raised(monkeypatch) -> list[PyMongoError]:
    """Return a list that grows with every error that a method of PyMongo's collection raises."""
    raised = []

    def observed(method):
        @functools.wraps(method)
        def observed(*args, **kwargs):
            try:
                return method(*args, **kwargs)
            except PyMongoError as error:
                raised.append(error)
                raise

        return observed

    for name in "find_one", "insert_one", "update_one", "find_one_and_update":
        method = getattr(pymongo.collection.Collection, name)
        monkeypatch.setattr(pymongo.collection.Collection, name, observed(method))
    return raised


@pytest.fixture
def db(mongo_client):
    """Return a database that is empty."""
    mongo_client.delegate.drop_database("tornado_pymongo_test")
    return mongo_client.tornado_pymongo_test


@pytest.fixture
def numbers(db):
    """Return a collection of 250 documents: {"_id": 0} to {"_id": 249}."""
    db.delegate.numbers.insert_many({"_id": n} for n in range(250))
    return db.numbers


@pytest.fixture
def hops(mongo_client, monkeypatch):
    """Return a list that grows with every call that takes a worker."""
    hops = []
    start = mongo_client._runtime.executor.start
    monkeypatch.setattr(
        mongo_client._runtime.executor, "start", lambda call: (hops.append(1), start(call))
    )
    return hops


@pytest.fixture
def busy_workers(monkeypatch):
    """Return a context manager: calls made within it start when it is left."""

    @contextmanager
    def busy_workers():
        waiting = []
        with monkeypatch.context() as patch:
            patch.setattr(Executor, "start", lambda *call: waiting.append(call))
            yield
        for call in waiting:
            Executor.start(*call)

    return busy_workers


class Gate:
    """A blocking function that tells when it is in and waits until it may go."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.opened = threading.Event()

    def __call__(self, result=None):
        self.entered.release()
        assert self.opened.wait(20), "nobody opened the gate"
        return result

    async def until_entered(self, times: int = 1) -> None:
        """Wait, without blocking the loop, until so many calls are in."""
        for _ in range(times):
            entered = await asyncio.get_running_loop().run_in_executor(
                None, lambda: self.entered.acquire(timeout=20)
            )
            assert entered, "the call did not start"


@pytest.fixture
def gate() -> Iterator[Gate]:
    """Return a `Gate`, which is opened after the test in any case."""
    gate = Gate()
    yield gate
    gate.opened.set()
