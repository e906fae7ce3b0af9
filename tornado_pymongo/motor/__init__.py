"""Motor's names for this library's classes: change ``import motor`` to this, and that is all.

::

    from tornado_pymongo import motor  # or motor.motor_asyncio
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tornado_pymongo.motor import motor_asyncio as motor_asyncio
from tornado_pymongo.motor import motor_gridfs as motor_gridfs
from tornado_pymongo.motor.core import version as version
from tornado_pymongo.motor.motor_tornado import *  # noqa: F403
from tornado_pymongo.motor.motor_tornado import __all__ as __all__

if TYPE_CHECKING:
    from tornado_pymongo.motor import aiohttp as aiohttp
    from tornado_pymongo.motor import web as web
else:

    def __getattr__(name: str) -> Any:
        # These import a web framework, so not before somebody wants them.
        if name in ("aiohttp", "web"):
            return import_module(f"{__name__}.{name}")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


version_tuple: tuple[int, ...] = tuple(map(int, version.split(".")))


def get_version_string() -> str:
    """Return the version of the Motor whose names these are."""
    return version


def install() -> None:
    """Have ``import motor``, anywhere in this process, give this package.

    :raises ImportError: where Motor itself is imported already.
    """
    ours = sys.modules[__name__]
    present = sys.modules.setdefault("motor", ours)
    if present is not ours:
        raise ImportError(
            f"{present!r} is imported already: call tornado_pymongo.motor.install() before"
            " anything imports motor"
        )
    # The others hold nothing but imports, and are found through this package's path.
    for name in "core", "motor_asyncio", "motor_gridfs", "motor_tornado", "web":
        sys.modules[f"motor.{name}"] = import_module(f"{__name__}.{name}")
