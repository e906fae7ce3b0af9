"""Decoding large replies in slices, so that no other thread waits long for the GIL.

PyMongo decodes a reply, up to 48 MB of it, in one call of its C extension, which keeps the GIL for
hundreds of milliseconds: whatever thread it runs in, the event loop stands still. Here the array
that makes a reply large is cut into runs of whole elements. PyMongo decodes the reply again and
again, each time with one run in place of the array, and the lists are joined. After each run the
thread yields the GIL, checks whether its call was aborted, and spares the collector what it made.

Why the result is the same:

- A run is decoded by PyMongo, in the place that it had in the reply: codec options, type decoders
  and errors are as they were.
- PyMongo refuses an array whose elements do not end where the array ends. So a run that begins with
  an element and was decoded also ends with one: no wrong cut goes unnoticed.
- If anything is not as expected, PyMongo decodes the whole reply, and raises what it raises.

Threads decode one at a time. The others wait for a lock for a while, where they do not compete for
the GIL with the event loop.
"""

from __future__ import annotations

import os
import struct
import threading
from collections import OrderedDict
from contextlib import suppress
from functools import cache, reduce
from inspect import signature
from operator import getitem
from time import sleep
from typing import Any, NamedTuple

import bson
from bson.codec_options import DEFAULT_CODEC_OPTIONS
from bson.errors import InvalidBSON
from bson.raw_bson import RawBSONDocument
from bson.son import SON
from pymongo import message
from pymongo.synchronous import pool

from tornado_pymongo.collector import promote
from tornado_pymongo.executor import running_call
from tornado_pymongo.executor.supervisor import has_gil
from tornado_pymongo.internals import contract
from tornado_pymongo.internals.cutting import Span, advance, find

# How long to sleep, in seconds, to yield the GIL: as short as the system can, which is 0.1 ms on
# Linux. To sleep for no time at all is too short: the GIL is back before another thread is awake.
_YIELD = 1e-6

# How long a thread waits for its turn, in seconds for each byte that it has to decode. Then it
# decodes at once: a small result need not wait for large ones, and no thread waits for ever for one
# whose type decoder, or finalizer, waits for something that it holds. Measured: beside three scans
# of 50,000 documents, 1 MB takes 34 ms, 53 ms with three times the patience, 109 ms without end.
_PATIENCE = 10e-9

_OpMsg: Any = getattr(message, "_OpMsg", object)


def with_slices(
    options: dict[str, Any], slice_bytes: int | None, spare_collector: bool
) -> dict[str, Any]:
    """Return these options of a PyMongo client, with large replies decoded in such slices."""
    if slice_bytes and bson.has_c() and has_gil() and contract.holds(contract.SLICES):
        slicer = Slicer(slice_bytes, spare_collector)
        pool_class = options.get("_pool_class", pool.Pool)
        options = {**options, "_pool_class": _slicing_pool(pool_class, slicer)}
    return options


class Slicer(NamedTuple):
    """How large replies are decoded."""

    slice_bytes: int
    spare_collector: bool

    def decode(self, data: Any, *options: Any) -> Any:
        """Return what PyMongo makes of a reply, or None if that cannot be done in slices.

        :param options: the codec options, and PyMongo's `user_fields`.
        """
        with suppress(InvalidBSON, LookupError, TypeError, struct.error):
            span = find(data) if _decodes_in_c(options[0]) else None
            if span and (size := span.end - span.begin) > self.slice_bytes:
                has_turn = (lock := _decoding).acquire(timeout=size * _PATIENCE)
                try:
                    return self._decode_span(data, span, options)
                finally:
                    if has_turn:
                        lock.release()
        return None

    def _decode_span(self, data: Any, span: Span, options: Any) -> Any:
        def decode(run: Any) -> tuple[Any, list[Any]]:
            reply = _unpack(span.reply_with(data, run), *options)
            return reply, reduce(getitem, span.path, reply[0])

        reply, documents = decode(b"")
        first, stop = span.begin + 4, span.end - 1
        while first < stop:
            last = advance(data, first, len(documents), min(first + self.slice_bytes, stop))
            documents += decode(data[first:last])[1]
            if self.spare_collector:
                promote(last - first)
            first = last
            if (call := running_call()) is not None:
                call.check()
            sleep(_YIELD)
        return reply


