"""GridFS on the web, with Tornado: handlers that send files and receive them.

::

    tornado.web.Application(
        [(r"/files/(.*)", GridFSHandler, {"database": client.my_database})]
    )

A file goes through in pieces, at the pace of the client: no matter how large it is and how slow the
client, it takes some 3 MiB of memory. No worker thread waits for a client.
"""

from __future__ import annotations

import asyncio
import copy
import sys
from collections.abc import Awaitable
from contextvars import Context, copy_context
from datetime import datetime
from functools import partial
from typing import Any

from gridfs.errors import NoFile
from tornado.httputil import HTTPServerRequest
from tornado.web import HTTPError, RequestHandler, stream_request_body

from tornado_pymongo import _form, _http
from tornado_pymongo._sending import stream_to_handler
from tornado_pymongo.gridfs import GridFSBucket
from tornado_pymongo.internals import contract
from tornado_pymongo.internals.clients import without_deadline

# How much of a body that is refused is read and dropped before the answer, in bytes. A client that
# sends first and reads later would otherwise be told that the connection was reset. A choice: more
# than the buffers on the way hold, and little enough to be no burden.
_MAX_DROPPED = 8 * 2**20


class GridFSHandler(RequestHandler):
    """Sends files from GridFS to GET and HEAD requests.

    ::

        (r"/files/(.*)", GridFSHandler, {"database": client.my_database})

    The group of the URL pattern is the name of the file, of which the latest revision is sent; a
    name that has none is answered with 404. It answers conditional requests (304, 412) and those
    for a range (206, 416); of several ranges at once it sends the whole file. Files are sent as
    they are stored: Tornado's ``compress_response`` does not apply to them.

    If a file turns out to be corrupt after a part of it was sent, the connection is cut, and the
    error is logged. So the client learns that its copy is not complete.
    """

    def initialize(self, database: Any, root_collection: str = "fs") -> None:
        """Take the arguments of the URL pattern.

        :param database: a `tornado_pymongo.Database`.
        :param root_collection: the name of the bucket.
        """
        self.database = database
        self.root_collection = root_collection

    def get_gridfs_file(
        self, bucket: GridFSBucket, filename: str, request: HTTPServerRequest
    ) -> Awaitable[Any]:
        """Return a Future of the open `GridOut` to send: override to choose it in another way.

        It may be a coroutine. By id, for instance::

            def get_gridfs_file(self, bucket, filename, request):
                return bucket.open_download_stream(ObjectId(filename))

        :param filename: the group of the URL pattern.
        :raises gridfs.errors.NoFile: to answer with 404.
        """
        opening: Awaitable[Any] = bucket.open_download_stream_by_name(filename)
        return opening

    def get_cache_time(self, path: str, modified: datetime | None, mime_type: str) -> int:
        """Return for how many seconds clients may keep the file without asking: override it.

        0, the default, has them ask each time, which costs a query if nothing has changed.

        :param modified: when it was uploaded, to the second; in UTC if it is naive.
        """
        return 0

    def set_extra_headers(self, path: str, gridout: Any) -> None:
        """Set more headers: override it.

        Files that come from your users are best sent with ``X-Content-Type-Options: nosniff`` and
        ``Content-Disposition: attachment``, or from a domain of their own.
        """

    async def get(self, path: str, include_body: bool = True) -> None:
        """Send the file."""
        bucket = _http.bucket_of(self.database, self.root_collection)
        try:
            gridout = await self.get_gridfs_file(bucket, path, self.request)
        except NoFile:
            raise HTTPError(404) from None
        try:
            file = _http.StoredFile(gridout, path)
            cache_time = self.get_cache_time(path, file.modified, file.content_type)
            method = "GET" if include_body else "HEAD"
            header = self.request.headers.get
            status, headers, start, stop = file.answer(method, header, cache_time)
            self.set_status(status)
            self.clear_header("Content-Type")
            for name, value in headers.items():
                self.set_header(name, value)
            self.set_extra_headers(path, gridout)
            if contract.holds(contract.TRANSFORMS):
                self._transforms = []  # they would compress it on the loop, under the same ETag
            if include_body:
                await stream_to_handler(gridout, self, start, stop)
        finally:
            await gridout.close()

    def head(self, path: str) -> Awaitable[None]:
        """Send what `get` would send, but the file."""
        return self.get(path, include_body=False)


