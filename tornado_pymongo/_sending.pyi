# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code="assignment, misc, override"

from collections.abc import AsyncGenerator
from typing import Any

from tornado_pymongo._types import Sendable as Sendable

PIECE: int
BATCH: int

def read_pieces(grid_out: Any, start: int, stop: int) -> AsyncGenerator[bytes]:
    """Read the bytes from `start` to `stop` of an open GridOut, a piece at a time, in a worker.

    While a piece is used the next one is read, and no more than that. Wrap the generator in
    `contextlib.aclosing`; a call that still runs then is waited for by `GridOut.close`.

    :raises gridfs.errors.CorruptGridFile: if chunks are missing, or of a wrong size."""

async def stream_to_handler(grid_out: Any, handler: Any, start: int, stop: int) -> None:
    """Send the bytes from `start` to `stop` of an open GridOut with a Tornado handler."""
