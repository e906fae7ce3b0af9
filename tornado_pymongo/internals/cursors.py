"""The state of cursors, change streams and files that PyMongo does not make public."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable
from functools import partial
from io import BytesIO
from types import SimpleNamespace
from typing import Any, NamedTuple

from pymongo import CursorType, message
from pymongo.command_cursor import CommandCursor, RawBatchCommandCursor
from pymongo.cursor import Cursor, RawBatchCursor
from pymongo.errors import PyMongoError

from tornado_pymongo.internals import contract

# Whether PyMongo selects a server, and so waits, when an exhaust cursor is made: up to 4.17.
exhaust_selects_server: bool = not hasattr(message, "_check_exhaust_supported")


def leave_alone(cursor: Any) -> None:
    """Have PyMongo kill the cursor later, as it does with one that is garbage; does not wait."""
    if cursor is not None:
        if cursor._id:
            # PyMongo sets it before it asks the server. After an abort in between, nobody asks.
            cursor._killed = False
        cursor.__del__()


def is_closed(cursor: Any) -> bool:
    """Tell whether a cursor is closed. It may still have documents."""
    return bool(cursor._killed)


def is_tailable(cursor: Any) -> bool:
    """Tell whether a cursor waits for new documents at its end."""
    flags = getattr(cursor, "_query_flags", 0) if contract.holds(contract.WAITS) else 0
    return bool(flags & CursorType.TAILABLE)


def close_at_once(grid_out: Any) -> None:
    """Close a file without waiting; PyMongo kills its cursor later."""
    if forget_chunks(grid_out):
        grid_out.close()


def forget_chunks(grid_out: Any) -> bool:
    """Have a file ask for its next chunk with a new cursor; tell whether that is possible.

    PyMongo kills the old cursor later.
    """
    known = contract.holds(contract.FILES)
    if known:
        grid_out._chunk_iter = None
    return known


def read_again_from(grid_out: Any, position: int) -> None:
    """Set the position of a file, and drop what it has fetched."""
    forget_chunks(grid_out)
    grid_out.seek(grid_out.length)  # a seek to the present position does nothing
    grid_out.seek(position)


def has_next_at_hand(cursor: Any) -> bool:
    """Tell whether ``cursor.next()`` would return or raise without asking the server.

    This is so if a document of the last batch is left, or if the cursor is at its end.
    """
    return bool(cursor._data or cursor._killed or getattr(cursor, "_empty", False))


def detach_batch(cursor: Any) -> deque[Any] | None:
    """Remove the rest of the last batch from the cursor, and return it.

    Return None if ``next()`` of the cursor makes something else of it, such as files.
    """
    if type(cursor) not in _PLAIN:
        return None
    documents: deque[Any] = cursor._data
    cursor._data = deque()
    return documents


_PLAIN = {Cursor, RawBatchCursor, CommandCursor, RawBatchCommandCursor}


def fill(cursor: Any, may_go_on: Callable[[], bool]) -> None:
    """Ask the server for the next batch if none is at hand.

    :param may_go_on: asked after an empty batch of a command's cursor, whether to ask again.
    """
    while not (getattr(cursor, "_empty", False) or cursor._data or cursor._refresh()):
        if not (isinstance(cursor, CommandCursor) and cursor.alive and may_go_on()):
            return


def can_read_ahead(cursor: Any) -> bool:
    """Tell whether the next batch can be fetched early, without an effect on anything else.

    It cannot if the cursor is tailable, as the server may let it wait. It cannot if the cursor
    shares its session, which does one operation at a time, or is pinned to a connection.
    """
    return bool(
        contract.holds(contract.READ_AHEAD)
        and type(cursor) in _PLAIN
        and cursor._id
        and not (cursor._killed or getattr(cursor, "_exhaust", False) or is_tailable(cursor))
        and cursor.session is None
        and cursor._sock_mgr is None
        # The cursor of a command may be tailable, or that of a change stream.
        and cursor._max_await_time_ms is None
        and getattr(cursor, "_postbatchresumetoken", None) is None
    )


class CursorState(NamedTuple):
    """The attributes of a cursor after a batch."""

    alive: bool
    cursor_id: Any
    retrieved: Any


def state_of(cursor: Any) -> CursorState:
    """Return what a cursor says of itself, except for its documents."""
    return CursorState(not cursor._killed, cursor.cursor_id, getattr(cursor, "retrieved", None))


def has_change_at_hand(stream: Any) -> bool:
    """Tell whether ``stream.try_next()`` would return a change without asking the server."""
    return contract.holds(contract.CHANGES) and bool(stream.alive and stream._cursor._data)


def mark_closed(stream: Any) -> None:
    """End the iterations over a change stream that is about to be closed."""
    if contract.holds(contract.CHANGES):
        stream._closed = True


def is_open(grid_out: Any) -> bool:
    """Tell whether the attributes of a file are here, or this is not known."""
    return not contract.holds(contract.FILES) or bool(grid_out._file)


def lines_at_hand(grid_out: Any, size: int) -> deque[bytes]:
    """Return the next lines that have come with their chunk, some `size` bytes of them.

    The file stays where it is. Its last line is left to PyMongo, which looks then whether there are
    chunks too many.
    """
    if not contract.holds(contract.FILES):
        return deque()
    chunk, start = grid_out._buffer, grid_out._buffer_pos
    stop = chunk.rfind(b"\n", start, start + size) + 1 or chunk.find(b"\n", start) + 1
    if stop == len(chunk) and grid_out._position + stop - start == int(grid_out.length):
        stop = chunk.rfind(b"\n", start, stop - 1) + 1
    return deque(BytesIO(chunk[start:stop]))


def skip_at_hand(grid_out: Any, size: int) -> None:
    """Go ahead in the chunk, by less than what is left of it."""
    grid_out._buffer_pos += size
    grid_out._position += size


def read_line(grid_out: Any, size: int) -> bytes:
    """Read one line, a chunk at a time; the file's own ``readline`` reads a byte at a time."""
    if not contract.holds(contract.FILES):
        return grid_out.readline(size)  # type: ignore[no-any-return]
    return grid_out._read_size_or_line(size, True)  # type: ignore[no-any-return]


