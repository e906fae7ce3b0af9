"""Motor's names for serving GridFS files from Tornado."""

from tornado_pymongo.web import GridFSHandler

__all__ = ["GridFSHandler"]
