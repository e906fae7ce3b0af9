# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

from collections.abc import Generator, Iterable, Mapping, MutableMapping, Sequence
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
    ChangeStream,
    ClientEncryption,
    ClientSession,
    Collection,
    CommandCursor,
    Cursor,
    Database,
    Derived,
    DocumentType,
    GridFSBucket,
    GridIn,
    GridOut,
    GridOutCursor,
    MongoClient,
    RawBatchCommandCursor,
    RawBatchCursor,
)
from tornado_pymongo.bridge import Callback
from tornado_pymongo.futures import CallFuture
from tornado_pymongo.motor.latent import LatentChangeStream, MotorLatentCommandCursor

version: str

class AgnosticBase(Derived):
    def get_io_loop(self) -> Any: ...
    def wrap(self, obj: Any) -> Any: ...

class AgnosticBaseProperties(AgnosticBase):
    def watch(self, *args: Any, callback: Callback | None = None, **kwargs: Any) -> Any: ...

class AgnosticClient(AgnosticBaseProperties, MongoClient[DocumentType]):
    def get_io_loop(self) -> Any: ...
    @property
    def io_loop(self) -> Any: ...
    @overload
    def close(self, callback: None = None, *, drain_seconds: float = ...) -> CallFuture[None]: ...
    @overload
    def close(self, callback: Callback[None], *, drain_seconds: float = ...) -> None: ...
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
        read_ahead: bool = True,
        **kwargs: Any,
    ) -> None: ...
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
    ) -> MotorDatabase[DocumentType]: ...
    def get_default_database(
        self,
        default: str | None = None,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
    ) -> MotorDatabase[DocumentType]: ...
    @overload
    def list_databases(
        self,
        session: MotorClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> MotorLatentCommandCursor[MotorCommandCursor[dict[str, Any]], dict[str, Any]]: ...
    @overload
    def list_databases(
        self,
        session: MotorClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[MotorCommandCursor[dict[str, Any]]],
        **kwargs: Any,
    ) -> None: ...
    def start_session(
        self,
        causal_consistency: bool | None = None,
        default_transaction_options: TransactionOptions | None = None,
        snapshot: bool | None = False,
    ) -> MotorClientSession: ...
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
        session: MotorClientSession | None = None,
        start_after: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        full_document_before_change: str | None = None,
        show_expanded_events: bool | None = None,
        *,
        callback: None = None,
    ) -> LatentChangeStream[MotorChangeStream[DocumentType], DocumentType]: ...
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
        session: MotorClientSession | None = None,
        start_after: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        full_document_before_change: str | None = None,
        show_expanded_events: bool | None = None,
        *,
        callback: Callback[MotorChangeStream[DocumentType]],
    ) -> None: ...

