# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

from contextvars import ContextVar
from typing import Any

import tornado_pymongo._types
from tornado_pymongo.futures import CallFuture

bound_session: ContextVar[Any]
Operation = tornado_pymongo._types.Operation
Read = tornado_pymongo._types.Read
Function = tornado_pymongo._types.Function
Proxy = tornado_pymongo._types.Proxy

def used_by(proxy: tornado_pymongo._types.Proxy, future: CallFuture) -> None: ...

wrappers: dict[type, type[tornado_pymongo._types.Proxy] | None]

def wrapper_of(cls: type) -> type[tornado_pymongo._types.Proxy] | None: ...
def wrap(value: Any, owner: tornado_pymongo._types.Proxy) -> Any: ...
def unwrap(value: Any) -> Any: ...
def unwrap_all(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any: ...
