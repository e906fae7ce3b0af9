# /// script
# dependencies = ["fastapi==0.163.2", "httpx"]
# [tool.ecosystem]
# doors = ["pymongo_async", "client", "native"]
# ///
"""BackgroundTasks that are a collection's methods: awaited, and their errors seen."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import BackgroundTasks, FastAPI, Request
from fastapi.testclient import TestClient
from pymongo import AsyncMongoClient
from pymongo.errors import DuplicateKeyError


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Make the application's client, and close it."""
    async with AsyncMongoClient(os.environ["MONGODB_URI"]) as app.state.mongo:
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/orders/{number}")
async def order(number: int, request: Request, tasks: BackgroundTasks) -> str:
    """Answer, then insert."""
    tasks.add_task(request.app.state.mongo.shop.orders.insert_one, {"_id": number})
    return "accepted"


@app.get("/orders")
async def orders(request: Request) -> list[int]:
    """Return the numbers of all orders."""
    return [order["_id"] async for order in request.app.state.mongo.shop.orders.find()]


with TestClient(app) as http:
    print(http.post("/orders/1").json(), http.get("/orders").json())
    try:
        print(http.post("/orders/1").json())
    except DuplicateKeyError as error:
        print("the server is told:", error.details["keyValue"])
