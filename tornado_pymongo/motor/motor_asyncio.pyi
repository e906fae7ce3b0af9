# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code="assignment, misc, override"

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
    MotorLatentCommandCursor,
)

class AsyncIOMotorClient(AgnosticClient[DocumentType]):
    """Client for a MongoDB instance, a replica set, or a set of mongoses.

    A MongoClient under Motor's name, whose ``io_loop=`` is asyncio's event loop.

    A MongoClient that takes Motor's arguments.

    :param io_loop: the loop of calls that are made while none runs. Other calls are of the loop
        that runs, whichever that is.
    :param max_workers: by default what the environment variable ``MOTOR_MAX_WORKERS`` says, if
        it is set, but not more than ``maxPoolSize``.
    :param driver: what the server is told of this driver; by default, Motor's name.

    PyMongo's MongoClient for Tornado and asyncio.

    Takes all arguments of PyMongo's MongoClient. Making a client does not wait and needs no loop:
    the first call, or `open`, connects in a worker. One client serves any number of loops and
    threads. (For a ``mongodb+srv://`` address, PyMongo before 4.12 looks it up in its constructor:
    make such a client before the loop runs.)

    :param max_workers: the limit of threads that run calls, from 1 to ``maxPoolSize``. The default
        is ``maxPoolSize``. While calls wait for changes, fewer threads run calls, because the waits
        use connections too.
    :param max_waiting: the limit of calls that wait for a thread. The next call fails at once with
        `tornado_pymongo.errors.TooManyCalls`.
    :param max_stream_workers: the limit of additional threads that wait for changes. If there are
        more change streams and tailable cursors than threads, they take turns. The default is 16,
        or a sixth of a ``maxPoolSize`` below 96.
    :param abort_on_cancel: whether a call that is cancelled while it runs is interrupted, and its
        connection closed. If False, the call goes on in its worker, and its result is dropped.
    :param slice_bytes: the size, in bytes, of the slices in which a large result is decoded. The
        event loop runs between slices. None or 0 decodes each batch in one piece, as PyMongo does.
    :param spare_collector: whether the documents of large results are promoted to the oldest
        generation of Python's garbage collector, slice by slice. This uses ``gc.freeze()`` and
        ``gc.unfreeze()``, which affect the whole process. It does not happen if the program has
        frozen objects itself, nor on Python 3.14.0 to 3.14.4, whose collector is another one.
    :param read_ahead: whether a cursor fetches its next batch while you consume the current one,
        from the second batch on. `Cursor.read_ahead` sets this for one cursor.
    :param share_core: which threads are kept on one core while that makes more calls a second,
        which the client measures now and then while calls wait: "none"; "workers", the threads
        that run calls, but not a function of yours; "all", the workers and the threads of the
        loops that make the calls (from Python 3.12 on). Works only on Linux, under the GIL.
    :param wrap_call: a function that gets, before each call, the function that the worker will run,
        and returns the function that the worker runs instead. Both take no arguments. It runs in
        the caller's thread and context. The function that it returns must pass on the result and
        the errors, and may run several times if the call waits for changes. If `wrap_call` raises
        an error, the call fails with it and does not start.

    PyMongo's ``waitQueueTimeoutMS`` limits the time, in milliseconds, that a call waits for a
    worker. ``timeoutMS`` and `pymongo.timeout` include that time."""

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
