"""A guest book with Tornado: the program of the tutorial in the documentation.

::

    python examples/guestbook.py [PORT]

It starts a MongoDB of its own, or uses the one that MONGODB_URI names.
"""

import asyncio
import sys
from collections.abc import Generator
from contextlib import suppress
from typing import Any

from pymongo.errors import ConnectionFailure
from tornado import gen
from tornado.log import app_log
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

import tornado_pymongo
from tornado_pymongo.testing import MongoServer
from tornado_pymongo.web import GracefulHTTPServer

UNAVAILABLE = (ConnectionFailure, tornado_pymongo.TooManyCalls)

PAGE = b"""<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>Guest book</title>
<style>
  :root { color-scheme: light dark }
  body { max-width: 36rem; margin: 3rem auto; padding: 0 1rem; font: 1.1rem/1.6 system-ui }
  form { display: flex; flex-wrap: wrap; gap: .5rem }
  input, button { font: inherit; padding: .4rem .6rem } [name=text] { flex: 1 }
  li { margin: .8rem 0 } ul { padding: 0; list-style: none }
</style>
<h1>Guest book</h1>
<form><input name="name" placeholder="Name" required maxlength="50">
<input name="text" placeholder="What do you say?" required maxlength="500">
<button>Write</button></form>
<ul></ul>
<script>
  const form = document.querySelector("form"), list = document.querySelector("ul")
  async function show() {
    const {entries} = await (await fetch("/entries")).json()
    list.replaceChildren(...entries.map(({name, text}) => {
      const item = document.createElement("li"), who = document.createElement("b")
      who.textContent = name
      item.append(who, ": ", text)
      return item
    }))
  }
  form.onsubmit = async event => {
    event.preventDefault()
    await fetch("/entries", {method: "POST", body: new URLSearchParams(new FormData(form))})
    form.reset()
    await show()
  }
  show()
</script>
</html>
"""


class Page(RequestHandler):
    def get(self) -> None:
        self.finish(PAGE)


class Handler(RequestHandler):
    """What all others share: the collections, the counter, and errors as JSON."""

    def initialize(self, database: tornado_pymongo.Database) -> None:
        self.entries = database.entries
        self.pages = database.pages

    def prepare(self) -> None:
        visit = {"$inc": {"visits": 1}}
        path = self.request.path
        self.pages.update_one({"_id": path}, visit, upsert=True, callback=self.counted)

    def counted(self, result: Any, error: BaseException | None) -> None:
        if error is not None:
            app_log.warning("a visit was not counted: %s", error)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, UNAVAILABLE):
            self.set_status(503)
            self.set_header("Retry-After", "5")
        self.finish({"error": self._reason})


class Entries(Handler):
    async def get(self) -> None:
        newest = self.entries.find({}, {"_id": False}).sort("_id", -1).limit(10)
        self.write({"entries": [entry async for entry in newest]})

    @gen.coroutine
    def post(self) -> Generator[Any, Any, None]:
        entry = {"name": self.get_argument("name")[:50], "text": self.get_argument("text")[:500]}
        result = yield self.entries.insert_one(entry)
        self.set_status(201)
        self.write({"id": str(result.inserted_id)})


class Statistics(Handler):
    @gen.coroutine
    def get(self) -> Generator[Any, Any, None]:
        number, names = yield [self.entries.count_documents({}), self.entries.distinct("name")]
        self.write({"entries": number, "guests": sorted(names)})


async def main(uri: str, port: int) -> None:
    """Serve the guest book until SIGTERM or Ctrl-C."""
    async with tornado_pymongo.MongoClient(uri, serverSelectionTimeoutMS=5000) as client:
        database = {"database": client.guestbook}
        routes: list[Any] = [
            ("/", Page),
            ("/entries", Entries, database),
            ("/statistics", Statistics, database),
        ]
        server = GracefulHTTPServer(Application(routes))
        sockets = bind_sockets(port, "127.0.0.1")
        server.add_sockets(sockets)
        print(f"Open http://127.0.0.1:{sockets[0].getsockname()[1]}/  Ctrl-C stops it.", flush=True)
        await server.run_until_signal()


if __name__ == "__main__":
    with MongoServer() as mongodb, suppress(KeyboardInterrupt):  # before it serves
        asyncio.run(main(mongodb.uri, int(sys.argv[1]) if sys.argv[1:] else 0))
