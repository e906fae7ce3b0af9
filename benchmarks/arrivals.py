"""An open loop: calls begin when their time has come, whether those before them have ended or not.

They arrive at a fixed rate, at random (as in a Poisson process), the same for each peer. A latency
counts from the intended arrival, so a program that falls behind does not hide it by asking later.

Arrivals come from another process, over a pipe, as requests come from others to a server: asyncio's
own timers are late by up to a millisecond.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import sys
import time
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from benchmarks.measure import subject_of
from benchmarks.meter import latency_figures
from benchmarks.peers import Peer
from benchmarks.workloads import Workload

# How long after the last arrival a call may take.
LIMIT_SECONDS = 30

# How long the other process has to begin.
_LEAD_SECONDS = 0.5


def times_of(rate: float, seconds: float) -> Iterator[float]:
    """Yield when calls arrive, in seconds from the first moment on: the same for the same rate."""
    chance = random.Random(f"{rate:g}")

    def arrivals() -> Iterator[float]:
        when = 0.0
        while True:
            when += chance.expovariate(rate)
            yield when

    return takewhile(lambda when: when < seconds, arrivals())


async def measure(peer: Peer, workload: Workload, options: dict[str, Any]) -> dict[str, float]:
    """Measure latencies at the rate of the options."""
    operation: Any = workload.operation
    subject = subject_of(peer, workload, options)
    # All connections there are, as after a while in a service.
    await asyncio.gather(*[operation(subject, n) for n in range(200)])
    rate, warm_up = options["arrivals_per_second"], workload.warm_up
    seconds = warm_up + options["seconds"]
    begins = time.monotonic() + _LEAD_SECONDS
    planned = [begins + when for when in times_of(rate, seconds)]
    arrivals = iter(enumerate(planned))
    latencies: list[float] = []
    tasks: set[asyncio.Task[None]] = set()
    usage: list[Any] = []
    over = asyncio.Event()

    async def call(n: int, intended: float) -> None:
        await operation(subject, n)
        if intended >= begins + warm_up:
            latencies.append(time.monotonic() - intended)

    def on_arrival() -> None:
        data = os.read(reading, 65536)
        if not data:
            asyncio.get_running_loop().remove_reader(reading)
            over.set()
        for _ in data:
            n, intended = next(arrivals)
            if not usage and intended >= begins + warm_up:
                usage.append(resource.getrusage(resource.RUSAGE_SELF))
            task = asyncio.ensure_future(call(n, intended))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    command = json.dumps({"begins": begins, "rate": rate, "seconds": seconds})
    pacemaker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.arrivals", command, stdout=writing
    )
    os.close(writing)
    asyncio.get_running_loop().add_reader(reading, on_arrival)
    await over.wait()
    await pacemaker.wait()
    if tasks:
        await asyncio.wait(tasks, timeout=LIMIT_SECONDS)
    if tasks:
        raise TimeoutError(f"{len(tasks)} calls have not ended")
    usage.append(resource.getrusage(resource.RUSAGE_SELF))
    os.close(reading)
    closing = subject.client.close()
    if closing is not None:
        await closing
    before, after = usage
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "arrivals": rate,
        "cpu_us": cpu * 1e6 / len(latencies),
        **latency_figures(latencies),
    }


def main() -> None:
    """Write a byte for each arrival, at its time."""
    options = json.loads(sys.argv[1])
    # If the process that is measured has one core, it is to have it for itself.
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
    for when in times_of(options["rate"], options["seconds"]):
        time.sleep(max(0.0, options["begins"] + when - time.monotonic()))
        os.write(sys.stdout.fileno(), b".")


if __name__ == "__main__":
    main()
