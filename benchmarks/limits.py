"""Measures what many calls and many change streams cost, and how fast cancelling is.

Each measurement is a ratio within the run, or a bound that the documentation states:

- 50,000 calls submitted at once: the memory that each of them takes while it waits.
- 1,000 open, idle change streams: how long find_one takes with them and without, in turn; how long
  it takes until a change is seen; how many threads there are.
- 1,000 running calls that the server does not answer, cancelled at once: how long it takes until
  their workers are free.

    python benchmarks/limits.py [--calls N] [--streams N] [--cancelled N] [--rounds N]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import resource
import statistics
import threading
import time
from typing import Any

import pymongo

import tornado_pymongo
from tornado_pymongo.testing import MongoServer


def memory() -> int:
    """Return how much memory this process has now, in bytes."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


async def measure_waiting(uri: str, calls: int) -> None:
    """Submit many calls at once, and see them finish."""
    async with tornado_pymongo.MongoClient(uri, max_workers=8, max_waiting=calls) as client:
        collection = client.benchmark.documents
        await asyncio.gather(*[collection.find_one({"_id": n}) for n in range(1000)])
        gc.collect()
        before = memory()
        began = time.perf_counter()
        futures = [collection.find_one({"_id": n % 1000}) for n in range(calls)]
        submitted = time.perf_counter()
        grown = memory() - before
        documents = await asyncio.gather(*futures)
        ended = time.perf_counter()
        assert [document["_id"] for document in documents] == [n % 1000 for n in range(calls)]
        assert tornado_pymongo.statistics(client).calls.refused == 0
        print(
            f"{calls:,} calls at once: submitted in {submitted - began:.2f} s, all finished after"
            f" {ended - began:.1f} s; {grown / calls:,.0f} bytes for each that waits"
        )


async def time_find_one(collection: Any, number: int) -> list[float]:
    """Find one document after the other, and return the seconds that each took."""
    seconds = []
    for n in range(number):
        began = time.perf_counter()
        await collection.find_one({"_id": n % 1000})
        seconds.append(time.perf_counter() - began)
    return seconds


def p99(seconds: list[float]) -> float:
    return sorted(seconds)[len(seconds) * 99 // 100]


async def measure_streams(uri: str, number: int, rounds: int) -> None:
    """Compare find_one with and without idle change streams, and see when they see a change."""
    threads_before = threading.active_count()
    async with (
        tornado_pymongo.MongoClient(uri) as client,
        tornado_pymongo.MongoClient(uri) as watcher,
    ):
        collection = client.benchmark.documents
        await time_find_one(collection, 2000)
        ratios, seen = [], []
        for _ in range(rounds):
            without = p99(await time_find_one(collection, 3000))
            streams = [watcher.benchmark.watched.watch() for _ in range(number)]
            await asyncio.gather(*streams)
            changes = [asyncio.ensure_future(stream.next()) for stream in streams]
            await asyncio.sleep(3)
            with_them = p99(await time_find_one(collection, 3000))
            threads = threading.active_count() - threads_before
            ratios.append(with_them / without)
            began = time.perf_counter()
            arrivals: list[float] = []

            def note(_: Any, arrivals: list[float] = arrivals) -> None:
                arrivals.append(time.perf_counter())

            for change in changes:
                change.add_done_callback(note)
            await client.benchmark.watched.insert_one({})
            await asyncio.gather(*changes)
            seen.append(max(arrivals) - began)
            await asyncio.gather(*[stream.close() for stream in streams])
            print(
                f"  find_one's p99: {without * 1000:.2f} ms alone, {with_them * 1000:.2f} ms with"
                f" them; {threads} threads; the last of them saw the change after {seen[-1]:.2f} s"
            )
        print(
            f"{number:,} idle change streams: p99 of find_one is {statistics.median(ratios):.2f}"
            f" ({min(ratios):.2f} to {max(ratios):.2f}) times what it is without them; a change is"
            f" seen by all after {statistics.median(seen):.2f} s"
        )


async def measure_cancelling(uri: str, number: int) -> None:
    """Have so many calls hang at the server, cancel them, and wait until the workers are free."""
    cleared = []

    class Listener(pymongo.monitoring.ConnectionPoolListener):
        def pool_cleared(self, event: Any) -> None:
            cleared.append(event)

        def _ignore(self, event: Any) -> None: ...

        pool_created = pool_ready = pool_closed = connection_created = connection_ready = _ignore
        connection_closed = connection_check_out_started = connection_check_out_failed = _ignore
        connection_checked_out = connection_checked_in = _ignore

    async with (
        tornado_pymongo.MongoClient(
            uri, maxPoolSize=number + 1, max_workers=number, event_listeners=[Listener()]
        ) as client,
        tornado_pymongo.MongoClient(uri) as admin,
    ):
        hang = {"failCommands": ["find"], "blockConnection": True, "blockTimeMS": 60_000}
        times = {"times": number}
        answer = await admin.admin.command(
            "configureFailPoint", "failCommand", mode=times, data=hang
        )
        calls = [client.benchmark.documents.find_one() for _ in range(number)]
        await admin.admin.command(
            "waitForFailPoint",
            "failCommand",
            timesEntered=answer["count"] + number,
            maxTimeMS=60_000,
        )
        began = time.perf_counter()
        for call in calls:
            call.cancel()
        told = time.perf_counter()
        while tornado_pymongo.statistics(client).calls.busy:
            await asyncio.sleep(0.001)
        free = time.perf_counter()
        await client.benchmark.documents.find_one()
        next_one = time.perf_counter()
        assert tornado_pymongo.statistics(client).calls.aborted == number
        print(
            f"{number:,} running calls cancelled: in {told - began:.2f} s, all workers free after"
            f" {free - began:.2f} s, the next call took {(next_one - free) * 1000:.0f} ms; the pool"
            f" was cleared {len(cleared)} times"
        )
        sleeping = [{"$currentOp": {}}, {"$match": {"active": True, "ns": "benchmark.documents"}}]
        async for op in admin.admin.aggregate(sleeping):
            await admin.admin.command("killOp", op=op["opid"])


async def measure(options: argparse.Namespace) -> None:
    with MongoServer(options=["--setParameter", "enableTestCommands=1"]) as server:
        async with tornado_pymongo.MongoClient(server.uri) as client:
            await client.benchmark.documents.insert_many({"_id": n} for n in range(1000))
            await client.benchmark.create_collection("watched")
        if options.calls:
            await measure_waiting(server.uri, options.calls)
        if options.streams:
            await measure_streams(server.uri, options.streams, options.rounds)
        if options.cancelled:
            await measure_cancelling(server.uri, options.cancelled)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--calls", type=int, default=50_000)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--cancelled", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3, help="of the change streams")
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
