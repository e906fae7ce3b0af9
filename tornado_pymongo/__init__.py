"""MongoDB from Tornado and asyncio: PyMongo, whole, on a bounded pool of threads.

::

    client = tornado_pymongo.MongoClient()
    document = await client.shop.orders.find_one({"_id": 1})  # or yield it

The names are PyMongo's. A method that blocks there returns a Future here. `AsyncMongoClient` and
the other names of PyMongo Async are those of `tornado_pymongo.pymongo_async`. The constants and
functions that `pymongo` has beside its classes are here as well.
"""

# First, so that it says what is missing before anything else fails because of that.
from tornado_pymongo.internals import contract as _contract  # noqa: F401

# isort: split
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pymongo import (
    ASCENDING,
    DESCENDING,
    GEO2D,
    GEOSPHERE,
    HASHED,
    TEXT,
    CursorType,
    DeleteMany,
    DeleteOne,
    IndexModel,
    InsertOne,
    ReadPreference,
    ReplaceOne,
    ReturnDocument,
    UpdateMany,
    UpdateOne,
    WriteConcern,
    timeout,
)

from tornado_pymongo.change_stream import (
    ChangeStream,
    ClusterChangeStream,
    CollectionChangeStream,
    DatabaseChangeStream,
)
from tornado_pymongo.client import Collection, Database, MongoClient, statistics
from tornado_pymongo.cursor import (
    CommandCursor,
    Cursor,
    RawBatchCommandCursor,
    RawBatchCursor,
)
from tornado_pymongo.errors import TooManyCalls
from tornado_pymongo.executor.statistics import Statistics, WorkerStatistics
from tornado_pymongo.session import ClientSession

if TYPE_CHECKING:
    from tornado_pymongo.encryption import ClientEncryption
    from tornado_pymongo.gridfs import GridFS, GridFSBucket, GridIn, GridOut, GridOutCursor
    from tornado_pymongo.pymongo_async import (
        AsyncChangeStream,
        AsyncClientEncryption,
        AsyncClientSession,
        AsyncClusterChangeStream,
        AsyncCollection,
        AsyncCollectionChangeStream,
        AsyncCommandCursor,
        AsyncCursor,
        AsyncDatabase,
        AsyncDatabaseChangeStream,
        AsyncGridFS,
        AsyncGridFSBucket,
        AsyncGridIn,
        AsyncGridOut,
        AsyncGridOutCursor,
        AsyncMongoClient,
        AsyncRawBatchCommandCursor,
        AsyncRawBatchCursor,
    )
else:
    # Imported where they are used: GridFS is a tenth of all the rest, and as much as that is the
    # encryption where pymongocrypt is installed.
    def __getattr__(name: str) -> Any:
        if name.startswith("Async"):
            module = "pymongo_async"
        else:
            module = "gridfs" if name.startswith("Grid") else "encryption"
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{module}"), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


__version__ = "0.1.0"

# fmt: off
__all__ = [
    "ASCENDING", "DESCENDING", "GEO2D", "GEOSPHERE", "HASHED", "TEXT", "AsyncChangeStream",
    "AsyncClientEncryption", "AsyncClientSession", "AsyncClusterChangeStream", "AsyncCollection",
    "AsyncCollectionChangeStream", "AsyncCommandCursor", "AsyncCursor", "AsyncDatabase",
    "AsyncDatabaseChangeStream", "AsyncGridFS", "AsyncGridFSBucket", "AsyncGridIn", "AsyncGridOut",
    "AsyncGridOutCursor", "AsyncMongoClient", "AsyncRawBatchCommandCursor", "AsyncRawBatchCursor",
    "ChangeStream", "ClientEncryption", "ClientSession", "ClusterChangeStream", "Collection",
    "CollectionChangeStream", "CommandCursor", "Cursor", "CursorType", "Database",
    "DatabaseChangeStream", "DeleteMany", "DeleteOne", "GridFS", "GridFSBucket", "GridIn",
    "GridOut", "GridOutCursor", "IndexModel", "InsertOne", "MongoClient", "RawBatchCommandCursor",
    "RawBatchCursor", "ReadPreference", "ReplaceOne", "ReturnDocument", "Statistics",
    "TooManyCalls", "UpdateMany", "UpdateOne", "WorkerStatistics", "WriteConcern", "statistics",
    "timeout",
]
