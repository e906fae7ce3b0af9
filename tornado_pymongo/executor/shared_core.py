"""Keeping threads on one core, if that makes an executor's calls faster.

Under the GIL one thread at a time computes. If the next one sleeps on another core, a hand-over has
to wake up that core, which can take longer than a call needs. On one core it is a mere switch. But
others may want that core while the rest is idle, and threads in zlib, in TLS or in the
user's own functions could use several. So nothing is taken for granted: while calls wait, both ways
are tried now and then, and the threads are kept together if that has made more calls a second.

Promises:

1. Only workers are kept, and none that runs a function by `outside`; and, if the user says so, the
   threads whose loops make the calls: a hand-over has two ends.
2. They are kept only while calls wait, and have their own masks afterwards; so has, as far as can
   be seen, what they start (`affinity.py`).
3. No core is shared with another process, or with another client, that does the same
   (`core_locks.py`).
4. If there is no GIL, only one core, or no such system call, nothing is done. If the system does
   not let us, or a container may use only so much time of its cores, that is logged once.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from tornado_pymongo import log
from tornado_pymongo.executor.affinity import masks, sees_starts
from tornado_pymongo.executor.core_locks import lock_one, unlock

# For how long calls are counted before the threads change their place again, and how long they get
# to settle before, in seconds in which calls wait. Measured: three windows of 50 ms each tell
# apart what differs by a tenth.
_WINDOW = 0.05
_SETTLE = 0.01

# How much more calls a second it takes to keep threads together that were not. A choice: that much
# is what a trial can tell apart from chance.
_GAIN = 1.1

# Fewer calls a second than that take so long that a hand-over is a small part of it, and are too
# few to be compared. At this number a window of 50 ms has 50 of them.
_FEWEST = 1000

# After how many more windows both ways are tried again. Measured: keeping together gains up to a
# third, so that a trial, half of which is made in the worse way, costs 1 or 2 % of the calls.
_HOLD = 60

# Where a container reads how much time of its cores it may use: cgroups 2 and 1.
_QUOTAS = ("/sys/fs/cgroup/cpu.max", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us")

_not_told: deque[None] = deque([None])


class SharedCore:
    """Has the threads that entered it on one core or on any, whichever is faster.

    :param threads: which may be kept on one: "none", "workers", or "all", which is the callers'
        threads as well.
    """

    def __init__(self, threads: str) -> None:
        self._lock = threading.Lock()  # held for some system calls, never while anything waits
        self._workers: set[int] = set()
        self._callers: set[int] = set()  # that made calls since the last trial began
        self._core: int | None = None  # on which they are kept
        self._claim: tuple[int, int] | None = None  # the core that is ours, and its lock
        self._calls = self._seconds = self._wanted = 0.0  # counted so far, in how long, of how long
        self._trials: Generator[float, float, None] | None = None
        if threads != "none" and hasattr(os, "sched_setaffinity"):
            self._begin()
        self.has_callers: bool = self._trials is not None and threads == "all" and sees_starts()

    def enter(self) -> None:
        """Keep the calling thread with the others from now on."""
        with self._lock:
            self._workers.add(threading.get_native_id())
            if self._core is not None:
                masks.move_this(self._core)

    def leave(self) -> None:
        """Let the calling thread use its own cores from now on."""
        with self._lock:
            self._workers.discard(threading.get_native_id())
            if self._core is not None:
                masks.restore_this()

    def outside(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call a function of the user's, on any core."""
        self.leave()
        try:
            return function(*args, **kwargs)
        finally:
            self.enter()

    def called(self) -> None:
        """Keep the calling thread, of a loop, with the workers from the next look on."""
        self._callers.add(threading.get_native_id())

    def count(self, calls: int, seconds: float) -> None:
        """Learn how many calls have begun in the last seconds, in which others waited.

        Only one thread does this, the supervisor's.
        """
        if self._trials is None:
            return
        self._calls += calls
        self._seconds += seconds
        if self._seconds >= self._wanted:
            try:
                self._wanted = self._trials.send(self._calls / self._seconds)
            except OSError as error:
                self._let_go()
                self._trials = None
                _tell(error)
            self._calls = self._seconds = 0.0

    def rest(self) -> None:
        """Let all threads go: no calls wait any more, so there is nothing to learn from.

        The same thread does this as does `count`.
        """
        if self._trials is not None:
            self._let_go()
            self._begin()

    def _begin(self) -> None:
        self._callers.clear()
        self._trials = self._try_both()
        self._wanted = next(self._trials)
        self._calls = self._seconds = 0.0

    def _try_both(self) -> Generator[float, float, None]:
        """Yield for how many seconds to count calls, and get how many a second there were."""
        yield _WINDOW  # in which the first threads come
        while True:
            self._callers.clear()
            before, cores = self._core, os.sched_getaffinity(0)
            if self._claim is None and len(cores) > 1:
                _check_quota()
                self._claim = lock_one(cores)
            if self._claim is not None:
                core, _ = self._claim
                counted = {None: 0.0, core: 0.0}
                # In this order what changes steadily meanwhile is no advantage to either.
                for place in (None, core, core, None, None, core):
                    self._move(place)
                    yield _SETTLE
                    counted[place] += yield _WINDOW
                needed = max(counted[None] * (_GAIN if before is None else 1), 3 * _FEWEST)
                if counted[core] <= needed:
                    self._let_go()
            for _ in range(_HOLD):
                self._move(self._core)
                yield _WINDOW

    def _move(self, core: int | None) -> None:
        """Have the threads on this core or on all; on the same one, look for threads that came."""
        with self._lock:
            before, self._core = self._core, core
            if core is not None:
                masks.move(self._workers | self._callers.copy(), core)
            elif before is not None:
                masks.restore(before)

    def _let_go(self) -> None:
        self._move(None)
        if self._claim is not None:
            _, lock = self._claim
            self._claim = None
            unlock(lock)


def _check_quota() -> None:
    for path in map(Path, _QUOTAS):
        if path.exists() and path.read_text().split()[0] not in ("max", "-1"):
            raise OSError(f"{path} limits how much time of its cores this container may use")


def _tell(error: OSError) -> None:
    if _not_told:
        _not_told.clear()
        log.info(
            "core_not_shared",
            "the threads of MongoDB calls are not kept on one core: %(reason)s. This is said once",
            reason=str(error),
        )
