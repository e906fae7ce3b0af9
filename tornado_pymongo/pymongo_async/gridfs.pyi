# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code="assignment, misc, override"

import builtins
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import gridfs.asynchronous.grid_file
from bson.objectid import ObjectId
from gridfs.synchronous.grid_file import GridFS, GridFSBucket, GridIn, GridOut, GridOutCursor
from pymongo import WriteConcern
from pymongo.read_preferences import _ServerMode
from tornado.web import RequestHandler
from typing_extensions import Self

from tornado_pymongo._types import CallbackOf, Derived, R
from tornado_pymongo.bridge import Callback
from tornado_pymongo.futures import CallFuture
from tornado_pymongo.pymongo_async.core import (
    AsyncClientSession,
    AsyncCollection,
    AsyncCursor,
    AsyncDatabase,
)

class AsyncGridFS(gridfs.asynchronous.grid_file.AsyncGridFS):
    """An instance of GridFS on top of a single Database.

    PyMongo's `AsyncGridFS`, by a `tornado_pymongo.GridFS`.

    What waits is a coroutine function, and runs in a worker thread when it is awaited.

    Files by name and version, in a database; `GridFSBucket` is the newer interface.

    `put` takes files whose ``read`` is a coroutine function as well, and reads them on your loop."""

    def __init__(self, database: AsyncDatabase[Any], collection: str = "fs") -> None: ...
    def __eq__(self, other: object) -> Any: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    delegate: GridFS
    __iter__: None

    def __init_subclass__(
        cls, sync_class: type | None = None, async_class: type | None = None, **kwargs: Any
    ) -> None: ...
    async def delete(self, file_id: Any, session: AsyncClientSession | None = None) -> None:
        """Delete a file from GridFS by ``"_id"``.

        Runs in a worker thread when it is awaited."""

    async def exists(
        self,
        document_or_id: Any | None = None,
        session: AsyncClientSession | None = None,
        **kwargs: Any,
    ) -> bool:
        """Check if a file exists in this instance of :class:`GridFS`.

        Runs in a worker thread when it is awaited."""

    def find(
        self,
        filter: Mapping[str, Any] | None = None,
        skip: int = 0,
        limit: int = 0,
        no_cursor_timeout: bool = False,
        sort: Any | None = None,
        batch_size: int = 0,
        session: AsyncClientSession | None = None,
    ) -> AsyncGridOutCursor:
        """Query GridFS for files.

        Runs at once, in the caller's thread: it does not wait."""

    async def find_one(
        self,
        filter: Any | None = None,
        session: AsyncClientSession | None = None,
        skip: int = 0,
        limit: int = 0,
        no_cursor_timeout: bool = False,
        sort: Any | None = None,
        batch_size: int = 0,
    ) -> AsyncGridOut | None:
        """Get a single file from gridfs.

        Runs in a worker thread when it is awaited."""

    async def get(self, file_id: Any, session: AsyncClientSession | None = None) -> AsyncGridOut:
        """Get a file from GridFS by ``"_id"``.

        Runs in a worker thread when it is awaited."""

    async def get_last_version(
        self, filename: str | None = None, session: AsyncClientSession | None = None, **kwargs: Any
    ) -> AsyncGridOut:
        """Get the most recent version of a file in GridFS.

        Runs in a worker thread when it is awaited."""

    async def get_version(
        self,
        filename: str | None = None,
        version: int | None = -1,
        session: AsyncClientSession | None = None,
        **kwargs: Any,
    ) -> AsyncGridOut:
        """Get a file from GridFS by ``"filename"`` or metadata fields.

        Runs in a worker thread when it is awaited."""

    async def list(self, session: AsyncClientSession | None = None) -> builtins.list[str]:
        """List the names of all files stored in this instance of :class:`GridFS`.

        Runs in a worker thread when it is awaited."""

    def new_file(self, **kwargs: Any) -> AsyncGridIn:
        """Create a new file in GridFS.

        Runs at once, in the caller's thread: it does not wait."""

    async def put(self, data: Any, **kwargs: Any) -> Any:
        """Put data in GridFS as a new file.

        Runs in a worker thread when it is awaited."""

