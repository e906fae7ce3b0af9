"""What the peers do. Each workload is written once; where blocking code looks different, twice.

An operation gets a `Subject` and a number, and returns its result (blocking peers) or an awaitable.
"""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from benchmarks.peers import (
    ASYNCHRONOUS,
    BLOCKING,
    EXECUTOR,
    GEVENT,
    GREENLETS,
    HOPS,
    MOTOR,
    OURS,
    OURS_SHARING_ALL,
    PYMONGO_ASYNC,
    THREADS,
    UVLOOP,
)

DATABASE = "tornado_pymongo_benchmark"
DOCUMENTS = 1000
SCANNED = 50_000

# The consumer of a scan that needs time per document: it sleeps so often in each batch, because
# loops round what they sleep up to milliseconds.
BATCH = 2500
SLEEPS_PER_BATCH = 2

WAITING = 10_000

# After so many seconds nothing grows any more: connections, threads, what a loop has learnt.
LONG_WARM_UP = 2.0
SLOW_MS = 50

MEGABYTE = 1_000_000


@dataclass
class Subject:
    """What operations work on.

    :param batch_seconds: how long the consumer of a scan needs for a batch.
    """

    client: Any
    database: Any
    collection: Any
    bucket: Any
    batch_seconds: float = 0.0


Operation = Callable[[Subject, int], Any]


@dataclass(frozen=True)
class Workload:
    """What is measured, and with whom.

    :param name: what it is called on the command line and in results.
    :param title: what it is called in tables and plots.
    :param operation: see above; for what is not a load, the name of what is measured instead.
    :param blocking: the operation of peers that block, where it looks different.
    :param peers: the names of those for which it makes sense.
    :param quick_peers: those of the quick mode; there are none where that leaves it out.
    :param collection: the collection of the database that the operation gets.
    :param in_flight: how many operations are under way at once.
    :param amount: how many `unit` an operation has.
    :param long: whether an operation takes so long that few fit into a measurement. Then each
        coroutine has as many of them to do, and the time until all are done counts.
    :param slow: the server commands that are answered after `delay_ms`.
    :param lasts: how many times as long as others it is measured.
    :param stall: whether to watch how late the event loop is.
    :param collector: whether Python's garbage collector is on.
    :param warm_up: how many seconds go by before it is measured.
    :param one_core: whether it is also measured with each process on one core.
    :param twice: whether PyMongo Async is measured twice, for the A/A difference.
    :param load_percent: how much of what the slowest peer can is asked, in an open loop.
    :param framework: of the web application.
    :param processes: of the web application; none for all other workloads.
    """

    name: str
    title: str
    operation: Operation | str
    blocking: Operation | None = None
    peers: tuple[str, ...] = ()
    quick_peers: tuple[str, ...] = ()
    collection: str = "documents"
    in_flight: int = 1
    amount: float = 1
    unit: str = "op"
    long: bool = False
    slow: tuple[str, ...] = ()
    delay_ms: int = 0
    lasts: float = 1
    stall: bool = False
    collector: bool = True
    warm_up: float = 0.4
    one_core: bool = True
    twice: bool = False
    load_percent: float = 0
    framework: str = ""
    processes: int = 0


def _small(n: int) -> dict[str, Any]:
    return {"_id": n, "name": f"document {n}", "value": n * 1.5}


def _middle(n: int) -> dict[str, Any]:
    """Return a document of some 300 bytes."""
    return {**_small(n), "tags": ["a", "b"], "text": "x" * 200}


def _find_one(subject: Subject, n: int) -> Any:
    return subject.collection.find_one({"_id": n % DOCUMENTS})


def _hop(subject: Subject, n: int) -> Any:
    return subject.client.start()


def _mixed(subject: Subject, n: int) -> Any:
    """78 % reads, 2 % slow reads (the server delays "distinct"), 20 % writes."""
    kind = n * 37 % 100
    if kind < 2:
        return subject.collection.distinct("name", {"_id": n % DOCUMENTS})
    if kind < 12:
        return subject.collection.update_one({"_id": n % DOCUMENTS}, {"$inc": {"value": 1}})
    if kind < 22:
        return subject.collection.insert_one({"name": f"document {n}"})
    return _find_one(subject, n)


