"""A small application, for the tests beside it to test."""

from typing import Any

import tornado.web

import tornado_pymongo


async def place(database: tornado_pymongo.Database, item: str) -> int:
    """Place an order; return its number, from 1 on."""
    counted = await database.counters.find_one_and_update(
        {"_id": "orders"}, {"$inc": {"n": 1}}, upsert=True, return_document=True
    )
    assert counted is not None  # it is made where there is none
    await database.orders.insert_one({"_id": counted["n"], "item": item})
    return int(counted["n"])


class OrderHandler(tornado.web.RequestHandler):
    """Answers with the number of a new order."""

    def initialize(self, database: tornado_pymongo.Database) -> None:
        self.database = database

    async def post(self, item: str) -> None:
        self.finish({"number": await place(self.database, item)})


def make_app(database: tornado_pymongo.Database, **settings: Any) -> tornado.web.Application:
    """Return the application."""
    return tornado.web.Application(
        [("/order/(.+)", OrderHandler, {"database": database})], **settings
    )
