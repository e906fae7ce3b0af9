# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code="assignment, misc, override"

import typing
from collections.abc import (
    Awaitable,
    Callable,
    Generator,
    Iterable,
    Mapping,
    MutableMapping,
    Sequence,
)
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import overload

import bson
import pymongo.asynchronous.change_stream
import pymongo.asynchronous.client_session
import pymongo.asynchronous.collection
import pymongo.asynchronous.command_cursor
import pymongo.asynchronous.cursor
import pymongo.asynchronous.database
import pymongo.asynchronous.mongo_client
from bson.code import Code
from bson.codec_options import CodecOptions, TypeRegistry
from bson.dbref import DBRef
from bson.raw_bson import RawBSONDocument
from bson.timestamp import Timestamp
from pymongo.client_options import ClientOptions
from pymongo.client_session_shared import SessionOptions, TransactionOptions
from pymongo.cursor_shared import _Hint, _Sort
from pymongo.database_shared import _CodecDocumentType
from pymongo.driver_info import DriverInfo
from pymongo.operations import IndexModel, SearchIndexModel, _IndexKeyHint, _IndexList
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
from pymongo.synchronous.change_stream import (
    ChangeStream,
    ClusterChangeStream,
    CollectionChangeStream,
    DatabaseChangeStream,
)
from pymongo.synchronous.client_session import ClientSession
from pymongo.synchronous.collection import Collection
from pymongo.synchronous.command_cursor import CommandCursor, RawBatchCommandCursor
from pymongo.synchronous.cursor import Cursor, RawBatchCursor
from pymongo.synchronous.database import Database
from pymongo.synchronous.mongo_client import MongoClient
from pymongo.topology_description import TopologyDescription
from pymongo.typings import ClusterTime, _Address, _CollationIn, _DocumentTypeArg, _Pipeline
from pymongo.write_concern import WriteConcern
from typing_extensions import Self

from tornado_pymongo._types import CallbackOf, DocumentType, P, R, T, WriteOp
from tornado_pymongo.bridge import Callback
from tornado_pymongo.futures import CallFuture
from tornado_pymongo.options import ShareCore, WrapCall

faces: dict[type, type]

def add_face(cls: type, by_hand: type | None = None) -> typing.Any:
    """Make the face of a class of ours, and have clients give it."""

