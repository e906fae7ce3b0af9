"""MongoDB from Tornado and asyncio: PyMongo, whole, on a bounded pool of threads.

::

    client = tornado_pymongo.MongoClient()
    document = await client.shop.orders.find_one({"_id": 1})  # or yield it

The names are PyMongo's; what blocks there returns a Future here.
"""

from tornado_pymongo.client import Collection, Database, MongoClient
from tornado_pymongo.cursor import (
    CommandCursor,
    Cursor,
    RawBatchCommandCursor,
    RawBatchCursor,
)
from tornado_pymongo.errors import TooManyCalls

__version__ = "0.1.0"

__all__ = [
    "Collection",
    "CommandCursor",
    "Cursor",
    "Database",
    "MongoClient",
    "RawBatchCommandCursor",
    "RawBatchCursor",
    "TooManyCalls",
]
