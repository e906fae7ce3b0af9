# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code="assignment, misc, override"

from tornado_pymongo._types import ClientSession as ClientSession
from tornado_pymongo._types import TransactionContext as TransactionContext
