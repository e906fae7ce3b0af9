"""Client, database and collection, against a real server."""


async def test_a_document_comes_back(db):
    await db.things.insert_one({"_id": 1, "name": "thing"})
    assert await db.things.find_one({"_id": 1}) == {"_id": 1, "name": "thing"}
