"""What this library is to reach, and whether it did: the one place where that stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.peers import (
    BLOCKING,
    GREENLETS,
    HOP,
    HOP_OF_EXECUTOR,
    MOTOR,
    OTHER_PYTHON,
    OURS,
    PYMONGO_ASYNC,
    THREADS,
    title_of,
)
from benchmarks.results import Results, Spread
from benchmarks.workloads import WORKLOADS


@dataclass(frozen=True)
class Target:
    """A figure of this library's, or its ratio to the best of some others, and a bound for it.

    :param against: the names of those others; the best has the best median.
    """

    workload: str
    figure: str = "rate"
    against: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    peer: str = OURS

    def reached(self, results: Results) -> Spread | None:
        """Return what was reached, round by round; None where that was not measured."""
        if self.peer.endswith(OTHER_PYTHON):
            python = results.python(self.workload, self.peer)
            if "free-threaded" not in python:
                return None
        if not self.against:
            return results.spread(self.workload, self.peer, self.figure)
        best = results.best(self.workload, self.against, self.figure)
        return results.ratio(self.workload, self.peer, best, self.figure) if best else None

    def met(self, spread: Spread) -> bool:
        """Tell whether the median is within the bound."""
        return (self.at_least is None or spread.median >= self.at_least) and (
            self.at_most is None or spread.median <= self.at_most
        )

    @property
    def bound(self) -> str:
        """The bound, in words."""
        sign = "≥" if self.at_least is not None else "≤"
        limit = self.at_least if self.at_least is not None else self.at_most
        if not self.against:
            return f"{_FIGURES[self.figure]} {sign} {limit:,g}"
        others = "the best number of threads" if len(self.against) == len(_LIMIT) else ""
        others = others or ", ".join(title_of(name) for name in self.against)
        if self.peer.endswith(OTHER_PYTHON):
            others += ", free-threaded"
        figure = f"{_FIGURES[self.figure]} " if self.figure in _FIGURES else ""
        return f"{figure}{sign} {limit:,g} of {others}"


_FIGURES = {
    "cpu_us": "CPU time",
    "switches": "voluntary context switches an operation",
    "stall_p99_ms": "the loop is late, p99, ms",
    "stall_max_ms": "the loop is late, at most, ms",
    "bytes_per_call": "bytes a call",
    "import_ratio": "import ÷ that of pymongo and tornado",
}

_LIMIT = THREADS[:-1]
_BOTH = (PYMONGO_ASYNC, MOTOR)


def _all() -> Iterator[Target]:
    yield Target("hop-100", "cpu_us", against=(HOP_OF_EXECUTOR,), at_most=0.45, peer=HOP)

    for in_flight in (10, 100, 1000):
        local = f"find_one-local-{in_flight}"
        yield Target(local, against=(PYMONGO_ASYNC,), at_least=1.35)
        yield Target(local, against=(MOTOR,), at_least=1.6)
        yield Target(local, against=(GREENLETS,), at_least=1)
        yield Target(local, against=_LIMIT, at_least=0.9)
    yield Target("find_one-local-100", "switches", at_most=4)
    yield Target("find_one-local-1", against=(PYMONGO_ASYNC,), at_least=1.25)
    yield Target("find_one-local-1", against=(BLOCKING,), at_least=0.85)
    for in_flight in (100, 1000):
        yield Target(f"find_one-10ms-{in_flight}", against=(PYMONGO_ASYNC,), at_least=1)
        yield Target(f"find_one-10ms-{in_flight}", against=(MOTOR,), at_least=1.7)
    yield Target("find_one-100ms-100", against=(PYMONGO_ASYNC,), at_least=0.95)

    for scan in ("scan-to_list-1", "scan-async_for-1"):
        yield Target(scan, against=(BLOCKING,), at_least=0.95)
        yield Target(scan, against=_BOTH, at_least=1)
    for scan in ("scan-to_list-8", "scan-async_for-8"):
        yield Target(scan, against=_BOTH, at_least=1)
    yield Target("scan-consumer", against=_BOTH, at_least=1.6)

    yield Target("stall-scan-gc-on", "stall_p99_ms", at_most=10)
    yield Target("stall-scan-gc-off", "stall_max_ms", at_most=50)
    for stall in ("stall-scan-gc-on", "stall-scan-gc-off"):
        yield Target(stall, against=_BOTH, at_least=0.9)

    for name in WORKLOADS:
        if name.startswith("official-"):
            yield Target(name, against=_BOTH, at_least=1)

    yield Target("memory", "bytes_per_call", at_most=6000)
    yield Target("start", "import_ratio", at_most=1.15)
    yield Target(
        "find_one-local-100",
        against=(PYMONGO_ASYNC + OTHER_PYTHON,),
        at_least=2,
        peer=OURS + OTHER_PYTHON,
    )


TARGETS: list[Target] = list(_all())
