"""Tornado and Starlette side by side: one process, one loop, one client of MongoDB.

::

    python examples/side_by_side.py [--port PORT]

Tornado serves the pages of a guest book, as it may have done for years; Starlette, under uvicorn,
its new API. The client is bound to neither: all that it needs is a running asyncio loop, as they
do, and FastAPI, which is built on Starlette.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from typing import Any

import serve
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from tornado.netutil import bind_sockets
from tornado.web import Application

import tornado_pymongo


class Book:
    """The guest book, which knows nothing of frameworks."""

    def __init__(self, entries: tornado_pymongo.Collection) -> None:
        self.entries = entries

    async def write(self, name: Any, text: Any, by_way_of: str) -> None:
        """Add an entry."""
        for value in name, text:
            if not isinstance(value, str) or not 0 < len(value.strip()) <= 200:
                raise ValueError("name and text must have 1 to 200 characters")
        now = datetime.now(timezone.utc)
        entry = {"name": name.strip(), "text": text.strip(), "time": now, "by_way_of": by_way_of}
        await self.entries.insert_one(entry)

    async def latest(self) -> list[dict[str, Any]]:
        """Return the latest entries, without their ids."""
        return await self.entries.find({}, {"_id": 0}).sort("_id", -1).limit(20).to_list()


# With Tornado


class Index(serve.Handler):
    def initialize(self, book: Book, api: str) -> None:
        self.book = book
        self.api = api

    async def get(self) -> None:
        self.render("guest_book.html", entries=await self.book.latest(), api=self.api)

    async def post(self) -> None:
        try:
            name, text = self.get_body_argument("name"), self.get_body_argument("text")
            await self.book.write(name, text, "Tornado")
        except ValueError as error:
            raise serve.Refusal(400, str(error)) from None
        self.redirect("/", status=303)


# With Starlette


def starlette(book: Book) -> Starlette:
    """Return the same as an API."""

    async def entries(request: Request) -> JSONResponse:
        if request.method == "POST":
            try:
                wish = await request.json()
                await book.write(wish["name"], wish["text"], "Starlette")
            except (ValueError, TypeError, KeyError) as error:
                raise HTTPException(
                    400, f"an object with name and text is wanted: {error}"
                ) from None
        latest = [{**entry, "time": entry["time"].isoformat()} for entry in await book.latest()]
        return JSONResponse(latest, status_code=201 if request.method == "POST" else 200)

    return Starlette(routes=[Route("/entries", entries, methods=["GET", "POST"])])


# Both


@asynccontextmanager
async def side_by_side(client: tornado_pymongo.MongoClient) -> AsyncIterator[Application]:
    """Serve the API as long as the pages are served."""
    book = Book(client.tornado_pymongo_guests.entries)
    if not await book.entries.find_one():
        await book.write("Ada", "One client serves us all.", "Tornado")
    (socket,) = bind_sockets(0, "127.0.0.1")
    server = uvicorn.Server(uvicorn.Config(starlette(book), log_level="warning", ws="none"))
    serving = asyncio.create_task(server.serve([socket]))
    api = f"http://127.0.0.1:{socket.getsockname()[1]}/entries"
    print(f"Starlette's API is {api}")
    try:
        yield serve.application([(r"/", Index, {"book": book, "api": api})])
    finally:
        server.should_exit = True
        await serving


if __name__ == "__main__":
    serve.run(side_by_side, __doc__)
