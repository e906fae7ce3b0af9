"""How many threads are active, and whether the calls that wait are in time.

A thread waits for the server, or it computes. The first kind costs nothing, and there should be as
many of them as it takes. Of the others there should be just a few: under the GIL more of them only
get in each other's way. A thread in ``recv()`` whose socket is readable waits for the GIL; if the
socket is not readable, it waits for the server.

In functions of the user's this cannot be seen. Such a thread counts as waiting if the process uses
little CPU time, or if no thread took a call for a whole tick. If none did for long, all threads
count as waiting.
"""

from __future__ import annotations

import os
import select
import sys
import threading
from itertools import islice
from time import monotonic, process_time, sleep
from typing import TYPE_CHECKING, Any, NamedTuple

from tornado_pymongo import log
from tornado_pymongo.executor.effects import Effect, start_thread

if TYPE_CHECKING:
    from tornado_pymongo.executor.call import Call
    from tornado_pymongo.executor.executor import Executor

# How soon the supervisor looks again while calls wait, in seconds: after the first time if it has
# changed something, so that a burst of slow calls has a hundred threads after 12 ms, and then after
# twice the time each time, up to the second. Measured: looking every 2 ms costs 4 % of the
# throughput, every 10 ms nothing.
_TICK = 0.002
_LONGEST_TICK = 0.008

# If the process uses less than this part of the usable cores (one under the GIL), calls that cannot
# be looked into count as waiting for the server. Measured under the GIL: two threads in short calls
# use 0.77 to 0.95.
_IDLE_SHARE = 0.7

# After how long without a call being taken, in seconds, all threads count as waiting: some waits,
# such as for a new connection, cannot be seen. A guess.
_STUCK = 0.05

# After how long without a waiting call, in seconds, the threads may use any core again: a guess.
_CALM = 0.1

# After how long a wait, in seconds, we say that there are too few threads: a guess.
_LONG_WAIT = 1.0

# How many calls are looked at, at most, to see what they wait for: each costs a microsecond.
_SAMPLE = 32


def has_gil() -> bool:
    """Tell whether one thread at a time runs Python; without it, as many as there are cores."""
    return getattr(sys, "_is_gil_enabled", lambda: True)()


def usable_cores() -> int:
    """Return how many cores the threads of this process can use at a time."""
    if has_gil():
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Snapshot(NamedTuple):
    """What decides how many threads are active."""

    active: int
    target: int
    min_active: int
    max_active: int
    waiting: int  # how many of the running calls wait for the server


def next_target(seen: Snapshot) -> int:
    """Return how many threads may be active.

    That is the number of calls that wait for the server, plus `min_active`. The target grows to it
    at once, and shrinks to it by a quarter at a time.
    """
    wanted = seen.min_active + seen.waiting
    if seen.waiting >= seen.active:
        wanted = max(wanted, seen.target * 2)
    return min(seen.max_active, max(wanted, seen.target * 3 // 4))


class Supervisor:
    """A thread that looks at the executor every few milliseconds while calls wait there.

    The executor's lock guards `watching` and `thread`.
    """

    def __init__(
        self, executor: Executor, name: str, idle_seconds: float, effects: list[Effect]
    ) -> None:
        self._executor = executor
        self._name = f"{name}_supervisor"
        self._idle_seconds = idle_seconds
        self._effects = effects
        self._wakeup = threading.Lock()
        self._wakeup.acquire()
        self.watching: bool = False  # whether the thread looks, or was woken or started to do so
        self.thread: threading.Thread | None = None
        self.ended: threading.Thread | None = None  # the last one that did
        self._has_warned = False

    def watch(self) -> None:
        """Have the thread look from now on, until nothing waits."""
        self.watching = True
        if self.thread is not None:
            self._effects.append((self._wakeup.release,))
        else:
            self.thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            refused = self._executor.supervision_refused
            self._effects.append((start_thread, self.thread, refused))

    @property
    def is_parked(self) -> bool:
        """Whether there is a thread that nobody has woken."""
        return self.thread is not None and not self.watching

    def end(self) -> bool:
        """End the thread, which is about to end, unless it was woken; tell whether it ends."""
        if self.watching:
            return False
        self.ended, self.thread = self.thread, None
        return True

    def _run(self) -> None:
        executor = self._executor
        while True:
            self._look_while_calls_wait()
            if executor.closed and executor.end_supervision():
                return
            if self._wakeup.acquire(timeout=_CALM):
                continue
            executor.shared_core.rest()
            if not self._wakeup.acquire(timeout=self._idle_seconds):
                if executor.end_supervision():
                    return
                self._wakeup.acquire()

    def _look_while_calls_wait(self) -> None:
        executor = self._executor
        tick = _TICK
        cores = usable_cores()
        started = executor.state.wait_times.count
        cpu = process_time()
        then = started_at = monotonic()
        while True:
            sleep(tick)
            now, used = monotonic(), process_time()
            elapsed = max(now - then, _TICK)  # some clocks stand still for long
            are_idle = (used - cpu) / elapsed / cores < _IDLE_SHARE
            taken = executor.state.wait_times.count - started
            executor.shared_core.count(taken, elapsed)
            waiting = _count_waiting(executor.running_calls(), are_idle or not taken)
            if taken:
                started += taken
                started_at = now
            elif now - started_at > _STUCK:
                waiting = executor.state.crew.active
            changed = executor.supervise(now, waiting)
            if changed is None:
                return
            if are_idle and not self._has_warned:
                self._warn_of_long_waits(now)
            tick = _TICK if changed else min(tick * 2, _LONGEST_TICK)
            then, cpu = now, used

    def _warn_of_long_waits(self, now: float) -> None:
        """Say once that calls wait long for the threads, which wait for the server."""
        executor = self._executor
        with executor.reading() as state:
            waiting, oldest = len(state.queue), state.queue.oldest()
            if executor.time_slices or len(state.running) < executor.max_workers or oldest is None:
                return
            seconds = now - oldest.queued_at
            del oldest
        if seconds < _LONG_WAIT:
            return
        self._has_warned = True
        log.warning(
            "too_few_workers",
            "%(waiting)d MongoDB calls wait for a worker thread, the first of them for"
            " %(waited_seconds).1f s, and all max_workers=%(max_workers)d threads have one to run:"
            " raise max_workers (and maxPoolSize), or see which calls take so long. This is said"
            " once for each client",
            waiting=waiting,
            waited_seconds=seconds,
            max_workers=executor.max_workers,
        )


def _count_waiting(running: list[Call], are_idle: bool) -> int:
    """Return about how many of the calls that run wait for the server.

    :param are_idle: whether calls that cannot be looked into count as waiting.
    """
    if not running:
        return 0
    waiting = 0
    poller = _new_poller()
    for call in islice(running, _SAMPLE):
        checkout = call.checkout
        awaited = None if checkout is None or poller is None else checkout.awaited()
        if awaited is None:
            waiting += are_idle
        elif awaited >= 0:
            poller.register(awaited, select.POLLIN)
            waiting += 1
    if poller is not None:
        waiting -= len(poller.poll(0))  # their replies are here
    return waiting * len(running) // min(len(running), _SAMPLE)


_new_poller: Any = getattr(select, "poll", lambda: None)  # Windows has none