class AsyncGridFSBucket(gridfs.asynchronous.grid_file.AsyncGridFSBucket):
    """An instance of GridFS on top of a single Database.

    PyMongo's `AsyncGridFSBucket`, by a `tornado_pymongo.GridFSBucket`.

    What waits is a coroutine function, and runs in a worker thread when it is awaited.

    Files in a database.

    Files of yours whose ``read`` or ``write`` is a coroutine function are used on your loop."""

    def __init__(
        self,
        db: AsyncDatabase[Any],
        bucket_name: str = "fs",
        chunk_size_bytes: int = ...,
        write_concern: WriteConcern | None = None,
        read_preference: _ServerMode | None = None,
    ) -> None: ...
    def __eq__(self, other: object) -> Any: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    delegate: GridFSBucket
    __iter__: None

    def __init_subclass__(
        cls, sync_class: type | None = None, async_class: type | None = None, **kwargs: Any
    ) -> None: ...
    async def delete(self, file_id: Any, session: AsyncClientSession | None = None) -> None:
        """Given an file_id, delete this stored file from a GridFS bucket.

        Runs in a worker thread when it is awaited."""

    async def delete_by_name(
        self, filename: str, session: AsyncClientSession | None = None
    ) -> None:
        """Given a filename, delete this stored file from a GridFS bucket.

        Runs in a worker thread when it is awaited."""

    async def download_to_stream(
        self, file_id: Any, destination: Any, session: AsyncClientSession | None = None
    ) -> None:
        """Download the contents of the stored file specified by file_id to `destination`.

        Runs in a worker thread when it is awaited."""

    async def download_to_stream_by_name(
        self,
        filename: str,
        destination: Any,
        revision: int = -1,
        session: AsyncClientSession | None = None,
    ) -> None:
        """Write the contents of `filename` (with optional `revision`) to `destination`.

        Runs in a worker thread when it is awaited."""

    def find(
        self,
        filter: Mapping[str, Any] | None = None,
        skip: int = 0,
        limit: int = 0,
        no_cursor_timeout: bool = False,
        sort: Any | None = None,
        batch_size: int = 0,
        session: AsyncClientSession | None = None,
    ) -> AsyncGridOutCursor:
        """Find and return the files collection documents that match ``filter``.

        Runs at once, in the caller's thread: it does not wait."""

    async def open_download_stream(
        self, file_id: Any, session: AsyncClientSession | None = None
    ) -> AsyncGridOut:
        """Open a Stream from which the application can read the stored file specified by file_id.

        Runs in a worker thread when it is awaited."""

    async def open_download_stream_by_name(
        self, filename: str, revision: int = -1, session: AsyncClientSession | None = None
    ) -> AsyncGridOut:
        """Open a Stream from which the application can read `filename` and optional `revision`.

        Runs in a worker thread when it is awaited."""

    def open_upload_stream(
        self,
        filename: str,
        chunk_size_bytes: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        session: AsyncClientSession | None = None,
    ) -> AsyncGridIn:
        """Open a Stream that the application can write the contents of the file to.

        Runs at once, in the caller's thread: it does not wait."""

    def open_upload_stream_with_id(
        self,
        file_id: Any,
        filename: str,
        chunk_size_bytes: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        session: AsyncClientSession | None = None,
    ) -> AsyncGridIn:
        """Open a Stream that the application can write the contents of the file to.

        Runs at once, in the caller's thread: it does not wait."""

    async def rename(
        self, file_id: Any, new_filename: str, session: AsyncClientSession | None = None
    ) -> None:
        """Rename the stored file with the specified file_id.

        Runs in a worker thread when it is awaited."""

    async def rename_by_name(
        self, filename: str, new_filename: str, session: AsyncClientSession | None = None
    ) -> None:
        """Rename the stored file with the specified filename.

        Runs in a worker thread when it is awaited."""

    async def upload_from_stream(
        self,
        filename: str,
        source: Any,
        chunk_size_bytes: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        session: AsyncClientSession | None = None,
    ) -> ObjectId:
        """Upload a user file to a GridFS bucket.

        Runs in a worker thread when it is awaited."""

    async def upload_from_stream_with_id(
        self,
        file_id: Any,
        filename: str,
        source: Any,
        chunk_size_bytes: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        session: AsyncClientSession | None = None,
    ) -> None:
        """Upload a user file to a GridFS bucket with a custom file id.

        Runs in a worker thread when it is awaited."""

