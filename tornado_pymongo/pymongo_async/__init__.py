"""PyMongo Async's names, on subclasses of both its own classes and this library's.

::

    from tornado_pymongo.pymongo_async import AsyncMongoClient  # or from tornado_pymongo

`isinstance` and type checks at run time take them for PyMongo Async's. A method that waits is a
coroutine function, which starts when it is awaited. `install` is for libraries that make a client
of their own. ``python -m tornado_pymongo.pymongo_async`` starts a program that you cannot change,
with the arguments that Python would get.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tornado_pymongo.pymongo_async.core import (
    AsyncChangeStream,
    AsyncClientSession,
    AsyncClusterChangeStream,
    AsyncCollection,
    AsyncCollectionChangeStream,
    AsyncCommandCursor,
    AsyncCursor,
    AsyncDatabase,
    AsyncDatabaseChangeStream,
    AsyncMongoClient,
    AsyncRawBatchCommandCursor,
    AsyncRawBatchCursor,
    faces,
)

if TYPE_CHECKING:
    from tornado_pymongo.pymongo_async.encryption import AsyncClientEncryption
    from tornado_pymongo.pymongo_async.gridfs import (
        AsyncGridFS,
        AsyncGridFSBucket,
        AsyncGridIn,
        AsyncGridOut,
        AsyncGridOutCursor,
    )
else:
    # Imported where they are used, as in `tornado_pymongo`.
    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = "gridfs" if name.startswith("AsyncGrid") else "encryption"
        return getattr(import_module(f"{__name__}.{module}"), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


# fmt: off
__all__ = [
    "AsyncChangeStream", "AsyncClientEncryption", "AsyncClientSession", "AsyncClusterChangeStream",
    "AsyncCollection", "AsyncCollectionChangeStream", "AsyncCommandCursor", "AsyncCursor",
    "AsyncDatabase", "AsyncDatabaseChangeStream", "AsyncGridFS", "AsyncGridFSBucket",
    "AsyncGridIn", "AsyncGridOut", "AsyncGridOutCursor", "AsyncMongoClient",
    "AsyncRawBatchCommandCursor", "AsyncRawBatchCursor", "install",
]
# fmt: on


def install() -> None:
    """Put these classes in the place of PyMongo Async's, in all modules of PyMongo and GridFS.

    Every later import from ``pymongo`` or ``gridfs``, anywhere in this process, gets them.
    Call it before anything else imports a class of PyMongo Async's.

    :raises ImportError: if a module has one of PyMongo Async's classes already. It names each, and
        nothing is changed.
    """
    for later in "encryption", "gridfs":
        import_module(f"{__name__}.{later}")
    # PyMongo Async's class is the last base of ours.
    ours = {id(face.__bases__[-1]): face for face in faces.values()}
    to_replace, too_late = [], []
    for module in list(sys.modules.values()):
        for name, value in list(getattr(module, "__dict__", {}).items()):
            if id(value) not in ours:
                continue
            if module.__name__.partition(".")[0] in ("gridfs", "pymongo"):
                to_replace.append((module, name, ours[id(value)]))
            else:
                too_late.append(f"{module.__name__}.{name}")
    if too_late:
        raise ImportError(
            f"classes of PyMongo Async are imported already, as {', '.join(sorted(too_late))}: call"
            " tornado_pymongo.pymongo_async.install() before that"
        )
    for module, name, face in to_replace:
        setattr(module, name, face)
