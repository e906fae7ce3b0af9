# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

from tornado_pymongo._types import BATCH as BATCH
from tornado_pymongo._types import GridFS as GridFS
from tornado_pymongo._types import GridFSBucket as GridFSBucket
from tornado_pymongo._types import GridIn as GridIn
from tornado_pymongo._types import GridOut as GridOut
from tornado_pymongo._types import GridOutCursor as GridOutCursor
from tornado_pymongo._types import read_pieces as read_pieces
from tornado_pymongo._types import stream_to_handler as stream_to_handler