def _insert_one(subject: Subject, n: int) -> Any:
    return subject.collection.insert_one({"name": f"document {n}", "text": "x" * 200})


@cache
def _to_insert(number: int) -> list[list[dict[str, Any]]]:
    """Return lists of documents, more of them than are inserted at once."""
    return [[{"name": f"document {i}", "text": "x" * 200} for i in range(number)] for _ in range(8)]


def _insert_many(number: int) -> Operation:
    def insert_many(subject: Subject, n: int) -> Any:
        # To make so many documents here would stall the loop more than to insert them.
        documents = _to_insert(number)[n % 8]
        for document in documents:
            document.pop("_id", None)
        return subject.collection.insert_many(documents)

    return insert_many


def _bulk_write(subject: Subject, n: int) -> Any:
    from pymongo import InsertOne, UpdateOne

    return subject.collection.bulk_write(
        [
            each
            for i in range(500)
            for each in (
                InsertOne({"name": f"document {i}", "text": "x" * 200}),
                UpdateOne({"_id": i}, {"$set": {"value": n}}, upsert=True),
            )
        ]
    )


def _to_list(subject: Subject, n: int) -> Any:
    return subject.collection.find().to_list(None)


async def _async_for(subject: Subject, n: int) -> None:
    async for _ in subject.collection.find():
        pass


def _for(subject: Subject, n: int) -> None:
    for _ in subject.collection.find():
        pass


