"""What a process holds: threads, files, memory, objects; and what it holds of its server."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import statistics
import threading
from collections import Counter
from contextlib import suppress
from datetime import timezone
from typing import Any

import pymongo.monitoring

# How much more there may be afterwards, where that is not 0. The server counts a connection for a
# moment longer, and Python's own threads and caches come and go.
SLACK = {"server connections": 2, "files": 2}

# In PyMongo 4.9: what belongs to connections whose handshake failed is kept as long as their pool;
# and there are as many sessions in its pool as were ever in use at once.
IGNORED = {"tornado_pymongo's _Interruptible", "pymongo's _ServerSession"}

# Memory may grow by so much, as a part and in bytes, between the first and the last third.
MEMORY_SHARE, MEMORY_FLOOR = 0.05, 8_000_000


class Cursors(pymongo.monitoring.CommandListener):
    """The cursors that a client was told of, and has not used up or killed."""

    def __init__(self) -> None:
        self.open: set[int] = set()
        self._asked: dict[int, int] = {}  # for which cursor, by the id of the request

    def started(self, event: Any) -> None:
        """Note which cursor it is about."""
        if event.command_name == "getMore":
            self._asked[event.request_id] = event.command["getMore"]
        elif event.command_name == "killCursors":
            self.open.difference_update(event.command["cursors"])

    def succeeded(self, event: Any) -> None:
        """Note whether the cursor is open."""
        asked = self._asked.pop(event.request_id, None)
        cursor = event.reply.get("cursor")
        if isinstance(cursor, dict) and cursor.get("id"):
            self.open.add(cursor["id"])
        elif asked is not None:
            self.open.discard(asked)

    def failed(self, event: Any) -> None:
        """Forget the cursor: PyMongo does, where the server may have lost it."""
        self.open.discard(self._asked.pop(event.request_id, None))


def memory() -> int:
    """Return how much memory is in use, in bytes, when all that can be freed is."""
    gc.collect()
    with suppress(OSError, AttributeError):  # of glibc alone
        ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def holdings(admin: Any, cursors: Cursors, loops: list[Any], faults: list[Any]) -> Counter[str]:
    """Return how much there is of each kind.

    :param admin: PyMongo's database admin of the server.
    :param faults: those that there have been.
    """
    gc.collect()
    status = admin.command("serverStatus")
    stages = [
        {"$currentOp": {"allUsers": True, "idleCursors": True}},
        {"$match": {"type": "idleCursor"}},
    ]
    idle = [each["cursor"] for each in admin.aggregate(stages)]
    known = [each for each in idle if each["cursorId"] in cursors.open]
    left = []
    for each in known:
        at = each["lastAccessDate"].replace(tzinfo=timezone.utc).timestamp()
        if not any(fault.disturbed(at) for fault in faults):
            left.append(each)
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
    # that was lost. And a fault may keep PyMongo from killing one.
    held["(server cursors lost otherwise)"] = len(idle) - len(left)
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
