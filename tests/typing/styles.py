"""What a method returns can be given to all that takes a Future or a coroutine."""

import asyncio
import sys
from collections.abc import Generator
from datetime import timedelta
from typing import Any

from pymongo.results import InsertOneResult, UpdateResult
from tornado import gen
from tornado.ioloop import IOLoop
from typing_extensions import assert_type

from tornado_pymongo import Collection, MongoClient, Statistics, statistics
from tornado_pymongo.futures import CallFuture

Document = dict[str, Any]


async def asyncio_takes_it(orders: Collection) -> None:
    """Whatever asyncio makes of it has its result."""
    assert_type(await orders.insert_one({}), InsertOneResult)
    result, number = await asyncio.gather(orders.insert_one({}), orders.count_documents({}))
    assert_type(result, InsertOneResult)
    assert_type(number, int)
    assert_type(await asyncio.wait_for(orders.find_one(), 1), Document | None)
    assert_type(await asyncio.shield(orders.find_one()), Document | None)
    assert_type(asyncio.create_task(orders.find_one()), asyncio.Task[Document | None])
    assert_type(asyncio.run(orders.find_one()), Document | None)
    loop = asyncio.get_running_loop()
    assert_type(loop.create_task(orders.find_one()), asyncio.Task[Document | None])
    assert_type(loop.run_until_complete(orders.count_documents({})), int)
    assert_type(asyncio.run_coroutine_threadsafe(orders.find_one(), loop).result(), Document | None)
    if sys.version_info >= (3, 11):
        async with asyncio.TaskGroup() as group:
            task = group.create_task(orders.count_documents({}))
        assert_type(task.result(), int)
    future: asyncio.Future[int] = orders.count_documents({})
    assert_type(orders.count_documents({}).result(), int)
    assert_type(future.cancel(), bool)


async def tornado_takes_it(orders: Collection) -> None:
    """Whatever Tornado makes of it has its result, where Tornado says so."""

    def report(done: asyncio.Future[int]) -> None:
        print(done.result())

    IOLoop.current().add_future(orders.count_documents({}), report)
    await gen.with_timeout(timedelta(seconds=1), orders.count_documents({}))
    await gen.multi([orders.count_documents({}), orders.find_one()])
    await gen.multi({"number": orders.count_documents({})})
    async for result in gen.WaitIterator(orders.count_documents({})):
        print(result)
    IOLoop.current().run_sync(orders.drop)


# The type of a yield expression is that which the generator takes, for all of them. So say Any
# there, and annotate what you get: then the checker holds all that follows to it.


@gen.coroutine
def yielded(orders: Collection) -> Generator[Any, Any, int]:
    """Code of the old style, with its results annotated."""
    order: Document | None = yield orders.find_one()
    number: int = yield orders.count_documents({})
    results: list[UpdateResult] = yield [orders.update_one({}, {"$set": {}})]
    cursor = orders.find()
    while (yield cursor.fetch_next):
        assert_type(cursor.next_object(), Document | None)
    return number + len(order or {}) + results[0].modified_count


def one_yielded(orders: Collection) -> Generator[CallFuture[int], int, int]:
    """A generator that yields Futures of one type only can say of what."""
    return (yield orders.count_documents({})) + (yield orders.count_documents({}))


async def properties(client: MongoClient, movies: Collection) -> None:
    """What blocks is awaited, even where it is a property."""
    assert_type(await client.address, tuple[str, int] | None)
    assert_type(await client.is_primary, bool)
    assert_type(await client.server_info(), dict[str, Any])
    assert_type(await client.open(), MongoClient[dict[str, Any]])
    assert_type(await client.close(), None)
    assert_type(movies.name, str)
    assert_type(client.HOST, str)


async def in_a_worker(client: MongoClient) -> None:
    """A function of the user's keeps its types."""

    def transfer(amount: int, *, note: str = "") -> list[int]:
        return [amount, len(note)]

    assert_type(await client.run_in_worker(transfer, 5, note="rent"), list[int])
    assert_type(statistics(client), Statistics)
    assert_type(client.shop.orders.delegate.count_documents({}), int)
