"""Where a large reply can be cut: its array of documents, and where one of them ends."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Any

_size = struct.Struct("<I")
_size_at = _size.unpack_from

# The key of a document in an array, and its type.
_KEY = re.compile(rb"\x03([0-9]{1,9})\0")

# From which document of a batch on we guess where one begins. Before, it is often mistaken for one
# of an array in a document, whose keys are small numbers too.
GUESS_FROM = 100

# More elements than a reply can have.
NO_LIMIT = 2**32

# How many candidates for that are looked at.
_GUESSES = 3

# How long the values of a type are, without the length that those of `_LONGER` begin with.
_FIXED = {1: 8, 7: 12, 8: 1, 9: 8, 10: 0, 16: 4, 17: 8, 18: 8, 19: 16}
_LONGER = {2: 4, 3: 0, 4: 0, 5: 5}


class Place:
    """Where the large array of a reply is.

    :param path: the names that lead to it.
    :param around: where the documents begin in which it is.
    """

    __slots__ = ("around", "begin", "end", "path")

    def __init__(
        self, path: tuple[bytes, ...], around: tuple[int, ...], begin: int, end: int
    ) -> None:
        self.path: tuple[bytes, ...] = path
        self.around: tuple[int, ...] = around
        self.begin: int = begin
        self.end: int = end

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


def find(data: Any) -> Place | None:
    """Return where the array of documents is that may make a reply large."""
    for name, begin, end in _elements(data, 0):
        if name == b"cursor":
            for batch, first, last in _elements(data, begin):
                if batch in (b"firstBatch", b"nextBatch") and data[first + 4] == 3:
                    return Place((name, batch), (0, begin), first, last)
        elif name == b"values" and data[begin + 4] == 3:  # of "distinct"
            return Place((name,), (0,), begin, end)
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


def walk(data: Any, position: int, index: int, target: int, most: int) -> int:
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


def guess(data: Any, position: int, index: int, target: int, stop: int) -> int:
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
