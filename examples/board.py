"""A shopping list on which several browsers see each other's changes at once.

::

    python examples/board.py [--port PORT]

A page sends what its reader does, by WebSocket, and shows what MongoDB says has changed: one change
stream of the process feeds all of its pages. So it does not matter who changes the list, nor in
which process: start this twice with the same MONGODB_URI, or change the database
`tornado_pymongo_board` by hand.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import serve
from bson import ObjectId
from bson.errors import InvalidId
from pymongo.errors import PyMongoError
from tornado.ioloop import IOLoop
from tornado.log import app_log
from tornado.web import Application
from tornado.websocket import WebSocketClosedError, WebSocketHandler

import tornado_pymongo

MOST_ITEMS = 500


def to_json(item: dict[str, Any]) -> dict[str, Any]:
    """Return what a page shows of an item."""
    return {"id": str(item["_id"]), "text": item["text"], "done": item["done"]}


class Board:
    """The list, and the pages that show it."""

    def __init__(self, items: tornado_pymongo.Collection) -> None:
        self.items = items
        self.pages: set[Page] = set()
        self.is_open = asyncio.Event()

    async def follow(self) -> None:
        """Tell the pages of each change, for ever."""
        while True:
            try:
                async with self.items.watch(full_document="updateLookup") as changes:
                    self.is_open.set()
                    self.start_anew()  # nobody knows what has changed before
                    async for change in changes:
                        await self.tell_all(change)
            except PyMongoError as error:  # PyMongo has tried for long to go on by itself
                app_log.warning("The list is not followed: %s", error)
                await asyncio.sleep(1)

    async def tell_all(self, change: dict[str, Any]) -> None:
        """Tell the pages of one change. Who does not take it is closed for not answering a ping."""
        if change["operationType"] == "delete":
            message: dict[str, Any] = {"gone": str(change["documentKey"]["_id"])}
        elif item := change.get("fullDocument"):  # there is none where it has gone since
            message = {"item": to_json(item)}
        else:
            return
        await asyncio.gather(*(page.tell(message) for page in self.pages))

    def start_anew(self) -> None:
        """Close the connections: the pages come back, and are told the whole list."""
        for page in list(self.pages):
            page.close()


class Page(WebSocketHandler):
    """One page that shows the list."""

    def initialize(self, board: Board) -> None:
        self.board = board
        # Changes that come while it is told the list, which may be from before or after them.
        self.held_back: list[dict[str, Any]] | None = []

    async def open(self, *args: str, **kwargs: str) -> None:
        self.board.pages.add(self)
        await self.tell_how_many()
        items = await self.board.items.find().sort("_id").limit(MOST_ITEMS).to_list()
        await self.send({"items": [to_json(item) for item in items]})
        while self.held_back:
            await self.send(self.held_back.pop(0))
        self.held_back = None

    async def tell(self, change: dict[str, Any]) -> None:
        if self.held_back is None:
            await self.send(change)
        else:
            self.held_back.append(change)

    async def send(self, message: dict[str, Any]) -> None:
        with suppress(WebSocketClosedError):
            await self.write_message(message)

    async def tell_how_many(self) -> None:
        pages = list(self.board.pages)
        await asyncio.gather(*(page.send({"people": len(pages)}) for page in pages))

    async def on_message(self, message: str | bytes) -> None:
        try:
            wish = json.loads(message)
            await self.fulfil(wish)
        except (ValueError, TypeError, KeyError, InvalidId):
            self.close(1007, "this is no wish that the list can fulfil")
        except serve.UNAVAILABLE:
            await self.send({"error": serve.SORRY})

    async def fulfil(self, wish: dict[str, Any]) -> None:
        """Change the list; all pages, this one too, hear of it from the change stream."""
        items = self.board.items
        if "add" in wish:
            text = " ".join(str(wish["add"]).split())[:200]
            if text:
                await items.insert_one({"text": text, "done": False})
        elif "tick" in wish:
            done = {"done": bool(wish["done"])}
            await items.update_one({"_id": ObjectId(wish["tick"])}, {"$set": done})
        else:
            await items.delete_one({"_id": ObjectId(wish["remove"])})

    def on_close(self) -> None:
        self.board.pages.discard(self)
        IOLoop.current().add_callback(self.tell_how_many)


@asynccontextmanager
async def board(client: tornado_pymongo.MongoClient) -> AsyncIterator[Application]:
    """Follow the list as long as it is served."""
    board = Board(client.tornado_pymongo_board.items)
    following = asyncio.create_task(board.follow())
    await board.is_open.wait()
    page = (r"/", serve.Page, {"template": "board.html"})
    try:
        yield serve.application([page, (r"/changes", Page, {"board": board})])
    finally:
        board.start_anew()
        following.cancel()
        await asyncio.wait([following])


if __name__ == "__main__":
    # With timeoutMS, a change stream fails where nothing changes for so long.
    serve.run(board, __doc__, timeoutMS=None, socketTimeoutMS=5000)
