"""GridFS files as HTTP resources: what the handlers for Tornado and for aiohttp share.

`StoredFile` decides what to answer to a request for a file (RFC 9110), and `Upload` stores a file
that is received, by itself or in a form (`_form.py`). `_sending.py` reads the bytes to be sent.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

from gridfs.errors import FileExists
from pymongo.errors import ConfigurationError
from tornado.httputil import format_timestamp
from tornado.web import HTTPError

from tornado_pymongo import log
from tornado_pymongo._sending import BATCH
from tornado_pymongo.client import Database
from tornado_pymongo.exclusive import until_free
from tornado_pymongo.gridfs import GridFSBucket
from tornado_pymongo.internals.cursors import remove_unfinished, write_in_small_batches
from tornado_pymongo.proxy import Function

# How large an upload may be by default, in bytes.
MAX_SIZE = 100 * 2**20

# The text from the database that may go into a header: one line of printable ASCII.
PRINTABLE = re.compile("[!-~][ -~]*")

_RANGE = re.compile("bytes=[ \t]*([0-9]{0,99})-([0-9]{0,99})[ \t]*", re.IGNORECASE)

_ETAG = re.compile('(W/)?("[^"]*")(?=[ \t]*(?:,|$))')

if not mimetypes.inited:
    mimetypes.init()  # reads files, which must not happen on the loop


def bucket_of(database: Any, root_collection: Any) -> GridFSBucket:
    """Return the bucket that a handler is for, or refuse its options."""
    if not isinstance(database, Database):
        raise TypeError(
            f"database must be a tornado_pymongo.Database, not {type(database).__name__}"
        )
    if not isinstance(root_collection, str):
        raise TypeError(
            "root_collection must be the name of a bucket, a str, not"
            f" {type(root_collection).__name__}"
        )
    return GridFSBucket(database, root_collection)


def check_max_size(max_size: Any) -> None:
    """Refuse a limit that no body can be compared with."""
    if isinstance(max_size, bool) or not isinstance(max_size, int) or max_size < 0:
        raise ConfigurationError(
            f"max_size must be a whole number of bytes from 0 on, not {max_size!r}"
        )


def check_hooks(**hooks: Any) -> None:
    """Refuse what cannot be called for a request."""
    for name, hook in hooks.items():
        if not callable(hook):
            raise ConfigurationError(f"{name} must be a function, not {type(hook).__name__}")


class StoredFile:
    """A GridFS file, as HTTP sees it.

    The ETag is strong: GridFS never changes the bytes of a file, and one that takes the place of
    another under the same id has another length or time of upload, in milliseconds. The md5 would
    not do: PyMongo 4 stores none. It is the ETag that Motor makes, so caches filled by Motor hold.
    """

    def __init__(self, grid_out: Any, path: str) -> None:
        """Describe an open GridOut that was requested by `path`."""
        self.length = int(grid_out.length)
        self.modified: datetime | None = None
        uploaded = grid_out.upload_date
        if isinstance(uploaded, datetime):
            self.modified = uploaded.replace(microsecond=0)  # to the second, as HTTP tells it
            if uploaded.tzinfo is not None:
                uploaded = uploaded.astimezone(timezone.utc).replace(tzinfo=None)
        facts = f"{grid_out._id}{self.length}{uploaded}"
        self.etag = f'"{hashlib.sha256(facts.encode("utf-8", "surrogatepass")).hexdigest()}"'
        self.content_type = _content_type(grid_out, path)

    def answer(
        self, method: str, header: Callable[[str], str | None], cache_time: int
    ) -> tuple[int, dict[str, str], int, int]:
        """Return what to answer to a GET or HEAD: status, headers, the start and stop of the bytes.

        :param header: returns a header of the request by its name, or None.
        :param cache_time: for how many seconds the answer may be cached, or 0 for no promise.
        """
        headers = {"ETag": self.etag, "Accept-Ranges": "bytes", "Cache-Control": "public"}
        if self.modified is not None:
            headers["Last-Modified"] = format_timestamp(self.modified)
        if cache_time > 0:
            headers["Cache-Control"] = f"max-age={cache_time}"
            headers["Expires"] = format_timestamp(time.time() + cache_time)
        status, start, stop = self._status(header), 0, self.length
        # A range is for GET alone, and must be meant of this very file.
        is_meant = header("If-Range") in (None, self.etag, headers.get("Last-Modified"))
        if status == 200 and method == "GET" and is_meant:
            wanted = parse_range(header("Range") or "", self.length)
            if wanted is not None:
                start, stop = wanted
                status = 206 if start < stop else 416
                span = f"{start}-{stop - 1}" if start < stop else "*"
                headers["Content-Range"] = f"bytes {span}/{self.length}"
        if status in (200, 206):
            headers["Content-Type"] = self.content_type
        else:
            start = stop = 0
        if status != 304:
            headers["Content-Length"] = str(stop - start)
        return status, headers, start, stop

    def _status(self, header: Callable[[str], str | None]) -> int:
        """Return 200, unless a condition of the request says otherwise."""
        if (etags := header("If-Match")) is not None:
            if not self._is_in(etags, weak=False):
                return 412
        elif self._is_newer_than(header("If-Unmodified-Since")):
            return 412
        if (etags := header("If-None-Match")) is not None:
            return 304 if self._is_in(etags, weak=True) else 200
        return 304 if self._is_newer_than(header("If-Modified-Since")) is False else 200

    def _is_in(self, etags: str, weak: bool) -> bool:
        return etags.strip() == "*" or any(
            etag == self.etag and (weak or not is_weak) for is_weak, etag in _ETAG.findall(etags)
        )

    def _is_newer_than(self, date: str | None) -> bool | None:
        """Compare; return None if there is no date, or one that is none."""
        since = parse_date(date)
        if since is None or self.modified is None:
            return None
        return _in_utc(self.modified) > since


def _in_utc(date: datetime) -> datetime:
    return date if date.tzinfo is not None else date.replace(tzinfo=timezone.utc)


def _content_type(grid_out: Any, path: str) -> str:
    """Return what is stored with the file or, if nothing is, what its name tells."""
    metadata = grid_out.metadata
    inner = metadata.get("contentType") if isinstance(metadata, Mapping) else None
    # By its name in the file's document: PyMongo's content_type warns that it is deprecated.
    for stored in getattr(grid_out, "contentType", None), inner:
        if isinstance(stored, str) and PRINTABLE.fullmatch(stored):
            return stored
    name = grid_out.filename if isinstance(grid_out.filename, str) else path
    # The slash keeps a name with a colon from being taken for a URL, which may say what it likes.
    guessed, encoding = mimetypes.guess_type(f"/{name}")
    if encoding is not None:
        guessed = "application/gzip" if encoding == "gzip" else None
    return guessed or "application/octet-stream"


def parse_date(text: str | None) -> datetime | None:
    """Return the date in a header, or None for nonsense, which HTTP says to ignore."""
    try:
        return _in_utc(parsedate_to_datetime(text or ""))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def parse_range(text: str, length: int) -> tuple[int, int] | None:
    """Return the start and the stop of the bytes that a Range header asks for.

    None stands for the whole file: for nonsense, for other units, and for several ranges at once,
    all of which HTTP lets a server ignore. A start that is not below the stop cannot be satisfied.
    """
    match = _RANGE.fullmatch(text)
    if match is None:
        return None
    first, last = match.groups()
    if first:
        if last and int(last) < int(first):
            return None
        return int(first), min(int(last) + 1, length) if last else length
    if not last or (length == 0 and int(last)):
        return None  # the last bytes of an empty file are all of it
    return max(length - int(last), 0), length


class Refusal(HTTPError):
    """A request that is not met, and the sentence that its sender is told."""

    def __init__(self, status_code: int, sentence: str) -> None:
        super().__init__(status_code, "%s", sentence)
        self.sentence = sentence


class Upload:
    """A request's body on its way into a GridIn.

    Faults of the client are raised as Tornado's HTTPError.
    """

    def __init__(self, grid_in: Any, max_size: int) -> None:
        self.grid_in = grid_in
        self._left = max_size
        self._is_ours = True  # what is stored under its id

    async def write(self, data: bytes) -> None:
        """Store a part of the body, in a worker; return when there is room for more.

        :raises tornado.web.HTTPError: 413 if it is too much, 409 if a file has that id.
        """
        self._left -= len(data)
        if self._left < 0:
            raise HTTPError(413)
        await self._run("write", write_in_small_batches, self.grid_in.delegate, data, BATCH)

    async def close(self) -> Any:
        """Complete the file, in a worker, and return its GridIn; or remove it if that fails.

        :raises tornado.web.HTTPError: 409 if a file has that id.
        """
        try:
            await self._run("close", self.grid_in.delegate.close)
        except BaseException:
            await self.abort()
            raise
        return self.grid_in

    async def abort(self) -> None:
        """Remove what has been stored, in a worker, after the call that may still run there."""
        try:
            await until_free(self.grid_in)
            if self._is_ours:
                await self._run("abort", remove_unfinished, self.grid_in.delegate)
        except Exception as error:
            log.error(
                "upload_left_behind",
                "Chunks of an upload are left behind: files_id %(files_id)s, %(error)s",
                files_id=repr(self.grid_in._id),
                error=repr(error),
            )

    async def _run(self, name: str, function: Callable[..., Any], *args: Any) -> None:
        try:
            await Function(self.grid_in, name, partial(function, *args)).start()
        except FileExists:
            self._is_ours = False
            raise HTTPError(409) from None


def metadata_of(content_type: str | None) -> dict[str, str] | None:
    """Return the metadata of a file that is received."""
    return {"contentType": content_type} if content_type else None


def created(grid_in: Any, path: str | None) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the headers and, for JSON, the body of the answer that a file is stored.

    :param path: that of the file, if it is known: a form is sent to another one.
    """
    # Without a second slash in front, which would make it the name of a host.
    headers = {} if path is None else {"Location": "/" + path.lstrip("/")}
    length = int(grid_in.length)
    return headers, {"_id": str(grid_in._id), "filename": grid_in.filename, "length": length}
