"""Motor's names for serving GridFS files from aiohttp."""

from tornado_pymongo.aiohttp import (
    AIOHTTPGridFS,
    get_cache_time,
    get_gridfs_file,
    set_extra_headers,
)

__all__ = ["AIOHTTPGridFS", "get_cache_time", "get_gridfs_file", "set_extra_headers"]
