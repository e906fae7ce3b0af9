"""Where a large reply can be cut: the span of its array of documents, and where elements end."""

from __future__ import annotations

import re
import struct
from typing import Any, NamedTuple

_SIZE = struct.Struct("<I")
_size_at = _SIZE.unpack_from

# The arrays that may make a reply large, each with its path: those of cursors and of "distinct".
# There follow its size and the type of the first element, which is a document.
_ARRAY = re.compile(rb"(?s)(?:\x03(cursor)\0.*?\x04(firstBatch|nextBatch)|\x04(values))\0.{4}\x03")

# How many bytes may come before the array: the name of the collection among them, up to 255.
_BEFORE = 1000


class Span(NamedTuple):
    """The span of bytes that is the large array of a reply.

    :param path: the keys that lead to it.
    :param parents: where the documents begin that contain it.
    """

    path: list[str]
    parents: list[int]
    begin: int
    end: int

    def reply_with(self, data: Any, run: Any) -> bytes:
        """Return the reply with a run of the array's elements in place of all."""
        head = bytearray(data[: self.begin])
        size = len(run) + 5
        for at in self.parents:
            _SIZE.pack_into(head, at, _size_at(data, at)[0] - (self.end - self.begin) + size)
        return b"".join((head, _SIZE.pack(size), run, b"\0", data[self.end :]))


def find(data: Any) -> Span | None:
    """Return the span of the array of documents that may make a reply large.

    A match in another place does no harm: PyMongo will not decode what `Span.reply_with` makes of
    it, as a size is wrong then, or has no value at that path.
    """
    match = _ARRAY.search(data, 0, _BEFORE)
    begin = match.end() - 5 if match else 0
    end = begin + _size_at(data, begin)[0]
    if match is None or data[end - 1]:  # PyMongo must see that the array has no end
        return None
    path = [key.decode() for key in match.groups() if key]
    parents = [0] if match[3] else [0, match.end(1) + 1]
    return Span(path, parents, begin, end)


def advance(data: Any, position: int, index: int, target: int) -> int:
    """Return where the first document of an array ends that ends at `target` or later.

    :param position: where the document with this index begins.
    """
    while position < target:
        # The type, the index as digits, a zero byte: as long for all indexes with as many digits.
        header = len(str(index)) + 2
        size_at = struct.Struct(f"<{header}xI").unpack_from
        for _ in range(10 ** (header - 2) - index):
            position += header + size_at(data, position)[0]
            if position >= target:
                return position
        index = 10 ** (header - 2)
    return position