class AsyncMongoClient(pymongo.asynchronous.mongo_client.AsyncMongoClient[DocumentType]):
    """Client for a MongoDB instance, a replica set, or a set of mongoses.

    PyMongo's `AsyncMongoClient`, by a `tornado_pymongo.MongoClient`.

    What waits is a coroutine function, and runs in a worker thread when it is awaited.

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
        **kwargs: typing.Any,
    ) -> None:
        """Client for a MongoDB instance, a replica set, or a set of mongoses.

        PyMongo's `AsyncMongoClient`, by a `tornado_pymongo.MongoClient`.

        What waits is a coroutine function, and runs in a worker thread when it is awaited.

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

    def __eq__(self, other: object) -> typing.Any: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    delegate: MongoClient[DocumentType]
    __iter__: None

    def __init_subclass__(
        cls, sync_class: type | None = None, async_class: type | None = None, **kwargs: typing.Any
    ) -> None: ...
    def __getattr__(self, name: str) -> AsyncDatabase[DocumentType]: ...
    def open(self, callback: CallbackOf[Self, R] | None = None) -> CallFuture[Self, R]:
        """Connect to the server; return a Future of this client.

        Other calls do not need it. It fails early if there is no server. It sends a "ping" from a
        worker, within ``serverSelectionTimeoutMS``.

        :raises pymongo.errors.PyMongoError: if the server cannot be used."""

    async def aconnect(self) -> None:
        """Explicitly connect to MongoDB asynchronously instead of on the first operation.

        Runs in a worker thread when it is awaited."""

    async def close(self, *, drain_seconds: float = ...) -> None:
        """Close the client, in a thread of its own; see `tornado_pymongo.MongoClient.close`.

        :param drain_seconds: how long the calls that run may take to finish."""

    async def aclose(self, *, drain_seconds: float = ...) -> None:
        """Close the client, in a thread of its own; see `tornado_pymongo.MongoClient.close`.

        :param drain_seconds: how long the calls that run may take to finish."""

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

    async def __aenter__(self) -> AsyncMongoClient[DocumentType]: ...
    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None: ...
    HOST: str
    PORT: int

    def __getitem__(self, name: str) -> AsyncDatabase[DocumentType]: ...
    @property
    async def address(self) -> tuple[str, int] | None:
        """(host, port) of the current standalone, primary, or mongos, or None.

        Accessing :attr:`address` raises :exc:`~.errors.InvalidOperation` if
        the client is load-balancing among mongoses, since there is no single
        address. Use :attr:`nodes` instead.

        If the client is not connected, this will block until a connection is
        established or raise ServerSelectionTimeoutError if no server is
        available.

        .. versionadded:: 3.0"""

    def append_metadata(self, driver_info: DriverInfo) -> None:
        """Append the given metadata to existing driver metadata.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    async def arbiters(self) -> set[_Address]:
        """Arbiters in the replica set.

        A sequence of (host, port) pairs. Empty if this client is not
        connected to a replica set, there are no arbiters, or this client was
        created without the `replicaSet` option."""

    async def bulk_write(
        self,
        models: Sequence[WriteOp[typing.Any]],
        session: AsyncClientSession | None = None,
        ordered: bool = True,
        verbose_results: bool = False,
        bypass_document_validation: bool | None = None,
        comment: typing.Any | None = None,
        let: Mapping[str, typing.Any] | None = None,
        write_concern: WriteConcern | None = None,
    ) -> ClientBulkWriteResult:
        """Send a batch of write operations, potentially across multiple namespaces, to the server.

        Runs in a worker thread when it is awaited."""

    @property
    def codec_options(self) -> CodecOptions[typing.Any]:
        """Read only access to the :class:`~bson.codec_options.CodecOptions` of this instance.

        Runs at once, in the caller's thread: it does not wait."""

    async def drop_database(
        self,
        name_or_database: str | AsyncDatabase[_DocumentTypeArg],
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
    ) -> None:
        """Drop a database.

        Runs in a worker thread when it is awaited."""

    def eq_props(self) -> tuple[tuple[_Address, ...], str | None, str | None, str]:
        """Runs at once, in the caller's thread: it does not wait."""

    def get_database(
        self,
        name: str | None = None,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
    ) -> AsyncDatabase[DocumentType]:
        """Get a :class:`~pymongo.database.Database`.

        Runs at once, in the caller's thread: it does not wait."""

    def get_default_database(
        self,
        default: str | None = None,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
    ) -> AsyncDatabase[DocumentType]:
        """Get the database named in the MongoDB connection URI.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    async def is_mongos(self) -> bool:
        """Whether this client is connected to mongos.

        If the client is not connected, this will block until a connection is
        established or raise ServerSelectionTimeoutError if no server is
        available."""

    @property
    async def is_primary(self) -> bool:
        """If this client is connected to a server that can accept writes.

        True if the current server is a standalone, mongos, or the primary of
        a replica set. If the client is not connected, this will block until a
        connection is established or raise ServerSelectionTimeoutError if no
        server is available."""

    async def list_database_names(
        self, session: AsyncClientSession | None = None, comment: typing.Any | None = None
    ) -> list[str]:
        """Get a list of the names of all databases on the connected server.

        Runs in a worker thread when it is awaited."""

    async def list_databases(
        self,
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
        **kwargs: typing.Any,
    ) -> AsyncCommandCursor[dict[str, typing.Any]]:
        """Get a cursor over the databases of the connected server.

        Runs in a worker thread when it is awaited."""

    def next(self) -> typing.NoReturn: ...
    @property
    def nodes(self) -> frozenset[_Address]:
        """Set of all currently connected servers.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def options(self) -> ClientOptions:
        """The configuration options for this client.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    async def primary(self) -> tuple[str, int] | None:
        """The (host, port) of the current primary of the replica set.

        Returns ``None`` if this client is not connected to a replica set,
        there is no primary, or this client was created without the
        `replicaSet` option.

        .. versionadded:: 3.0
           AsyncMongoClient gained this property in version 3.0."""

    @property
    def read_concern(self) -> ReadConcern:
        """Read only access to the :class:`~pymongo.read_concern.ReadConcern` of this instance.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def read_preference(self) -> _ServerMode:
        """Read only access to the read preference of this instance.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    async def secondaries(self) -> set[_Address]:
        """The secondary members known to this client.

        A sequence of (host, port) pairs. Empty if this client is not
        connected to a replica set, there are no visible secondaries, or this
        client was created without the `replicaSet` option.

        .. versionadded:: 3.0
           AsyncMongoClient gained this property in version 3.0."""

    async def server_info(self, session: AsyncClientSession | None = None) -> dict[str, typing.Any]:
        """Get information about the MongoDB server we're connected to.

        Runs in a worker thread when it is awaited."""

    def start_session(
        self,
        causal_consistency: bool | None = None,
        default_transaction_options: TransactionOptions | None = None,
        snapshot: bool | None = False,
    ) -> AsyncClientSession:
        """Start a logical session.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def topology_description(self) -> TopologyDescription:
        """The description of the connected MongoDB deployment.

        Runs at once, in the caller's thread: it does not wait."""

    async def watch(
        self,
        pipeline: _Pipeline | None = None,
        full_document: str | None = None,
        resume_after: Mapping[str, typing.Any] | None = None,
        max_await_time_ms: int | None = None,
        batch_size: int | None = None,
        collation: _CollationIn | None = None,
        start_at_operation_time: Timestamp | None = None,
        session: AsyncClientSession | None = None,
        start_after: Mapping[str, typing.Any] | None = None,
        comment: typing.Any | None = None,
        full_document_before_change: str | None = None,
        show_expanded_events: bool | None = None,
    ) -> AsyncChangeStream[DocumentType]:
        """Watch changes on this cluster.

        Runs in a worker thread when it is awaited."""

    @property
    def write_concern(self) -> WriteConcern:
        """Read only access to the :class:`~pymongo.write_concern.WriteConcern` of this instance.

        Runs at once, in the caller's thread: it does not wait."""

