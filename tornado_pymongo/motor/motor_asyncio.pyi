# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

from tornado_pymongo._types import DocumentType
from tornado_pymongo.motor.core import (
    AgnosticClient,
    MotorChangeStream,
    MotorClientEncryption,
    MotorClientSession,
    MotorCollection,
    MotorCommandCursor,
    MotorCursor,
    MotorDatabase,
    MotorGridFSBucket,
    MotorGridIn,
    MotorGridOut,
    MotorGridOutCursor,
)
from tornado_pymongo.motor.latent import MotorLatentCommandCursor

class AsyncIOMotorClient(AgnosticClient[DocumentType]): ...

AsyncIOMotorChangeStream = MotorChangeStream
AsyncIOMotorClientEncryption = MotorClientEncryption
AsyncIOMotorClientSession = MotorClientSession
AsyncIOMotorCollection = MotorCollection
AsyncIOMotorCommandCursor = MotorCommandCursor
AsyncIOMotorCursor = MotorCursor
AsyncIOMotorDatabase = MotorDatabase
AsyncIOMotorGridFSBucket = MotorGridFSBucket
AsyncIOMotorGridIn = MotorGridIn
AsyncIOMotorGridOut = MotorGridOut
AsyncIOMotorGridOutCursor = MotorGridOutCursor
AsyncIOMotorLatentCommandCursor = MotorLatentCommandCursor
__all__ = [
    "AsyncIOMotorChangeStream",
    "AsyncIOMotorClient",
    "AsyncIOMotorClientEncryption",
    "AsyncIOMotorClientSession",
    "AsyncIOMotorCollection",
    "AsyncIOMotorCommandCursor",
    "AsyncIOMotorCursor",
    "AsyncIOMotorDatabase",
    "AsyncIOMotorGridFSBucket",
    "AsyncIOMotorGridIn",
    "AsyncIOMotorGridOut",
    "AsyncIOMotorGridOutCursor",
    "AsyncIOMotorLatentCommandCursor",
]
