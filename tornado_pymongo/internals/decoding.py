"""Decoding large replies in slices, so that no other thread waits long for the GIL.

PyMongo decodes a reply, of up to 48 MB, in one call of its C extension. That call holds the GIL for
hundreds of milliseconds, so the event loop stands still, whichever thread makes the call. Here the
array that makes a reply large is cut into slices of whole elements. PyMongo decodes the reply once
for each slice, with that slice in place of the array, and the lists are joined. After each slice
the thread checks whether its call was aborted, spares the garbage collector the new documents, and
yields the GIL.

Why the result is the same:

- PyMongo decodes each slice, at the array's place in the reply. So codec options, type decoders and
  errors have their usual effect.
- PyMongo refuses an array whose elements do not end where the array ends. So a slice that begins
  with an element, and can be decoded, ends with an element: a wrong cut is always noticed.
- If anything is unexpected, PyMongo decodes the whole reply, and raises its own error.

Threads decode one at a time. The others wait for a lock, within limits: there they do not compete
with the event loop for the GIL.
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

# How long to sleep, in seconds, to yield the GIL: as short as the system can, 0.1 ms on Linux.
# After sleep(0) the GIL is back before another thread is awake. Measured: without any sleep, three
# scans hold up the event loop for 15.5 ms (p99), with it for 5.3 ms; a scan takes 6 % longer.
_YIELD = 1e-6

# How long a thread waits for the lock, in seconds for each byte that it has to decode. Then it
# decodes without the lock. So a small result does not wait for large ones. Nor is there a deadlock
# if the thread with the lock waits, in a type decoder or a finalizer, for something that this one
# holds. Measured: beside three scans of 50,000 documents, 1 MB takes 34 ms; it takes 53 ms with
# three times the patience, and 109 ms without a limit.
_PATIENCE = 10e-9

_OpMsg: Any = getattr(message, "_OpMsg", object)


def with_slices(
    options: dict[str, Any], slice_bytes: int | None, spare_collector: bool
) -> dict[str, Any]:
    """Return these options of PyMongo's client, with large replies decoded in slices."""
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
        """Return what PyMongo's `unpack_response` returns, or None if slices are impossible.

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
    """Tell whether these options have documents made in C, and lists not decoded further.

    A document class with a `__setitem__` in Python yields the GIL by itself, and raw documents are
    not decoded. A type decoder of lists would be given the slices.
    """
    setter = getattr(codec_options.document_class, "__setitem__", None)
    return setter in _SETTERS and list not in codec_options.type_registry._decoder_map


_SETTERS = (dict.__setitem__, OrderedDict.__setitem__, SON.__setitem__)


# Held by the one thread that decodes. It is reentrant, as a user's type decoder may itself ask the
# server for a large reply.
_decoding = threading.RLock()


def _reset() -> None:
    global _decoding
    _decoding = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset)


# How PyMongo is made to use it


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
            """Run a command; PyMongo takes `decode` for a class of raw documents."""

            def decode(reply: Any, _: Any) -> Any:
                return (slicer.decode(reply, *options) or _unpack(reply, *options))[0]

            decode._type_marker = RawBSONDocument._type_marker  # type: ignore[attr-defined]
            if user_fields and _decodes_in_c(args[3]):  # else the reply has no user documents
                options = args[3], user_fields
                args = *args[:3], args[3]._replace(document_class=decode), *args[4:]
                user_fields = None
            return super().command(*args, user_fields=user_fields, **kwargs)

    # Up to PyMongo 4.17 a command reads its reply without `receive_message`.
    return OldConnection if hasattr(pool, "command") else Connection


def _try_out() -> str:
    """Decode a reply in slices and as a whole, and compare."""
    whole = bson.encode({"ok": 1, "cursor": {"id": 1, "firstBatch": [{"n": n} for n in range(9)]}})
    slicer = Slicer(30, False)
    connection: Any = pool.Connection.__new__(pool.Connection)
    connection.__class__ = _slicing_connection(pool.Connection, slicer)
    sliced = slicer.decode(whole, DEFAULT_CODEC_OPTIONS, None)
    return "" if sliced == [bson.decode(whole)] else "how it decodes replies"


contract.SLICES.trial = _try_out
