"""GridFS: what cannot be derived of it."""

from __future__ import annotations

import inspect
import os
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import gridfs
from pymongo.errors import InvalidOperation
from tornado.iostream import StreamClosedError

from tornado_pymongo.bridge import Callback, check_callback
from tornado_pymongo.buffer import Buffer, Consumable, Fetch, Want
from tornado_pymongo.cursor import Cursor
from tornado_pymongo.derive import Derived
from tornado_pymongo.exclusive import Exclusive, Stream
from tornado_pymongo.executor import Call
from tornado_pymongo.futures import CallFuture
from tornado_pymongo.internals.cursors import (
    close_at_once,
    forget_chunks,
    has_line_at_hand,
    is_open,
    read_again_from,
    read_in_small_batches,
)
from tornado_pymongo.proxy import Function, Operation
from tornado_pymongo.taking import AlreadyTaken

if TYPE_CHECKING:
    from tornado.web import RequestHandler

# How much is read in a worker at a time, at most, in bytes.
_PIECE = 2**18

# How much is fetched from MongoDB, or sent to it, at a time, in bytes, but no less than a chunk: a
# guess between few trips and little memory. Measured: a download of 200 MiB costs 1 to 3 MB (33 MB
# with PyMongo's own batches of 16 MB), an upload 5 MB (144 MB with PyMongo's own of 48 MB).
BATCH = 2**20


def _is_asynchronous(source: Any) -> bool:
    """Tell whether this file must be read on the loop, as those of aiofiles, Starlette..."""
    # A GridOut of ours is read in the worker that writes.
    is_ours = isinstance(source, GridOut)
    return not is_ours and inspect.iscoroutinefunction(getattr(source, "read", None))


class GridFS(Derived, sync_class=gridfs.GridFS, async_class=gridfs.AsyncGridFS):
    """Files by name and version, in a database; `GridFSBucket` is the newer interface."""

    _is_operation = False

    def put(self, data: Any, *, callback: Callback | None = None, **kwargs: Any) -> Any:
        """Write a file; return a Future of its ``_id``.

        Runs in a worker, which also reads `data` if that is a file; one whose ``read`` is a
        coroutine function is read on the caller's loop. The source is PyMongo's `GridFS.put`.
        """
        if _is_asynchronous(data):
            check_callback(callback)
            return self._runtime.in_task(self._put(data, kwargs), callback)
        return self._start(Operation(self, "put", (data,), kwargs), callback)

    async def _put(self, data: Any, kwargs: dict[str, Any]) -> Any:
        async with self.new_file(**kwargs) as grid_in:
            await grid_in.write(data)
        return grid_in._id


class GridFSBucket(Derived, sync_class=gridfs.GridFSBucket, async_class=gridfs.AsyncGridFSBucket):
    """Files in a database."""

    def _start(
        self, operation: Operation, callback: Callback | None = None, future_class: Any = CallFuture
    ) -> Any:
        if any(map(_is_asynchronous, (*operation.args, *operation.kwargs.values()))):
            check_callback(callback)
            # PyMongo's own coroutine reads it, and opens and writes our GridIn.
            upload = getattr(self._async_class, operation.name)
            coroutine = upload(self, *operation.args, **operation.kwargs)
            return self._runtime.in_task(coroutine, callback)
        return super()._start(operation, callback, future_class)


class GridIn(Stream, sync_class=gridfs.GridIn, async_class=gridfs.AsyncGridIn):
    """A file that is being written.

    Its attributes are sent by `close`. A closed one is changed with `set`, in a worker.
    """

    def write(self, data: Any, callback: Callback | None = None) -> Any:
        """Write bytes, a string or what a file holds; return a Future of None.

        Runs in a worker, which also reads `data` if that is a file; one whose ``read`` is a
        coroutine function is read on the caller's loop. The source is PyMongo's `GridIn.write`.
        """
        if _is_asynchronous(data):
            check_callback(callback)
            return self._runtime.in_task(self._write(data), callback)
        return self._start(Operation(self, "write", (data,)), callback)

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
        if name in ("delegate", "_runtime", "_last_call"):
            object.__setattr__(self, name, value)  # not of a class that PyMongo's own comes after
        elif self.delegate.closed:
            raise AttributeError(
                f"a closed GridIn cannot be changed at once: await grid_in.set({name!r}, ...)"
            )
        else:
            setattr(self.delegate, name, value)


