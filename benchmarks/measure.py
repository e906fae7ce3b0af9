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

from benchmarks.meter import Meter
from benchmarks.peers import GEVENT, PEERS, Peer
from benchmarks.workloads import DATABASE, WAITING, WORKLOADS, Subject, Workload

# A ticker that stands for the other work of the loop, and how often it wants to run.
TICK_SECONDS = 0.001

# How often a module is imported, in turn with what it is compared with.
IMPORTS = 7


def subject_of(peer: Peer, workload: Workload, options: dict[str, Any]) -> Subject:
    client = peer.connect(options["uri"])
    database = client[DATABASE]
    bucket = peer.bucket(database)
    batch_seconds = options.get("batch_seconds", 0.0)
    return Subject(client, database, database[workload.collection], bucket, batch_seconds)


def _repeats(seconds: float, took: float) -> int:
    """Return how many long operations each coroutine is given, when one took so long."""
    return max(1, round(seconds / took))


async def load(
    peer: Peer,
    workload: Workload,
    options: dict[str, Any],
    make_meter: Callable[..., Meter] = Meter,
) -> dict[str, float]:
    """Measure a workload with coroutines."""
    operation: Any = workload.operation
    subject = subject_of(peer, workload, options)
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

    meter = make_meter(options["seconds"], workload.warm_up, workload.in_flight)
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


def load_blocking(
    peer: Peer,
    workload: Workload,
    options: dict[str, Any],
    make_meter: Callable[..., Meter] = Meter,
) -> dict[str, float]:
    """Measure a workload with threads, or with what gevent makes of them."""
    operation: Any = workload.blocking or workload.operation
    subject = subject_of(peer, workload, options)
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

    meter = make_meter(options["seconds"], workload.warm_up, workload.in_flight)
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
    collection = subject_of(peer, workload, options).collection
    await asyncio.gather(*[collection.estimated_document_count() for _ in range(1000)])
    gc.collect()
    before = resident()
    calls = [asyncio.ensure_future(collection.find_one({"_id": n})) for n in range(WAITING)]
    await asyncio.sleep(1)
    assert not any(call.done() for call in calls)
    finish(_memory_figures(before))
    return {}


def memory_blocking(peer: Peer, workload: Workload, options: dict[str, Any]) -> dict[str, float]:
    """Measure the same with gevent, where a waiting call is a waiting thread of its."""
    collection = subject_of(peer, workload, options).collection

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
    finish(_memory_figures(before))
    return {}


_TIMED_IMPORT = "import time; t = time.perf_counter(); {}; print(time.perf_counter() - t)"
_COMPARED_IMPORT = "import pymongo, tornado"

# Its times are those of a clock that is the same in each process.
_FIRST_ANSWER = """
import asyncio, time
from benchmarks.peers import PEERS
peer = PEERS[{peer!r}]
exec(peer.imports)
times = [time.monotonic()]
def ask():
    return peer.connect({uri!r})[{database!r}].documents.find_one({{"_id": 1}})
async def ask_from_loop():
    return note(await ask())
def note(answer):
    times.append(time.monotonic())
    return answer
assert asyncio.run(ask_from_loop()) if peer.loop else note(ask())
print(*times)
"""


def start(peer: Peer, workload: Workload, options: dict[str, Any]) -> dict[str, float]:
    """Measure imports in fresh interpreters, and how long it takes to the first answer.

    That is from the start of the process, and from the end of its imports. How long the process
    then takes to end does not count.
    """

    def time_import(statement: str) -> float:
        command = [sys.executable, "-c", _TIMED_IMPORT.format(statement)]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    own, others = [], []
    for _ in range(IMPORTS):
        own.append(time_import(peer.imports))
        others.append(time_import(_COMPARED_IMPORT))
    code = _FIRST_ANSWER.format(peer=peer.name, uri=options["uri"], database=DATABASE)
    began = time.monotonic()
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    imported, answered = map(float, ran.stdout.split())
    return {
        # The least: what else the machine does only ever adds.
        "import_ms": min(own) * 1000,
        "import_ratio": min(own) / min(others),
        "start_ms": (answered - began) * 1000,
        "first_answer_ms": (answered - imported) * 1000,
    }


def finish(figures: dict[str, float], **more: Any) -> None:
    """Print the figures, and what else there is, and end, whatever still waits."""
    python = platform.python_version()
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        python += ", free-threaded"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    outcome = {"python": python, "cores": cores, "figures": figures, **more}
    print(json.dumps(outcome), flush=True)
    os._exit(0)


def _measures_of(workload: Workload) -> tuple[Any, Any]:
    """Return what measures a workload: peers with a loop, and those that block."""
    if workload.load_percent:
        from benchmarks import arrivals

        return arrivals.measure, None
    if workload.processes:
        from benchmarks import web

        return web.measure, None
    if workload.name.startswith("cpu-time-"):
        from benchmarks import cpu_time

        return cpu_time.measure, cpu_time.measure_blocking
    return (memory, memory_blocking) if workload.operation == "memory" else (load, load_blocking)


def main() -> None:
    options = json.loads(sys.argv[1])
    peer = PEERS[options["peer"]]
    workload = WORKLOADS[options["workload"]]
    options["seconds"] *= workload.lasts
    if options.get("cores") and not workload.processes:
        os.sched_setaffinity(0, options["cores"][:1])
    if not workload.collector:
        gc.disable()
    measure, measure_blocking = _measures_of(workload)
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
    finish(figures)


if __name__ == "__main__":
    main()
