"""Counts what a process does, and what that costs."""

from __future__ import annotations

import math
import resource
import threading
import time
from collections.abc import Sequence
from typing import Any

from benchmarks.workloads import Workload

# The figures of a latency: what is added to a name, and the percentile.
PERCENTILES = {"p50": 50.0, "p99": 99.0, "p999": 99.9}


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value below which so many are."""
    return sorted(values)[min(math.floor(len(values) * percent / 100), len(values) - 1)]


def latency_figures(latencies: Sequence[float]) -> dict[str, float]:
    """Return the percentiles of seconds, in milliseconds."""
    values = sorted(latencies)
    return {
        f"latency_{name}_ms": percentile(values, percent) * 1000
        for name, percent in PERCENTILES.items()
        if values
    }


class Meter:
    """Counts operations and what they cost the process, once the warm-up is over.

    Latencies are those of all operations that are under way while it counts, however long before
    they began, and however long after they end: the slowest ones would otherwise not be seen.
    """

    def __init__(self, seconds: float, warm_up: float = 0, in_flight: int = 0) -> None:
        self._seconds = seconds
        self._in_flight = in_flight
        self._warm_at = time.perf_counter() + warm_up
        self._began: float | None = None
        self._ended: float | None = None
        self._usage: list[Any] = []
        # Appending is atomic in every Python, which adding is not.
        self._counted: list[None] = []
        self._latencies: list[float] = []
        self._warming: list[float] = []
        self._late: list[float] = []
        self.looks_at_loop = True
        self._lock = threading.Lock()

    def start(self) -> None:
        """Count from now on."""
        self._usage.append(resource.getrusage(resource.RUSAGE_SELF))
        self._began = time.perf_counter()

    def stop(self) -> None:
        """Count no more."""
        self._ended = time.perf_counter()
        self._usage.append(resource.getrusage(resource.RUSAGE_SELF))

    def note(self, began: float) -> None:
        """Count an operation that is over now."""
        self._counted.append(None)
        self._latencies.append(time.perf_counter() - began)

    def note_and_go_on(self, began: float) -> bool:
        """Count an operation that is over now, if it is time; tell whether to go on.

        From the end of one operation to that of another: where a server answers many at once, its
        beats are counted whole.
        """
        now = time.perf_counter()
        counts_from, ended = self._began, self._ended
        if counts_from is not None and (ended is None or began < ended):
            self._latencies.append(now - began)
        if ended is None and counts_from is not None and now < counts_from + self._seconds:
            self._counted.append(None)
            return True
        # Warm is who has opened all connections.
        if now < self._warm_at or len(self._warming) < self._in_flight:
            self._warming.append(now)
            return True
        with self._lock:
            if self._began is None:
                self.start()
                return True
            if self._ended is None and now >= self._began + self._seconds:
                self._counted.append(None)
                self.stop()
        return self._ended is None

    def note_lateness(self, wanted: float) -> None:
        """Note how late the loop is with what should have run at this time."""
        if self.looks_at_loop and self._began is not None and self._ended is None:
            self._late.append(time.perf_counter() - wanted)

    @property
    def operations(self) -> int:
        """How many were counted."""
        return len(self._counted)

    def figures(self, workload: Workload) -> dict[str, float]:
        """Return what was counted."""
        assert self._began is not None
        assert self._ended is not None
        before, after = self._usage
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        figures = {
            "rate": self.operations * workload.amount / (self._ended - self._began),
            "cpu_us": cpu * 1e6 / self.operations,
            "switches": (after.ru_nvcsw - before.ru_nvcsw) / self.operations,
            **latency_figures(self._latencies),
        }
        if self._late:
            figures["stall_p50_ms"] = percentile(self._late, 50) * 1000
            figures["stall_p99_ms"] = percentile(self._late, 99) * 1000
            figures["stall_max_ms"] = max(self._late) * 1000
        return figures
