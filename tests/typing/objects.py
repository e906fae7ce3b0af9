"""Sessions, change streams, GridFS and encryption."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bson.binary import Binary
from bson.codec_options import CodecOptions
from bson.objectid import ObjectId
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern
from typing_extensions import assert_type

from tornado_pymongo import (
    ClientEncryption,
    ClientSession,
    ClusterChangeStream,
    Collection,
    CollectionChangeStream,
    Cursor,
    Database,
    DatabaseChangeStream,
    GridFS,
    GridFSBucket,
    GridIn,
    GridOut,
    GridOutCursor,
    MongoClient,
)

Document = dict[str, Any]


async def sessions(client: MongoClient) -> None:
    """A session is had with and without awaiting it, and so is a transaction."""
    assert_type(client.start_session(causal_consistency=True), ClientSession)
    assert_type(await client.start_session(), ClientSession)
    async with client.start_session() as session:
        assert_type(session, ClientSession)
        await client.shop.orders.insert_one({}, session=session)
        async with session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority")):
            await client.shop.orders.find({}, session=session).to_list()
        async with await session.start_transaction(max_commit_time_ms=100):
            await session.commit_transaction()
        async with session.bind() as bound:
            assert_type(bound, ClientSession)
    async with await client.start_session() as session:
        assert_type(session.in_transaction, bool)
        assert_type(session.has_ended, bool)
        assert_type(session.client, MongoClient[Any])
        assert_type(await session.end_session(), None)

    async def buy(session: ClientSession) -> ObjectId:
        result = await client.shop.orders.insert_one({}, session=session)
        return ObjectId(result.inserted_id)

    assert_type(await session.with_transaction(buy, max_commit_time_ms=100), ObjectId)


async def change_streams(orders: Collection) -> None:
    """A change stream is had with and without awaiting it."""
    assert_type(await orders.watch([], full_document="default"), CollectionChangeStream[Document])
    assert_type(await orders.database.watch(), DatabaseChangeStream[Document])
    stream = orders.watch(max_await_time_ms=100)
    async with stream as changes:
        assert_type(changes, CollectionChangeStream[Document])
        async for change in changes:
            assert_type(change, Document)
    async with await orders.watch() as changes:
        assert_type(await changes.next(), Document)
        assert_type(await changes.try_next(), Document | None)
        assert_type(changes.resume_token, Mapping[str, Any] | None)
    async for change in stream:
        assert_type(change, Document)
    assert_type(await stream.try_next(), Document | None)
    assert_type(await stream.close(), None)
    watched = await orders.database.client.watch()
    print(isinstance(watched, ClusterChangeStream))


async def grid_fs(database: Database) -> None:
    """The old interface to files."""
    files = GridFS(database, collection="files")
    assert_type(await files.put(b"", filename="a.txt"), Any)
    assert_type(await files.get(1), GridOut)
    assert_type(await files.list(), list[str])
    assert_type(await files.find_one({"filename": "a.txt"}), GridOut | None)
    assert_type(await files.exists(1), bool)
    async with files.new_file(filename="a.txt") as grid_in:
        assert_type(grid_in, GridIn)
        assert_type(await grid_in.write(b""), None)
        grid_in.content_type = "text/plain"
    assert_type(grid_in.upload_date, datetime)


async def buckets(database: Database) -> None:
    """The newer interface to files."""
    bucket = GridFSBucket(database, bucket_name="files", chunk_size_bytes=1024)
    assert_type(await bucket.upload_from_stream("a.txt", b""), ObjectId)
    assert_type(bucket.open_upload_stream("a.txt", metadata={}), GridIn)
    grid_out = await bucket.open_download_stream_by_name("a.txt")
    assert_type(grid_out, GridOut)
    assert_type(await grid_out.read(), bytes)
    assert_type(await grid_out.seek(5), int)
    assert_type(grid_out.tell(), int)
    assert_type(grid_out.length, int)
    assert_type(await grid_out.readline(), bytes)
    async for line in grid_out:
        assert_type(line, bytes)
    cursor = bucket.find({"filename": "a.txt"}, limit=5, no_cursor_timeout=True)
    assert_type(cursor, GridOutCursor)
    assert_type(cursor.sort("filename"), GridOutCursor)
    async for grid_out in cursor:
        assert_type(grid_out, GridOut)
    assert_type(await cursor.to_list(), list[GridOut])


async def encryption(client: MongoClient) -> None:
    """Keys, and values that are encrypted by hand."""
    options: CodecOptions[Document] = CodecOptions()
    async with ClientEncryption({"local": {}}, "keys.keys", client, options) as encrypter:
        key = await encrypter.create_data_key("local")
        assert_type(key, Binary)
        assert_type(await encrypter.encrypt("secret", "Indexed", key_id=key), Binary)
        print(isinstance(encrypter.get_keys(), Cursor))


async def left_early(client: MongoClient, bucket: GridFSBucket) -> int:
    """No ``async with`` swallows an error, so there is nothing after it without a return."""
    async with (
        client.start_session() as session,
        session.start_transaction(),
        session.bind(),
        client.shop.orders.watch() as changes,
        client.shop.orders.find() as cursor,
        bucket.open_upload_stream("a.txt") as grid_in,
        client,
    ):
        print(changes, cursor)
        return grid_in.chunk_size
