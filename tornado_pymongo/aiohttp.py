"""GridFS on the web, with aiohttp: handlers that send files and receive them.

::

    app = aiohttp.web.Application()
    app.router.add_get("/files/{filename}", AIOHTTPGridFS(client.my_database))
    app.router.add_put("/files/{filename}", AIOHTTPGridFSUpload(client.my_database))

A file goes through in pieces, at the pace of the client: no matter how large it is and how slow the
client, it takes some 3 MiB of memory. No worker thread waits for a client.

It needs aiohttp: ``pip install tornado_pymongo[aiohttp]``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from http.client import responses
from typing import Any

from gridfs.errors import NoFile
from tornado.web import HTTPError

from tornado_pymongo import _form, _http
from tornado_pymongo._sending import read_pieces
from tornado_pymongo.derive import mark_coroutine_function
from tornado_pymongo.gridfs import GridFSBucket

try:
    from aiohttp import web
    from multidict import CIMultiDict
except ImportError as _error:
    raise ImportError(
        "tornado_pymongo.aiohttp needs aiohttp: pip install tornado_pymongo[aiohttp]"
    ) from _error


def get_gridfs_file(bucket: GridFSBucket, filename: str, request: web.Request) -> Awaitable[Any]:
    """Return a Future of the open `GridOut` to send; a coroutine will do as well.

    Raise `gridfs.errors.NoFile` to answer with 404.
    """
    opening: Awaitable[Any] = bucket.open_download_stream_by_name(filename)
    return opening


def get_cache_time(filename: str, modified: datetime | None, mime_type: str) -> int:
    """Return for how many seconds clients may keep the file without asking; 0: not at all.

    `modified` is when it was uploaded, to the second; in UTC if it is naive.
    """
    return 0


def set_extra_headers(response: web.StreamResponse, gridout: Any) -> None:
    """Set more headers of the response; `tornado_pymongo.web` says which are wise."""


def create_gridfs_file(bucket: GridFSBucket, filename: str, request: web.Request) -> Any:
    """Return the `GridIn` to write to: it keeps the Content-Type in ``metadata.contentType``.

    Of a file in a form, `filename` is its name there, without folders, and `request` a copy whose
    Content-Type is that of the file.
    """
    metadata = _http.metadata_of(request.headers.get("Content-Type"))
    return bucket.open_upload_stream(filename, metadata=metadata)


def write_created(
    request: web.Request, gridin: Any, fields: Mapping[str, list[str]] | None
) -> web.StreamResponse:
    """Return the answer that the file is stored: 201, and as JSON its id, name and length.

    :param fields: the other fields of the form, each with its values; None if it was no form.
    """
    path = request.rel_url.raw_path if fields is None else None
    headers, body = _http.created(gridin, path)
    return web.json_response(body, status=201, headers=headers)


# How much of a form is read at a time, in bytes.
_PIECE = 2**16


class _Handler:
    _methods: tuple[str, ...]

    def __init__(self, database: Any, root_collection: str) -> None:
        self._bucket = _http.bucket_of(database, root_collection)
        # aiohttp warns of handlers that do not look like coroutine functions.
        mark_coroutine_function(self)

    def _filename(self, request: web.Request) -> str:
        """Return the variable of the route."""
        if "filename" not in request.match_info:
            route = getattr(request.match_info.route.resource, "canonical", request.path)
            text = f'Bad {type(self).__name__} route "{route}": it needs a {{filename}} variable'
            raise web.HTTPInternalServerError(text=text)
        if request.method not in self._methods:
            raise web.HTTPMethodNotAllowed(request.method, self._methods)
        return request.match_info["filename"]


class AIOHTTPGridFS(_Handler):
    """Sends files from GridFS to GET and HEAD requests: a handler for a route of aiohttp.

    The route must have a variable ``{filename}``: the name of the file, of which the latest
    revision is sent. It answers as `tornado_pymongo.web.GridFSHandler` does.

    :param database: a `tornado_pymongo.Database`.
    :param root_collection: the name of the bucket.
    :param get_gridfs_file: instead of this module's function of that name; as are those after it.
    """

    _methods = ("GET", "HEAD")

    def __init__(
        self,
        database: Any,
        root_collection: str = "fs",
        get_gridfs_file: Callable[..., Awaitable[Any]] = get_gridfs_file,
        get_cache_time: Callable[..., int] = get_cache_time,
        set_extra_headers: Callable[..., None] = set_extra_headers,
    ) -> None:
        super().__init__(database, root_collection)
        _http.check_hooks(
            get_gridfs_file=get_gridfs_file,
            get_cache_time=get_cache_time,
            set_extra_headers=set_extra_headers,
        )
        self._get_gridfs_file = get_gridfs_file
        self._get_cache_time = get_cache_time
        self._set_extra_headers = set_extra_headers

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Answer a request."""
        filename = self._filename(request)
        try:
            gridout = await self._get_gridfs_file(self._bucket, filename, request)
        except (NoFile, UnicodeEncodeError):  # a name that none can have
            raise web.HTTPNotFound from None
        try:
            file = _http.StoredFile(gridout, filename)
            cache_time = self._get_cache_time(filename, file.modified, file.content_type)

            def header(name: str) -> str | None:
                values = request.headers.getall(name, None)
                return None if values is None else ",".join(values)

            status, headers, start, stop = file.answer(request.method, header, cache_time)
            response = web.StreamResponse(status=status, headers=headers)
            self._set_extra_headers(response, gridout)
            if request.method == "GET":
                await _send(request, response, gridout, start, stop)
            return response
        finally:
            await gridout.close()