class GridOut(Consumable, sync_class=gridfs.GridOut, async_class=gridfs.AsyncGridOut):
    """A file that is being read.

    Those that a GridFS or GridFSBucket gives are open, so that their attributes are at hand. A read
    that is given up has read nothing: the next one begins at the same place.
    """

    _is_operation = False

    def open(self, callback: Callback | None = None) -> Any:
        """Fetch the attributes, in a worker; return a Future of this file.

        :raises gridfs.errors.NoFile: if there is none. The source is PyMongo's `GridOut.open`.
        """
        return self._start(Function(self, "open", self._open), callback)

    def _open(self) -> GridOut:
        self.delegate.open()
        return self

    def _check_at_hand(self, name: str) -> None:
        if not is_open(self.delegate):
            raise InvalidOperation(f"await GridOut.open() before asking for its {name}")

    # Reading. The position of the buffer is behind the last bytes that were taken.

    def _read(self, read: Callable[[Any], bytes], delegate: Any, buffer: Buffer) -> None:
        """Read something, in a worker, from the end of the last bytes that were taken."""
        self._go_back()
        data = read(delegate)
        buffer.put(deque([(read, data)]), delegate.tell())

    def _go_back(self) -> None:
        """Undo a read whose result nobody has taken."""
        if self._buffer or self._buffer.is_broken:
            self._buffer.clear()
            self._buffer.is_broken = False
            if self._buffer.position is not None:
                read_again_from(self.delegate, self._buffer.position)

    def _settle(self) -> None:
        """Do nothing: the next read begins by going back."""

    def _want(
        self, name: str, read: Callable[[Any], bytes], callback: Callback | None = None
    ) -> Any:
        """Return a Future of what is read by a function of PyMongo's file, in a worker."""
        if not self._has_untaken():
            self._buffer.position = self.delegate.tell()
        fetch = Fetch(self, name, partial(self._read, read))
        return self._demand(_Read(self, fetch, read), callback)

    def _has_untaken(self) -> bool:
        """Tell whether PyMongo's file may be ahead of what was taken."""
        # In this order: a call that ends in between has left something.
        return self._running() is not None or bool(self._buffer) or self._buffer.is_broken

    def read(self, size: int = -1, callback: Callback | None = None) -> Any:
        """Read so many bytes, or all that are left; return a Future of them.

        Runs in a worker. The source is PyMongo's `GridOut.read`.
        """
        return self._want("read", methodcaller("read", size), callback)

    def readchunk(self, callback: Callback | None = None) -> Any:
        """Read what is left of the current chunk, or the next one; return a Future of it.

        Runs in a worker. The source is PyMongo's `GridOut.readchunk`.
        """
        return self._want("readchunk", methodcaller("readchunk"), callback)

    def readline(self, size: int = -1, callback: Callback | None = None) -> Any:
        """Read one line, of at most so many bytes; return a Future of it.

        Runs in a worker. The source is PyMongo's `GridOut.readline`.
        """
        return self._want("readline", methodcaller("readline", size), callback)

    def _read_from(self, start: int, stop: int) -> Any:
        """Go to `start`, and read the first piece of what there is up to `stop`, in a worker."""
        return self._want("read", partial(_begin, start=start, stop=stop))

    def seek(self, pos: int, whence: int = os.SEEK_SET, callback: Callback | None = None) -> Any:
        """Set the position in the file; return a Future of it.

        Runs in a worker. The source is PyMongo's `GridOut.seek`.
        """
        return self._start(Function(self, "seek", partial(self._seek, pos, whence)), callback)

    def _seek(self, pos: int, whence: int) -> Any:
        self._go_back()
        return self.delegate.seek(pos, whence)

    def _seek_at_once(self, pos: int, whence: int) -> int:
        """Set the position in an open file, without waiting, and return it."""
        forget_chunks(self.delegate)
        return self._seek(pos, whence)  # type: ignore[no-any-return]

    def tell(self) -> int:
        """Return the position in the file, behind what was taken.

        Runs at once, in the caller's thread. The source is PyMongo's `GridOut.tell`.
        """
        position: int | None = self._buffer.position if self._has_untaken() else None
        return self.delegate.tell() if position is None else position

    def to_list(self, callback: Callback | None = None) -> Any:
        """Read all lines; return a Future of them. The source is `AsyncGridOut.to_list`."""
        check_callback(callback)
        lines = self._async_class.to_list(self)  # type: ignore[attr-defined]
        return self._runtime.in_task(lines, callback)

    def stream_to_handler(
        self, request_handler: RequestHandler, callback: Callback | None = None
    ) -> Any:
        """Send what is left of this file with a Tornado handler; return a Future of None.

        Set the headers before, ``Content-Length`` among them, and finish the handler after. It
        flushes as fast as the client takes the file, which is read in a worker in pieces of at
        most 256 KiB. If the client goes away, it ends. `tornado_pymongo.web.GridFSHandler` does
        all of what a handler must.

        :raises gridfs.errors.CorruptGridFile: if chunks are missing, or of a wrong size. If a part
            has been sent, the connection is closed.
        """
        check_callback(callback)
        if not callable(getattr(request_handler, "write", None)):
            raise InvalidOperation(
                "stream_to_handler needs a tornado.web.RequestHandler, not"
                f" {type(request_handler).__name__}"
            )
        sending = stream_to_handler(self, request_handler, self.tell(), int(self.length))
        return self._runtime.in_task(sending, callback)

    def _leave_alone(self) -> bool:
        close_at_once(self.delegate)
        return True

    def __aiter__(self) -> Any:
        return self

    async def __anext__(self) -> bytes:
        if not self._has_untaken() and has_line_at_hand(self.delegate):
            line: bytes = self.delegate.readline()
        else:
            line = await self.readline()
        if line:
            return line
        raise StopAsyncIteration


