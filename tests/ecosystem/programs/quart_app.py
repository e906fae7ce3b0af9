# /// script
# dependencies = ["quart==0.22.0"]
# [tool.ecosystem]
# doors = ["pymongo_async", "client", "native"]
# ///
"""An application whose client is made before it serves, and closed after that."""

import asyncio
import os
from collections.abc import AsyncIterator

from pymongo import AsyncMongoClient
from quart import Quart, current_app, request

app = Quart(__name__)


@app.while_serving
async def lifespan() -> AsyncIterator[None]:
    """Make the application's client, and close it."""
    async with AsyncMongoClient(os.environ["MONGODB_URI"]) as app.mongo:
        yield


@app.post("/teas")
async def add_tea() -> tuple[dict, int]:
    """Insert a tea."""
    tea = await request.get_json()
    await current_app.mongo.shop.teas.insert_one({"name": tea["name"], "grams": tea["grams"]})
    return {"name": tea["name"]}, 201


@app.get("/teas")
async def list_teas() -> list[dict]:
    """Return all teas by name."""
    return await current_app.mongo.shop.teas.find({}, {"_id": False}).sort("name").to_list()


async def main() -> None:
    """Use the application as a test does."""
    async with app.test_app() as serving:
        http = serving.test_client()
        for name, grams in ("Sencha", 100), ("Assam", 250):
            answer = await http.post("/teas", json={"name": name, "grams": grams})
            print(answer.status_code)
        print(await (await http.get("/teas")).get_json())


asyncio.run(main())
