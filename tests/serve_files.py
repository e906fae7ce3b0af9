"""Serve GridFS files, in a process of its own whose memory can be watched.

    python tests/serve_files.py tornado|aiohttp

Prints its port. `MONGODB_URI` names the server, the database is tornado_pymongo_files.
"""

from __future__ import annotations

import asyncio
import os
import sys

import tornado_pymongo


async def serve_with_tornado(database):
    from tornado.httpserver import HTTPServer
    from tornado.netutil import bind_sockets
    from tornado.web import Application

    from tornado_pymongo.web import GridFSHandler, GridFSUploadHandler

    class FileHandler(GridFSUploadHandler, GridFSHandler):
        pass

    arguments = {"database": database, "max_size": 2**30}
    sockets = bind_sockets(0, "127.0.0.1")
    HTTPServer(Application([("/files/(.*)", FileHandler, arguments)])).add_sockets(sockets)
    return sockets[0].getsockname()[1]


async def serve_with_aiohttp(database):
    from aiohttp import web

    from tornado_pymongo.aiohttp import AIOHTTPGridFS, AIOHTTPGridFSUpload

    application = web.Application()
    application.router.add_get("/files/{filename}", AIOHTTPGridFS(database))
    application.router.add_put("/files/{filename}", AIOHTTPGridFSUpload(database, max_size=2**30))
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner.addresses[0][1]


async def main():
    client = tornado_pymongo.MongoClient(os.environ["MONGODB_URI"])
    serve = {"tornado": serve_with_tornado, "aiohttp": serve_with_aiohttp}[sys.argv[1]]
    print(await serve(client.tornado_pymongo_files), flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
