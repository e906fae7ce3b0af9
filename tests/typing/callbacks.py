"""A callback gets the result, or None, and the error, or None; the call returns nothing."""

from typing import Any

from pymongo.results import InsertOneResult
from typing_extensions import assert_type

from tornado_pymongo import ClientSession, Collection, CommandCursor, MongoClient
from tornado_pymongo.futures import CallFuture

Document = dict[str, Any]


def found(document: Document | None, error: BaseException | None) -> None:
    """Take what `find_one` found."""


def inserted(result: InsertOneResult | None, error: BaseException | None) -> bool:
    """Take the result of `insert_one`; what it returns is ignored."""
    return error is None


def listed(documents: list[Document] | None, error: BaseException | None) -> None:
    """Take all documents."""


def aggregated(cursor: CommandCursor | None, error: BaseException | None) -> None:
    """Take the cursor of an aggregation."""


def anything(result: object, error: object) -> None:
    """Take what any call gives."""


def calls(client: MongoClient, orders: Collection, session: ClientSession) -> None:
    """Methods of all kinds take a callback."""
    assert_type(orders.find_one(callback=None), CallFuture[Document | None])
    orders.find_one({"_id": 1}, session=session, callback=found)
    orders.insert_one({}, callback=inserted)
    orders.insert_one({}, callback=anything)
    orders.insert_one({}, callback=lambda result, error: print(result and result.inserted_id))
    orders.find().to_list(5, callback=listed)
    orders.find().next(found)
    orders.find().each(found)
    orders.find().close(anything)
    orders.find().rewind(anything)
    orders.aggregate([], callback=aggregated)
    orders.aggregate([]).to_list(callback=listed)
    orders.aggregate([]).each(found)
    orders.watch(callback=anything)
    client.close(anything)
    session.commit_transaction(callback=anything)
