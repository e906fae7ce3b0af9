"""pytest fixtures: a throwaway MongoDB for your tests.

pytest finds them where tornado_pymongo is installed; there is nothing to import::

    async def test_orders(mongo_client):
        await mongo_client.shop.orders.insert_one({"_id": 1})
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

# Imported where they are used: pytest imports this module before it measures coverage or turns
# warnings into errors, and for users who do not want it.
if TYPE_CHECKING:
    from tornado_pymongo import MongoClient
    from tornado_pymongo.testing import MongoServer


@pytest.fixture(scope="session")
def mongo_server() -> Iterator[MongoServer]:
    """A `MongoServer`, started for the first test that wants it and stopped after the last."""
    from tornado_pymongo.testing import MongoServer

    with MongoServer() as server:
        yield server


@pytest.fixture
def mongo_client(mongo_server: MongoServer) -> Iterator[MongoClient]:
    """A `tornado_pymongo.MongoClient` of the `mongo_server`, closed after the test."""
    from tornado_pymongo import MongoClient

    client = MongoClient(mongo_server.uri)
    yield client
    client._close().result()
