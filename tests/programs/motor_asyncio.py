"""A program for Motor with asyncio.

``tests/test_programs.py`` runs it as it is, and with its first import changed.
"""

import asyncio
import io
import os

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorGridFSBucket


async def documents(trips):
    result = await trips.insert_one({"_id": 1, "to": "Rome", "nights": 3})
    print("inserted", result.inserted_id)
    result = await trips.insert_many([{"_id": n, "to": "Oslo", "nights": n} for n in range(2, 8)])
    print("inserted", len(result.inserted_ids))
    print("one", await trips.find_one({"to": "Rome"}))
    cursor = trips.find({"to": "Oslo"}).sort("nights", -1)
    for trip in await cursor.to_list(length=2):
        print("long", trip)
    print("nothing", await trips.find().to_list(0))
    async for trip in trips.find({"nights": {"$gt": 5}}, batch_size=1):
        print("longer", trip["_id"])
    print("count", await trips.count_documents({}))
    result = await trips.replace_one({"_id": 1}, {"to": "Turin"})
    print("replaced", result.modified_count, await trips.find_one({"_id": 1}))
    result = await trips.delete_many({"nights": {"$lt": 4}})
    print("deleted", result.deleted_count)
    async for group in trips.aggregate([{"$group": {"_id": None, "n": {"$sum": "$nights"}}}]):
        print("sum", group["n"])
    print(
        "same", [each["_id"] for each in await trips.aggregate([{"$sort": {"_id": 1}}]).to_list(9)]
    )


async def transactions(client, trips):
    async def book(session):
        await trips.insert_one({"_id": 10}, session=session)
        return "booked"

    async with await client.start_session() as session:
        print(await session.with_transaction(book))
        try:
            async with session.start_transaction():
                await trips.delete_one({"_id": 10}, session=session)
                raise RuntimeError("no")
        except RuntimeError as error:
            print("aborted:", error, await trips.count_documents({"_id": 10}))


async def changes(trips):
    async with trips.watch([{"$match": {"operationType": "insert"}}]) as stream:
        await trips.insert_one({"_id": 11})
        async for change in stream:
            print("change", change["fullDocument"])
            break


async def files(database):
    bucket = AsyncIOMotorGridFSBucket(database, bucket_name="pictures")
    async with bucket.open_upload_stream("a.txt", metadata={"from": "Oslo"}) as grid_in:
        await grid_in.write(b"fjords, ")
        await grid_in.write(b"fjords")
    await bucket.upload_from_stream("b.txt", io.BytesIO(b"ferries"))
    grid_out = await bucket.open_download_stream_by_name("a.txt")
    print("file", grid_out.filename, grid_out.length, grid_out.metadata, await grid_out.read())
    grid_out.seek(3)
    print("from the fourth byte", await grid_out.read())
    async for grid_out in bucket.find().sort("filename", 1):
        print("found", grid_out.filename)
        await bucket.delete(grid_out._id)


async def main(client):
    print("server", (await client.server_info())["ok"])
    database = client.tornado_pymongo_test
    await database.drop_collection("trips")
    await documents(database.trips)
    await transactions(client, database["trips"])
    await changes(database.trips)
    await files(database)
    print("loop", client.get_io_loop() is asyncio.get_running_loop())
    print("collections", "trips" in await database.list_collection_names())
    await database.trips.drop()


if __name__ == "__main__":
    loop = asyncio.new_event_loop()
    client = AsyncIOMotorClient(os.environ["MONGODB_URI"], io_loop=loop)
    loop.run_until_complete(main(client))
    loop.close()
    client.close()
