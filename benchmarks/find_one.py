"""Measures find_one, one call or many in flight, on each way to use MongoDB from asyncio.

Every peer does the same work: so many coroutines (or threads), each of which finds one document
after the other by its _id among 1,000 small ones, on the same server, over at most 100 connections.
Each measurement runs in a process of its own, after a warm-up. The peers take turns within each
round, so that all of them meet the machine in the same mood; what is shown is the median of the
rounds. Compare figures of one run with each other, not with those of another run.

    python benchmarks/find_one.py [--quick] [--peers NAME ...] [--in-flight N ...]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import random
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

DOCUMENTS = 1000
CONNECTIONS = 100
WARM_UP_SECONDS = 0.5
DATABASE = "tornado_pymongo_benchmark"


class Clock:
    """Counts operations and what they cost the process, once the warm-up is over."""

    def __init__(self, seconds: float) -> None:
        self.begin = time.perf_counter() + WARM_UP_SECONDS
        self.end = self.begin + seconds
        self._operations = 0
        self._usage: Any = None
        self._began = 0.0

    def tick(self) -> bool:
        """Count an operation; return whether to go on."""
        now = time.perf_counter()
        if now < self.begin:
            return True
        if self._usage is None:
            self._usage = resource.getrusage(resource.RUSAGE_SELF)
            self._began = now
        self._operations += 1
        return now < self.end

    def figures(self) -> dict[str, float]:
        """Return what was counted, when the last operation is over."""
        usage = resource.getrusage(resource.RUSAGE_SELF)
        cpu = usage.ru_utime + usage.ru_stime - self._usage.ru_utime - self._usage.ru_stime
        return {
            "operations_per_second": self._operations / (time.perf_counter() - self._began),
            "cpu_us_per_operation": cpu * 1e6 / self._operations,
            "switches_per_operation": (usage.ru_nvcsw - self._usage.ru_nvcsw) / self._operations,
        }


def run_threads(uri: str, in_flight: int, clock: Clock, threads: int) -> None:
    """Blocking PyMongo: as many threads as are allowed and there are calls for."""
    import pymongo

    client: Any = pymongo.MongoClient(uri, maxPoolSize=CONNECTIONS)
    collection = client[DATABASE].documents

    def work() -> None:
        while True:
            collection.find_one({"_id": random.randrange(DOCUMENTS)})
            if not clock.tick():
                break

    workers = [threading.Thread(target=work) for _ in range(min(threads, in_flight))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    client.close()


def run_coroutines(client: Any, in_flight: int, clock: Clock) -> Awaitable[None]:
    """Any of the asynchronous peers: as many coroutines as there are calls in flight."""
    collection = client[DATABASE].documents

    async def work() -> None:
        while True:
            await collection.find_one({"_id": random.randrange(DOCUMENTS)})
            if not clock.tick():
                break

    async def run() -> None:
        await asyncio.gather(*[work() for _ in range(in_flight)])
        closing = client.close()
        if closing is not None:
            await closing

    return run()


def asynchronous(make_client: Callable[[str], Any]) -> Callable[[str, int, Clock], None]:
    def run(uri: str, in_flight: int, clock: Clock) -> None:
        async def main() -> None:
            await run_coroutines(make_client(uri), in_flight, clock)

        asyncio.run(main())

    return run


def make_pymongo_async(uri: str) -> Any:
    import pymongo

    return pymongo.AsyncMongoClient(uri, maxPoolSize=CONNECTIONS)


def make_motor(uri: str) -> Any:
    import motor.motor_asyncio

    return motor.motor_asyncio.AsyncIOMotorClient(uri, maxPoolSize=CONNECTIONS)


def make_tornado_pymongo(uri: str) -> Any:
    import tornado_pymongo

    return tornado_pymongo.MongoClient(uri, maxPoolSize=CONNECTIONS)


REFERENCE = "PyMongo Async"
PEERS: dict[str, Callable[[str, int, Clock], None]] = {
    "PyMongo, 1 thread": lambda *args: run_threads(*args, threads=1),
    "PyMongo, 2 threads": lambda *args: run_threads(*args, threads=2),
    "PyMongo, 16 threads": lambda *args: run_threads(*args, threads=16),
    REFERENCE: asynchronous(make_pymongo_async),
    "Motor": asynchronous(make_motor),
    "tornado_pymongo": asynchronous(make_tornado_pymongo),
}


def measure_all(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure each peer at each number of calls in flight, in turn, in every round."""
    import pymongo
    from rich.progress import track

    from tornado_pymongo.testing import MongoServer

    jobs = [
        (in_flight, peer)
        for _ in range(options.rounds)
        for in_flight in options.in_flight
        for peer in options.peers
    ]
    results = []
    with MongoServer() as server:
        with pymongo.MongoClient(server.uri) as client:  # type: pymongo.MongoClient[Any]
            client.drop_database(DATABASE)
            client[DATABASE].documents.insert_many(
                {"_id": n, "name": f"document {n}", "value": n * 1.5} for n in range(DOCUMENTS)
            )
        for in_flight, peer in track(jobs, "Measuring"):
            command = [sys.executable, __file__, "--measure", peer, "--uri", server.uri]
            command += ["--in-flight", str(in_flight), "--seconds", str(options.seconds)]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            results.append({"peer": peer, "in_flight": in_flight, **json.loads(output)})
        with pymongo.MongoClient(server.uri) as client:
            client.drop_database(DATABASE)
    return results


