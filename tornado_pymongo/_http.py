"""GridFS files as HTTP resources: what the handlers for Tornado and for aiohttp share.

It knows no web framework. `StoredFile` decides what to answer (RFC 9110), `read_pieces` reads what
is sent, and `Upload` stores what is received; all three keep at most some 3 MiB of a file in
memory, whatever its size, if its chunks are of the default size.
"""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
import re
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from tornado.httputil import format_timestamp

from tornado_pymongo.executor import logger
from tornado_pymongo.internals import read_in_small_batches, write_in_small_batches

# How much is read in a worker at a time, at most, in bytes.
_PIECE = 2**18

# How much is fetched from MongoDB, or sent to it, at a time, in bytes: a guess between few trips to
# the server and little memory. It takes no less than a chunk, 255 KiB by default.
_BATCH = 2**20

# How large an upload may be by default, in bytes.
MAX_SIZE = 100 * 2**20

# What a header may have of what the database says: text with neither line breaks nor much else.
_PRINTABLE = re.compile("[!-~][ -~]*")

_RANGE = re.compile("bytes=[ \t]*([0-9]{0,99})-([0-9]{0,99})[ \t]*", re.IGNORECASE)

_ETAG = re.compile('(W/)?("[^"]*")')

if not mimetypes.inited:
    mimetypes.init()  # reads files, which must not happen on the loop


@dataclass(frozen=True)
class Answer:
    """What to answer to a request: the status, the headers, the bytes from `start` to `stop`."""

    status: int
    headers: dict[str, str]
    start: int = 0
    stop: int = 0


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
        if uploaded := grid_out.upload_date:
            # To the second, as HTTP tells it.
            self.modified = uploaded.replace(microsecond=0)
            if uploaded.tzinfo is not None:
                uploaded = uploaded.astimezone(timezone.utc).replace(tzinfo=None)
        facts = f"{grid_out._id}{self.length}{uploaded}"
        self.etag = f'"{hashlib.sha256(facts.encode("utf-8", "surrogatepass")).hexdigest()}"'
        self.content_type = _content_type(grid_out, path)

    def answer(self, method: str, header: Callable[[str], str | None], cache_time: int) -> Answer:
        """Return what to answer to a GET or HEAD.

        :param header: returns a header of the request by its name, or None.
        :param cache_time: for how many seconds the answer may be cached, or 0 for no promise.
        """
        headers = {"ETag": self.etag, "Accept-Ranges": "bytes", "Cache-Control": "public"}
        if self.modified is not None:
            headers["Last-Modified"] = format_timestamp(self.modified)
        if cache_time > 0:
            headers["Cache-Control"] = f"max-age={cache_time}"
            headers["Expires"] = format_timestamp(time.time() + cache_time)
        if status := self._precondition(header):
            return Answer(status, headers if status == 304 else {**headers, "Content-Length": "0"})
        start, stop, status = 0, self.length, 200
        if method == "GET" and self._wants_range(header):
            wanted = parse_range(header("Range") or "", self.length)
            if wanted is not None:
                start, stop, status = *wanted, 206
                span = f"{start}-{stop - 1}" if start < stop else "*"
                headers["Content-Range"] = f"bytes {span}/{self.length}"
                if start >= stop:
                    return Answer(416, {**headers, "Content-Length": "0"})
        headers["Content-Type"] = self.content_type
        headers["Content-Length"] = str(stop - start)
        return Answer(status, headers, start, stop)

    def _precondition(self, header: Callable[[str], str | None]) -> int | None:
        """Return the status if a condition of the request ends it."""
        match, none_match = header("If-Match"), header("If-None-Match")
        if match is not None:
            if not self._is_in(match, weak=False):
                return 412
        elif self._is_newer_than(header("If-Unmodified-Since")):
            return 412
        if none_match is not None:
            return 304 if self._is_in(none_match, weak=True) else None
        return 304 if self._is_newer_than(header("If-Modified-Since")) is False else None

    def _is_in(self, etags: str, weak: bool) -> bool:
        return etags.strip() == "*" or any(
            etag == self.etag and (weak or not is_weak) for is_weak, etag in _ETAG.findall(etags)
        )

    def _is_newer_than(self, date: str | None) -> bool | None:
        """Compare; return None if there is no date, or one that is none."""
        since = parse_date(date)
        if since is None or self.modified is None:
            return None
        return bool(_in_utc(self.modified) > since)

    def _wants_range(self, header: Callable[[str], str | None]) -> bool:
        """Tell whether the range is wanted of this very file."""
        condition = header("If-Range")
        if condition is None or condition.strip() == self.etag:
            return True
        since = parse_date(condition)
        return None not in (since, self.modified) and since == _in_utc(self.modified)


