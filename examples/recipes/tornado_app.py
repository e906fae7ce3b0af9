"""An API with Tornado: one client for the process, given to the handlers by their routes.

::

    MONGODB_URI=mongodb://localhost:27017 python tornado_app.py

It listens on port 8888 of this machine, or on the one that PORT says.
"""

import asyncio
import os
from typing import Any

from bson import ObjectId
from bson.errors import InvalidId
from pymongo.errors import ConnectionFailure
from tornado.escape import json_decode
from tornado.web import Application, HTTPError, RequestHandler

import tornado_pymongo
from tornado_pymongo.web import GracefulHTTPServer

UNAVAILABLE = (ConnectionFailure, tornado_pymongo.TooManyCalls)


class Handler(RequestHandler):
    """What all handlers have: the collection, and 503 if MongoDB cannot answer now."""

    def initialize(self, teas: tornado_pymongo.Collection) -> None:
        self.teas = teas

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        if isinstance(kwargs.get("exc_info", (None, None))[1], UNAVAILABLE):
            self.set_status(503)
            self.set_header("Retry-After", "5")
        self.finish({"error": self._reason})


class Teas(Handler):
    async def get(self) -> None:
        teas = await self.teas.find({}, {"_id": False}).sort("name").to_list(100)
        self.write({"teas": teas})

    async def post(self) -> None:
        tea = json_decode(self.request.body)
        result = await self.teas.insert_one({"name": tea["name"], "grams": tea["grams"]})
        self.set_status(201)
        self.write({"id": str(result.inserted_id)})


class Tea(Handler):
    async def get(self, tea_id: str) -> None:
        try:
            tea = await self.teas.find_one({"_id": ObjectId(tea_id)}, {"_id": False})
        except InvalidId:
            tea = None
        if tea is None:
            raise HTTPError(404)
        self.write(tea)


def make_application(client: tornado_pymongo.MongoClient) -> Application:
    """Return the application: a test gives it a client of its own."""
    arguments = {"teas": client.shop.teas}
    return Application([("/teas", Teas, arguments), ("/teas/(.*)", Tea, arguments)])


async def main() -> None:
    """Serve until SIGTERM or Ctrl-C."""
    uri = os.environ.get("MONGODB_URI", "mongodb://localhost:27017")
    async with tornado_pymongo.MongoClient(uri, serverSelectionTimeoutMS=2000) as client:
        server = GracefulHTTPServer(make_application(client))
        server.listen(int(os.environ.get("PORT", "8888")), "127.0.0.1")
        await server.run_until_signal()


if __name__ == "__main__":
    asyncio.run(main())
