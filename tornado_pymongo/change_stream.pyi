# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

from collections.abc import Mapping
from typing import Any, Generic, overload

import pymongo.synchronous.change_stream
from bson.timestamp import Timestamp
from pymongo.typings import _CollationIn, _Pipeline
from typing_extensions import Self

from tornado_pymongo.bridge import Callback, CallFuture
from tornado_pymongo.client import Collection, Database, MongoClient
from tornado_pymongo.cursor import CursorFuture
from tornado_pymongo.derive import _CursorT, _DocumentType, _ItemT
from tornado_pymongo.exclusive import Stream
from tornado_pymongo.session import ClientSession

class ChangeStream(Stream, Generic[_DocumentType]):
    delegate: pymongo.synchronous.change_stream.ChangeStream[_DocumentType]
    def __init__(
        self,
        target: MongoClient | Database[_DocumentType] | Collection[_DocumentType],
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
    @overload
    def next(self, callback: None = None) -> CallFuture[_DocumentType]: ...
    @overload
    def next(self, callback: Callback[_DocumentType]) -> None: ...
    def __aiter__(self) -> Self: ...
    async def __anext__(self) -> _DocumentType: ...
    @property
    def alive(self) -> bool: ...
    @property
    def resume_token(self) -> Mapping[str, Any] | None: ...
    @overload
    def try_next(self, *, callback: None = None) -> CallFuture[_DocumentType | None]: ...
    @overload
    def try_next(self, *, callback: Callback[_DocumentType | None]) -> None: ...

class CollectionChangeStream(ChangeStream[_DocumentType]):
    delegate: pymongo.synchronous.change_stream.CollectionChangeStream[_DocumentType]

class DatabaseChangeStream(ChangeStream[_DocumentType]):
    delegate: pymongo.synchronous.change_stream.DatabaseChangeStream[_DocumentType]

class ClusterChangeStream(DatabaseChangeStream[_DocumentType]):
    delegate: pymongo.synchronous.change_stream.ClusterChangeStream[_DocumentType]

class ChangeStreamFuture(CursorFuture[_CursorT, _ItemT]):
    @property
    def alive(self: ChangeStreamFuture[_CursorT, _ItemT]) -> bool: ...
    @overload
    def close(
        self: ChangeStreamFuture[_CursorT, _ItemT], callback: None = None
    ) -> CallFuture[None]: ...
    @overload
    def close(self: ChangeStreamFuture[_CursorT, _ItemT], callback: Callback[None]) -> None: ...
    @overload
    def next(
        self: ChangeStreamFuture[_CursorT, _ItemT], *, callback: None = None
    ) -> CallFuture[_ItemT]: ...
    @overload
    def next(self: ChangeStreamFuture[_CursorT, _ItemT], *, callback: Callback[_ItemT]) -> None: ...
    @property
    def resume_token(self: ChangeStreamFuture[_CursorT, _ItemT]) -> Mapping[str, Any] | None: ...
    @overload
    def try_next(
        self: ChangeStreamFuture[_CursorT, _ItemT], *, callback: None = None
    ) -> CallFuture[_ItemT | None]: ...
    @overload
    def try_next(
        self: ChangeStreamFuture[_CursorT, _ItemT], *, callback: Callback[_ItemT | None]
    ) -> None: ...
