# /// script
# dependencies = ["tenacity==9.2.1", "stamina==26.1.0", "backoff==2.2.1"]
# [tool.ecosystem]
# doors = ["pymongo_async", "client"]
# ///
"""Decorators that try again, round a collection's methods: tenacity, stamina, backoff."""

import asyncio
import os

import backoff
import stamina
import tenacity
from pymongo import AsyncMongoClient
from pymongo.errors import DuplicateKeyError
from pymongo.monitoring import CommandListener


class Inserts(CommandListener):
    """Counts the insert commands."""

    count = 0

    def started(self, event: object) -> None:
        """Count one."""
        self.count += event.command_name == "insert"

    def succeeded(self, event: object) -> None:
        """Do nothing."""

    failed = succeeded


ROUNDS = {
    "tenacity": tenacity.retry(
        retry=tenacity.retry_if_exception_type(DuplicateKeyError),
        stop=tenacity.stop_after_attempt(3),
        reraise=True,
    ),
    "stamina": stamina.retry(on=DuplicateKeyError, attempts=3, wait_initial=0.01),
    "backoff": backoff.on_exception(
        backoff.constant, DuplicateKeyError, max_tries=3, interval=0, jitter=None
    ),
}


async def main() -> None:
    """Insert what is there; remove it while that is tried again."""
    inserts = Inserts()
    async with AsyncMongoClient(os.environ["MONGODB_URI"], event_listeners=[inserts]) as client:
        orders = client.shop.orders
        await orders.insert_one({"_id": 1})
        for name, decorate in ROUNDS.items():
            inserts.count = 0
            try:
                await decorate(orders.insert_one)({"_id": 1})
            except DuplicateKeyError:
                print(name, "gave up after", inserts.count)
            result = await decorate(orders.insert_one)({"_id": name})
            print(name, "inserted", result.inserted_id)


asyncio.run(main())
