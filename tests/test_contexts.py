"""No thread keeps the context of the call that has it start.

Threads inherit it on free-threaded Pythons from 3.14 on, and on others with an option, with which
these tests run in a Python of their own.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from contextvars import ContextVar, copy_context
from pathlib import Path

import pymongo
import pytest
from pymongo import monitoring
from test_client import dns_questions  # noqa: F401 - a fixture

from tornado_pymongo.internals import contract

INHERITED = getattr(sys.flags, "thread_inherit_context", False)
HERE = Path(__file__).parent

where_threads_inherit = pytest.mark.skipif(not INHERITED, reason="here, threads inherit no context")

mark: ContextVar[bool] = ContextVar("mark", default=False)


def run_tests(*arguments):
    """Run tests where threads inherit contexts; return the end of what pytest says."""
    command = [sys.executable, "-X", "thread_inherit_context=1", "-m", "pytest", "-q", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    ran = subprocess.run(command, cwd=HERE.parent, env=environment, capture_output=True, text=True)
    return ran.stdout[-3000:] if ran.returncode else ran.stdout.splitlines()[-1]


@pytest.mark.skipif(
    sys.version_info < (3, 14) or INHERITED, reason="this Python has no such option, or it is on"
)
@pytest.mark.parametrize(
    "names",
    [
        ["test_contexts"],
        pytest.param(["test_client", "test_limits", "test_session"], marks=pytest.mark.slow),
    ],
)
def test_all_is_well_where_threads_inherit_contexts(names, mongo_server, monkeypatch):
    monkeypatch.setenv("MONGODB_URI", mongo_server.uri)
    end = run_tests("-p", "no:cacheprovider", *[f"tests/{name}.py" for name in names])
    assert " passed" in end and "failed" not in end, end


class Threads:
    """The threads that have begun: the name of each, and whether it has inherited the mark."""

    def __init__(self):
        self.begun = []

    def until_begun(self, *parts):
        """Wait until a thread has begun for each of these parts of names."""
        deadline = time.monotonic() + 20
        while not all(any(part in name for name, _ in self.begun) for part in parts):
            assert time.monotonic() < deadline, (parts, self.begun)
            time.sleep(0.01)

    def marked(self):
        """Return the names of those that have inherited it, but for asyncio's own."""
        return [name for name, is_marked in self.begun if is_marked and "asyncio" not in name]


@pytest.fixture
def threads(monkeypatch):
    """Take note of the threads that begin; fail where one has inherited the mark."""
    threads = Threads()

    def noted(thread, run=threading.Thread.run):
        threads.begun.append((thread.name, mark.get()))
        run(thread)

    monkeypatch.setattr(threading.Thread, "run", noted)
    yield threads
    assert threads.marked() == []


def test_the_fixture_sees_what_a_thread_inherits(threads):
    def start():
        mark.set(True)
        thread = threading.Thread(name="inherits")
        thread.start()
        thread.join()

    copy_context().run(start)
    assert threads.begun == [("inherits", bool(INHERITED))]
    threads.begun.clear()


class Heartbeats(monitoring.ServerHeartbeatListener, monitoring.TopologyListener):
    """The deadlines that the threads have that tell of heartbeats."""

    def __init__(self):
        self.deadlines = set()

    def started(self, event):
        self.deadlines.add(contract.csot.get_deadline())

    succeeded = failed = started

    def opened(self, event):
        """Nothing to do: that has a thread of its own."""

    description_changed = closed = opened


@where_threads_inherit
@pytest.mark.parametrize("share_core", ["workers", "none"])
async def test_no_thread_inherits_the_first_calls_context(threads, make_client, gate, share_core):
    heartbeats = Heartbeats()
    mark.set(True)
    with pymongo.timeout(40):
        client = make_client(event_listeners=[heartbeats], max_workers=2, share_core=share_core)
        calls = [client.run_in_worker(gate) for _ in range(3)]  # the last one waits
        await gate.until_entered(2)
        gate.opened.set()
        for call in calls:
            await call
        await client.admin.command("ping")
        await asyncio.to_thread(
            threads.until_begun, "server_monitor", "kill_cursors", "events", "rtt", "_supervisor"
        )
    await client.close()
    threads.until_begun("_close")
    assert heartbeats.deadlines == {float("inf")}


@where_threads_inherit
@pytest.mark.skipif(not hasattr(pymongo.MongoClient, "_resolve_srv"), reason="before PyMongo 4.12")
async def test_the_thread_that_looks_up_addresses_inherits_none(
    threads,
    clients,
    dns_questions,  # noqa: F811
):
    client = clients("mongodb+srv://mongo.example.com/?tls=false")
    mark.set(True)
    with pymongo.timeout(40):
        await client.admin.command("ping")
    await asyncio.to_thread(threads.until_begun, "srv_polling")


@where_threads_inherit
async def test_a_monitor_that_a_later_call_restarts_inherits_none(threads, make_client):
    client = make_client()
    await client.admin.command("ping")
    topology = client.delegate._topology
    (server,) = topology._servers.values()
    monitor = server._monitor
    await client.run_in_worker(lambda: (monitor.close(), monitor._executor.join(20)))
    topology._description = topology._description.reset()  # all servers are unknown
    threads.begun.clear()
    mark.set(True)
    with pymongo.timeout(40):
        await client.admin.command("ping")
    await asyncio.to_thread(threads.until_begun, "server_monitor")


@where_threads_inherit
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning", "ignore:.*fork:UserWarning")
def test_nor_do_those_of_a_forked_child(threads, make_client):
    client = make_client()
    client.delegate.admin.command("ping")
    if not (child := os.fork()):
        code = 1
        try:
            threads.begun.clear()
            mark.set(True)
            with pymongo.timeout(40):
                client.delegate.admin.command("ping")
            threads.until_begun("server_monitor", "kill_cursors")
            code = 2 if threads.marked() else 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@where_threads_inherit
def test_nor_do_those_of_the_clients_that_encryption_has(threads, make_client):
    pytest.importorskip("pymongocrypt")
    from pymongo.encryption_options import AutoEncryptionOpts

    options = AutoEncryptionOpts(
        {"local": {"key": b"k" * 96}}, "db.keys", mongocryptd_bypass_spawn=True
    )
    client = make_client(auto_encryption_opts=options)
    encrypter = client.delegate._encrypter
    inner = encrypter._internal_client, encrypter._auto_encrypter.callback.mongocryptd_client

    def connect():
        mark.set(True)
        for each in inner:
            each._get_topology()
            threads.until_begun("server_monitor", "kill_cursors")
            assert threads.marked() == []
            threads.begun.clear()

    copy_context().run(connect)
