"""A program for PyMongo Async: the first steps of everybody.

``tests/test_programs.py`` runs it as it is, and with its first import changed.
"""

import asyncio
import os

from pymongo import ASCENDING, AsyncMongoClient, InsertOne, ReturnDocument, UpdateOne


async def documents(books):
    result = await books.insert_one({"_id": 1, "title": "Emma", "year": 1815, "copies": 3})
    print("inserted", result.inserted_id)
    result = await books.insert_many(
        [
            {"_id": 2, "title": "Persuasion", "year": 1817, "copies": 1},
            {"_id": 3, "title": "Middlemarch", "year": 1872, "copies": 2},
            {"_id": 4, "title": "Ulysses", "year": 1922, "copies": 0},
        ]
    )
    print("inserted", result.inserted_ids)
    print("one", await books.find_one({"year": {"$lt": 1816}}))
    print("none", await books.find_one({"year": 2000}))
    async for book in books.find({"copies": {"$gt": 0}}).sort("year", -1):
        print("in stock", book["title"])
    print("two", await books.find().sort("_id", 1).skip(1).limit(2).to_list())
    cursor = books.find({}, {"title": 1}).sort("title", ASCENDING)
    print("first", await cursor.next(), cursor.alive)
    await cursor.close()
    print("count", await books.count_documents({"year": {"$gte": 1817}}))
    result = await books.update_many({"copies": {"$lt": 2}}, {"$inc": {"copies": 1}})
    print("updated", result.matched_count, result.modified_count)
    after = ReturnDocument.AFTER
    print(
        "found",
        await books.find_one_and_update(
            {"_id": 4}, {"$set": {"lent": True}}, return_document=after
        ),
    )
    result = await books.bulk_write(
        [InsertOne({"_id": 5, "year": 1818}), UpdateOne({"_id": 5}, {"$set": {"copies": 9}})]
    )
    print("written", result.inserted_count, result.modified_count)
    print("deleted", (await books.delete_one({"_id": 5})).deleted_count)


async def aggregation(books):
    pipeline = [
        {"$group": {"_id": {"$gte": ["$year", 1820]}, "copies": {"$sum": "$copies"}}},
        {"$sort": {"_id": 1}},
    ]
    async for group in await books.aggregate(pipeline):
        print("group", group)
    async with await books.aggregate(pipeline) as cursor:
        print("groups", await cursor.to_list())


async def indexes(books):
    print("index", await books.create_index([("year", ASCENDING)], name="by_year"))
    print("indexes", sorted(await books.index_information()))
    async for index in await books.list_indexes():
        print("index", index["name"])


async def transactions(client, books):
    async def lend(session):
        await books.update_one({"_id": 1}, {"$inc": {"copies": -1}}, session=session)
        return (await books.find_one({"_id": 1}, session=session))["copies"]

    async with client.start_session() as session:
        print("left", await session.with_transaction(lend))
        try:
            async with await session.start_transaction():
                await lend(session)
                raise RuntimeError("somebody else was faster")
        except RuntimeError as error:
            print("aborted:", error)
    print("still", (await books.find_one({"_id": 1}))["copies"])


async def changes(books):
    async with await books.watch() as stream:
        await books.update_one({"_id": 2}, {"$set": {"lent": True}})
        async for change in stream:
            print("change", change["operationType"], change["documentKey"])
            break


async def main():
    client = AsyncMongoClient(os.environ["MONGODB_URI"])
    await client.aconnect()
    print("server", (await client.server_info())["ok"], type(await client.address))
    books = client.tornado_pymongo_test.get_collection("books")
    await books.drop()
    await documents(books)
    await aggregation(books)
    await indexes(books)
    await transactions(client, books)
    await changes(books)
    print("collections", "books" in await books.database.list_collection_names())
    print("command", (await books.database.command("ping"))["ok"])
    try:
        await books.insert_one({"_id": 1})
    except Exception as error:
        print(type(error).__name__)
    await books.drop()
    await client.close()


if __name__ == "__main__":
    asyncio.run(main())
