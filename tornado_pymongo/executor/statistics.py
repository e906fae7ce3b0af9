"""What a client's threads have done, in numbers."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field


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


@dataclass(slots=True)
class Counters:
    """What has happened, by the names of `WorkerStatistics`. Under the executor's lock."""

    submitted: int = 0
    refused: int = 0
    started: int = 0
    finished: int = 0
    failed: int = 0
    cancelled: int = 0
    aborted: int = 0
    expired: int = 0
    waited_seconds: float = 0.0
    longest_wait_seconds: float = 0.0
    run_seconds: float = 0.0
    longest_run_seconds: float = 0.0
    loop_wakeups: int = 0
    turns_over: int = 0

    def count(self, outcome: str) -> None:
        """Count a call that is over."""
        setattr(self, outcome, getattr(self, outcome) + 1)

    def count_start(self, waited: float) -> None:
        """Count a turn that begins, after this wait in seconds."""
        self.started += 1
        self.waited_seconds += waited
        self.longest_wait_seconds = max(self.longest_wait_seconds, waited)

    def count_run(self, seconds: float) -> None:
        """Count a turn that has taken so long."""
        self.turns_over += 1
        self.run_seconds += seconds
        self.longest_run_seconds = max(self.longest_run_seconds, seconds)

    def statistics(self, **gauges: int) -> WorkerStatistics:
        """Return them all, with what is so now."""
        counts = asdict(self)
        busy = self.started - counts.pop("turns_over")
        return WorkerStatistics(busy=busy, **counts, **gauges)
