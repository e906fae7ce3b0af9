"""pytest, with pytest-asyncio."""

import pytest
from orders import place

import tornado_pymongo

pytestmark = pytest.mark.asyncio  # not needed where asyncio_mode is "auto"


async def test_orders_are_numbered(mongo_database: tornado_pymongo.Database) -> None:
    assert await place(mongo_database, "tea") == 1
    assert await place(mongo_database, "cups") == 2
    assert await mongo_database.orders.find_one({"_id": 2}) == {"_id": 2, "item": "cups"}


async def test_the_next_test_begins_with_nothing(mongo_database: tornado_pymongo.Database) -> None:
    assert await mongo_database.list_collection_names() == []
    assert await place(mongo_database, "tea") == 1
