"""What a process holds: threads, files, memory, objects; and what it holds of its server."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import statistics
import threading
import time
from collections import Counter, deque
from contextlib import suppress
from functools import partial, partialmethod
from typing import Any

import pymongo.monitoring
from pymongo.errors import ConnectionFailure
from pymongo.synchronous.command_cursor import CommandCursor
from pymongo.synchronous.cursor import Cursor

# How much more there may be afterwards, where that is not 0. The server counts a connection for a
# moment longer, and Python's own threads and caches come and go.
SLACK = {"server connections": 2, "files": 2}

# In PyMongo 4.9: what belongs to connections whose handshake failed is kept as long as their pool;
# and there are as many sessions in its pool as were ever in use at once.
IGNORED = {"tornado_pymongo's _Interruptible", "pymongo's _ServerSession"}

# Memory may grow by so much, as a part and in bytes, between the first and the last third.
MEMORY_SHARE, MEMORY_FLOOR = 0.05, 8_000_000


class Cursors(pymongo.monitoring.CommandListener):
    """The cursors that a client was told of, and must have used up or killed.

    Those that PyMongo itself gives up are `given_up`. It kills no cursor of which a getMore failed
    for the connection, even if it had none to send it. And if it cannot kill one, it tries once
    more, later, and not again.
    """

    def __init__(self) -> None:
        self.open: set[int] = set()
        self.given_up: set[int] = set()
        self._asked: dict[int, list[int]] = {}  # for which cursors, by the id of the request
        self._stories: dict[int, deque[str]] = {}
        self._watch()

    def started(self, event: Any) -> None:
        """Note which cursor it is about."""
        if event.command_name == "getMore":
            self._asked[event.request_id] = [event.command["getMore"]]
        elif event.command_name == "killCursors":
            self._asked[event.request_id] = event.command["cursors"]

    def succeeded(self, event: Any) -> None:
        """Note whether the cursor is open."""
        asked = self._asked.pop(event.request_id, [])
        cursor = event.reply.get("cursor")
        if isinstance(cursor, dict) and (number := cursor.get("id")):
            self.open.add(number)
            self._note([number], f"{event.command_name} of {cursor['ns']}")
        else:
            for number in asked:
                self.open.discard(number)
                self._stories.pop(number, None)

    def failed(self, event: Any) -> None:
        """Note that the cursor is as it was."""
        name, error = event.command_name, event.failure.get("errmsg")
        self._note(self._asked.pop(event.request_id, []), f"{name} failed: {error}")

    def _note(self, numbers: list[int], what: str) -> None:
        for number in numbers:
            story = self._stories.setdefault(number, deque(maxlen=10))
            story.append(f"{time.time():.3f} {threading.current_thread().name}: {what}")

    def story(self, number: int) -> list[str]:
        """Return what was done with a cursor last, and who has it."""
        objects = [
            thing
            for thing in gc.get_objects()
            if issubclass(type(thing), (Cursor, CommandCursor)) and thing.cursor_id == number
        ]
        story = list(self._stories.get(number, ()))
        for thing in objects:
            held = [repr(each)[:120] for each in gc.get_referrers(thing) if each is not objects]
            story.append(f"{thing!r}, killed: {thing._killed}, held by {held}")
        return story

    def _watch(self) -> None:
        def sending(send: Any, cursor: Any, operation: Any) -> Any:
            number = cursor._id
            try:
                return send(cursor, operation)
            except ConnectionFailure as error:
                self._note([number], f"given up for {error!r}")
                self.given_up.add(number)
                raise

        def killing(kill: Any, client: Any, numbers: list[int], *args: Any, **kwargs: Any) -> None:
            try:
                kill(client, numbers, *args, **kwargs)
            except Exception as error:  # an abort is another matter
                self._note(numbers, f"not killed for {error!r}")
                self.given_up.update(numbers)
                raise

        def closing_soon(close: Any, client: Any, number: int, *args: Any, **kwargs: Any) -> None:
            self._note([number], "to be killed later")
            self.given_up.discard(number)
            close(client, number, *args, **kwargs)

        for cls in Cursor, CommandCursor:
            _wrap(cls, "_send_message", sending)
        _wrap(pymongo.MongoClient, "_kill_cursors", killing)
        _wrap(pymongo.MongoClient, "_close_cursor_soon", closing_soon)


def _wrap(cls: type, name: str, wrapper: Any) -> None:
    setattr(cls, name, partialmethod(partial(wrapper, getattr(cls, name))))


def memory() -> int:
    """Return how much memory is in use, in bytes, when all that can be freed is."""
    gc.collect()
    with suppress(OSError, AttributeError):  # of glibc alone
        ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def left_open(admin: Any, cursors: Cursors) -> tuple[list[Any], int]:
    """Return the server's idle cursors that a client forgot to kill, and the number of others."""
    stages = [
        {"$currentOp": {"allUsers": True, "idleCursors": True}},
        {"$match": {"type": "idleCursor"}},
    ]
    idle = [each["cursor"] for each in admin.aggregate(stages)]
    left = [each for each in idle if each["cursorId"] in cursors.open - cursors.given_up]
    return left, len(idle) - len(left)


