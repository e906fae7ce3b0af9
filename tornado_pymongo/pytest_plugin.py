"""pytest fixtures: a throwaway MongoDB for your tests.

pytest finds them where tornado_pymongo is installed; there is nothing to import::

    async def test_orders(mongo_database):
        await mongo_database.orders.insert_one({"_id": 1})

A test that is a coroutine needs a plugin that runs it, such as pytest-asyncio or anyio's. The
fixtures are the same for all of them, and for tests that are no coroutines: they need no loop.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

# Imported where they are used: pytest imports this module before it measures coverage or turns
# warnings into errors, and for users who do not want it.
if TYPE_CHECKING:
    from tornado_pymongo import Database, MongoClient
    from tornado_pymongo.testing import MongoServer


@pytest.fixture(scope="session")
def mongo_server() -> Iterator[MongoServer]:
    """A `MongoServer`, started for the first test that wants it and stopped after the last."""
    from tornado_pymongo.testing import MongoServer

    with MongoServer() as server:
        yield server


@pytest.fixture
def mongo_client(
    request: pytest.FixtureRequest, mongo_server: MongoServer
) -> Iterator[MongoClient]:
    """A `tornado_pymongo.MongoClient` of the `mongo_server`, closed after the test.

    A test that anyio's plugin runs on trio is skipped: the library needs asyncio.
    """
    from tornado_pymongo.client import MongoClient, close_blocking

    if "anyio_backend" in request.fixturenames:
        backend = request.getfixturevalue("anyio_backend_name")
        if backend != "asyncio":
            pytest.skip(f"tornado_pymongo needs asyncio, and the anyio_backend is {backend}")
    client = MongoClient(mongo_server.uri)
    yield client
    close_blocking(client)


@pytest.fixture
def mongo_database(mongo_client: MongoClient, mongo_server: MongoServer) -> Iterator[Database]:
    """A database of the `mongo_client`, with a name of its own, whose collections are dropped."""
    from tornado_pymongo._mongod import clean_database

    with clean_database(mongo_client, mongo_server.uri) as database:
        yield database