class AsyncDatabase(pymongo.asynchronous.database.AsyncDatabase[DocumentType]):
    """Get a database by client and name.

    PyMongo's `AsyncDatabase`, by a `tornado_pymongo.Database`.

    What waits is a coroutine function, and runs in a worker thread when it is awaited.

    PyMongo's Database for Tornado and asyncio."""

    def __init__(
        self,
        client: AsyncMongoClient[DocumentType],
        name: str,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
    ) -> None: ...
    def __eq__(self, other: object) -> typing.Any: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    delegate: Database[DocumentType]
    __iter__: None

    def __init_subclass__(
        cls, sync_class: type | None = None, async_class: type | None = None, **kwargs: typing.Any
    ) -> None: ...
    def __getattr__(self, name: str) -> AsyncCollection[DocumentType]: ...
    def __bool__(self) -> typing.NoReturn: ...
    def __getitem__(self, name: str) -> AsyncCollection[DocumentType]: ...
    async def aggregate(
        self, pipeline: _Pipeline, session: AsyncClientSession | None = None, **kwargs: typing.Any
    ) -> AsyncCommandCursor[DocumentType]:
        """Perform a database-level aggregation.

        Runs in a worker thread when it is awaited."""

    @property
    def client(self) -> AsyncMongoClient[DocumentType]:
        """The client instance for this :class:`Database`.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def codec_options(self) -> CodecOptions[typing.Any]:
        """Read only access to the :class:`~bson.codec_options.CodecOptions` of this instance.

        Runs at once, in the caller's thread: it does not wait."""

    @overload
    async def command(
        self,
        command: str | MutableMapping[str, typing.Any],
        value: typing.Any = 1,
        check: bool = True,
        allowable_errors: Sequence[str | int] | None = None,
        read_preference: _ServerMode | None = None,
        codec_options: None = None,
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
        **kwargs: typing.Any,
    ) -> dict[str, typing.Any]:
        """Issue a MongoDB command.

        Runs in a worker thread when it is awaited."""

    @overload
    async def command(
        self,
        command: str | MutableMapping[str, typing.Any],
        value: typing.Any = 1,
        check: bool = True,
        allowable_errors: Sequence[str | int] | None = None,
        read_preference: _ServerMode | None = None,
        codec_options: CodecOptions[_CodecDocumentType] = ...,
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
        **kwargs: typing.Any,
    ) -> _CodecDocumentType: ...
    async def create_collection(
        self,
        name: str,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
        session: AsyncClientSession | None = None,
        check_exists: bool | None = True,
        **kwargs: typing.Any,
    ) -> AsyncCollection[DocumentType]:
        """Create a new :class:`~pymongo.asynchronous.collection.AsyncCollection` in this database.

        Runs in a worker thread when it is awaited."""

    async def cursor_command(
        self,
        command: str | MutableMapping[str, typing.Any],
        value: typing.Any = 1,
        read_preference: _ServerMode | None = None,
        codec_options: CodecOptions[_CodecDocumentType] | None = None,
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
        max_await_time_ms: int | None = None,
        **kwargs: typing.Any,
    ) -> AsyncCommandCursor[DocumentType]:
        """Issue a MongoDB command and parse the response as a cursor.

        Runs in a worker thread when it is awaited."""

    async def dereference(
        self,
        dbref: DBRef,
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
        **kwargs: typing.Any,
    ) -> DocumentType | None:
        """Dereference a :class:`~bson.dbref.DBRef`, getting the document it points to.

        Runs in a worker thread when it is awaited."""

    async def drop_collection(
        self,
        name_or_collection: str | AsyncCollection[_DocumentTypeArg],
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
        encrypted_fields: Mapping[str, typing.Any] | None = None,
    ) -> dict[str, typing.Any]:
        """Drop a collection.

        Runs in a worker thread when it is awaited."""

    def get_collection(
        self,
        name: str,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
    ) -> AsyncCollection[DocumentType]:
        """Get a :class:`~pymongo.collection.Collection`.

        Runs at once, in the caller's thread: it does not wait."""

    async def list_collection_names(
        self,
        session: AsyncClientSession | None = None,
        filter: Mapping[str, typing.Any] | None = None,
        comment: typing.Any | None = None,
        **kwargs: typing.Any,
    ) -> list[str]:
        """Get a list of all the collection names in this database.

        Runs in a worker thread when it is awaited."""

    async def list_collections(
        self,
        session: AsyncClientSession | None = None,
        filter: Mapping[str, typing.Any] | None = None,
        comment: typing.Any | None = None,
        **kwargs: typing.Any,
    ) -> AsyncCommandCursor[MutableMapping[str, typing.Any]]:
        """Get a cursor over the collections of this database.

        Runs in a worker thread when it is awaited."""

    @property
    def name(self) -> str:
        """The name of this :class:`Database`.

        Runs at once, in the caller's thread: it does not wait."""

    def next(self) -> typing.NoReturn: ...
    @property
    def read_concern(self) -> ReadConcern:
        """Read only access to the :class:`~pymongo.read_concern.ReadConcern` of this instance.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def read_preference(self) -> _ServerMode:
        """Read only access to the read preference of this instance.

        Runs at once, in the caller's thread: it does not wait."""

    async def validate_collection(
        self,
        name_or_collection: str | AsyncCollection[_DocumentTypeArg],
        scandata: bool = False,
        full: bool = False,
        session: AsyncClientSession | None = None,
        background: bool | None = None,
        comment: typing.Any | None = None,
    ) -> dict[str, typing.Any]:
        """Validate a collection.

        Runs in a worker thread when it is awaited."""

    async def watch(
        self,
        pipeline: _Pipeline | None = None,
        full_document: str | None = None,
        resume_after: Mapping[str, typing.Any] | None = None,
        max_await_time_ms: int | None = None,
        batch_size: int | None = None,
        collation: _CollationIn | None = None,
        start_at_operation_time: Timestamp | None = None,
        session: AsyncClientSession | None = None,
        start_after: Mapping[str, typing.Any] | None = None,
        comment: typing.Any | None = None,
        full_document_before_change: str | None = None,
        show_expanded_events: bool | None = None,
    ) -> AsyncDatabaseChangeStream[DocumentType]:
        """Watch changes on this database.

        Runs in a worker thread when it is awaited."""

    @overload
    def with_options(
        self,
        codec_options: None = None,
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> AsyncDatabase[DocumentType]:
        """Get a clone of this database changing the specified settings.

        Runs at once, in the caller's thread: it does not wait."""

    @overload
    def with_options(
        self,
        codec_options: bson.CodecOptions[_DocumentTypeArg],
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> AsyncDatabase[_DocumentTypeArg]: ...
    @property
    def write_concern(self) -> WriteConcern:
        """Read only access to the :class:`~pymongo.write_concern.WriteConcern` of this instance.

        Runs at once, in the caller's thread: it does not wait."""
    __call__: None

class AsyncCollection(pymongo.asynchronous.collection.AsyncCollection[DocumentType]):
    """A Mongo collection.

    PyMongo's `AsyncCollection`, by a `tornado_pymongo.Collection`.

    What waits is a coroutine function, and runs in a worker thread when it is awaited.

    PyMongo's Collection for Tornado and asyncio.

    For an exhaust cursor PyMongo up to 4.17 selects a server in `find` and `find_raw_batches`. Then
    they run in a worker, and return a Future of the Cursor that can be used as the Cursor."""

    def __init__(
        self,
        database: AsyncDatabase[DocumentType],
        name: str,
        create: bool | None = False,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
        session: AsyncClientSession | None = None,
        **kwargs: typing.Any,
    ) -> None: ...
    def __eq__(self, other: object) -> typing.Any: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    delegate: Collection[DocumentType]
    __iter__: None

    def __init_subclass__(
        cls, sync_class: type | None = None, async_class: type | None = None, **kwargs: typing.Any
    ) -> None: ...
    def __getattr__(self, name: str) -> AsyncCollection[DocumentType]: ...
    def __bool__(self) -> typing.NoReturn: ...
    __call__: None

    def __getitem__(self, name: str) -> AsyncCollection[DocumentType]: ...
    async def aggregate(
        self,
        pipeline: _Pipeline,
        session: AsyncClientSession | None = None,
        let: Mapping[str, typing.Any] | None = None,
        comment: typing.Any | None = None,
        **kwargs: typing.Any,
    ) -> AsyncCommandCursor[DocumentType]:
        """Perform an aggregation using the aggregation framework on this collection.

        Runs in a worker thread when it is awaited."""

    async def aggregate_raw_batches(
        self,
        pipeline: _Pipeline,
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
        **kwargs: typing.Any,
    ) -> AsyncRawBatchCommandCursor[DocumentType]:
        """Perform an aggregation and retrieve batches of raw BSON.

        Runs in a worker thread when it is awaited."""

    async def bulk_write(
        self,
        requests: Sequence[WriteOp[DocumentType]],
        ordered: bool = True,
        bypass_document_validation: bool | None = None,
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
        let: Mapping[str, typing.Any] | None = None,
    ) -> BulkWriteResult:
        """Send a batch of write operations to the server.

        Runs in a worker thread when it is awaited."""

    @property
    def codec_options(self) -> CodecOptions[typing.Any]:
        """Read only access to the :class:`~bson.codec_options.CodecOptions` of this instance.

        Runs at once, in the caller's thread: it does not wait."""

    async def count_documents(
        self,
        filter: Mapping[str, typing.Any],
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
        **kwargs: typing.Any,
    ) -> int:
        """Count the number of documents in this collection.

        Runs in a worker thread when it is awaited."""

    async def create_index(
        self,
        keys: _IndexKeyHint,
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
        **kwargs: typing.Any,
    ) -> str:
        """Create an index on this collection.

        Runs in a worker thread when it is awaited."""

    async def create_indexes(
        self,
        indexes: Sequence[IndexModel],
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
        **kwargs: typing.Any,
    ) -> list[str]:
        """Create one or more indexes on this collection.

        Runs in a worker thread when it is awaited."""

    async def create_search_index(
        self,
        model: Mapping[str, typing.Any] | SearchIndexModel,
        session: AsyncClientSession | None = None,
        comment: typing.Any = None,
        **kwargs: typing.Any,
    ) -> str:
        """Create a single search index for the current collection.

        Runs in a worker thread when it is awaited."""

    async def create_search_indexes(
        self,
        models: list[SearchIndexModel],
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
        **kwargs: typing.Any,
    ) -> list[str]:
        """Create multiple search indexes for the current collection.

        Runs in a worker thread when it is awaited."""

    @property
    def database(self) -> AsyncDatabase[DocumentType]:
        """Return the collection's :class:`~pymongo.database.Database`.

        Runs at once, in the caller's thread: it does not wait."""

    async def delete_many(
        self,
        filter: Mapping[str, typing.Any],
        collation: _CollationIn | None = None,
        hint: _IndexKeyHint | None = None,
        session: AsyncClientSession | None = None,
        let: Mapping[str, typing.Any] | None = None,
        comment: typing.Any | None = None,
    ) -> DeleteResult:
        """Delete one or more documents matching the filter.

        Runs in a worker thread when it is awaited."""

    async def delete_one(
        self,
        filter: Mapping[str, typing.Any],
        collation: _CollationIn | None = None,
        hint: _IndexKeyHint | None = None,
        session: AsyncClientSession | None = None,
        let: Mapping[str, typing.Any] | None = None,
        comment: typing.Any | None = None,
    ) -> DeleteResult:
        """Delete a single document matching the filter.

        Runs in a worker thread when it is awaited."""

    async def distinct(
        self,
        key: str,
        filter: Mapping[str, typing.Any] | None = None,
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
        hint: _IndexKeyHint | None = None,
        **kwargs: typing.Any,
    ) -> list[typing.Any]:
        """Get a list of distinct values for `key` among all documents in this collection.

        Runs in a worker thread when it is awaited."""

    async def drop(
        self,
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
        encrypted_fields: Mapping[str, typing.Any] | None = None,
    ) -> None:
        """Alias for :meth:`~pymongo.asynchronous.database.AsyncDatabase.drop_collection`.

        Runs in a worker thread when it is awaited."""

    async def drop_index(
        self,
        index_or_name: _IndexKeyHint,
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
        **kwargs: typing.Any,
    ) -> None:
        """Drop the specified index on this collection.

        Runs in a worker thread when it is awaited."""

    async def drop_indexes(
        self,
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
        **kwargs: typing.Any,
    ) -> None:
        """Drop all indexes on this collection.

        Runs in a worker thread when it is awaited."""

    async def drop_search_index(
        self,
        name: str,
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
        **kwargs: typing.Any,
    ) -> None:
        """Delete a search index by index name.

        Runs in a worker thread when it is awaited."""

    async def estimated_document_count(
        self, comment: typing.Any | None = None, **kwargs: typing.Any
    ) -> int:
        """Get an estimate of the number of documents in this collection.

        Runs in a worker thread when it is awaited."""

    def find(
        self,
        filter: Mapping[str, typing.Any] | None = None,
        projection: Mapping[str, typing.Any] | Iterable[str] | None = None,
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
        comment: typing.Any | None = None,
        session: AsyncClientSession | None = None,
        allow_disk_use: bool | None = None,
        let: Mapping[str, typing.Any] | None = None,
    ) -> AsyncCursor[DocumentType]:
        """Query the database.

        Runs at once, in the caller's thread: it does not wait."""

    async def find_one(
        self,
        filter: typing.Any | None = None,
        projection: Mapping[str, typing.Any] | Iterable[str] | None = None,
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
        comment: typing.Any | None = None,
        session: AsyncClientSession | None = None,
        allow_disk_use: bool | None = None,
        let: Mapping[str, typing.Any] | None = None,
    ) -> DocumentType | None:
        """Get a single document from the database.

        Runs in a worker thread when it is awaited."""

    async def find_one_and_delete(
        self,
        filter: Mapping[str, typing.Any],
        projection: Mapping[str, typing.Any] | Iterable[str] | None = None,
        sort: _IndexList | None = None,
        hint: _IndexKeyHint | None = None,
        session: AsyncClientSession | None = None,
        let: Mapping[str, typing.Any] | None = None,
        comment: typing.Any | None = None,
        **kwargs: typing.Any,
    ) -> DocumentType | None:
        """Find a single document and delete it, returning the document.

        Runs in a worker thread when it is awaited."""

    async def find_one_and_replace(
        self,
        filter: Mapping[str, typing.Any],
        replacement: Mapping[str, typing.Any],
        projection: Mapping[str, typing.Any] | Iterable[str] | None = None,
        sort: _IndexList | None = None,
        upsert: bool = False,
        return_document: bool = ...,
        hint: _IndexKeyHint | None = None,
        session: AsyncClientSession | None = None,
        let: Mapping[str, typing.Any] | None = None,
        comment: typing.Any | None = None,
        **kwargs: typing.Any,
    ) -> DocumentType | None:
        """Find a single document and replace it.

        Runs in a worker thread when it is awaited."""

    async def find_one_and_update(
        self,
        filter: Mapping[str, typing.Any],
        update: Mapping[str, typing.Any] | _Pipeline,
        projection: Mapping[str, typing.Any] | Iterable[str] | None = None,
        sort: _IndexList | None = None,
        upsert: bool = False,
        return_document: bool = ...,
        array_filters: Sequence[Mapping[str, typing.Any]] | None = None,
        hint: _IndexKeyHint | None = None,
        session: AsyncClientSession | None = None,
        let: Mapping[str, typing.Any] | None = None,
        comment: typing.Any | None = None,
        **kwargs: typing.Any,
    ) -> DocumentType | None:
        """Find a single document and update it.

        Runs in a worker thread when it is awaited."""

    def find_raw_batches(
        self,
        filter: Mapping[str, typing.Any] | None = None,
        projection: Mapping[str, typing.Any] | Iterable[str] | None = None,
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
        comment: typing.Any | None = None,
        session: AsyncClientSession | None = None,
        allow_disk_use: bool | None = None,
        let: Mapping[str, typing.Any] | None = None,
    ) -> AsyncRawBatchCursor[DocumentType]:
        """Query the database and retrieve batches of raw BSON.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def full_name(self) -> str:
        """The full name of this :class:`Collection`.

        Runs at once, in the caller's thread: it does not wait."""

    async def index_information(
        self, session: AsyncClientSession | None = None, comment: typing.Any | None = None
    ) -> MutableMapping[str, typing.Any]:
        """Get information on this collection's indexes.

        Runs in a worker thread when it is awaited."""

    async def insert_many(
        self,
        documents: Iterable[DocumentType | RawBSONDocument],
        ordered: bool = True,
        bypass_document_validation: bool | None = None,
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
    ) -> InsertManyResult:
        """Insert an iterable of documents.

        Runs in a worker thread when it is awaited."""

    async def insert_one(
        self,
        document: DocumentType | RawBSONDocument,
        bypass_document_validation: bool | None = None,
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
    ) -> InsertOneResult:
        """Insert a single document.

        Runs in a worker thread when it is awaited."""

    async def list_indexes(
        self, session: AsyncClientSession | None = None, comment: typing.Any | None = None
    ) -> AsyncCommandCursor[MutableMapping[str, typing.Any]]:
        """Get a cursor over the index documents for this collection.

        Runs in a worker thread when it is awaited."""

    async def list_search_indexes(
        self,
        name: str | None = None,
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
        **kwargs: typing.Any,
    ) -> AsyncCommandCursor[Mapping[str, typing.Any]]:
        """Return a cursor over search indexes for the current collection.

        Runs in a worker thread when it is awaited."""

    @property
    def name(self) -> str:
        """The name of this :class:`Collection`.

        Runs at once, in the caller's thread: it does not wait."""

    def next(self) -> typing.NoReturn: ...
    async def options(
        self, session: AsyncClientSession | None = None, comment: typing.Any | None = None
    ) -> MutableMapping[str, typing.Any]:
        """Get the options set on this collection.

        Runs in a worker thread when it is awaited."""

    @property
    def read_concern(self) -> ReadConcern:
        """Read only access to the :class:`~pymongo.read_concern.ReadConcern` of this instance.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def read_preference(self) -> _ServerMode:
        """Read only access to the read preference of this instance.

        Runs at once, in the caller's thread: it does not wait."""

    async def rename(
        self,
        new_name: str,
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
        **kwargs: typing.Any,
    ) -> MutableMapping[str, typing.Any]:
        """Rename this collection.

        Runs in a worker thread when it is awaited."""

    async def replace_one(
        self,
        filter: Mapping[str, typing.Any],
        replacement: Mapping[str, typing.Any],
        upsert: bool = False,
        bypass_document_validation: bool | None = None,
        collation: _CollationIn | None = None,
        hint: _IndexKeyHint | None = None,
        session: AsyncClientSession | None = None,
        let: Mapping[str, typing.Any] | None = None,
        sort: Mapping[str, typing.Any] | None = None,
        comment: typing.Any | None = None,
    ) -> UpdateResult:
        """Replace a single document matching the filter.

        Runs in a worker thread when it is awaited."""

    async def update_many(
        self,
        filter: Mapping[str, typing.Any],
        update: Mapping[str, typing.Any] | _Pipeline,
        upsert: bool = False,
        array_filters: Sequence[Mapping[str, typing.Any]] | None = None,
        bypass_document_validation: bool | None = None,
        collation: _CollationIn | None = None,
        hint: _IndexKeyHint | None = None,
        session: AsyncClientSession | None = None,
        let: Mapping[str, typing.Any] | None = None,
        comment: typing.Any | None = None,
    ) -> UpdateResult:
        """Update one or more documents that match the filter.

        Runs in a worker thread when it is awaited."""

    async def update_one(
        self,
        filter: Mapping[str, typing.Any],
        update: Mapping[str, typing.Any] | _Pipeline,
        upsert: bool = False,
        bypass_document_validation: bool | None = None,
        collation: _CollationIn | None = None,
        array_filters: Sequence[Mapping[str, typing.Any]] | None = None,
        hint: _IndexKeyHint | None = None,
        session: AsyncClientSession | None = None,
        let: Mapping[str, typing.Any] | None = None,
        sort: Mapping[str, typing.Any] | None = None,
        comment: typing.Any | None = None,
    ) -> UpdateResult:
        """Update a single document matching the filter.

        Runs in a worker thread when it is awaited."""

    async def update_search_index(
        self,
        name: str,
        definition: Mapping[str, typing.Any],
        session: AsyncClientSession | None = None,
        comment: typing.Any | None = None,
        **kwargs: typing.Any,
    ) -> None:
        """Update a search index by replacing the index definition with the provided definition.

        Runs in a worker thread when it is awaited."""

    async def watch(
        self,
        pipeline: _Pipeline | None = None,
        full_document: str | None = None,
        resume_after: Mapping[str, typing.Any] | None = None,
        max_await_time_ms: int | None = None,
        batch_size: int | None = None,
        collation: _CollationIn | None = None,
        start_at_operation_time: Timestamp | None = None,
        session: AsyncClientSession | None = None,
        start_after: Mapping[str, typing.Any] | None = None,
        comment: typing.Any | None = None,
        full_document_before_change: str | None = None,
        show_expanded_events: bool | None = None,
    ) -> AsyncCollectionChangeStream[DocumentType]:
        """Watch changes on this collection.

        Runs in a worker thread when it is awaited."""

    @overload
    def with_options(
        self,
        codec_options: None = None,
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> AsyncCollection[DocumentType]:
        """Get a clone of this collection changing the specified settings.

        Runs at once, in the caller's thread: it does not wait."""

    @overload
    def with_options(
        self,
        codec_options: bson.CodecOptions[_DocumentTypeArg],
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> AsyncCollection[_DocumentTypeArg]: ...
    @property
    def write_concern(self) -> WriteConcern:
        """Read only access to the :class:`~pymongo.write_concern.WriteConcern` of this instance.

        Runs at once, in the caller's thread: it does not wait."""

class AsyncCursor(pymongo.asynchronous.cursor.AsyncCursor[DocumentType]):
    """Create a new cursor.

    PyMongo's `AsyncCursor`, by a `tornado_pymongo.Cursor`.

    What waits is a coroutine function, and runs in a worker thread when it is awaited.

    The documents that a query returns, to be iterated with ``async for``.

    A tailable one waits for new documents in the threads of change streams, and takes turns with
    them: see `ChangeStream`."""

    def __init__(
        self,
        collection: AsyncCollection[DocumentType],
        filter: Mapping[str, typing.Any] | None = None,
        projection: Mapping[str, typing.Any] | Iterable[str] | None = None,
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
        comment: typing.Any | None = None,
        session: AsyncClientSession | None = None,
        allow_disk_use: bool | None = None,
        let: Mapping[str, typing.Any] | None = None,
    ) -> None: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    delegate: Cursor[DocumentType]
    __iter__: None

    def __init_subclass__(
        cls, sync_class: type | None = None, async_class: type | None = None, **kwargs: typing.Any
    ) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *exc_info: typing.Any) -> typing.Any: ...
    async def close(self) -> None:
        """Explicitly close / kill this cursor.

        Runs in a worker thread when it is awaited."""

    def read_ahead(self, read_ahead: bool) -> Self:
        """Say whether the next batch is fetched while this one is consumed; return this cursor.

        It overrides the client's `read_ahead`. Runs at once, in the caller's thread, and holds for
        fetches that have not begun."""

    async def next(self) -> DocumentType:
        """Advance the cursor.

        Runs in a worker thread when it is awaited."""

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

    async def to_list(self, length: int | None = None) -> list[DocumentType]:
        """Convert this cursor's contents to a list more efficiently than iterating over it.

        Runs in a worker thread when it is awaited."""

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

    @property
    def retrieved(self) -> int:
        """How many documents were fetched. The source is PyMongo's `Cursor.retrieved`."""

    @overload
    def __getitem__(self, index: int) -> CallFuture[DocumentType]: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    async def add_option(self, mask: int) -> AsyncCursor[DocumentType]:
        """Set arbitrary query flags using a bitmask.

        Runs in a worker thread when it is awaited."""

    async def rewind(self) -> AsyncCursor[DocumentType]:
        """Rewind this cursor to its unevaluated state.

        Runs in a worker thread when it is awaited."""

    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: typing.Any) -> typing.Any: ...
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
    def collection(self) -> AsyncCollection[DocumentType]:
        """The :class:`~pymongo.collection.Collection` being iterated.

        Runs at once, in the caller's thread: it does not wait."""

    def comment(self, comment: typing.Any) -> Self:
        """Add a 'comment' to the cursor.

        Runs at once, in the caller's thread: it does not wait."""

    async def distinct(self, key: str) -> list[typing.Any]:
        """Get a list of distinct values for `key` among all documents.

        Runs in a worker thread when it is awaited."""

    async def explain(self) -> DocumentType:
        """Return an explain plan record for this cursor.

        Runs in a worker thread when it is awaited."""

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
    def session(self) -> AsyncClientSession | None:
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

class AsyncRawBatchCursor(
    AsyncCursor[DocumentType], pymongo.asynchronous.cursor.AsyncRawBatchCursor[DocumentType]
):
    """A cursor / iterator over raw batches of BSON data from a query result.

    PyMongo's `AsyncRawBatchCursor`, by a `tornado_pymongo.RawBatchCursor`.

    What waits is a coroutine function, and runs in a worker thread when it is awaited.

    Batches of undecoded documents, as bytes, to be iterated with ``async for``."""

    def __init__(
        self,
        collection: AsyncCollection[DocumentType],
        filter: Mapping[str, typing.Any] | None = None,
        projection: Mapping[str, typing.Any] | Iterable[str] | None = None,
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
        comment: typing.Any | None = None,
        session: AsyncClientSession | None = None,
        allow_disk_use: bool | None = None,
        let: Mapping[str, typing.Any] | None = None,
    ) -> None: ...
    delegate: RawBatchCursor[DocumentType]

    async def next(self) -> bytes:
        """Advance the cursor.

        Runs in a worker thread when it is awaited."""

    async def __anext__(self) -> bytes: ...
    def next_object(self) -> bytes | None:
        """Return the next document of the batch that was fetched last, or None: see `fetch_next`.

        Runs at once, in the caller's thread."""

    async def to_list(self, length: int | None = None) -> list[bytes]:
        """Convert this cursor's contents to a list more efficiently than iterating over it.

        Runs in a worker thread when it is awaited."""

    def each(self, callback: Callback[bytes]) -> None:
        """Call ``callback(document, None)`` on the caller's loop for each document.

        Then it calls ``callback(None, None)``, or ``callback(None, error)`` if the documents could
        not be had. It stops early, and leaves the cursor open, if the callback returns False (None,
        or nothing, goes on) or raises, which the loop logs."""

class AsyncCommandCursor(pymongo.asynchronous.command_cursor.AsyncCommandCursor[DocumentType]):
    """A cursor / iterator over command cursors.

    PyMongo's `AsyncCommandCursor`, by a `tornado_pymongo.CommandCursor`.

    What waits is a coroutine function, and runs in a worker thread when it is awaited.

    The documents that a command returns, to be iterated with ``async for``."""

    def __init__(
        self,
        collection: AsyncCollection[DocumentType],
        cursor_info: Mapping[str, typing.Any],
        address: _Address | None,
        batch_size: int = 0,
        max_await_time_ms: int | None = None,
        session: AsyncClientSession | None = None,
        comment: typing.Any = None,
    ) -> None: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    delegate: CommandCursor[DocumentType]
    __iter__: None

    def __init_subclass__(
        cls, sync_class: type | None = None, async_class: type | None = None, **kwargs: typing.Any
    ) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *exc_info: typing.Any) -> typing.Any: ...
    async def close(self) -> None:
        """Explicitly close / kill this cursor.

        Runs in a worker thread when it is awaited."""

    def read_ahead(self, read_ahead: bool) -> Self:
        """Say whether the next batch is fetched while this one is consumed; return this cursor.

        It overrides the client's `read_ahead`. Runs at once, in the caller's thread, and holds for
        fetches that have not begun."""

    async def next(self) -> DocumentType:
        """Advance the cursor.

        Runs in a worker thread when it is awaited."""

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

    async def to_list(self, length: int | None = None) -> list[DocumentType]:
        """Convert this cursor's contents to a list more efficiently than iterating over it.

        Runs in a worker thread when it is awaited."""

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

    async def try_next(self) -> DocumentType | None:
        """Advance the cursor without blocking indefinitely.

        Runs in a worker thread when it is awaited."""

    @property
    def address(self) -> _Address | None:
        """The (host, port) of the server used, or None.

        Runs at once, in the caller's thread: it does not wait."""

    def batch_size(self, batch_size: int) -> Self:
        """Limit the number of documents returned in one batch.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def session(self) -> AsyncClientSession | None:
        """The cursor's :class:`~pymongo.client_session.ClientSession`, or None.

        Runs at once, in the caller's thread: it does not wait."""

class AsyncRawBatchCommandCursor(
    AsyncCommandCursor[DocumentType],
    pymongo.asynchronous.command_cursor.AsyncRawBatchCommandCursor[DocumentType],
):
    """Create a new cursor / iterator over raw batches of BSON data.

    PyMongo's `AsyncRawBatchCommandCursor`, by a `tornado_pymongo.RawBatchCommandCursor`.

    What waits is a coroutine function, and runs in a worker thread when it is awaited.

    Batches of undecoded documents, as bytes, to be iterated with ``async for``."""

    def __init__(
        self,
        collection: AsyncCollection[DocumentType],
        cursor_info: Mapping[str, typing.Any],
        address: _Address | None,
        batch_size: int = 0,
        max_await_time_ms: int | None = None,
        session: AsyncClientSession | None = None,
        comment: typing.Any = None,
    ) -> None: ...
    delegate: RawBatchCommandCursor[DocumentType]

    async def next(self) -> bytes:
        """Advance the cursor.

        Runs in a worker thread when it is awaited."""

    async def __anext__(self) -> bytes: ...
    def next_object(self) -> bytes | None:
        """Return the next document of the batch that was fetched last, or None: see `fetch_next`.

        Runs at once, in the caller's thread."""

    async def to_list(self, length: int | None = None) -> list[bytes]:
        """Convert this cursor's contents to a list more efficiently than iterating over it.

        Runs in a worker thread when it is awaited."""

    def each(self, callback: Callback[bytes]) -> None:
        """Call ``callback(document, None)`` on the caller's loop for each document.

        Then it calls ``callback(None, None)``, or ``callback(None, error)`` if the documents could
        not be had. It stops early, and leaves the cursor open, if the callback returns False (None,
        or nothing, goes on) or raises, which the loop logs."""

    def __getitem__(self, index: int) -> typing.NoReturn: ...

class AsyncClientSession(pymongo.asynchronous.client_session.AsyncClientSession):
    """A session for ordering sequential operations.

    PyMongo's `AsyncClientSession`, by a `tornado_pymongo.ClientSession`.

    What waits is a coroutine function, and runs in a worker thread when it is awaited.

    A session, for ``async with client.start_session() as session``.

    Leaving it ends the session, in a worker. ``await client.start_session()`` is the same session,
    as code written for Motor has it."""

    def __init__(
        self,
        client: AsyncMongoClient[typing.Any],
        server_session: typing.Any,
        options: SessionOptions,
        implicit: bool,
    ) -> None: ...
    def __eq__(self, other: object) -> typing.Any: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    delegate: ClientSession
    __iter__: None

    def __init_subclass__(
        cls, sync_class: type | None = None, async_class: type | None = None, **kwargs: typing.Any
    ) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *exc_info: typing.Any) -> typing.Any: ...
    def __await__(self) -> Generator[typing.Any, typing.Any, AsyncClientSession]: ...
    async def start_transaction(
        self,
        read_concern: ReadConcern | None = None,
        write_concern: WriteConcern | None = None,
        read_preference: _ServerMode | None = None,
        max_commit_time_ms: int | None = None,
    ) -> AbstractAsyncContextManager[typing.Any]:
        """Start a multi-statement transaction.

        Runs in a worker thread when it is awaited."""

    async def with_transaction(
        self,
        callback: Callable[[AsyncClientSession], Awaitable[T]],
        read_concern: ReadConcern | None = None,
        write_concern: WriteConcern | None = None,
        read_preference: _ServerMode | None = None,
        max_commit_time_ms: int | None = None,
    ) -> T:
        """Execute a callback in a transaction.

        Runs in a worker thread when it is awaited."""

    def bind(self, end_session: bool = True) -> AbstractAsyncContextManager[Self]:
        """Use this session for all operations in an ``async with session.bind()``.

        Runs in the caller's thread, and holds for the caller's task and what it starts. With
        `end_session`, the session is ended, in a worker, when the ``async with`` is left. The
        source is PyMongo's `ClientSession.bind`."""

    def __copy__(self) -> typing.NoReturn: ...
    async def abort_transaction(self) -> None:
        """Abort a multi-statement transaction.

        Runs in a worker thread when it is awaited."""

    def advance_cluster_time(self, cluster_time: Mapping[str, typing.Any]) -> None:
        """Update the cluster time for this session.

        Runs at once, in the caller's thread: it does not wait."""

    def advance_operation_time(self, operation_time: Timestamp) -> None:
        """Update the operation time for this session.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def client(self) -> AsyncMongoClient[typing.Any]:
        """The client from which this session was created.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def cluster_time(self) -> ClusterTime | None:
        """The cluster time returned by the last operation executed in this session.

        Runs at once, in the caller's thread: it does not wait."""

    async def commit_transaction(self) -> None:
        """Commit a multi-statement transaction.

        Runs in a worker thread when it is awaited."""

    async def end_session(self) -> None:
        """Finish this session. If a transaction has started, abort it.

        Runs in a worker thread when it is awaited."""

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
    def session_id(self) -> Mapping[str, typing.Any]:
        """A BSON document, the opaque server session identifier.

        Runs at once, in the caller's thread: it does not wait."""

