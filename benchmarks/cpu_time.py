"""The CPU time of a call, function by function.

Python's own profiler counts it, in each thread by that thread's CPU clock: what a function takes
itself, with the C functions and system calls that it makes, without the Python functions that it
calls. A thread that waits takes none. The profiler itself takes as much again, for each call of a
function. That is taken off, so that the sum is what was measured without the profiler just before.
How much of it falls to the function that is called, and how much to the one that calls, is chosen
so that as little as possible is less than nothing. A microsecond is about what to trust.

From Python 3.12 on, the profiler does not tell threads apart.
"""

from __future__ import annotations

import cProfile
import sys
import sysconfig
import threading
import time
from pathlib import Path
from types import CodeType
from typing import Any

from benchmarks.meter import Meter
from benchmarks.peers import Peer
from benchmarks.workloads import Workload

# Whose a function is. Futures are this library's, and those of concurrent.futures.
GROUPS = ("tornado_pymongo", "futures", "PyMongo", "asyncio", "standard library", "benchmark")

_LIBRARY = Path(sysconfig.get_path("stdlib"))

# How many functions of each group are kept; what the others take stands under one name.
_KEPT = 15
OTHERS = "others"


def group_of(file: str) -> str:
    """Return whose a file is."""
    parts = Path(file).parts
    if "benchmarks" in parts:
        return "benchmark"
    if parts[-2:] == ("tornado_pymongo", "futures.py") or "concurrent" in parts:
        return "futures"
    if "tornado_pymongo" in parts:
        return "tornado_pymongo"
    if {"pymongo", "bson", "gridfs"} & set(parts):
        return "PyMongo"
    return "asyncio" if "asyncio" in parts else "standard library"


def name_of(code: CodeType) -> str:
    """Return the name of a function, with its file's place in the package that it belongs to."""
    path = Path(code.co_filename)
    for package in ("tornado_pymongo", "pymongo", "bson", "gridfs", "benchmarks"):
        if package in path.parts:
            start = len(path.parts) - 1 - path.parts[::-1].index(package)
            path = Path(*path.parts[start:])
            break
    else:
        if path.is_relative_to(_LIBRARY):
            path = path.relative_to(_LIBRARY)
    return f"{path}: {getattr(code, 'co_qualname', code.co_name)}"


class _Profiler:
    """Profiles all threads of the process that begin once it does, and the one that starts it."""

    def __init__(self) -> None:
        self._profiles: list[cProfile.Profile] = []

    def start(self) -> None:
        """Profile from now on."""
        threading.setprofile(self._of_new_thread)
        self._profile_this_thread()

    def _of_new_thread(self, *event: Any) -> None:
        self._profile_this_thread()  # in the place of this function

    def _profile_this_thread(self) -> None:
        profile = cProfile.Profile(time.thread_time_ns, 1e-9, subcalls=True, builtins=False)
        self._profiles.append(profile)
        profile.enable()

    def look(self) -> dict[CodeType, tuple[int, int, float]]:
        """Return calls, calls made by them, and seconds, of each function until now."""
        seen: dict[CodeType, tuple[int, int, float]] = {}
        for profile in list(self._profiles):
            for entry in profile.getstats():
                code: Any = entry.code
                calls, made, seconds = seen.get(code, (0, 0, 0.0))
                made += sum(sub.callcount for sub in entry.calls or ())
                seen[code] = (calls + entry.callcount, made, seconds + entry.inlinetime)
        return seen


class _ProfilingMeter(Meter):
    """Looks at the profile when it begins to count, and when it ends."""

    profiler = _Profiler()

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._looks: list[dict[CodeType, tuple[int, int, float]]] = []

    def start(self) -> None:
        super().start()
        self._looks.append(self.profiler.look())

    def stop(self) -> None:
        self._looks.append(self.profiler.look())
        super().stop()

    def self_times(self, total_us: float) -> dict[str, dict[str, Any]]:
        """Return what each function takes itself: microseconds and calls for an operation.

        :param total_us: their sum.
        """
        before, after = self._looks
        rows: list[tuple[CodeType, float, float, float]] = []
        after.pop(_Profiler.look.__code__, None)
        for code, (calls, made, seconds) in after.items():
            calls_before, made_before, seconds_before = before.get(code, (0, 0, 0.0))
            n, us = calls - calls_before, (seconds - seconds_before) * 1e6
            per = self.operations
            rows.append((code, n / per, (made - made_before) / per, us / per))
        surplus = sum(us for *_, us in rows) - total_us

        def without_profiler(called: float) -> list[float]:
            shares = [called * n + (1 - called) * made for _, n, made, _ in rows]
            cost = surplus / sum(shares)
            return [us - cost * share for (*_, us), share in zip(rows, shares, strict=True)]

        def below_nothing(called: float) -> float:
            return sum(min(us, 0) ** 2 for us in without_profiler(called))

        called = min((n / 100 for n in range(101)), key=below_nothing)
        functions: dict[str, dict[str, Any]] = {}
        for (code, made_calls, *_), us in zip(rows, without_profiler(called), strict=True):
            new = {"group": group_of(code.co_filename), "us": 0.0, "calls": 0.0}
            each = functions.setdefault(name_of(code), new)
            each["us"] += us
            each["calls"] += made_calls
        return functions


def _check() -> None:
    if sys.version_info >= (3, 12):
        raise RuntimeError("from Python 3.12 on, the profiler does not tell threads apart")


def _finish(meter: _ProfilingMeter, before: dict[str, float]) -> None:
    from benchmarks.measure import finish

    finish(before, functions=_most(meter.self_times(before["cpu_us"])))


def _most(functions: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the functions that take most, and one entry of each group for all others."""
    kept: dict[str, dict[str, Any]] = {}
    for group in GROUPS:
        own = [item for item in functions.items() if item[1]["group"] == group]
        own.sort(key=lambda item: item[1]["us"], reverse=True)
        kept.update(own[:_KEPT])
        rest = {key: sum(each[key] for _, each in own[_KEPT:]) for key in ("us", "calls")}
        kept[f"{group}: {OTHERS}"] = {"group": group, **rest}
    return {
        name: {**each, "us": round(each["us"], 2), "calls": round(each["calls"], 2)}
        for name, each in kept.items()
    }


class _Made:
    """Makes the meter, and knows it."""

    meter: _ProfilingMeter

    def __call__(self, *args: Any) -> _ProfilingMeter:
        self.meter = _ProfilingMeter(*args)
        return self.meter


async def measure(peer: Peer, workload: Workload, options: dict[str, Any]) -> None:
    """Measure calls from a loop, then profile them."""
    _check()
    from benchmarks.measure import load

    made = _Made()
    before = await load(peer, workload, options)
    _ProfilingMeter.profiler.start()
    await load(peer, workload, options, made)
    _finish(made.meter, before)


def measure_blocking(peer: Peer, workload: Workload, options: dict[str, Any]) -> None:
    """Measure calls from threads, then profile them."""
    _check()
    from benchmarks.measure import load_blocking

    made = _Made()
    before = load_blocking(peer, workload, options)
    _ProfilingMeter.profiler.start()
    load_blocking(peer, workload, options, made)
    _finish(made.meter, before)


def by_group(functions: dict[str, dict[str, Any]]) -> dict[str, float]:
    """Return the microseconds of each group."""
    return {
        group: sum(each["us"] for each in functions.values() if each["group"] == group)
        for group in GROUPS
    }
