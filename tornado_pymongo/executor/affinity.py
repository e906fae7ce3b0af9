"""The cores that threads may use: moving threads to one core, and giving them back their own.

The cores that a thread may use are its *mask*. Threads and processes inherit the mask of the thread
that starts them, and many a library makes its pools as large as that. So:

1. A thread is moved only to a core of its own mask. It gets its mask back, unless somebody else has
   changed that meanwhile.
2. A thread that is about to start a thread or a process gets its mask back before, and is not moved
   for a while. An *audit hook* of Python sees the start, if it is wanted: it cannot be removed. A
   fork is seen in any case.
3. A thread that was started unseen, by native code, is found among the threads of the process. If
   it is on the core then, it gets the mask of the supervisor's thread, which is never moved.

A process that is started unseen keeps the core: by C's ``system``, by uvloop, and before Python
3.14 by multiprocessing's "spawn" and "forkserver".
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from time import monotonic
from typing import Any

from tornado_pymongo import log

# For how long a thread is not moved that is about to start something, in seconds. A choice: longer
# than a start takes on a busy machine.
_FREE = 0.1

# Python's events before a start. Before a fork, it calls what was registered for that.
_STARTS = {
    *("_thread.start_new_thread", "_thread.start_joinable_thread"),
    *("os.posix_spawn", "os.system", "subprocess.Popen", "_posixsubprocess.fork_exec"),
}
_IS_HEARD = "tornado_pymongo.is_heard"


class Masks:
    """The masks of the threads of this process that are moved. Any thread may call it."""

    def __init__(self) -> None:
        # Held for some system calls, never while anything waits. Reentrant, since the garbage
        # collector may run amid a change, and a finalizer start a thread.
        self._lock = threading.RLock()
        self._moved: dict[int, tuple[set[int], int]] = {}  # thread → its mask, its core meanwhile
        self._freed: dict[int, float] = {}  # thread → when it was about to start something
        # core → the threads that were there before any was moved to it, or were looked at since
        self._known: dict[int, set[int]] = {}

    def move(self, threads: Iterable[int], core: int) -> None:
        """Move to this core those threads that may be moved, and free those that inherited it.

        :raises OSError: if the system does not let us.
        """
        alive = _threads()
        with self._lock:
            self._known.setdefault(core, alive)
            self._free_heirs(alive, core)
            for thread in alive.intersection(threads):
                if monotonic() - self._freed.get(thread, -_FREE) >= _FREE:
                    self._move(thread, core)

    def move_this(self, core: int) -> None:
        """Move the calling thread."""
        with self._lock, suppress(OSError):  # the next `move` tells
            self._move(threading.get_native_id(), core)

    def restore(self, core: int) -> None:
        """Give all threads on this core their masks."""
        with self._lock:
            for thread, (_, moved_to) in list(self._moved.items()):
                if moved_to == core:
                    self._restore(thread)
            with suppress(OSError):  # there may be too many open files
                self._free_heirs(_threads(), core)
            self._known.pop(core, None)

    def restore_this(self) -> None:
        """Give the calling thread its mask."""
        with self._lock:
            self._restore(threading.get_native_id())

    def before_start(self) -> None:
        """Give the calling thread its mask, and do not move it for as long as a start takes."""
        thread, now = threading.get_native_id(), monotonic()
        # A finalizer that runs amid a change may wait for a lock that the caller holds.
        if self._lock.acquire(timeout=_FREE):
            try:
                self._restore(thread)
                self._freed = {each: at for each, at in self._freed.items() if now - at < _FREE}
                self._freed[thread] = now
            finally:
                self._lock.release()

    def _move(self, thread: int, core: int) -> None:
        if thread not in self._moved:
            with suppress(ProcessLookupError):  # it has ended
                mask = os.sched_getaffinity(thread)
                if core in mask and len(mask) > 1:
                    os.sched_setaffinity(thread, {core})
                    self._moved[thread] = mask, core

    def _restore(self, thread: int) -> None:
        if thread in self._moved:
            mask, core = self._moved[thread]
            with suppress(OSError):  # it has ended
                if os.sched_getaffinity(thread) == {core}:
                    os.sched_setaffinity(thread, mask)
            self._moved.pop(thread, None)

    def _free_heirs(self, alive: set[int], core: int) -> None:
        for thread in alive - self._known.get(core, alive) - self._moved.keys():
            with suppress(OSError):
                if os.sched_getaffinity(thread) == {core}:
                    os.sched_setaffinity(thread, os.sched_getaffinity(0))
        self._known[core] = alive


masks: Masks = Masks()


def _threads() -> set[int]:
    return set(map(int, os.listdir("/proc/self/task")))


@cache
def sees_starts() -> bool:
    """Install the hook; tell whether it is heard. Python has events for threads from 3.12 on."""
    if sys.version_info < (3, 12):
        return False
    heard: list[str] = []
    with suppress(Exception):
        sys.addaudithook(_hook)
        sys.audit(_IS_HEARD, heard)
    if not heard:  # another hook has refused it, with an error or without
        log.warning(
            "hook_refused",
            'an audit hook of this program refuses another one, so share_core="all" keeps only'
            " workers on one core",
        )
    return bool(heard)


def _hook(event: str, args: tuple[Any, ...]) -> None:
    try:  # as the interpreter ends, `suppress` is None
        if event in _STARTS:
            masks.before_start()
        elif event == _IS_HEARD:
            args[0].append(event)
    except Exception:
        pass


if hasattr(os, "register_at_fork"):
    # The lock may be held by a thread that the child does not have.
    os.register_at_fork(before=masks.before_start, after_in_child=masks.__init__)  # type: ignore[misc]
