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

How the others get in. A thread that wants the GIL waits 5 ms before it asks for it, and of several
that wait any one may get it, so slices alone are not enough:

- One thread at a time decodes. The others wait in a queue, where they do not compete for the GIL
  with the event loop, and take turns.
- Whenever that thread has decoded for a millisecond, it looks whether any other thread of this
  process has used the CPU meanwhile. If so, that one probably waits for the GIL by now: it sleeps,
  for as short as the system can. While the loop has nothing to do, nothing is lost.
"""

from __future__ import annotations

import logging
import os
import re
import struct
import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from functools import cache
from inspect import signature
from time import monotonic, process_time, sleep, thread_time
from typing import Any

import bson
from bson.codec_options import DEFAULT_CODEC_OPTIONS
from bson.errors import InvalidBSON
from bson.raw_bson import RawBSONDocument
from bson.son import SON
from pymongo import ReadPreference, message
from pymongo.synchronous import pool

from tornado_pymongo.call import running_call

logger: logging.Logger = logging.getLogger("tornado_pymongo")

# After how long, in seconds, whoever decodes looks whether others want in. Measured: 2 ms double
# the loop's median delay, which is 0.6 ms, and save less than 1 % of the CPU time.
_LOOK = 0.001

# How much CPU time, in seconds, others may use meanwhile and be taken for idle. Measured: a loop
# that wakes up for a timer has used 5 to 20 microseconds by the time it waits for the GIL.
_IDLE = 3e-6

# How long to sleep, in seconds, so that others get in: what it takes is up to the system, which is
# 0.1 ms on Linux. Nothing at all would be too short: the GIL would be back before they are awake.
_PAUSE = 1e-6

# How long a turn is where others wait to decode, in seconds. Measured: to let the next one decode
# whenever others want in, instead of a pause, doubles the loop's p99, as both compete for the GIL.
_TURN = 0.005


def with_slices(options: dict[str, Any], slice_bytes: int | None) -> dict[str, Any]:
    """Return these options of a PyMongo client, with large replies decoded in such slices."""
    if not slice_bytes or not bson.has_c() or not getattr(sys, "_is_gil_enabled", lambda: True)():
        return options  # nothing is held up
    if not _is_known():
        return options
    return {**options, "_pool_class": _slicing(options.get("_pool_class", pool.Pool), slice_bytes)}


@cache
def _slicing(pool_class: Any, slice_bytes: int) -> Any:
    class Connection(_OldConnection if _reads_by_itself else _Connection):  # type: ignore[misc]
        _slice_bytes = slice_bytes

    class Pool(pool_class):  # type: ignore[misc]
        def connect(self, handler: Any = None) -> Any:
            connection = super().connect(handler)
            connection.__class__ = Connection
            return connection

    return Pool


@cache
def _is_known() -> bool:
    """Tell whether PyMongo has what we build on, and does what we expect; warn if not."""
    reply = bson.encode({"ok": 1, "cursor": {"id": 1, "firstBatch": [{"n": n} for n in range(9)]}})
    try:
        known = (
            list(signature(pool.Pool.connect).parameters) == ["self", "handler"]
            and list(signature(pool.Connection.receive_message).parameters) == _RECEIVE
            and list(signature(message._OpMsg.unpack_response).parameters)[:4] == _UNPACK
            and _is_worth_it(DEFAULT_CODEC_OPTIONS)
            and _decode(reply, 30, DEFAULT_CODEC_OPTIONS, None) == [bson.decode(reply)]
        )
    except Exception:
        known = False
    if not known:
        logger.warning(
            "large results are not decoded in slices, and may hold up the event loop, since this"
            " PyMongo differs in how it decodes replies from those that we know"
        )
    return known


_RECEIVE = ["self", "request_id"]
_UNPACK = ["self", "cursor_id", "codec_options", "user_fields"]


class _Connection(getattr(pool, "Connection", object)):  # type: ignore[misc]
    """A connection whose large replies are decoded in slices."""

    _slice_bytes: int

    def receive_message(self, request_id: Any) -> Any:
        reply = super().receive_message(request_id)
        if type(reply) is _OpMsg and len(reply.payload_document) > self._slice_bytes:
            return _Reply(reply.flags, reply.payload_document, self._slice_bytes)
        return reply


# Whether PyMongo's commands, up to 4.17, read their replies without `receive_message`.
_reads_by_itself: bool = hasattr(pool, "command")


class _OldConnection(_Connection):
    """The same, where only queries use `receive_message`."""

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
        if user_fields and _is_worth_it(codec_options):  # else there are no documents of the user's
            decode = _ReplyDecoder(codec_options, user_fields, self._slice_bytes)
            codec_options, user_fields = codec_options._replace(document_class=decode), None
        return super().command(
            *(dbname, spec, read_preference, codec_options, *args),
            **{"user_fields": user_fields, **kwargs},
        )


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
        place = _find(data)
        if place is None or place.end - place.begin <= slice_bytes:
            return None
        with _Turn() as turn:
            return _join(data, place, slice_bytes, codec_options, user_fields, turn)
    except (InvalidBSON, KeyError, IndexError, struct.error):
        return None


def _join(
    data: Any, place: _Place, slice_bytes: int, codec_options: Any, user_fields: Any, turn: _Turn
) -> Any:
    first, stop = place.begin + 4, place.end - 1
    replies: Any = None
    joined: list[Any] = []
    may_guess = True
    while first < stop:
        index, target = len(joined), min(first + slice_bytes, stop)
        last = 0
        if may_guess and index >= _GUESS_FROM:
            last = _guess(data, first, index, target, stop)
        guessed = bool(last)
        if not guessed:
            most = _GUESS_FROM if may_guess and index < _GUESS_FROM else _NO_LIMIT
            last = _walk(data, first, index, target, most)
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
            turn.let_others_in()
    return replies


def _unpack(reply: bytes, codec_options: Any, user_fields: Any) -> Any:
    return _OpMsg(0, reply).unpack_response(codec_options=codec_options, user_fields=user_fields)


# Cutting a reply

_size = struct.Struct("<I")
_size_at = _size.unpack_from

# The key of a document in an array, and its type.
_KEY = re.compile(rb"\x03([0-9]{1,9})\0")

# From which document of a batch on we guess where one begins. Before, it is often mistaken for one
# of an array in a document, whose keys are small numbers too.
_GUESS_FROM = 100

# More elements than a reply can have.
_NO_LIMIT = 2**32

# How many candidates for that are looked at.
_GUESSES = 3

# How long the values of a type are, without the length that those of `_LONGER` begin with.
_FIXED = {1: 8, 7: 12, 8: 1, 9: 8, 10: 0, 16: 4, 17: 8, 18: 8, 19: 16}
_LONGER = {2: 4, 3: 0, 4: 0, 5: 5}


class _Place:
    """Where the large array of a reply is.

    :param path: the names that lead to it.
    :param around: where the documents begin in which it is.
    """

    __slots__ = ("around", "begin", "end", "path")

    def __init__(
        self, path: tuple[bytes, ...], around: tuple[int, ...], begin: int, end: int
    ) -> None:
        self.path = path
        self.around = around
        self.begin = begin
        self.end = end

    def whole_reply_with(self, data: Any, run: Any) -> bytes:
        """Return the reply with a run of elements in the place of all."""
        size = len(run) + 5
        head = bytearray(data[: self.begin])
        for at in self.around:
            _size.pack_into(head, at, _size_at(head, at)[0] - (self.end - self.begin) + size)
        return b"".join((head, _size.pack(size), run, b"\0", data[self.end :]))

    def reply_with(self, run: Any) -> bytes:
        """Return a reply with nothing but a run of elements."""
        size = len(run) + 5
        head = _size.pack(size)
        kind = b"\x04"
        for name in reversed(self.path):
            size += len(name) + 7
            head = b"".join((_size.pack(size), kind, name, b"\0", head))
            kind = b"\x03"
        return b"".join((head, run, bytes(1 + len(self.path))))


def _find(data: Any) -> _Place | None:
    """Return where the array of documents is that may make a reply large."""
    for name, begin, end in _elements(data, 0):
        if name == b"cursor":
            for batch, first, last in _elements(data, begin):
                if batch in (b"firstBatch", b"nextBatch") and data[first + 4] == 3:
                    return _Place((name, batch), (0, begin), first, last)
        elif name == b"values" and data[begin + 4] == 3:  # of "distinct"
            return _Place((name,), (0,), begin, end)
    return None


def _elements(data: Any, position: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name of each element of a document, and where its value begins and ends."""
    stop = position + _size_at(data, position)[0] - 1
    position += 4
    while position < stop:
        kind = data[position]
        begin = position + 2
        while data[begin - 1]:
            begin += 1
        end = begin + (_FIXED[kind] if kind in _FIXED else _LONGER[kind] + _size_at(data, begin)[0])
        yield bytes(data[position + 1 : begin - 1]), begin, end
        position = end


