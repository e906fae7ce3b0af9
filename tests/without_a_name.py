"""A small program from which an undocumented name is taken away before the library is imported.

``python without_a_name.py URI TAKEN``: what matches the pattern TAKEN has another name in the
sources of PyMongo and Tornado, or, with ``(?#pymongo)`` in the pattern, of PyMongo alone. After an
exclamation mark, TAKEN is a statement that takes the name away.
Prints as JSON what the library has logged, and how it went.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sys
import time
from contextlib import suppress
from importlib.machinery import SourceFileLoader

import aiohttp.web  # noqa: F401 - it is looked at as well

uri, taken = sys.argv[1:]
load = SourceFileLoader.get_code
packages = ["pymongo"] if "(?#pymongo)" in taken else ["pymongo", "gridfs", "bson", "tornado"]


def load_without(self, module):
    """Return the code of a module, with another name."""
    if module.split(".")[0] in packages:
        path = self.get_filename(module)
        source = self.get_data(path).decode()
        renamed = re.sub(taken, "another_name", source)
        if renamed != source:
            return compile(renamed, path, "exec", dont_inherit=True)
    return load(self, module)


if taken.startswith("!"):
    exec(taken[1:])
elif taken:
    SourceFileLoader.get_code = load_without

import gridfs  # noqa: E402, F401
import pymongo.encryption_options  # noqa: E402, F401
import tornado.web  # noqa: E402, F401
from pymongo.monitoring import ConnectionPoolListener  # noqa: E402


class Records(logging.Handler):
    """What the library logs."""

    def __init__(self):
        super().__init__()
        self.told = []

    def emit(self, record):
        """Take note of it."""
        self.told.append([record.mongo_event, record.mongo_differs_in, record.getMessage()])


records = Records()
logging.getLogger("tornado_pymongo").addHandler(records)

import tornado_pymongo  # noqa: E402


class Pools(ConnectionPoolListener):
    """How often a pool was cleared."""

    cleared = 0

    def pool_cleared(self, event):
        """Count it."""
        self.cleared += 1

    def _nothing(self, event):
        pass

    pool_created = pool_ready = pool_closed = connection_created = connection_ready = _nothing
    connection_check_out_started = connection_check_out_failed = _nothing
    connection_closed = connection_checked_out = connection_checked_in = _nothing


async def cancel(client, things):
    """Cancel a call that the server holds up; return after how many seconds its worker is free."""
    counts = tornado_pymongo.statistics(client).calls
    call = things.find_one({"_id": 1, "$where": "sleep(800) || true"})
    while not tornado_pymongo.statistics(client).calls.busy:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)  # it has been sent
    began = time.monotonic()
    call.cancel()
    with suppress(asyncio.CancelledError):
        await call
    while (now := tornado_pymongo.statistics(client).calls).busy:
        await asyncio.sleep(0.01)
    assert now.failed == counts.failed, now
    return time.monotonic() - began


async def main():
    """Do a little of everything."""
    pools = Pools()
    client = tornado_pymongo.MongoClient(
        uri, event_listeners=[pools], read_ahead=True, timeoutMS=20_000
    )
    async with client:
        await client.aconnect()
        assert repr(client).startswith("tornado_pymongo.MongoClient(")
        database = client[f"tornado_pymongo_test_{os.getpid()}"]
        await client.drop_database(database)
        things = database.things
        await things.insert_many([{"_id": n} for n in range(500)])
        assert await things.find_one({"_id": 1}) == {"_id": 1}
        assert [each["_id"] async for each in things.find(batch_size=50).sort("_id")] == list(
            range(500)
        )
        assert await things.find()[3:3].to_list() == []
        async with await things.aggregate([{"$limit": 200}], batchSize=50) as cursor:
            assert len(await cursor.to_list()) == 200
        free_after = await cancel(client, things)
        assert await things.count_documents({}) == 500
        async with client.start_session() as session, session.start_transaction():
            await things.insert_one({"_id": "new"}, session=session)
        async with things.watch() as stream:
            await things.insert_many([{"_id": f"change {n}"} for n in range(3)])
            changes = [await asyncio.wait_for(stream.next(), 20) for _ in range(3)]
            assert [each["documentKey"]["_id"][-1] for each in changes] == ["0", "1", "2"]
        with_tail = await database.create_collection("tail", capped=True, size=10_000)
        await with_tail.insert_one({"_id": 1})
        tail = with_tail.find(cursor_type=tornado_pymongo.CursorType.TAILABLE_AWAIT)
        assert await asyncio.wait_for(tail.next(), 20) == {"_id": 1}
        await tail.close()
        bucket = tornado_pymongo.GridFSBucket(database, chunk_size_bytes=1000)
        data = b"line\n" * 1000
        file_id = await bucket.upload_from_stream("file", data)
        async with await bucket.open_download_stream(file_id) as file:
            assert (file.length, await file.read(1500)) == (5000, data[:1500])
            assert [line async for line in file] == [b"line\n"] * 700
        await client.drop_database(database)
    print(json.dumps({"told": records.told, "cleared": pools.cleared, "free_after": free_after}))


asyncio.run(main())
