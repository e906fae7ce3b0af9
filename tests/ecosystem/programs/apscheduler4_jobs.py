# /// script
# dependencies = ["apscheduler==4.0.0a6"]
# [tool.ecosystem]
# doors = ["delegate"]
# ///
"""APScheduler 4: asynchronous itself, it uses the delegate in threads of anyio's."""

import asyncio
import os
from datetime import datetime, timezone

from apscheduler import AsyncScheduler, ConflictPolicy
from apscheduler.datastores.mongodb import MongoDBDataStore
from apscheduler.triggers.date import DateTrigger

import tornado_pymongo


async def brew(tea: str) -> str:
    """Be a job: run on the loop."""
    return f"a cup of {tea}"


async def main() -> None:
    """Run a job now, and keep a schedule."""
    client = tornado_pymongo.MongoClient(os.environ["MONGODB_URI"])
    async with AsyncScheduler(MongoDBDataStore(client.delegate, database="shop")) as scheduler:
        await scheduler.start_in_background()
        print(await scheduler.run_job(brew, args=["Assam"]))

        never = DateTrigger(datetime(9999, 1, 1, tzinfo=timezone.utc))
        for _ in range(2):
            await scheduler.add_schedule(
                brew, never, id="tea time", args=["Sencha"], conflict_policy=ConflictPolicy.replace
            )
        print([(each.id, each.args) for each in await scheduler.get_schedules()])
    print(await client.run_in_worker(client.delegate.shop.schedules.distinct, "_id"))
    await client.close()


if __name__ == "__main__":
    asyncio.run(main())
