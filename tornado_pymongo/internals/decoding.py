"""Decoding large replies in slices, so that no other thread waits long for the interpreter.

PyMongo decodes a reply, up to 48 MB of it, in one call of its C extension, which keeps the GIL for
hundreds of milliseconds: whatever thread it runs in, the event loop stands still. Here the array
that makes a reply large is cut into runs of whole elements. Each run is put into a small reply of
its own, which PyMongo decodes as it would the whole one, and the lists are joined.

Why the result is the same:

- A run is decoded by PyMongo, in the place that it had in the reply: codec options, type decoders
  and errors are as they were.
- PyMongo refuses an array whose elements do not end where it ends. So a run that begins with an
  element and was decoded also ends with one: no cut can be wrong and go unnoticed.
- Where anything is not as expected, PyMongo decodes the whole reply, and raises what it raises.

How the others get in is the matter of `turns`, where a run ends that of `cutting`.
"""

from __future__ import annotations

import struct
from collections import OrderedDict
from functools import cache
from inspect import signature
from typing import Any

import bson
from bson.codec_options import DEFAULT_CODEC_OPTIONS
from bson.errors import InvalidBSON
from bson.raw_bson import RawBSONDocument
from bson.son import SON
from pymongo import ReadPreference, message
from pymongo.synchronous import pool

from tornado_pymongo.internals import contract
from tornado_pymongo.internals.cutting import GUESS_FROM, NO_LIMIT, Place, find, guess, walk
from tornado_pymongo.internals.turns import Turn
from tornado_pymongo.supervisor import has_gil


def with_slices(options: dict[str, Any], slice_bytes: int | None) -> dict[str, Any]:
    """Return these options of a PyMongo client, with large replies decoded in such slices."""
    if not slice_bytes or not bson.has_c() or not has_gil():
        return options  # nothing is held up
    if not _is_known():
        return options
    return {**options, "_pool_class": _slicing(options.get("_pool_class", pool.Pool), slice_bytes)}


@cache
def _slicing(pool_class: Any, slice_bytes: int) -> Any:
    class Pool(pool_class):  # type: ignore[misc]
        def connect(self, handler: Any = None) -> Any:
            connection = super().connect(handler)
            kind: Any = type(connection)
            connection.__class__ = _slicing_connection(kind, slice_bytes)
            return connection

    return Pool


@cache
def _is_known() -> bool:
    """Tell whether PyMongo has what we build on, and does what we expect; warn if not."""
    reply = bson.encode({"ok": 1, "cursor": {"id": 1, "firstBatch": [{"n": n} for n in range(9)]}})
    try:
        known = (
            list(signature(message._OpMsg.unpack_response).parameters)[:4] == _UNPACK
            and _can_become(pool.Connection, _slicing_connection(pool.Connection, 30))
            and _is_worth_it(DEFAULT_CODEC_OPTIONS)
            and _decode(reply, 30, DEFAULT_CODEC_OPTIONS, None) == [bson.decode(reply)]
        )
    except Exception:
        known = False
    if not known:
        contract.switch_off(contract.SLICES, "how it decodes replies")
    return contract.holds(contract.SLICES)


def _can_become(cls: Any, other: Any) -> bool:
    cls.__new__(cls).__class__ = other
    return True


_UNPACK = ["self", "cursor_id", "codec_options", "user_fields"]


@cache
def _slicing_connection(connection_class: Any, slice_bytes: int) -> Any:
    """Return a class of connections that decode their large replies in slices."""

    class Connection(connection_class):  # type: ignore[misc]
        def receive_message(self, request_id: Any) -> Any:
            reply = super().receive_message(request_id)
            if type(reply) is _OpMsg and len(reply.payload_document) > slice_bytes:
                return _Reply(reply.flags, reply.payload_document, slice_bytes)
            return reply

    class OldConnection(Connection):
        def command(
            self,
            dbname: str,
            spec: Any,
            read_preference: Any = ReadPreference.PRIMARY,
            codec_options: Any = DEFAULT_CODEC_OPTIONS,
            *args: Any,
            user_fields: Any = None,
            **kwargs: Any,
        ) -> Any:
            if user_fields and _is_worth_it(codec_options):  # else no documents of the user's
                decode = _ReplyDecoder(codec_options, user_fields, slice_bytes)
                codec_options, user_fields = codec_options._replace(document_class=decode), None
            return super().command(
                *(dbname, spec, read_preference, codec_options, *args),
                **{"user_fields": user_fields, **kwargs},
            )

    return OldConnection if _reads_by_itself else Connection


