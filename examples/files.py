"""A shelf for files: upload and download with Tornado, stored in MongoDB by GridFS.

::

    python examples/files.py [--port PORT]

It starts a MongoDB of its own, or uses the one that MONGODB_URI names, and there the database
`tornado_pymongo_files`. However large a file, and however slow its client, it takes little memory.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from typing import Any

from pymongo.errors import PyMongoError
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

import tornado_pymongo
from tornado_pymongo.testing import MongoServer
from tornado_pymongo.web import GridFSHandler, GridFSUploadHandler

MAX_SIZE = 2**30


class FileHandler(GridFSUploadHandler, GridFSHandler):
    def set_extra_headers(self, path: str, gridout: Any) -> None:
        # Whatever was uploaded, a browser must not run it as a page of this site.
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Content-Security-Policy", "sandbox")


class ListHandler(RequestHandler):
    def initialize(self, database: tornado_pymongo.Database) -> None:
        self.bucket = tornado_pymongo.GridFSBucket(database)

    async def get(self) -> None:
        newest = self.bucket.find().sort("uploadDate", -1).limit(100)
        files = [{"name": file.filename, "length": file.length} async for file in newest]
        self.write({"files": files})


async def main(client: tornado_pymongo.MongoClient, port: int) -> None:
    """Serve until told to stop."""
    async with client:
        database = client.tornado_pymongo_files
        application = Application(
            [
                (r"/files/(.+)", FileHandler, {"database": database, "max_size": MAX_SIZE}),
                (r"/files/", ListHandler, {"database": database}),
            ]
        )
        server = HTTPServer(application)
        sockets = bind_sockets(port, "127.0.0.1")
        server.add_sockets(sockets)
        address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
        print(f"curl -T README.rst {address}/files/  # upload")
        print(f"curl {address}/files/README.rst      # download")
        print(f"curl {address}/files/                # what there is")
        print(f"\nServing {address}/files/ until Ctrl-C.", flush=True)
        told_to_stop = asyncio.Event()
        for number in signal.SIGINT, signal.SIGTERM:
            asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
        try:
            await told_to_stop.wait()
        finally:
            server.stop()
            await server.close_all_connections()


def run() -> None:
    """Start MongoDB, before there is a loop that this could hold up, and then serve."""
    parser = argparse.ArgumentParser(description="A shelf for files.")
    parser.add_argument("--port", type=int, default=0, help="0, the default, is any free one")
    arguments = parser.parse_args()
    try:
        with MongoServer() as mongodb:
            client = tornado_pymongo.MongoClient(mongodb.uri, serverSelectionTimeoutMS=5000)
            asyncio.run(main(client, arguments.port))
    except (OSError, PyMongoError) as error:
        sys.exit(f"It cannot start: {error}")


if __name__ == "__main__":
    run()
