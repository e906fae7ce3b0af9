"""Measures what a process, a thread, a connection, a waiting call and a change stream cost.

Each figure comes from a process of its own, which grows by many of the thing that is measured:

- a process whose client has made a call
- idle connections, in the process and at the server; those that PyMongo has for itself
- calls that wait for the server, each with a thread and a connection
- calls that wait for a thread
- idle change streams, in the process and at the server
- the CPU time of calls, the loop's and the threads', with 100 of them in flight

    python benchmarks/sizing.py [--json FILE]

The page docs/sizing.rst shows them, and tools/sizing.py calculates with them.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import gc
import json
import multiprocessing
import os
import platform
import resource
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pymongo
import tornado

import tornado_pymongo
from tornado_pymongo.testing import MongoServer

CONNECTIONS = 200
STREAMS = 500
WAITING = 50_000
DOCUMENTS = 1000


def memory(pid: int | str = "self") -> int:
    """Return how much memory a process has now, in bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()


async def connections_of(client: tornado_pymongo.MongoClient, app: str) -> int:
    """Return how many connections the server has from the clients of this name."""
    pipeline = [
        {"$currentOp": {"idleConnections": True, "allUsers": True}},
        {"$match": {"appName": app}},
    ]
    return len(await client.admin.aggregate(pipeline).to_list())


async def process(uri: str) -> dict[str, float]:
    """Return what a process takes that has done nothing but one call."""
    async with tornado_pymongo.MongoClient(uri) as client:
        await client.sizing.documents.find_one()
        return {"process_bytes": memory()}


async def connections(uri: str) -> dict[str, float]:
    """Have PyMongo fill its pool, and see what that costs here and there."""
    async with tornado_pymongo.MongoClient(uri) as admin:
        server = (await admin.admin.command("serverStatus"))["pid"]
        await connections_of(admin, "full")
        gc.collect()
        here, at_server = memory(), memory(server)
        async with tornado_pymongo.MongoClient(
            uri, minPoolSize=CONNECTIONS, maxPoolSize=CONNECTIONS, appname="full"
        ) as client:
            await client.open()
            while (found := await connections_of(admin, "full")) < CONNECTIONS + 2:
                await asyncio.sleep(0.1)
            return {
                "connection_bytes": (memory() - here) / CONNECTIONS,
                "connection_bytes_at_server": (memory(server) - at_server) / CONNECTIONS,
                "monitor_connections": found - CONNECTIONS,
            }


async def busy(uri: str) -> dict[str, float]:
    """Have many calls wait for the server at once, each in a thread, with a connection."""
    async with (
        tornado_pymongo.MongoClient(uri) as admin,
        tornado_pymongo.MongoClient(uri, maxPoolSize=CONNECTIONS) as client,
    ):
        collection = client.sizing.documents
        await collection.find_one()
        gc.collect()
        before = memory()
        hang = {"failCommands": ["find"], "blockConnection": True, "blockTimeMS": 5000}
        times = {"times": CONNECTIONS}
        answer = await admin.admin.command(
            "configureFailPoint", "failCommand", mode=times, data=hang
        )
        calls = [collection.find_one({"_id": n}) for n in range(CONNECTIONS)]
        entered = answer["count"] + CONNECTIONS
        await admin.admin.command(
            "waitForFailPoint", "failCommand", timesEntered=entered, maxTimeMS=60_000
        )
        grown = memory() - before
        assert tornado_pymongo.statistics(client).calls.busy == CONNECTIONS
        await asyncio.gather(*calls)
        return {"thread_and_connection_bytes": grown / CONNECTIONS}


async def waiting(uri: str) -> dict[str, float]:
    """Submit many calls at once."""
    async with tornado_pymongo.MongoClient(uri, max_workers=8) as client:
        collection = client.sizing.documents
        await asyncio.gather(*[collection.find_one({"_id": n}) for n in range(1000)])
        gc.collect()
        before = memory()
        calls = [collection.find_one({"_id": n}) for n in range(WAITING)]
        grown = memory() - before
        await asyncio.gather(*calls)
        return {"waiting_call_bytes": grown / WAITING}