@stream_request_body
class GridFSUploadHandler(RequestHandler):
    """Stores the bodies of PUT and POST requests in GridFS, as they come in.

    ::

        (r"/files/(.*)", GridFSUploadHandler,
         {"database": client.my_database, "max_size": 2**30})

    The group of the URL pattern is the name of the file, of which this is a new revision. It
    appears when all of it is there; if the client goes away before, or the body is too large, what
    was stored of it is removed. A process that is killed leaves it behind, in the collection of
    the chunks.

    A body that is ``multipart/form-data``, as browsers send an HTML form, is taken apart: its file
    is stored as it comes in, under the name and with the type that the form has for it, and its
    fields become arguments of the request. It may have one file; fields that come before it are at
    hand in `create_gridfs_file`, all of them in `write_created`. It needs ``python-multipart``:
    ``pip install tornado_pymongo[web]``. If the application checks for forged requests, the field
    of ``xsrf_form_html()`` must come before the file, and `prepare` runs before that check.

    Other forms and bodies of several parts are answered with 415, as are bodies that are encoded,
    and nonsense with 400: see `write_error`.

    To send the files at the same URLs as well::

        class FileHandler(GridFSUploadHandler, GridFSHandler):
            pass

    To let in only some, override `prepare`, a coroutine, and await that of this class in the end.
    """

    _upload: _http.Upload | _form.FormUpload | None = None
    _is_form = False
    _is_checked = True  # against forgery; False if the token is in a field that has not come
    # That of `prepare`. Tornado calls `data_received` in the context of the connection, which knows
    # nothing of this request's span.
    _context: Context
    _error: Exception | None = None  # what to answer once the rest of the body has come
    _dropped = 0

    def initialize(
        self, database: Any, root_collection: str = "fs", *, max_size: int = _http.MAX_SIZE
    ) -> None:
        """Take the arguments of the URL pattern.

        :param database: a `tornado_pymongo.Database`.
        :param root_collection: the name of the bucket.
        :param max_size: the largest body to store, in bytes, instead of Tornado's
            ``max_body_size``; a larger one is answered with 413.
        """
        self.database = database
        self.root_collection = root_collection
        self.max_size = max_size

    def create_gridfs_file(
        self, bucket: GridFSBucket, filename: str, request: HTTPServerRequest
    ) -> Any:
        """Return the `GridIn` to write to: override to choose the name, the id, the metadata.

        The default keeps the Content-Type of the file where `GridFSHandler` looks for it, in
        ``metadata.contentType``.

        :param filename: the group of the URL pattern, or "" if it has none; of a file in a form,
            its name there, without folders.
        :param request: of a file in a form, a copy whose Content-Type is that of the file.
        """
        metadata = _http.metadata_of(request.headers.get("Content-Type"))
        return bucket.open_upload_stream(filename, metadata=metadata)

    def write_created(self, gridin: Any) -> None:
        """Answer that the file is stored: override to answer in another way.

        The default is 201, the request's URL as the Location, unless it was a form, and as JSON
        ``_id``, ``filename`` and ``length`` in bytes.
        """
        self.set_status(201)
        headers, body = _http.created(gridin, None if self._is_form else self.request.path)
        for name, value in headers.items():
            self.set_header(name, value)
        self.write(body)

    async def prepare(self) -> None:
        """Look at the headers, before the body comes."""
        if self.request.method not in ("POST", "PUT"):
            return
        _http.check_max_size(self.max_size)
        # It is counted here, because Tornado would not answer to a body that is too large.
        self.request.connection.set_max_body_size(sys.maxsize)  # type: ignore[union-attr]
        headers = self.request.headers
        length = headers.get("Content-Length", "")
        excess = int(length[:99]) - self.max_size if length.isdecimal() else 0
        try:
            boundary = _form.form_boundary(headers.get("Content-Type"))
            if headers.get("Content-Encoding", "identity").lower() != "identity":
                raise _http.Refusal(415, "Send the body without a Content-Encoding.")
            if excess > (0 if boundary is None else _form.MAX_EXTRA):
                raise HTTPError(413)
        except HTTPError as error:
            if "Expect" in headers or excess > _MAX_DROPPED:
                raise
            self._error = error
            return
        if boundary is None:
            filename, *_ = *self.path_args, *self.path_kwargs.values(), ""
            self._upload = self._open_upload(filename, self.request)
        else:
            self._is_form = True
            form = _form.Form(self._open_file_of_form, self._add_field)
            self._upload = _form.FormUpload(form, boundary)
        self._context = without_deadline(copy_context())  # a deadline there is for `prepare`

    def _open_upload(self, filename: str, request: HTTPServerRequest) -> _http.Upload:
        bucket = _http.bucket_of(self.database, self.root_collection)
        return _http.Upload(self.create_gridfs_file(bucket, filename, request), self.max_size)

    def _open_file_of_form(self, filename: str, content_type: str | None) -> _http.Upload:
        if not self._is_checked and "_xsrf" not in self.request.arguments:
            raise _http.Refusal(403, "The field _xsrf must come before the file of the form.")
        self._check_token()
        request = copy.copy(self.request)
        request.headers = request.headers.copy()
        request.headers.pop("Content-Type")
        if content_type is not None:
            request.headers["Content-Type"] = content_type
        return self._open_upload(filename, request)

    def _add_field(self, name: str, value: bytes) -> None:
        for arguments in self.request.arguments, self.request.body_arguments:
            arguments.setdefault(name, []).append(value)

    def check_xsrf_cookie(self) -> None:
        """Check that the request is not forged: later, if the token is in a field of a form."""
        headers = self.request.headers
        if (
            headers.get("Content-Type", "").lower().startswith("multipart/form-data")
            and not self.get_query_argument("_xsrf", None)
            and "X-Xsrftoken" not in headers
            and "X-Csrftoken" not in headers
        ):
            self._is_checked = False
            # No override is called without the check.
            method = self.request.method.lower()
            setattr(self, method, partial(self._call_checked, getattr(self, method)))
        else:
            super().check_xsrf_cookie()

    def _check_token(self) -> None:
        if not self._is_checked:
            super().check_xsrf_cookie()
            self._is_checked = True

    async def _call_checked(self, method: Any, *args: str, **kwargs: str) -> None:
        if self._error is not None:
            raise self._error
        self._check_token()
        if (result := method(*args, **kwargs)) is not None:
            await result

    async def data_received(self, chunk: bytes) -> None:
        """Store a part of the body, in a worker; Tornado reads on when that is done."""
        if self._upload is not None:
            try:
                await self._context.run(asyncio.ensure_future, self._upload.write(chunk))
                return
            except Exception as error:
                self._error = error
                await self._abort()
        if self._error is not None:
            self._dropped += len(chunk)
            if self._dropped > _MAX_DROPPED:
                self.log_exception(type(self._error), self._error, self._error.__traceback__)
                self.send_error(
                    getattr(self._error, "status_code", 500),
                    exc_info=(type(self._error), self._error, self._error.__traceback__),
                )

    async def put(self, *args: str, **kwargs: str) -> None:
        """Complete the file, and answer."""
        if self._error is not None:
            raise self._error
        assert self._upload is not None, "an override of prepare() did not await this class's"
        upload, self._upload = self._upload, None  # all of it is here: it is kept
        self.write_created(await upload.close())

    async def post(self, *args: str, **kwargs: str) -> None:
        """Do as `put` does."""
        await self.put(*args, **kwargs)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer that a request is not met: if its body is the reason, by a sentence as text."""
        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, _http.Refusal):
            self.set_header("Content-Type", "text/plain; charset=UTF-8")
            self.finish(error.sentence)
        else:
            super().write_error(status_code, **kwargs)

    async def _abort(self) -> None:
        upload, self._upload = self._upload, None
        if upload is not None:
            await upload.abort()

    def on_connection_close(self) -> None:
        """Remove what was stored: the client has gone away."""
        super().on_connection_close()
        self._aborting = asyncio.ensure_future(self._abort())

    def on_finish(self) -> None:
        """Remove what was stored, if an override answered before all of it was there."""
        if self._upload is not None:
            self._aborting = asyncio.ensure_future(self._abort())
