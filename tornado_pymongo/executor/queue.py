"""The calls that wait: their order, how many there may be, and by when each must have its turn."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from itertools import count
from weakref import ref

from pymongo.errors import WaitQueueTimeoutError

from tornado_pymongo.errors import TooManyCalls
from tornado_pymongo.executor.call import Call


class CallQueue(OrderedDict[Call, None]):
    """First come, first served. The executor's lock guards it.

    :param max_workers: the most calls that run.
    :param max_waiting: the most calls that wait when so many run.
    :param wait_seconds: after how many seconds a call that waits fails; None for never.
    """

    def __init__(self, max_workers: int, max_waiting: int, wait_seconds: float | None) -> None:
        self._max_workers = max_workers
        self._max_waiting = max_waiting
        self._wait_seconds = wait_seconds
        super().__init__()
        # Of calls with a deadline: that, a number that tells equals apart, the call. The entry
        # of a call that has left the queue stays until it is met, or there are too many of those;
        # so a call that comes back has several.
        self._deadlines: list[tuple[float, int, ref[Call]]] = []
        self._numbers = count()

    def add(self, call: Call) -> None:
        """Put a call behind those that wait, and note its deadline."""
        self[call] = None
        if call.deadline is None:
            return
        if len(self._deadlines) > 2 * len(self) + 100:
            last = {entry[2]: entry for entry in self._deadlines if entry[2]() in self}
            self._deadlines = list(last.values())
            heapify(self._deadlines)
        heappush(self._deadlines, (call.deadline, next(self._numbers), ref(call)))

    def longest_wait(self, now: float) -> float:
        """Return for how many seconds the first of the calls has waited; 0 if there is none."""
        for call in self:
            return now - call.queued_at
        return 0.0

    def late(self, now: float) -> Iterator[Call]:
        """Yield the calls whose deadline has passed, which leave the queue meanwhile."""
        while self._deadlines and self._deadlines[0][0] <= now:
            call = heappop(self._deadlines)[2]()
            if call is not None and call in self:
                yield call

    def limit(self, call: Call) -> None:
        """Have a new call wait no longer than `wait_seconds`."""
        if self._wait_seconds is not None:
            latest = call.queued_at + self._wait_seconds
            call.deadline = latest if call.deadline is None else min(call.deadline, latest)

    def refusal(self, running: int) -> TooManyCalls | None:
        """Return the error of a call that is one too many, while so many run."""
        waiting = len(self)
        if running + waiting < self._max_workers + self._max_waiting:
            return None
        return TooManyCalls(
            f"{running} calls are running and {waiting} are waiting, and this client takes"
            f" max_workers={self._max_workers} + max_waiting={self._max_waiting} at a time: start"
            " fewer calls at once, or raise max_waiting or max_workers"
        )

    def late_error(self, call: Call, running: int) -> WaitQueueTimeoutError:
        """Return the error of a call whose deadline has passed, while so many run."""
        seconds = self._wait_seconds
        if seconds is not None and call.deadline == call.queued_at + seconds:
            reason = f"waitQueueTimeoutMS ({seconds * 1000:g} ms) has passed"
        else:
            reason = "its deadline, of pymongo.timeout() or timeoutMS, has passed"
        return WaitQueueTimeoutError(
            f"Timed out while waiting for a worker thread: {reason}, and {running} calls are"
            f" running, of at most max_workers={self._max_workers}, and {len(self)} are"
            " waiting. Start fewer calls at once, allow more time, or raise max_workers"
        )