def _walk(data: Any, position: int, index: int, target: int, most: int) -> int:
    """Return where the first element ends that ends at `target` or later, or where `most` begins.

    :param position: where the element with this index begins.
    """
    size_at = _size_at
    while position < target and index < most:
        # All that have as many digits: the type, the digits, the end of the key, the document.
        before = len(str(index)) + 2
        end = min(10 ** (before - 2), most)
        while position < target and index < end:
            position += before
            position += size_at(data, position)[0]
            index += 1
    return position


def _guess(data: Any, position: int, index: int, target: int, stop: int) -> int:
    """Return where an element probably begins, at or soon after `target`, or 0.

    It looks like one, has a possible index, and the next one, or the end, is where it ends. To
    walk from element to element takes 5 % of the time that it takes to decode small ones.
    """
    if target == stop:
        return stop
    end = min(2 * target - position, stop)
    for _ in range(_GUESSES):
        match = _KEY.search(data, target, end)
        if match is None:
            break
        candidate, found = match.start(), int(match[1])
        if index < found < index + candidate - position:
            next_one = match.end() + _size_at(data, match.end())[0]
            key = b"\x03%d\0" % (found + 1)
            if next_one == stop or data[next_one : next_one + len(key)] == key:
                return candidate
        target = match.end()
    return 0


