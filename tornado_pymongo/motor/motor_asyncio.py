"""Motor's names for asyncio."""

from asyncio import AbstractEventLoop

from tornado_pymongo.motor import core


class AsyncIOMotorClient(core.AgnosticClient):
    """A MongoClient under Motor's name, whose ``io_loop=`` is asyncio's event loop."""

    _loop_type = AbstractEventLoop
    _loop_name = "asyncio-compatible event loop"
    _prefix = "AsyncIO"


AsyncIOMotorChangeStream = core.MotorChangeStream
AsyncIOMotorClientEncryption = core.MotorClientEncryption
AsyncIOMotorClientSession = core.MotorClientSession
AsyncIOMotorCollection = core.MotorCollection
AsyncIOMotorCommandCursor = core.MotorCommandCursor
AsyncIOMotorCursor = core.MotorCursor
AsyncIOMotorDatabase = core.MotorDatabase
AsyncIOMotorGridFSBucket = core.MotorGridFSBucket
AsyncIOMotorGridIn = core.MotorGridIn
AsyncIOMotorGridOut = core.MotorGridOut
AsyncIOMotorGridOutCursor = core.MotorGridOutCursor
AsyncIOMotorLatentCommandCursor = core.MotorLatentCommandCursor

__all__ = [name for name in dir() if name.startswith("AsyncIOMotor")]  # pyright: ignore
