# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code="assignment, misc, override"

from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Callable
from typing import Any

from tornado_pymongo._types import ChangeStreamFuture as ChangeStreamFuture
from tornado_pymongo._types import CursorFuture as CursorFuture
from tornado_pymongo.futures import CallFuture

future_classes: dict[str, type[CallFuture]]

def each(
    documents: AsyncIterator[Any],
    callback: Callable[[Any, BaseException | None], Any],
    default: AbstractEventLoop | None,
) -> None:
    """Call back for each document, and at the end or for an error, until it returns False.

    :param default: the loop, if none runs."""
