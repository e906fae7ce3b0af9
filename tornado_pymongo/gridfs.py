"""GridFS: what cannot be derived of it."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any

import gridfs
from pymongo.errors import InvalidOperation
from tornado.iostream import StreamClosedError

from tornado_pymongo.bridge import Callback, CallFuture, check_callback, completed, run_in_task
from tornado_pymongo.cursor import Cursor
from tornado_pymongo.derive import Bridged, run_method
from tornado_pymongo.exclusive import Exclusive, Stream
from tornado_pymongo.internals.cursors import (
    close_at_once,
    has_line_at_hand,
    is_open,
    read_in_small_batches,
)

if TYPE_CHECKING:
    from tornado.web import RequestHandler

# How much is read in a worker at a time, at most, in bytes.
_PIECE = 2**18

# How much is fetched from MongoDB, or sent to it, at a time, in bytes, but no less than a chunk. It
# is a guess between few trips and little memory; measured, a client of 200 MiB costs 1 to 3 MB so,
# and 33 MB with PyMongo's own batches of 16 MB; an upload 5 MB, and 144 MB with its own of 48 MB.
BATCH = 2**20


def _is_asynchronous(source: Any) -> bool:
    """Tell whether this file must be read on the loop, as those of aiofiles, Starlette..."""
    return inspect.iscoroutinefunction(getattr(source, "read", None))


class GridFS(Bridged, source=gridfs.GridFS, twin=gridfs.AsyncGridFS):
    """Files by name and version, in a database; `GridFSBucket` is the newer interface."""

    _is_operation = False

    def put(self, data: Any, *, callback: Callback | None = None, **kwargs: Any) -> Any:
        """Write a file; return a Future of its ``_id``.

        Runs in a worker, which also reads `data` if that is a file; one whose ``read`` is a
        coroutine function is read on the caller's loop. The source is PyMongo's `GridFS.put`.
        """
        if _is_asynchronous(data):
            return run_in_task(callback, self._put, data, kwargs)
        return self._start(callback, CallFuture, run_method, self, "put", (data,), kwargs)

    async def _put(self, data: Any, kwargs: dict[str, Any]) -> Any:
        async with self.new_file(**kwargs) as grid_in:
            await grid_in.write(data)
        return grid_in._id


class GridFSBucket(Bridged, source=gridfs.GridFSBucket, twin=gridfs.AsyncGridFSBucket):
    """Files in a database."""

    def _start(self, callback: Callback | None, *call: Any) -> Any:
        _, function, *args = call
        if function is run_method:
            _, name, arguments, keywords = args
            if any(map(_is_asynchronous, (*arguments, *keywords.values()))):
                # PyMongo's own coroutine reads it, and opens and writes our GridIn.
                upload = partial(getattr(self._twin, name), self, *arguments, **keywords)
                return run_in_task(callback, upload)
        return super()._start(callback, *call)


class GridIn(Stream, source=gridfs.GridIn, twin=gridfs.AsyncGridIn):
    """A file that is being written.

    Its attributes are sent by `close`. A closed one is changed with `set`, in a worker.
    """

    def write(self, data: Any, callback: Callback | None = None) -> Any:
        """Write bytes, a string or what a file holds; return a Future of None.

        Runs in a worker, which also reads `data` if that is a file; one whose ``read`` is a
        coroutine function is read on the caller's loop. The source is PyMongo's `GridIn.write`.
        """
        if _is_asynchronous(data):
            return run_in_task(callback, self._write, data)
        return self._start(callback, CallFuture, run_method, self, "write", (data,), {})

    async def _write(self, source: Any) -> None:
        while True:
            try:
                data = await source.read(self.chunk_size)
            except BaseException:
                await self.abort()
                raise
            if not data:
                return
            await self.write(data)

    _is_operation = False

    # PyMongo's does not close, and so publish, a file that was left by an error.
    _exit = Exclusive._exit

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("delegate", "_client", "_call"):
            super().__setattr__(name, value)
        elif self.delegate.closed:
            raise AttributeError(
                f"a closed GridIn cannot be changed at once: await grid_in.set({name!r}, ...)"
            )
        else:
            setattr(self.delegate, name, value)


class GridOut(Stream, source=gridfs.GridOut, twin=gridfs.AsyncGridOut):
    """A file that is being read.

    Those that a GridFS or GridFSBucket gives are open, so that their attributes are at hand.
    """

    _is_operation = False

    def open(self, callback: Callback | None = None) -> Any:
        """Fetch the attributes, in a worker; return a Future of this file.

        :raises gridfs.errors.NoFile: where there is none. The source is PyMongo's `GridOut.open`.
        """
        return self._start(callback, CallFuture, _open, self)

    def _check_at_hand(self, name: str) -> None:
        if not is_open(self.delegate):
            raise InvalidOperation(f"await GridOut.open() before asking for its {name}")

    def to_list(self, callback: Callback | None = None) -> Any:
        """Read all lines; return a Future of them. The source is `AsyncGridOut.to_list`."""
        return run_in_task(callback, self._twin.to_list, self)  # type: ignore[attr-defined]

    def stream_to_handler(
        self, request_handler: RequestHandler, callback: Callback | None = None
    ) -> Any:
        """Send what is left of this file with a Tornado handler; return a Future of None.

        Set the headers before, ``Content-Length`` among them, and finish the handler after. It
        flushes as fast as the client takes the file, which is read in a worker in pieces of at
        most 256 KiB. If the client goes away, it ends. `tornado_pymongo.web.GridFSHandler` does
        all of what a handler must.

        :raises gridfs.errors.CorruptGridFile: where chunks are missing, or of a wrong size. If a
            part has been sent, the connection is closed.
        """
        check_callback(callback)
        if not callable(getattr(request_handler, "write", None)):
            raise InvalidOperation(
                "stream_to_handler needs a tornado.web.RequestHandler, not"
                f" {type(request_handler).__name__}"
            )
        rest = self.tell(), int(self.length)
        return run_in_task(callback, stream_to_handler, self, request_handler, *rest)

    def _close(self) -> CallFuture:
        future = super()._close()
        if future._call is None and future.exception() is not None:
            # There is no worker to be had: the client is closed, or has too much to do.
            close_at_once(self.delegate)
            return completed(None)
        return future

    def __aiter__(self) -> Any:
        return self

    async def __anext__(self) -> bytes:
        at_hand = self._running() is None and has_line_at_hand(self.delegate)
        line: bytes = self.delegate.readline() if at_hand else await self.readline()
        if line:
            return line
        raise StopAsyncIteration


def _open(grid_out: GridOut) -> GridOut:
    grid_out.delegate.open()
    return grid_out


class GridOutCursor(Cursor, source=gridfs.GridOutCursor, twin=gridfs.AsyncGridOutCursor):
    """The files that a query finds, as `GridOut`."""


async def read_pieces(grid_out: Any, start: int, stop: int) -> AsyncGenerator[bytes, None]:
    """Read the bytes from `start` to `stop` of an open GridOut, a piece at a time, in a worker.

    While a piece is used the next one is read, and no more than that. Wrap the generator in
    `contextlib.aclosing`; a call that still runs then is waited for by `GridOut.close`.

    :raises gridfs.errors.CorruptGridFile: where chunks are missing, or of a wrong size.
    """
    if start >= stop:
        return
    reading = grid_out._start(None, CallFuture, _begin, grid_out.delegate, start, stop)
    try:
        while start < stop:
            piece = await reading
            start += len(piece)
            if start < stop:
                reading = grid_out.read(min(_PIECE, stop - start))
            yield piece
    finally:
        if not reading.cancel() and not reading.cancelled():
            reading.exception()  # it was told already, or nobody is there to be told


def _begin(grid_out: Any, start: int, stop: int) -> bytes:
    """Go to the start and read the first piece, in a worker."""
    chunk_size = max(int(grid_out.chunk_size), 1)
    wanted = (stop - 1) // chunk_size - start // chunk_size + 1
    if stop == grid_out.length:
        wanted += 1  # at the end PyMongo looks for one too many
    # MongoDB's own first batch is 101 documents: no more of those that are small.
    read_in_small_batches(grid_out, min(wanted, max(BATCH // chunk_size, 1), 101))
    grid_out.seek(start)
    return grid_out.read(min(_PIECE, stop - start))  # type: ignore[no-any-return]


async def stream_to_handler(grid_out: Any, handler: Any, start: int, stop: int) -> None:
    """Send the bytes from `start` to `stop` of an open GridOut with a Tornado handler."""
    is_under_way = False
    try:
        async with aclosing(read_pieces(grid_out, start, stop)) as pieces:
            async for piece in pieces:
                handler.write(piece)
                is_under_way = True
                if (flushed := handler.flush()) is not None:  # None: it stands in for a handler
                    await flushed  # until the client has taken it
    except StreamClosedError:
        pass  # the client has gone away
    except BaseException:
        if is_under_way:
            # Tornado would end a chunked answer properly, and the client take it for complete.
            handler.request.connection.stream.close()
        raise
