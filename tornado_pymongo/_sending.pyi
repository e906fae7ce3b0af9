# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

from collections.abc import AsyncGenerator
from typing import Any

import tornado_pymongo._types

PIECE: int
BATCH: int
Sendable = tornado_pymongo._types.Sendable

def read_pieces(grid_out: Any, start: int, stop: int) -> AsyncGenerator[bytes]: ...
async def stream_to_handler(grid_out: Any, handler: Any, start: int, stop: int) -> None: ...
