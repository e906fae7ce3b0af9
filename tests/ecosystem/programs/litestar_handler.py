# /// script
# dependencies = ["litestar==2.25.0", "httpx"]
# [tool.ecosystem]
# doors = ["pymongo_async", "client"]
# ///
"""Handlers whose annotations say AsyncMongoClient and AsyncCollection, which Litestar checks."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, get, post
from litestar.datastructures import State
from litestar.di import Provide
from litestar.testing import TestClient
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection


@asynccontextmanager
async def lifespan(app: Litestar) -> AsyncIterator[None]:
    """Make the application's client, and close it."""
    async with AsyncMongoClient(os.environ["MONGODB_URI"]) as app.state.mongo:
        yield


async def provide_mongo(state: State) -> AsyncMongoClient:
    """Return the application's client."""
    return state.mongo


async def provide_orders(mongo: AsyncMongoClient) -> AsyncCollection:
    """Return the collection of orders."""
    return mongo.shop.orders


@post("/orders")
async def order(data: dict[str, Any], orders: AsyncCollection) -> dict[str, int]:
    """Insert an order."""
    await orders.insert_one(data)
    return {"orders": await orders.count_documents({})}


@get("/orders")
async def list_orders(mongo: AsyncMongoClient) -> list[dict[str, Any]]:
    """Return all orders."""
    return await mongo.shop.orders.find({}, {"_id": 0}).sort("grams").to_list()


dependencies = {"mongo": Provide(provide_mongo), "orders": Provide(provide_orders)}
app = Litestar([order, list_orders], dependencies=dependencies, lifespan=[lifespan])
with TestClient(app) as http:
    print(http.post("/orders", json={"item": "Assam", "grams": 250}).json())
    print(http.post("/orders", json={"item": "Sencha", "grams": 100}).json())
    print(http.get("/orders").json())
