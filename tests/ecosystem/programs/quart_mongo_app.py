# /// script
# dependencies = ["quart-mongo==0.1.2", "motor==3.7.1"]
# [tool.ecosystem]
# doors = ["motor"]
# ///
"""An extension that subclasses Motor's client, database and collection; a bucket on top."""

import asyncio
import os

from motor.motor_asyncio import AsyncIOMotorGridFSBucket
from odmantic import Model
from quart import Quart
from quart_mongo import Mongo

app = Quart(__name__)
mongo = Mongo(app, os.environ["MONGODB_URI"].replace("/?", "/shop?"))


class Tea(Model):
    """A tea, for ODMantic."""

    name: str
    grams: int


@app.get("/orders/<int:number>")
async def order(number: int) -> dict:
    """Return an order, or 404."""
    return await mongo.db.orders.find_one_or_404({"_id": number})


@app.get("/more/<int:number>")
async def more(number: int) -> dict:
    """Return what stands in a collection below."""
    return await mongo.db.orders.more.find_one_or_404({"_id": number})


async def main() -> None:
    """Start the application, and be its user."""
    http = app.test_client()
    await app.startup()
    await mongo.db.orders.insert_one({"_id": 1, "item": "tea"})
    await mongo.db["orders.more"].insert_one({"_id": 2})
    await mongo.odm.save_all([Tea(name="Assam", grams=250), Tea(name="Sencha", grams=100)])
    print(type(mongo.cx).__name__, type(mongo.db).__name__, type(mongo.db.orders).__name__)
    for path in "/orders/1", "/orders/2", "/more/2":
        answer = await http.get(path)
        print(path, answer.status_code, answer.status_code == 200 and await answer.get_json())
    print([tea.name async for tea in mongo.odm.find(Tea, sort=Tea.grams)])
    print((await mongo.odm.find_one_or_404(Tea, Tea.grams > 100)).name)
    bucket = AsyncIOMotorGridFSBucket(mongo.db)
    await bucket.upload_from_stream("tea.txt", b"first flush")
    print(await (await bucket.open_download_stream_by_name("tea.txt")).read())
    mongo.cx.close()
    await app.shutdown()


asyncio.run(main())
