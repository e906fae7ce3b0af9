"""GridFS: what cannot be derived of it."""

from __future__ import annotations

import inspect
import os
from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from io import BytesIO
from operator import methodcaller
from typing import Any

import gridfs
from pymongo.errors import InvalidOperation

from tornado_pymongo._sending import PIECE, Sendable
from tornado_pymongo.bridge import Callback, check_callback, with_callback
from tornado_pymongo.buffer import Buffer, Fetch, Want
from tornado_pymongo.cursor import Cursor
from tornado_pymongo.derive import Derived
from tornado_pymongo.exclusive import Exclusive, Stream
from tornado_pymongo.executor import Call
from tornado_pymongo.futures import CallFuture, named_as
from tornado_pymongo.internals.clients import begin_timeout
from tornado_pymongo.internals.cursors import (
    close_at_once,
    forget_chunks,
    is_open,
    lines_at_hand,
    read_again_from,
    read_line,
    skip_at_hand,
)
from tornado_pymongo.proxy import Function, Operation, Proxy
from tornado_pymongo.taking import AlreadyTaken, ResumedFuture
from tornado_pymongo.unbound import running_loop

# How much of a chunk is cut into lines at a time, in bytes. Measured with empty lines: it
# takes the loop 0.05 ms, and a whole chunk takes 2.7 ms.
_CUT = 2**13


def _is_asynchronous(file: Any, method: str = "read") -> bool:
    """Tell whether this file must be used on the loop, as those of aiofiles, Starlette..."""
    # A worker uses the PyMongo file of one of ours.
    return not isinstance(file, Proxy) and inspect.iscoroutinefunction(getattr(file, method, None))


class UsesFiles(Derived):
    """An object whose methods read, or write to, files of the caller's.

    A worker does so, but the caller's loop if their ``read`` or ``write`` is a coroutine function.
    """

    def _start(
        self, operation: Operation, callback: Callback | None = None, future_class: Any = CallFuture
    ) -> Any:
        check_callback(callback)
        method = "write" if operation.name.startswith("download") else "read"
        arguments = (*operation.args, *operation.kwargs.values())
        if not any(_is_asynchronous(each, method) for each in arguments):
            return super()._start(operation, callback, future_class)
        context = copy_context()
        if self._is_operation:
            begin_timeout(context, self._runtime.timeout)
        return context.run(self._runtime.in_task, self._use(operation), callback)

    async def _use(self, operation: Operation) -> Any:
        """Do on the loop what a method does."""


class GridFS(UsesFiles, sync_class=gridfs.GridFS, async_class=gridfs.AsyncGridFS):
    """Files by name and version, in a database; `GridFSBucket` is the newer interface.

    `put` takes files whose ``read`` is a coroutine function as well, and reads them on your loop.
    """

    _is_operation = False

    async def _use(self, operation: Operation) -> Any:
        (data,) = operation.args or (operation.kwargs.pop("data"),)
        async with self.new_file(**operation.kwargs) as grid_in:
            await grid_in.write(data)
        return grid_in._id


class GridFSBucket(UsesFiles, sync_class=gridfs.GridFSBucket, async_class=gridfs.AsyncGridFSBucket):
    """Files in a database.

    Files of yours whose ``read`` or ``write`` is a coroutine function are used on your loop.
    """

    async def _use(self, operation: Operation) -> Any:
        if operation.name.startswith("upload"):
            # PyMongo's own coroutine reads the file, and opens and writes our GridIn.
            upload = getattr(self._async_class, operation.name)
            return await upload(self, *operation.args, **operation.kwargs)
        # That for downloads does not wait for the file.
        signature = inspect.signature(getattr(self._sync_class, operation.name))
        arguments = signature.bind(self, *operation.args, **operation.kwargs).arguments
        _, destination = arguments.pop("self"), arguments.pop("destination")
        name = operation.name.replace("download_to", "open_download")
        async with await self._start(Operation(self, name, (), arguments)) as grid_out:
            while chunk := await grid_out.readchunk():
                await destination.write(chunk)
        return None


class GridIn(UsesFiles, Stream, sync_class=gridfs.GridIn, async_class=gridfs.AsyncGridIn):
    """A file that is being written.

    Its attributes are sent by `close`. A closed one is changed with `set`, in a worker. `write`
    takes files whose ``read`` is a coroutine function as well, and reads them on your loop.
    """

    async def _use(self, operation: Operation) -> None:
        (source,) = *operation.args, *operation.kwargs.values()
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


