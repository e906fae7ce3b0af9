"""How many threads of an executor are active, and whether its calls are in time."""

from __future__ import annotations

import os
import select
import sys
import threading
import weakref
from contextlib import suppress
from itertools import islice
from time import monotonic, process_time, sleep
from typing import TYPE_CHECKING, Any

from pymongo.errors import InvalidOperation

if TYPE_CHECKING:
    from tornado_pymongo.executor import Executor

# How soon the supervisor looks again while calls wait, in seconds: after the first time where it
# has changed something, so that a burst of slow calls has a hundred threads after 12 ms, and then
# after twice the time each time, up to the second. Measured: looking every 2 ms costs 4 % of the
# throughput, every 10 ms nothing.
_TICK = 0.002
_LONGEST_TICK = 0.008

# The part of the usable cores, one under the GIL, below which calls of which we do not know what
# they wait for must be waiting for the server, or for something like it, rather than for the
# interpreter. Measured under the GIL: two threads in short calls use 0.77 to 0.95.
_IDLE_SHARE = 0.7

# After how long without a call being taken, in seconds, all threads are held up, whatever by: the
# opening of connections, for one, is not seen as waiting. A guess.
_STUCK = 0.05

# After how long without a call that waits, in seconds, what was learned of those is forgotten: a
# guess.
_CALM = 0.1

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


class Supervisor:
    """Adapts how many threads of an executor are active, while calls wait there.

    A thread waits for the server, or it computes, or it waits for others that do. The first kind
    costs nothing, and there should be as many of them as it takes. Of the others there should be
    just a few: under the GIL more of them only get in each other's way. They are told apart by
    their sockets: a thread that is in a read, though its reply is here, wants the interpreter.

    Where that cannot be seen, as in functions of the user's, they are taken to wait where the
    process uses little CPU time, or where no thread took a call for a whole tick. And where none
    did for long, all of them are.
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = weakref.ref(executor)
        self._idle_seconds = executor._idle_seconds
        self._wakeup = threading.Lock()
        self._wakeup.acquire()
        self.watching: bool = False
        self._started = False
        self._thread: threading.Thread | None = None

    def watch(self) -> None:
        """See that somebody looks from now on, until no call waits. The executor's lock is held."""
        if self.watching:
            return
        self.watching = True
        if self._started:
            self._wakeup.release()
        else:
            self._started = True
            executor = self._executor()
            assert executor is not None  # it is what calls us
            name = f"{executor._name}_supervisor"
            executor._starting = True
            try:
                thread = threading.Thread(target=self._run, name=name, daemon=True)
                thread.start()
                self._thread = thread
            except RuntimeError:  # no thread to be had now: try again with the next call
                self._started = self.watching = False
            finally:
                executor._starting = False

    def dismiss(self) -> None:
        """Let the thread end, now that the executor is closed. The executor's lock is held."""
        if self._started and not self.watching:
            self.watching = True
            self._wakeup.release()

    def join(self) -> None:
        """Wait until its thread has ended, after `dismiss`."""
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            self._look_while_calls_wait()
            executor = self._executor()
            if executor is None or executor.closed:
                return
            del executor
            if self._wakeup.acquire(timeout=_CALM):
                continue
            executor = self._executor()
            if executor is not None:
                executor.shared_core.rest()
            del executor
            if not self._wakeup.acquire(timeout=self._idle_seconds):
                executor = self._executor()
                if executor is None:
                    return
                with executor._lock:
                    if not self.watching:
                        self._started = False
                        return
                self._wakeup.acquire()

    def _look_while_calls_wait(self) -> None:
        taken = -1
        tick = _TICK
        cores = usable_cores()
        cpu = process_time()
        taken_at = then = monotonic()
        while True:
            sleep(tick)
            executor = self._executor()
            if executor is None:
                return
            now = monotonic()
            if now >= executor._announce_at:
                executor.announce()
            used = process_time()
            if executor._deadlines:
                executor._end_late(now)
            elapsed = max(now - then, _TICK)  # some clocks stand still for long
            share = (used - cpu) / elapsed / cores
            if share < _IDLE_SHARE:
                executor._warn_of_long_waits(now)
            started = executor._counts["started"]
            waiting = _count_waiting(executor, share < _IDLE_SHARE or started == taken)
            if taken >= 0:
                executor.shared_core.count(started - taken, elapsed)
            if started != taken:
                taken, taken_at = started, now
            elif now - taken_at > _STUCK:
                waiting = executor._active
            with executor._lock:
                if not executor._queue:
                    self.watching = False
                    break
                target = executor._target
                wanted = executor._fewest + waiting
                if waiting >= executor._active:
                    wanted = max(wanted, target * 2)
                executor._target = min(executor.most_active, max(wanted, target * 3 // 4))
                tick = _TICK if executor._target != target else min(tick * 2, _LONGEST_TICK)
                missing = executor._target - executor._active
                with suppress(InvalidOperation):  # there is no thread to be had now
                    for _ in range(min(missing, len(executor._queue))):
                        executor._activate()
            cpu = used
            then = now
            del executor
        # What was gathered may have counted on calls that were cancelled.
        executor.announce()


def _count_waiting(executor: Executor, are_idle: bool) -> int:
    """Return about how many of the calls that run wait for the server.

    :param are_idle: whether those do of which we cannot know.
    """
    running = executor._running.copy()
    waiting = 0
    poller = _new_poller()
    for call in islice(running, _SAMPLE):
        held = call.held
        awaited = None if held is None or poller is None else held.awaited()
        if awaited is None:
            waiting += are_idle
        elif awaited >= 0:
            poller.register(awaited, select.POLLIN)
            waiting += 1
    if poller is not None:
        waiting -= len(poller.poll(0))  # their replies are here
    return waiting * len(running) // min(len(running), _SAMPLE) if running else 0


_new_poller: Any = getattr(select, "poll", lambda: None)  # Windows has none