async def _consume(subject: Subject, n: int) -> None:
    count = 0
    async for _ in subject.collection.find().batch_size(BATCH):
        count += 1
        if count % (BATCH // SLEEPS_PER_BATCH) == 0:
            await asyncio.sleep(subject.batch_seconds / SLEEPS_PER_BATCH)


def _consume_blocking(subject: Subject, n: int) -> None:
    for count, _ in enumerate(subject.collection.find().batch_size(BATCH), 1):
        if count % (BATCH // SLEEPS_PER_BATCH) == 0:
            time.sleep(subject.batch_seconds / SLEEPS_PER_BATCH)


def time_a_batch(collection: Any) -> float:
    """Return how many seconds blocking PyMongo takes to fetch a batch of `_consume`'s."""
    began = time.perf_counter()
    for _ in collection.find().batch_size(BATCH):
        pass
    return (time.perf_counter() - began) / (SCANNED / BATCH)


def upload(size: int) -> Operation:
    """Return the operation that uploads a file of so many bytes."""
    data = bytes(size)

    def upload(subject: Subject, n: int) -> Any:
        return subject.bucket.upload_from_stream(f"upload {n}", data)

    return upload


def download(file_id: str) -> Operation:
    """Return the operation that downloads a file."""

    def download(subject: Subject, n: int) -> Any:
        return subject.bucket.download_to_stream(file_id, io.BytesIO())

    return download


def prepare(database: Any) -> None:
    """Insert what is read, with blocking PyMongo."""
    import gridfs

    from benchmarks import official

    database.client.drop_database(database.name)
    database.documents.insert_many(_small(n) for n in range(DOCUMENTS))
    database.scanned.insert_many(_middle(n) for n in range(SCANNED))
    gridfs.GridFSBucket(database).upload_from_stream_with_id("4 MB", "4 MB", bytes(4 * MEGABYTE))
    official.prepare(database)


def clean_up(database: Any) -> None:
    """Remove what a workload wrote, so that each has the same server before it."""
    database.written.drop()
    database.documents.delete_many({"value": {"$exists": False}})
    written = {"filename": {"$regex": "^upload"}}
    chunks = [file["_id"] for file in database["fs.files"].find(written, {"_id": 1})]
    database["fs.chunks"].delete_many({"files_id": {"$in": chunks}})
    database["fs.files"].delete_many(written)


_LOOPS = (*ASYNCHRONOUS, GEVENT)
_COMPARED = (PYMONGO_ASYNC, MOTOR, OURS)


def _find_ones() -> Iterator[Workload]:
    for delay in (0, 1, 10, 100):
        for in_flight in (1, 10, 100, 1000):
            # Threads that do nothing but wait for the server are best as many as there are calls.
            threads = THREADS[:-1] if delay == 0 else THREADS[-1:]
            limit = (BLOCKING,) if in_flight == 1 else threads
            if delay == 0:
                peers = (*limit, *_LOOPS, *UVLOOP, OURS_SHARING_ALL)
                quick = {1: (BLOCKING, *ASYNCHRONOUS), 100: peers}.get(in_flight, ())
            else:
                # One or ten calls at a slow server show nothing but its delay.
                peers = (*limit, *_LOOPS) if in_flight >= 100 else (*limit, *_COMPARED)
                quick = _COMPARED if (delay, in_flight) == (10, 100) else ()
            where = f"server answers after {delay} ms" if delay else "local"
            yield Workload(
                f"find_one-{f'{delay}ms' if delay else 'local'}-{in_flight}",
                f"find_one, {where}, {in_flight:,} in flight",
                _find_one,
                peers=peers,
                quick_peers=quick,
                in_flight=in_flight,
                slow=("find",) if delay else (),
                delay_ms=delay,
                twice=delay == 0,
            )


def _hops() -> Iterator[Workload]:
    for in_flight in (1, 10, 100, 1000):
        yield Workload(
            f"hop-{in_flight}",
            f"a function that does nothing, {in_flight:,} in flight",
            _hop,
            peers=HOPS,
            quick_peers=HOPS if in_flight == 100 else (),
            in_flight=in_flight,
            one_core=False,
        )


def _writes() -> Iterator[Workload]:
    yield Workload(
        "mixed-100",
        f"80 % reads, 20 % writes, 2 % of all take {SLOW_MS} ms, 100 in flight",
        _mixed,
        peers=("threads-100", *_LOOPS),
        in_flight=100,
        slow=("distinct",),
        delay_ms=SLOW_MS,
    )
    for in_flight in (1, 100):
        yield Workload(
            f"insert_one-{in_flight}",
            f"insert_one, {in_flight} in flight",
            _insert_one,
            peers=(BLOCKING if in_flight == 1 else "threads-16", *_LOOPS),
            collection="written",
            in_flight=in_flight,
            twice=in_flight == 100,
        )
    for name, operation in (("insert_many", _insert_many(1000)), ("bulk_write", _bulk_write)):
        yield Workload(
            f"{name}-4",
            f"{name} of 1,000, 4 in flight",
            operation,
            peers=("threads-4", *_LOOPS),
            collection="written",
            in_flight=4,
            amount=1000,
            unit="document",
            long=True,
        )


def _scans() -> Iterator[Workload]:
    ways: list[tuple[str, Operation, Operation | None]] = [
        ("to_list", _to_list, None),
        ("async_for", _async_for, _for),
    ]
    for name, operation, blocking in ways:
        for in_flight in (1, 8):
            how = "alone" if in_flight == 1 else f"{in_flight} at once"
            yield Workload(
                f"scan-{name}-{in_flight}",
                f"{name.replace('_', ' ')} of {SCANNED:,} documents, {how}",
                operation,
                blocking,
                peers=(BLOCKING if in_flight == 1 else "threads-2", *_LOOPS),
                quick_peers=(BLOCKING, *_COMPARED) if name == "to_list" and in_flight == 1 else (),
                collection="scanned",
                in_flight=in_flight,
                amount=SCANNED,
                unit="document",
                long=True,
            )
    yield Workload(
        "scan-consumer",
        f"async for over {SCANNED:,} documents, {BATCH:,} a batch; as long to consume as to fetch",
        _consume,
        _consume_blocking,
        peers=(BLOCKING, *_LOOPS),
        quick_peers=_COMPARED,
        collection="scanned",
        amount=SCANNED,
        unit="document",
        long=True,
    )


def _stalls() -> Iterator[Workload]:
    for collector in (True, False):
        yield Workload(
            f"stall-scan-gc-{'on' if collector else 'off'}",
            f"3 to_list of {SCANNED:,} documents at once, collector {'on' if collector else 'off'}",
            _to_list,
            peers=_LOOPS,
            quick_peers=_COMPARED,
            collection="scanned",
            in_flight=3,
            amount=SCANNED,
            unit="document",
            long=True,
            lasts=2.5,  # a percentile wants many ticks
            stall=True,
            collector=collector,
        )
    yield Workload(
        "stall-insert",
        "3 insert_many of 20,000 documents at once",
        _insert_many(20_000),
        peers=_LOOPS,
        collection="written",
        in_flight=3,
        amount=20_000,
        unit="document",
        long=True,
        lasts=2.5,
        stall=True,
    )


def _files() -> Iterator[Workload]:
    ways = (("up", upload(4 * MEGABYTE)), ("down", download("4 MB")))
    for name, operation in ways:
        yield Workload(
            f"gridfs-{name}",
            f"GridFS, 4 MB {name}, 8 at once",
            operation,
            peers=("threads-4", *_LOOPS),
            in_flight=8,
            amount=4,
            unit="MB",
            long=True,
        )


def _costs() -> Iterator[Workload]:
    yield Workload(
        "memory",
        f"memory of a waiting call, {WAITING:,} in flight",
        "memory",
        peers=(*ASYNCHRONOUS, GEVENT),
        quick_peers=_COMPARED,
        slow=("find",),
        delay_ms=5000,
        one_core=False,
    )
    yield Workload(
        "start",
        "import, and from the start of a process until its first answer",
        "start",
        peers=(BLOCKING, *ASYNCHRONOUS),
        quick_peers=(OURS,),
    )


def _latencies() -> Iterator[Workload]:
    for in_flight in (1, 10, 100, 1000):
        yield Workload(
            f"latency-{in_flight}",
            f"latency of find_one, {in_flight:,} in flight",
            _find_one,
            peers=_COMPARED,
            quick_peers=_COMPARED if in_flight == 100 else (),
            in_flight=in_flight,
            warm_up=LONG_WARM_UP,
            lasts=5,  # a slowest thousandth wants many
        )
    for percent in (20, 50, 80):
        yield Workload(
            f"arrivals-{percent}",
            f"find_one arrives at a fixed rate, {percent} % of the slowest peer's throughput",
            _find_one,
            peers=_COMPARED,
            load_percent=percent,
            warm_up=1,
            lasts=3,
        )


def _web() -> Iterator[Workload]:
    for framework, title in (("fastapi", "FastAPI"), ("tornado", "Tornado")):
        for processes in (1, 2):
            number = "1 process" if processes == 1 else f"{processes} processes"
            yield Workload(
                f"web-{framework}-{processes}",
                f"a web application with {title}, {number}",
                "web",
                peers=(*_COMPARED, EXECUTOR),
                quick_peers=_COMPARED if (framework, processes) == ("fastapi", 1) else (),
                unit="request",
                warm_up=1,
                lasts=2,
                framework=framework,
                processes=processes,
                twice=processes == 1,
            )


def _profiles() -> Iterator[Workload]:
    for in_flight in (1, 100):
        yield Workload(
            f"cpu-time-{in_flight}",
            f"where the CPU time of find_one goes, {in_flight} in flight",
            _find_one,
            peers=(BLOCKING if in_flight == 1 else "threads-2", PYMONGO_ASYNC, OURS),
            in_flight=in_flight,
            warm_up=1,
            lasts=2,
        )


def _all() -> Iterator[Workload]:
    from benchmarks import official

    yield from _hops()
    yield from _find_ones()
    yield from _latencies()
    yield from _web()
    yield from _writes()
    yield from _scans()
    yield from _stalls()
    yield from _files()
    yield from official.workloads((BLOCKING, *_COMPARED, GREENLETS))
    yield from _costs()
    yield from _profiles()


WORKLOADS: dict[str, Workload] = {workload.name: workload for workload in _all()}
