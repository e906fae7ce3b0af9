# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Callable
from typing import Any

import tornado_pymongo._types

CursorFuture = tornado_pymongo._types.CursorFuture

def each(
    documents: AsyncIterator[Any],
    callback: Callable[[Any, BaseException | None], Any],
    loop: AbstractEventLoop,
) -> None: ...
