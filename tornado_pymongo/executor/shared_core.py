"""Keeping the threads of an executor on one core, if that makes its calls faster.

Under the GIL one thread at a time computes. If the next one sleeps on another core, a hand-over has
to wake up that core, which can take longer than a call needs. On one core it is a mere switch. But
others may want that core while the rest is idle, and threads in zlib, in TLS or in the
user's own functions could use several. So nothing is taken for granted: while calls wait, both ways
are tried now and then, and the threads are kept together if that has made more calls a second.

Promises:

1. Only threads of the executor are kept, and none that runs a function by `outside`: what a
   function of the user's starts, threads and processes, would inherit it. (So does what is started
   by callbacks of PyMongo's, such as listeners.)
2. A thread that is not kept may use the cores that the main thread may use.
3. If there is no GIL, only one core, or no such system call, nothing is done.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator
from contextlib import suppress
from random import choice
from typing import Any

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

# After how long both ways are tried again, in such seconds. Measured: keeping together gains up to
# a third, so that a trial, half of which is made in the worse way, costs 1 or 2 % of the calls.
_HOLD = 3.0


class SharedCore:
    """Has the threads that entered it on one core or on any, whichever is faster.

    :param enabled: whether they may be kept on one at all.
    """

    def __init__(self, enabled: bool) -> None:
        self._lock = threading.Lock()  # held for some system calls, never while anything waits
        self._threads: set[int] = set()
        self._core: int | None = None  # on which they are kept
        self._calls = self._seconds = self._wanted = 0.0  # counted so far, in how long, of how long
        self._trials: Generator[float, float, None] | None = None
        if enabled and hasattr(os, "sched_setaffinity"):
            self._begin()

    def enter(self) -> None:
        """Keep the calling thread with the others from now on."""
        thread = threading.get_native_id()
        with self._lock:
            self._threads.add(thread)
            if self._trials is not None:
                # Also if it is None: the thread that has started this one may have been kept.
                _allow(thread, _allowed() if self._core is None else {self._core})

    def leave(self) -> None:
        """Let the calling thread use any core from now on."""
        thread = threading.get_native_id()
        with self._lock:
            self._threads.discard(thread)
            if self._core is not None:
                _allow(thread, _allowed())

    def outside(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call a function of the user's, on any core."""
        self.leave()
        try:
            return function(*args, **kwargs)
        finally:
            self.enter()

    def count(self, calls: int, seconds: float) -> None:
        """Learn how many calls have begun in the last seconds, in which others waited.

        Only one thread does this, the supervisor's.
        """
        if self._trials is None:
            return
        self._calls += calls
        self._seconds += seconds
        if self._seconds >= self._wanted:
            self._wanted = self._trials.send(self._calls / self._seconds)
            self._calls = self._seconds = 0.0

    def rest(self) -> None:
        """Let all threads go: no calls wait any more, so there is nothing to learn from.

        The same thread does this as does `count`.
        """
        if self._trials is not None:
            self._move(None)
            self._begin()

    def _begin(self) -> None:
        self._trials = self._try_both()
        self._wanted = next(self._trials)
        self._calls = self._seconds = 0.0

    def _try_both(self) -> Generator[float, float, None]:
        """Yield for how many seconds to count calls, and get how many a second there were."""
        yield _WINDOW  # in which the first threads come
        while True:
            before, cores = self._core, _allowed()
            core = before if before in cores else choice(list(cores))
            counted = {None: 0.0, core: 0.0}
            # In this order what changes steadily meanwhile is no advantage to either.
            for place in (None, core, core, None, None, core) if len(cores) > 1 else ():
                self._move(place)
                yield _SETTLE
                counted[place] += yield _WINDOW
            needed = max(counted[None] * (_GAIN if before is None else 1), 3 * _FEWEST)
            self._move(core if counted[core] > needed else None)
            yield _HOLD

    def _move(self, core: int | None) -> None:
        with self._lock:
            if core != self._core:
                self._core = core
                cores = _allowed() if core is None else {core}
                for thread in self._threads:
                    _allow(thread, cores)


def _allowed() -> set[int]:
    return os.sched_getaffinity(os.getpid())


def _allow(thread: int, cores: set[int]) -> None:
    with suppress(OSError):  # it has ended, or the system does not let us
        os.sched_setaffinity(thread, cores)
