"""Finds the places to cut a large reply: the span of its array of documents, and element ends."""

from __future__ import annotations

import re
import struct
from typing import Any, NamedTuple

_SIZE = struct.Struct("<I")
_size_at = _SIZE.unpack_from

# The keys of the array that may make a reply large: that of a cursor, or of "distinct". Then come
# the size of the array and the type of its first element: a document.
_ARRAY = re.compile(rb"(?s)(?:\x03(cursor)\0.*?\x04(firstBatch|nextBatch)|\x04(values))\0.{4}\x03")

# How many bytes may come before the array. Measured: MongoDB 6.0 puts 12 to 28 there. The rest is
# for servers that put the namespace, up to 255 bytes, and their times first.
_BEFORE = 1000


class Span(NamedTuple):
    """Where the large array of a reply begins and ends.

    :param path: the keys that lead to the array.
    :param parents: where each document begins that contains the array.
    """

    path: list[str]
    parents: list[int]
    begin: int
    end: int

    def reply_with(self, data: Any, run: Any) -> bytes:
        """Return the reply with only some elements of the array."""
        head = bytearray(data[: self.begin])
        size = len(run) + 5
        for at in self.parents:
            _SIZE.pack_into(head, at, _size_at(data, at)[0] - (self.end - self.begin) + size)
        return b"".join((head, _SIZE.pack(size), run, b"\0", data[self.end :]))


def find(data: Any) -> Span | None:
    """Return the span of the array of documents that may make a reply large.

    A match elsewhere, as in a string, does no harm. `Span.reply_with` then makes a reply in which a
    size is wrong, which PyMongo refuses, or which has no value at that path.
    """
    match = _ARRAY.search(data, 0, _BEFORE)
    begin = match.end() - 5 if match else 0
    end = begin + _size_at(data, begin)[0]
    if match is None or data[end - 1]:  # not 0, as it must be: PyMongo raises its error
        return None
    path = [key.decode() for key in match.groups() if key]
    parents = [0] if match[3] else [0, match.end(1) + 1]
    return Span(path, parents, begin, end)


def advance(data: Any, position: int, index: int, target: int) -> int:
    """Return the end of the first document of an array that ends at `target` or later.

    :param position: where the document with this index begins.
    """
    while position < target:
        # Each element begins with its type, its index in digits, and a zero byte.
        header = len(str(index)) + 2
        size_at = struct.Struct(f"<{header}xI").unpack_from
        for _ in range(10 ** (header - 2) - index):
            position += header + size_at(data, position)[0]
            if position >= target:
                return position
        index = 10 ** (header - 2)
    return position