class AsyncGridIn(gridfs.asynchronous.grid_file.AsyncGridIn):
    """Class to write data to GridFS.

    PyMongo's `AsyncGridIn`, by a `tornado_pymongo.GridIn`.

    What waits is a coroutine function, and runs in a worker thread when it is awaited.

    A file that is being written.

    Its attributes are sent by `close`. A closed one is changed with `set`, in a worker. `write`
    takes files whose ``read`` is a coroutine function as well, and reads them on your loop."""

    def __init__(
        self,
        root_collection: AsyncCollection[Any],
        session: AsyncClientSession | None = None,
        **kwargs: Any,
    ) -> None: ...
    def __eq__(self, other: object) -> Any: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    delegate: GridIn
    __iter__: None

    def __init_subclass__(
        cls, sync_class: type | None = None, async_class: type | None = None, **kwargs: Any
    ) -> None: ...
    def __getattr__(self, name: str) -> Any: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *exc_info: Any) -> Any: ...
    async def close(self) -> None:
        """Flush the file and close it.

        Runs in a worker thread when it is awaited."""

    def __setattr__(self, name: str, value: Any) -> None: ...
    @property
    def _id(self) -> Any: ...
    async def abort(self) -> None:
        """Remove all chunks/files that may have been uploaded and close.

        Runs in a worker thread when it is awaited."""

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

    async def set(self, name: str, value: Any) -> None:
        """Runs in a worker thread when it is awaited."""

    @property
    def upload_date(self) -> datetime:
        """Date that this file was uploaded.

        Runs at once, in the caller's thread: it does not wait."""

    async def write(self, data: Any) -> None:
        """Write data to the file. There is no return value.

        Runs in a worker thread when it is awaited."""

    def writeable(self) -> bool:
        """Runs at once, in the caller's thread: it does not wait."""

    async def writelines(self, sequence: Iterable[Any]) -> None:
        """Write a sequence of strings to the file.

        Runs in a worker thread when it is awaited."""

class AsyncGridOut(Derived):
    """Class to read data out of GridFS.

    PyMongo's `AsyncGridOut`, by a `tornado_pymongo.GridOut`.

    What waits is a coroutine function, and runs in a worker thread when it is awaited.

    A file that is being read.

    Those that a GridFS or GridFSBucket gives are open, so that their attributes are at hand. A read
    that is given up has read nothing: the next one begins at the same place."""

    def __init__(
        self,
        root_collection: AsyncCollection[Any],
        file_id: int | None = None,
        file_document: Any | None = None,
        session: AsyncClientSession | None = None,
    ) -> None: ...
    def __eq__(self, other: object) -> Any: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    delegate: GridOut
    __iter__: None

    def __init_subclass__(
        cls, sync_class: type | None = None, async_class: type | None = None, **kwargs: Any
    ) -> None: ...
    def __getattr__(self, name: str) -> Any: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *exc_info: Any) -> Any: ...
    async def close(self) -> None:
        """Make GridOut more generically file-like.

        Runs in a worker thread when it is awaited."""

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

    async def open(self) -> Self:
        """Runs in a worker thread when it is awaited."""

    async def read(self, size: int = -1) -> bytes:
        """Read at most `size` bytes from the file (less if there isn't enough data).

        Runs in a worker thread when it is awaited."""

    async def readchunk(self) -> bytes:
        """Read a chunk at a time.

        Runs in a worker thread when it is awaited."""

    async def readline(self, size: int = -1) -> bytes:
        """Read one line or up to `size` bytes from the file.

        Runs in a worker thread when it is awaited."""

    async def readlines(self, size: int = -1) -> list[bytes]:
        """Read one line or up to `size` bytes from the file.

        Runs in a worker thread when it is awaited."""

    async def to_list(self) -> list[bytes]:
        """Runs in a worker thread when it is awaited."""

    async def seek(self, pos: int, whence: int = ...) -> int:
        """Set the current position of this file.

        Runs in a worker thread when it is awaited."""

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

class AsyncGridOutCursor(AsyncCursor[Any], gridfs.asynchronous.grid_file.AsyncGridOutCursor):
    """A cursor / iterator for returning GridOut objects.

    PyMongo's `AsyncGridOutCursor`, by a `tornado_pymongo.GridOutCursor`.

    What waits is a coroutine function, and runs in a worker thread when it is awaited.

    The files that a query finds, as `GridOut`."""

    def __init__(
        self,
        collection: AsyncCollection[Any],
        filter: Mapping[str, Any] | None = None,
        skip: int = 0,
        limit: int = 0,
        no_cursor_timeout: bool = False,
        sort: Any | None = None,
        batch_size: int = 0,
        session: AsyncClientSession | None = None,
    ) -> None: ...
    delegate: GridOutCursor

    async def next(self) -> AsyncGridOut:
        """Get next GridOut object from cursor.

        Runs in a worker thread when it is awaited."""

    async def __anext__(self) -> AsyncGridOut: ...
    def next_object(self) -> AsyncGridOut | None:
        """Return the next document of the batch that was fetched last, or None: see `fetch_next`.

        Runs at once, in the caller's thread."""

    async def to_list(self, length: int | None = None) -> list[AsyncGridOut]:
        """Convert the cursor to a list.

        Runs in a worker thread when it is awaited."""

    def each(self, callback: Callback[AsyncGridOut]) -> None:
        """Call ``callback(document, None)`` on the caller's loop for each document.

        Then it calls ``callback(None, None)``, or ``callback(None, error)`` if the documents could
        not be had. It stops early, and leaves the cursor open, if the callback returns False (None,
        or nothing, goes on) or raises, which the loop logs."""
