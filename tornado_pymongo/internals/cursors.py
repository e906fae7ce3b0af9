"""The state of cursors, change streams and files, as far as PyMongo does not tell it."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

from pymongo import CursorType, message
from pymongo.command_cursor import CommandCursor, RawBatchCommandCursor
from pymongo.cursor import Cursor, RawBatchCursor
from pymongo.errors import PyMongoError

from tornado_pymongo.internals import contract

# Whether PyMongo selects a server to make an exhaust cursor, rather than check the one it asks.
exhaust_selects_server: bool = not hasattr(message, "_check_exhaust_supported")


def leave_alone(cursor: Any) -> None:
    """Have PyMongo kill the cursor later, as one that nobody has any more; does not wait."""
    if cursor is not None:
        cursor.__del__()


def end(cursor: Any) -> None:
    """Have a cursor be at its end, and PyMongo kill it later; does not wait."""
    cursor.__del__()
    cursor._data.clear()


def is_closed(cursor: Any) -> bool:
    """Tell whether a cursor is closed, though documents may be left in it."""
    return bool(cursor._killed)


def is_tailable(cursor: Any) -> bool:
    """Tell whether a cursor waits for more at its end."""
    flags = getattr(cursor, "_query_flags", 0) if contract.holds(contract.WAITS) else 0
    return bool(flags & CursorType.TAILABLE)


def close_at_once(grid_out: Any) -> None:
    """Close a file without waiting; PyMongo kills its cursor later."""
    if forget_chunks(grid_out):
        grid_out.close()


def forget_chunks(grid_out: Any) -> bool:
    """Have a file ask for its next chunk anew, and PyMongo kill its cursor later, if it can be."""
    known = contract.holds(contract.FILES)
    if known:
        grid_out._chunk_iter = None
    return known


def has_next_at_hand(cursor: Any) -> bool:
    """Tell whether ``cursor.next()`` would return or raise without asking the server.

    It does so if a document of the last batch is left, or if the cursor is at its end.
    """
    return bool(cursor._data or cursor._killed or getattr(cursor, "_empty", False))


def documents_of(cursor: Any) -> deque[Any] | None:
    """Return what is left of the last batch, of which ``cursor.next()`` returns the first.

    Return None if it would return something else, as a cursor of files does.
    """
    return cursor._data if type(cursor) in _PLAIN else None


_PLAIN = {Cursor, RawBatchCursor, CommandCursor, RawBatchCommandCursor}


def fill(cursor: Any, is_wanted: Callable[[], bool] = lambda: True) -> bool:
    """Ask the server for the next batch if none is at hand; tell whether there is a document."""
    if getattr(cursor, "_empty", False):
        return False
    while not (cursor._data or cursor._refresh()):
        # A command's cursor goes on after an empty batch.
        if not (isinstance(cursor, CommandCursor) and cursor.alive and is_wanted()):
            return False
    return True


def has_change_at_hand(stream: Any) -> bool:
    """Tell whether ``stream.try_next()`` would return a change without asking the server."""
    return contract.holds(contract.CHANGES) and bool(stream.alive and stream._cursor._data)


def mark_closed(stream: Any) -> None:
    """Have a change stream that is to be closed end for those who iterate over it."""
    if contract.holds(contract.CHANGES):
        stream._closed = True


def is_open(grid_out: Any) -> bool:
    """Tell whether the attributes of a file are at hand, as far as that is known."""
    return not contract.holds(contract.FILES) or bool(grid_out._file)


def has_line_at_hand(grid_out: Any) -> bool:
    """Tell whether ``grid_out.readline()`` would return without asking the server."""
    if not contract.holds(contract.FILES):
        return False
    return bool(grid_out._buffer.find(b"\n", grid_out._buffer_pos) >= 0)


def wished_wait(cursor_or_stream: Any) -> Any:
    """Return for how long the server shall wait for new documents, in milliseconds, or None."""
    return cursor_or_stream._max_await_time_ms if contract.holds(contract.WAITS) else None


def limit_wait(cursor: Any, wished: Any, seconds: float | None) -> None:
    """Have the server wait no longer than this for new documents, or, with None, as was wished."""
    if cursor is None or not contract.holds(contract.WAITS):
        return
    if seconds is not None:
        # By itself it waits for a second.
        wished = min(1000 if wished is None else wished, int(seconds * 1000))
    cursor._max_await_time_ms = wished


def cursor_of(stream: Any) -> Any:
    """Return the cursor that a change stream has now, if that is known."""
    return stream._cursor if contract.holds(contract.CHANGES) else None


def read_in_small_batches(grid_out: Any, number: int) -> None:
    """Have a GridOut fetch so many chunks at a time, instead of 16 MB of them."""
    if contract.holds(contract.FILES):
        find = partial(grid_out._chunks.find, batch_size=number)
        grid_out._chunks = SimpleNamespace(find=find)


def write_in_small_batches(grid_in: Any, data: bytes, size: int) -> None:
    """Write to a GridIn, which sends what it has when it is `size` bytes, not when it is 48 MB."""
    if contract.holds(contract.FILES) and grid_in._buffered_docs_size >= size:
        grid_in._buffered_docs_size = sys.maxsize  # with the next chunk it is time to send
    grid_in.write(data)


def remove_unfinished(grid_in: Any) -> None:
    """Remove what a GridIn has stored; its own `abort` removes a complete file of that id too."""
    if not contract.holds(contract.FILES):
        raise PyMongoError("whether a complete file has that id is not known")
    if grid_in._coll.files.find_one({"_id": {"$eq": grid_in._id}}, {"_id": 1}) is None:
        grid_in.abort()
