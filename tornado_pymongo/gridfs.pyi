# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

import builtins
from collections.abc import AsyncGenerator, Iterable, Mapping
from datetime import datetime
from typing import Any, overload

import gridfs.synchronous.grid_file
from bson.objectid import ObjectId
from pymongo import WriteConcern
from pymongo.read_preferences import _ServerMode
from tornado.web import RequestHandler
from typing_extensions import Self

from tornado_pymongo.bridge import Callback, CallFuture
from tornado_pymongo.client import Collection, Database
from tornado_pymongo.cursor import Cursor
from tornado_pymongo.derive import Bridged
from tornado_pymongo.exclusive import Stream
from tornado_pymongo.session import ClientSession

BATCH: int

class GridFS(Bridged):
    delegate: gridfs.synchronous.grid_file.GridFS
    def __init__(self, database: Database[Any], collection: str = "fs") -> None: ...
    @overload
    def put(self, data: Any, *, callback: None = None, **kwargs: Any) -> CallFuture[Any]: ...
    @overload
    def put(self, data: Any, *, callback: Callback[Any], **kwargs: Any) -> None: ...
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

class GridFSBucket(Bridged):
    delegate: gridfs.synchronous.grid_file.GridFSBucket
    def __init__(
        self,
        db: Database[Any],
        bucket_name: str = "fs",
        chunk_size_bytes: int = ...,
        write_concern: WriteConcern | None = None,
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

class GridIn(Stream):
    delegate: gridfs.synchronous.grid_file.GridIn
    def __init__(
        self, root_collection: Collection[Any], session: ClientSession | None = None, **kwargs: Any
    ) -> None: ...
    def __getattr__(self, name: str) -> Any: ...
    @overload
    def write(self, data: Any, callback: None = None) -> CallFuture[None]: ...
    @overload
    def write(self, data: Any, callback: Callback[None]) -> None: ...
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
    def writeable(self) -> bool: ...
    @overload
    def writelines(self, sequence: Iterable[Any], *, callback: None = None) -> CallFuture[None]: ...
    @overload
    def writelines(self, sequence: Iterable[Any], *, callback: Callback[None]) -> None: ...

class GridOut(Stream):
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
    def to_list(self, callback: None = None) -> CallFuture[list[bytes]]: ...
    @overload
    def to_list(self, callback: Callback[list[bytes]]) -> None: ...
    @overload
    def stream_to_handler(
        self, request_handler: RequestHandler, callback: None = None
    ) -> CallFuture[None]: ...
    @overload
    def stream_to_handler(
        self, request_handler: RequestHandler, callback: Callback[None]
    ) -> None: ...
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
    @overload
    def read(self, size: int = -1, *, callback: None = None) -> CallFuture[bytes]: ...
    @overload
    def read(self, size: int = -1, *, callback: Callback[bytes]) -> None: ...
    def readable(self) -> bool: ...
    @overload
    def readchunk(self, *, callback: None = None) -> CallFuture[bytes]: ...
    @overload
    def readchunk(self, *, callback: Callback[bytes]) -> None: ...
    @overload
    def readline(self, size: int = -1, /, *, callback: None = None) -> CallFuture[bytes]: ...
    @overload
    def readline(self, size: int = -1, /, *, callback: Callback[bytes]) -> None: ...
    @overload
    def readlines(self, hint: int = -1, /, *, callback: None = None) -> CallFuture[list[bytes]]: ...
    @overload
    def readlines(self, hint: int = -1, /, *, callback: Callback[list[bytes]]) -> None: ...
    @overload
    def seek(self, pos: int, whence: int = ..., *, callback: None = None) -> CallFuture[int]: ...
    @overload
    def seek(self, pos: int, whence: int = ..., *, callback: Callback[int]) -> None: ...
    def seekable(self) -> bool: ...
    def tell(self) -> int: ...
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
        self, length: int | None = None, *, callback: None = None
    ) -> CallFuture[list[GridOut]]: ...
    @overload
    def to_list(self, length: int | None = None, *, callback: Callback[list[GridOut]]) -> None: ...

def read_pieces(grid_out: Any, start: int, stop: int) -> AsyncGenerator[bytes]: ...
async def stream_to_handler(grid_out: Any, handler: Any, start: int, stop: int) -> None: ...
