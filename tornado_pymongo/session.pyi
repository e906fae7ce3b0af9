# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

import tornado_pymongo._types

ClientSession = tornado_pymongo._types.ClientSession
TransactionContext = tornado_pymongo._types.TransactionContext