class AsyncChangeStream(pymongo.asynchronous.change_stream.AsyncChangeStream[DocumentType]):
    """The internal abstract base class for change stream cursors.

    PyMongo's `AsyncChangeStream`, by a `tornado_pymongo.ChangeStream`.

    What waits is a coroutine function, and runs in a worker thread when it is awaited.

    The changes of a collection, database or deployment, to be iterated with ``async for``.

    While it waits for a change, it takes one of the client's ``max_stream_workers`` threads, for
    ``max_await_time_ms`` at a time, by default a second. If more streams wait than there are
    threads, they take turns, which become shorter. With up to 300 streams in a client, each asks
    the server again within two seconds. There are at most some 200 turns a second in all, for the
    sake of other calls; so with 1,000 streams it takes five seconds.

    If a call is given up, as in ``wait_for(stream.next(), 5)``, its turn may still fetch a change:
    that is kept for the next call, so none is lost. `close` interrupts it. `resume_token` is that
    of the last change that was taken."""

    def __init__(
        self,
        target: AsyncMongoClient | AsyncDatabase[DocumentType] | AsyncCollection[DocumentType],
        pipeline: _Pipeline | None,
        full_document: str | None,
        resume_after: Mapping[str, typing.Any] | None,
        max_await_time_ms: int | None,
        batch_size: int | None,
        collation: _CollationIn | None,
        start_at_operation_time: Timestamp | None,
        session: AsyncClientSession | None,
        start_after: Mapping[str, typing.Any] | None,
        comment: typing.Any | None = None,
        full_document_before_change: str | None = None,
        show_expanded_events: bool | None = None,
    ) -> None: ...
    def __eq__(self, other: object) -> typing.Any: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    delegate: ChangeStream[DocumentType]
    __iter__: None

    def __init_subclass__(
        cls, sync_class: type | None = None, async_class: type | None = None, **kwargs: typing.Any
    ) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *exc_info: typing.Any) -> typing.Any: ...
    async def close(self) -> None:
        """Close this AsyncChangeStream.

        Runs in a worker thread when it is awaited."""

    @property
    def resume_token(self) -> Mapping[str, typing.Any] | None:
        """The token of the last change that was taken, from which another stream can go on.

        The source is PyMongo's `ChangeStream.resume_token`."""

    async def next(self) -> DocumentType:
        """Advance the cursor.

        Runs in a worker thread when it is awaited."""

    async def try_next(self) -> DocumentType | None:
        """Advance the cursor without blocking indefinitely.

        Runs in a worker thread when it is awaited."""

    def __aiter__(self) -> Self: ...
    async def __anext__(self) -> DocumentType: ...
    @property
    def alive(self) -> bool:
        """Check whether this cursor has the potential to return more data.

        Runs at once, in the caller's thread: it does not wait."""

