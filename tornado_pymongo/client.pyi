# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from types import TracebackType
from typing import Any, Generic, NoReturn, overload

import bson
import pymongo.synchronous.collection
import pymongo.synchronous.database
import pymongo.synchronous.mongo_client
from bson.codec_options import CodecOptions, TypeRegistry
from bson.dbref import DBRef
from bson.raw_bson import RawBSONDocument
from bson.timestamp import Timestamp
from pymongo.client_options import ClientOptions
from pymongo.client_session_shared import TransactionOptions
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
from pymongo.topology_description import TopologyDescription
from pymongo.typings import _Address, _CollationIn, _DocumentTypeArg, _Pipeline
from pymongo.write_concern import WriteConcern
from typing_extensions import Self

from tornado_pymongo.bridge import Callback, CallFuture
from tornado_pymongo.call import Call
from tornado_pymongo.change_stream import (
    ChangeStream,
    ChangeStreamFuture,
    CollectionChangeStream,
    DatabaseChangeStream,
)
from tornado_pymongo.cursor import (
    CommandCursor,
    Cursor,
    CursorFuture,
    RawBatchCommandCursor,
    RawBatchCursor,
)
from tornado_pymongo.derive import _P, _T, Bridged, _DocumentType, _WriteOp
from tornado_pymongo.executor import Executor
from tornado_pymongo.session import ClientSession
from tornado_pymongo.stats import Statistics

class MongoClient(Bridged, Generic[_DocumentType]):
    delegate: pymongo.synchronous.mongo_client.MongoClient[_DocumentType]
    def __init__(
        self,
        host: str | Sequence[str] | None = None,
        port: int | None = None,
        document_class: type[_DocumentType] | None = None,
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
        **kwargs: Any,
    ) -> None: ...
    def __getattr__(self, name: str) -> Database[_DocumentType]: ...
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
    async def __aenter__(self) -> MongoClient[_DocumentType]: ...
    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None: ...
    HOST: str
    PORT: int
    def __getitem__(self, name: str) -> Database[_DocumentType]: ...
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
    ) -> Database[_DocumentType]: ...
    def get_default_database(
        self,
        default: str | None = None,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
    ) -> Database[_DocumentType]: ...
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
    ) -> ChangeStreamFuture[ChangeStream[_DocumentType], _DocumentType]: ...
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
        callback: Callback[ChangeStream[_DocumentType]],
    ) -> None: ...
    @property
    def write_concern(self) -> WriteConcern: ...
    _executor: Executor
    _streams: Executor
    def _close(self, drain_seconds: float = ...) -> Call: ...

def statistics(client: MongoClient) -> Statistics: ...

class Database(Bridged, Generic[_DocumentType]):
    delegate: pymongo.synchronous.database.Database[_DocumentType]
    def __init__(
        self,
        client: MongoClient[_DocumentType],
        name: str,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
    ) -> None: ...
    def __getattr__(self, name: str) -> Collection[_DocumentType]: ...
    def __bool__(self) -> NoReturn: ...
    def __getitem__(self, name: str) -> Collection[_DocumentType]: ...
    @overload
    def aggregate(
        self,
        pipeline: _Pipeline,
        session: ClientSession | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CursorFuture[CommandCursor[_DocumentType], _DocumentType]: ...
    @overload
    def aggregate(
        self,
        pipeline: _Pipeline,
        session: ClientSession | None = None,
        *,
        callback: Callback[CommandCursor[_DocumentType]],
        **kwargs: Any,
    ) -> None: ...
    @property
    def client(self) -> MongoClient[_DocumentType]: ...
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
    ) -> CallFuture[Collection[_DocumentType]]: ...
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
        callback: Callback[Collection[_DocumentType]],
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
    ) -> CursorFuture[CommandCursor[_DocumentType], _DocumentType]: ...
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
        callback: Callback[CommandCursor[_DocumentType]],
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
    ) -> CallFuture[_DocumentType | None]: ...
    @overload
    def dereference(
        self,
        dbref: DBRef,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[_DocumentType | None],
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
    ) -> Collection[_DocumentType]: ...
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
    ) -> ChangeStreamFuture[DatabaseChangeStream[_DocumentType], _DocumentType]: ...
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
        callback: Callback[DatabaseChangeStream[_DocumentType]],
    ) -> None: ...
    @overload
    def with_options(
        self,
        codec_options: None = None,
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> Database[_DocumentType]: ...
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

class Collection(Bridged, Generic[_DocumentType]):
    delegate: pymongo.synchronous.collection.Collection[_DocumentType]
    def __init__(
        self,
        database: Database[_DocumentType],
        name: str,
        create: bool | None = False,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
        session: ClientSession | None = None,
        **kwargs: Any,
    ) -> None: ...
    def __getattr__(self, name: str) -> Collection[_DocumentType]: ...
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
    ) -> Cursor[_DocumentType]: ...
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
    ) -> RawBatchCursor[_DocumentType]: ...
    def __bool__(self) -> NoReturn: ...
    def __getitem__(self, name: str) -> Collection[_DocumentType]: ...
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
    ) -> CursorFuture[CommandCursor[_DocumentType], _DocumentType]: ...
    @overload
    def aggregate(
        self,
        pipeline: _Pipeline,
        session: ClientSession | None = None,
        let: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[CommandCursor[_DocumentType]],
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
    ) -> CursorFuture[RawBatchCommandCursor[_DocumentType], bytes]: ...
    @overload
    def aggregate_raw_batches(
        self,
        pipeline: _Pipeline,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[RawBatchCommandCursor[_DocumentType]],
        **kwargs: Any,
    ) -> None: ...
    @overload
    def bulk_write(
        self,
        requests: Sequence[_WriteOp[_DocumentType]],
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
        requests: Sequence[_WriteOp[_DocumentType]],
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
    def database(self) -> Database[_DocumentType]: ...
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
    ) -> CallFuture[_DocumentType | None]: ...
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
        callback: Callback[_DocumentType | None],
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
    ) -> CallFuture[_DocumentType | None]: ...
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
        callback: Callback[_DocumentType | None],
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
    ) -> CallFuture[_DocumentType | None]: ...
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
        callback: Callback[_DocumentType | None],
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
    ) -> CallFuture[_DocumentType | None]: ...
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
        callback: Callback[_DocumentType | None],
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
        documents: Iterable[_DocumentType | RawBSONDocument],
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
        documents: Iterable[_DocumentType | RawBSONDocument],
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
        document: _DocumentType | RawBSONDocument,
        bypass_document_validation: bool | None = None,
        session: ClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[InsertOneResult]: ...
    @overload
    def insert_one(
        self,
        document: _DocumentType | RawBSONDocument,
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
    ) -> ChangeStreamFuture[CollectionChangeStream[_DocumentType], _DocumentType]: ...
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
        callback: Callback[CollectionChangeStream[_DocumentType]],
    ) -> None: ...
    @overload
    def with_options(
        self,
        codec_options: None = None,
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> Collection[_DocumentType]: ...
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
