"""A pytest plugin: this library in the place of Motor, for Motor's own tests.

Some tests reach into Motor. Where this library has the same thing inside, they find it under
Motor's name; and as no name of PyMongo's is missing here, their lists of those that Motor lacks are
emptied.
"""

from __future__ import annotations

import sys
import types
from typing import Any

import pymongo.asynchronous.client_session

import tornado_pymongo.motor

tornado_pymongo.motor.install()

import motor.core  # noqa: E402
import motor.motor_gridfs  # noqa: E402

from tornado_pymongo._http import StoredFile  # noqa: E402

# The tests with as many change streams as Motor has threads.
sys.modules["motor.frameworks"] = types.ModuleType("motor.frameworks")
sys.modules["motor.frameworks.asyncio"] = types.ModuleType("motor.frameworks.asyncio")
sys.modules["motor.frameworks.asyncio"].max_workers = 10  # type: ignore[attr-defined]

motor.core.AgnosticBaseCursor._buffer_size = lambda self: len(self._buffer)
motor.motor_gridfs._hash_gridout = lambda grid_out: StoredFile(grid_out, "").etag.strip('"')

within_time_limit = pymongo.asynchronous.client_session._within_time_limit
LIMIT = "_WITH_TRANSACTION_RETRY_TIME_LIMIT"


class Core(types.ModuleType):
    """motor.core, with the limit that PyMongo's with_transaction goes by."""

    def __getattr__(self, name: str) -> Any:
        if name != LIMIT:
            raise AttributeError(name)
        return within_time_limit.__globals__[LIMIT]

    def __setattr__(self, name: str, value: Any) -> None:
        if name == LIMIT:
            within_time_limit.__globals__[LIMIT] = value
        else:
            super().__setattr__(name, value)


motor.core.__class__ = Core


def pytest_collection_modifyitems() -> None:
    lists = vars(sys.modules.get("test.tornado_tests.test_motor_core", types))
    for name in lists:
        if name.startswith("pymongo_") and name.endswith("only"):
            lists[name].clear()
