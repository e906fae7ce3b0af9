"""What a client's threads have done, in numbers."""

from __future__ import annotations

from dataclasses import dataclass, field


def _gauge(text: str) -> dict[str, str]:
    return {"kind": "gauge", "text": text}


def _counter(text: str) -> dict[str, str]:
    return {"kind": "counter", "text": text}


@dataclass(frozen=True, kw_only=True)
class WorkerStatistics:
    """What threads of a client have done since it was made, or do now.

    Gauges tell of now; counters only grow. `idle` is `threads` less `busy`. Every call that was
    taken is now `waiting` or in one of the `busy` threads, or was counted as `finished`, `failed`,
    `cancelled`, `aborted` or `expired`. Those that waited when the client was closed are `aborted`.
    """

    max_workers: int = field(metadata=_gauge("The most threads that there may be."))
    max_waiting: int = field(metadata=_gauge("The most calls that may wait for a thread."))
    threads: int = field(metadata=_gauge("Threads that there are."))
    most_threads: int = field(metadata=_gauge("The most threads that there ever were."))
    busy: int = field(metadata=_gauge("Threads that run a call."))
    waiting: int = field(metadata=_gauge("Calls that wait for a thread."))
    submitted: int = field(metadata=_counter("Calls that were taken, to run or to wait."))
    refused: int = field(metadata=_counter("Calls that were refused, as too many were waiting."))
    started: int = field(
        metadata=_counter("Turns that calls had in a thread; most calls have one.")
    )
    finished: int = field(metadata=_counter("Calls that returned a result."))
    failed: int = field(metadata=_counter("Calls that raised an error."))
    cancelled: int = field(
        metadata=_counter("Calls that were cancelled while they waited, and never ran.")
    )
    aborted: int = field(metadata=_counter("Calls that were cancelled or closed while they ran."))
    expired: int = field(metadata=_counter("Calls whose time ran out while they waited."))
    waited_seconds: float = field(
        metadata=_counter("Seconds that calls have waited for a thread, in all.")
    )
    longest_wait_seconds: float = field(
        metadata=_gauge("Seconds that the longest wait for a thread took.")
    )
    run_seconds: float = field(
        metadata=_counter("Seconds that turns have taken in a thread, in all.")
    )
    longest_run_seconds: float = field(metadata=_gauge("Seconds that the longest turn took."))
    thread_wakeups: int = field(
        metadata=_counter("How often a parked thread was woken, or a new one started.")
    )
    loop_wakeups: int = field(
        metadata=_counter("How often an event loop was woken to take results.")
    )

    @property
    def idle(self) -> int:
        """Threads that wait for a call."""
        return self.threads - self.busy


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """What the threads of a client have done, or do now."""

    calls: WorkerStatistics
    """Of the threads that run calls."""

    streams: WorkerStatistics
    """Of those that wait for changes, for change streams and tailable cursors."""


# The fields that are counted one by one; the others are computed from the state.
COUNTED = (
    *("submitted", "refused", "finished", "failed", "cancelled", "aborted", "expired"),
    "loop_wakeups",
)


class Durations:
    """How many times something has happened, and how many seconds it has taken."""

    __slots__ = ("count", "longest", "total")

    def __init__(self) -> None:
        self.count: int = 0
        self.total: float = 0.0
        self.longest: float = 0.0

    def add(self, seconds: float) -> None:
        """Count it once more."""
        self.count += 1
        self.total += seconds
        if seconds > self.longest:
            self.longest = seconds