class _Read(Want):
    """What a read returns: it must be that of its own call, as the next one may want more or less.

    :param read: by which the buffer tells whose it is.
    """

    def __init__(self, owner: GridOut, fetch: Fetch, read: Callable[[Any], bytes]) -> None:
        super().__init__(owner, fetch)
        self._read = read

    def is_met(self, fetch: Call | None) -> bool:
        return fetch is not None

    def take(self) -> bytes:
        read, _ = self.buffer.first() or (None, b"")
        if read is not self._read:
            raise AlreadyTaken
        return super().take()[1]  # type: ignore[no-any-return]


class GridOutCursor(Cursor, sync_class=gridfs.GridOutCursor, async_class=gridfs.AsyncGridOutCursor):
    """The files that a query finds, as `GridOut`."""


async def read_pieces(grid_out: Any, start: int, stop: int) -> AsyncGenerator[bytes, None]:
    """Read the bytes from `start` to `stop` of an open GridOut, a piece at a time, in a worker.

    While a piece is used the next one is read, and no more than that. Wrap the generator in
    `contextlib.aclosing`; a call that still runs then is waited for by `GridOut.close`.

    :raises gridfs.errors.CorruptGridFile: if chunks are missing, or of a wrong size.
    """
    if start >= stop:
        return
    reading = grid_out._read_from(start, stop)
    try:
        while start < stop:
            piece = await reading
            start += len(piece)
            if start < stop:
                # A Future, and begun: a subclass may have a coroutine function.
                reading = GridOut.read(grid_out, min(_PIECE, stop - start))
            yield piece
    finally:
        if not reading.cancel() and not reading.cancelled():
            reading.exception()  # no consumer is left to be told


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
