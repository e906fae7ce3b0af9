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
    MotorRawBatchCommandCursor,
    MotorRawBatchCursor,
)

class MotorClient(AgnosticClient[DocumentType]):
    """Client for a MongoDB instance, a replica set, or a set of mongoses.

    A MongoClient under Motor's name, whose ``io_loop=`` is Tornado's IOLoop.

    A MongoClient that takes Motor's arguments.

    :param io_loop: the loop of calls that are made while none runs. Other calls are of the loop
        that runs, whichever that is.
    :param max_workers: by default what the environment variable ``MOTOR_MAX_WORKERS`` says, if
        it is set, but not more than ``maxPoolSize``.
    :param driver: what the server is told of this driver; by default, Motor's name.

    PyMongo's MongoClient for Tornado and asyncio.

    Takes all arguments of PyMongo's MongoClient. It connects in a worker, for the first call or
    for `open`; making it does not wait, and needs no loop. One client serves any number of loops
    and threads. (Before 4.12, PyMongo looks up a ``mongodb+srv://`` address in its constructor:
    make such a client before the loop runs.)

    :param max_workers: the most threads that run calls: from 1 to ``maxPoolSize``. The default is
        ``maxPoolSize``; while calls wait for changes, fewer run, as those use connections too.
    :param max_waiting: the most calls that wait when `max_workers` others run. One more fails at
        once with `tornado_pymongo.errors.TooManyCalls`.
    :param max_stream_workers: the most threads, besides, that wait for changes: for change streams
        and tailable cursors, which take turns if there are more of them. The default is 16, or
        a part of a ``maxPoolSize`` below 96.
    :param abort_on_cancel: whether a call that is cancelled while it runs is interrupted, for which
        its connection is closed. Otherwise it goes on in its worker, and its result is dropped.
    :param slice_bytes: how much of a large result is decoded at a time, in bytes, before the event
        loop is let in; None or 0 decodes each batch in one go, as PyMongo does.
    :param spare_collector: whether Python's garbage collector, which belongs to the whole process,
        is spared the documents of large results: each slice is promoted to its oldest generation,
        by ``gc.freeze()`` and ``gc.unfreeze()``, unless the program has frozen objects itself.
        Python 3.14.0 to 3.14.4, whose collector is another one, spare it nothing.
    :param read_ahead: whether the next batch of a cursor is fetched while the one before it is
        consumed, from the second one on: see `Cursor.read_ahead`, which says it of one cursor.
    :param share_core: which threads are kept on one core for as long as that makes more calls a
        second: "none", "workers", those that run calls, though not a function of yours, or "all",
        the workers and the threads of the loops that make the calls (from Python 3.12 on). It is
        tried now and then while calls wait; only on Linux, under the GIL.
    :param wrap_call: a function that is given what a worker will run, before each call, in the
        caller's thread and context, and returns what the worker runs instead. It takes no
        arguments, and its result and errors are to be passed on; a call that waits for changes may
        run it several times. An error of `wrap_call` is that of the call, which does not start.

    PyMongo's ``waitQueueTimeoutMS`` is the longest that a call may wait for a worker, in
    milliseconds; ``timeoutMS`` and `pymongo.timeout` include that wait."""

__all__ = [
    "MotorChangeStream",
    "MotorClient",
    "MotorClientEncryption",
    "MotorClientSession",
    "MotorCollection",
    "MotorCommandCursor",
    "MotorCursor",
    "MotorDatabase",
    "MotorGridFSBucket",
    "MotorGridIn",
    "MotorGridOut",
    "MotorGridOutCursor",
    "MotorLatentCommandCursor",
    "MotorRawBatchCommandCursor",
    "MotorRawBatchCursor",
]
