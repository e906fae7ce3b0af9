"""What make_stubs.py cannot read from PyMongo's classes; it takes these members before theirs.

An ``async def`` stands for a method that returns a Future and takes a callback. A class that names
no base here has those of its source.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, Protocol, Self, TypeAlias, overload

import pymongo
from bson.codec_options import CodecOptions, TypeRegistry
from bson.raw_bson import RawBSONDocument
from pymongo._kms_connect_shared import KMSConnectCallback
from pymongo.client_session_shared import SessionOptions
from pymongo.operations import (
    DeleteMany,
    DeleteOne,
    InsertOne,
    ReplaceOne,
    UpdateMany,
    UpdateOne,
)
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import _ServerMode
from pymongo.results import ClientBulkWriteResult
from pymongo.typings import _DocumentTypeArg, _Pipeline
from pymongo.write_concern import WriteConcern
from tornado.web import RequestHandler
from typing_extensions import ParamSpec, TypeVar

from tornado_pymongo.bridge import Callback
from tornado_pymongo.buffer import Consumable
from tornado_pymongo.client import Database
from tornado_pymongo.cursor import CommandCursor
from tornado_pymongo.derive import Derived
from tornado_pymongo.executor.statistics import Statistics
from tornado_pymongo.futures import CallFuture, NoCallback
from tornado_pymongo.options import ShareCore
from tornado_pymongo.session import TransactionContext

# PyMongo's, with a default: `MongoClient()` and the annotation `MongoClient` need no parameter.
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

# A callback, with what it returns: see tornado_pymongo.futures.NoCallback.
CallbackOf: TypeAlias = Callable[[T | None, BaseException | None], R]

# As PyMongo has it, but that mypy takes for a variable amid PyMongo's circular imports.
WriteOp: TypeAlias = (
    InsertOne[DocumentType]
    | DeleteOne
    | DeleteMany
    | ReplaceOne[DocumentType]
    | UpdateOne
    | UpdateMany
)

class MongoClient:
    # PyMongo says it of any operation, without the type of the documents.
    async def bulk_write(
        self,
        models: Sequence[WriteOp[Any]],
        session: ClientSession | None = None,
        ordered: bool = True,
        verbose_results: bool = False,
        bypass_document_validation: bool | None = None,
        comment: Any | None = None,
        let: Mapping[str, Any] | None = None,
        write_concern: WriteConcern | None = None,
    ) -> ClientBulkWriteResult: ...
    async def open(self) -> Self: ...
    async def close(self, *, drain_seconds: float = ...) -> None: ...
    async def aclose(self, *, drain_seconds: float = ...) -> None: ...
    def run_in_worker(
        self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> CallFuture[T]: ...

class Collection:
    # PyMongo says RawBatchCursor, which is another class.
    async def aggregate_raw_batches(
        self,
        pipeline: _Pipeline,
        session: ClientSession | None = None,
        comment: Any | None = None,
        **kwargs: Any,
    ) -> RawBatchCommandCursor[DocumentType]: ...

class _BaseCursor(Consumable, Generic[DocumentType]):
    @property
    def alive(self) -> bool: ...
    @property
    def cursor_id(self) -> int | None: ...
    async def to_list(self, length: int | None = None) -> list[DocumentType]: ...
    async def next(self) -> DocumentType: ...
    def read_ahead(self, read_ahead: bool) -> Self: ...
    def __aiter__(self) -> Self: ...
    async def __anext__(self) -> DocumentType: ...
    @property
    def fetch_next(self) -> CallFuture[bool]: ...
    def next_object(self) -> DocumentType | None: ...
    def each(self, callback: Callback[DocumentType]) -> None: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...

class Cursor:
    @overload
    def __getitem__(self, index: int) -> CallFuture[DocumentType]: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def add_option(self, mask: int) -> CursorFuture[Self, DocumentType]: ...
    def rewind(
        self, callback: CallbackOf[Self, R] | None = None
    ) -> CursorFuture[Self, DocumentType, R]: ...

# PyMongo says that these give documents. They give batches of them, undecoded.

class RawBatchCursor:
    async def next(self) -> bytes: ...
    async def __anext__(self) -> bytes: ...
    def next_object(self) -> bytes | None: ...
    def each(self, callback: Callback[bytes]) -> None: ...
    async def to_list(self, length: int | None = None) -> list[bytes]: ...

class RawBatchCommandCursor:
    async def next(self) -> bytes: ...
    async def __anext__(self) -> bytes: ...
    def next_object(self) -> bytes | None: ...
    def each(self, callback: Callback[bytes]) -> None: ...
    async def to_list(self, length: int | None = None) -> list[bytes]: ...

class CursorFuture(CallFuture[CursorT, ReturnT], Generic[CursorT, ItemT, ReturnT]):
    def __aiter__(self) -> AsyncIterator[ItemT]: ...
    async def __anext__(self) -> ItemT: ...
    async def __aenter__(self) -> CursorT: ...
    # It is another method than that of Coroutine, which a CallFuture is.
    async def close(self) -> None: ...
    @property
    def fetch_next(self: CursorFuture[_AnyT, ItemT]) -> CallFuture[bool]: ...
    def next_object(self: CursorFuture[_AnyT, ItemT]) -> ItemT | None: ...
    def each(self: CursorFuture[_AnyT, ItemT], callback: Callback[ItemT]) -> None: ...
    def add_option(self: CursorFuture[_QueryT, ItemT], mask: int) -> CallFuture[_QueryT]: ...
    async def rewind(self: CursorFuture[_QueryT, ItemT]) -> _QueryT: ...
    @overload
    def __getitem__(self: CursorFuture[_QueryT, ItemT], index: int) -> CallFuture[ItemT]: ...
    @overload
    def __getitem__(self: CursorFuture[_QueryT, ItemT], index: slice) -> _QueryT: ...

class ChangeStreamFuture(CursorFuture[CursorT, ItemT, ReturnT]): ...

class ClientSession:
    def __init__(
        self,
        client: MongoClient[Any],
        server_session: Any,
        options: SessionOptions,
        implicit: bool,
    ) -> None: ...
    @property
    def client(self) -> MongoClient[Any]: ...
    def start_transaction(
        self,
        read_concern: ReadConcern | None = None,
        write_concern: WriteConcern | None = None,
        read_preference: _ServerMode | None = None,
        max_commit_time_ms: int | None = None,
    ) -> TransactionContext: ...
    def with_transaction(
        self,
        callback: Callable[[ClientSession], Awaitable[T]],
        read_concern: ReadConcern | None = None,
        write_concern: WriteConcern | None = None,
        read_preference: _ServerMode | None = None,
        max_commit_time_ms: int | None = None,
    ) -> CallFuture[T]: ...
    def bind(self, end_session: bool = True) -> AbstractAsyncContextManager[ClientSession]: ...

class Proxy:
    __iter__: None  # or pyright would take it for a sequence, for its __getitem__

class Closing:
    async def __aenter__(self) -> Self: ...

class Stream:
    async def close(self) -> None: ...

class ChangeStream:
    async def next(self) -> DocumentType: ...
    def __aiter__(self) -> Self: ...

class Sendable:
    async def stream_to_handler(self, request_handler: RequestHandler) -> None: ...

class GridOut:
    async def open(self) -> Self: ...
    async def readlines(self, size: int = -1) -> list[bytes]: ...
    def __aiter__(self) -> Self: ...

class GridOutCursor(Cursor[Any]):
    async def next(self) -> GridOut: ...
    async def __anext__(self) -> GridOut: ...
    def next_object(self) -> GridOut | None: ...
    def each(self, callback: Callback[GridOut]) -> None: ...
    async def to_list(self, length: int | None = None) -> list[GridOut]: ...

# Where Motor has it in another way.

class AgnosticClient:
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
    ) -> None: ...

class MotorClientEncryption:
    def __init__(
        self,
        kms_providers: Mapping[str, Any],
        key_vault_namespace: str,
        key_vault_client: MongoClient[_DocumentTypeArg],
        codec_options: CodecOptions[_DocumentTypeArg],
        io_loop: Any = None,
        kms_tls_options: Mapping[str, Any] | None = None,
        key_expiration_ms: int | None = None,
        kms_connect_callback: KMSConnectCallback | None = None,
    ) -> None: ...
    def get_keys(self) -> CursorFuture[Cursor[RawBSONDocument], RawBSONDocument]: ...

class MotorCursor:
    def rewind(self, callback: Callback[Self] | None = None) -> Self: ...

class MotorRawBatchCursor:
    def rewind(self, callback: Callback[Self] | None = None) -> Self: ...

class MotorLatentCommandCursor:
    def batch_size(self, batch_size: int) -> Self: ...

class _LatentChangeStream:
    def next(self) -> Coroutine[Any, Any, ItemT]: ...

class MotorGridFSBucket:
    collection: Collection[Any]
    def __init__(
        self,
        database: Database[Any],
        bucket_name: str = "fs",
        chunk_size_bytes: int = ...,
        write_concern: WriteConcern | None = None,
        read_preference: _ServerMode | None = None,
        collection: str | None = None,
    ) -> None: ...

class MotorGridOut:
    def seek(self, pos: int, whence: int = ...) -> int: ...

# To checkers, a client of PyMongo Async's name is none of ours.

class AnyClient(Protocol):
    @property
    def delegate(self) -> pymongo.MongoClient[Any]: ...

def statistics(client: AnyClient) -> Statistics: ...

# Where PyMongo Async's names have it in another way. What never returns would be inherited.

class AsyncClientSession:
    def bind(self, end_session: bool = True) -> AbstractAsyncContextManager[Self]: ...

class AsyncCollection:
    __call__: None

class AsyncDatabase:
    __call__: None

# To checkers, a base of PyMongo's class is unknown.
class AsyncGridOut(Derived):
    async def readlines(self, size: int = -1) -> list[bytes]: ...
