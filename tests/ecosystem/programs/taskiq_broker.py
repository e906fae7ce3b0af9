# /// script
# dependencies = ["taskiq-mongodb==0.1.0", "taskiq==0.12.6"]
# [tool.ecosystem]
# doors = ["pymongo_async"]
# ///
"""A broker that makes its own client of a URL: tasks are queued, run by a worker, and answered."""

import asyncio
import os

from taskiq.receiver import Receiver
from taskiq_mongodb import MongoBroker, MongoResultBackend

URI = os.environ["MONGODB_URI"]
results = MongoResultBackend(URI, "shop")
broker = MongoBroker(URI, "shop", result_backend=results)


@broker.task
async def price(grams: int) -> float:
    """Return what this much tea costs."""
    if grams < 0:
        raise ValueError("no tea weighs less than nothing")
    return grams * 0.08


async def main() -> None:
    """Be the program that asks, and the worker that answers."""
    broker.is_worker_process = True
    await broker.startup()
    finished = asyncio.Event()
    worker = asyncio.create_task(Receiver(broker, max_async_tasks=4).listen(finished))
    tasks = [await price.kiq(grams) for grams in (250, 100, -1)]
    for task in tasks:
        result = await task.wait_result(timeout=20)
        print(result.is_err, result.return_value, result.error)
    finished.set()
    await worker
    print(await broker.collection.count_documents({}), "messages are left")
    await broker.shutdown()


asyncio.run(main())
