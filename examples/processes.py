"""A Tornado server of several processes, each with a client of its own.

::

    MONGODB_URI=mongodb://localhost:27017 python examples/processes.py [--processes N] [--port PORT]

Each of them notes in the database `tornado_pymongo_processes` that it is there. Not on Windows.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket

from tornado.netutil import bind_sockets
from tornado.process import fork_processes
from tornado.web import Application, RequestHandler

import tornado_pymongo
from tornado_pymongo.web import GracefulHTTPServer


class Handler(RequestHandler):
    def initialize(self, processes: tornado_pymongo.Collection) -> None:
        self.processes = processes

    async def get(self) -> None:
        there = [each["_id"] async for each in self.processes.find().sort("_id")]
        self.write({"answered_by": os.getpid(), "processes": there})


async def serve(sockets: list[socket.socket]) -> None:
    """Serve until told to stop: in each process, after the fork."""
    uri = os.environ.get("MONGODB_URI", "mongodb://localhost:27017")
    async with tornado_pymongo.MongoClient(uri, serverSelectionTimeoutMS=5000) as client:
        processes = client.tornado_pymongo_processes.processes
        await processes.insert_one({"_id": os.getpid()})
        server = GracefulHTTPServer(Application([("/", Handler, {"processes": processes})]))
        server.add_sockets(sockets)
        await server.run_until_signal()
        await processes.delete_one({"_id": os.getpid()})


def run() -> None:
    """Open the port, which all share, and then become several processes."""
    parser = argparse.ArgumentParser(description="A Tornado server of several processes.")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--port", type=int, default=0, help="0, the default, is any free one")
    arguments = parser.parse_args()
    sockets = bind_sockets(arguments.port, "127.0.0.1")
    port = sockets[0].getsockname()[1]
    print(f"Serving http://127.0.0.1:{port}/ until Ctrl-C.", flush=True)
    # Ctrl-C reaches them all: the children end by themselves, and then this one does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    fork_processes(arguments.processes)  # returns in the children only
    asyncio.run(serve(sockets))


if __name__ == "__main__":
    run()
