# /// script
# dependencies = ["newrelic==14.1.0"]
# [tool.ecosystem]
# doors = ["client", "native"]
# ///
"""New Relic's agent, offline: the calls of a transaction are in its trace, wherever they run."""

import asyncio
import os
from collections.abc import Callable

import newrelic.agent

settings = newrelic.agent.global_settings()
settings.app_name = "shop"
settings.developer_mode = True  # nothing is sent
newrelic.agent.initialize()

from newrelic.core.agent import agent_instance  # noqa: E402
from newrelic.core.context import context_wrapper  # noqa: E402
from pymongo import AsyncMongoClient  # noqa: E402


def in_the_trace(function: Callable) -> Callable:
    """Return a function that runs in a thread as a part of the trace that is current here."""
    return context_wrapper(function, trace=newrelic.agent.current_trace(), strict=False)


async def order(orders: object, number: int) -> None:
    """Do something about an order."""
    with newrelic.agent.FunctionTrace(name=f"order {number}"):
        await orders.insert_one({"_id": number})
        await orders.update_one({"_id": number}, {"$set": {"item": "tea"}})
        await orders.find_one({"_id": number})


async def main() -> None:
    """Make calls in two transactions at once, and outside of any."""
    options = {}
    if AsyncMongoClient.__module__.startswith("tornado_pymongo"):
        options = {"wrap_call": in_the_trace}
    application = newrelic.agent.register_application(timeout=10)
    async with AsyncMongoClient(os.environ["MONGODB_URI"], **options) as client:

        async def transaction(name: str, *numbers: int) -> None:
            with newrelic.agent.BackgroundTask(application, name):
                for number in numbers:
                    await order(client.shop.orders, number)

        await asyncio.gather(transaction("one", 1), transaction("two", 2, 3))
        await client.shop.orders.count_documents({})

    table = agent_instance().application("shop")._stats_engine.stats_table
    for (name, scope), stats in sorted(table.items()):
        if scope and ("Datastore" in name or "order" in name):
            print(scope, name, stats.call_count)


asyncio.run(main())