async def streams(uri: str) -> dict[str, float]:
    """Open change streams that have nothing to tell."""
    async with tornado_pymongo.MongoClient(uri) as client:
        server = (await client.admin.command("serverStatus"))["pid"]
        opened = [await client.sizing.watched.watch() for _ in range(20)]
        gc.collect()
        here, at_server = memory(), memory(server)
        opened += await asyncio.gather(*[client.sizing.watched.watch() for _ in range(STREAMS)])
        changes = [asyncio.ensure_future(stream.next()) for stream in opened]
        await asyncio.sleep(5)
        figures = {
            "stream_bytes": (memory() - here) / STREAMS,
            "stream_bytes_at_server": (memory(server) - at_server) / STREAMS,
        }
        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.sleep(5)
        figures["streams_cpu_share"] = (time.process_time() - cpu) / (time.perf_counter() - began)
        for change in changes:
            change.cancel()
        await asyncio.gather(*[stream.close() for stream in opened])
        return figures


async def cpu(uri: str) -> dict[str, float]:
    """Keep 100 calls of a kind in flight, and see what CPU time each takes in this process."""
    async with tornado_pymongo.MongoClient(uri) as client:
        collection, written = client.sizing.documents, client.sizing.written
        kinds: dict[str, tuple[int, Callable[[int], Any]]] = {
            "find_one": (10_000, lambda n: collection.find_one({"_id": n % DOCUMENTS})),
            "insert_one": (10_000, lambda n: written.insert_one({"text": "x" * 200})),
            "find_100": (2000, lambda n: collection.find().limit(100).to_list()),
        }
        figures = {}
        for name, (number, call) in kinds.items():
            await repeat(call, number // 4)  # connections, threads
            rounds = []
            for _ in range(3):
                spent, began = time.process_time(), time.perf_counter()
                await repeat(call, number)
                took = time.perf_counter() - began
                rounds.append(((time.process_time() - spent) / number, number / took))
            figures[f"{name}_cpu_seconds"] = median(spent for spent, _ in rounds)
            figures[f"{name}_rate"] = median(rate for _, rate in rounds)
        return figures


async def repeat(call: Callable[[int], Any], number: int) -> None:
    """Make so many calls, of which 100 are in flight."""
    numbers = iter(range(number))

    async def go_on() -> None:
        for n in numbers:
            await call(n)

    await asyncio.gather(*[go_on() for _ in range(100)])


MEASUREMENTS = (process, connections, busy, waiting, streams, cpu)


def _measure(index: int, uri: str) -> dict[str, float]:
    return asyncio.run(MEASUREMENTS[index](uri))


def about() -> dict[str, str]:
    """Return where and when these figures were measured."""
    processor = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            processor = line.split(":")[1].strip()
    return {
        "date": datetime.date.today().isoformat(),
        "python": platform.python_version(),
        "pymongo": pymongo.version,
        "tornado": tornado.version,
        "tornado_pymongo": tornado_pymongo.__version__,
        "cores": f"{len(os.sched_getaffinity(0))} cores, {processor}",
        "system": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--json", type=Path, help="the file to write the figures to")
    names = [each.__name__ for each in MEASUREMENTS]
    parser.add_argument("--only", choices=names, help="measure this, and write nothing")
    options = parser.parse_args()
    figures: dict[str, float] = {}
    with MongoServer(own=True, options=["--setParameter", "enableTestCommands=1"]) as server:
        client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(server.uri)
        with client:
            documents = [{"_id": n, "text": "x" * 200} for n in range(DOCUMENTS)]
            client.sizing.documents.insert_many(documents)
            client.sizing.create_collection("watched")
            client.sizing.create_collection("written")
            described = about() | {"mongodb": client.server_info()["version"]}
        for index, measurement in enumerate(MEASUREMENTS):
            if options.only not in (None, measurement.__name__):
                continue
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                found = pool.apply(_measure, (index, server.uri))
            for name, value in found.items():
                print(f"{measurement.__name__:12} {name:28} {value:14,.6g}")
            figures |= found
    if options.json and not options.only:
        results = {"about": described, "figures": figures}
        options.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
