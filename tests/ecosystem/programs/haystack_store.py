# /// script
# dependencies = ["mongodb-atlas-haystack==5.0.0"]
# [tool.ecosystem]
# doors = ["pymongo_async"]
# ///
"""A document store that makes its own clients of a URL, one that blocks among them."""

import asyncio
import os

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"

import pymongo
from haystack import Document
from haystack.document_stores.types import DuplicatePolicy
from haystack.utils import Secret
from haystack_integrations.document_stores.mongodb_atlas import MongoDBAtlasDocumentStore

URI = os.environ["MONGODB_URI"]
store = MongoDBAtlasDocumentStore(
    mongo_connection_string=Secret.from_token(URI),
    database_name="shop",
    collection_name="teas",
    vector_search_index="none",
    full_text_search_index="none",
)


async def main() -> None:
    """Write, overwrite, filter and delete documents. To search, it takes Atlas."""
    teas = [Document(id=str(n), content=name) for n, name in enumerate(["Assam", "Sencha"])]
    print(await store.write_documents_async(teas))
    print(await store.write_documents_async(teas[:1], policy=DuplicatePolicy.SKIP))
    print(sorted([tea.content for tea in await store.filter_documents_async()]))
    await store.delete_documents_async(["1"])
    print(await store.count_documents_async())
    await store.close_async()


with pymongo.MongoClient(URI) as client:
    client.shop.create_collection("teas")
asyncio.run(main())
print(store.count_documents(), "document, counted without a loop")
store.close()
