# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code="assignment, misc, override"

from collections.abc import (
    Callable,
    Coroutine,
    Generator,
    Iterable,
    Mapping,
    MutableMapping,
    Sequence,
)
from contextlib import AbstractAsyncContextManager
from typing import Any, overload

import bson
from bson.codec_options import CodecOptions, TypeRegistry
from bson.raw_bson import RawBSONDocument
from bson.timestamp import Timestamp
from pymongo._kms_connect_shared import KMSConnectCallback
from pymongo.client_session_shared import TransactionOptions
from pymongo.cursor_shared import _Hint, _Sort
from pymongo.database_shared import _CodecDocumentType
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import _ServerMode
from pymongo.typings import _CollationIn, _DocumentTypeArg, _Pipeline
from pymongo.write_concern import WriteConcern
from typing_extensions import Self

from tornado_pymongo._types import (
    CallbackOf,
    ChangeStream,
    ChangeStreamFuture,
    ClientEncryption,
    ClientSession,
    Collection,
    CommandCursor,
    Cursor,
    CursorFuture,
    CursorT,
    Database,
    Derived,
    DocumentType,
    GridFSBucket,
    GridIn,
    GridOut,
    GridOutCursor,
    ItemT,
    MongoClient,
    R,
    RawBatchCommandCursor,
    RawBatchCursor,
    ReturnT,
)
from tornado_pymongo.bridge import Callback
from tornado_pymongo.futures import CallFuture
from tornado_pymongo.options import ShareCore

version: str

class AgnosticBase(Derived):
    """The members that all of Motor's classes have."""

    def get_io_loop(self) -> Any:
        """Return the loop that the client was made with, or else that of the caller."""

    def wrap(self, obj: Any) -> Any:
        """Return the object of this package for one of PyMongo's, and others as they are."""

class AgnosticBaseProperties(AgnosticBase):
    """The members that a client, a database and a collection share."""

    def watch(self, *args: Any, callback: Callback | None = None, **kwargs: Any) -> Any:
        """Return a Future of a change stream, to be used as the stream: see PyMongo's `watch`.

        The stream is opened when the Future is first used."""

class AgnosticClient(AgnosticBaseProperties, MongoClient[DocumentType]):
    """Client for a MongoDB instance, a replica set, or a set of mongoses.

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

    def get_io_loop(self) -> Any:
        """Return the loop that this client was made with, or else that of the caller."""

    @property
    def io_loop(self) -> Any:
        """Return the loop that this client was made with, or else that of the caller."""

    def close(
        self, callback: CallbackOf[None, R] | None = None, *, drain_seconds: float = ...
    ) -> CallFuture[None, R]:
        """Close the client. Returns None, as Motor's does, if no loop runs that could wait."""

    def __init__(
        self,
        host: str | Sequence[str] | None = None,
        port: int | None = None,
        document_class: type[DocumentType] | None = None,
        tz_aware: bool | None = None,
        connect: bool | None = None,
        type_registry: TypeRegistry | None = None,
        *,
        io_loop: Any = None,
        max_workers: int | None = None,
        max_waiting: int = ...,
        max_stream_workers: int | None = None,
        abort_on_cancel: bool = True,
        slice_bytes: int | None = ...,
        spare_collector: bool = True,
        read_ahead: bool = True,
        share_core: ShareCore = "workers",
        **kwargs: Any,
    ) -> None:
        """Client for a MongoDB instance, a replica set, or a set of mongoses.

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

    def __getattr__(self, name: str) -> MotorDatabase[DocumentType]: ...
    async def __aenter__(self) -> AgnosticClient[DocumentType]: ...
    def __getitem__(self, name: str) -> MotorDatabase[DocumentType]: ...
    def get_database(
        self,
        name: str | None = None,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
    ) -> MotorDatabase[DocumentType]:
        """Get a :class:`~pymongo.database.Database`.

        Runs at once, in the caller's thread: it does not wait."""

    def get_default_database(
        self,
        default: str | None = None,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
    ) -> MotorDatabase[DocumentType]:
        """Get the database named in the MongoDB connection URI.

        Runs at once, in the caller's thread: it does not wait."""

    def list_databases(
        self,
        session: MotorClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[MotorCommandCursor[dict[str, Any]], R] | None = None,
        **kwargs: Any,
    ) -> MotorLatentCommandCursor[MotorCommandCursor[dict[str, Any]], dict[str, Any], R]:
        """Get a cursor over the databases of the connected server.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def start_session(
        self,
        causal_consistency: bool | None = None,
        default_transaction_options: TransactionOptions | None = None,
        snapshot: bool | None = False,
    ) -> MotorClientSession:
        """Start a logical session.

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
        session: MotorClientSession | None = None,
        start_after: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        full_document_before_change: str | None = None,
        show_expanded_events: bool | None = None,
        *,
        callback: CallbackOf[MotorChangeStream[DocumentType], R] | None = None,
    ) -> _LatentChangeStream[MotorChangeStream[DocumentType], DocumentType, R]:
        """Return a Future of a change stream, to be used as the stream: see PyMongo's `watch`.

        The stream is opened when the Future is first used."""

