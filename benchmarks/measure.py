"""Makes one measurement, in a process of its own, and prints its figures as JSON.

    python -m benchmarks.measure '{"peer": ..., "workload": ..., "uri": ..., "seconds": ...}'

The suite starts it; alone it is good for a profiler.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import json
import os
import platform
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

from benchmarks.peers import GEVENT, PEERS, Peer
from benchmarks.workloads import DATABASE, WAITING, WORKLOADS, Subject, Workload

WARM_UP_SECONDS = 0.4

# A ticker that stands for the other work of the loop, and how often it wants to run.
TICK_SECONDS = 0.001

# How often a module is imported, in turn with what it is compared with.
IMPORTS = 7


class Meter:
    """Counts operations and what they cost the process, once the warm-up is over."""

    def __init__(self, seconds: float, in_flight: int = 0) -> None:
        self._seconds = seconds
        self._in_flight = in_flight
        self._warm_at = time.perf_counter() + WARM_UP_SECONDS
        self._began: float | None = None
        self._ended: float | None = None
        self._usage: list[Any] = []
        # Appending is atomic in every Python, which adding is not.
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
        self._latencies.append(time.perf_counter() - began)

    def note_and_go_on(self, began: float) -> bool:
        """Count an operation that is over now, if it is time; tell whether to go on.

        From the end of one operation to that of another: where a server answers many at once, its
        beats are counted whole.
        """
        now = time.perf_counter()
        if self._ended is None and self._began is not None and now < self._began + self._seconds:
            self._latencies.append(now - began)
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
                self._latencies.append(now - began)
                self.stop()
        return self._ended is None

    def note_lateness(self, wanted: float) -> None:
        """Note how late the loop is with what should have run at this time."""
        if self.looks_at_loop and self._began is not None and self._ended is None:
            self._late.append(time.perf_counter() - wanted)

    def figures(self, workload: Workload) -> dict[str, float]:
        """Return what was counted."""
        assert self._began is not None
        assert self._ended is not None
        before, after = self._usage
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        operations = len(self._latencies)
        figures = {
            "rate": operations * workload.amount / (self._ended - self._began),
            "cpu_us": cpu * 1e6 / operations,
            "switches": (after.ru_nvcsw - before.ru_nvcsw) / operations,
            "latency_p99_ms": percentile(self._latencies, 99) * 1000,
        }
        if self._late:
            figures["stall_p50_ms"] = percentile(self._late, 50) * 1000
            figures["stall_p99_ms"] = percentile(self._late, 99) * 1000
            figures["stall_max_ms"] = max(self._late) * 1000
        return figures


def percentile(values: list[float], percent: int) -> float:
    """Return the value below which so many are."""
    return sorted(values)[min(len(values) * percent // 100, len(values) - 1)]


def _subject(peer: Peer, workload: Workload, options: dict[str, Any]) -> Subject:
    client = peer.connect(options["uri"])
    database = client[DATABASE]
    bucket = peer.bucket(database)
    batch_seconds = options.get("batch_seconds", 0.0)
    return Subject(client, database, database[workload.collection], bucket, batch_seconds)


def _repeats(seconds: float, took: float) -> int:
    """Return how many long operations each coroutine is given, when one took so long."""
    return max(1, round(seconds / took))


async def load(peer: Peer, workload: Workload, options: dict[str, Any]) -> dict[str, float]:
    """Measure a workload with coroutines."""
    operation: Any = workload.operation
    subject = _subject(peer, workload, options)
    numbers = count()

    async def work(repeats: int) -> None:
        for _ in range(repeats):
            began = time.perf_counter()
            await operation(subject, next(numbers))
            meter.note(began)

    async def work_together(repeats: int) -> None:
        for _ in range(repeats):
            meter.looks_at_loop = True
            began = time.perf_counter()
            results = await asyncio.gather(
                *[operation(subject, next(numbers)) for _ in range(workload.in_flight)]
            )
            for _ in results:
                meter.note(began)
            # To let go of 150,000 documents takes long, whoever has fetched them.
            meter.looks_at_loop = False
            del results
            await asyncio.sleep(2 * TICK_SECONDS)

    async def work_on() -> None:
        going_on = True
        while going_on:
            began = time.perf_counter()
            await operation(subject, next(numbers))
            going_on = meter.note_and_go_on(began)

    async def tick() -> None:
        while True:
            wanted = time.perf_counter() + TICK_SECONDS
            await asyncio.sleep(TICK_SECONDS)
            meter.note_lateness(wanted)

    meter = Meter(options["seconds"], workload.in_flight)
    ticker = asyncio.create_task(tick()) if workload.stall else None
    workers = range(workload.in_flight)
    if workload.long:
        began = time.perf_counter()
        await asyncio.gather(*[work(1) for _ in workers])
        repeats = _repeats(options["seconds"], time.perf_counter() - began)
        meter = Meter(options["seconds"])
        meter.start()
        if workload.stall:
            await work_together(repeats)
        else:
            await asyncio.gather(*[work(repeats) for _ in workers])
        meter.stop()
    else:
        await asyncio.gather(*[work_on() for _ in workers])
    if ticker is not None:
        ticker.cancel()
    closing = subject.client.close()
    if closing is not None:
        await closing
    return meter.figures(workload)


def load_blocking(peer: Peer, workload: Workload, options: dict[str, Any]) -> dict[str, float]:
    """Measure a workload with threads, or with what gevent makes of them."""
    operation: Any = workload.blocking or workload.operation
    subject = _subject(peer, workload, options)
    numbers = count()
    threads = min(peer.threads, workload.in_flight)

    def work(_: int) -> None:
        began = time.perf_counter()
        operation(subject, next(numbers))
        meter.note(began)

    def work_on(_: int) -> None:
        going_on = True
        while going_on:
            began = time.perf_counter()
            operation(subject, next(numbers))
            going_on = meter.note_and_go_on(began)

    def tick() -> None:
        while True:
            wanted = time.perf_counter() + TICK_SECONDS
            time.sleep(TICK_SECONDS)
            meter.note_lateness(wanted)

    meter = Meter(options["seconds"], workload.in_flight)
    with ThreadPoolExecutor(threads) as executor:
        if workload.stall and peer.name == GEVENT:
            threading.Thread(target=tick, daemon=True).start()
        if workload.long:
            began = time.perf_counter()
            list(executor.map(work, range(workload.in_flight)))
            repeats = _repeats(options["seconds"], time.perf_counter() - began)
            meter = Meter(options["seconds"])
            meter.start()
            list(executor.map(work, range(workload.in_flight * repeats)))
            meter.stop()
        else:
            list(executor.map(work_on, range(threads)))
    subject.client.close()
    return meter.figures(workload)


def resident() -> int:
    """Return how much memory this process has now, in bytes."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def _memory_figures(before: int) -> dict[str, float]:
    return {"bytes_per_call": (resident() - before) / WAITING}


