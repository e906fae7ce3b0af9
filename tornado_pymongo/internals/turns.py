"""Letting other threads in between two slices of what is decoded.

A thread that wants the GIL waits 5 ms before it asks for it, and of several that wait any one may
get it, so slices alone are not enough:

- One thread at a time decodes. The others wait in a queue, where they do not compete for the GIL
  with the event loop. Who has the least to decode is the next, and ends the turn of who has more:
  a small result need not wait for large ones, and of two large ones the first is soon here, used
  and gone, rather than both half done in memory.
- Whenever that thread has decoded for a millisecond, it looks whether any other thread of this
  process has used the CPU meanwhile. If so, that one probably waits for the GIL by now: it sleeps,
  for as short as the system can. While the loop has nothing to do, nothing is lost.
"""

from __future__ import annotations

import os
import threading
from heapq import heapify, heappop, heappush
from itertools import count
from time import monotonic, process_time, sleep, thread_time
from typing import Any

from tornado_pymongo.collector import end_pause, pause_collector
from tornado_pymongo.executor import running_call

# After how long, in seconds, whoever decodes looks whether others want in. Measured: 2 ms double
# the loop's median delay, which is 0.6 ms, and save less than 1 % of the CPU time.
_LOOK = 0.001

# How much CPU time, in seconds, others may use meanwhile and be taken for idle. Measured: a loop
# that wakes up for a timer has used 5 to 20 microseconds by the time it waits for the GIL.
_IDLE = 3e-6

# How long to sleep, in seconds, so that others get in: what it takes is up to the system, which is
# 0.1 ms on Linux. Nothing at all would be too short: the GIL would be back before they are awake.
_PAUSE = 1e-6

# How long a turn is, in seconds, where another one has less to decode. Measured: to let the next
# one decode whenever others want in, instead of a pause, doubles the loop's p99, as both compete
# for the GIL; and turns of 5 ms for all alike make eight scans at once a quarter slower.
_TURN = 0.005


class _Turnstile:
    """Lets one thread decode at a time: who has the least, and of equals who came first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: int | None = None  # 0 where the next one is not yet awake
        # How many bytes each has to decode, a number that tells equals apart, what wakes it up.
        self._waiting: list[tuple[int, int, Any]] = []
        self._numbers = count()

    def enter(self, size: int) -> bool:
        """Wait for this thread's turn; tell whether it has it, or has waited too long.

        :param size: how many bytes it has to decode.
        """
        me = threading.get_ident()
        with self._lock:
            if self._holder is None:
                self._holder = me
                return True
            if self._holder == me:  # a decoder of the user's asks the server for something
                return False
            wakeup = threading.Lock()
            wakeup.acquire()
            entry = size, next(self._numbers), wakeup
            heappush(self._waiting, entry)
        if not wakeup.acquire(timeout=_PATIENCE):
            with self._lock:
                if entry in self._waiting:
                    self._waiting.remove(entry)
                    heapify(self._waiting)
                    return False
            wakeup.acquire()  # it was given the turn just now
        self._holder = me
        return True

    def leave(self) -> None:
        """End this thread's turn."""
        with self._lock:
            if self._waiting:
                self._holder = 0
                heappop(self._waiting)[2].release()
            else:
                self._holder = None

    def is_wanted(self, size: int) -> bool:
        """Tell whether another thread waits for its turn that has less than this to decode."""
        with self._lock:
            return bool(self._waiting) and self._waiting[0][0] < size


_turnstile = _Turnstile()

# For how long, in seconds, to wait for a turn: a guess. Who decodes may itself wait for something
# that we hold, in a decoder or a finalizer of the user's.
_PATIENCE = 1.0

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_turnstile.__init__)  # type: ignore[misc]


class Turn:
    """A thread's turn to decode so many bytes, during which it lets others in."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __enter__(self) -> Turn:
        self._begin()
        return self

    def _begin(self) -> None:
        self._has_turn = _turnstile.enter(self._size)
        if self._has_turn:
            pause_collector()
        self._began = self._looked = monotonic()
        self._used = process_time() - thread_time()

    def __exit__(self, *exc_info: object) -> None:
        if self._has_turn:
            self._leave()

    def _leave(self) -> None:
        end_pause(spare=True)
        _turnstile.leave()

    def let_others_in(self, size: int) -> None:
        """See whether it is time to let others in, and do.

        :param size: how many bytes are left to decode.
        :raises asyncio.CancelledError: where the call of this thread was aborted.
        """
        now = monotonic()
        if now - self._looked < _LOOK:
            return
        call = running_call()
        if call is not None:
            call.check()
        if process_time() - thread_time() - self._used > _IDLE:
            sleep(_PAUSE)
        if self._has_turn and now - self._began >= _TURN and _turnstile.is_wanted(size):
            self._leave()
            self._size = size
            self._begin()
            return
        self._looked = monotonic()
        self._used = process_time() - thread_time()
