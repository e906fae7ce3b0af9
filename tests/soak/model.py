"""What the soak test knows of the server's documents: which values each of them may have."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

ABSENT = None


class Violation(AssertionError):
    """What the library or the server did is not what the model allows."""


class Document:
    """A document that one coroutine alone writes.

    A write is from one value to a new one, and the server makes it only where it finds the former.
    No value comes again, but for `ABSENT`. So a write of which nobody knows what became may be made
    at any later time, but only while the document still has that value.
    """

    def __init__(self, key: Any) -> None:
        self.key = key
        self._known = {ABSENT}  # one of these it had last
        self._open: list[tuple[Any, Any]] = []  # writes that may have been made since, or will be
        self._history: deque[str] = deque(maxlen=40)

    @property
    def possible(self) -> set[Any]:
        """The values that it may have now."""
        return self._closure(self._open)

    def _closure(self, writes: list[tuple[Any, Any]]) -> set[Any]:
        values = set(self._known)
        while more := {new for old, new in writes if old in values} - values:
            values |= more
        return values

    def begin(self, what: str, old: Any, new: Any) -> Callable[[bool], None]:
        """Begin a write; return what is to be told whether the server says that it was made."""
        self._note(f"{what}: {old} -> {new}?")
        write = (old, new)
        self._open.append(write)

        def end(made: bool) -> None:
            self._note(f"{what}: {old} -> {new} {'made' if made else 'not made'}")
            self._open.remove(write)
            before = self._closure(self._open)
            if made and old not in before:
                self._fail(f"{what} found {old}, which it cannot have been")
            self._settle({new} if made else before - {old})

        return end

    def saw(self, value: Any) -> None:
        """Take note of what a read has found."""
        self._note(f"read {value}")
        if value not in self.possible:
            self._fail(f"read {value}")
        self._settle({value})

    def _settle(self, known: set[Any]) -> None:
        if not known:
            self._fail("no value is left")
        self._known = known
        values = self.possible
        self._open = [write for write in self._open if write[0] in (ABSENT, *values)]

    def _note(self, text: str) -> None:
        self._history.append(text)

    def _fail(self, text: str) -> None:
        raise Violation(f"{text}; possible was {self.possible}. {self.history}")

    @property
    def history(self) -> str:
        """What was done with it, and found."""
        return f"{self.key}: {', '.join(self._history)}"

    @property
    def is_gone(self) -> bool:
        """Whether it does not exist, and will not."""
        return self.possible == {ABSENT} and not self._open


class Sequence:
    """Numbers that one coroutine inserts one after the other, and another one is told of."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._open: set[int] = set()  # whose insertion has begun and which were not seen
        self.unseen: set[int] = set()  # those of them that were acknowledged
        self.last = -1  # the greatest that was seen
        self._history: deque[str] = deque(maxlen=60)

    def begin(self, number: int) -> None:
        """Begin to insert it."""
        self._open.add(number)
        self._history.append(f"insert {number}")

    def inserted(self, number: int) -> None:
        """Take note that its insertion is acknowledged."""
        if number in self._open:
            self.unseen.add(number)
        self._history.append(f"inserted {number}")

    def saw(self, number: int) -> None:
        """Take note that it came."""
        self._history.append(f"saw {number}")
        if number not in self._open:
            self.fail(f"{number} came again, or from nowhere")
        if missing := [other for other in self.unseen if other < number]:
            self.fail(f"{number} came, and not {missing}")
        self._open.discard(number)
        self.unseen.discard(number)
        self.last = max(self.last, number)

    def fail(self, text: str) -> None:
        """Raise Violation, with what has happened."""
        raise Violation(f"{self.name}: {text}. Its history: {', '.join(self._history)}")
