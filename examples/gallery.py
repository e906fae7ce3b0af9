"""A gallery: pictures, sound and film, stored in MongoDB by GridFS, and served by Tornado.

::

    python examples/gallery.py [--port PORT]

The files go up and down in pieces: however large one is, and however slow its reader, it takes
little memory. A plain HTML form sends them, without any script; the page has one for several files
at once, which shows how far it is. Readers can ask for a range of a file, so that sound and film
can be wound forward. The database is `tornado_pymongo_gallery`; if it has no files, some are
made up.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import samples
import serve
from bson import ObjectId
from bson.errors import InvalidId
from gridfs.errors import NoFile
from tornado.httputil import HTTPServerRequest
from tornado.web import Application

import tornado_pymongo
from tornado_pymongo.web import GridFSHandler, GridFSUploadHandler

MAX_SIZE = 2**30
PICTURES = ("image/gif", "image/jpeg", "image/png", "image/webp")
A_YEAR = 365 * 24 * 3600


def object_id(text: str) -> ObjectId:
    """Return the id that is part of a request."""
    try:
        return ObjectId(text)
    except InvalidId:
        raise serve.Refusal(400, "this is not the id of a file") from None


class Index(serve.Handler):
    def initialize(self, bucket: tornado_pymongo.GridFSBucket) -> None:
        self.bucket = bucket

    async def get(self) -> None:
        shelves: dict[str, list[Any]] = {"picture": [], "audio": [], "video": [], "other": []}
        async for file in self.bucket.find().sort("uploadDate", -1).limit(100):
            content_type = (file.metadata or {}).get("contentType") or ""
            kind = "picture" if content_type in PICTURES else content_type.partition("/")[0]
            shelves.get(kind, shelves["other"]).append(file)
        self.render("gallery.html", shelves=shelves)

    async def post(self) -> None:
        """Remove a file, as the form under it has it."""
        try:
            await self.bucket.delete(object_id(self.get_body_argument("remove")))
        except NoFile:
            raise serve.Refusal(404, "the file was removed before") from None
        self.redirect("/", status=303)


class Upload(GridFSUploadHandler):
    """Stores files: one that a form has, or those that the page's script sends by PUT."""

    def write_created(self, gridin: Any) -> None:
        if self.request.method == "POST":  # a browser waits for a page
            self.redirect("/", status=303)
        else:
            super().write_created(gridin)


class Download(GridFSHandler):
    """Sends files by their ids, so that a URL never means another file."""

    def get_gridfs_file(
        self, bucket: Any, filename: str, request: HTTPServerRequest
    ) -> Awaitable[Any]:
        return bucket.open_download_stream(ObjectId(filename))  # type: ignore[no-any-return]

    def get_cache_time(self, path: str, modified: datetime | None, mime_type: str) -> int:
        return A_YEAR

    def set_extra_headers(self, path: str, gridout: Any) -> None:
        # Whatever was uploaded, a browser must not run it as a page of this site.
        self.set_header("Content-Security-Policy", "sandbox")
        self.set_header("X-Content-Type-Options", "nosniff")


@asynccontextmanager
async def gallery(client: tornado_pymongo.MongoClient) -> AsyncIterator[Application]:
    """Hang up some pictures where there are none."""
    database = client.tornado_pymongo_gallery
    bucket = tornado_pymongo.GridFSBucket(database)

    async def store(name: str, content_type: str, make: Any, *args: str) -> None:
        data = await client.run_in_worker(make, *args)  # it computes: not on the loop
        await bucket.upload_from_stream(name, data, metadata={"contentType": content_type})

    if not await bucket.find().limit(1).to_list():
        await store("tune.wav", "audio/wav", samples.tune)
        for name in samples.PICTURES:
            await store(f"{name}.png", "image/png", samples.picture, name)
    yield serve.application(
        [
            (r"/", Index, {"bucket": bucket}),
            (r"/upload/(.*)", Upload, {"database": database, "max_size": MAX_SIZE}),
            (r"/files/([0-9a-f]{24})", Download, {"database": database}),
        ]
    )


if __name__ == "__main__":
    serve.run(gallery, __doc__)
