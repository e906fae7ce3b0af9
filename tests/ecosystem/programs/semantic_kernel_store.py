# /// script
# dependencies = ["semantic-kernel==1.45.0"]
# [tool.ecosystem]
# doors = ["pymongo_async"]
# ///
"""A vector store whose pydantic model wants an AsyncMongoClient, given and made of a URL."""

import asyncio
import os
from dataclasses import dataclass
from typing import Annotated

from pymongo import AsyncMongoClient
from semantic_kernel.connectors.mongodb import MongoDBAtlasCollection, MongoDBAtlasStore
from semantic_kernel.data.vector import VectorStoreField, vectorstoremodel

URI = os.environ["MONGODB_URI"]


@vectorstoremodel(collection_name="teas")
@dataclass
class Tea:
    """A tea, with what it tastes like."""

    id: Annotated[str, VectorStoreField("key")]
    name: Annotated[str, VectorStoreField("data")]
    taste: Annotated[list[float], VectorStoreField("vector", dimensions=2)]


async def use(collection: MongoDBAtlasCollection) -> None:
    """Write, read and delete records. To search, it takes Atlas."""
    async with collection:
        teas = [Tea("1", "Assam", [0.9, 0.1]), Tea("2", "Sencha", [0.1, 0.8])]
        print(await collection.upsert(teas))
        found = await collection.get(["1", "2"], include_vectors=True)
        print([(tea.id, tea.name, tea.taste) for tea in found])
        await collection.delete(["1"])
        print([tea.id for tea in await collection.get(["1", "2"], include_vectors=True)])
        await collection.ensure_collection_deleted()


async def main() -> None:
    """Do so with a client of the program, and with one of the library."""
    async with AsyncMongoClient(URI) as client:
        await use(MongoDBAtlasCollection(Tea, mongo_client=client, database_name="shop"))
        await client.shop.create_collection("cups")
        store = MongoDBAtlasStore(mongo_client=client, database_name="shop")
        print(await store.list_collection_names())
    await use(MongoDBAtlasCollection(Tea, connection_string=URI, database_name="shop"))


asyncio.run(main())
