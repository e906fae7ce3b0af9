"""Every test: no warning, no hang, and nothing that blocks an event loop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from blockbuster import BlockBuster, blockbuster_ctx


@pytest.fixture(autouse=True)
def blockbuster() -> Iterator[BlockBuster]:
    """Fail what blocks in a thread whose event loop is running."""
    with blockbuster_ctx() as blockbuster:
        yield blockbuster


@pytest.fixture
def db(mongo_client):
    """Return a database that is empty."""
    mongo_client.delegate.drop_database("tornado_pymongo_test")
    return mongo_client.tornado_pymongo_test
