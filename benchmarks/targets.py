"""What this library is to reach, and whether it did: the one place where that stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.peers import (
    BLOCKING,
    GREENLETS,
    HOP,
    HOP_OF_EXECUTOR,
    MOTOR,
    ONE_CORE,
    OTHER_PYTHON,
    OURS,
    OURS_SHARING_ALL,
    PLACEMENTS,
    PYMONGO_ASYNC,
    THREADS,
    base_of,
    title_of,
)
from benchmarks.results import Results, Spread
from benchmarks.workloads import WORKLOADS


@dataclass(frozen=True)
class Target:
    """A figure of this library's, or its ratio to the best of some others, and a bound for it.

    :param against: the names of those others; the best has the best median.
    :param tolerance: the part of the bound that will do.
    :param every_round: whether it is measured in every round.
    """

    workload: str
    figure: str = "rate"
    against: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    peer: str = OURS
    tolerance: float = 1
    every_round: bool = False

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
        return (self.at_least is None or spread.median >= self.at_least * self.tolerance) and (
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
        whose = "" if self.peer == OURS else f"{title_of(self.peer)}: "
        return f"{whose}{figure}{sign} {limit:,.3g} of {others}"


_FIGURES = {
    "cpu_us": "CPU time",
    "latency_p999_ms": "slowest thousandth",
    "switches": "voluntary context switches an operation",
    "stall_p99_ms": "the loop is late, p99, ms",
    "stall_max_ms": "the loop is late, at most, ms",
    "bytes_per_call": "bytes a call",
    "import_ratio": "import ÷ that of pymongo and tornado",
}

# The floors of find_one on a local server, as ratios to PyMongo Async: by default, with
# share_core="all", and with each process on one core.
_FIND_ONE = {1: (0.95, 0.95, 1.0), 10: (0.95, 1.1, 1.25), 100: (1.0, 1.3, 1.15)}
_FIND_ONE[1000] = (1.0, 1.3, 1.1)

# A floor is missed below so much of it.
_TOLERANCE = 0.95

# The workloads in which it was ahead of PyMongo Async, or level with it, and is to remain so.
_AHEAD = (
    "find_one-1ms-1000",
    "find_one-10ms-1",
    "find_one-10ms-10",
    *(f"find_one-100ms-{in_flight}" for in_flight in (1, 10, 100, 1000)),
    "mixed-100",
    "bulk_write-4",
    *(f"scan-{way}-{in_flight}" for way in ("to_list", "async_for") for in_flight in (1, 8)),
    "scan-consumer",
    "stall-scan-gc-on",
    "stall-scan-gc-off",
    "gridfs-down",
    "official-FindMany",
    "official-FindMany-8",
    "official-LargeDocInsertOne",
    "official-SmallDocBulkInsert",
    "official-SmallDocBulkMixedOps",
    "official-GridFsUpload",
    "official-GridFsDownload",
)

_LIMIT = THREADS[:-1]
_BOTH = (PYMONGO_ASYNC, MOTOR)


def _floor(workload: str, at_least: float, peer: str = OURS, every_round: bool = True) -> Target:
    """Return the floor of a throughput, as a ratio to PyMongo Async in the same placement."""
    return Target(
        workload,
        against=(base_of(peer),),
        at_least=at_least,
        peer=peer,
        tolerance=_TOLERANCE,
        every_round=every_round,
    )


def _floors() -> Iterator[Target]:
    for in_flight, (by_default, sharing_all, on_one_core) in _FIND_ONE.items():
        local = f"find_one-local-{in_flight}"
        yield _floor(local, by_default)
        yield _floor(local, sharing_all, OURS_SHARING_ALL)
        yield _floor(local, on_one_core, OURS + ONE_CORE)
    for delay in (1, 10):
        for in_flight in (10, 100):
            yield _floor(f"find_one-{delay}ms-{in_flight}", 0.95, OURS + ONE_CORE)
    yield _floor("insert_one-100", 1.0)
    for name in _AHEAD:
        yield _floor(name, 1.0, every_round=False)

    for placement in PLACEMENTS.values():
        slowest: dict[str, Any] = {"figure": "latency_p999_ms", "peer": OURS + placement}
        for in_flight in (100, 1000):
            against = (PYMONGO_ASYNC + placement,)
            yield Target(f"latency-{in_flight}", against=against, at_most=1 / 3, **slowest)
        for framework in ("fastapi", "tornado"):
            for processes in (1, 2):
                yield _floor(f"web-{framework}-{processes}", 1.1, OURS + placement, False)

    # The CPU time of the layer: what a call takes more than in raw threads.
    yield Target(
        "find_one-local-100",
        "cpu_us",
        against=("threads-2" + ONE_CORE,),
        at_most=1.15,
        peer=OURS + ONE_CORE,
        every_round=True,
    )


def _all() -> Iterator[Target]:
    yield Target("hop-100", "cpu_us", against=(HOP_OF_EXECUTOR,), at_most=0.45, peer=HOP)

    yield from _floors()

    for in_flight in (10, 100, 1000):
        local = f"find_one-local-{in_flight}"
        yield Target(local, against=(MOTOR,), at_least=1.6)
        yield Target(local, against=(GREENLETS,), at_least=1)
        yield Target(local, against=_LIMIT, at_least=0.9)
    yield Target("find_one-local-100", "switches", at_most=4)
    yield Target("find_one-local-1", against=(BLOCKING,), at_least=0.85)
    for in_flight in (100, 1000):
        yield Target(f"find_one-10ms-{in_flight}", against=(MOTOR,), at_least=1.7)
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
