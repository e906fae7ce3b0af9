"""The errors that are this library's own; all others are PyMongo's, as PyMongo raised them.

PyMongoError
 +-- TooManyCalls
"""

from __future__ import annotations

from pymongo.errors import PyMongoError

__all__ = ["TooManyCalls"]


class TooManyCalls(PyMongoError):
    """The client has as many calls running and waiting as it may have, so this one was refused."""
