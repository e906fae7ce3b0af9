# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

import tornado_pymongo._types

ChangeStream = tornado_pymongo._types.ChangeStream
CollectionChangeStream = tornado_pymongo._types.CollectionChangeStream
DatabaseChangeStream = tornado_pymongo._types.DatabaseChangeStream
ClusterChangeStream = tornado_pymongo._types.ClusterChangeStream
ChangeStreamMethods = tornado_pymongo._types.ChangeStreamMethods
ChangeStreamFuture = tornado_pymongo._types.ChangeStreamFuture
UnboundChangeStreamFuture = tornado_pymongo._types.UnboundChangeStreamFuture