# Letting others in


class _Turnstile:
    """Lets one thread decode at a time, in the order in which they came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: int | None = None  # 0 where the next one is not yet awake
        self._waiting: deque[Any] = deque()

    def enter(self) -> bool:
        """Wait for this thread's turn; tell whether it has it, or has waited too long."""
        me = threading.get_ident()
        with self._lock:
            if self._holder is None:
                self._holder = me
                return True
            if self._holder == me:  # a decoder of the user's asks the server for something
                return False
            wakeup = threading.Lock()
            wakeup.acquire()
            self._waiting.append(wakeup)
        if not wakeup.acquire(timeout=_PATIENCE):
            with self._lock:
                if wakeup in self._waiting:
                    self._waiting.remove(wakeup)
                    return False
            wakeup.acquire()  # it was given the turn just now
        self._holder = me
        return True

    def leave(self) -> None:
        """End this thread's turn."""
        with self._lock:
            if self._waiting:
                self._holder = 0
                self._waiting.popleft().release()
            else:
                self._holder = None

    @property
    def is_wanted(self) -> bool:
        """Whether another thread waits for its turn."""
        return bool(self._waiting)


_turnstile = _Turnstile()

# For how long, in seconds, to wait for a turn: a guess. Who decodes may itself wait for something
# that we hold, in a decoder or a finalizer of the user's.
_PATIENCE = 1.0

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_turnstile.__init__)  # type: ignore[misc]


class _Turn:
    """A thread's turn to decode, during which it lets others in."""

    def __enter__(self) -> _Turn:
        self._begin()
        return self

    def _begin(self) -> None:
        self._has_turn = _turnstile.enter()
        self._began = self._looked = monotonic()
        self._used = process_time() - thread_time()

    def __exit__(self, *exc_info: object) -> None:
        if self._has_turn:
            _turnstile.leave()

    def let_others_in(self) -> None:
        """See whether it is time to let others in, and do.

        :raises asyncio.CancelledError: where the call of this thread was aborted.
        """
        now = monotonic()
        if now - self._looked < _LOOK:
            return
        call = running_call()
        if call is not None:
            call.check()
        if process_time() - thread_time() - self._used > _IDLE:
            sleep(_PAUSE)
        if self._has_turn and now - self._began >= _TURN and _turnstile.is_wanted:
            _turnstile.leave()
            self._begin()
            return
        self._looked = monotonic()
        self._used = process_time() - thread_time()
