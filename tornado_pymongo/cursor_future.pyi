# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

from collections.abc import AsyncIterator, Callable
from typing import Any

import tornado_pymongo._types

CursorMethods = tornado_pymongo._types.CursorMethods
CursorFuture = tornado_pymongo._types.CursorFuture
UnboundCursorFuture = tornado_pymongo._types.UnboundCursorFuture

def each(
    documents: AsyncIterator[Any], callback: Callable[[Any, BaseException | None], Any], loop: Any
) -> None: ...
