"""The faces of GridFS."""

from __future__ import annotations

from tornado_pymongo import gridfs
from tornado_pymongo.pymongo_async.core import add_face

AsyncGridFS = add_face(gridfs.GridFS)
AsyncGridFSBucket = add_face(gridfs.GridFSBucket)
AsyncGridIn = add_face(gridfs.GridIn)
AsyncGridOut = add_face(gridfs.GridOut)
AsyncGridOutCursor = add_face(gridfs.GridOutCursor)
