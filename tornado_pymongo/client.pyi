# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

from tornado_pymongo._types import Collection as Collection
from tornado_pymongo._types import Database as Database
from tornado_pymongo._types import MongoClient as MongoClient
from tornado_pymongo._types import close_blocking as close_blocking
from tornado_pymongo._types import statistics as statistics