def _unpack(reply: bytes, codec_options: Any, user_fields: Any) -> Any:
    return _OpMsg(0, reply).unpack_response(codec_options=codec_options, user_fields=user_fields)


def _decodes_in_c(codec_options: Any) -> bool:
    """Tell whether with these options documents are made in C, and lists left as they are.

    A class with a `__setitem__` in Python yields the GIL by itself, and raw documents are not
    decoded. A decoder of lists would be given the runs.
    """
    setter = getattr(codec_options.document_class, "__setitem__", None)
    return setter in _SETTERS and list not in codec_options.type_registry._decoder_map


_SETTERS = (dict.__setitem__, OrderedDict.__setitem__, SON.__setitem__)


# One thread at a time.
# Reentrant, as a type decoder of the user's may ask the server for a large reply.
_decoding = threading.RLock()


def _reset() -> None:
    global _decoding
    _decoding = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset)


# How PyMongo comes to it


@cache
def _slicing_pool(pool_class: Any, slicer: Slicer) -> Any:
    class Pool(pool_class):  # type: ignore[misc]
        def connect(self, *args: Any, **kwargs: Any) -> Any:
            connection = super().connect(*args, **kwargs)
            connection.__class__ = _slicing_connection(connection.__class__, slicer)
            return connection

    return Pool


@cache
def _slicing_connection(connection_class: Any, slicer: Slicer) -> Any:
    """Return a class of connections that decode their large replies in slices."""
    parameters = signature(_OpMsg.unpack_response)

    class Reply(_OpMsg):  # type: ignore[misc]
        __slots__ = ()

        def unpack_response(self, *args: Any, **kwargs: Any) -> Any:
            given = parameters.bind(self, *args, **kwargs)
            given.apply_defaults()
            options = given.arguments["codec_options"], given.arguments["user_fields"]
            decoded = slicer.decode(self.payload_document, *options)
            return decoded or super().unpack_response(*args, **kwargs)

    class Connection(connection_class):  # type: ignore[misc]
        def receive_message(self, *args: Any, **kwargs: Any) -> Any:
            reply = super().receive_message(*args, **kwargs)
            if type(reply) is _OpMsg and len(reply.payload_document) > slicer.slice_bytes:
                reply.__class__ = Reply
            return reply

    class OldConnection(Connection):
        def command(self, *args: Any, user_fields: Any = None, **kwargs: Any) -> Any:
            """Run a command whose reply is decoded by what stands for a class of raw documents."""

            def decode(reply: Any, _: Any) -> Any:
                return (slicer.decode(reply, *options) or _unpack(reply, *options))[0]

            decode._type_marker = RawBSONDocument._type_marker  # type: ignore[attr-defined]
            if user_fields and _decodes_in_c(args[3]):  # else no documents of the user's
                options = args[3], user_fields
                args = *args[:3], args[3]._replace(document_class=decode), *args[4:]
                user_fields = None
            return super().command(*args, user_fields=user_fields, **kwargs)

    # Up to PyMongo 4.17 a command reads its reply without `receive_message`.
    return OldConnection if hasattr(pool, "command") else Connection


def _try_out() -> str:
    """Decode a reply in slices, and at once."""
    whole = bson.encode({"ok": 1, "cursor": {"id": 1, "firstBatch": [{"n": n} for n in range(9)]}})
    slicer = Slicer(30, False)
    connection: Any = pool.Connection.__new__(pool.Connection)
    connection.__class__ = _slicing_connection(pool.Connection, slicer)
    sliced = slicer.decode(whole, DEFAULT_CODEC_OPTIONS, None)
    return "" if sliced == [bson.decode(whole)] else "how it decodes replies"


contract.SLICES.trial = _try_out
