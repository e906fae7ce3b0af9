# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

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
from datetime import datetime
from types import TracebackType
from typing import Any, ClassVar, Generic, NoReturn, TypeAlias, overload
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
from tornado_pymongo.futures import CallFuture
from tornado_pymongo.options import WrapCall
from tornado_pymongo.unbound import UnboundFuture

DocumentType = TypeVar("DocumentType", bound=Mapping[str, Any], default=dict[str, Any])
_P = ParamSpec("_P")
_T = TypeVar("_T")
CursorT = TypeVar("CursorT", default=Any)
_AnyT = TypeVar("_AnyT", bound=_BaseCursor[Any])
ItemT = TypeVar("ItemT", default=Any)
_QueryT = TypeVar("_QueryT", bound=Cursor[Any])
_CommandT = TypeVar("_CommandT", bound=CommandCursor[Any])
_WriteOp: TypeAlias = (
    InsertOne[DocumentType]
    | DeleteOne
    | DeleteMany
    | ReplaceOne[DocumentType]
    | UpdateOne
    | UpdateMany
)

class Sendable(Consumable):
    @overload
    def stream_to_handler(
        self, request_handler: RequestHandler, callback: None = None
    ) -> CallFuture[None]: ...
    @overload
    def stream_to_handler(
        self, request_handler: RequestHandler, callback: Callback[None]
    ) -> None: ...

class Buffer:
    def __init__(self) -> None: ...
    def put(self, items: deque[Any], position: Any) -> None: ...
    def __len__(self) -> int: ...
    def __bool__(self) -> bool: ...
    def is_used_up(self) -> bool: ...
    def has_next_batch(self) -> bool: ...
    def first(self) -> Any: ...
    def take(self) -> Any: ...
    def skip_empty(self) -> None: ...
    def clear(self) -> None: ...
    error: Any
    is_broken: Any
    items: Any
    position: Any

class Consumable(Stream): ...

class Fetch(Function):
    def __init__(
        self, proxy: Consumable, name: str, function: Callable[[Any, Buffer], Any]
    ) -> None: ...
    proxy: Consumable

class Want:
    def __init__(self, owner: Consumable, operation: Operation) -> None: ...
    @property
    def buffer(self) -> Buffer: ...
    def is_met(self, fetch: Call | None) -> bool: ...
    def end(self, future: Any) -> None: ...
    def operation(self) -> Operation: ...
    def serve(self, future: Any, fetch: Call | None) -> None: ...
    def take(self) -> Any: ...
    def again(self) -> Any: ...
    def is_there(self) -> bool: ...
    def failed(self, error: BaseException) -> None: ...
    def given_up(self, call: Call) -> None: ...

class WantIfAny(Want):
    def end(self, future: Any) -> None: ...
    def is_there(self) -> bool: ...
    def take(self) -> Any: ...

class WantToKnow(WantIfAny):
    def take(self) -> bool: ...

class WantMany(WantIfAny):
    def __init__(self, owner: Consumable, operation: Operation, length: int | None) -> None: ...
    def is_met(self, fetch: Call | None) -> bool: ...
    def take(self) -> list[Any]: ...

class ChangeStream(Consumable, Generic[DocumentType]):
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
    def resume_token(self) -> Mapping[str, Any] | None: ...
    @overload
    def next(self, callback: None = None) -> CallFuture[DocumentType]: ...
    @overload
    def next(self, callback: Callback[DocumentType]) -> None: ...
    @overload
    def try_next(self, callback: None = None) -> CallFuture[DocumentType | None]: ...
    @overload
    def try_next(self, callback: Callback[DocumentType | None]) -> None: ...
    def __aiter__(self) -> Self: ...
    async def __anext__(self) -> DocumentType: ...
    @property
    def alive(self) -> bool: ...

class CollectionChangeStream(ChangeStream[DocumentType]):
    delegate: pymongo.synchronous.change_stream.CollectionChangeStream[DocumentType]

class DatabaseChangeStream(ChangeStream[DocumentType]):
    delegate: pymongo.synchronous.change_stream.DatabaseChangeStream[DocumentType]

class ClusterChangeStream(DatabaseChangeStream[DocumentType]):
    delegate: pymongo.synchronous.change_stream.ClusterChangeStream[DocumentType]

class ChangeStreamMethods(CursorMethods):
    classes: tuple[type, ...]
    is_given_up: bool
    @property
    def alive(self: ChangeStreamMethods[CursorT, ItemT]) -> bool: ...
    @overload
    def close(
        self: ChangeStreamMethods[CursorT, ItemT], callback: None = None
    ) -> CallFuture[None]: ...
    @overload
    def close(self: ChangeStreamMethods[CursorT, ItemT], callback: Callback[None]) -> None: ...
    @overload
    def next(
        self: ChangeStreamMethods[CursorT, ItemT], *, callback: None = None
    ) -> CallFuture[ItemT]: ...
    @overload
    def next(self: ChangeStreamMethods[CursorT, ItemT], *, callback: Callback[ItemT]) -> None: ...
    @property
    def resume_token(self: ChangeStreamMethods[CursorT, ItemT]) -> Mapping[str, Any] | None: ...
    @overload
    def try_next(
        self: ChangeStreamMethods[CursorT, ItemT], *, callback: None = None
    ) -> CallFuture[ItemT | None]: ...
    @overload
    def try_next(
        self: ChangeStreamMethods[CursorT, ItemT], *, callback: Callback[ItemT | None]
    ) -> None: ...

class ChangeStreamFuture(CursorFuture[CursorT, ItemT]):
    unbound: type

class UnboundChangeStreamFuture(ChangeStreamMethods, UnboundFuture): ...

