# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code="assignment, misc, override"

from tornado_pymongo._types import ChangeStream as ChangeStream
from tornado_pymongo._types import ClusterChangeStream as ClusterChangeStream
from tornado_pymongo._types import CollectionChangeStream as CollectionChangeStream
from tornado_pymongo._types import DatabaseChangeStream as DatabaseChangeStream