# Whether PyMongo's commands, up to 4.17, read their replies without `receive_message`.
_reads_by_itself: bool = hasattr(pool, "command")


class _ReplyDecoder:
    """Takes the place of a class for raw documents, and makes decoded ones of them."""

    _type_marker = getattr(RawBSONDocument, "_type_marker", None)

    def __init__(self, codec_options: Any, user_fields: Any, slice_bytes: int) -> None:
        self._options = codec_options, user_fields
        self._slice_bytes = slice_bytes

    def __call__(self, reply: Any, _: Any) -> Any:
        if len(reply) > self._slice_bytes:
            documents = _decode(reply, self._slice_bytes, *self._options)
            if documents is not None:
                return documents[0]
        return _unpack(reply, *self._options)[0]


_OpMsg: Any = getattr(message, "_OpMsg", object)


class _Reply(_OpMsg):  # type: ignore[misc]
    """A large reply."""

    __slots__ = ("slice_bytes",)

    def __init__(self, flags: int, payload_document: Any, slice_bytes: int) -> None:
        super().__init__(flags, payload_document)
        self.slice_bytes = slice_bytes

    def unpack_response(
        self,
        cursor_id: Any = None,
        codec_options: Any = DEFAULT_CODEC_OPTIONS,
        user_fields: Any = None,
        legacy_response: bool = False,
    ) -> Any:
        if _is_worth_it(codec_options):
            documents = _decode(self.payload_document, self.slice_bytes, codec_options, user_fields)
            if documents is not None:
                return documents
        return super().unpack_response(cursor_id, codec_options, user_fields, legacy_response)


def _is_worth_it(codec_options: Any) -> bool:
    """Tell whether with these options documents are made in C, and lists left as they are.

    A class with a `__setitem__` in Python lets others in by itself, and raw documents are not
    decoded. A decoder of lists would be given the runs.
    """
    setter = getattr(codec_options.document_class, "__setitem__", None)
    return setter in _SETTERS and list not in codec_options.type_registry._decoder_map


_SETTERS = (dict.__setitem__, OrderedDict.__setitem__, SON.__setitem__)


def _decode(data: Any, slice_bytes: int, codec_options: Any, user_fields: Any) -> Any:
    """Return what PyMongo makes of a reply, decoded in slices; None where that cannot be done."""
    try:
        place = find(data)
        if place is None or place.end - place.begin <= slice_bytes:
            return None
        with Turn(place.end - place.begin) as turn:
            return _join(data, place, slice_bytes, codec_options, user_fields, turn)
    except (InvalidBSON, KeyError, IndexError, struct.error):
        return None


def _join(
    data: Any, place: Place, slice_bytes: int, codec_options: Any, user_fields: Any, turn: Turn
) -> Any:
    first, stop = place.begin + 4, place.end - 1
    replies: Any = None
    joined: list[Any] = []
    may_guess = True
    while first < stop:
        index, target = len(joined), min(first + slice_bytes, stop)
        last = 0
        if may_guess and index >= GUESS_FROM:
            last = guess(data, first, index, target, stop)
        guessed = bool(last)
        if not guessed:
            most = GUESS_FROM if may_guess and index < GUESS_FROM else NO_LIMIT
            last = walk(data, first, index, target, most)
        run = data[first:last]
        reply = place.reply_with(run) if joined else place.whole_reply_with(data, run)
        try:
            unpacked = _unpack(reply, codec_options, user_fields)
        except InvalidBSON:
            if not guessed:
                raise
            may_guess = False
            continue
        elements = unpacked[0]
        for name in place.path:
            elements = elements[name.decode()]
        if replies is None:
            replies, joined = unpacked, elements
        else:
            joined += elements
        first = last
        if first < stop:
            turn.let_others_in(stop - first)
    return replies


def _unpack(reply: bytes, codec_options: Any, user_fields: Any) -> Any:
    return _OpMsg(0, reply).unpack_response(codec_options=codec_options, user_fields=user_fields)