def holdings(admin: Any, cursors: Cursors, loops: list[Any]) -> Counter[str]:
    """Return how much there is of each kind.

    :param admin: PyMongo's database admin of the server.
    """
    gc.collect()
    status = admin.command("serverStatus")
    left, others = left_open(admin, cursors)
    held = Counter(
        {
            "threads": len(threading.enumerate()),
            "native threads": len(os.listdir("/proc/self/task")),
            "files": len(os.listdir("/proc/self/fd")),
            "server cursors": len(left),
            "server connections": status["connections"]["current"],
            "server transactions": status["transactions"]["currentOpen"],
            "tasks": sum(len(asyncio.all_tasks(loop)) for loop in loops),
        }
    )
    for thing in gc.get_objects():
        cls = type(thing)
        if cls.__module__.startswith(("tornado_pymongo.", "pymongo.synchronous.")):
            held[f"{cls.__module__.split('.')[0]}'s {cls.__qualname__}"] += 1
    # Of a call that was cancelled before its reply came, nobody knows the cursor; nor of a reply
    # that was lost.
    held["(server cursors lost otherwise)"] = others
    records = status["logicalSessionRecordCache"]["activeSessionsCount"]
    held["(server sessions since the last refresh)"] = records
    return held


def leaked(before: Counter[str], after: Counter[str]) -> list[str]:
    """Return what there is more of than before, in words."""
    return [
        f"there are {after[name]} {name}, where {before[name]} were before"
        for name in sorted(after)
        if not name.startswith("(")
        and name not in IGNORED
        and after[name] > before[name] + SLACK.get(name, 0)
    ]


def holders(name: str, depth: int = 4) -> list[str]:
    """Tell, for objects that `holdings` counts by this name, what refers to them."""
    cls = name.rpartition(" ")[2]
    found = [thing for thing in gc.get_objects() if type(thing).__qualname__ == cls]
    texts = []
    for thing in found[:3]:
        text, seen = repr(thing)[:300], {id(found), id(texts)}
        for _ in range(depth):
            seen.add(id(thing))
            holding = [
                each
                for each in gc.get_referrers(thing)
                if id(each) not in seen and type(each).__name__ not in ("frame", "list_iterator")
            ]
            text += f" <- {[repr(each)[:120] for each in holding[:3]]}"
            if not holding:
                break
            thing = holding[0]
        texts.append(text)
    return texts


def memory_grown(samples: list[int]) -> tuple[float, float, bool]:
    """Return the medians of the first and the last third, and whether that is too much growth."""
    third = max(len(samples) // 3, 1)
    first, last = statistics.median(samples[:third]), statistics.median(samples[-third:])
    return first, last, last > first * (1 + MEMORY_SHARE) + MEMORY_FLOOR
