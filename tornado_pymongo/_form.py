"""Uploads by an HTML form, ``multipart/form-data`` (RFC 7578): what both web handlers share.

`Form` decides what is taken of a form, part by part: fields, which are small, and one file, which
is stored as it comes. `FormUpload` finds the parts in a body; aiohttp does that by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import unquote

from tornado_pymongo import log
from tornado_pymongo._http import PRINTABLE, Refusal, Upload

try:
    from python_multipart import MultipartParser
except ImportError:
    MultipartParser = None  # type: ignore[assignment, misc]

# How much a form may have besides its file, in bytes. A choice: room for a token and some
# fields, and too little to fill the memory with.
MAX_EXTRA = 2**16

MALFORMED = "The body is not a form with the boundary that its Content-Type has."

_PARAMETER = re.compile(r';[ \t]*([^ \t;="]+)[ \t]*=[ \t]*(?:"((?:\\"|[^"])*)"|([^;]*))')

# In a name, browsers write these for characters that cannot stand in a header (WHATWG).
_ESCAPED = re.compile(r'\\"|%22|%0[DA]')


def form_boundary(content_type: str | None) -> str | None:
    """Return what is between the parts of a form, or None if the body is a file by itself.

    :raises Refusal: 415 if it is neither; 400 if it has no boundary that may be one.
    """
    kind, parameters = _parse(content_type or "")
    if kind == "application/x-www-form-urlencoded" or (
        kind.startswith("multipart/") and kind != "multipart/form-data"
    ):
        raise Refusal(
            415,
            'Send a form with enctype="multipart/form-data", or else a file with a Content-Type of'
            " its own.",
        )
    if kind != "multipart/form-data":
        return None
    boundary = parameters.get("boundary", "")
    if not (PRINTABLE.fullmatch(boundary) and len(boundary) <= 70):
        raise Refusal(400, "The Content-Type of the form has no boundary, or a wrong one.")
    return boundary


def _parse(header: str) -> tuple[str, dict[str, str]]:
    """Return the value of a header, and its parameters."""
    kind, semicolon, rest = header.partition(";")
    parameters = {
        match[1].lower(): match[3].strip() if match[2] is None else match[2]
        for match in _PARAMETER.finditer(semicolon + rest)
    }
    return kind.strip().lower(), parameters


def _text(escaped: str) -> str:
    return _ESCAPED.sub(lambda match: unquote(match[0].lstrip("\\")), escaped)


def _filename(parameters: Mapping[str, str]) -> str | None:
    """Return the name of a file without its folders; None if the part is a field."""
    if "filename" in parameters:
        name = _text(parameters["filename"])
    elif "filename*" in parameters:  # not for forms, but some clients write it
        name = unquote(parameters["filename*"].rpartition("'")[2])
    else:
        return None
    return re.split(r"[/\\]", name)[-1]


def decode(header: bytes) -> str:
    """Return the text of a header: in UTF-8, as browsers send it, or in what it was once."""
    try:
        return header.decode()
    except UnicodeDecodeError:
        return header.decode("latin-1")


class Form:
    """The parts of a form, one after the other.

    :param open_upload: called with the name and the type of the file, when that comes.
    :param add_field: called with the name and the value of each field.
    """

    def __init__(
        self,
        open_upload: Callable[[str, str | None], Upload],
        add_field: Callable[[str, bytes], None],
    ) -> None:
        self._open_upload = open_upload
        self._add_field = add_field
        self._upload: Upload | None = None
        self._name = ""
        self._part: Upload | bytearray | None = None  # where what comes now belongs
        self._extra = 0

    def begin(self, headers: Mapping[str, str]) -> None:
        """Begin a part, whose headers have their names in lower case.

        :raises Refusal: 400 if it has no name, 415 if it is something else than a field or file.
        """
        self.count(sum(len(name) + len(value) for name, value in headers.items()))
        kind, parameters = _parse(headers.get("content-disposition", ""))
        if kind != "form-data" or "name" not in parameters:
            raise Refusal(400, "A part of the form has no name.")
        content_type = headers.get("content-type", "")
        encoding = headers.get("content-transfer-encoding", "binary").lower()
        if content_type.startswith("multipart/") or encoding not in ("binary", "8bit", "7bit"):
            raise Refusal(415, "Send the form's file as it is, neither encoded nor in parts.")
        self._name = _text(parameters["name"])
        filename = _filename(parameters)
        if filename is None:
            self._part = bytearray()
        elif filename == "":
            self._part = None  # no file was chosen
        elif self._upload is not None:
            raise Refusal(415, "Send one file in a form.")
        else:
            kind_of_file = content_type if PRINTABLE.fullmatch(content_type) else None
            self._part = self._upload = self._open_upload(filename, kind_of_file)

    async def write(self, data: bytes) -> None:
        """Take some of a part; return when there is room for more."""
        if isinstance(self._part, Upload):
            await self._part.write(data)
            return
        self.count(len(data))
        if self._part is not None:
            self._part += data

    def end(self) -> None:
        """End a part."""
        if isinstance(self._part, bytearray):
            self._add_field(self._name, bytes(self._part))
        self._part = None

    def count(self, size: int) -> None:
        """Count what is not the file.

        :raises Refusal: 413 if it is too much.
        """
        self._extra += size
        if self._extra > MAX_EXTRA:
            raise Refusal(413, f"A form may have {MAX_EXTRA} bytes besides its file.")

    async def close(self) -> Any:
        """Complete the file, and return its GridIn.

        :raises Refusal: 400 if there is none.
        """
        if self._upload is None:
            raise Refusal(400, "The form has no file: choose one.")
        return await self._upload.close()

    async def abort(self) -> None:
        """Remove what has been stored."""
        if self._upload is not None:
            await self._upload.abort()


class FormUpload:
    """A form's body on its way: it is used as an `Upload` is.

    :param boundary: of the body's Content-Type.
    :raises Refusal: 415 if there is no parser.
    """

    def __init__(self, form: Form, boundary: str) -> None:
        if MultipartParser is None:
            log.error(
                "forms_not_taken",
                "A form was refused, as its parser is missing: pip install tornado_pymongo[web]",
            )
            raise Refusal(415, "No forms are taken here: send the file by itself.")
        self._form = form
        self._is_in_part = self._is_complete = False
        self._headers: dict[str, str] = {}
        self._header = self._value = b""
        # The events that the parser has found: it cannot wait for the database.
        self._events: list[tuple[str, bytes]] = []
        callbacks: Any = {f"on_{name}": partial(self._found, name) for name in _EVENTS}
        self._parser = MultipartParser(boundary.encode(), callbacks)

    def _found(self, event: str, data: bytes = b"", start: int = 0, stop: int = 0) -> None:
        self._events.append((event, data[start:stop]))

    async def write(self, data: bytes) -> None:
        """Take some of the body; return when there is room for more.

        :raises tornado.web.HTTPError: what `Form` and `Upload` raise, and 400 for nonsense.
        """
        try:
            self._parser.write(data)
        except ValueError:
            raise Refusal(400, MALFORMED) from None
        events, self._events = self._events, []
        if not events and not self._is_in_part:
            self._form.count(len(data))
        for event, piece in events:
            await self._handle(event, piece)

    async def _handle(self, event: str, piece: bytes) -> None:
        match event:
            case "part_data":
                await self._form.write(piece)
            case "part_begin":
                self._is_in_part = True
            case "header_field":
                self._header += piece
            case "header_value":
                self._value += piece
            case "header_end":
                self._headers[decode(self._header).lower()] = decode(self._value).strip()
                self._header = self._value = b""
            case "headers_finished":
                self._form.begin(self._headers)
                self._headers = {}
            case "part_end":
                self._form.end()
                self._is_in_part = False
            case "end":
                self._is_complete = True

    async def close(self) -> Any:
        """Complete the file, and return its GridIn; or remove it.

        :raises Refusal: 400 if the form has no end, or no file.
        """
        if not self._is_complete:
            await self.abort()
            raise Refusal(400, "The form has no end.")
        return await self._form.close()

    async def abort(self) -> None:
        """Remove what has been stored."""
        await self._form.abort()


_EVENTS = (
    "part_begin",
    "header_field",
    "header_value",
    "header_end",
    "headers_finished",
    "part_data",
    "part_end",
    "end",
)
