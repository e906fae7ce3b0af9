# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

import tornado_pymongo._types
from tornado_pymongo.executor.statistics import Statistics

MongoClient = tornado_pymongo._types.MongoClient

def close_blocking(client: tornado_pymongo._types.MongoClient) -> None: ...
def statistics(client: tornado_pymongo._types.MongoClient) -> Statistics: ...

Database = tornado_pymongo._types.Database
Collection = tornado_pymongo._types.Collection