def _in_utc(date: Any) -> Any:
    return date if date.tzinfo is not None else date.replace(tzinfo=timezone.utc)


def _content_type(grid_out: Any, path: str) -> str:
    """Return what is stored with the file or, if nothing is, what its name tells."""
    metadata = grid_out.metadata
    inner = metadata.get("contentType") if isinstance(metadata, Mapping) else None
    # By its name in the file's document: PyMongo's content_type warns that it is deprecated.
    for stored in getattr(grid_out, "contentType", None), inner:
        if isinstance(stored, str) and _PRINTABLE.fullmatch(stored):
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
        return _in_utc(parsedate_to_datetime(text))  # type: ignore[arg-type, no-any-return]
    except (TypeError, ValueError, IndexError, OverflowError, AttributeError):
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


async def read_pieces(grid_out: Any, start: int, stop: int) -> AsyncGenerator[bytes, None]:
    """Read the bytes from `start` to `stop` of an open GridOut, a piece at a time, in a worker.

    While a piece is used the next one is read, and no more than that. When the generator is closed
    the file is at rest. Wrap it in `contextlib.aclosing`.

    :raises gridfs.errors.CorruptGridFile: where chunks are missing, or of a wrong size.
    """
    run = grid_out._client.run_in_worker
    if start >= stop:
        return
    reading = run(_begin, grid_out.delegate, start, stop)
    try:
        while True:
            # Shielded: a call that was cancelled may go on in its worker, unseen.
            piece = await asyncio.shield(reading)
            start += len(piece)
            if start >= stop:
                yield piece
                return
            reading = run(grid_out.delegate.read, min(_PIECE, stop - start))
            yield piece
    finally:
        with suppress(Exception):
            await reading


def _begin(grid_out: Any, start: int, stop: int) -> bytes:
    """Go to the start and read the first piece, in a worker."""
    chunk_size = max(int(grid_out.chunk_size), 1)
    wanted = (stop - 1) // chunk_size - start // chunk_size + 1
    # MongoDB's own first batch is 101 documents: no more of those that are small.
    read_in_small_batches(grid_out, min(wanted, max(_BATCH // chunk_size, 1), 101))
    grid_out.seek(start)
    return grid_out.read(min(_PIECE, stop - start))  # type: ignore[no-any-return]


class BodyTooLarge(Exception):
    """An upload has more bytes than it may have."""


class Upload:
    """A request's body on its way into a GridIn."""

    def __init__(self, grid_in: Any, max_size: int) -> None:
        self.grid_in = grid_in
        self._left = max_size
        self._call: Any = None  # the last call, which may still run though nobody waits for it

    async def write(self, data: bytes) -> None:
        """Store a part of the body, in a worker; return when there is room for more.

        :raises BodyTooLarge: where it is too much.
        """
        self._left -= len(data)
        if self._left < 0:
            raise BodyTooLarge
        await self._run(write_in_small_batches, self.grid_in.delegate, data, _BATCH)

    async def close(self) -> None:
        """Complete the file, in a worker, or remove it if that fails."""
        try:
            await self._run(self.grid_in.delegate.close)
        except BaseException:
            await self.abort()
            raise

    async def abort(self) -> None:
        """Remove what has been stored, in a worker, after the call that may still run there."""
        if self._call is None:
            return
        with suppress(Exception):
            await asyncio.shield(self._call)
        try:
            await self._run(self.grid_in.delegate.abort)
        except Exception as error:
            logger.error(
                "The chunks of an upload that failed are left behind: files_id %r, %r",
                self.grid_in._id,
                error,
            )

    async def _run(self, function: Callable[..., Any], *args: Any) -> None:
        self._call = self.grid_in._client.run_in_worker(function, *args)
        await asyncio.shield(self._call)
