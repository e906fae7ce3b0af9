# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code="assignment, misc, override"

from contextvars import ContextVar
from typing import Any

from tornado_pymongo._types import Function as Function
from tornado_pymongo._types import Operation as Operation
from tornado_pymongo._types import Proxy as Proxy
from tornado_pymongo._types import Read as Read
from tornado_pymongo.futures import CallFuture

bound_session: ContextVar[Any]

def used_by(proxy: Proxy, future: CallFuture) -> None:
    """Have an object take note of a call that uses it."""

wrappers: dict[type, type[Proxy] | None]

def wrapper_of(cls: type) -> type[Proxy] | None:
    """Return the class that stands for `cls` here, or None if `cls` does not block.

    :raises pymongo.errors.InvalidOperation: if `cls` blocks and has no class here."""

def wrap(value: Any, owner: Proxy) -> Any:
    """Return this library's object for one that PyMongo gave to `owner`, and others as they are."""

def unwrap(value: Any) -> Any:
    """Return PyMongo's object for one of this library's, and others as they are."""

def unwrap_all(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return the arguments with PyMongo's objects in the place of this library's."""
