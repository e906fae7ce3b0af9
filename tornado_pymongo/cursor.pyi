# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

import tornado_pymongo._types

_BaseCursor = tornado_pymongo._types._BaseCursor
CommandCursor = tornado_pymongo._types.CommandCursor
RawBatchCommandCursor = tornado_pymongo._types.RawBatchCommandCursor
Cursor = tornado_pymongo._types.Cursor
RawBatchCursor = tornado_pymongo._types.RawBatchCursor
