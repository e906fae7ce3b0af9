"""What an operator wants to see: the statistics of a client, live.

::

    python examples/dashboard.py [--port PORT]

The page gets `tornado_pymongo.statistics(client)` twice a second. It can also put a load on the
client, which has few threads and lets few calls wait, so that one sees it work to its limits: each
call waits for the server for 20 milliseconds, as a slow query does.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import serve
from pymongo.errors import PyMongoError
from tornado.iostream import StreamClosedError
from tornado.web import Application

import tornado_pymongo
from tornado_pymongo.executor.statistics import WorkerStatistics

LEVELS = {"None": 0, "Light": 4, "Heavy": 100, "Too much": 400}
SLOW = {"$where": "sleep(20) || true"}


class Load:
    """So many callers, each of whom makes one call after the other."""

    def __init__(self, documents: tornado_pymongo.Collection) -> None:
        self.documents = documents
        self.level = "None"
        self.callers: list[asyncio.Task[None]] = []

    async def change(self, level: str) -> None:
        """Let some callers come or go."""
        self.level = level
        while len(self.callers) < LEVELS[level]:
            self.callers.append(asyncio.create_task(self.call()))
        leaving = self.callers[LEVELS[level] :]
        del self.callers[LEVELS[level] :]
        for caller in leaving:
            caller.cancel()  # and with it the call that it waits for
        await asyncio.gather(*leaving, return_exceptions=True)

    async def call(self) -> None:
        """Make calls until cancelled."""
        while True:
            try:
                await self.documents.find_one(SLOW)
            except tornado_pymongo.TooManyCalls:
                await asyncio.sleep(0.5)  # what a good client does: it comes back later
            except PyMongoError:
                await asyncio.sleep(1)


class Index(serve.Handler):
    def initialize(self, load: Load) -> None:
        self.load = load

    def get(self) -> None:
        fields = dataclasses.fields(WorkerStatistics)
        self.render("dashboard.html", fields=fields, levels=LEVELS, level=self.load.level)

    async def post(self) -> None:
        level = self.get_body_argument("level")
        if level not in LEVELS:
            raise serve.Refusal(400, f"there is no load {level!r}")
        await self.load.change(level)
        self.redirect("/", status=303)


class Numbers(serve.Handler):
    """Server-sent events: a browser comes back by itself where the connection breaks."""

    def initialize(self, client: tornado_pymongo.MongoClient, load: Load) -> None:
        self.client = client
        self.load = load

    async def get(self) -> None:
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("Cache-Control", "no-store")
        time = asyncio.get_running_loop().time
        try:
            while not serve.stopping.is_set():
                statistics = dataclasses.asdict(tornado_pymongo.statistics(self.client))
                told = {"time": time(), "level": self.load.level, **statistics}
                self.write(f"data: {json.dumps(told)}\n\n")
                await self.flush()
                await asyncio.sleep(0.5)
        except StreamClosedError:
            pass  # the page was closed


@asynccontextmanager
async def dashboard(client: tornado_pymongo.MongoClient) -> AsyncIterator[Application]:
    """Have one document, which is all that the load reads."""
    documents = client.tornado_pymongo_dashboard.documents
    await documents.replace_one({"_id": 1}, {}, upsert=True)
    load = Load(documents)
    numbers = {"client": client, "load": load}
    try:
        yield serve.application([(r"/", Index, {"load": load}), (r"/numbers", Numbers, numbers)])
    finally:
        await load.change("None")


if __name__ == "__main__":
    serve.run(dashboard, __doc__, max_workers=16, max_waiting=200)
