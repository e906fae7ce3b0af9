# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code="assignment, misc, override"

from tornado_pymongo._types import CommandCursor as CommandCursor
from tornado_pymongo._types import Cursor as Cursor
from tornado_pymongo._types import RawBatchCommandCursor as RawBatchCommandCursor
from tornado_pymongo._types import RawBatchCursor as RawBatchCursor
from tornado_pymongo._types import _BaseCursor as _BaseCursor
