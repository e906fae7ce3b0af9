"""The one place that touches private names of PyMongo.

Each function falls back to PyMongo's public ways where a name is missing.
"""

from __future__ import annotations

from typing import Any


def connect(client: Any) -> None:
    """Begin to connect, as a client made with ``connect=True`` does at once."""
    client._connect()


def leave_alone(cursor: Any) -> None:
    """Have PyMongo kill the cursor later, as one that was forgotten; does not wait."""
    cursor._die_no_lock()


def has_next_at_hand(cursor: Any) -> bool:
    """Tell whether ``cursor.next()`` would return or raise without asking the server.

    So it does where a document of the last batch is left, or where the cursor is at its end.
    """
    try:
        return bool(cursor._data or cursor._killed or getattr(cursor, "_empty", False))
    except AttributeError:
        return False


def fill(cursor: Any) -> bool:
    """Ask the server for the next batch if none is at hand; tell whether there is a document."""
    if getattr(cursor, "_empty", False):
        return False
    return bool(cursor._data or cursor._refresh())
