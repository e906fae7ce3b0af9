"""A function that passes on what it gets keeps the type of the result."""

import asyncio
from typing import Any

from pymongo.results import UpdateResult
from typing_extensions import assert_type

from tornado_pymongo import Collection, CommandCursor, Cursor
from tornado_pymongo.futures import CallFuture
from tornado_pymongo.motor.motor_asyncio import AsyncIOMotorCollection, AsyncIOMotorCommandCursor

Document = dict[str, Any]


async def passed_on(orders: Collection, *args: Any, **options: Any) -> int:
    """Positional arguments, and those by name, of any type."""
    assert_type(await orders.find_one({}, *args, **options), Document | None)
    assert_type(await orders.find_one(*args, **options), Document | None)
    assert_type(await orders.find_one(**options), Document | None)
    assert_type(await orders.update_one(*args), UpdateResult)
    assert_type(await orders.aggregate([], **options), CommandCursor[Document])
    assert_type(await orders.aggregate([], **options).to_list(*args), list[Document])
    assert_type(await orders.find(**options).to_list(**options), list[Document])
    assert_type(await orders.find(**options).rewind(), Cursor[Document])
    assert_type(await asyncio.wait_for(orders.count_documents({}, **options), 1), int)
    counted: CallFuture[int] = orders.count_documents({}, **options)
    assert_type(await counted, int)
    return await orders.count_documents({}, *args, **options)


async def of_one_type(orders: Collection, **options: str) -> int:
    """What is passed on is an option that takes it."""
    return await orders.count_documents({}, comment="mine", **options)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def of_motor(orders: AsyncIOMotorCollection, *args: Any, **options: Any) -> int:
    """Under Motor's names as well."""
    assert_type(await orders.find_one(*args, **options), Document | None)
    assert_type(await orders.aggregate([], **options), AsyncIOMotorCommandCursor[Document])
    return await orders.count_documents(*args, **options)


class Tenant:
    """A wrapper of a collection."""

    def __init__(self, orders: Collection) -> None:
        self.orders = orders

    def count(self, query: Document, *args: Any, **options: Any) -> CallFuture[int]:
        """Return what the collection does."""
        return self.orders.count_documents({**query, "tenant": 1}, *args, **options)
