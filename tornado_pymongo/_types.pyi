# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code="assignment, misc, override"

import builtins
from collections import deque
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterable,
    Mapping,
    MutableMapping,
    Sequence,
)
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from types import TracebackType
from typing import Any, ClassVar, Generic, NoReturn, Protocol, TypeAlias, overload
from uuid import UUID

import bson
import gridfs.synchronous.grid_file
import pymongo
import pymongo.synchronous.change_stream
import pymongo.synchronous.client_session
import pymongo.synchronous.collection
import pymongo.synchronous.command_cursor
import pymongo.synchronous.cursor
import pymongo.synchronous.database
import pymongo.synchronous.encryption
import pymongo.synchronous.mongo_client
from bson.binary import Binary
from bson.code import Code
from bson.codec_options import CodecOptions, TypeRegistry
from bson.dbref import DBRef
from bson.objectid import ObjectId
from bson.raw_bson import RawBSONDocument
from bson.timestamp import Timestamp
from pymongo._kms_connect_shared import KMSConnectCallback
from pymongo.client_options import ClientOptions
from pymongo.client_session_shared import SessionOptions, TransactionOptions
from pymongo.cursor_shared import _Hint, _Sort
from pymongo.database_shared import _CodecDocumentType
from pymongo.driver_info import DriverInfo
from pymongo.encryption_options import RangeOpts, StringOpts
from pymongo.encryption_shared import RewrapManyDataKeyResult
from pymongo.operations import (
    DeleteMany,
    DeleteOne,
    IndexModel,
    InsertOne,
    ReplaceOne,
    SearchIndexModel,
    UpdateMany,
    UpdateOne,
    _IndexKeyHint,
    _IndexList,
)
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import _ServerMode
from pymongo.results import (
    BulkWriteResult,
    ClientBulkWriteResult,
    DeleteResult,
    InsertManyResult,
    InsertOneResult,
    UpdateResult,
)
from pymongo.topology_description import TopologyDescription
from pymongo.typings import ClusterTime, _Address, _CollationIn, _DocumentTypeArg, _Pipeline
from pymongo.write_concern import WriteConcern
from tornado.web import RequestHandler
from typing_extensions import ParamSpec, Self, TypeVar

from tornado_pymongo.bridge import Callback
from tornado_pymongo.executor import Call
from tornado_pymongo.futures import CallFuture, NoCallback
from tornado_pymongo.options import ShareCore, WrapCall

DocumentType = TypeVar("DocumentType", bound=Mapping[str, Any], default=dict[str, Any])
P = ParamSpec("P")
T = TypeVar("T")
CursorT = TypeVar("CursorT", default=Any)
_AnyT = TypeVar("_AnyT", bound=_BaseCursor[Any])
ItemT = TypeVar("ItemT", default=Any)
_QueryT = TypeVar("_QueryT", bound=Cursor[Any])
_CommandT = TypeVar("_CommandT", bound=CommandCursor[Any])
ReturnT = TypeVar("ReturnT", default=NoCallback)
R = TypeVar("R", default=NoCallback)
CallbackOf: TypeAlias = Callable[[T | None, BaseException | None], R]
WriteOp: TypeAlias = (
    InsertOne[DocumentType]
    | DeleteOne
    | DeleteMany
    | ReplaceOne[DocumentType]
    | UpdateOne
    | UpdateMany
)

class AnyClient(Protocol):
    @property
    def delegate(self) -> pymongo.MongoClient[Any]: ...

class Sendable(Consumable):
    """A GridOut, as far as it is sent on the web."""

    def stream_to_handler(
        self, request_handler: RequestHandler, callback: CallbackOf[None, R] | None = None
    ) -> CallFuture[None, R]:
        """Send what is left of this file with a Tornado handler; return a Future of None.

        Set the headers before, ``Content-Length`` among them, and finish the handler after. It
        flushes as fast as the client takes the file, which is read in a worker in pieces of at
        most 256 KiB. If the client goes away, it ends. `tornado_pymongo.web.GridFSHandler` does
        all of what a handler must.

        :raises gridfs.errors.CorruptGridFile: if chunks are missing, or of a wrong size. If a part
            has been sent, the connection is closed."""

class Buffer:
    """Things that were fetched and not taken, in order. One thread puts, another one takes."""

    def __init__(self) -> None: ...
    def put(self, items: deque[Any], position: Any) -> None:
        """Put in a batch. An empty one changes the position after all before it was taken."""

    def __len__(self) -> int: ...
    def __bool__(self) -> bool: ...
    def is_used_up(self) -> bool:
        """Tell whether all that was fetched was taken, an empty batch too."""

    def has_next_batch(self) -> bool:
        """Tell whether there are things behind the batch that is being taken from."""

    def first(self) -> Any:
        """Return the first thing, or None if there is none."""

    def take(self) -> Any:
        """Remove and return the first thing.

        :raises IndexError: if there is none."""

    def skip_empty(self) -> None:
        """Drop the empty batches that come next, and take over their position."""

    def clear(self) -> None:
        """Drop all things, and keep the position of the last one that was taken."""
    error: Any
    is_broken: Any
    items: Any
    position: Any

class Consumable(Stream):
    """A PyMongo object that hands out each of its things once."""

class Fetch(Function):
    """A function that fetches, whose error somebody must be told.

    It keeps PyMongo's object and our buffer of the moment when it was made. A fetch that was given
    up may still run when its cursor is rewound; it does not touch the new ones."""

    def __init__(
        self, proxy: Consumable, name: str, function: Callable[[Any, Buffer], Any]
    ) -> None: ...
    proxy: Consumable

class Want:
    """The next thing of an object: see `futures.Demand`.

    :param operation: what fetches it, in a worker."""

    def __init__(self, owner: Consumable, operation: Operation) -> None: ...
    @property
    def buffer(self) -> Buffer:
        """The buffer that the object has at this moment."""

    def is_met(self, fetch: Call | None) -> bool:
        """Tell whether a Future of it can be completed.

        :param fetch: the call that was made for it and is over, if there was one."""

    def end(self, future: Any) -> None:
        """Complete a Future of it, as there is nothing more."""

    def operation(self) -> Operation:
        """Return what fetches it."""

    def serve(self, future: Any, fetch: Call | None) -> None:
        """Complete a Future of it, or have something fetched."""

    def take(self) -> Any:
        """Remove it from the buffer, and return it."""

    def again(self) -> Any:
        """Return a new Future of it."""

    def is_there(self) -> bool:
        """Tell whether `take` would return something now."""

    def failed(self, error: BaseException) -> None:
        """Take note that the error of a fetch was told to a consumer."""

    def given_up(self, call: Call) -> None:
        """Do what is to be done with a call for which nobody waits any more."""

class WantIfAny(Want):
    """The next thing of an object, or None if the first look finds nothing."""

    def end(self, future: Any) -> None:
        """Complete a Future of it, as there is nothing."""

    def take(self) -> Any:
        """Remove it from the buffer, and return it, or None."""

class WantToKnow(WantIfAny):
    """Whether there is a next thing, which stays in the buffer."""

    def take(self) -> bool:
        """Tell whether there is one."""

class WantMany(WantIfAny):
    """The next things, as a list.

    :param length: at most how many; None for all."""

    def __init__(self, owner: Consumable, operation: Operation, length: int | None) -> None: ...
    def is_met(self, fetch: Call | None) -> bool:
        """Tell whether so many are here, or all that a fetch could get."""

    def take(self) -> list[Any]:
        """Remove them from the buffer, and return them."""

class ChangeStream(Consumable, Generic[DocumentType]):
    """The internal abstract base class for change stream cursors.

    The changes of a collection, database or deployment, to be iterated with ``async for``.

    While it waits for a change, it takes one of the client's ``max_stream_workers`` threads, for
    ``max_await_time_ms`` at a time, by default a second. If more streams wait than there are
    threads, they take turns, which become shorter. With up to 300 streams in a client, each asks
    the server again within two seconds. There are at most some 200 turns a second in all, for the
    sake of other calls; so with 1,000 streams it takes five seconds.

    If a call is given up, as in ``wait_for(stream.next(), 5)``, its turn may still fetch a change:
    that is kept for the next call, so none is lost. `close` interrupts it. `resume_token` is that
    of the last change that was taken."""

    delegate: pymongo.synchronous.change_stream.ChangeStream[DocumentType]

    def __init__(
        self,
        target: MongoClient | Database[DocumentType] | Collection[DocumentType],
        pipeline: _Pipeline | None,
        full_document: str | None,
        resume_after: Mapping[str, Any] | None,
        max_await_time_ms: int | None,
        batch_size: int | None,
        collation: _CollationIn | None,
        start_at_operation_time: Timestamp | None,
        session: ClientSession | None,
        start_after: Mapping[str, Any] | None,
        comment: Any | None = None,
        full_document_before_change: str | None = None,
        show_expanded_events: bool | None = None,
    ) -> None: ...
    @property
    def resume_token(self) -> Mapping[str, Any] | None:
        """The token of the last change that was taken, from which another stream can go on.

        The source is PyMongo's `ChangeStream.resume_token`."""

    def next(
        self, callback: CallbackOf[DocumentType, R] | None = None
    ) -> CallFuture[DocumentType, R]:
        """Return a Future of the next change; it raises `StopAsyncIteration` in a closed stream.

        Asks the server from a worker until there is a change, unless one is here. The source is
        PyMongo's `ChangeStream.next`."""

    def try_next(
        self, callback: CallbackOf[DocumentType | None, R] | None = None
    ) -> CallFuture[DocumentType | None, R]:
        """Return a Future of the next change, or of None if there is none yet.

        Asks the server from a worker, once, unless one is here. The source is PyMongo's
        `ChangeStream.try_next`."""

    def __aiter__(self) -> Self: ...
    async def __anext__(self) -> DocumentType: ...
    @property
    def alive(self) -> bool:
        """Check whether this cursor has the potential to return more data.

        Runs at once, in the caller's thread: it does not wait."""

class CollectionChangeStream(ChangeStream[DocumentType]):
    """A change stream that watches changes on a single collection.

    The changes of a collection."""

    delegate: pymongo.synchronous.change_stream.CollectionChangeStream[DocumentType]

class DatabaseChangeStream(ChangeStream[DocumentType]):
    """A change stream that watches changes on all collections in a database.

    The changes of all collections of a database."""

    delegate: pymongo.synchronous.change_stream.DatabaseChangeStream[DocumentType]

class ClusterChangeStream(DatabaseChangeStream[DocumentType]):
    """A change stream that watches changes on all collections in the cluster.

    The changes of all databases of a deployment."""

    delegate: pymongo.synchronous.change_stream.ClusterChangeStream[DocumentType]

