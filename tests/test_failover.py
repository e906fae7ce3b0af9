"""A replica set loses its primary, again and again, while many coroutines write and read.

How often stands in the environment variable FAILOVERS: once by default, and ten times in tox's
environment "failover".
"""

from __future__ import annotations

import asyncio
import os
import time

import pytest
from load import Load

from tornado_pymongo.testing import MongoServer

pytestmark = pytest.mark.slow

FAILOVERS = int(os.environ.get("FAILOVERS", "1"))


@pytest.fixture
def replica_set():
    """Return a replica set of three members."""
    with MongoServer(members=3) as server:
        yield server


@pytest.mark.timeout(60 + 60 * FAILOVERS)
async def test_failovers_under_load_lose_nothing_that_was_acknowledged(
    replica_set, clients, raised
):
    """Reads and writes resume without the application; each error reaches it once; none hangs."""
    began = time.monotonic()
    client = clients(replica_set.uri)
    async with Load(client.db.things, inserters=50, readers=50) as load:
        await asyncio.wait_for(load.more(), 30)
        for _ in range(FAILOVERS):
            primary = await asyncio.to_thread(replica_set.primary)
            await asyncio.to_thread(replica_set.kill, primary)
            assert await asyncio.to_thread(replica_set.primary) != primary
            await asyncio.wait_for(load.more(), 60)
            await asyncio.to_thread(replica_set.restart, primary)
            await asyncio.wait_for(load.more(), 60)
    await load.check(raised)
    print(
        f"\n{FAILOVERS} failovers in {time.monotonic() - began:.0f} seconds:"
        f" {len(load.acknowledged)} inserts and {len(load.counted)} updates acknowledged,"
        f" none lost, none made twice; {len(load.found)} reads;"
        f" {len(load.errors)} errors raised and seen"
    )
