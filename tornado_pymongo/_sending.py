"""Sending GridFS files on the web: piece by piece, each at the pace of the client."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from operator import methodcaller
from typing import TYPE_CHECKING, Any

from pymongo.errors import InvalidOperation
from tornado.iostream import StreamClosedError

from tornado_pymongo.bridge import Callback, check_callback
from tornado_pymongo.buffer import Consumable
from tornado_pymongo.internals.cursors import read_in_small_batches

if TYPE_CHECKING:
    from tornado.web import RequestHandler

# How much is read in a worker at a time, at most, in bytes.
PIECE = 2**18

# How much is fetched from MongoDB, or sent to it, at a time, in bytes, but no less than a chunk.
# Measured: a download of 200 MiB costs 1 to 3 MB, and 33 MB with PyMongo's own batches of 16 MB.
# An upload costs 5 MB, and 144 MB with PyMongo's own batches of 48 MB.
BATCH = 2**20


class Sendable(Consumable):
    """A GridOut, as far as it is sent on the web."""

    _want: Callable[..., Any]

    def _read_from(self, start: int, stop: int) -> Any:
        """Go to `start`, and read the first piece of what there is up to `stop`, in a worker."""
        return self._want("read", partial(_begin, start=start, stop=stop))

    def _read_on(self, size: int) -> Any:
        """Read the next piece, as `read` does, which may be a coroutine function in a subclass."""
        return self._want("read", methodcaller("read", size))

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
                reading = grid_out._read_on(min(PIECE, stop - start))
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
    return grid_out.read(min(PIECE, stop - start))  # type: ignore[no-any-return]


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