class MongoClient(Derived, Generic[DocumentType]):
    """Client for a MongoDB instance, a replica set, or a set of mongoses.

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

    delegate: pymongo.synchronous.mongo_client.MongoClient[DocumentType]

    def __init__(
        self,
        host: str | Sequence[str] | None = None,
        port: int | None = None,
        document_class: type[DocumentType] | None = None,
        tz_aware: bool | None = None,
        connect: bool | None = None,
        type_registry: TypeRegistry | None = None,
        *,
        max_workers: int | None = None,
        max_waiting: int = ...,
        max_stream_workers: int | None = None,
        abort_on_cancel: bool = True,
        slice_bytes: int | None = ...,
        spare_collector: bool = True,
        read_ahead: bool = True,
        share_core: ShareCore = "workers",
        wrap_call: WrapCall | None = None,
        **kwargs: Any,
    ) -> None:
        """Client for a MongoDB instance, a replica set, or a set of mongoses.

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

    def __getattr__(self, name: str) -> Database[DocumentType]: ...
    def open(self, callback: CallbackOf[Self, R] | None = None) -> CallFuture[Self, R]:
        """Connect to the server; return a Future of this client.

        Other calls do not need it. It fails early if there is no server. It sends a "ping" from a
        worker, within ``serverSelectionTimeoutMS``.

        :raises pymongo.errors.PyMongoError: if the server cannot be used."""

    def aconnect(self, callback: CallbackOf[None, R] | None = None) -> CallFuture[None, R]:
        """Begin to connect, in a worker; return a Future of None.

        The source is PyMongo's `AsyncMongoClient.aconnect`."""

    def close(
        self, callback: CallbackOf[None, R] | None = None, *, drain_seconds: float = ...
    ) -> CallFuture[None, R]:
        """Close the client; return a Future of None. It starts at once, awaited or not.

        Calls that wait for a worker fail with `pymongo.errors.InvalidOperation`, and so do later
        calls. Running calls have `drain_seconds` to finish, and then fail with the same error;
        calls that wait for changes fail at once. The client disconnects, which can take 5 seconds
        if the server does not answer, and its threads end. All this happens in a thread of its own.
        The source is PyMongo's `MongoClient.close`."""

    def aclose(
        self, callback: CallbackOf[None, R] | None = None, *, drain_seconds: float = ...
    ) -> CallFuture[None, R]:
        """Close the client; return a Future of None. It starts at once, awaited or not.

        Calls that wait for a worker fail with `pymongo.errors.InvalidOperation`, and so do later
        calls. Running calls have `drain_seconds` to finish, and then fail with the same error;
        calls that wait for changes fail at once. The client disconnects, which can take 5 seconds
        if the server does not answer, and its threads end. All this happens in a thread of its own.
        The source is PyMongo's `MongoClient.close`."""

    def run_in_worker(
        self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> CallFuture[T]:
        """Run a blocking function of yours in a worker; return a Future of its result.

        It gets a thread like any call of this client, and a copy of the caller's context. Give it
        PyMongo's objects (`delegate`) to make several blocking calls in one trip to a thread::

            def transfer(accounts):
                accounts.update_one({"_id": 1}, {"$inc": {"balance": -5}})
                accounts.update_one({"_id": 2}, {"$inc": {"balance": 5}})

            await client.run_in_worker(transfer, client.bank.accounts.delegate)

        :raises tornado_pymongo.errors.TooManyCalls: if too many calls wait already."""

    async def __aenter__(self) -> MongoClient[DocumentType]: ...
    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None: ...
    HOST: str
    PORT: int

    def __getitem__(self, name: str) -> Database[DocumentType]: ...
    @property
    def address(self) -> CallFuture[tuple[str, int] | None]:
        """(host, port) of the current standalone, primary, or mongos, or None.

        Runs in a worker thread; returns a Future of the caller's loop."""

    def append_metadata(self, driver_info: DriverInfo) -> None:
        """Append the given metadata to existing driver metadata.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def arbiters(self) -> CallFuture[set[_Address]]:
        """Arbiters in the replica set.

        Runs in a worker thread; returns a Future of the caller's loop."""

    def bulk_write(
        self,
        models: Sequence[WriteOp[Any]],
        session: ClientSession | None = None,
        ordered: bool = True,
        verbose_results: bool = False,
        bypass_document_validation: bool | None = None,
        comment: Any | None = None,
        let: Mapping[str, Any] | None = None,
        write_concern: WriteConcern | None = None,
        *,
        callback: CallbackOf[ClientBulkWriteResult, R] | None = None,
    ) -> CallFuture[ClientBulkWriteResult, R]:
        """Send a batch of write operations, potentially across multiple namespaces, to the server.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    @property
    def codec_options(self) -> CodecOptions[Any]:
        """Read only access to the :class:`~bson.codec_options.CodecOptions` of this instance.

        Runs at once, in the caller's thread: it does not wait."""

    def drop_database(
        self,
        name_or_database: str | Database[_DocumentTypeArg],
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[None, R] | None = None,
    ) -> CallFuture[None, R]:
        """Drop a database.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def eq_props(self) -> tuple[tuple[_Address, ...], str | None, str | None, str]:
        """Runs at once, in the caller's thread: it does not wait."""

    def get_database(
        self,
        name: str | None = None,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
    ) -> Database[DocumentType]:
        """Get a :class:`~pymongo.database.Database`.

        Runs at once, in the caller's thread: it does not wait."""

    def get_default_database(
        self,
        default: str | None = None,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
    ) -> Database[DocumentType]:
        """Get the database named in the MongoDB connection URI.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def is_mongos(self) -> CallFuture[bool]:
        """Whether this client is connected to mongos.

        Runs in a worker thread; returns a Future of the caller's loop."""

    @property
    def is_primary(self) -> CallFuture[bool]:
        """If this client is connected to a server that can accept writes.

        Runs in a worker thread; returns a Future of the caller's loop."""

    def list_database_names(
        self,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[list[str], R] | None = None,
    ) -> CallFuture[list[str], R]:
        """Get a list of the names of all databases on the connected server.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def list_databases(
        self,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[CommandCursor[dict[str, Any]], R] | None = None,
        **kwargs: Any,
    ) -> CursorFuture[CommandCursor[dict[str, Any]], dict[str, Any], R]:
        """Get a cursor over the databases of the connected server.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    @property
    def nodes(self) -> frozenset[_Address]:
        """Set of all currently connected servers.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def options(self) -> ClientOptions:
        """The configuration options for this client.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def primary(self) -> CallFuture[tuple[str, int] | None]:
        """The (host, port) of the current primary of the replica set.

        Runs in a worker thread; returns a Future of the caller's loop."""

    @property
    def read_concern(self) -> ReadConcern:
        """Read only access to the :class:`~pymongo.read_concern.ReadConcern` of this instance.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def read_preference(self) -> _ServerMode:
        """Read only access to the read preference of this instance.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def secondaries(self) -> CallFuture[set[_Address]]:
        """The secondary members known to this client.

        Runs in a worker thread; returns a Future of the caller's loop."""

    def server_info(
        self,
        session: ClientSession | None = None,
        *,
        callback: CallbackOf[dict[str, Any], R] | None = None,
    ) -> CallFuture[dict[str, Any], R]:
        """Get information about the MongoDB server we're connected to.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def start_session(
        self,
        causal_consistency: bool | None = None,
        default_transaction_options: TransactionOptions | None = None,
        snapshot: bool | None = False,
    ) -> ClientSession:
        """Start a logical session.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def topology_description(self) -> TopologyDescription:
        """The description of the connected MongoDB deployment.

        Runs at once, in the caller's thread: it does not wait."""

    def watch(
        self,
        pipeline: _Pipeline | None = None,
        full_document: str | None = None,
        resume_after: Mapping[str, Any] | None = None,
        max_await_time_ms: int | None = None,
        batch_size: int | None = None,
        collation: _CollationIn | None = None,
        start_at_operation_time: Timestamp | None = None,
        session: ClientSession | None = None,
        start_after: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        full_document_before_change: str | None = None,
        show_expanded_events: bool | None = None,
        *,
        callback: CallbackOf[ChangeStream[DocumentType], R] | None = None,
    ) -> ChangeStreamFuture[ChangeStream[DocumentType], DocumentType, R]:
        """Watch changes on this cluster.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    @property
    def write_concern(self) -> WriteConcern:
        """Read only access to the :class:`~pymongo.write_concern.WriteConcern` of this instance.

        Runs at once, in the caller's thread: it does not wait."""

class Database(Derived, Generic[DocumentType]):
    """Get a database by client and name.

    PyMongo's Database for Tornado and asyncio."""

    delegate: pymongo.synchronous.database.Database[DocumentType]

    def __init__(
        self,
        client: MongoClient[DocumentType],
        name: str,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
    ) -> None: ...
    def __getattr__(self, name: str) -> Collection[DocumentType]: ...
    def __bool__(self) -> NoReturn: ...
    def __getitem__(self, name: str) -> Collection[DocumentType]: ...
    def aggregate(
        self,
        pipeline: _Pipeline,
        session: ClientSession | None = None,
        *,
        callback: CallbackOf[CommandCursor[DocumentType], R] | None = None,
        **kwargs: Any,
    ) -> CursorFuture[CommandCursor[DocumentType], DocumentType, R]:
        """Perform a database-level aggregation.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    @property
    def client(self) -> MongoClient[DocumentType]:
        """The client instance for this :class:`Database`.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def codec_options(self) -> CodecOptions[Any]:
        """Read only access to the :class:`~bson.codec_options.CodecOptions` of this instance.

        Runs at once, in the caller's thread: it does not wait."""

    @overload
    def command(
        self,
        command: str | MutableMapping[str, Any],
        value: Any = 1,
        check: bool = True,
        allowable_errors: Sequence[str | int] | None = None,
        read_preference: _ServerMode | None = None,
        codec_options: None = None,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[dict[str, Any], R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[dict[str, Any], R]:
        """Issue a MongoDB command.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    @overload
    def command(
        self,
        command: str | MutableMapping[str, Any],
        value: Any = 1,
        check: bool = True,
        allowable_errors: Sequence[str | int] | None = None,
        read_preference: _ServerMode | None = None,
        codec_options: CodecOptions[_CodecDocumentType] = ...,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[_CodecDocumentType, R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[_CodecDocumentType, R]: ...
    def create_collection(
        self,
        name: str,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
        session: ClientSession | None = None,
        check_exists: bool | None = True,
        *,
        callback: CallbackOf[Collection[DocumentType], R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[Collection[DocumentType], R]:
        """Create a new :class:`~pymongo.collection.Collection` in this database.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def cursor_command(
        self,
        command: str | MutableMapping[str, Any],
        value: Any = 1,
        read_preference: _ServerMode | None = None,
        codec_options: CodecOptions[_CodecDocumentType] | None = None,
        session: ClientSession | None = None,
        comment: Any | None = None,
        max_await_time_ms: int | None = None,
        *,
        callback: CallbackOf[CommandCursor[DocumentType], R] | None = None,
        **kwargs: Any,
    ) -> CursorFuture[CommandCursor[DocumentType], DocumentType, R]:
        """Issue a MongoDB command and parse the response as a cursor.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def dereference(
        self,
        dbref: DBRef,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[DocumentType | None, R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[DocumentType | None, R]:
        """Dereference a :class:`~bson.dbref.DBRef`, getting the document it points to.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def drop_collection(
        self,
        name_or_collection: str | Collection[_DocumentTypeArg],
        session: ClientSession | None = None,
        comment: Any | None = None,
        encrypted_fields: Mapping[str, Any] | None = None,
        *,
        callback: CallbackOf[dict[str, Any], R] | None = None,
    ) -> CallFuture[dict[str, Any], R]:
        """Drop a collection.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def get_collection(
        self,
        name: str,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
    ) -> Collection[DocumentType]:
        """Get a :class:`~pymongo.collection.Collection`.

        Runs at once, in the caller's thread: it does not wait."""

    def list_collection_names(
        self,
        session: ClientSession | None = None,
        filter: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[list[str], R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[list[str], R]:
        """Get a list of all the collection names in this database.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def list_collections(
        self,
        session: ClientSession | None = None,
        filter: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[CommandCursor[MutableMapping[str, Any]], R] | None = None,
        **kwargs: Any,
    ) -> CursorFuture[CommandCursor[MutableMapping[str, Any]], MutableMapping[str, Any], R]:
        """Get a cursor over the collections of this database.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    @property
    def name(self) -> str:
        """The name of this :class:`Database`.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def read_concern(self) -> ReadConcern:
        """Read only access to the :class:`~pymongo.read_concern.ReadConcern` of this instance.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def read_preference(self) -> _ServerMode:
        """Read only access to the read preference of this instance.

        Runs at once, in the caller's thread: it does not wait."""

    def validate_collection(
        self,
        name_or_collection: str | Collection[_DocumentTypeArg],
        scandata: bool = False,
        full: bool = False,
        session: ClientSession | None = None,
        background: bool | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[dict[str, Any], R] | None = None,
    ) -> CallFuture[dict[str, Any], R]:
        """Validate a collection.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def watch(
        self,
        pipeline: _Pipeline | None = None,
        full_document: str | None = None,
        resume_after: Mapping[str, Any] | None = None,
        max_await_time_ms: int | None = None,
        batch_size: int | None = None,
        collation: _CollationIn | None = None,
        start_at_operation_time: Timestamp | None = None,
        session: ClientSession | None = None,
        start_after: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        full_document_before_change: str | None = None,
        show_expanded_events: bool | None = None,
        *,
        callback: CallbackOf[DatabaseChangeStream[DocumentType], R] | None = None,
    ) -> ChangeStreamFuture[DatabaseChangeStream[DocumentType], DocumentType, R]:
        """Watch changes on this database.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    @overload
    def with_options(
        self,
        codec_options: None = None,
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> Database[DocumentType]:
        """Get a clone of this database changing the specified settings.

        Runs at once, in the caller's thread: it does not wait."""

    @overload
    def with_options(
        self,
        codec_options: bson.CodecOptions[_DocumentTypeArg],
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> Database[_DocumentTypeArg]: ...
    @property
    def write_concern(self) -> WriteConcern:
        """Read only access to the :class:`~pymongo.write_concern.WriteConcern` of this instance.

        Runs at once, in the caller's thread: it does not wait."""

class Collection(Derived, Generic[DocumentType]):
    """A Mongo collection.

    PyMongo's Collection for Tornado and asyncio.

    For an exhaust cursor PyMongo up to 4.17 selects a server in `find` and `find_raw_batches`. Then
    they run in a worker, and return a Future of the Cursor that can be used as the Cursor."""

    delegate: pymongo.synchronous.collection.Collection[DocumentType]

    def __init__(
        self,
        database: Database[DocumentType],
        name: str,
        create: bool | None = False,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
        session: ClientSession | None = None,
        **kwargs: Any,
    ) -> None: ...
    def __getattr__(self, name: str) -> Collection[DocumentType]: ...
    def __bool__(self) -> NoReturn: ...
    def __getitem__(self, name: str) -> Collection[DocumentType]: ...
    def aggregate(
        self,
        pipeline: _Pipeline,
        session: ClientSession | None = None,
        let: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[CommandCursor[DocumentType], R] | None = None,
        **kwargs: Any,
    ) -> CursorFuture[CommandCursor[DocumentType], DocumentType, R]:
        """Perform an aggregation using the aggregation framework on this collection.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def aggregate_raw_batches(
        self,
        pipeline: _Pipeline,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[RawBatchCommandCursor[DocumentType], R] | None = None,
        **kwargs: Any,
    ) -> CursorFuture[RawBatchCommandCursor[DocumentType], bytes, R]:
        """Perform an aggregation and retrieve batches of raw BSON.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def bulk_write(
        self,
        requests: Sequence[WriteOp[DocumentType]],
        ordered: bool = True,
        bypass_document_validation: bool | None = None,
        session: ClientSession | None = None,
        comment: Any | None = None,
        let: Mapping[str, Any] | None = None,
        *,
        callback: CallbackOf[BulkWriteResult, R] | None = None,
    ) -> CallFuture[BulkWriteResult, R]:
        """Send a batch of write operations to the server.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    @property
    def codec_options(self) -> CodecOptions[Any]:
        """Read only access to the :class:`~bson.codec_options.CodecOptions` of this instance.

        Runs at once, in the caller's thread: it does not wait."""

    def count_documents(
        self,
        filter: Mapping[str, Any],
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[int, R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[int, R]:
        """Count the number of documents in this collection.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def create_index(
        self,
        keys: _IndexKeyHint,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[str, R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[str, R]:
        """Create an index on this collection.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def create_indexes(
        self,
        indexes: Sequence[IndexModel],
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[list[str], R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[list[str], R]:
        """Create one or more indexes on this collection.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def create_search_index(
        self,
        model: Mapping[str, Any] | SearchIndexModel,
        session: ClientSession | None = None,
        comment: Any = None,
        *,
        callback: CallbackOf[str, R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[str, R]:
        """Create a single search index for the current collection.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def create_search_indexes(
        self,
        models: list[SearchIndexModel],
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[list[str], R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[list[str], R]:
        """Create multiple search indexes for the current collection.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    @property
    def database(self) -> Database[DocumentType]:
        """Return the collection's :class:`~pymongo.database.Database`.

        Runs at once, in the caller's thread: it does not wait."""

    def delete_many(
        self,
        filter: Mapping[str, Any],
        collation: _CollationIn | None = None,
        hint: _IndexKeyHint | None = None,
        session: ClientSession | None = None,
        let: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[DeleteResult, R] | None = None,
    ) -> CallFuture[DeleteResult, R]:
        """Delete one or more documents matching the filter.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def delete_one(
        self,
        filter: Mapping[str, Any],
        collation: _CollationIn | None = None,
        hint: _IndexKeyHint | None = None,
        session: ClientSession | None = None,
        let: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[DeleteResult, R] | None = None,
    ) -> CallFuture[DeleteResult, R]:
        """Delete a single document matching the filter.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def distinct(
        self,
        key: str,
        filter: Mapping[str, Any] | None = None,
        session: ClientSession | None = None,
        comment: Any | None = None,
        hint: _IndexKeyHint | None = None,
        *,
        callback: CallbackOf[list[Any], R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[list[Any], R]:
        """Get a list of distinct values for `key` among all documents in this collection.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def drop(
        self,
        session: ClientSession | None = None,
        comment: Any | None = None,
        encrypted_fields: Mapping[str, Any] | None = None,
        *,
        callback: CallbackOf[None, R] | None = None,
    ) -> CallFuture[None, R]:
        """Alias for :meth:`~pymongo.database.Database.drop_collection`.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def drop_index(
        self,
        index_or_name: _IndexKeyHint,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[None, R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[None, R]:
        """Drop the specified index on this collection.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def drop_indexes(
        self,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[None, R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[None, R]:
        """Drop all indexes on this collection.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def drop_search_index(
        self,
        name: str,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[None, R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[None, R]:
        """Delete a search index by index name.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def estimated_document_count(
        self,
        comment: Any | None = None,
        *,
        callback: CallbackOf[int, R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[int, R]:
        """Get an estimate of the number of documents in this collection.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def find(
        self,
        filter: Mapping[str, Any] | None = None,
        projection: Mapping[str, Any] | Iterable[str] | None = None,
        skip: int = 0,
        limit: int = 0,
        no_cursor_timeout: bool = False,
        cursor_type: int = ...,
        sort: _Sort | None = None,
        allow_partial_results: bool = False,
        oplog_replay: bool = False,
        batch_size: int = 0,
        collation: _CollationIn | None = None,
        hint: _Hint | None = None,
        max_scan: int | None = None,
        max_time_ms: int | None = None,
        max: _Sort | None = None,
        min: _Sort | None = None,
        return_key: bool | None = None,
        show_record_id: bool | None = None,
        snapshot: bool | None = None,
        comment: Any | None = None,
        session: ClientSession | None = None,
        allow_disk_use: bool | None = None,
        let: Mapping[str, Any] | None = None,
    ) -> Cursor[DocumentType]:
        """Query the database.

        Runs at once, in the caller's thread: it does not wait."""

    def find_one(
        self,
        filter: Any | None = None,
        projection: Mapping[str, Any] | Iterable[str] | None = None,
        skip: int = 0,
        limit: int = 0,
        no_cursor_timeout: bool = False,
        cursor_type: int = ...,
        sort: _Sort | None = None,
        allow_partial_results: bool = False,
        oplog_replay: bool = False,
        batch_size: int = 0,
        collation: _CollationIn | None = None,
        hint: _Hint | None = None,
        max_scan: int | None = None,
        max_time_ms: int | None = None,
        max: _Sort | None = None,
        min: _Sort | None = None,
        return_key: bool | None = None,
        show_record_id: bool | None = None,
        snapshot: bool | None = None,
        comment: Any | None = None,
        session: ClientSession | None = None,
        allow_disk_use: bool | None = None,
        let: Mapping[str, Any] | None = None,
        *,
        callback: CallbackOf[DocumentType | None, R] | None = None,
    ) -> CallFuture[DocumentType | None, R]:
        """Get a single document from the database.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def find_one_and_delete(
        self,
        filter: Mapping[str, Any],
        projection: Mapping[str, Any] | Iterable[str] | None = None,
        sort: _IndexList | None = None,
        hint: _IndexKeyHint | None = None,
        session: ClientSession | None = None,
        let: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[DocumentType | None, R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[DocumentType | None, R]:
        """Find a single document and delete it, returning the document.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def find_one_and_replace(
        self,
        filter: Mapping[str, Any],
        replacement: Mapping[str, Any],
        projection: Mapping[str, Any] | Iterable[str] | None = None,
        sort: _IndexList | None = None,
        upsert: bool = False,
        return_document: bool = ...,
        hint: _IndexKeyHint | None = None,
        session: ClientSession | None = None,
        let: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[DocumentType | None, R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[DocumentType | None, R]:
        """Find a single document and replace it.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def find_one_and_update(
        self,
        filter: Mapping[str, Any],
        update: Mapping[str, Any] | _Pipeline,
        projection: Mapping[str, Any] | Iterable[str] | None = None,
        sort: _IndexList | None = None,
        upsert: bool = False,
        return_document: bool = ...,
        array_filters: Sequence[Mapping[str, Any]] | None = None,
        hint: _IndexKeyHint | None = None,
        session: ClientSession | None = None,
        let: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[DocumentType | None, R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[DocumentType | None, R]:
        """Find a single document and update it.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def find_raw_batches(
        self,
        filter: Mapping[str, Any] | None = None,
        projection: Mapping[str, Any] | Iterable[str] | None = None,
        skip: int = 0,
        limit: int = 0,
        no_cursor_timeout: bool = False,
        cursor_type: int = ...,
        sort: _Sort | None = None,
        allow_partial_results: bool = False,
        oplog_replay: bool = False,
        batch_size: int = 0,
        collation: _CollationIn | None = None,
        hint: _Hint | None = None,
        max_scan: int | None = None,
        max_time_ms: int | None = None,
        max: _Sort | None = None,
        min: _Sort | None = None,
        return_key: bool | None = None,
        show_record_id: bool | None = None,
        snapshot: bool | None = None,
        comment: Any | None = None,
        session: ClientSession | None = None,
        allow_disk_use: bool | None = None,
        let: Mapping[str, Any] | None = None,
    ) -> RawBatchCursor[DocumentType]:
        """Query the database and retrieve batches of raw BSON.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def full_name(self) -> str:
        """The full name of this :class:`Collection`.

        Runs at once, in the caller's thread: it does not wait."""

    def index_information(
        self,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[MutableMapping[str, Any], R] | None = None,
    ) -> CallFuture[MutableMapping[str, Any], R]:
        """Get information on this collection's indexes.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def insert_many(
        self,
        documents: Iterable[DocumentType | RawBSONDocument],
        ordered: bool = True,
        bypass_document_validation: bool | None = None,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[InsertManyResult, R] | None = None,
    ) -> CallFuture[InsertManyResult, R]:
        """Insert an iterable of documents.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def insert_one(
        self,
        document: DocumentType | RawBSONDocument,
        bypass_document_validation: bool | None = None,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[InsertOneResult, R] | None = None,
    ) -> CallFuture[InsertOneResult, R]:
        """Insert a single document.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def list_indexes(
        self,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[CommandCursor[MutableMapping[str, Any]], R] | None = None,
    ) -> CursorFuture[CommandCursor[MutableMapping[str, Any]], MutableMapping[str, Any], R]:
        """Get a cursor over the index documents for this collection.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def list_search_indexes(
        self,
        name: str | None = None,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[CommandCursor[Mapping[str, Any]], R] | None = None,
        **kwargs: Any,
    ) -> CursorFuture[CommandCursor[Mapping[str, Any]], Mapping[str, Any], R]:
        """Return a cursor over search indexes for the current collection.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    @property
    def name(self) -> str:
        """The name of this :class:`Collection`.

        Runs at once, in the caller's thread: it does not wait."""

    def options(
        self,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[MutableMapping[str, Any], R] | None = None,
    ) -> CallFuture[MutableMapping[str, Any], R]:
        """Get the options set on this collection.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    @property
    def read_concern(self) -> ReadConcern:
        """Read only access to the :class:`~pymongo.read_concern.ReadConcern` of this instance.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def read_preference(self) -> _ServerMode:
        """Read only access to the read preference of this instance.

        Runs at once, in the caller's thread: it does not wait."""

    def rename(
        self,
        new_name: str,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[MutableMapping[str, Any], R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[MutableMapping[str, Any], R]:
        """Rename this collection.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def replace_one(
        self,
        filter: Mapping[str, Any],
        replacement: Mapping[str, Any],
        upsert: bool = False,
        bypass_document_validation: bool | None = None,
        collation: _CollationIn | None = None,
        hint: _IndexKeyHint | None = None,
        session: ClientSession | None = None,
        let: Mapping[str, Any] | None = None,
        sort: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[UpdateResult, R] | None = None,
    ) -> CallFuture[UpdateResult, R]:
        """Replace a single document matching the filter.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def update_many(
        self,
        filter: Mapping[str, Any],
        update: Mapping[str, Any] | _Pipeline,
        upsert: bool = False,
        array_filters: Sequence[Mapping[str, Any]] | None = None,
        bypass_document_validation: bool | None = None,
        collation: _CollationIn | None = None,
        hint: _IndexKeyHint | None = None,
        session: ClientSession | None = None,
        let: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[UpdateResult, R] | None = None,
    ) -> CallFuture[UpdateResult, R]:
        """Update one or more documents that match the filter.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def update_one(
        self,
        filter: Mapping[str, Any],
        update: Mapping[str, Any] | _Pipeline,
        upsert: bool = False,
        bypass_document_validation: bool | None = None,
        collation: _CollationIn | None = None,
        array_filters: Sequence[Mapping[str, Any]] | None = None,
        hint: _IndexKeyHint | None = None,
        session: ClientSession | None = None,
        let: Mapping[str, Any] | None = None,
        sort: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[UpdateResult, R] | None = None,
    ) -> CallFuture[UpdateResult, R]:
        """Update a single document matching the filter.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def update_search_index(
        self,
        name: str,
        definition: Mapping[str, Any],
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[None, R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[None, R]:
        """Update a search index by replacing the index definition with the provided definition.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def watch(
        self,
        pipeline: _Pipeline | None = None,
        full_document: str | None = None,
        resume_after: Mapping[str, Any] | None = None,
        max_await_time_ms: int | None = None,
        batch_size: int | None = None,
        collation: _CollationIn | None = None,
        start_at_operation_time: Timestamp | None = None,
        session: ClientSession | None = None,
        start_after: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        full_document_before_change: str | None = None,
        show_expanded_events: bool | None = None,
        *,
        callback: CallbackOf[CollectionChangeStream[DocumentType], R] | None = None,
    ) -> ChangeStreamFuture[CollectionChangeStream[DocumentType], DocumentType, R]:
        """Watch changes on this collection.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    @overload
    def with_options(
        self,
        codec_options: None = None,
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> Collection[DocumentType]:
        """Get a clone of this collection changing the specified settings.

        Runs at once, in the caller's thread: it does not wait."""

    @overload
    def with_options(
        self,
        codec_options: bson.CodecOptions[_DocumentTypeArg],
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> Collection[_DocumentTypeArg]: ...
    @property
    def write_concern(self) -> WriteConcern:
        """Read only access to the :class:`~pymongo.write_concern.WriteConcern` of this instance.

        Runs at once, in the caller's thread: it does not wait."""

class _BaseCursor(Consumable, Generic[DocumentType]):
    """The members that all cursors share."""

    def read_ahead(self, read_ahead: bool) -> Self:
        """Say whether the next batch is fetched while this one is consumed; return this cursor.

        It overrides the client's `read_ahead`. Runs at once, in the caller's thread, and holds for
        fetches that have not begun."""

    def next(
        self, callback: CallbackOf[DocumentType, R] | None = None
    ) -> CallFuture[DocumentType, R]:
        """Return a Future of the next document.

        Takes a worker only if the batch that was fetched last is used up. At the end the Future
        raises `StopAsyncIteration`. The source is PyMongo's `Cursor.next`."""

    def __aiter__(self) -> Self: ...
    async def __anext__(self) -> DocumentType: ...
    @property
    def fetch_next(self) -> CallFuture[bool]:
        """A Future of True if `next_object` has a document, and of False at the end.

        Takes a worker only if the batch that was fetched last is used up::

            while (yield cursor.fetch_next):
                document = cursor.next_object()"""

    def next_object(self) -> DocumentType | None:
        """Return the next document of the batch that was fetched last, or None: see `fetch_next`.

        Runs at once, in the caller's thread."""

    def to_list(
        self, length: int | None = None, callback: CallbackOf[list[DocumentType], R] | None = None
    ) -> CallFuture[list[DocumentType], R]:
        """Return a Future of a list of at most `length` documents, or of all that are left.

        Takes a worker once for the whole list. The source is PyMongo's `Cursor.to_list`."""

    def each(self, callback: Callback[DocumentType]) -> None:
        """Call ``callback(document, None)`` on the caller's loop for each document.

        Then it calls ``callback(None, None)``, or ``callback(None, error)`` if the documents could
        not be had. It stops early, and leaves the cursor open, if the callback returns False (None,
        or nothing, goes on) or raises, which the loop logs."""

    @property
    def alive(self) -> bool:
        """Whether there may be more documents. The source is PyMongo's `Cursor.alive`."""

    @property
    def cursor_id(self) -> int | None:
        """The id of the cursor on the server. The source is PyMongo's `Cursor.cursor_id`."""

    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...

class CommandCursor(_BaseCursor[DocumentType]):
    """A cursor / iterator over command cursors.

    The documents that a command returns, to be iterated with ``async for``."""

    delegate: pymongo.synchronous.command_cursor.CommandCursor[DocumentType]

    def __init__(
        self,
        collection: Collection[DocumentType],
        cursor_info: Mapping[str, Any],
        address: _Address | None,
        batch_size: int = 0,
        max_await_time_ms: int | None = None,
        session: ClientSession | None = None,
        comment: Any = None,
    ) -> None: ...
    def try_next(
        self, callback: CallbackOf[DocumentType | None, R] | None = None
    ) -> CallFuture[DocumentType | None, R]:
        """Return a Future of the next document, or of None if one request brings none.

        Takes a worker only if the batch that was fetched last is used up. The source is PyMongo's
        `CommandCursor.try_next`."""

    @property
    def address(self) -> _Address | None:
        """The (host, port) of the server used, or None.

        Runs at once, in the caller's thread: it does not wait."""

    def batch_size(self, batch_size: int) -> Self:
        """Limit the number of documents returned in one batch.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def session(self) -> ClientSession | None:
        """The cursor's :class:`~pymongo.client_session.ClientSession`, or None.

        Runs at once, in the caller's thread: it does not wait."""

class RawBatchCommandCursor(CommandCursor[DocumentType]):
    """Create a new cursor / iterator over raw batches of BSON data.

    Batches of undecoded documents, as bytes, to be iterated with ``async for``."""

    delegate: pymongo.synchronous.command_cursor.RawBatchCommandCursor[DocumentType]

    def __init__(
        self,
        collection: Collection[DocumentType],
        cursor_info: Mapping[str, Any],
        address: _Address | None,
        batch_size: int = 0,
        max_await_time_ms: int | None = None,
        session: ClientSession | None = None,
        comment: Any = None,
    ) -> None: ...
    def next(self, callback: CallbackOf[bytes, R] | None = None) -> CallFuture[bytes, R]:
        """Return a Future of the next document.

        Takes a worker only if the batch that was fetched last is used up. At the end the Future
        raises `StopAsyncIteration`. The source is PyMongo's `Cursor.next`."""

    async def __anext__(self) -> bytes: ...
    def next_object(self) -> bytes | None:
        """Return the next document of the batch that was fetched last, or None: see `fetch_next`.

        Runs at once, in the caller's thread."""

    def each(self, callback: Callback[bytes]) -> None:
        """Call ``callback(document, None)`` on the caller's loop for each document.

        Then it calls ``callback(None, None)``, or ``callback(None, error)`` if the documents could
        not be had. It stops early, and leaves the cursor open, if the callback returns False (None,
        or nothing, goes on) or raises, which the loop logs."""

    def to_list(
        self, length: int | None = None, callback: CallbackOf[list[bytes], R] | None = None
    ) -> CallFuture[list[bytes], R]:
        """Return a Future of a list of at most `length` documents, or of all that are left.

        Takes a worker once for the whole list. The source is PyMongo's `Cursor.to_list`."""

class Cursor(_BaseCursor[DocumentType]):
    """Create a new cursor.

    The documents that a query returns, to be iterated with ``async for``.

    A tailable one waits for new documents in the threads of change streams, and takes turns with
    them: see `ChangeStream`."""

    delegate: pymongo.synchronous.cursor.Cursor[DocumentType]

    def __init__(
        self,
        collection: Collection[DocumentType],
        filter: Mapping[str, Any] | None = None,
        projection: Mapping[str, Any] | Iterable[str] | None = None,
        skip: int = 0,
        limit: int = 0,
        no_cursor_timeout: bool = False,
        cursor_type: int = ...,
        sort: _Sort | None = None,
        allow_partial_results: bool = False,
        oplog_replay: bool = False,
        batch_size: int = 0,
        collation: _CollationIn | None = None,
        hint: _Hint | None = None,
        max_scan: int | None = None,
        max_time_ms: int | None = None,
        max: _Sort | None = None,
        min: _Sort | None = None,
        return_key: bool | None = None,
        show_record_id: bool | None = None,
        snapshot: bool | None = None,
        comment: Any | None = None,
        session: ClientSession | None = None,
        allow_disk_use: bool | None = None,
        let: Mapping[str, Any] | None = None,
    ) -> None: ...
    @property
    def retrieved(self) -> int:
        """How many documents were fetched. The source is PyMongo's `Cursor.retrieved`."""

    @overload
    def __getitem__(self, index: int) -> CallFuture[DocumentType]: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def add_option(self, mask: int) -> CursorFuture[Self, DocumentType]:
        """Set query flags, as a bit mask; return this cursor, to be awaited or chained on.

        Runs in a worker if the mask has the exhaust flag, for which PyMongo up to 4.17 selects a
        server; else at once. The source is PyMongo's `Cursor.add_option`."""

    def rewind(
        self, callback: CallbackOf[Self, R] | None = None
    ) -> CursorFuture[Self, DocumentType, R]:
        """Make this cursor as if no query had been sent; return it, to be awaited or chained on.

        A cursor that is open on the server is killed there, in a worker. The cursor itself can be
        used at once: `delegate` is another object afterwards, of the same query. The source is
        PyMongo's `Cursor.rewind`."""

    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any) -> Any: ...
    @property
    def address(self) -> _Address | None:
        """The (host, port) of the server used, or None.

        Runs at once, in the caller's thread: it does not wait."""

    def allow_disk_use(self, allow_disk_use: bool) -> Self:
        """Specify whether MongoDB can use temporary disk files for a sort.

        Runs at once, in the caller's thread: it does not wait."""

    def batch_size(self, batch_size: int) -> Self:
        """Limit the number of documents returned in one batch.

        Runs at once, in the caller's thread: it does not wait."""

    def clone(self) -> Self:
        """Get a clone of this cursor.

        Runs at once, in the caller's thread: it does not wait."""

    def collation(self, collation: _CollationIn | None) -> Self:
        """Add a :class:`~pymongo.collation.Collation` to this query.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def collection(self) -> Collection[DocumentType]:
        """The :class:`~pymongo.collection.Collection` being iterated.

        Runs at once, in the caller's thread: it does not wait."""

    def comment(self, comment: Any) -> Self:
        """Add a 'comment' to the cursor.

        Runs at once, in the caller's thread: it does not wait."""

    def distinct(
        self, key: str, *, callback: CallbackOf[list[Any], R] | None = None
    ) -> CallFuture[list[Any], R]:
        """Get a list of distinct values for `key` among all documents.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def explain(
        self, *, callback: CallbackOf[DocumentType, R] | None = None
    ) -> CallFuture[DocumentType, R]:
        """Return an explain plan record for this cursor.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def hint(self, index: _Hint | None) -> Self:
        """Add a 'hint', telling Mongo the proper index to use for the query.

        Runs at once, in the caller's thread: it does not wait."""

    def limit(self, limit: int) -> Self:
        """Limits the number of results to be returned by this cursor.

        Runs at once, in the caller's thread: it does not wait."""

    def max(self, spec: _Sort) -> Self:
        """Add a ``max`` operator specifying the upper bound for a specific index.

        Runs at once, in the caller's thread: it does not wait."""

    def max_await_time_ms(self, max_await_time_ms: int | None) -> Self:
        """Specify a time limit for a getMore operation.

        Runs at once, in the caller's thread: it does not wait."""

    def max_scan(self, max_scan: int | None) -> Self:
        """Limit the number of documents to scan when performing the query.

        Runs at once, in the caller's thread: it does not wait."""

    def max_time_ms(self, max_time_ms: int | None) -> Self:
        """Specify a time limit for a query operation.

        Runs at once, in the caller's thread: it does not wait."""

    def min(self, spec: _Sort) -> Self:
        """Add a ``min`` operator specifying the lower bound for a specific index.

        Runs at once, in the caller's thread: it does not wait."""

    def remove_option(self, mask: int) -> Self:
        """Unset arbitrary query flags using a bitmask.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def session(self) -> ClientSession | None:
        """The cursor's :class:`~pymongo.client_session.ClientSession`, or None.

        Runs at once, in the caller's thread: it does not wait."""

    def skip(self, skip: int) -> Self:
        """Skips the first `skip` results of this cursor.

        Runs at once, in the caller's thread: it does not wait."""

    def sort(self, key_or_list: _Hint, direction: int | str | None = None) -> Self:
        """Sorts this cursor's results.

        Runs at once, in the caller's thread: it does not wait."""

    def where(self, code: str | Code) -> Self:
        """Add a `$where`_ clause to this query.

        Runs at once, in the caller's thread: it does not wait."""

class RawBatchCursor(Cursor[DocumentType]):
    """A cursor / iterator over raw batches of BSON data from a query result.

    Batches of undecoded documents, as bytes, to be iterated with ``async for``."""

    delegate: pymongo.synchronous.cursor.RawBatchCursor[DocumentType]

    def __init__(
        self,
        collection: Collection[DocumentType],
        filter: Mapping[str, Any] | None = None,
        projection: Mapping[str, Any] | Iterable[str] | None = None,
        skip: int = 0,
        limit: int = 0,
        no_cursor_timeout: bool = False,
        cursor_type: int = ...,
        sort: _Sort | None = None,
        allow_partial_results: bool = False,
        oplog_replay: bool = False,
        batch_size: int = 0,
        collation: _CollationIn | None = None,
        hint: _Hint | None = None,
        max_scan: int | None = None,
        max_time_ms: int | None = None,
        max: _Sort | None = None,
        min: _Sort | None = None,
        return_key: bool | None = None,
        show_record_id: bool | None = None,
        snapshot: bool | None = None,
        comment: Any | None = None,
        session: ClientSession | None = None,
        allow_disk_use: bool | None = None,
        let: Mapping[str, Any] | None = None,
    ) -> None: ...
    def next(self, callback: CallbackOf[bytes, R] | None = None) -> CallFuture[bytes, R]:
        """Return a Future of the next document.

        Takes a worker only if the batch that was fetched last is used up. At the end the Future
        raises `StopAsyncIteration`. The source is PyMongo's `Cursor.next`."""

    async def __anext__(self) -> bytes: ...
    def next_object(self) -> bytes | None:
        """Return the next document of the batch that was fetched last, or None: see `fetch_next`.

        Runs at once, in the caller's thread."""

    def each(self, callback: Callback[bytes]) -> None:
        """Call ``callback(document, None)`` on the caller's loop for each document.

        Then it calls ``callback(None, None)``, or ``callback(None, error)`` if the documents could
        not be had. It stops early, and leaves the cursor open, if the callback returns False (None,
        or nothing, goes on) or raises, which the loop logs."""

    def to_list(
        self, length: int | None = None, callback: CallbackOf[list[bytes], R] | None = None
    ) -> CallFuture[list[bytes], R]:
        """Return a Future of a list of at most `length` documents, or of all that are left.

        Takes a worker once for the whole list. The source is PyMongo's `Cursor.to_list`."""

class CursorFuture(CallFuture[CursorT, ReturnT], Generic[CursorT, ItemT, ReturnT]):
    """A Future of a cursor that can also be used as the cursor, without awaiting it first.

    ``async for document in collection.aggregate(...)`` and ``async for document in await
    collection.aggregate(...)`` do the same. A method of the cursor that is called before the cursor
    is there runs as soon as it is."""

    classes: tuple[type, ...]
    is_given_up: ClassVar[bool]

    def __aiter__(self) -> AsyncIterator[ItemT]: ...
    async def __anext__(self) -> ItemT: ...
    async def __aenter__(self) -> CursorT: ...
    async def __aexit__(self, *exc_info: object) -> None: ...
    @property
    def fetch_next(self: CursorFuture[_AnyT, ItemT]) -> CallFuture[bool]:
        """A Future of True if `next_object` has a document, and of False at the end."""

    def next_object(self: CursorFuture[_AnyT, ItemT]) -> ItemT | None:
        """Return the next document of the batch at hand, or None: see `fetch_next`."""

    def each(self: CursorFuture[_AnyT, ItemT], callback: Callback[ItemT]) -> None:
        """Call ``callback(document, None)`` for each document, as the cursor's `each` does."""

    def close(self, callback: CallbackOf[None, R] | None = None) -> CallFuture[None, R]:
        """Close the cursor, as soon as it is there; return a Future of None."""

    @overload
    def __getitem__(self: CursorFuture[_QueryT, ItemT], index: int) -> CallFuture[ItemT]: ...
    @overload
    def __getitem__(self: CursorFuture[_QueryT, ItemT], index: slice) -> _QueryT: ...
    def add_option(self: CursorFuture[_QueryT, ItemT], mask: int) -> CallFuture[_QueryT]: ...
    def rewind(
        self: CursorFuture[_QueryT, ItemT], *, callback: CallbackOf[_QueryT, R] | None = None
    ) -> CallFuture[_QueryT, R]: ...
    @property
    def address(self: CursorFuture[_AnyT, ItemT]) -> _Address | None:
        """The (host, port) of the server used, or None.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def alive(self: CursorFuture[_AnyT, ItemT]) -> bool:
        """Whether there may be more documents. The source is PyMongo's `Cursor.alive`."""

    def allow_disk_use(self: CursorFuture[_QueryT, ItemT], allow_disk_use: bool) -> _QueryT:
        """Specify whether MongoDB can use temporary disk files for a sort.

        Runs at once, in the caller's thread: it does not wait."""

    def batch_size(self: CursorFuture[_AnyT, ItemT], batch_size: int) -> _AnyT:
        """Limit the number of documents returned in one batch.

        Runs at once, in the caller's thread: it does not wait."""

    def clone(self: CursorFuture[_QueryT, ItemT]) -> _QueryT:
        """Get a clone of this cursor.

        Runs at once, in the caller's thread: it does not wait."""

    def collation(self: CursorFuture[_QueryT, ItemT], collation: _CollationIn | None) -> _QueryT:
        """Add a :class:`~pymongo.collation.Collation` to this query.

        Runs at once, in the caller's thread: it does not wait."""

    def comment(self: CursorFuture[_QueryT, ItemT], comment: Any) -> _QueryT:
        """Add a 'comment' to the cursor.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def cursor_id(self: CursorFuture[_AnyT, ItemT]) -> int | None:
        """The id of the cursor on the server. The source is PyMongo's `Cursor.cursor_id`."""

    def distinct(
        self: CursorFuture[_QueryT, ItemT],
        key: str,
        *,
        callback: CallbackOf[list[Any], R] | None = None,
    ) -> CallFuture[list[Any], R]:
        """Get a list of distinct values for `key` among all documents.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def explain(
        self: CursorFuture[_QueryT, ItemT], *, callback: CallbackOf[ItemT, R] | None = None
    ) -> CallFuture[ItemT, R]:
        """Return an explain plan record for this cursor.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def hint(self: CursorFuture[_QueryT, ItemT], index: _Hint | None) -> _QueryT:
        """Add a 'hint', telling Mongo the proper index to use for the query.

        Runs at once, in the caller's thread: it does not wait."""

    def limit(self: CursorFuture[_QueryT, ItemT], limit: int) -> _QueryT:
        """Limits the number of results to be returned by this cursor.

        Runs at once, in the caller's thread: it does not wait."""

    def max(self: CursorFuture[_QueryT, ItemT], spec: _Sort) -> _QueryT:
        """Add a ``max`` operator specifying the upper bound for a specific index.

        Runs at once, in the caller's thread: it does not wait."""

    def max_await_time_ms(
        self: CursorFuture[_QueryT, ItemT], max_await_time_ms: int | None
    ) -> _QueryT:
        """Specify a time limit for a getMore operation.

        Runs at once, in the caller's thread: it does not wait."""

    def max_scan(self: CursorFuture[_QueryT, ItemT], max_scan: int | None) -> _QueryT:
        """Limit the number of documents to scan when performing the query.

        Runs at once, in the caller's thread: it does not wait."""

    def max_time_ms(self: CursorFuture[_QueryT, ItemT], max_time_ms: int | None) -> _QueryT:
        """Specify a time limit for a query operation.

        Runs at once, in the caller's thread: it does not wait."""

    def min(self: CursorFuture[_QueryT, ItemT], spec: _Sort) -> _QueryT:
        """Add a ``min`` operator specifying the lower bound for a specific index.

        Runs at once, in the caller's thread: it does not wait."""

    def next(
        self: CursorFuture[_AnyT, ItemT], *, callback: CallbackOf[ItemT, R] | None = None
    ) -> CallFuture[ItemT, R]:
        """Return a Future of the next document.

        Takes a worker only if the batch that was fetched last is used up. At the end the Future
        raises `StopAsyncIteration`. The source is PyMongo's `Cursor.next`."""

    def read_ahead(self: CursorFuture[_AnyT, ItemT], read_ahead: bool) -> _AnyT:
        """Say whether the next batch is fetched while this one is consumed; return this cursor.

        It overrides the client's `read_ahead`. Runs at once, in the caller's thread, and holds for
        fetches that have not begun."""

    def remove_option(self: CursorFuture[_QueryT, ItemT], mask: int) -> _QueryT:
        """Unset arbitrary query flags using a bitmask.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def session(self: CursorFuture[_AnyT, ItemT]) -> ClientSession | None:
        """The cursor's :class:`~pymongo.client_session.ClientSession`, or None.

        Runs at once, in the caller's thread: it does not wait."""

    def skip(self: CursorFuture[_QueryT, ItemT], skip: int) -> _QueryT:
        """Skips the first `skip` results of this cursor.

        Runs at once, in the caller's thread: it does not wait."""

    def sort(
        self: CursorFuture[_QueryT, ItemT], key_or_list: _Hint, direction: int | str | None = None
    ) -> _QueryT:
        """Sorts this cursor's results.

        Runs at once, in the caller's thread: it does not wait."""

    def to_list(
        self: CursorFuture[_AnyT, ItemT],
        length: int | None = None,
        *,
        callback: CallbackOf[list[ItemT], R] | None = None,
    ) -> CallFuture[list[ItemT], R]:
        """Return a Future of a list of at most `length` documents, or of all that are left.

        Takes a worker once for the whole list. The source is PyMongo's `Cursor.to_list`."""

    def try_next(
        self: CursorFuture[_CommandT, ItemT], *, callback: CallbackOf[ItemT | None, R] | None = None
    ) -> CallFuture[ItemT | None, R]:
        """Return a Future of the next document, or of None if one request brings none.

        Takes a worker only if the batch that was fetched last is used up. The source is PyMongo's
        `CommandCursor.try_next`."""

    def where(self: CursorFuture[_QueryT, ItemT], code: str | Code) -> _QueryT:
        """Add a `$where`_ clause to this query.

        Runs at once, in the caller's thread: it does not wait."""

class ChangeStreamFuture(CursorFuture[CursorT, ItemT, ReturnT]):
    """A Future of a change stream that can also be used as the stream."""

    classes: tuple[type, ...]
    is_given_up: bool

    @property
    def alive(self: ChangeStreamFuture[CursorT, ItemT]) -> bool:
        """Check whether this cursor has the potential to return more data.

        Runs at once, in the caller's thread: it does not wait."""

    def close(
        self: ChangeStreamFuture[CursorT, ItemT], callback: CallbackOf[None, R] | None = None
    ) -> CallFuture[None, R]:
        """Close it, in a worker if the server must know; return a Future of None.

        It waits for a call that is running. Cancelling the wait does not stop the close.
        The source is the `close` of PyMongo's class."""

    def next(
        self: ChangeStreamFuture[CursorT, ItemT], *, callback: CallbackOf[ItemT, R] | None = None
    ) -> CallFuture[ItemT, R]:
        """Return a Future of the next change; it raises `StopAsyncIteration` in a closed stream.

        Asks the server from a worker until there is a change, unless one is here. The source is
        PyMongo's `ChangeStream.next`."""

    @property
    def resume_token(self: ChangeStreamFuture[CursorT, ItemT]) -> Mapping[str, Any] | None:
        """The token of the last change that was taken, from which another stream can go on.

        The source is PyMongo's `ChangeStream.resume_token`."""

    def try_next(
        self: ChangeStreamFuture[CursorT, ItemT],
        *,
        callback: CallbackOf[ItemT | None, R] | None = None,
    ) -> CallFuture[ItemT | None, R]:
        """Return a Future of the next change, or of None if there is none yet.

        Asks the server from a worker, once, unless one is here. The source is PyMongo's
        `ChangeStream.try_next`."""

class Derived(Proxy):
    """A proxy whose members are derived from PyMongo's class."""

    def __init_subclass__(
        cls, sync_class: type | None = None, async_class: type | None = None, **kwargs: Any
    ) -> None: ...

class Closing(Derived):
    """A PyMongo object that does something at the end of ``async with``."""

    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *exc_info: Any) -> Any: ...

class ClientEncryption(Closing, Generic[DocumentType]):
    """Explicit client-side field level encryption.

    Encrypts and decrypts, with the keys in a collection of `key_vault_client`."""

    delegate: pymongo.synchronous.encryption.ClientEncryption[DocumentType]

    def __init__(
        self,
        kms_providers: Mapping[str, Any],
        key_vault_namespace: str,
        key_vault_client: MongoClient[_DocumentTypeArg],
        codec_options: CodecOptions[_DocumentTypeArg],
        kms_tls_options: Mapping[str, Any] | None = None,
        key_expiration_ms: int | None = None,
        kms_connect_callback: KMSConnectCallback | None = None,
    ) -> None: ...
    def add_key_alt_name(
        self, id: Binary, key_alt_name: str, *, callback: CallbackOf[Any, R] | None = None
    ) -> CallFuture[Any, R]:
        """Add ``key_alt_name`` to the alternate names in the key document with UUID ``key_id``.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def close(self, *, callback: CallbackOf[None, R] | None = None) -> CallFuture[None, R]:
        """Release resources.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def create_data_key(
        self,
        kms_provider: str,
        master_key: Mapping[str, Any] | None = None,
        key_alt_names: Sequence[str] | None = None,
        key_material: bytes | None = None,
        *,
        callback: CallbackOf[Binary, R] | None = None,
    ) -> CallFuture[Binary, R]:
        """Create and insert a new data key into the key vault collection.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def create_encrypted_collection(
        self,
        database: Database[_DocumentTypeArg],
        name: str,
        encrypted_fields: Mapping[str, Any],
        kms_provider: str | None = None,
        master_key: Mapping[str, Any] | None = None,
        *,
        callback: CallbackOf[tuple[Collection[_DocumentTypeArg], Mapping[str, Any]], R]
        | None = None,
        **kwargs: Any,
    ) -> CallFuture[tuple[Collection[_DocumentTypeArg], Mapping[str, Any]], R]:
        """Create a collection with encryptedFields.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def decrypt(
        self, value: Binary, *, callback: CallbackOf[Any, R] | None = None
    ) -> CallFuture[Any, R]:
        """Decrypt an encrypted value.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def delete_key(
        self, id: Binary, *, callback: CallbackOf[DeleteResult, R] | None = None
    ) -> CallFuture[DeleteResult, R]:
        """Delete a key document in the key vault collection that has the given ``key_id``.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def encrypt(
        self,
        value: Any,
        algorithm: str,
        key_id: Binary | UUID | None = None,
        key_alt_name: str | None = None,
        query_type: str | None = None,
        contention_factor: int | None = None,
        range_opts: RangeOpts | None = None,
        string_opts: StringOpts | None = None,
        *,
        callback: CallbackOf[Binary, R] | None = None,
    ) -> CallFuture[Binary, R]:
        """Encrypt a BSON value with a given key and algorithm.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def encrypt_expression(
        self,
        expression: Mapping[str, Any],
        algorithm: str,
        key_id: Binary | UUID | None = None,
        key_alt_name: str | None = None,
        query_type: str | None = None,
        contention_factor: int | None = None,
        range_opts: RangeOpts | None = None,
        *,
        callback: CallbackOf[RawBSONDocument, R] | None = None,
    ) -> CallFuture[RawBSONDocument, R]:
        """Encrypt a BSON expression with a given key and algorithm.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def get_key(
        self, id: Binary, *, callback: CallbackOf[RawBSONDocument | None, R] | None = None
    ) -> CallFuture[RawBSONDocument | None, R]:
        """Get a data key by id.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def get_key_by_alt_name(
        self, key_alt_name: str, *, callback: CallbackOf[RawBSONDocument | None, R] | None = None
    ) -> CallFuture[RawBSONDocument | None, R]:
        """Get a key document in the key vault collection that has the given ``key_alt_name``.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def get_keys(self) -> Cursor[RawBSONDocument]:
        """Get all of the data keys.

        Runs at once, in the caller's thread: it does not wait."""

    def remove_key_alt_name(
        self,
        id: Binary,
        key_alt_name: str,
        *,
        callback: CallbackOf[RawBSONDocument | None, R] | None = None,
    ) -> CallFuture[RawBSONDocument | None, R]:
        """Remove ``key_alt_name`` from the set of keyAltNames in the key document with UUID
        ``id``.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def rewrap_many_data_key(
        self,
        filter: Mapping[str, Any],
        provider: str | None = None,
        master_key: Mapping[str, Any] | None = None,
        *,
        callback: CallbackOf[RewrapManyDataKeyResult, R] | None = None,
    ) -> CallFuture[RewrapManyDataKeyResult, R]:
        """Decrypts and encrypts all matching data keys in the key vault.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

class Exclusive(Closing):
    """A PyMongo object of which one call runs at a time."""

class Stream(Exclusive):
    """An object that is read or written bit by bit, and then closed."""

    def close(self, callback: CallbackOf[None, R] | None = None) -> CallFuture[None, R]:
        """Close it, in a worker if the server must know; return a Future of None.

        It waits for a call that is running. Cancelling the wait does not stop the close.
        The source is the `close` of PyMongo's class."""

class UsesFiles(Derived):
    """An object whose methods read, or write to, files of the caller's.

    A worker does so, but the caller's loop if their ``read`` or ``write`` is a coroutine function."""

class GridFS(UsesFiles):
    """An instance of GridFS on top of a single Database.

    Files by name and version, in a database; `GridFSBucket` is the newer interface.

    `put` takes files whose ``read`` is a coroutine function as well, and reads them on your loop."""

    delegate: gridfs.synchronous.grid_file.GridFS

    def __init__(self, database: Database[Any], collection: str = "fs") -> None: ...
    def delete(
        self,
        file_id: Any,
        session: ClientSession | None = None,
        *,
        callback: CallbackOf[None, R] | None = None,
    ) -> CallFuture[None, R]:
        """Delete a file from GridFS by ``"_id"``.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def exists(
        self,
        document_or_id: Any | None = None,
        session: ClientSession | None = None,
        *,
        callback: CallbackOf[bool, R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[bool, R]:
        """Check if a file exists in this instance of :class:`GridFS`.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def find(
        self,
        filter: Mapping[str, Any] | None = None,
        skip: int = 0,
        limit: int = 0,
        no_cursor_timeout: bool = False,
        sort: Any | None = None,
        batch_size: int = 0,
        session: ClientSession | None = None,
    ) -> GridOutCursor:
        """Query GridFS for files.

        Runs at once, in the caller's thread: it does not wait."""

    def find_one(
        self,
        filter: Any | None = None,
        session: ClientSession | None = None,
        skip: int = 0,
        limit: int = 0,
        no_cursor_timeout: bool = False,
        sort: Any | None = None,
        batch_size: int = 0,
        *,
        callback: CallbackOf[GridOut | None, R] | None = None,
    ) -> CallFuture[GridOut | None, R]:
        """Get a single file from gridfs.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def get(
        self,
        file_id: Any,
        session: ClientSession | None = None,
        *,
        callback: CallbackOf[GridOut, R] | None = None,
    ) -> CallFuture[GridOut, R]:
        """Get a file from GridFS by ``"_id"``.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def get_last_version(
        self,
        filename: str | None = None,
        session: ClientSession | None = None,
        *,
        callback: CallbackOf[GridOut, R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[GridOut, R]:
        """Get the most recent version of a file in GridFS.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def get_version(
        self,
        filename: str | None = None,
        version: int | None = -1,
        session: ClientSession | None = None,
        *,
        callback: CallbackOf[GridOut, R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[GridOut, R]:
        """Get a file from GridFS by ``"filename"`` or metadata fields.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def list(
        self,
        session: ClientSession | None = None,
        *,
        callback: CallbackOf[builtins.list[str], R] | None = None,
    ) -> CallFuture[builtins.list[str], R]:
        """List the names of all files stored in this instance of :class:`GridFS`.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def new_file(self, **kwargs: Any) -> GridIn:
        """Create a new file in GridFS.

        Runs at once, in the caller's thread: it does not wait."""

    def put(
        self, data: Any, *, callback: CallbackOf[Any, R] | None = None, **kwargs: Any
    ) -> CallFuture[Any, R]:
        """Put data in GridFS as a new file.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

class GridFSBucket(UsesFiles):
    """An instance of GridFS on top of a single Database.

    Files in a database.

    Files of yours whose ``read`` or ``write`` is a coroutine function are used on your loop."""

    delegate: gridfs.synchronous.grid_file.GridFSBucket

    def __init__(
        self,
        db: Database[Any],
        bucket_name: str = "fs",
        chunk_size_bytes: int = ...,
        write_concern: pymongo.WriteConcern | None = None,
        read_preference: _ServerMode | None = None,
    ) -> None: ...
    def delete(
        self,
        file_id: Any,
        session: ClientSession | None = None,
        *,
        callback: CallbackOf[None, R] | None = None,
    ) -> CallFuture[None, R]:
        """Given an file_id, delete this stored file from a GridFS bucket.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def delete_by_name(
        self,
        filename: str,
        session: ClientSession | None = None,
        *,
        callback: CallbackOf[None, R] | None = None,
    ) -> CallFuture[None, R]:
        """Given a filename, delete this stored file from a GridFS bucket.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def download_to_stream(
        self,
        file_id: Any,
        destination: Any,
        session: ClientSession | None = None,
        *,
        callback: CallbackOf[None, R] | None = None,
    ) -> CallFuture[None, R]:
        """Download the contents of the stored file specified by file_id to `destination`.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def download_to_stream_by_name(
        self,
        filename: str,
        destination: Any,
        revision: int = -1,
        session: ClientSession | None = None,
        *,
        callback: CallbackOf[None, R] | None = None,
    ) -> CallFuture[None, R]:
        """Write the contents of `filename` (with optional `revision`) to `destination`.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def find(
        self,
        filter: Mapping[str, Any] | None = None,
        skip: int = 0,
        limit: int = 0,
        no_cursor_timeout: bool = False,
        sort: Any | None = None,
        batch_size: int = 0,
        session: ClientSession | None = None,
    ) -> GridOutCursor:
        """Find and return the files collection documents that match ``filter``.

        Runs at once, in the caller's thread: it does not wait."""

    def open_download_stream(
        self,
        file_id: Any,
        session: ClientSession | None = None,
        *,
        callback: CallbackOf[GridOut, R] | None = None,
    ) -> CallFuture[GridOut, R]:
        """Open a Stream from which the application can read the stored file specified by file_id.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def open_download_stream_by_name(
        self,
        filename: str,
        revision: int = -1,
        session: ClientSession | None = None,
        *,
        callback: CallbackOf[GridOut, R] | None = None,
    ) -> CallFuture[GridOut, R]:
        """Open a Stream from which the application can read `filename` and optional `revision`.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def open_upload_stream(
        self,
        filename: str,
        chunk_size_bytes: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        session: ClientSession | None = None,
    ) -> GridIn:
        """Open a Stream that the application can write the contents of the file to.

        Runs at once, in the caller's thread: it does not wait."""

    def open_upload_stream_with_id(
        self,
        file_id: Any,
        filename: str,
        chunk_size_bytes: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        session: ClientSession | None = None,
    ) -> GridIn:
        """Open a Stream that the application can write the contents of the file to.

        Runs at once, in the caller's thread: it does not wait."""

    def rename(
        self,
        file_id: Any,
        new_filename: str,
        session: ClientSession | None = None,
        *,
        callback: CallbackOf[None, R] | None = None,
    ) -> CallFuture[None, R]:
        """Rename the stored file with the specified file_id.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def rename_by_name(
        self,
        filename: str,
        new_filename: str,
        session: ClientSession | None = None,
        *,
        callback: CallbackOf[None, R] | None = None,
    ) -> CallFuture[None, R]:
        """Rename the stored file with the specified filename.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def upload_from_stream(
        self,
        filename: str,
        source: Any,
        chunk_size_bytes: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        session: ClientSession | None = None,
        *,
        callback: CallbackOf[ObjectId, R] | None = None,
    ) -> CallFuture[ObjectId, R]:
        """Upload a user file to a GridFS bucket.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def upload_from_stream_with_id(
        self,
        file_id: Any,
        filename: str,
        source: Any,
        chunk_size_bytes: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        session: ClientSession | None = None,
        *,
        callback: CallbackOf[None, R] | None = None,
    ) -> CallFuture[None, R]:
        """Upload a user file to a GridFS bucket with a custom file id.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

class GridIn(UsesFiles, Stream):
    """Class to write data to GridFS.

    A file that is being written.

    Its attributes are sent by `close`. A closed one is changed with `set`, in a worker. `write`
    takes files whose ``read`` is a coroutine function as well, and reads them on your loop."""

    delegate: gridfs.synchronous.grid_file.GridIn

    def __init__(
        self, root_collection: Collection[Any], session: ClientSession | None = None, **kwargs: Any
    ) -> None: ...
    def __getattr__(self, name: str) -> Any: ...
    def __setattr__(self, name: str, value: Any) -> None: ...
    @property
    def _id(self) -> Any: ...
    def abort(self, *, callback: CallbackOf[None, R] | None = None) -> CallFuture[None, R]:
        """Remove all chunks/files that may have been uploaded and close.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    @property
    def chunk_size(self) -> int:
        """Chunk size for this file.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def closed(self) -> bool:
        """Whether this file is closed.

        Runs at once, in the caller's thread: it does not wait."""
    content_type: str | None
    filename: str | None

    @property
    def length(self) -> int:
        """Length (in bytes) of this file.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def md5(self) -> str | None:
        """DEPRECATED, will be removed in PyMongo 5.0. MD5 of the contents of this file if an md5
        sum was created.

        Runs at once, in the caller's thread: it does not wait."""
    name: str | None

    def readable(self) -> bool:
        """Runs at once, in the caller's thread: it does not wait."""

    def seekable(self) -> bool:
        """Runs at once, in the caller's thread: it does not wait."""

    def set(
        self, name: str, value: Any, *, callback: CallbackOf[None, R] | None = None
    ) -> CallFuture[None, R]:
        """Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    @property
    def upload_date(self) -> datetime:
        """Date that this file was uploaded.

        Runs at once, in the caller's thread: it does not wait."""

    def write(
        self, data: Any, *, callback: CallbackOf[None, R] | None = None
    ) -> CallFuture[None, R]:
        """Write data to the file. There is no return value.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def writeable(self) -> bool:
        """Runs at once, in the caller's thread: it does not wait."""

    def writelines(
        self, sequence: Iterable[Any], *, callback: CallbackOf[None, R] | None = None
    ) -> CallFuture[None, R]:
        """Write a sequence of strings to the file.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

class GridOut(Sendable):
    """Class to read data out of GridFS.

    A file that is being read.

    Those that a GridFS or GridFSBucket gives are open, so that their attributes are at hand. A read
    that is given up has read nothing: the next one begins at the same place."""

    delegate: gridfs.synchronous.grid_file.GridOut

    def __init__(
        self,
        root_collection: Collection[Any],
        file_id: int | None = None,
        file_document: Any | None = None,
        session: ClientSession | None = None,
    ) -> None: ...
    def __getattr__(self, name: str) -> Any: ...
    def open(self, callback: CallbackOf[Self, R] | None = None) -> CallFuture[Self, R]:
        """Fetch the attributes, in a worker; return a Future of this file.

        :raises gridfs.errors.NoFile: if there is none. The source is PyMongo's `GridOut.open`."""

    def read(
        self, size: int = -1, callback: CallbackOf[bytes, R] | None = None
    ) -> CallFuture[bytes, R]:
        """Read so many bytes, or all that are left; return a Future of them.

        Runs in a worker. The source is PyMongo's `GridOut.read`."""

    def readchunk(self, callback: CallbackOf[bytes, R] | None = None) -> CallFuture[bytes, R]:
        """Read what is left of the current chunk, or the next one; return a Future of it.

        Runs in a worker. The source is PyMongo's `GridOut.readchunk`."""

    def readline(
        self, size: int = -1, callback: CallbackOf[bytes, R] | None = None
    ) -> CallFuture[bytes, R]:
        """Read one line, of at most so many bytes; return a Future of it.

        If all of the line has come with its chunk, the Future is complete at once. Otherwise it
        runs in a worker. The source is PyMongo's `GridOut.readline`."""

    def readlines(
        self, size: int = -1, callback: CallbackOf[list[bytes], R] | None = None
    ) -> CallFuture[list[bytes], R]:
        """Read lines up to the end or, if that is earlier, until they are more than so many bytes.

        Runs in a worker; returns a Future of a list. The source is PyMongo's `GridOut.readlines`."""

    def to_list(
        self, callback: CallbackOf[list[bytes], R] | None = None
    ) -> CallFuture[list[bytes], R]:
        """Read all lines that are left; return a Future of a list.

        Runs in a worker. The source is `AsyncGridOut.to_list`."""

    def seek(
        self, pos: int, whence: int = ..., callback: CallbackOf[int, R] | None = None
    ) -> CallFuture[int, R]:
        """Set the position in the file; return a Future of it.

        Runs in a worker. The source is PyMongo's `GridOut.seek`."""

    def tell(self) -> int:
        """Return the position in the file, behind what was taken.

        Runs at once, in the caller's thread. The source is PyMongo's `GridOut.tell`."""

    def __aiter__(self) -> Self: ...
    async def __anext__(self) -> bytes: ...
    @property
    def _id(self) -> Any: ...
    @property
    def aliases(self) -> list[str] | None:
        """DEPRECATED, will be removed in PyMongo 5.0. List of aliases for this file.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def chunk_size(self) -> int:
        """Chunk size for this file.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def closed(self) -> bool:
        """Runs at once, in the caller's thread: it does not wait."""

    @property
    def content_type(self) -> str | None:
        """DEPRECATED, will be removed in PyMongo 5.0. Mime-type for this file.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def filename(self) -> str:
        """Name of this file.

        Runs at once, in the caller's thread: it does not wait."""

    def flush(self) -> None:
        """Flush write buffers, if applicable.

        Runs at once, in the caller's thread: it does not wait."""

    def isatty(self) -> bool:
        """Return whether this is an 'interactive' stream.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def length(self) -> int:
        """Length (in bytes) of this file.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def md5(self) -> str | None:
        """DEPRECATED, will be removed in PyMongo 5.0. MD5 of the contents of this file if an md5
        sum was created.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def metadata(self) -> Mapping[str, Any] | None:
        """Metadata attached to this file.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def name(self) -> str:
        """Alias for `filename`.

        Runs at once, in the caller's thread: it does not wait."""

    def readable(self) -> bool:
        """Return whether object was opened for reading.

        Runs at once, in the caller's thread: it does not wait."""

    def seekable(self) -> bool:
        """Return whether object supports random access.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def upload_date(self) -> datetime:
        """Date that this file was first uploaded.

        Runs at once, in the caller's thread: it does not wait."""

    def writable(self) -> bool:
        """Return whether object was opened for writing.

        Runs at once, in the caller's thread: it does not wait."""

class GridOutCursor(Cursor[Any]):
    """A cursor / iterator for returning GridOut objects.

    The files that a query finds, as `GridOut`."""

    delegate: gridfs.synchronous.grid_file.GridOutCursor

    def __init__(
        self,
        collection: Collection[Any],
        filter: Mapping[str, Any] | None = None,
        skip: int = 0,
        limit: int = 0,
        no_cursor_timeout: bool = False,
        sort: Any | None = None,
        batch_size: int = 0,
        session: ClientSession | None = None,
    ) -> None: ...
    def next(self, callback: CallbackOf[GridOut, R] | None = None) -> CallFuture[GridOut, R]:
        """Return a Future of the next document.

        Takes a worker only if the batch that was fetched last is used up. At the end the Future
        raises `StopAsyncIteration`. The source is PyMongo's `Cursor.next`."""

    async def __anext__(self) -> GridOut: ...
    def next_object(self) -> GridOut | None:
        """Return the next document of the batch that was fetched last, or None: see `fetch_next`.

        Runs at once, in the caller's thread."""

    def each(self, callback: Callback[GridOut]) -> None:
        """Call ``callback(document, None)`` on the caller's loop for each document.

        Then it calls ``callback(None, None)``, or ``callback(None, error)`` if the documents could
        not be had. It stops early, and leaves the cursor open, if the callback returns False (None,
        or nothing, goes on) or raises, which the loop logs."""

    def to_list(
        self, length: int | None = None, callback: CallbackOf[list[GridOut], R] | None = None
    ) -> CallFuture[list[GridOut], R]:
        """Return a Future of a list of at most `length` documents, or of all that are left.

        Takes a worker once for the whole list. The source is PyMongo's `Cursor.to_list`."""

class Operation:
    """A method of a PyMongo object, with the arguments of one call."""

    has_timeout: ClassVar[bool]

    def __init__(
        self, proxy: Proxy, name: str, args: tuple[Any, ...] = ..., kwargs: Any = None
    ) -> None: ...
    def start(self, callback: Callback | None = None) -> Any:
        """Start it in a worker; return a Future or, if there is a callback, None."""

    def start_into(self, future: CallFuture) -> None:
        """Start it in a worker, and have a Future get the result."""

    def wrapped(self) -> Callable[[], Any]:
        """Return what the worker runs: this or, if the client has a `wrap_call`, what that makes.

        An error of `wrap_call` is raised as it is."""

    def __call__(self) -> Any: ...
    def call_name(self) -> str:
        """Return the name by which messages know it."""
    args: Any
    kwargs: Any
    name: Any
    proxy: Any

class Read(Operation):
    """A property of a PyMongo object, which blocks."""

    def call_name(self) -> str:
        """Return the name by which messages know it."""

class Function(Operation):
    """A function of ours, under the name of a method of the proxy."""

    def __init__(self, proxy: Proxy, name: str, function: Callable[..., Any]) -> None: ...

class Proxy:
    """A PyMongo object whose blocking members return Futures.

    `delegate` is the PyMongo object."""

    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __eq__(self, other: object) -> Any: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    delegate: Any
    __iter__: None

class ClientSession(Exclusive):
    """A session for ordering sequential operations.

    A session, for ``async with client.start_session() as session``.

    Leaving it ends the session, in a worker. ``await client.start_session()`` is the same session,
    as code written for Motor has it."""

    delegate: pymongo.synchronous.client_session.ClientSession

    def __init__(
        self, client: MongoClient[Any], server_session: Any, options: SessionOptions, implicit: bool
    ) -> None: ...
    def __await__(self) -> Generator[Any, Any, ClientSession]: ...
    def start_transaction(
        self,
        read_concern: ReadConcern | None = None,
        write_concern: WriteConcern | None = None,
        read_preference: _ServerMode | None = None,
        max_commit_time_ms: int | None = None,
    ) -> TransactionContext:
        """Start a transaction, which is committed or aborted at the end of ``async with``.

        Runs at once, in the caller's thread: the server learns of it by the first operation. To be
        used as ``async with session.start_transaction()``, to be awaited before that or not. The
        source is PyMongo's `ClientSession.start_transaction`."""

    def with_transaction(
        self,
        callback: Callable[[ClientSession], Awaitable[T]],
        read_concern: ReadConcern | None = None,
        write_concern: WriteConcern | None = None,
        read_preference: _ServerMode | None = None,
        max_commit_time_ms: int | None = None,
    ) -> CallFuture[T]:
        """Run a coroutine function in a transaction; return a Future of what it returned.

        `callback` gets this session, runs on the caller's loop, and is run again, or the commit is,
        as PyMongo has it. The source is PyMongo's `AsyncClientSession.with_transaction`, of
        which the installed version's own code decides on retries, back-off and deadlines.

        :raises TypeError: if `callback` is no coroutine function."""

    def bind(self, end_session: bool = True) -> AbstractAsyncContextManager[ClientSession]:
        """Use this session for all operations in an ``async with session.bind()``.

        Runs in the caller's thread, and holds for the caller's task and what it starts. With
        `end_session`, the session is ended, in a worker, when the ``async with`` is left. The
        source is PyMongo's `ClientSession.bind`."""

    def abort_transaction(
        self, *, callback: CallbackOf[None, R] | None = None
    ) -> CallFuture[None, R]:
        """Abort a multi-statement transaction.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def advance_cluster_time(self, cluster_time: Mapping[str, Any]) -> None:
        """Update the cluster time for this session.

        Runs at once, in the caller's thread: it does not wait."""

    def advance_operation_time(self, operation_time: Timestamp) -> None:
        """Update the operation time for this session.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def client(self) -> MongoClient[Any]:
        """The client from which this session was created.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def cluster_time(self) -> ClusterTime | None:
        """The cluster time returned by the last operation executed in this session.

        Runs at once, in the caller's thread: it does not wait."""

    def commit_transaction(
        self, *, callback: CallbackOf[None, R] | None = None
    ) -> CallFuture[None, R]:
        """Commit a multi-statement transaction.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def end_session(self, *, callback: CallbackOf[None, R] | None = None) -> CallFuture[None, R]:
        """Finish this session. If a transaction has started, abort it.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    @property
    def has_ended(self) -> bool:
        """True if this session is finished.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def in_transaction(self) -> bool:
        """True if this session has an active multi-statement transaction.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def operation_time(self) -> Timestamp | None:
        """The operation time returned by the last operation executed in this session.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def options(self) -> SessionOptions:
        """The :class:`SessionOptions` this session was created with.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def session_id(self) -> Mapping[str, Any]:
        """A BSON document, the opaque server session identifier.

        Runs at once, in the caller's thread: it does not wait."""

class TransactionContext:
    """The result of `start_transaction`: commits at the end of ``async with``, or aborts."""

    def __init__(self, session: ClientSession) -> None: ...
    def __await__(self) -> Generator[Any, Any, TransactionContext]: ...
    async def __aenter__(self) -> TransactionContext: ...
    async def __aexit__(self, exc_type: type[BaseException] | None, *exc_info: Any) -> None: ...
