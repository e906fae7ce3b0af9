# /// script
# dependencies = ["fastapi-pymongo==0.1.0a3", "beanie==2.2.0", "httpx"]
# [tool.ecosystem]
# doors = ["pymongo_async"]
# ///
"""A client that a library makes with the application, and gives to annotated handlers."""

from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from fastapi_pymongo import MongoSettings, PyObjectId, get_client, mongo_lifespan
from fastapi_pymongo.lifespan import get_database
from pydantic import BaseModel, Field
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

settings = MongoSettings(database="shop")
app = FastAPI(lifespan=mongo_lifespan(settings))
Database = Annotated[AsyncDatabase, Depends(get_database(settings))]


class Order(BaseModel):
    """An order of tea."""

    id: PyObjectId = Field(alias="_id")
    item: str


@app.post("/orders")
async def order(order: Order, database: Database) -> Order:
    """Insert an order, and return it as it was stored."""
    await database.orders.insert_one(order.model_dump(by_alias=True))
    return await database.orders.find_one({"_id": order.id})


@app.get("/databases")
async def databases(client: Annotated[AsyncMongoClient, Depends(get_client)]) -> list[str]:
    """Return the names of the databases."""
    return await client.list_database_names()


with TestClient(app) as http:
    print(http.post("/orders", json={"_id": "0" * 24, "item": "tea"}).json())
    print("shop" in http.get("/databases").json(), type(app.state.fastapi_pymongo_client).__name__)
