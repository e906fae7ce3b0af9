"""The work of a client's threads, in numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def _gauge(text: str) -> Any:
    return field(metadata={"kind": "gauge", "text": text})


def _counter(text: str) -> Any:
    return field(metadata={"kind": "counter", "text": text})


@dataclass(frozen=True, kw_only=True)
class WorkerStatistics:
    """The work of a client's threads of one kind, since the client was made and at this moment.

    Gauges tell of now; counters only grow. `idle` is `threads` less `busy`. Every call that was
    taken is now `waiting` or in one of the `busy` threads, or was counted as `finished`, `failed`,
    `cancelled`, `aborted` or `expired`. Those that waited when the client was closed are `aborted`.
    """

    max_workers: int = _gauge("The most threads that there may be.")
    max_waiting: int = _gauge("The most calls that may wait for a thread.")
    threads: int = _gauge("Threads that there are.")
    most_threads: int = _gauge("The most threads that there ever were.")
    busy: int = _gauge("Threads that run a call.")
    waiting: int = _gauge("Calls that wait for a thread.")
    submitted: int = _counter("Calls that were taken, to run or to wait.")
    refused: int = _counter("Calls that were refused, as too many were waiting.")
    started: int = _counter("Turns that calls had in a thread; most calls have one.")
    finished: int = _counter("Calls that returned a result.")
    failed: int = _counter("Calls that raised an error.")
    cancelled: int = _counter("Calls that were cancelled while they waited, and never ran.")
    aborted: int = _counter("Calls that were cancelled or closed while they ran.")
    expired: int = _counter("Calls whose time ran out while they waited.")
    waited_seconds: float = _counter("Seconds that calls have waited for a thread, in all.")
    longest_wait_seconds: float = _gauge("Seconds that the longest wait for a thread took.")
    run_seconds: float = _counter("Seconds that turns have taken in a thread, in all.")
    longest_run_seconds: float = _gauge("Seconds that the longest turn took.")
    thread_wakeups: int = _counter("How often a parked thread was woken, or a new one started.")
    loop_wakeups: int = _counter("How often an event loop was woken to take results.")

    @property
    def idle(self) -> int:
        """Threads that wait for a call."""
        return self.threads - self.busy


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """The work of all threads of a client."""

    calls: WorkerStatistics
    """Of the threads that run calls."""

    streams: WorkerStatistics
    """Of those that wait for changes, for change streams and tailable cursors."""