class GridOut(Sendable, sync_class=gridfs.GridOut, async_class=gridfs.AsyncGridOut):
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

    def _read(self, read: Callable[[Any], Any], delegate: Any, buffer: Buffer) -> None:
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

    def _want(self, name: str, read: Callable[[Any], Any], callback: Callback | None = None) -> Any:
        """Return a Future of what is read by a function of PyMongo's file, in a worker."""
        if not self._has_untaken():
            self._buffer.position = self.delegate.tell()
        fetch = Fetch(self, name, partial(self._read, read))
        return self._demand(_Read(self, fetch, read), callback)

    def _has_untaken(self) -> bool:
        """Tell whether PyMongo's file may be ahead of what was taken."""
        if self._running() is not None:
            return True
        # Only then, as a call that ends in between has left something.
        buffer = self._buffer
        return buffer.is_broken or not buffer.is_used_up()

    # Lines that are at hand in PyMongo's file, of which some are cut at a time: to do so one by one
    # takes longer than all else. They end with the next call that runs.
    _lines: Any = ()

    def _has_line(self, size: int) -> bool:
        """Tell whether a line, of at most so many bytes, is at hand."""
        if not self._lines and not self._has_untaken():
            self._lines = lines_at_hand(self.delegate, _CUT)
        lines = self._lines
        return bool(lines and (size < 0 or len(lines[0]) <= size))

    def _take_line(self, size: int = -1) -> bytes:
        if not (self._lines or self._has_line(size)) or 0 <= size < len(self._lines[0]):
            raise AlreadyTaken
        line: bytes = self._lines.popleft()
        skip_at_hand(self.delegate, len(line))
        return line

    def _start_into(self, future: CallFuture, operation: Operation) -> CallFuture:
        self._lines = ()
        return super()._start_into(future, operation)

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

        If all of the line has come with its chunk, the Future is complete at once. Otherwise it
        runs in a worker. The source is PyMongo's `GridOut.readline`.
        """
        size = -1 if size is None else size  # as any Python file takes it
        if (loop := running_loop()) is not None and self._has_line(size):
            check_callback(callback)
            future = _LineFuture(loop=loop)
            future.file, future.size = self, size
            future.set_result(None)
            return with_callback(future, callback)
        return self._want("readline", partial(read_line, size=size), callback)

    def readlines(self, size: int = -1, callback: Callback | None = None) -> Any:
        """Read lines up to the end or, if that is earlier, until they are more than so many bytes.

        Runs in a worker; returns a Future of a list. The source is PyMongo's `GridOut.readlines`.
        """
        size = -1 if size is None else size
        return self._want("readlines", partial(_read_lines, size=size), callback)

    def to_list(self, callback: Callback | None = None) -> Any:
        """Read all lines that are left; return a Future of a list.

        Runs in a worker. The source is `AsyncGridOut.to_list`.
        """
        return self._want("to_list", partial(_read_lines, size=-1), callback)

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
        self._lines = ()
        forget_chunks(self.delegate)
        return self._seek(pos, whence)  # type: ignore[no-any-return]

    def tell(self) -> int:
        """Return the position in the file, behind what was taken.

        Runs at once, in the caller's thread. The source is PyMongo's `GridOut.tell`.
        """
        position: int | None = self._buffer.position if self._has_untaken() else None
        return self.delegate.tell() if position is None else position

    def _leave_alone(self) -> bool:
        close_at_once(self.delegate)
        return True

    def __aiter__(self) -> Any:
        return self

    async def __anext__(self) -> bytes:
        if self._lines or self._has_line(-1):
            return self._take_line()
        if line := await self.readline():
            return line  # type: ignore[no-any-return]
        raise StopAsyncIteration


class _Read(Want):
    """The result of a read: that of its own call, as the next read may want more or less.

    :param read: by which the buffer tells whose it is.
    """

    def __init__(self, owner: GridOut, fetch: Fetch, read: Callable[[Any], Any]) -> None:
        super().__init__(owner, fetch)
        self._read = read

    def is_met(self, fetch: Call | None) -> bool:
        return fetch is not None

    def take(self) -> Any:
        read, _ = self.buffer.first() or (None, b"")
        if read is not self._read:
            raise AlreadyTaken
        return super().take()[1]


class _LineFuture(ResumedFuture):
    """Of a line that is at hand, which its `result` takes."""

    file: Any
    size: int
    _line: bytes | None = None

    def exception(self) -> BaseException | None:
        is_gone = self._line is None and not self.file._has_line(self.size)
        return AlreadyTaken() if is_gone else None

    def result(self) -> bytes:
        if self._line is None:
            self._line = self.file._take_line(self.size)
        return self._line

    def again(self) -> Any:
        # That of a subclass may be a coroutine function.
        return GridOut.readline(self.file, self.size)


named_as("CallFuture", _LineFuture)


class GridOutCursor(Cursor, sync_class=gridfs.GridOutCursor, async_class=gridfs.AsyncGridOutCursor):
    """The files that a query finds, as `GridOut`."""


def _read_lines(grid_out: Any, size: int) -> list[bytes]:
    """Read lines, a piece at a time, until they are more than so many bytes, if that is above 0."""
    lines: list[bytes] = []
    left = size + 1 if size > 0 else grid_out.length
    while left > 0 and (piece := grid_out.read(min(PIECE, left))):
        left -= len(piece)
        if not piece.endswith(b"\n"):
            piece += read_line(grid_out, -1)
        lines += BytesIO(piece)
    return lines
