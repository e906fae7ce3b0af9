# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code="assignment, misc, override"

from typing import Any

from tornado_pymongo._types import Closing as Closing
from tornado_pymongo._types import Derived as Derived

def is_blocking(async_class: type, name: str) -> bool:
    """Tell whether PyMongo's asynchronous class waits in this member."""

def blocking_method(proxy: Any, name: str) -> bool:
    """Tell whether this name is that of a method of PyMongo's which the proxy runs in a worker."""

mark_coroutine_function: Any