class MongoClient(Derived, Generic[DocumentType]):
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
        share_core: bool = True,
        wrap_call: WrapCall | None = None,
        **kwargs: Any,
    ) -> None: ...
    def __getattr__(self, name: str) -> Database[DocumentType]: ...
    @overload
    def open(self, callback: None = None) -> CallFuture[Self]: ...
    @overload
    def open(self, callback: Callback[Self]) -> None: ...
    @overload
    def aconnect(self, callback: None = None) -> CallFuture[None]: ...
    @overload
    def aconnect(self, callback: Callback[None]) -> None: ...
    @overload
    def close(self, callback: None = None, *, drain_seconds: float = ...) -> CallFuture[None]: ...
    @overload
    def close(self, callback: Callback[None], *, drain_seconds: float = ...) -> None: ...
    @overload
    def aclose(self, callback: None = None, *, drain_seconds: float = ...) -> CallFuture[None]: ...
    @overload
    def aclose(self, callback: Callback[None], *, drain_seconds: float = ...) -> None: ...
    def run_in_worker(
        self, function: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs
    ) -> CallFuture[_T]: ...
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
    def address(self) -> CallFuture[tuple[str, int] | None]: ...
    def append_metadata(self, driver_info: DriverInfo) -> None: ...
    @property
    def arbiters(self) -> CallFuture[set[_Address]]: ...
    @overload
    def bulk_write(
        self,
        models: Sequence[_WriteOp[Any]],
        session: ClientSession | None = None,
        ordered: bool = True,
        verbose_results: bool = False,
        bypass_document_validation: bool | None = None,
        comment: Any | None = None,
        let: Mapping[str, Any] | None = None,
        write_concern: WriteConcern | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[ClientBulkWriteResult]: ...
    @overload
    def bulk_write(
        self,
        models: Sequence[_WriteOp[Any]],
        session: ClientSession | None = None,
        ordered: bool = True,
        verbose_results: bool = False,
        bypass_document_validation: bool | None = None,
        comment: Any | None = None,
        let: Mapping[str, Any] | None = None,
        write_concern: WriteConcern | None = None,
        *,
        callback: Callback[ClientBulkWriteResult],
    ) -> None: ...
    @property
    def codec_options(self) -> CodecOptions[Any]: ...
    @overload
    def drop_database(
        self,
        name_or_database: str | Database[_DocumentTypeArg],
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[None]: ...
    @overload
    def drop_database(
        self,
        name_or_database: str | Database[_DocumentTypeArg],
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[None],
    ) -> None: ...
    def eq_props(self) -> tuple[tuple[_Address, ...], str | None, str | None, str]: ...
    def get_database(
        self,
        name: str | None = None,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
    ) -> Database[DocumentType]: ...
    def get_default_database(
        self,
        default: str | None = None,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
    ) -> Database[DocumentType]: ...
    @property
    def is_mongos(self) -> CallFuture[bool]: ...
    @property
    def is_primary(self) -> CallFuture[bool]: ...
    @overload
    def list_database_names(
        self,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[list[str]]: ...
    @overload
    def list_database_names(
        self,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[list[str]],
    ) -> None: ...
    @overload
    def list_databases(
        self,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CursorFuture[CommandCursor[dict[str, Any]], dict[str, Any]]: ...
    @overload
    def list_databases(
        self,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[CommandCursor[dict[str, Any]]],
        **kwargs: Any,
    ) -> None: ...
    @property
    def nodes(self) -> frozenset[_Address]: ...
    @property
    def options(self) -> ClientOptions: ...
    @property
    def primary(self) -> CallFuture[tuple[str, int] | None]: ...
    @property
    def read_concern(self) -> ReadConcern: ...
    @property
    def read_preference(self) -> _ServerMode: ...
    @property
    def secondaries(self) -> CallFuture[set[_Address]]: ...
    @overload
    def server_info(
        self, session: ClientSession | None = None, *, callback: None = None
    ) -> CallFuture[dict[str, Any]]: ...
    @overload
    def server_info(
        self, session: ClientSession | None = None, *, callback: Callback[dict[str, Any]]
    ) -> None: ...
    def start_session(
        self,
        causal_consistency: bool | None = None,
        default_transaction_options: TransactionOptions | None = None,
        snapshot: bool | None = False,
    ) -> ClientSession: ...
    @property
    def topology_description(self) -> TopologyDescription: ...
    @overload
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
        callback: None = None,
    ) -> ChangeStreamFuture[ChangeStream[DocumentType], DocumentType]: ...
    @overload
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
        callback: Callback[ChangeStream[DocumentType]],
    ) -> None: ...
    @property
    def write_concern(self) -> WriteConcern: ...

class Database(Derived, Generic[DocumentType]):
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
    @overload
    def aggregate(
        self,
        pipeline: _Pipeline,
        session: ClientSession | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CursorFuture[CommandCursor[DocumentType], DocumentType]: ...
    @overload
    def aggregate(
        self,
        pipeline: _Pipeline,
        session: ClientSession | None = None,
        *,
        callback: Callback[CommandCursor[DocumentType]],
        **kwargs: Any,
    ) -> None: ...
    @property
    def client(self) -> MongoClient[DocumentType]: ...
    @property
    def codec_options(self) -> CodecOptions[Any]: ...
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
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[dict[str, Any]]: ...
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
        callback: Callback[dict[str, Any]],
        **kwargs: Any,
    ) -> None: ...
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
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[_CodecDocumentType]: ...
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
        callback: Callback[_CodecDocumentType],
        **kwargs: Any,
    ) -> None: ...
    @overload
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
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[Collection[DocumentType]]: ...
    @overload
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
        callback: Callback[Collection[DocumentType]],
        **kwargs: Any,
    ) -> None: ...
    @overload
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
        callback: None = None,
        **kwargs: Any,
    ) -> CursorFuture[CommandCursor[DocumentType], DocumentType]: ...
    @overload
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
        callback: Callback[CommandCursor[DocumentType]],
        **kwargs: Any,
    ) -> None: ...
    @overload
    def dereference(
        self,
        dbref: DBRef,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[DocumentType | None]: ...
    @overload
    def dereference(
        self,
        dbref: DBRef,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[DocumentType | None],
        **kwargs: Any,
    ) -> None: ...
    @overload
    def drop_collection(
        self,
        name_or_collection: str | Collection[_DocumentTypeArg],
        session: ClientSession | None = None,
        comment: Any | None = None,
        encrypted_fields: Mapping[str, Any] | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[dict[str, Any]]: ...
    @overload
    def drop_collection(
        self,
        name_or_collection: str | Collection[_DocumentTypeArg],
        session: ClientSession | None = None,
        comment: Any | None = None,
        encrypted_fields: Mapping[str, Any] | None = None,
        *,
        callback: Callback[dict[str, Any]],
    ) -> None: ...
    def get_collection(
        self,
        name: str,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
    ) -> Collection[DocumentType]: ...
    @overload
    def list_collection_names(
        self,
        session: ClientSession | None = None,
        filter: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[list[str]]: ...
    @overload
    def list_collection_names(
        self,
        session: ClientSession | None = None,
        filter: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[list[str]],
        **kwargs: Any,
    ) -> None: ...
    @overload
    def list_collections(
        self,
        session: ClientSession | None = None,
        filter: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CursorFuture[CommandCursor[MutableMapping[str, Any]], MutableMapping[str, Any]]: ...
    @overload
    def list_collections(
        self,
        session: ClientSession | None = None,
        filter: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[CommandCursor[MutableMapping[str, Any]]],
        **kwargs: Any,
    ) -> None: ...
    @property
    def name(self) -> str: ...
    @property
    def read_concern(self) -> ReadConcern: ...
    @property
    def read_preference(self) -> _ServerMode: ...
    @overload
    def validate_collection(
        self,
        name_or_collection: str | Collection[_DocumentTypeArg],
        scandata: bool = False,
        full: bool = False,
        session: ClientSession | None = None,
        background: bool | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[dict[str, Any]]: ...
    @overload
    def validate_collection(
        self,
        name_or_collection: str | Collection[_DocumentTypeArg],
        scandata: bool = False,
        full: bool = False,
        session: ClientSession | None = None,
        background: bool | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[dict[str, Any]],
    ) -> None: ...
    @overload
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
        callback: None = None,
    ) -> ChangeStreamFuture[DatabaseChangeStream[DocumentType], DocumentType]: ...
    @overload
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
        callback: Callback[DatabaseChangeStream[DocumentType]],
    ) -> None: ...
    @overload
    def with_options(
        self,
        codec_options: None = None,
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> Database[DocumentType]: ...
    @overload
    def with_options(
        self,
        codec_options: bson.CodecOptions[_DocumentTypeArg],
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> Database[_DocumentTypeArg]: ...
    @property
    def write_concern(self) -> WriteConcern: ...

class Collection(Derived, Generic[DocumentType]):
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
    ) -> Cursor[DocumentType]: ...
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
    ) -> RawBatchCursor[DocumentType]: ...
    def __bool__(self) -> NoReturn: ...
    def __getitem__(self, name: str) -> Collection[DocumentType]: ...
    @overload
    def aggregate(
        self,
        pipeline: _Pipeline,
        session: ClientSession | None = None,
        let: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CursorFuture[CommandCursor[DocumentType], DocumentType]: ...
    @overload
    def aggregate(
        self,
        pipeline: _Pipeline,
        session: ClientSession | None = None,
        let: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[CommandCursor[DocumentType]],
        **kwargs: Any,
    ) -> None: ...
    @overload
    def aggregate_raw_batches(
        self,
        pipeline: _Pipeline,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CursorFuture[RawBatchCommandCursor[DocumentType], bytes]: ...
    @overload
    def aggregate_raw_batches(
        self,
        pipeline: _Pipeline,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[RawBatchCommandCursor[DocumentType]],
        **kwargs: Any,
    ) -> None: ...
    @overload
    def bulk_write(
        self,
        requests: Sequence[_WriteOp[DocumentType]],
        ordered: bool = True,
        bypass_document_validation: bool | None = None,
        session: ClientSession | None = None,
        comment: Any | None = None,
        let: Mapping[str, Any] | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[BulkWriteResult]: ...
    @overload
    def bulk_write(
        self,
        requests: Sequence[_WriteOp[DocumentType]],
        ordered: bool = True,
        bypass_document_validation: bool | None = None,
        session: ClientSession | None = None,
        comment: Any | None = None,
        let: Mapping[str, Any] | None = None,
        *,
        callback: Callback[BulkWriteResult],
    ) -> None: ...
    @property
    def codec_options(self) -> CodecOptions[Any]: ...
    @overload
    def count_documents(
        self,
        filter: Mapping[str, Any],
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[int]: ...
    @overload
    def count_documents(
        self,
        filter: Mapping[str, Any],
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[int],
        **kwargs: Any,
    ) -> None: ...
    @overload
    def create_index(
        self,
        keys: _IndexKeyHint,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[str]: ...
    @overload
    def create_index(
        self,
        keys: _IndexKeyHint,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[str],
        **kwargs: Any,
    ) -> None: ...
    @overload
    def create_indexes(
        self,
        indexes: Sequence[IndexModel],
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[list[str]]: ...
    @overload
    def create_indexes(
        self,
        indexes: Sequence[IndexModel],
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[list[str]],
        **kwargs: Any,
    ) -> None: ...
    @overload
    def create_search_index(
        self,
        model: Mapping[str, Any] | SearchIndexModel,
        session: ClientSession | None = None,
        comment: Any = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[str]: ...
    @overload
    def create_search_index(
        self,
        model: Mapping[str, Any] | SearchIndexModel,
        session: ClientSession | None = None,
        comment: Any = None,
        *,
        callback: Callback[str],
        **kwargs: Any,
    ) -> None: ...
    @overload
    def create_search_indexes(
        self,
        models: list[SearchIndexModel],
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[list[str]]: ...
    @overload
    def create_search_indexes(
        self,
        models: list[SearchIndexModel],
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[list[str]],
        **kwargs: Any,
    ) -> None: ...
    @property
    def database(self) -> Database[DocumentType]: ...
    @overload
    def delete_many(
        self,
        filter: Mapping[str, Any],
        collation: _CollationIn | None = None,
        hint: _IndexKeyHint | None = None,
        session: ClientSession | None = None,
        let: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[DeleteResult]: ...
    @overload
    def delete_many(
        self,
        filter: Mapping[str, Any],
        collation: _CollationIn | None = None,
        hint: _IndexKeyHint | None = None,
        session: ClientSession | None = None,
        let: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[DeleteResult],
    ) -> None: ...
    @overload
    def delete_one(
        self,
        filter: Mapping[str, Any],
        collation: _CollationIn | None = None,
        hint: _IndexKeyHint | None = None,
        session: ClientSession | None = None,
        let: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[DeleteResult]: ...
    @overload
    def delete_one(
        self,
        filter: Mapping[str, Any],
        collation: _CollationIn | None = None,
        hint: _IndexKeyHint | None = None,
        session: ClientSession | None = None,
        let: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[DeleteResult],
    ) -> None: ...
    @overload
    def distinct(
        self,
        key: str,
        filter: Mapping[str, Any] | None = None,
        session: ClientSession | None = None,
        comment: Any | None = None,
        hint: _IndexKeyHint | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[list[Any]]: ...
    @overload
    def distinct(
        self,
        key: str,
        filter: Mapping[str, Any] | None = None,
        session: ClientSession | None = None,
        comment: Any | None = None,
        hint: _IndexKeyHint | None = None,
        *,
        callback: Callback[list[Any]],
        **kwargs: Any,
    ) -> None: ...
    @overload
    def drop(
        self,
        session: ClientSession | None = None,
        comment: Any | None = None,
        encrypted_fields: Mapping[str, Any] | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[None]: ...
    @overload
    def drop(
        self,
        session: ClientSession | None = None,
        comment: Any | None = None,
        encrypted_fields: Mapping[str, Any] | None = None,
        *,
        callback: Callback[None],
    ) -> None: ...
    @overload
    def drop_index(
        self,
        index_or_name: _IndexKeyHint,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[None]: ...
    @overload
    def drop_index(
        self,
        index_or_name: _IndexKeyHint,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[None],
        **kwargs: Any,
    ) -> None: ...
    @overload
    def drop_indexes(
        self,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[None]: ...
    @overload
    def drop_indexes(
        self,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[None],
        **kwargs: Any,
    ) -> None: ...
    @overload
    def drop_search_index(
        self,
        name: str,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[None]: ...
    @overload
    def drop_search_index(
        self,
        name: str,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[None],
        **kwargs: Any,
    ) -> None: ...
    @overload
    def estimated_document_count(
        self, comment: Any | None = None, *, callback: None = None, **kwargs: Any
    ) -> CallFuture[int]: ...
    @overload
    def estimated_document_count(
        self, comment: Any | None = None, *, callback: Callback[int], **kwargs: Any
    ) -> None: ...
    @overload
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
        callback: None = None,
    ) -> CallFuture[DocumentType | None]: ...
    @overload
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
        callback: Callback[DocumentType | None],
    ) -> None: ...
    @overload
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
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[DocumentType | None]: ...
    @overload
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
        callback: Callback[DocumentType | None],
        **kwargs: Any,
    ) -> None: ...
    @overload
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
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[DocumentType | None]: ...
    @overload
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
        callback: Callback[DocumentType | None],
        **kwargs: Any,
    ) -> None: ...
    @overload
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
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[DocumentType | None]: ...
    @overload
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
        callback: Callback[DocumentType | None],
        **kwargs: Any,
    ) -> None: ...
    @property
    def full_name(self) -> str: ...
    @overload
    def index_information(
        self,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[MutableMapping[str, Any]]: ...
    @overload
    def index_information(
        self,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[MutableMapping[str, Any]],
    ) -> None: ...
    @overload
    def insert_many(
        self,
        documents: Iterable[DocumentType | RawBSONDocument],
        ordered: bool = True,
        bypass_document_validation: bool | None = None,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[InsertManyResult]: ...
    @overload
    def insert_many(
        self,
        documents: Iterable[DocumentType | RawBSONDocument],
        ordered: bool = True,
        bypass_document_validation: bool | None = None,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[InsertManyResult],
    ) -> None: ...
    @overload
    def insert_one(
        self,
        document: DocumentType | RawBSONDocument,
        bypass_document_validation: bool | None = None,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[InsertOneResult]: ...
    @overload
    def insert_one(
        self,
        document: DocumentType | RawBSONDocument,
        bypass_document_validation: bool | None = None,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[InsertOneResult],
    ) -> None: ...
    @overload
    def list_indexes(
        self,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
    ) -> CursorFuture[CommandCursor[MutableMapping[str, Any]], MutableMapping[str, Any]]: ...
    @overload
    def list_indexes(
        self,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[CommandCursor[MutableMapping[str, Any]]],
    ) -> None: ...
    @overload
    def list_search_indexes(
        self,
        name: str | None = None,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CursorFuture[CommandCursor[Mapping[str, Any]], Mapping[str, Any]]: ...
    @overload
    def list_search_indexes(
        self,
        name: str | None = None,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[CommandCursor[Mapping[str, Any]]],
        **kwargs: Any,
    ) -> None: ...
    @property
    def name(self) -> str: ...
    @overload
    def options(
        self,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[MutableMapping[str, Any]]: ...
    @overload
    def options(
        self,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[MutableMapping[str, Any]],
    ) -> None: ...
    @property
    def read_concern(self) -> ReadConcern: ...
    @property
    def read_preference(self) -> _ServerMode: ...
    @overload
    def rename(
        self,
        new_name: str,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[MutableMapping[str, Any]]: ...
    @overload
    def rename(
        self,
        new_name: str,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[MutableMapping[str, Any]],
        **kwargs: Any,
    ) -> None: ...
    @overload
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
        callback: None = None,
    ) -> CallFuture[UpdateResult]: ...
    @overload
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
        callback: Callback[UpdateResult],
    ) -> None: ...
    @overload
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
        callback: None = None,
    ) -> CallFuture[UpdateResult]: ...
    @overload
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
        callback: Callback[UpdateResult],
    ) -> None: ...
    @overload
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
        callback: None = None,
    ) -> CallFuture[UpdateResult]: ...
    @overload
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
        callback: Callback[UpdateResult],
    ) -> None: ...
    @overload
    def update_search_index(
        self,
        name: str,
        definition: Mapping[str, Any],
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[None]: ...
    @overload
    def update_search_index(
        self,
        name: str,
        definition: Mapping[str, Any],
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[None],
        **kwargs: Any,
    ) -> None: ...
    @overload
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
        callback: None = None,
    ) -> ChangeStreamFuture[CollectionChangeStream[DocumentType], DocumentType]: ...
    @overload
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
        callback: Callback[CollectionChangeStream[DocumentType]],
    ) -> None: ...
    @overload
    def with_options(
        self,
        codec_options: None = None,
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> Collection[DocumentType]: ...
    @overload
    def with_options(
        self,
        codec_options: bson.CodecOptions[_DocumentTypeArg],
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> Collection[_DocumentTypeArg]: ...
    @property
    def write_concern(self) -> WriteConcern: ...

class _BaseCursor(Consumable, Generic[DocumentType]):
    def read_ahead(self, read_ahead: bool) -> Self: ...
    @overload
    def next(self, callback: None = None) -> CallFuture[DocumentType]: ...
    @overload
    def next(self, callback: Callback[DocumentType]) -> None: ...
    def __aiter__(self) -> Self: ...
    async def __anext__(self) -> DocumentType: ...
    @property
    def fetch_next(self) -> CallFuture[bool]: ...
    def next_object(self) -> DocumentType | None: ...
    @overload
    def to_list(
        self, length: int | None = None, callback: None = None
    ) -> CallFuture[list[DocumentType]]: ...
    @overload
    def to_list(
        self, length: int | None = None, *, callback: Callback[list[DocumentType]]
    ) -> None: ...
    def each(self, callback: Callback[DocumentType]) -> None: ...
    @property
    def alive(self) -> bool: ...
    @property
    def cursor_id(self) -> int | None: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...

class CommandCursor(_BaseCursor[DocumentType]):
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
    @overload
    def try_next(self, callback: None = None) -> CallFuture[DocumentType | None]: ...
    @overload
    def try_next(self, callback: Callback[DocumentType | None]) -> None: ...
    @property
    def address(self) -> _Address | None: ...
    def batch_size(self, batch_size: int) -> Self: ...
    @property
    def session(self) -> ClientSession | None: ...

class RawBatchCommandCursor(CommandCursor[DocumentType]):
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
    @overload
    def next(self, callback: None = None) -> CallFuture[bytes]: ...
    @overload
    def next(self, callback: Callback[bytes]) -> None: ...
    async def __anext__(self) -> bytes: ...
    def next_object(self) -> bytes | None: ...
    def each(self, callback: Callback[bytes]) -> None: ...
    @overload
    def to_list(
        self, length: int | None = None, callback: None = None
    ) -> CallFuture[list[bytes]]: ...
    @overload
    def to_list(self, length: int | None = None, *, callback: Callback[list[bytes]]) -> None: ...

class Cursor(_BaseCursor[DocumentType]):
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
    def retrieved(self) -> int: ...
    @overload
    def __getitem__(self, index: int) -> CallFuture[DocumentType]: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def add_option(self, mask: int) -> CursorFuture[Self, DocumentType]: ...
    @overload
    def rewind(self, callback: None = None) -> CursorFuture[Self, DocumentType]: ...
    @overload
    def rewind(self, callback: Callback[Self]) -> None: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: Any) -> Any: ...
    @property
    def address(self) -> _Address | None: ...
    def allow_disk_use(self, allow_disk_use: bool) -> Self: ...
    def batch_size(self, batch_size: int) -> Self: ...
    def clone(self) -> Self: ...
    def collation(self, collation: _CollationIn | None) -> Self: ...
    @property
    def collection(self) -> Collection[DocumentType]: ...
    def comment(self, comment: Any) -> Self: ...
    @overload
    def distinct(self, key: str, *, callback: None = None) -> CallFuture[list[Any]]: ...
    @overload
    def distinct(self, key: str, *, callback: Callback[list[Any]]) -> None: ...
    @overload
    def explain(self, *, callback: None = None) -> CallFuture[DocumentType]: ...
    @overload
    def explain(self, *, callback: Callback[DocumentType]) -> None: ...
    def hint(self, index: _Hint | None) -> Self: ...
    def limit(self, limit: int) -> Self: ...
    def max(self, spec: _Sort) -> Self: ...
    def max_await_time_ms(self, max_await_time_ms: int | None) -> Self: ...
    def max_scan(self, max_scan: int | None) -> Self: ...
    def max_time_ms(self, max_time_ms: int | None) -> Self: ...
    def min(self, spec: _Sort) -> Self: ...
    def remove_option(self, mask: int) -> Self: ...
    @property
    def session(self) -> ClientSession | None: ...
    def skip(self, skip: int) -> Self: ...
    def sort(self, key_or_list: _Hint, direction: int | str | None = None) -> Self: ...
    def where(self, code: str | Code) -> Self: ...

class RawBatchCursor(Cursor[DocumentType]):
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
    @overload
    def next(self, callback: None = None) -> CallFuture[bytes]: ...
    @overload
    def next(self, callback: Callback[bytes]) -> None: ...
    async def __anext__(self) -> bytes: ...
    def next_object(self) -> bytes | None: ...
    def each(self, callback: Callback[bytes]) -> None: ...
    @overload
    def to_list(
        self, length: int | None = None, callback: None = None
    ) -> CallFuture[list[bytes]]: ...
    @overload
    def to_list(self, length: int | None = None, *, callback: Callback[list[bytes]]) -> None: ...

class CursorMethods:
    classes: tuple[type, ...]
    is_given_up: ClassVar[bool]
    def __aiter__(self) -> AsyncIterator[Any]: ...
    def __anext__(self) -> Any: ...
    async def __aenter__(self: Any) -> Any: ...
    async def __aexit__(self, *exc_info: object) -> None: ...
    @property
    def fetch_next(self) -> Any: ...
    def next_object(self) -> Any: ...
    def each(self, callback: Callable[[Any, BaseException | None], Any]) -> None: ...
    def close(self, callback: Callback | None = None) -> Any: ...
    def add_option(
        self: CursorMethods[_QueryT, ItemT], mask: int
    ) -> CursorFuture[_QueryT, ItemT]: ...
    @property
    def address(self: CursorMethods[_AnyT, ItemT]) -> _Address | None: ...
    @property
    def alive(self: CursorMethods[_AnyT, ItemT]) -> bool: ...
    def allow_disk_use(self: CursorMethods[_QueryT, ItemT], allow_disk_use: bool) -> _QueryT: ...
    def batch_size(self: CursorMethods[_AnyT, ItemT], batch_size: int) -> _AnyT: ...
    def clone(self: CursorMethods[_QueryT, ItemT]) -> _QueryT: ...
    def collation(
        self: CursorMethods[_QueryT, ItemT], collation: _CollationIn | None
    ) -> _QueryT: ...
    def comment(self: CursorMethods[_QueryT, ItemT], comment: Any) -> _QueryT: ...
    @property
    def cursor_id(self: CursorMethods[_AnyT, ItemT]) -> int | None: ...
    @overload
    def distinct(
        self: CursorMethods[_QueryT, ItemT], key: str, *, callback: None = None
    ) -> CallFuture[list[Any]]: ...
    @overload
    def distinct(
        self: CursorMethods[_QueryT, ItemT], key: str, *, callback: Callback[list[Any]]
    ) -> None: ...
    @overload
    def explain(
        self: CursorMethods[_QueryT, ItemT], *, callback: None = None
    ) -> CallFuture[ItemT]: ...
    @overload
    def explain(self: CursorMethods[_QueryT, ItemT], *, callback: Callback[ItemT]) -> None: ...
    def hint(self: CursorMethods[_QueryT, ItemT], index: _Hint | None) -> _QueryT: ...
    def limit(self: CursorMethods[_QueryT, ItemT], limit: int) -> _QueryT: ...
    def max(self: CursorMethods[_QueryT, ItemT], spec: _Sort) -> _QueryT: ...
    def max_await_time_ms(
        self: CursorMethods[_QueryT, ItemT], max_await_time_ms: int | None
    ) -> _QueryT: ...
    def max_scan(self: CursorMethods[_QueryT, ItemT], max_scan: int | None) -> _QueryT: ...
    def max_time_ms(self: CursorMethods[_QueryT, ItemT], max_time_ms: int | None) -> _QueryT: ...
    def min(self: CursorMethods[_QueryT, ItemT], spec: _Sort) -> _QueryT: ...
    @overload
    def next(self: CursorMethods[_AnyT, ItemT], *, callback: None = None) -> CallFuture[ItemT]: ...
    @overload
    def next(self: CursorMethods[_AnyT, ItemT], *, callback: Callback[ItemT]) -> None: ...
    def read_ahead(self: CursorMethods[_AnyT, ItemT], read_ahead: bool) -> _AnyT: ...
    def remove_option(self: CursorMethods[_QueryT, ItemT], mask: int) -> _QueryT: ...
    @overload
    def rewind(
        self: CursorMethods[_QueryT, ItemT], callback: None = None
    ) -> CursorFuture[_QueryT, ItemT]: ...
    @overload
    def rewind(self: CursorMethods[_QueryT, ItemT], callback: Callback[_QueryT]) -> None: ...
    @property
    def session(self: CursorMethods[_AnyT, ItemT]) -> ClientSession | None: ...
    def skip(self: CursorMethods[_QueryT, ItemT], skip: int) -> _QueryT: ...
    def sort(
        self: CursorMethods[_QueryT, ItemT], key_or_list: _Hint, direction: int | str | None = None
    ) -> _QueryT: ...
    @overload
    def to_list(
        self: CursorMethods[_AnyT, ItemT], length: int | None = None, *, callback: None = None
    ) -> CallFuture[list[ItemT]]: ...
    @overload
    def to_list(
        self: CursorMethods[_AnyT, ItemT],
        length: int | None = None,
        *,
        callback: Callback[list[ItemT]],
    ) -> None: ...
    @overload
    def try_next(
        self: CursorMethods[_CommandT, ItemT], *, callback: None = None
    ) -> CallFuture[ItemT | None]: ...
    @overload
    def try_next(
        self: CursorMethods[_CommandT, ItemT], *, callback: Callback[ItemT | None]
    ) -> None: ...
    def where(self: CursorMethods[_QueryT, ItemT], code: str | Code) -> _QueryT: ...

class CursorFuture(CallFuture[CursorT], Generic[CursorT, ItemT]):
    unbound: type
    def __aiter__(self) -> AsyncIterator[ItemT]: ...
    async def __anext__(self) -> ItemT: ...
    async def __aenter__(self) -> CursorT: ...
    @overload
    def close(self, callback: None = None) -> CallFuture[None]: ...
    @overload
    def close(self, callback: Callback[None]) -> None: ...
    @property
    def fetch_next(self: CursorFuture[_AnyT, ItemT]) -> CallFuture[bool]: ...
    def next_object(self: CursorFuture[_AnyT, ItemT]) -> ItemT | None: ...
    def each(self: CursorFuture[_AnyT, ItemT], callback: Callback[ItemT]) -> None: ...
    def add_option(self: CursorFuture[_QueryT, ItemT], mask: int) -> CallFuture[_QueryT]: ...
    @overload
    def rewind(
        self: CursorFuture[_QueryT, ItemT], *, callback: None = None
    ) -> CallFuture[_QueryT]: ...
    @overload
    def rewind(self: CursorFuture[_QueryT, ItemT], *, callback: Callback[_QueryT]) -> None: ...
    @overload
    def __getitem__(self: CursorFuture[_QueryT, ItemT], index: int) -> CallFuture[ItemT]: ...
    @overload
    def __getitem__(self: CursorFuture[_QueryT, ItemT], index: slice) -> _QueryT: ...

class UnboundCursorFuture(CursorMethods, UnboundFuture): ...

class Derived(Proxy):
    def __init_subclass__(
        cls, sync_class: type | None = None, async_class: type | None = None, **kwargs: Any
    ) -> None: ...

class Closing(Derived):
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *exc_info: Any) -> Any: ...

class ClientEncryption(Closing, Generic[DocumentType]):
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
    @overload
    def add_key_alt_name(
        self, id: Binary, key_alt_name: str, *, callback: None = None
    ) -> CallFuture[Any]: ...
    @overload
    def add_key_alt_name(
        self, id: Binary, key_alt_name: str, *, callback: Callback[Any]
    ) -> None: ...
    @overload
    def close(self, *, callback: None = None) -> CallFuture[None]: ...
    @overload
    def close(self, *, callback: Callback[None]) -> None: ...
    @overload
    def create_data_key(
        self,
        kms_provider: str,
        master_key: Mapping[str, Any] | None = None,
        key_alt_names: Sequence[str] | None = None,
        key_material: bytes | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[Binary]: ...
    @overload
    def create_data_key(
        self,
        kms_provider: str,
        master_key: Mapping[str, Any] | None = None,
        key_alt_names: Sequence[str] | None = None,
        key_material: bytes | None = None,
        *,
        callback: Callback[Binary],
    ) -> None: ...
    @overload
    def create_encrypted_collection(
        self,
        database: Database[_DocumentTypeArg],
        name: str,
        encrypted_fields: Mapping[str, Any],
        kms_provider: str | None = None,
        master_key: Mapping[str, Any] | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[tuple[Collection[_DocumentTypeArg], Mapping[str, Any]]]: ...
    @overload
    def create_encrypted_collection(
        self,
        database: Database[_DocumentTypeArg],
        name: str,
        encrypted_fields: Mapping[str, Any],
        kms_provider: str | None = None,
        master_key: Mapping[str, Any] | None = None,
        *,
        callback: Callback[tuple[Collection[_DocumentTypeArg], Mapping[str, Any]]],
        **kwargs: Any,
    ) -> None: ...
    @overload
    def decrypt(self, value: Binary, *, callback: None = None) -> CallFuture[Any]: ...
    @overload
    def decrypt(self, value: Binary, *, callback: Callback[Any]) -> None: ...
    @overload
    def delete_key(self, id: Binary, *, callback: None = None) -> CallFuture[DeleteResult]: ...
    @overload
    def delete_key(self, id: Binary, *, callback: Callback[DeleteResult]) -> None: ...
    @overload
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
        callback: None = None,
    ) -> CallFuture[Binary]: ...
    @overload
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
        callback: Callback[Binary],
    ) -> None: ...
    @overload
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
        callback: None = None,
    ) -> CallFuture[RawBSONDocument]: ...
    @overload
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
        callback: Callback[RawBSONDocument],
    ) -> None: ...
    @overload
    def get_key(
        self, id: Binary, *, callback: None = None
    ) -> CallFuture[RawBSONDocument | None]: ...
    @overload
    def get_key(self, id: Binary, *, callback: Callback[RawBSONDocument | None]) -> None: ...
    @overload
    def get_key_by_alt_name(
        self, key_alt_name: str, *, callback: None = None
    ) -> CallFuture[RawBSONDocument | None]: ...
    @overload
    def get_key_by_alt_name(
        self, key_alt_name: str, *, callback: Callback[RawBSONDocument | None]
    ) -> None: ...
    def get_keys(self) -> Cursor[RawBSONDocument]: ...
    @overload
    def remove_key_alt_name(
        self, id: Binary, key_alt_name: str, *, callback: None = None
    ) -> CallFuture[RawBSONDocument | None]: ...
    @overload
    def remove_key_alt_name(
        self, id: Binary, key_alt_name: str, *, callback: Callback[RawBSONDocument | None]
    ) -> None: ...
    @overload
    def rewrap_many_data_key(
        self,
        filter: Mapping[str, Any],
        provider: str | None = None,
        master_key: Mapping[str, Any] | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[RewrapManyDataKeyResult]: ...
    @overload
    def rewrap_many_data_key(
        self,
        filter: Mapping[str, Any],
        provider: str | None = None,
        master_key: Mapping[str, Any] | None = None,
        *,
        callback: Callback[RewrapManyDataKeyResult],
    ) -> None: ...

class Exclusive(Closing): ...

class Stream(Exclusive):
    @overload
    def close(self, callback: None = None) -> CallFuture[None]: ...
    @overload
    def close(self, callback: Callback[None]) -> None: ...

class UsesFiles(Derived): ...

class GridFS(UsesFiles):
    delegate: gridfs.synchronous.grid_file.GridFS
    def __init__(self, database: Database[Any], collection: str = "fs") -> None: ...
    @overload
    def delete(
        self, file_id: Any, session: ClientSession | None = None, *, callback: None = None
    ) -> CallFuture[None]: ...
    @overload
    def delete(
        self, file_id: Any, session: ClientSession | None = None, *, callback: Callback[None]
    ) -> None: ...
    @overload
    def exists(
        self,
        document_or_id: Any | None = None,
        session: ClientSession | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[bool]: ...
    @overload
    def exists(
        self,
        document_or_id: Any | None = None,
        session: ClientSession | None = None,
        *,
        callback: Callback[bool],
        **kwargs: Any,
    ) -> None: ...
    def find(
        self,
        filter: Mapping[str, Any] | None = None,
        skip: int = 0,
        limit: int = 0,
        no_cursor_timeout: bool = False,
        sort: Any | None = None,
        batch_size: int = 0,
        session: ClientSession | None = None,
    ) -> GridOutCursor: ...
    @overload
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
        callback: None = None,
    ) -> CallFuture[GridOut | None]: ...
    @overload
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
        callback: Callback[GridOut | None],
    ) -> None: ...
    @overload
    def get(
        self, file_id: Any, session: ClientSession | None = None, *, callback: None = None
    ) -> CallFuture[GridOut]: ...
    @overload
    def get(
        self, file_id: Any, session: ClientSession | None = None, *, callback: Callback[GridOut]
    ) -> None: ...
    @overload
    def get_last_version(
        self,
        filename: str | None = None,
        session: ClientSession | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[GridOut]: ...
    @overload
    def get_last_version(
        self,
        filename: str | None = None,
        session: ClientSession | None = None,
        *,
        callback: Callback[GridOut],
        **kwargs: Any,
    ) -> None: ...
    @overload
    def get_version(
        self,
        filename: str | None = None,
        version: int | None = -1,
        session: ClientSession | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[GridOut]: ...
    @overload
    def get_version(
        self,
        filename: str | None = None,
        version: int | None = -1,
        session: ClientSession | None = None,
        *,
        callback: Callback[GridOut],
        **kwargs: Any,
    ) -> None: ...
    @overload
    def list(
        self, session: ClientSession | None = None, *, callback: None = None
    ) -> CallFuture[builtins.list[str]]: ...
    @overload
    def list(
        self, session: ClientSession | None = None, *, callback: Callback[builtins.list[str]]
    ) -> None: ...
    def new_file(self, **kwargs: Any) -> GridIn: ...
    @overload
    def put(self, data: Any, *, callback: None = None, **kwargs: Any) -> CallFuture[Any]: ...
    @overload
    def put(self, data: Any, *, callback: Callback[Any], **kwargs: Any) -> None: ...

class GridFSBucket(UsesFiles):
    delegate: gridfs.synchronous.grid_file.GridFSBucket
    def __init__(
        self,
        db: Database[Any],
        bucket_name: str = "fs",
        chunk_size_bytes: int = ...,
        write_concern: pymongo.WriteConcern | None = None,
        read_preference: _ServerMode | None = None,
    ) -> None: ...
    @overload
    def delete(
        self, file_id: Any, session: ClientSession | None = None, *, callback: None = None
    ) -> CallFuture[None]: ...
    @overload
    def delete(
        self, file_id: Any, session: ClientSession | None = None, *, callback: Callback[None]
    ) -> None: ...
    @overload
    def delete_by_name(
        self, filename: str, session: ClientSession | None = None, *, callback: None = None
    ) -> CallFuture[None]: ...
    @overload
    def delete_by_name(
        self, filename: str, session: ClientSession | None = None, *, callback: Callback[None]
    ) -> None: ...
    @overload
    def download_to_stream(
        self,
        file_id: Any,
        destination: Any,
        session: ClientSession | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[None]: ...
    @overload
    def download_to_stream(
        self,
        file_id: Any,
        destination: Any,
        session: ClientSession | None = None,
        *,
        callback: Callback[None],
    ) -> None: ...
    @overload
    def download_to_stream_by_name(
        self,
        filename: str,
        destination: Any,
        revision: int = -1,
        session: ClientSession | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[None]: ...
    @overload
    def download_to_stream_by_name(
        self,
        filename: str,
        destination: Any,
        revision: int = -1,
        session: ClientSession | None = None,
        *,
        callback: Callback[None],
    ) -> None: ...
    def find(
        self,
        filter: Mapping[str, Any] | None = None,
        skip: int = 0,
        limit: int = 0,
        no_cursor_timeout: bool = False,
        sort: Any | None = None,
        batch_size: int = 0,
        session: ClientSession | None = None,
    ) -> GridOutCursor: ...
    @overload
    def open_download_stream(
        self, file_id: Any, session: ClientSession | None = None, *, callback: None = None
    ) -> CallFuture[GridOut]: ...
    @overload
    def open_download_stream(
        self, file_id: Any, session: ClientSession | None = None, *, callback: Callback[GridOut]
    ) -> None: ...
    @overload
    def open_download_stream_by_name(
        self,
        filename: str,
        revision: int = -1,
        session: ClientSession | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[GridOut]: ...
    @overload
    def open_download_stream_by_name(
        self,
        filename: str,
        revision: int = -1,
        session: ClientSession | None = None,
        *,
        callback: Callback[GridOut],
    ) -> None: ...
    def open_upload_stream(
        self,
        filename: str,
        chunk_size_bytes: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        session: ClientSession | None = None,
    ) -> GridIn: ...
    def open_upload_stream_with_id(
        self,
        file_id: Any,
        filename: str,
        chunk_size_bytes: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        session: ClientSession | None = None,
    ) -> GridIn: ...
    @overload
    def rename(
        self,
        file_id: Any,
        new_filename: str,
        session: ClientSession | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[None]: ...
    @overload
    def rename(
        self,
        file_id: Any,
        new_filename: str,
        session: ClientSession | None = None,
        *,
        callback: Callback[None],
    ) -> None: ...
    @overload
    def rename_by_name(
        self,
        filename: str,
        new_filename: str,
        session: ClientSession | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[None]: ...
    @overload
    def rename_by_name(
        self,
        filename: str,
        new_filename: str,
        session: ClientSession | None = None,
        *,
        callback: Callback[None],
    ) -> None: ...
    @overload
    def upload_from_stream(
        self,
        filename: str,
        source: Any,
        chunk_size_bytes: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        session: ClientSession | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[ObjectId]: ...
    @overload
    def upload_from_stream(
        self,
        filename: str,
        source: Any,
        chunk_size_bytes: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        session: ClientSession | None = None,
        *,
        callback: Callback[ObjectId],
    ) -> None: ...
    @overload
    def upload_from_stream_with_id(
        self,
        file_id: Any,
        filename: str,
        source: Any,
        chunk_size_bytes: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        session: ClientSession | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[None]: ...
    @overload
    def upload_from_stream_with_id(
        self,
        file_id: Any,
        filename: str,
        source: Any,
        chunk_size_bytes: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        session: ClientSession | None = None,
        *,
        callback: Callback[None],
    ) -> None: ...

class GridIn(UsesFiles, Stream):
    delegate: gridfs.synchronous.grid_file.GridIn
    def __init__(
        self, root_collection: Collection[Any], session: ClientSession | None = None, **kwargs: Any
    ) -> None: ...
    def __getattr__(self, name: str) -> Any: ...
    def __setattr__(self, name: str, value: Any) -> None: ...
    @property
    def _id(self) -> Any: ...
    @overload
    def abort(self, *, callback: None = None) -> CallFuture[None]: ...
    @overload
    def abort(self, *, callback: Callback[None]) -> None: ...
    @property
    def chunk_size(self) -> int: ...
    @property
    def closed(self) -> bool: ...
    content_type: str | None
    filename: str | None
    @property
    def length(self) -> int: ...
    @property
    def md5(self) -> str | None: ...
    name: str | None
    def readable(self) -> bool: ...
    def seekable(self) -> bool: ...
    @overload
    def set(self, name: str, value: Any, *, callback: None = None) -> CallFuture[None]: ...
    @overload
    def set(self, name: str, value: Any, *, callback: Callback[None]) -> None: ...
    @property
    def upload_date(self) -> datetime: ...
    @overload
    def write(self, data: Any, *, callback: None = None) -> CallFuture[None]: ...
    @overload
    def write(self, data: Any, *, callback: Callback[None]) -> None: ...
    def writeable(self) -> bool: ...
    @overload
    def writelines(self, sequence: Iterable[Any], *, callback: None = None) -> CallFuture[None]: ...
    @overload
    def writelines(self, sequence: Iterable[Any], *, callback: Callback[None]) -> None: ...

class GridOut(Sendable):
    delegate: gridfs.synchronous.grid_file.GridOut
    def __init__(
        self,
        root_collection: Collection[Any],
        file_id: int | None = None,
        file_document: Any | None = None,
        session: ClientSession | None = None,
    ) -> None: ...
    def __getattr__(self, name: str) -> Any: ...
    @overload
    def open(self, callback: None = None) -> CallFuture[Self]: ...
    @overload
    def open(self, callback: Callback[Self]) -> None: ...
    @overload
    def read(self, size: int = -1, callback: None = None) -> CallFuture[bytes]: ...
    @overload
    def read(self, size: int = -1, *, callback: Callback[bytes]) -> None: ...
    @overload
    def readchunk(self, callback: None = None) -> CallFuture[bytes]: ...
    @overload
    def readchunk(self, callback: Callback[bytes]) -> None: ...
    @overload
    def readline(self, size: int = -1, callback: None = None) -> CallFuture[bytes]: ...
    @overload
    def readline(self, size: int = -1, *, callback: Callback[bytes]) -> None: ...
    @overload
    def readlines(self, size: int = -1, callback: None = None) -> CallFuture[list[bytes]]: ...
    @overload
    def readlines(self, size: int = -1, *, callback: Callback[list[bytes]]) -> None: ...
    @overload
    def to_list(self, callback: None = None) -> CallFuture[list[bytes]]: ...
    @overload
    def to_list(self, callback: Callback[list[bytes]]) -> None: ...
    @overload
    def seek(self, pos: int, whence: int = ..., callback: None = None) -> CallFuture[int]: ...
    @overload
    def seek(self, pos: int, whence: int = ..., *, callback: Callback[int]) -> None: ...
    def tell(self) -> int: ...
    def __aiter__(self) -> Self: ...
    async def __anext__(self) -> bytes: ...
    @property
    def _id(self) -> Any: ...
    @property
    def aliases(self) -> list[str] | None: ...
    @property
    def chunk_size(self) -> int: ...
    @property
    def closed(self) -> bool: ...
    @property
    def content_type(self) -> str | None: ...
    @property
    def filename(self) -> str: ...
    def flush(self) -> None: ...
    def isatty(self) -> bool: ...
    @property
    def length(self) -> int: ...
    @property
    def md5(self) -> str | None: ...
    @property
    def metadata(self) -> Mapping[str, Any] | None: ...
    @property
    def name(self) -> str: ...
    def readable(self) -> bool: ...
    def seekable(self) -> bool: ...
    @property
    def upload_date(self) -> datetime: ...
    def writable(self) -> bool: ...

class GridOutCursor(Cursor[Any]):
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
    @overload
    def next(self, callback: None = None) -> CallFuture[GridOut]: ...
    @overload
    def next(self, callback: Callback[GridOut]) -> None: ...
    async def __anext__(self) -> GridOut: ...
    def next_object(self) -> GridOut | None: ...
    def each(self, callback: Callback[GridOut]) -> None: ...
    @overload
    def to_list(
        self, length: int | None = None, callback: None = None
    ) -> CallFuture[list[GridOut]]: ...
    @overload
    def to_list(self, length: int | None = None, *, callback: Callback[list[GridOut]]) -> None: ...

class Operation:
    has_timeout: ClassVar[bool]
    def __init__(
        self, proxy: Proxy, name: str, args: tuple[Any, ...] = ..., kwargs: Any = None
    ) -> None: ...
    def start(self, callback: Callback | None = None) -> Any: ...
    def start_into(self, future: CallFuture) -> None: ...
    def wrapped(self) -> Callable[[], Any]: ...
    def __call__(self) -> Any: ...
    def call_name(self) -> str: ...
    args: Any
    kwargs: Any
    name: Any
    proxy: Any

class Read(Operation):
    def call_name(self) -> str: ...

class Function(Operation):
    def __init__(self, proxy: Proxy, name: str, function: Callable[..., Any]) -> None: ...

class Proxy:
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __eq__(self, other: object) -> Any: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    delegate: Any
    __iter__: None

class ClientSession(Exclusive):
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
    ) -> TransactionContext: ...
    def with_transaction(
        self,
        callback: Callable[[ClientSession], Awaitable[_T]],
        read_concern: ReadConcern | None = None,
        write_concern: WriteConcern | None = None,
        read_preference: _ServerMode | None = None,
        max_commit_time_ms: int | None = None,
    ) -> CallFuture[_T]: ...
    def bind(self, end_session: bool = True) -> BoundSession: ...
    @overload
    def abort_transaction(self, *, callback: None = None) -> CallFuture[None]: ...
    @overload
    def abort_transaction(self, *, callback: Callback[None]) -> None: ...
    def advance_cluster_time(self, cluster_time: Mapping[str, Any]) -> None: ...
    def advance_operation_time(self, operation_time: Timestamp) -> None: ...
    @property
    def client(self) -> MongoClient[Any]: ...
    @property
    def cluster_time(self) -> ClusterTime | None: ...
    @overload
    def commit_transaction(self, *, callback: None = None) -> CallFuture[None]: ...
    @overload
    def commit_transaction(self, *, callback: Callback[None]) -> None: ...
    @overload
    def end_session(self, *, callback: None = None) -> CallFuture[None]: ...
    @overload
    def end_session(self, *, callback: Callback[None]) -> None: ...
    @property
    def has_ended(self) -> bool: ...
    @property
    def in_transaction(self) -> bool: ...
    @property
    def operation_time(self) -> Timestamp | None: ...
    @property
    def options(self) -> SessionOptions: ...
    @property
    def session_id(self) -> Mapping[str, Any]: ...

class TransactionContext:
    def __init__(self, session: ClientSession) -> None: ...
    def __await__(self) -> Generator[Any, Any, TransactionContext]: ...
    async def __aenter__(self) -> TransactionContext: ...
    async def __aexit__(self, exc_type: type[BaseException] | None, *exc_info: Any) -> None: ...

class BoundSession:
    def __init__(self, session: ClientSession, end_session: bool) -> None: ...
    async def __aenter__(self) -> ClientSession: ...
    async def __aexit__(self, *exc_info: Any) -> None: ...