async def _send(
    request: web.Request, response: web.StreamResponse, gridout: Any, start: int, stop: int
) -> None:
    try:
        async with aclosing(read_pieces(gridout, start, stop)) as pieces:
            async for piece in pieces:
                await response.prepare(request)  # once
                await response.write(piece)  # until the client has taken it
    except ConnectionError:
        pass  # the client has gone away
    except BaseException:
        if response.prepared and request.transport is not None:
            request.transport.close()
        raise


class AIOHTTPGridFSUpload(_Handler):
    """Stores the bodies of PUT and POST requests in GridFS: a handler for a route of aiohttp.

    The route must have a variable ``{filename}``: the name of the file. If that may be empty, as in
    ``{filename:.*}``, HTML forms can be sent there. It does what
    `tornado_pymongo.web.GridFSUploadHandler` does. aiohttp's ``client_max_size`` does not count,
    and nothing checks for forged requests.

    :param database: a `tornado_pymongo.Database`.
    :param root_collection: the name of the bucket.
    :param max_size: the largest file to store, in bytes; a larger one is answered with 413.
    :param create_gridfs_file: instead of this module's function of that name, as is
        `write_created`.
    """

    _methods = ("POST", "PUT")

    def __init__(
        self,
        database: Any,
        root_collection: str = "fs",
        *,
        max_size: int = _http.MAX_SIZE,
        create_gridfs_file: Callable[..., Any] = create_gridfs_file,
        write_created: Callable[..., web.StreamResponse] = write_created,
    ) -> None:
        super().__init__(database, root_collection)
        _http.check_max_size(max_size)
        _http.check_hooks(create_gridfs_file=create_gridfs_file, write_created=write_created)
        self._max_size = max_size
        self._create_gridfs_file = create_gridfs_file
        self._write_created = write_created

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Answer a request."""
        filename = self._filename(request)
        try:
            boundary = _form.form_boundary(request.headers.get("Content-Type"))
            extra = 0 if boundary is None else _form.MAX_EXTRA
            if (request.content_length or 0) > self._max_size + extra:
                raise web.HTTPRequestEntityTooLarge(self._max_size, 0)
            if boundary is None:
                return await self._store(request, filename)
            return await self._store_form(request)
        except HTTPError as error:
            status = error.status_code
            sentence = getattr(error, "sentence", f"{status}: {responses[status]}")
            return web.Response(status=status, text=sentence)
        except (ConnectionError, web.RequestPayloadError):
            raise web.HTTPBadRequest from None  # the client has gone away, or sends nonsense

    def _open_upload(self, filename: str, request: web.Request) -> _http.Upload:
        return _http.Upload(
            self._create_gridfs_file(self._bucket, filename, request), self._max_size
        )

    async def _store(self, request: web.Request, filename: str) -> web.StreamResponse:
        upload = self._open_upload(filename, request)
        async with _aborting(upload):
            async for data in request.content.iter_any():
                await upload.write(data)
            gridin = await upload.close()
        return self._write_created(request, gridin, None)

    async def _store_form(self, request: web.Request) -> web.StreamResponse:
        def open_upload(filename: str, content_type: str | None) -> _http.Upload:
            headers = CIMultiDict(request.headers)
            del headers["Content-Type"]
            if content_type is not None:
                headers["Content-Type"] = content_type
            return self._open_upload(filename, request.clone(headers=headers))

        def add_field(name: str, value: bytes) -> None:
            fields.setdefault(name, []).append(value.decode(errors="replace"))

        fields: dict[str, list[str]] = {}
        form = _form.Form(open_upload, add_field)
        async with _aborting(form):
            reader = await request.multipart()
            while (part := await _parsed(reader.next())) is not None:
                form.begin({name.lower(): _text(value) for name, value in part.headers.items()})
                while data := await _parsed(part.read_chunk(_PIECE)):
                    await form.write(data)
                form.end()
            gridin = await form.close()
        return self._write_created(request, gridin, fields)


@asynccontextmanager
async def _aborting(upload: _http.Upload | _form.Form) -> AsyncIterator[None]:
    """Have what was stored removed if there is an error."""
    try:
        yield
    except BaseException:
        await asyncio.shield(upload.abort())
        raise


async def _parsed(reading: Awaitable[Any]) -> Any:
    """Return what aiohttp finds in a form.

    :raises Refusal: 400 if that is none.
    """
    try:
        return await reading
    except (ConnectionError, web.RequestPayloadError):
        raise
    except Exception:  # which one is not documented
        raise _http.Refusal(400, _form.MALFORMED) from None


def _text(header: str) -> str:
    return _form.decode(header.encode("utf-8", "surrogateescape"))
