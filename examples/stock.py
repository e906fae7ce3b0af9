"""Transactions: goods move from one warehouse to another, as a whole or not at all.

::

    python examples/stock.py [--port PORT]

A move takes from one warehouse, adds to another and writes a line in the book: three writes in one
transaction. The page can have the program fail between them, or the connection break at the commit,
and shows what MongoDB was sent. For such faults it needs a MongoDB of its own.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import serve
from bson import ObjectId
from bson.errors import InvalidId
from pymongo import monitoring
from pymongo.errors import DuplicateKeyError
from serve import Refusal
from tornado.web import Application

import tornado_pymongo

WAREHOUSES = {"Hamburg": 120, "Bergen": 40}
FAULTS = {
    "none": "Nothing",
    "program": "The program fails half-way",
    "network": "The connection breaks at the commit",
}


class Sent(monitoring.CommandListener):
    """The last commands of transactions, and how they went."""

    def __init__(self) -> None:
        self.commands: deque[tuple[str, str]] = deque(maxlen=8)

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command.get("startTransaction"):
            self.commands.clear()

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        self.note(event.command_name, "done")

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        self.note(event.command_name, "failed")

    def note(self, name: str, outcome: str) -> None:
        """Take note of a command that may be part of a transaction."""
        if name in ("update", "insert", "commitTransaction", "abortTransaction"):
            self.commands.append((name, outcome))


class Stock:
    """What is where, and how it moves."""

    def __init__(self, client: tornado_pymongo.MongoClient) -> None:
        self.client = client
        self.warehouses = client.tornado_pymongo_stock.warehouses
        self.book = client.tornado_pymongo_stock.book

    async def fill(self) -> None:
        """Begin anew."""
        await self.client.drop_database("tornado_pymongo_stock")
        chests = [{"_id": name, "chests": chests} for name, chests in WAREHOUSES.items()]
        await self.warehouses.insert_many(chests)
        await self.client.tornado_pymongo_stock.create_collection("book")

    async def move(self, move: dict[str, Any], fault: str) -> None:
        """Do a move, once, whatever happens."""

        async def in_transaction(session: tornado_pymongo.ClientSession) -> None:
            await self.book.insert_one(move, session=session)  # fails if it was done before
            amount = move["chests"]
            enough = {"_id": move["source"], "chests": {"$gte": amount}}
            taken = {"$inc": {"chests": -amount}}
            result = await self.warehouses.update_one(enough, taken, session=session)
            if not result.modified_count:
                raise Refusal(409, f"there are no {amount} chests in {move['source']}")
            if fault == "program":
                raise Refusal(500, "the program has failed half-way")
            target, added = {"_id": move["target"]}, {"$inc": {"chests": amount}}
            await self.warehouses.update_one(target, added, session=session)
            if fault == "network":
                await self.break_the_commit()

        async with self.client.start_session() as session:
            await session.with_transaction(in_transaction)

    async def break_the_commit(self) -> None:
        """Have MongoDB hang up when it is sent the next commit."""
        await self.client.admin.command(
            "configureFailPoint",
            "failCommand",
            mode={"times": 1},
            data={"failCommands": ["commitTransaction"], "closeConnection": True},
        )


class Index(serve.Handler):
    def initialize(self, stock: Stock, sent: Sent) -> None:
        self.stock = stock
        self.sent = sent

    async def get(self) -> None:
        done = self.get_query_argument("done", "")
        await self.show(f"{done} chests have moved." if done.isdecimal() else "")

    async def show(self, message: str, status: int = 200) -> None:
        warehouses = await self.stock.warehouses.find().sort("_id").to_list()
        book = await self.stock.book.find().sort("_id", -1).limit(5).to_list()
        self.set_status(status)
        self.render(
            "stock.html",
            message=message,
            warehouses=warehouses,
            book=book,
            commands=list(self.sent.commands),
            faults=FAULTS,
            new_id=ObjectId(),  # of the move that the form will ask for, however often it is sent
        )

    async def post(self) -> None:
        try:
            move = self.wished()
            await self.stock.move(move, self.get_body_argument("fault"))
        except Refusal as refusal:
            await self.show(f"Nothing has moved: {refusal.message}.", refusal.status_code)
        except DuplicateKeyError:
            await self.show("Nothing has moved: this move was done before.", 409)
        else:
            self.redirect(f"/?done={move['chests']}", status=303)

    def wished(self) -> dict[str, Any]:
        """Return the move that the form asks for."""
        source, target = self.get_body_argument("source"), self.get_body_argument("target")
        chests = self.get_body_argument("chests")
        if not {source, target} <= set(WAREHOUSES) or source == target:
            raise Refusal(400, "choose two warehouses")
        if not re.fullmatch("[1-9][0-9]{0,2}", chests):
            raise Refusal(400, "the number of chests must be from 1 to 999")
        try:
            move_id = ObjectId(self.get_body_argument("id"))
        except InvalidId:
            raise Refusal(400, "the move has no id") from None
        return {"_id": move_id, "source": source, "target": target, "chests": int(chests)}


sent = Sent()


@asynccontextmanager
async def stock(client: tornado_pymongo.MongoClient) -> AsyncIterator[Application]:
    """Begin with the same goods each time."""
    stock = Stock(client)
    await stock.fill()
    sent.commands.clear()
    yield serve.application([(r"/", Index, {"stock": stock, "sent": sent})])


if __name__ == "__main__":
    test_commands = ["--setParameter", "enableTestCommands=1"]
    serve.run(stock, __doc__, mongod_options=test_commands, event_listeners=[sent])
