"""Motor's names for Tornado."""

from typing import Any

import tornado
from tornado.ioloop import IOLoop

from tornado_pymongo.motor.core import *  # noqa: F403
from tornado_pymongo.motor.core import AgnosticClient


class MotorClient(AgnosticClient):
    """A MongoClient under Motor's name, whose ``io_loop=`` is Tornado's IOLoop."""

    _loop_type = IOLoop
    _loop_name = "IOLoop"
    _platform = f"Tornado {tornado.version}, {AgnosticClient._platform}"

    @staticmethod
    def _current_loop() -> Any:
        return IOLoop.current()


__all__ = [name for name in dir() if name.startswith("Motor")]  # pyright: ignore