class MotorDatabase(AgnosticBaseProperties, Database[DocumentType]):
    @overload
    def aggregate(
        self,
        pipeline: _Pipeline,
        session: MotorClientSession | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> MotorLatentCommandCursor[MotorCommandCursor[DocumentType], DocumentType]: ...
    @overload
    def aggregate(
        self,
        pipeline: _Pipeline,
        session: MotorClientSession | None = None,
        *,
        callback: Callback[MotorCommandCursor[DocumentType]],
        **kwargs: Any,
    ) -> None: ...
    def __getattr__(self, name: str) -> MotorCollection[DocumentType]: ...
    def __getitem__(self, name: str) -> MotorCollection[DocumentType]: ...
    @property
    def client(self) -> AgnosticClient[DocumentType]: ...
    @overload
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
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[MotorCollection[DocumentType]]: ...
    @overload
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
        callback: Callback[MotorCollection[DocumentType]],
        **kwargs: Any,
    ) -> None: ...
    @overload
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
        callback: None = None,
        **kwargs: Any,
    ) -> MotorLatentCommandCursor[MotorCommandCursor[DocumentType], DocumentType]: ...
    @overload
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
        callback: Callback[MotorCommandCursor[DocumentType]],
        **kwargs: Any,
    ) -> None: ...
    def get_collection(
        self,
        name: str,
        codec_options: CodecOptions[_DocumentTypeArg] | None = None,
        read_preference: _ServerMode | None = None,
        write_concern: WriteConcern | None = None,
        read_concern: ReadConcern | None = None,
    ) -> MotorCollection[DocumentType]: ...
    @overload
    def list_collections(
        self,
        session: MotorClientSession | None = None,
        filter: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> MotorLatentCommandCursor[
        MotorCommandCursor[MutableMapping[str, Any]], MutableMapping[str, Any]
    ]: ...
    @overload
    def list_collections(
        self,
        session: MotorClientSession | None = None,
        filter: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[MotorCommandCursor[MutableMapping[str, Any]]],
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
        session: MotorClientSession | None = None,
        start_after: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        full_document_before_change: str | None = None,
        show_expanded_events: bool | None = None,
        *,
        callback: None = None,
    ) -> LatentChangeStream[MotorChangeStream[DocumentType], DocumentType]: ...
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
        session: MotorClientSession | None = None,
        start_after: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        full_document_before_change: str | None = None,
        show_expanded_events: bool | None = None,
        *,
        callback: Callback[MotorChangeStream[DocumentType]],
    ) -> None: ...
    @overload
    def with_options(
        self,
        codec_options: None = None,
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> MotorDatabase[DocumentType]: ...
    @overload
    def with_options(
        self,
        codec_options: bson.CodecOptions[_DocumentTypeArg],
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> MotorDatabase[_DocumentTypeArg]: ...

class MotorCollection(AgnosticBaseProperties, Collection[DocumentType]):
    @property
    def database(self) -> MotorDatabase[DocumentType]: ...
    @overload
    def aggregate(
        self,
        pipeline: _Pipeline,
        session: MotorClientSession | None = None,
        let: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> MotorLatentCommandCursor[MotorCommandCursor[DocumentType], DocumentType]: ...
    @overload
    def aggregate(
        self,
        pipeline: _Pipeline,
        session: MotorClientSession | None = None,
        let: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[MotorCommandCursor[DocumentType]],
        **kwargs: Any,
    ) -> None: ...
    def __getattr__(self, name: str) -> MotorCollection[DocumentType]: ...
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
    ) -> MotorCursor[DocumentType]: ...
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
    ) -> MotorRawBatchCursor[DocumentType]: ...
    def __getitem__(self, name: str) -> MotorCollection[DocumentType]: ...
    @overload
    def aggregate_raw_batches(
        self,
        pipeline: _Pipeline,
        session: MotorClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> MotorLatentCommandCursor[MotorRawBatchCommandCursor[DocumentType], bytes]: ...
    @overload
    def aggregate_raw_batches(
        self,
        pipeline: _Pipeline,
        session: MotorClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[MotorRawBatchCommandCursor[DocumentType]],
        **kwargs: Any,
    ) -> None: ...
    @overload
    def list_indexes(
        self,
        session: MotorClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
    ) -> MotorLatentCommandCursor[
        MotorCommandCursor[MutableMapping[str, Any]], MutableMapping[str, Any]
    ]: ...
    @overload
    def list_indexes(
        self,
        session: MotorClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[MotorCommandCursor[MutableMapping[str, Any]]],
    ) -> None: ...
    @overload
    def list_search_indexes(
        self,
        name: str | None = None,
        session: MotorClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> MotorLatentCommandCursor[MotorCommandCursor[Mapping[str, Any]], Mapping[str, Any]]: ...
    @overload
    def list_search_indexes(
        self,
        name: str | None = None,
        session: MotorClientSession | None = None,
        comment: Any | None = None,
        *,
        callback: Callback[MotorCommandCursor[Mapping[str, Any]]],
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
        session: MotorClientSession | None = None,
        start_after: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        full_document_before_change: str | None = None,
        show_expanded_events: bool | None = None,
        *,
        callback: None = None,
    ) -> LatentChangeStream[MotorChangeStream[DocumentType], DocumentType]: ...
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
        session: MotorClientSession | None = None,
        start_after: Mapping[str, Any] | None = None,
        comment: Any | None = None,
        full_document_before_change: str | None = None,
        show_expanded_events: bool | None = None,
        *,
        callback: Callback[MotorChangeStream[DocumentType]],
    ) -> None: ...
    @overload
    def with_options(
        self,
        codec_options: None = None,
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> MotorCollection[DocumentType]: ...
    @overload
    def with_options(
        self,
        codec_options: bson.CodecOptions[_DocumentTypeArg],
        read_preference: _ServerMode | None = ...,
        write_concern: WriteConcern | None = ...,
        read_concern: ReadConcern | None = ...,
    ) -> MotorCollection[_DocumentTypeArg]: ...

class MotorClientSession(AgnosticBase, ClientSession):
    def __await__(self) -> Generator[Any, Any, MotorClientSession]: ...
    @property
    def client(self) -> AgnosticClient[Any]: ...

class MotorClientEncryption(AgnosticBase, ClientEncryption[DocumentType]):
    @property
    def io_loop(self) -> Any: ...
    def get_keys(
        self,
    ) -> MotorLatentCommandCursor[MotorCursor[RawBSONDocument], RawBSONDocument]: ...
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
    @overload
    def create_encrypted_collection(
        self,
        database: MotorDatabase[_DocumentTypeArg],
        name: str,
        encrypted_fields: Mapping[str, Any],
        kms_provider: str | None = None,
        master_key: Mapping[str, Any] | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[tuple[MotorCollection[_DocumentTypeArg], Mapping[str, Any]]]: ...
    @overload
    def create_encrypted_collection(
        self,
        database: MotorDatabase[_DocumentTypeArg],
        name: str,
        encrypted_fields: Mapping[str, Any],
        kms_provider: str | None = None,
        master_key: Mapping[str, Any] | None = None,
        *,
        callback: Callback[tuple[MotorCollection[_DocumentTypeArg], Mapping[str, Any]]],
        **kwargs: Any,
    ) -> None: ...

class AgnosticBaseCursor(AgnosticBase):
    @property
    def fetch_next(self) -> Any: ...
    @property
    def started(self) -> bool: ...
    @property
    def closed(self) -> bool: ...
    def to_list(self, length: int | None = None, callback: Callback | None = None) -> Any: ...

class MotorCursor(AgnosticBaseCursor, Cursor[DocumentType]):
    def rewind(self, callback: Callback[Self] | None = None) -> Self: ...
    def add_option(self, mask: int) -> MotorLatentCommandCursor[Self, DocumentType]: ...
    @property
    def collection(self) -> MotorCollection[DocumentType]: ...
    @property
    def session(self) -> MotorClientSession | None: ...
    @property
    def fetch_next(self) -> CallFuture[bool]: ...
    @overload
    def to_list(
        self, length: int | None = None, callback: None = None
    ) -> CallFuture[list[DocumentType]]: ...
    @overload
    def to_list(
        self, length: int | None = None, *, callback: Callback[list[DocumentType]]
    ) -> None: ...

class MotorRawBatchCursor(AgnosticBaseCursor, RawBatchCursor[DocumentType]):
    def rewind(self, callback: Callback[Self] | None = None) -> Self: ...
    @overload
    def to_list(
        self, length: int | None = None, callback: None = None
    ) -> CallFuture[list[bytes]]: ...
    @overload
    def to_list(self, length: int | None = None, *, callback: Callback[list[bytes]]) -> None: ...
    def add_option(self, mask: int) -> MotorLatentCommandCursor[Self, DocumentType]: ...
    @property
    def collection(self) -> MotorCollection[DocumentType]: ...
    @property
    def session(self) -> MotorClientSession | None: ...
    @property
    def fetch_next(self) -> CallFuture[bool]: ...

class MotorCommandCursor(AgnosticBaseCursor, CommandCursor[DocumentType]):
    @property
    def session(self) -> MotorClientSession | None: ...
    @property
    def fetch_next(self) -> CallFuture[bool]: ...
    @overload
    def to_list(
        self, length: int | None = None, callback: None = None
    ) -> CallFuture[list[DocumentType]]: ...
    @overload
    def to_list(
        self, length: int | None = None, *, callback: Callback[list[DocumentType]]
    ) -> None: ...

class MotorRawBatchCommandCursor(AgnosticBaseCursor, RawBatchCommandCursor[DocumentType]):
    @overload
    def to_list(
        self, length: int | None = None, callback: None = None
    ) -> CallFuture[list[bytes]]: ...
    @overload
    def to_list(self, length: int | None = None, *, callback: Callback[list[bytes]]) -> None: ...
    @property
    def session(self) -> MotorClientSession | None: ...
    @property
    def fetch_next(self) -> CallFuture[bool]: ...

class MotorChangeStream(AgnosticBase, ChangeStream[DocumentType]): ...

class MotorGridFSBucket(AgnosticBase, GridFSBucket):
    @property
    def io_loop(self) -> Any: ...
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
    ) -> MotorGridOutCursor: ...
    @overload
    def open_download_stream(
        self, file_id: Any, session: MotorClientSession | None = None, *, callback: None = None
    ) -> CallFuture[MotorGridOut]: ...
    @overload
    def open_download_stream(
        self,
        file_id: Any,
        session: MotorClientSession | None = None,
        *,
        callback: Callback[MotorGridOut],
    ) -> None: ...
    @overload
    def open_download_stream_by_name(
        self,
        filename: str,
        revision: int = -1,
        session: MotorClientSession | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[MotorGridOut]: ...
    @overload
    def open_download_stream_by_name(
        self,
        filename: str,
        revision: int = -1,
        session: MotorClientSession | None = None,
        *,
        callback: Callback[MotorGridOut],
    ) -> None: ...
    def open_upload_stream(
        self,
        filename: str,
        chunk_size_bytes: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        session: MotorClientSession | None = None,
    ) -> MotorGridIn: ...
    def open_upload_stream_with_id(
        self,
        file_id: Any,
        filename: str,
        chunk_size_bytes: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        session: MotorClientSession | None = None,
    ) -> MotorGridIn: ...

class MotorGridIn(AgnosticBase, GridIn):
    @property
    def io_loop(self) -> Any: ...
    @overload
    def set(self, name: str, value: Any, callback: None = None) -> CallFuture[None]: ...
    @overload
    def set(self, name: str, value: Any, callback: Callback[None]) -> None: ...

class MotorGridOut(AgnosticBase, GridOut):
    @property
    def io_loop(self) -> Any: ...
    def seek(self, pos: int, whence: int = ...) -> int: ...

class MotorGridOutCursor(AgnosticBaseCursor, GridOutCursor):
    @overload
    def next(self, callback: None = None) -> CallFuture[MotorGridOut]: ...
    @overload
    def next(self, callback: Callback[MotorGridOut]) -> None: ...
    async def __anext__(self) -> MotorGridOut: ...
    def next_object(self) -> MotorGridOut | None: ...
    @overload
    def to_list(
        self, length: int | None = None, callback: None = None
    ) -> CallFuture[list[MotorGridOut]]: ...
    @overload
    def to_list(
        self, length: int | None = None, *, callback: Callback[list[MotorGridOut]]
    ) -> None: ...
    def add_option(self, mask: int) -> MotorLatentCommandCursor[Self, DocumentType]: ...
    @overload
    def rewind(self, callback: None = None) -> MotorLatentCommandCursor[Self, DocumentType]: ...
    @overload
    def rewind(self, callback: Callback[Self]) -> None: ...
    @property
    def collection(self) -> MotorCollection[DocumentType]: ...
    @property
    def session(self) -> MotorClientSession | None: ...
    @property
    def fetch_next(self) -> CallFuture[bool]: ...

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
