# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

from typing import Any

import tornado_pymongo._types
from tornado_pymongo.futures import CallFuture

Derived = tornado_pymongo._types.Derived
Closing = tornado_pymongo._types.Closing

def is_blocking(async_class: type, name: str) -> bool: ...
def blocking_method(proxy: Any, name: str) -> bool: ...

future_classes: dict[str, type[CallFuture]]
