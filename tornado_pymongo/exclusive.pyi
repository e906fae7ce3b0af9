# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

from tornado_pymongo._types import Exclusive as Exclusive
from tornado_pymongo._types import Stream as Stream
from tornado_pymongo._types import until_free as until_free
