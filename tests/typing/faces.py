"""The classes with PyMongo Async's names: their methods are coroutine functions."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, Protocol, TypedDict

import pymongo
from gridfs.asynchronous import AsyncGridFSBucket as PyMongosBucket
from pymongo.asynchronous.client_session import AsyncClientSession as PyMongosSession
from pymongo.asynchronous.collection import AsyncCollection as PyMongosCollection
from pymongo.asynchronous.database import AsyncDatabase as PyMongosDatabase
from pymongo.results import InsertOneResult
from typing_extensions import assert_type

import tornado_pymongo
from tornado_pymongo.pymongo_async import (
    AsyncClientEncryption,
    AsyncClientSession,
    AsyncCollection,
    AsyncCollectionChangeStream,
    AsyncCommandCursor,
    AsyncCursor,
    AsyncDatabase,
    AsyncGridFSBucket,
    AsyncGridIn,
    AsyncGridOut,
    AsyncGridOutCursor,
    AsyncMongoClient,
    AsyncRawBatchCursor,
    install,
)

Document = dict[str, Any]


class Movie(TypedDict):
    """A document."""

    title: str
    year: int


async def types(movies: AsyncCollection[Movie], **options: Any) -> None:
    """The type of the documents goes from the client to all that comes of it."""
    client = AsyncMongoClient("mongodb://localhost", max_workers=5, share_core="none")
    assert_type(client, AsyncMongoClient[Document])
    assert_type(tornado_pymongo.AsyncMongoClient(), AsyncMongoClient[Document])
    assert_type(client.shop, AsyncDatabase[Document])
    assert_type(client["shop"].orders.archive, AsyncCollection[Document])
    assert_type(movies.database.client, AsyncMongoClient[Movie])
    assert_type(movies.with_options(), AsyncCollection[Movie])
    assert_type(await movies.find_one({"year": 1927}), Movie | None)
    assert_type(await movies.find_one({}, **options), Movie | None)
    assert_type(await movies.insert_one({"title": "M", "year": 1931}), InsertOneResult)
    find: Coroutine[Any, Any, Movie | None] = movies.find_one()
    assert_type(await asyncio.create_task(find), Movie | None)
    assert_type(await asyncio.wait_for(movies.count_documents({}), 1), int)
    assert_type(await client.address, tuple[str, int] | None)
    assert_type(await client.run_in_worker(len, "four"), int)
    async with client as same:
        assert_type(same, AsyncMongoClient[Document])
    assert_type(await client.close(drain_seconds=1), None)
    assert_type(await client.aconnect(), None)
    print(tornado_pymongo.statistics(client).calls)
    install()


async def cursors(movies: AsyncCollection[Movie]) -> None:
    """A call that gives a cursor is awaited first, but for `find`."""
    cursor = movies.find({"year": {"$gt": 1920}}, limit=5).sort("year")
    assert_type(cursor, AsyncCursor[Movie])
    assert_type(await cursor.to_list(), list[Movie])
    assert_type(await cursor.next(), Movie)
    assert_type(await cursor.distinct("year"), list[Any])
    assert_type(cursor.collection, AsyncCollection[Movie])
    async for movie in cursor:
        assert_type(movie, Movie)
    async with await movies.aggregate([]) as command_cursor:
        assert_type(command_cursor, AsyncCommandCursor[Movie])
    async for movie in await movies.aggregate([]):
        assert_type(movie, Movie)
    assert_type(await (await movies.aggregate([])).try_next(), Movie | None)
    assert_type(movies.find_raw_batches(), AsyncRawBatchCursor[Movie])
    async for batch in movies.find_raw_batches():
        assert_type(batch, bytes)
    async with await movies.watch() as changes:
        assert_type(changes, AsyncCollectionChangeStream[Movie])
        assert_type(await changes.try_next(), Movie | None)


async def sessions(client: AsyncMongoClient) -> None:
    """A session is had at once, a transaction is awaited."""

    async def buy(session: AsyncClientSession) -> int:
        return await client.shop.orders.count_documents({}, session=session)

    async with client.start_session() as session:
        assert_type(session, AsyncClientSession)
        assert_type(await session.with_transaction(buy), int)
        async with await session.start_transaction():
            await client.shop.orders.insert_one({}, session=session)
        async with session.bind() as bound:
            assert_type(bound, AsyncClientSession)
        assert_type(session.client, AsyncMongoClient[Any])


async def files(client: AsyncMongoClient) -> None:
    """GridFS, and the encryption of fields."""
    bucket = AsyncGridFSBucket(client.shop)
    assert_type(bucket.open_upload_stream("a.txt"), AsyncGridIn)
    assert_type(await bucket.open_download_stream(1), AsyncGridOut)
    assert_type(await (await bucket.open_download_stream(1)).read(), bytes)
    assert_type(bucket.find({}).sort("filename"), AsyncGridOutCursor)
    async for file in bucket.find({}):
        assert_type(file, AsyncGridOut)
    encryption: AsyncClientEncryption[Document]
    encryption = AsyncClientEncryption({}, "keys.keys", client, client.codec_options)
    await encryption.close()


async def for_pymongo(
    client: pymongo.AsyncMongoClient[Movie],
    database: PyMongosDatabase[Movie],
    collection: PyMongosCollection[Movie],
    session: PyMongosSession,
    bucket: PyMongosBucket,
) -> None:
    """What is written for PyMongo Async."""
    print(client, database, session, bucket)
    assert_type(await collection.find_one(), Movie | None)


async def given_to_it(movies: AsyncCollection[Movie]) -> None:
    """It takes these classes for its own."""
    database = movies.database
    async with database.client.start_session() as session:
        await for_pymongo(database.client, database, movies, session, AsyncGridFSBucket(database))


class Tenant(AsyncCollection[Document]):
    """A subclass with coroutine functions."""

    async def count_documents(self, filter: Any, *args: Any, **options: Any) -> int:  # noqa: A002
        """Count the documents of one tenant."""
        return await super().count_documents({**filter, "tenant": 1}, *args, **options)

    async def find_one(self, *args: Any, **options: Any) -> Document | None:
        """Find a document, and say so."""
        document = await super().find_one(*args, **options)
        assert_type(document, Document | None)
        return document


class Client(AsyncMongoClient[Document]):
    """A client that does something before it closes."""

    async def close(self, *, drain_seconds: float = 1) -> None:
        """Close the client."""
        await super().close(drain_seconds=drain_seconds)


class Store(Protocol):
    """What a library may ask for."""

    async def find_one(self, query: Any = None, /) -> Mapping[str, Any] | None:
        """Find a document."""

    async def count_documents(self, query: Mapping[str, Any], /) -> int:
        """Count documents."""
        ...


class Closable(Protocol):
    """The same, of what can be closed."""

    async def close(self) -> None:
        """Close it."""


def protocols(orders: AsyncCollection, client: AsyncMongoClient, tenant: Tenant) -> None:
    """The classes are what the protocols say."""
    stores: list[Store] = [orders, tenant]
    closable: list[Closable] = [client, client.start_session().client, orders.find()]
    print(stores, closable)


async def refused(orders: AsyncCollection[Movie]) -> None:
    """Each line is wrong."""
    await orders.find_one({}, callback=print)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await orders.insert_one({"title": "M"})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    orders.find_one().result()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    async for _ in orders.aggregate([]):  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        pass
    orders.findOne({})  # type: ignore[misc]  # pyright: ignore[reportOptionalCall]
    orders.find().no_such_method()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    for _ in orders.find():  # type: ignore[misc]  # pyright: ignore[reportGeneralTypeIssues]
        pass


class Wrong(AsyncCollection[Document]):
    """A method that is none of PyMongo Async's."""

    def count_documents(self, *args: Any, **options: Any) -> int:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        """Count documents, but not in a coroutine."""
        return len(args) + len(options)
