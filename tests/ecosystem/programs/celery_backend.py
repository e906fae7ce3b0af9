# /// script
# dependencies = ["celery==5.7.0"]
# [tool.ecosystem]
# doors = ["delegate"]
# ///
"""Celery: tasks are sent and their results are fetched in the client's threads."""

import asyncio
import os

import celery
from celery.backends.mongodb import MongoBackend
from celery.contrib.testing.worker import start_worker
from celery.result import AsyncResult

import tornado_pymongo

client = tornado_pymongo.MongoClient(os.environ["MONGODB_URI"])


class Backend(MongoBackend):
    """Celery's, on the client's connections."""

    database_name = "shop"

    def _get_connection(self) -> object:
        return client.delegate


app = celery.Celery("shop", broker="memory://", backend=f"{__name__}:Backend")


@app.task
def price(grams: int) -> float:
    """Return what this much tea costs: be a task, run in Celery's worker."""
    if grams < 0:
        raise ValueError("no tea weighs less than nothing")
    return grams * 0.08


async def answer(result: AsyncResult) -> float:
    """Wait for a result, without a thread that waits."""
    while not await client.run_in_worker(result.ready):
        await asyncio.sleep(0.05)
    return await client.run_in_worker(result.get)


async def main() -> None:
    """Ask for prices."""
    results = [await client.run_in_worker(price.delay, grams) for grams in (250, 100, -1)]
    print(await asyncio.gather(*map(answer, results[:2])))
    try:
        await answer(results[2])
    except ValueError as error:
        print(error)
    print(await client.run_in_worker(client.delegate.shop.celery_taskmeta.distinct, "status"))


if __name__ == "__main__":
    with start_worker(app, pool="solo", perform_ping_check=False, loglevel="ERROR"):
        asyncio.run(main())
    asyncio.run(client.close())