def wished_wait(cursor_or_stream: Any) -> Any:
    """Return how long the user has the server wait for new documents, in ms, or None."""
    return cursor_or_stream._max_await_time_ms if contract.holds(contract.WAITS) else None


def limit_wait(cursor: Any, wished: Any, seconds: float | None) -> None:
    """Set how long the server waits for new documents: as wished, but no longer than `seconds`."""
    if cursor is not None and contract.holds(contract.WAITS):
        if seconds is not None:
            # The server's default is a second.
            wished = min(1000 if wished is None else wished, int(seconds * 1000))
        cursor._max_await_time_ms = wished


def cursor_of(stream: Any) -> Any:
    """Return the present cursor of a change stream, or None."""
    return stream._cursor if contract.holds(contract.CHANGES) else None


def read_in_small_batches(grid_out: Any, number: int) -> None:
    """Have a GridOut fetch this number of chunks at a time, instead of 16 MB."""
    if contract.holds(contract.FILES):
        grid_out._chunks = SimpleNamespace(find=partial(grid_out._chunks.find, batch_size=number))


def write_in_small_batches(grid_in: Any, data: bytes, size: int) -> None:
    """Write to a GridIn, and have it send its chunks when they are `size` bytes, not 48 MB."""
    if contract.holds(contract.FILES) and grid_in._buffered_docs_size >= size:
        grid_in._buffered_docs_size = sys.maxsize  # so the next chunk makes it send
    grid_in.write(data)


def remove_unfinished(grid_in: Any) -> None:
    """Remove what a GridIn has stored. Its `abort` would also remove a complete file of its id."""
    if not contract.holds(contract.FILES):
        raise PyMongoError("whether a complete file has that id is not known")
    if grid_in._coll.files.find_one({"_id": {"$eq": grid_in._id}}, {"_id": 1}) is None:
        grid_in.abort()