async def memory(peer: Peer, workload: Workload, options: dict[str, Any]) -> dict[str, float]:
    """Measure what calls take that wait for a server which does not answer.

    It is the memory of the process before and after, as the kernel counts it: tracemalloc would
    not see the stacks of threads and greenlets. Connections and threads are there before.
    """
    collection = _subject(peer, workload, options).collection
    await asyncio.gather(*[collection.estimated_document_count() for _ in range(1000)])
    gc.collect()
    before = resident()
    calls = [asyncio.ensure_future(collection.find_one({"_id": n})) for n in range(WAITING)]
    await asyncio.sleep(1)
    assert not any(call.done() for call in calls)
    _finish(_memory_figures(before))
    return {}


def memory_blocking(peer: Peer, workload: Workload, options: dict[str, Any]) -> dict[str, float]:
    """Measure the same with gevent, where a waiting call is a waiting thread of its."""
    collection = _subject(peer, workload, options).collection

    def call(function: Callable[[], Any], number: int) -> list[threading.Thread]:
        threads = [threading.Thread(target=function, daemon=True) for _ in range(number)]
        for thread in threads:
            thread.start()
        return threads

    for thread in call(collection.estimated_document_count, 1000):
        thread.join()
    gc.collect()
    before = resident()
    calls = call(lambda: collection.find_one({"_id": 1}), WAITING)
    time.sleep(1)
    assert all(thread.is_alive() for thread in calls)
    _finish(_memory_figures(before))
    return {}


_TIMED_IMPORT = "import time; t = time.perf_counter(); {}; print(time.perf_counter() - t)"
_COMPARED_IMPORT = "import pymongo, tornado"

_FIRST_ANSWER = """
import asyncio
from benchmarks.peers import PEERS
peer = PEERS[{peer!r}]
def ask():
    return peer.connect({uri!r})[{database!r}].documents.find_one({{"_id": 1}})
async def ask_from_loop():
    return await ask()
assert asyncio.run(ask_from_loop()) if peer.loop else ask()
"""


def start(peer: Peer, workload: Workload, options: dict[str, Any]) -> dict[str, float]:
    """Measure imports in fresh interpreters, and how long it takes from nothing to an answer."""

    def time_import(statement: str) -> float:
        command = [sys.executable, "-c", _TIMED_IMPORT.format(statement)]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    own, others = [], []
    for _ in range(IMPORTS):
        own.append(time_import(peer.imports))
        others.append(time_import(_COMPARED_IMPORT))
    code = _FIRST_ANSWER.format(peer=peer.name, uri=options["uri"], database=DATABASE)
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    first_answer = time.perf_counter() - began
    return {
        # The least: what else the machine does only ever adds.
        "import_ms": min(own) * 1000,
        "import_ratio": min(own) / min(others),
        "first_answer_ms": first_answer * 1000,
    }


def _finish(figures: dict[str, float]) -> None:
    """Print the figures and end, whatever still waits."""
    python = platform.python_version()
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        python += ", free-threaded"
    print(json.dumps({"python": python, "figures": figures}), flush=True)
    os._exit(0)


def main() -> None:
    options = json.loads(sys.argv[1])
    peer = PEERS[options["peer"]]
    workload = WORKLOADS[options["workload"]]
    options["seconds"] *= workload.lasts
    if not workload.collector:
        gc.disable()
    measures: dict[Any, tuple[Any, Any]] = {"memory": (memory, memory_blocking)}
    measure, measure_blocking = measures.get(workload.operation, (load, load_blocking))
    if workload.operation == "start":
        figures = start(peer, workload, options)
    elif peer.loop is None:
        figures = measure_blocking(peer, workload, options)
    else:
        coroutine = measure(peer, workload, options)
        assert inspect.iscoroutine(coroutine)
        if peer.loop == "uvloop":
            import uvloop

            figures = uvloop.run(coroutine)
        else:
            figures = asyncio.run(coroutine)
    _finish(figures)


if __name__ == "__main__":
    main()
