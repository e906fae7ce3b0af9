"""The type of the documents goes from the client to all that comes of it."""

from typing import Any, TypedDict

from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import DeleteOne, InsertOne
from pymongo.results import BulkWriteResult
from typing_extensions import assert_type

from tornado_pymongo import (
    Collection,
    CommandCursor,
    Cursor,
    Database,
    MongoClient,
    RawBatchCommandCursor,
    RawBatchCursor,
)
from tornado_pymongo.cursor_future import CursorFuture
from tornado_pymongo.futures import CallFuture


class Movie(TypedDict):
    """A document."""

    title: str
    year: int


async def plain() -> None:
    """A client that says nothing of its documents has dicts."""
    client = MongoClient("mongodb://localhost", maxPoolSize=5, max_workers=5, max_waiting=10)
    assert_type(client, MongoClient[dict[str, Any]])
    assert_type(client.shop, Database[dict[str, Any]])
    assert_type(client["shop"], Database[dict[str, Any]])
    assert_type(client.shop.orders, Collection[dict[str, Any]])
    assert_type(client.shop["orders"].archive, Collection[dict[str, Any]])
    assert_type(await client.shop.orders.find_one(), dict[str, Any] | None)
    async with MongoClient() as other:
        assert_type(other, MongoClient[dict[str, Any]])


async def of_one_type(movies: Collection[Movie], raw: MongoClient[RawBSONDocument]) -> None:
    """A collection of a TypedDict gives, and takes, such."""
    assert_type(movies.find_one({"year": 1927}), CallFuture[Movie | None])
    assert_type(await movies.find_one({"year": 1927}), Movie | None)
    assert_type(await movies.find_one_and_delete({}), Movie | None)
    assert_type(movies.database, Database[Movie])
    assert_type(movies.database.client, MongoClient[Movie])
    await movies.insert_one({"title": "Metropolis", "year": 1927})
    await movies.insert_many([Movie(title="Metropolis", year=1927)])
    assert_type(await raw.shop.orders.find_one(), RawBSONDocument | None)
    assert_type(MongoClient(document_class=RawBSONDocument), MongoClient[RawBSONDocument])
    of_movies: MongoClient[Movie] = MongoClient()
    assert_type(await of_movies.films.silent.find_one(), Movie | None)
    options: CodecOptions[RawBSONDocument] = CodecOptions(RawBSONDocument)
    assert_type(movies.with_options(options), Collection[RawBSONDocument])
    assert_type(movies.with_options(), Collection[Movie])


async def cursors(movies: Collection[Movie]) -> None:
    """A cursor gives documents in each of its ways."""
    cursor = movies.find({"year": {"$gt": 1920}}, ["title"], limit=5, sort=[("year", 1)])
    assert_type(cursor, Cursor[Movie])
    assert_type(cursor.sort("year", -1).limit(3).skip(1), Cursor[Movie])
    assert_type(cursor[2:4], Cursor[Movie])
    assert_type(await cursor[2], Movie)
    async for movie in cursor:
        assert_type(movie, Movie)
    assert_type([movie["year"] async for movie in cursor], list[int])
    async with movies.find() as entered:
        assert_type(entered, Cursor[Movie])
    assert_type(await cursor.to_list(10), list[Movie])
    assert_type(await cursor.next(), Movie)
    assert_type(await anext(cursor), Movie)
    assert_type(cursor.next_object(), Movie | None)
    assert_type(await cursor.fetch_next, bool)
    assert_type(await cursor.rewind(), Cursor[Movie])
    assert_type(cursor.rewind().limit(2), Cursor[Movie])
    assert_type(await cursor.add_option(2), Cursor[Movie])
    assert_type(cursor.collection, Collection[Movie])
    assert_type(cursor.clone(), Cursor[Movie])
    assert_type(await cursor.distinct("year"), list[Any])
    assert_type(await cursor.explain(), Movie)
    assert_type(await cursor.close(), None)


async def commands(movies: Collection[Movie]) -> None:
    """What returns a cursor can be awaited first, or not."""
    future = movies.aggregate([{"$match": {}}])
    assert_type(future, CursorFuture[CommandCursor[Movie], Movie])
    assert_type(await future, CommandCursor[Movie])
    assert_type(await future.to_list(), list[Movie])
    assert_type(await (await future).to_list(), list[Movie])
    assert_type(await (await future).try_next(), Movie | None)
    assert_type(await future.try_next(), Movie | None)
    assert_type(future.next_object(), Movie | None)
    async for movie in future:
        assert_type(movie, Movie)
    async for movie in await future:
        assert_type(movie, Movie)
    async with future as cursor:
        assert_type(cursor, CommandCursor[Movie])
    async with await future as cursor:
        assert_type(cursor, CommandCursor[Movie])
    assert_type(future.batch_size(10), CommandCursor[Movie])
    assert_type(await future.close(), None)
    assert_type(await movies.database.client.list_databases().to_list(), list[dict[str, Any]])
    async for index in movies.list_indexes():
        assert_type(index["key"], Any)


async def bulk_writes(movies: Collection[Movie], client: MongoClient[Movie]) -> None:
    """What is written in bulk is of the type of the documents."""
    result = await movies.bulk_write(
        [InsertOne(Movie(title="Metropolis", year=1927)), DeleteOne({"year": 1926})], ordered=False
    )
    assert_type(result, BulkWriteResult)
    await client.bulk_write([InsertOne(Movie(title="M", year=1931), namespace="films.silent")])


async def of_options(database: Database[Movie]) -> None:
    """Where an option is the type of the documents, the result is of this type."""
    options: CodecOptions[RawBSONDocument] = CodecOptions(RawBSONDocument)
    assert_type(await database.command("ping"), dict[str, Any])
    assert_type(await database.command("ping", codec_options=options), RawBSONDocument)
    assert_type(database.with_options(options).films, Collection[RawBSONDocument])
    assert_type(await database.create_collection("films"), Collection[Movie])


async def batches(movies: Collection[Movie]) -> None:
    """Raw batches are bytes, whatever the documents are."""
    assert_type(movies.find_raw_batches({}, batch_size=5), RawBatchCursor[Movie])
    async for batch in movies.find_raw_batches():
        assert_type(batch, bytes)
    assert_type(await movies.find_raw_batches().to_list(), list[bytes])
    assert_type(await movies.aggregate_raw_batches([]), RawBatchCommandCursor[Movie])
    async for batch in movies.aggregate_raw_batches([]):
        assert_type(batch, bytes)
    async for batch in await movies.aggregate_raw_batches([]):
        assert_type(batch, bytes)