def show(options: argparse.Namespace, results: list[dict[str, Any]]) -> None:
    """Print the medians and their spread, a table for each number of calls in flight."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    for in_flight in options.in_flight:

        def values(peer: str, figure: str, in_flight: int = in_flight) -> list[float]:
            return [
                result[figure]
                for result in results
                if (result["peer"], result["in_flight"]) == (peer, in_flight)
            ]

        title = f"find_one, {in_flight} in flight, median of {options.rounds} rounds"
        table = Table(title=f"{title}; ÷ {REFERENCE}")
        table.add_column("", no_wrap=True)
        for heading in ("op/s", "range", "÷", "CPU µs/op", "switches/op"):
            table.add_column(heading, justify="right", no_wrap=True)
        for peer in options.peers:
            rates = values(peer, "operations_per_second")
            # Round by round: what slows the machine for a while slows the reference as well.
            ratios = [
                rate / reference
                for rate, reference in zip(
                    rates, values(REFERENCE, "operations_per_second"), strict=False
                )
            ]
            table.add_row(
                peer,
                f"{statistics.median(rates):,.0f}",
                f"{min(rates):,.0f} … {max(rates):,.0f}",
                f"{statistics.median(ratios):.2f}" if ratios else "",
                f"{statistics.median(values(peer, 'cpu_us_per_operation')):,.0f}",
                f"{statistics.median(values(peer, 'switches_per_operation')):.1f}",
            )
        console.print(table)
    console.print(describe_machine())


def describe_machine() -> str:
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("pymongo", "motor", "tornado", "tornado_pymongo")
    )
    return f"Python {platform.python_version()}, {packages}, {platform.platform()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--rounds", type=int, help="how often each peer is measured")
    parser.add_argument("--seconds", type=float, help="how long one measurement takes")
    parser.add_argument("--in-flight", type=int, nargs="+", default=[1, 10, 100, 1000])
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--json", type=Path, help="write all single results to this file")
    parser.add_argument("--measure", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--uri", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.rounds = options.rounds or (3 if options.quick else 7)
    options.seconds = options.seconds or (1.0 if options.quick else 3.0)

    if options.measure:
        clock = Clock(options.seconds)
        PEERS[options.measure](options.uri, options.in_flight[0], clock)
        print(json.dumps(clock.figures()))
        return
    results = measure_all(options)
    show(options, results)
    if options.json:
        options.json.write_text(json.dumps({"machine": describe_machine(), "results": results}))


if __name__ == "__main__":
    main()
