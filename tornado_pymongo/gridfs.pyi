# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

import tornado_pymongo._types

UsesFiles = tornado_pymongo._types.UsesFiles
GridFS = tornado_pymongo._types.GridFS
GridFSBucket = tornado_pymongo._types.GridFSBucket
GridIn = tornado_pymongo._types.GridIn
GridOut = tornado_pymongo._types.GridOut
GridOutCursor = tornado_pymongo._types.GridOutCursor
