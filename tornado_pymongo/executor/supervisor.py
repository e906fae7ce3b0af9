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
from functools import partial
from time import monotonic, process_time, sleep
from typing import TYPE_CHECKING, Any

from tornado_pymongo import log
from tornado_pymongo.executor.effects import start_thread

if TYPE_CHECKING:
    from tornado_pymongo.executor.call import Call
    from tornado_pymongo.executor.executor import Executor

# How soon the supervisor looks again while calls wait, in seconds: after the first time if it has
# changed something, else after twice the time each time, up to the second. So a burst of slow calls
# has a hundred threads after 12 ms. Measured: looking every 2 ms costs 4 % of the throughput, every
# 10 ms nothing.
_TICK = 0.002
_LONGEST_TICK = 0.008

# If the process uses less than this part of the usable cores (one under the GIL), calls that cannot
# be looked into count as waiting for the server. Measured under the GIL: two threads in short calls
# use 0.77 to 0.95.
_IDLE_SHARE = 0.7

# After how long without a call being taken, in seconds, all threads count as waiting: some waits,
# such as for a new connection, cannot be seen. A choice: longer than the calls that need many a
# second, and no pause that anybody notices.
_STUCK = 0.05

# After how long a wait, in seconds, we say that there are too few threads. A choice: less is normal
# in a burst.
_LONG_WAIT = 1.0

# After how long without a waiting call, in seconds, the threads may use any core again. A choice:
# longer than the pauses of a load, and too short for anybody to miss the other cores.
_CALM = 0.1

# How many calls are looked at, at most, to see what they wait for: each costs a microsecond.
_SAMPLE = 32


def has_gil() -> bool:
    """Tell whether one thread at a time runs Python; without it, as many as there are cores."""
    return getattr(sys, "_is_gil_enabled", lambda: True)()


def usable_cores() -> int:
    """Return how many cores the threads of this process can use at a time."""
    return 1 if has_gil() else getattr(os, "process_cpu_count", os.cpu_count)() or 1


class Supervisor:
    """A thread that looks at the executor every few milliseconds while calls wait there.

    The executor's lock guards `watching` and `thread`.
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self.watching: bool = False  # whether the thread looks, or was woken to do so
        self.thread: threading.Thread | None = None
        self._has_warned = False

    def start(self) -> None:
        """Start the thread, which looks when it is woken."""
        executor = self._executor
        self._wakeup = threading.Lock()
        self._wakeup.acquire()
        name = f"{executor.name}_supervisor"
        self.thread = threading.Thread(target=self._run, name=name)
        refused = partial(executor.change, executor.state.unsupervised)
        executor.effects.append((start_thread, self.thread, refused))

    def watch(self) -> None:
        """Have the thread look from now on, until nothing waits."""
        self.watching = True
        self._executor.effects.append((self._wakeup.release,))

    def _end(self) -> bool:
        """End the thread if no call can come to wait without one; tell whether it ends."""
        state = self._executor.state
        if self.watching or (state.crew.workers and not state.closed):
            return False
        if self.thread is not None and state.closed:
            state.ending.append(self.thread)
        self.thread = None
        return True

    def _run(self) -> None:
        executor = self._executor
        while True:
            if not self._wakeup.acquire(timeout=_CALM):
                executor.shared_core.rest()
                while not self._wakeup.acquire(timeout=executor.idle_seconds):
                    if executor.change(self._end):
                        return
            self._look_while_calls_wait()
            if executor.closed and executor.change(self._end):
                return

    def _look_while_calls_wait(self) -> None:
        executor = self._executor
        state = executor.state
        tick = _TICK
        cores = usable_cores()
        started = state.numbers["started"]
        cpu = process_time()
        then = started_at = monotonic()
        while True:
            sleep(tick)
            now, used = monotonic(), process_time()
            elapsed = max(now - then, _TICK)  # some clocks stand still for long
            are_idle = (used - cpu) / elapsed / cores < _IDLE_SHARE
            taken = state.numbers["started"] - started
            executor.shared_core.count(taken, elapsed)
            waiting = _count_waiting(executor.change(list, state.running), are_idle or not taken)
            if taken:
                started += taken
                started_at = now
            elif now - started_at > _STUCK:
                waiting = state.crew.active
            changed = executor.change(state.supervise, now, waiting)
            if changed is None:
                return
            if are_idle and not self._has_warned:
                self._warn_of_long_waits(now)
            tick = _TICK if changed else min(tick * 2, _LONGEST_TICK)
            then, cpu = now, used

    def _warn_of_long_waits(self, now: float) -> None:
        """Say once that calls wait long for the threads, which wait for the server."""
        executor, state = self._executor, self._executor.state
        seconds = executor.change(state.queue.longest_wait, now)
        is_full = len(state.running) >= executor.max_workers
        if executor.time_slices or not is_full or seconds < _LONG_WAIT:
            return
        self._has_warned = True
        log.warning(
            "too_few_workers",
            "%(waiting)d MongoDB calls wait for a worker thread, the first of them for"
            " %(waited_seconds).1f s, and all max_workers=%(max_workers)d threads have one to run:"
            " raise max_workers (and maxPoolSize), or see which calls take so long. This is said"
            " once for each client",
            waiting=len(state.queue),
            waited_seconds=seconds,
            max_workers=executor.max_workers,
        )


def _count_waiting(running: list[Call], are_idle: bool) -> int:
    """Return about how many of the calls that run wait for the server.

    :param are_idle: whether calls that cannot be looked into count as waiting.
    """
    seen = running[:_SAMPLE]
    poller = _new_poller()
    waiting = 0
    for call in seen:
        checkout = call.checkout
        awaited = None if checkout is None or poller is None else checkout.awaited()
        if awaited is None:
            waiting += are_idle
        elif awaited >= 0:
            poller.register(awaited, select.POLLIN)
            waiting += 1
    if poller is not None:
        waiting -= len(poller.poll(0))  # their replies are here
    return waiting * len(running) // max(len(seen), 1)


_new_poller: Any = getattr(select, "poll", lambda: None)  # Windows has none