class MotorDatabase(AgnosticBaseProperties, Database[DocumentType]):
    """Get a database by client and name.

    A Database under Motor's name.

    PyMongo's Database for Tornado and asyncio."""

    def aggregate(
        self,
        pipeline: _Pipeline,
        session: MotorClientSession | None = None,
        *,
        callback: CallbackOf[MotorCommandCursor[DocumentType], R] | None = None,
        **kwargs: Any,
    ) -> MotorLatentCommandCursor[MotorCommandCursor[DocumentType], DocumentType, R]:
        """Return a Future of a cursor, to be used as the cursor: see PyMongo's `aggregate`.

        The command is sent when the Future is first used, so that a `batch_size` can be chained."""

    def __getattr__(self, name: str) -> MotorCollection[DocumentType]: ...
    def __getitem__(self, name: str) -> MotorCollection[DocumentType]: ...
    @property
    def client(self) -> AgnosticClient[DocumentType]:
        """The client instance for this :class:`Database`.

        Runs at once, in the caller's thread: it does not wait."""

    def create_collection(
        self,
        name: str,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
        session: MotorClientSession | None = None,
        check_exists: bool | None = True,
        *,
        callback: CallbackOf[MotorCollection[DocumentType], R] | None = None,
        **kwargs: Any,
    ) -> CallFuture[MotorCollection[DocumentType], R]:
        """Create a new :class:`~pymongo.collection.Collection` in this database.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def cursor_command(
        self,
        command: str | MutableMapping[str, Any],
        value: Any = 1,
        read_preference: _ServerMode | None = None,
        codec_options: CodecOptions[_CodecDocumentType] | None = None,
        session: MotorClientSession | None = None,
        comment: Any | None = None,
        max_await_time_ms: int | None = None,
        *,
        callback: CallbackOf[MotorCommandCursor[DocumentType], R] | None = None,
        **kwargs: Any,
    ) -> MotorLatentCommandCursor[MotorCommandCursor[DocumentType], DocumentType, R]:
        """Issue a MongoDB command and parse the response as a cursor.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def get_collection(
        self,
        name: str,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
    ) -> MotorCollection[DocumentType]:
        """Get a :class:`~pymongo.collection.Collection`.

        Runs at once, in the caller's thread: it does not wait."""

    def list_collections(
        self,
        session: MotorClientSession | None = None,
        filter: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[MotorCommandCursor[MutableMapping[str, Any]], R] | None = None,
        **kwargs: Any,
    ) -> MotorLatentCommandCursor[
        MotorCommandCursor[MutableMapping[str, Any]], MutableMapping[str, Any], R
    ]:
        """Get a cursor over the collections of this database.

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
        session: MotorClientSession | None = None,
        start_after: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        full_document_before_change: str | None = None,
        show_expanded_events: bool | None = None,
        *,
        callback: CallbackOf[MotorChangeStream[DocumentType], R] | None = None,
    ) -> _LatentChangeStream[MotorChangeStream[DocumentType], DocumentType, R]:
        """Return a Future of a change stream, to be used as the stream: see PyMongo's `watch`.

        The stream is opened when the Future is first used."""

    @overload
    def with_options(
        self,
        codec_options: None = None,
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> MotorDatabase[DocumentType]:
        """Get a clone of this database changing the specified settings.

        Runs at once, in the caller's thread: it does not wait."""

    @overload
    def with_options(
        self,
        codec_options: bson.CodecOptions[_DocumentTypeArg],
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> MotorDatabase[_DocumentTypeArg]: ...

class MotorCollection(AgnosticBaseProperties, Collection[DocumentType]):
    """A Mongo collection.

    A Collection under Motor's name.

    PyMongo's Collection for Tornado and asyncio.

    For an exhaust cursor PyMongo up to 4.17 selects a server in `find` and `find_raw_batches`. Then
    they run in a worker, and return a Future of the Cursor that can be used as the Cursor."""

    @property
    def database(self) -> MotorDatabase[DocumentType]:
        """Return the collection's :class:`~pymongo.database.Database`.

        Runs at once, in the caller's thread: it does not wait."""

    def aggregate(
        self,
        pipeline: _Pipeline,
        session: MotorClientSession | None = None,
        let: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[MotorCommandCursor[DocumentType], R] | None = None,
        **kwargs: Any,
    ) -> MotorLatentCommandCursor[MotorCommandCursor[DocumentType], DocumentType, R]:
        """Return a Future of a cursor, to be used as the cursor: see PyMongo's `aggregate`.

        The command is sent when the Future is first used, so that a `batch_size` can be chained."""

    def __getattr__(self, name: str) -> MotorCollection[DocumentType]: ...
    def __getitem__(self, name: str) -> MotorCollection[DocumentType]: ...
    def aggregate_raw_batches(
        self,
        pipeline: _Pipeline,
        session: MotorClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[MotorRawBatchCommandCursor[DocumentType], R] | None = None,
        **kwargs: Any,
    ) -> MotorLatentCommandCursor[MotorRawBatchCommandCursor[DocumentType], bytes, R]:
        """Perform an aggregation and retrieve batches of raw BSON.

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
        session: MotorClientSession | None = None,
        allow_disk_use: bool | None = None,
        let: Mapping[str, Any] | None = None,
    ) -> MotorCursor[DocumentType]:
        """Query the database.

        Runs at once, in the caller's thread: it does not wait."""

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
        session: MotorClientSession | None = None,
        allow_disk_use: bool | None = None,
        let: Mapping[str, Any] | None = None,
    ) -> MotorRawBatchCursor[DocumentType]:
        """Query the database and retrieve batches of raw BSON.

        Runs at once, in the caller's thread: it does not wait."""

    def list_indexes(
        self,
        session: MotorClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[MotorCommandCursor[MutableMapping[str, Any]], R] | None = None,
    ) -> MotorLatentCommandCursor[
        MotorCommandCursor[MutableMapping[str, Any]], MutableMapping[str, Any], R
    ]:
        """Get a cursor over the index documents for this collection.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def list_search_indexes(
        self,
        name: str | None = None,
        session: MotorClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: CallbackOf[MotorCommandCursor[Mapping[str, Any]], R] | None = None,
        **kwargs: Any,
    ) -> MotorLatentCommandCursor[MotorCommandCursor[Mapping[str, Any]], Mapping[str, Any], R]:
        """Return a cursor over search indexes for the current collection.

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
        session: MotorClientSession | None = None,
        start_after: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        full_document_before_change: str | None = None,
        show_expanded_events: bool | None = None,
        *,
        callback: CallbackOf[MotorChangeStream[DocumentType], R] | None = None,
    ) -> _LatentChangeStream[MotorChangeStream[DocumentType], DocumentType, R]:
        """Return a Future of a change stream, to be used as the stream: see PyMongo's `watch`.

        The stream is opened when the Future is first used."""

    @overload
    def with_options(
        self,
        codec_options: None = None,
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> MotorCollection[DocumentType]:
        """Get a clone of this collection changing the specified settings.

        Runs at once, in the caller's thread: it does not wait."""

    @overload
    def with_options(
        self,
        codec_options: bson.CodecOptions[_DocumentTypeArg],
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> MotorCollection[_DocumentTypeArg]: ...

class MotorClientSession(AgnosticBase, ClientSession):
    """A session for ordering sequential operations.

    A ClientSession under Motor's name.

    A session, for ``async with client.start_session() as session``.

    Leaving it ends the session, in a worker. ``await client.start_session()`` is the same session,
    as code written for Motor has it."""

    def __await__(self) -> Generator[Any, Any, MotorClientSession]: ...
    def bind(self, end_session: bool = True) -> AbstractAsyncContextManager[MotorClientSession]:
        """Use this session for all operations in an ``async with session.bind()``.

        Runs in the caller's thread, and holds for the caller's task and what it starts. With
        `end_session`, the session is ended, in a worker, when the ``async with`` is left. The
        source is PyMongo's `ClientSession.bind`."""

    @property
    def client(self) -> AgnosticClient[Any]:
        """The client from which this session was created.

        Runs at once, in the caller's thread: it does not wait."""

class MotorClientEncryption(AgnosticBase, ClientEncryption[DocumentType]):
    """Explicit client-side field level encryption.

    A ClientEncryption that takes Motor's arguments.

    Encrypts and decrypts, with the keys in a collection of `key_vault_client`."""

    @property
    def io_loop(self) -> Any:
        """Return the loop that the client was made with, or else that of the caller."""

    def get_keys(self) -> MotorLatentCommandCursor[MotorCursor[RawBSONDocument], RawBSONDocument]:
        """Return a Future of a cursor over all keys."""

    def __init__(
        self,
        kms_providers: Mapping[str, Any],
        key_vault_namespace: str,
        key_vault_client: AgnosticClient[_DocumentTypeArg],
        codec_options: CodecOptions[_DocumentTypeArg],
        io_loop: Any = None,
        kms_tls_options: Mapping[str, Any] | None = None,
        key_expiration_ms: int | None = None,
        kms_connect_callback: KMSConnectCallback | None = None,
    ) -> None: ...
    def create_encrypted_collection(
        self,
        database: MotorDatabase[_DocumentTypeArg],
        name: str,
        encrypted_fields: Mapping[str, Any],
        kms_provider: str | None = None,
        master_key: Mapping[str, Any] | None = None,
        *,
        callback: CallbackOf[tuple[MotorCollection[_DocumentTypeArg], Mapping[str, Any]], R]
        | None = None,
        **kwargs: Any,
    ) -> CallFuture[tuple[MotorCollection[_DocumentTypeArg], Mapping[str, Any]], R]:
        """Create a collection with encryptedFields.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

class AgnosticBaseCursor(AgnosticBase):
    """The members that all of Motor's cursors have."""

    @property
    def fetch_next(self) -> Any:
        """The same as `Cursor.fetch_next`; deprecated, as in Motor."""

    @property
    def started(self) -> bool:
        """Whether the query was sent."""

    @property
    def closed(self) -> bool:
        """Whether it is closed, by `close` or at its end on the server."""

    def to_list(self, length: int | None = None, callback: Callback | None = None) -> Any:
        """Return a Future of a list of at most `length` documents, which may be 0 as in Motor."""

class MotorCursor(AgnosticBaseCursor, Cursor[DocumentType]):
    """Create a new cursor.

    A Cursor under Motor's name.

    The documents that a query returns, to be iterated with ``async for``.

    A tailable one waits for new documents in the threads of change streams, and takes turns with
    them: see `ChangeStream`."""

    def rewind(self, callback: Callback[Self] | None = None) -> Self:
        """Make this cursor as if no query had been sent, and return it, at once."""

    def add_option(self, mask: int) -> MotorLatentCommandCursor[Self, DocumentType]:
        """Set query flags, as a bit mask; return this cursor, to be awaited or chained on.

        Runs in a worker if the mask has the exhaust flag, for which PyMongo up to 4.17 selects a
        server; else at once. The source is PyMongo's `Cursor.add_option`."""

    @property
    def collection(self) -> MotorCollection[DocumentType]:
        """The :class:`~pymongo.collection.Collection` being iterated.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def session(self) -> MotorClientSession | None:
        """The cursor's :class:`~pymongo.client_session.ClientSession`, or None.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def fetch_next(self) -> CallFuture[bool]:
        """The same as `Cursor.fetch_next`; deprecated, as in Motor."""

    def to_list(
        self, length: int | None = None, callback: CallbackOf[list[DocumentType], R] | None = None
    ) -> CallFuture[list[DocumentType], R]:
        """Return a Future of a list of at most `length` documents, which may be 0 as in Motor."""

class MotorRawBatchCursor(AgnosticBaseCursor, RawBatchCursor[DocumentType]):
    """A cursor / iterator over raw batches of BSON data from a query result.

    A RawBatchCursor under Motor's name.

    Batches of undecoded documents, as bytes, to be iterated with ``async for``."""

    def rewind(self, callback: Callback[Self] | None = None) -> Self:
        """Make this cursor as if no query had been sent; return it, to be awaited or chained on.

        A cursor that is open on the server is killed there, in a worker. The cursor itself can be
        used at once: `delegate` is another object afterwards, of the same query. The source is
        PyMongo's `Cursor.rewind`."""

    def to_list(
        self, length: int | None = None, callback: CallbackOf[list[bytes], R] | None = None
    ) -> CallFuture[list[bytes], R]:
        """Return a Future of a list of at most `length` documents, which may be 0 as in Motor."""

    def add_option(self, mask: int) -> MotorLatentCommandCursor[Self, DocumentType]:
        """Set query flags, as a bit mask; return this cursor, to be awaited or chained on.

        Runs in a worker if the mask has the exhaust flag, for which PyMongo up to 4.17 selects a
        server; else at once. The source is PyMongo's `Cursor.add_option`."""

    @property
    def collection(self) -> MotorCollection[DocumentType]:
        """The :class:`~pymongo.collection.Collection` being iterated.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def session(self) -> MotorClientSession | None:
        """The cursor's :class:`~pymongo.client_session.ClientSession`, or None.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def fetch_next(self) -> CallFuture[bool]:
        """The same as `Cursor.fetch_next`; deprecated, as in Motor."""

class MotorCommandCursor(AgnosticBaseCursor, CommandCursor[DocumentType]):
    """A cursor / iterator over command cursors.

    A CommandCursor under Motor's name.

    The documents that a command returns, to be iterated with ``async for``."""

    @property
    def session(self) -> MotorClientSession | None:
        """The cursor's :class:`~pymongo.client_session.ClientSession`, or None.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def fetch_next(self) -> CallFuture[bool]:
        """The same as `Cursor.fetch_next`; deprecated, as in Motor."""

    def to_list(
        self, length: int | None = None, callback: CallbackOf[list[DocumentType], R] | None = None
    ) -> CallFuture[list[DocumentType], R]:
        """Return a Future of a list of at most `length` documents, which may be 0 as in Motor."""

class MotorRawBatchCommandCursor(AgnosticBaseCursor, RawBatchCommandCursor[DocumentType]):
    """Create a new cursor / iterator over raw batches of BSON data.

    A RawBatchCommandCursor under Motor's name.

    Batches of undecoded documents, as bytes, to be iterated with ``async for``."""

    def to_list(
        self, length: int | None = None, callback: CallbackOf[list[bytes], R] | None = None
    ) -> CallFuture[list[bytes], R]:
        """Return a Future of a list of at most `length` documents, which may be 0 as in Motor."""

    @property
    def session(self) -> MotorClientSession | None:
        """The cursor's :class:`~pymongo.client_session.ClientSession`, or None.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def fetch_next(self) -> CallFuture[bool]:
        """The same as `Cursor.fetch_next`; deprecated, as in Motor."""

class MotorChangeStream(AgnosticBase, ChangeStream[DocumentType]):
    """The internal abstract base class for change stream cursors.

    A ChangeStream under Motor's name.

    The changes of a collection, database or deployment, to be iterated with ``async for``.

    While it waits for a change, it takes one of the client's ``max_stream_workers`` threads, for
    ``max_await_time_ms`` at a time, by default a second. If more streams wait than there are
    threads, they take turns, which become shorter. With up to 300 streams in a client, each asks
    the server again within two seconds. There are at most some 200 turns a second in all, for the
    sake of other calls; so with 1,000 streams it takes five seconds.

    If a call is given up, as in ``wait_for(stream.next(), 5)``, its turn may still fetch a change:
    that is kept for the next call, so none is lost. `close` interrupts it. `resume_token` is that
    of the last change that was taken."""

class MotorLatentCommandCursor(CursorFuture[CursorT, ItemT, ReturnT]):
    """A Future of a cursor that can also be used as the cursor."""

    classes: tuple[type, ...]

    def batch_size(self, batch_size: int) -> Self:
        """Set how many documents a batch has; the first one too, if it is not yet asked for."""

    def add_done_callback(self, fn: Callable[[Any], object], **context: Any) -> None: ...
    def send(self, value: Any) -> Any: ...
    def result(self, *timeout: float | None) -> Any: ...
    @property
    def delegate(self: Any) -> Any:
        """The PyMongo object."""

class _LatentChangeStream(ChangeStreamFuture[CursorT, ItemT, ReturnT]):
    """A Future of a change stream that can also be used as the stream."""

    def next(self) -> Coroutine[Any, Any, ItemT]:
        """Return the next change. Nothing is asked for before this is awaited."""

    def add_done_callback(self, fn: Callable[[Any], object], **context: Any) -> None: ...
    def send(self, value: Any) -> Any: ...
    def result(self, *timeout: float | None) -> Any: ...
    @property
    def delegate(self: Any) -> Any:
        """The PyMongo object."""

class MotorGridFSBucket(AgnosticBase, GridFSBucket):
    """An instance of GridFS on top of a single Database.

    A GridFSBucket that takes Motor's arguments.

    Files in a database.

    Files of yours whose ``read`` or ``write`` is a coroutine function are used on your loop."""

    @property
    def io_loop(self) -> Any:
        """Return the loop that the client was made with, or else that of the caller."""
    collection: MotorCollection[Any]

    def __init__(
        self,
        database: MotorDatabase[Any],
        bucket_name: str = "fs",
        chunk_size_bytes: int = ...,
        write_concern: WriteConcern | None = None,
        read_preference: _ServerMode | None = None,
        collection: str | None = None,
    ) -> None: ...
    def find(
        self,
        filter: Mapping[str, Any] | None = None,
        skip: int = 0,
        limit: int = 0,
        no_cursor_timeout: bool = False,
        sort: Any | None = None,
        batch_size: int = 0,
        session: MotorClientSession | None = None,
    ) -> MotorGridOutCursor:
        """Find and return the files collection documents that match ``filter``.

        Runs at once, in the caller's thread: it does not wait."""

    def open_download_stream(
        self,
        file_id: Any,
        session: MotorClientSession | None = None,
        *,
        callback: CallbackOf[MotorGridOut, R] | None = None,
    ) -> CallFuture[MotorGridOut, R]:
        """Open a Stream from which the application can read the stored file specified by file_id.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def open_download_stream_by_name(
        self,
        filename: str,
        revision: int = -1,
        session: MotorClientSession | None = None,
        *,
        callback: CallbackOf[MotorGridOut, R] | None = None,
    ) -> CallFuture[MotorGridOut, R]:
        """Open a Stream from which the application can read `filename` and optional `revision`.

        Runs in a worker thread; returns a Future of the caller's loop. With
        ``callback=``, returns None and calls ``callback(result, error)`` on it."""

    def open_upload_stream(
        self,
        filename: str,
        chunk_size_bytes: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        session: MotorClientSession | None = None,
    ) -> MotorGridIn:
        """Open a Stream that the application can write the contents of the file to.

        Runs at once, in the caller's thread: it does not wait."""

    def open_upload_stream_with_id(
        self,
        file_id: Any,
        filename: str,
        chunk_size_bytes: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        session: MotorClientSession | None = None,
    ) -> MotorGridIn:
        """Open a Stream that the application can write the contents of the file to.

        Runs at once, in the caller's thread: it does not wait."""

class MotorGridIn(AgnosticBase, GridIn):
    """Class to write data to GridFS.

    A GridIn under Motor's name.

    A file that is being written.

    Its attributes are sent by `close`. A closed one is changed with `set`, in a worker. `write`
    takes files whose ``read`` is a coroutine function as well, and reads them on your loop."""

    @property
    def io_loop(self) -> Any:
        """Return the loop that the client was made with, or else that of the caller."""

    def set(
        self, name: str, value: Any, callback: CallbackOf[None, R] | None = None
    ) -> CallFuture[None, R]:
        """Set an attribute of the file, in a worker; return a Future of None."""

class MotorGridOut(AgnosticBase, GridOut):
    """Class to read data out of GridFS.

    A GridOut as Motor has it: iterated over by chunks, and positioned at once.

    A file that is being read.

    Those that a GridFS or GridFSBucket gives are open, so that their attributes are at hand. A read
    that is given up has read nothing: the next one begins at the same place."""

    @property
    def io_loop(self) -> Any:
        """Return the loop that the client was made with, or else that of the caller."""

    def seek(self, pos: int, whence: int = ...) -> int:
        """Set the position in the file and return it, at once."""

class MotorGridOutCursor(AgnosticBaseCursor, GridOutCursor):
    """A cursor / iterator for returning GridOut objects.

    A GridOutCursor under Motor's name.

    The files that a query finds, as `GridOut`."""

    def next(
        self, callback: CallbackOf[MotorGridOut, R] | None = None
    ) -> CallFuture[MotorGridOut, R]:
        """Return a Future of the next document.

        Takes a worker only if the batch that was fetched last is used up. At the end the Future
        raises `StopAsyncIteration`. The source is PyMongo's `Cursor.next`."""

    async def __anext__(self) -> MotorGridOut: ...
    def next_object(self) -> MotorGridOut | None:
        """Return the next document of the batch that was fetched last, or None: see `fetch_next`.

        Runs at once, in the caller's thread."""

    def to_list(
        self, length: int | None = None, callback: CallbackOf[list[MotorGridOut], R] | None = None
    ) -> CallFuture[list[MotorGridOut], R]:
        """Return a Future of a list of at most `length` documents, which may be 0 as in Motor."""

    def add_option(self, mask: int) -> MotorLatentCommandCursor[Self, DocumentType]:
        """Set query flags, as a bit mask; return this cursor, to be awaited or chained on.

        Runs in a worker if the mask has the exhaust flag, for which PyMongo up to 4.17 selects a
        server; else at once. The source is PyMongo's `Cursor.add_option`."""

    def rewind(
        self, callback: CallbackOf[Self, R] | None = None
    ) -> MotorLatentCommandCursor[Self, DocumentType, R]:
        """Make this cursor as if no query had been sent; return it, to be awaited or chained on.

        A cursor that is open on the server is killed there, in a worker. The cursor itself can be
        used at once: `delegate` is another object afterwards, of the same query. The source is
        PyMongo's `Cursor.rewind`."""

    @property
    def collection(self) -> MotorCollection[DocumentType]:
        """The :class:`~pymongo.collection.Collection` being iterated.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def session(self) -> MotorClientSession | None:
        """The cursor's :class:`~pymongo.client_session.ClientSession`, or None.

        Runs at once, in the caller's thread: it does not wait."""

    @property
    def fetch_next(self) -> CallFuture[bool]:
        """The same as `Cursor.fetch_next`; deprecated, as in Motor."""

AgnosticChangeStream = MotorChangeStream
AgnosticClientEncryption = MotorClientEncryption
AgnosticClientSession = MotorClientSession
AgnosticCollection = MotorCollection
AgnosticCommandCursor = MotorCommandCursor
AgnosticCursor = MotorCursor
AgnosticDatabase = MotorDatabase
AgnosticLatentCommandCursor = MotorLatentCommandCursor
AgnosticRawBatchCommandCursor = MotorRawBatchCommandCursor
AgnosticRawBatchCursor = MotorRawBatchCursor
