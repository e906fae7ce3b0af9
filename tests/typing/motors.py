"""Code that is written for Motor keeps its types."""

from typing import Any, TypedDict

from typing_extensions import assert_type

from tornado_pymongo import motor
from tornado_pymongo.motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorClientSession,
    AsyncIOMotorCollection,
    AsyncIOMotorCommandCursor,
    AsyncIOMotorCursor,
    AsyncIOMotorDatabase,
    AsyncIOMotorGridFSBucket,
    AsyncIOMotorGridOut,
)


class Movie(TypedDict):
    """A document."""

    title: str
    year: int


async def of_asyncio(movies: AsyncIOMotorCollection[Movie]) -> None:
    """What a client of Motor's gives is of Motor's classes."""
    client: AsyncIOMotorClient = AsyncIOMotorClient("mongodb://localhost", io_loop=None)
    database: AsyncIOMotorDatabase = client.shop
    orders: AsyncIOMotorCollection = client["shop"]["orders"]
    assert_type(database.orders, AsyncIOMotorCollection[dict[str, Any]])
    assert_type(await orders.find_one(), dict[str, Any] | None)
    assert_type(await movies.find_one(), Movie | None)
    cursor = movies.find({"year": 1927}).sort("title")
    assert_type(cursor, AsyncIOMotorCursor[Movie])
    assert_type(await cursor.to_list(None), list[Movie])
    assert_type(await cursor.to_list(length=5), list[Movie])
    assert_type(cursor.started, bool)
    async for movie in movies.aggregate([]):
        assert_type(movie, Movie)
    assert_type(await movies.aggregate([]), AsyncIOMotorCommandCursor[Movie])
    async with await client.start_session() as session:
        assert_type(session, AsyncIOMotorClientSession)
        async with session.start_transaction():
            await orders.insert_one({}, session=session)
    async with movies.watch() as changes:
        assert_type(await changes.next(), Movie)
    bucket = AsyncIOMotorGridFSBucket(database)
    assert_type(await bucket.open_download_stream(1), AsyncIOMotorGridOut)
    client.close()


def of_tornado(client: motor.MotorClient[Movie]) -> None:
    """The clients differ, the other classes are the same."""
    assert_type(client.films, motor.MotorDatabase[Movie])
    assert_type(client.films.silent, motor.MotorCollection[Movie])
    assert_type(motor.MotorClient(), motor.MotorClient[dict[str, Any]])
    print(motor.version, client.get_io_loop())
