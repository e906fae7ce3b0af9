"""A conftest.py: a server that can be told to fail commands, and one client for all tests."""

import asyncio
from collections.abc import Iterator

import pytest

import tornado_pymongo
from tornado_pymongo.testing import MongoServer


@pytest.fixture(scope="session")
def mongo_server() -> Iterator[MongoServer]:
    """Return a server with MongoDB's fail points."""
    with MongoServer(options=["--setParameter", "enableTestCommands=1"]) as server:
        yield server


@pytest.fixture(scope="session")
def mongo_client(mongo_server: MongoServer) -> Iterator[tornado_pymongo.MongoClient]:
    """Return a client that serves each test's event loop, one after the other."""
    client = tornado_pymongo.MongoClient(mongo_server.uri)
    yield client
    asyncio.run(client.close())
