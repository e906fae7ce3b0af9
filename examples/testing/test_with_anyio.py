"""pytest, with anyio's plugin."""

import pytest
from orders import place

import tornado_pymongo

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """Run each test once, on asyncio; without this, one on trio is skipped."""
    return "asyncio"


async def test_orders_are_numbered(mongo_database: tornado_pymongo.Database) -> None:
    assert await place(mongo_database, "tea") == 1
    assert await place(mongo_database, "cups") == 2


async def test_the_next_test_begins_with_nothing(mongo_database: tornado_pymongo.Database) -> None:
    assert await mongo_database.list_collection_names() == []
