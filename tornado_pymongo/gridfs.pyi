# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code="assignment, misc, override"

from tornado_pymongo._types import GridFS as GridFS
from tornado_pymongo._types import GridFSBucket as GridFSBucket
from tornado_pymongo._types import GridIn as GridIn
from tornado_pymongo._types import GridOut as GridOut
from tornado_pymongo._types import GridOutCursor as GridOutCursor
from tornado_pymongo._types import UsesFiles as UsesFiles
