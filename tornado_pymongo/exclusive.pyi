# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code="assignment, misc, override"

from tornado_pymongo._types import Exclusive as Exclusive
from tornado_pymongo._types import Stream as Stream

async def until_free(proxy: Exclusive) -> None:
    """Wait until no call of an object runs."""