class AsyncCollectionChangeStream(
    AsyncChangeStream[DocumentType],
    pymongo.asynchronous.change_stream.AsyncCollectionChangeStream[DocumentType],
):
    """A change stream that watches changes on a single collection.

    PyMongo's `AsyncCollectionChangeStream`, by a `tornado_pymongo.CollectionChangeStream`.

    What waits is a coroutine function, and runs in a worker thread when it is awaited.

    The changes of a collection."""

    delegate: CollectionChangeStream[DocumentType]

class AsyncDatabaseChangeStream(
    AsyncChangeStream[DocumentType],
    pymongo.asynchronous.change_stream.AsyncDatabaseChangeStream[DocumentType],
):
    """A change stream that watches changes on all collections in a database.

    PyMongo's `AsyncDatabaseChangeStream`, by a `tornado_pymongo.DatabaseChangeStream`.

    What waits is a coroutine function, and runs in a worker thread when it is awaited.

    The changes of all collections of a database."""

    delegate: DatabaseChangeStream[DocumentType]

class AsyncClusterChangeStream(
    AsyncDatabaseChangeStream[DocumentType],
    pymongo.asynchronous.change_stream.AsyncClusterChangeStream[DocumentType],
):
    """A change stream that watches changes on all collections in the cluster.

    PyMongo's `AsyncClusterChangeStream`, by a `tornado_pymongo.ClusterChangeStream`.

    What waits is a coroutine function, and runs in a worker thread when it is awaited.

    The changes of all databases of a deployment."""

    delegate: ClusterChangeStream[DocumentType]
