"""The workloads of MongoDB's own driver benchmark, with documents generated to the sizes of its.

One operation at a time, as its specification has it; two of them with eight at a time besides, as
MongoDB publishes them for asynchronous drivers. Of SmallDocBulkMixedOps a tenth is one operation:
all of it takes seconds, in the server.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.workloads import Operation, Subject, Workload

TWEETS = 10_000
TWEET_BYTES = 1622
SMALL_BYTES = 275
LARGE_BYTES = 2_731_089
HELLO_BYTES = 13  # as the specification counts it
FILE_BYTES = 52_428_800
SMALL_DOCUMENTS = 10_000
MIXED_DOCUMENTS = 1000

MEGABYTE = 1_000_000

_FILE = "50 MB"


def _to_size(document: dict[str, Any], size: int) -> dict[str, Any]:
    """Return the document with a last field that makes it so many bytes."""
    import bson

    rest = size - len(bson.encode({**document, "text": ""}))
    return {**document, "text": "x" * rest}


def _tweet(n: int) -> dict[str, Any]:
    """Return what resembles a tweet: some nesting, strings, numbers, arrays."""
    user = {"id": n, "name": f"user {n}", "followers": n % 977, "verified": False, "lang": "en"}
    user |= {f"profile_{i}": f"value of {i}" for i in range(12)}
    entities = {"hashtags": [{"text": "mongodb", "indices": [n % 100, n % 100 + 8]}], "urls": []}
    counts = {"retweets": n % 13, "favourites": n % 17, "coordinates": [n * 0.5, n * 0.25]}
    return _to_size({"_id": n, "user": user, "entities": entities, **counts}, TWEET_BYTES)


@cache
def _small() -> dict[str, Any]:
    return _to_size({f"field_{i}": f"value {i}" for i in range(8)}, SMALL_BYTES)


@cache
def _large() -> dict[str, Any]:
    return _to_size({f"field_{i}": f"{i:>2000}" for i in range(1000)}, LARGE_BYTES)


def _run_command(subject: Subject, n: int) -> Any:
    return subject.database.command("hello")


def _find_one_by_id(subject: Subject, n: int) -> Any:
    return subject.collection.find_one({"_id": n % TWEETS})


def _find_many(subject: Subject, n: int) -> Any:
    return subject.collection.find().to_list(None)


def _insert_small(subject: Subject, n: int) -> Any:
    return subject.collection.insert_one(_small().copy())


def _insert_large(subject: Subject, n: int) -> Any:
    return subject.collection.insert_one(_large().copy())


def _bulk_insert(subject: Subject, n: int) -> Any:
    return subject.collection.insert_many([_small().copy() for _ in range(SMALL_DOCUMENTS)])


def _bulk_mixed(subject: Subject, n: int) -> Any:
    from pymongo import DeleteOne, InsertOne, ReplaceOne

    return subject.collection.bulk_write(
        [
            each
            for _ in range(MIXED_DOCUMENTS)
            for each in (
                InsertOne(_small().copy()),
                ReplaceOne({}, _small().copy(), upsert=True),
                DeleteOne({}),
            )
        ]
    )


async def _download(subject: Subject, n: int) -> None:
    await (await subject.bucket.open_download_stream(_FILE)).read()


def _download_blocking(subject: Subject, n: int) -> None:
    subject.bucket.open_download_stream(_FILE).read()


def prepare(database: Any) -> None:
    """Insert what is read, with blocking PyMongo."""
    import gridfs

    database.tweets.insert_many(_tweet(n) for n in range(TWEETS))
    gridfs.GridFSBucket(database).upload_from_stream_with_id(_FILE, _FILE, bytes(FILE_BYTES))


def workloads(peers: tuple[str, ...]) -> Iterator[Workload]:
    """Yield the workloads, for these peers."""
    from benchmarks.workloads import Workload, upload

    def one(
        name: str,
        operation: Operation,
        size: float,
        *,
        in_flight: int = 1,
        collection: str = "written",
        blocking: Operation | None = None,
        long: bool = True,
    ) -> Workload:
        return Workload(
            f"official-{name}" + (f"-{in_flight}" if in_flight > 1 else ""),
            f"driver benchmark: {name}" + (f", {in_flight} tasks" if in_flight > 1 else ""),
            operation,
            blocking,
            # One thread is no measure for eight tasks.
            peers=peers if in_flight == 1 else peers[1:],
            collection=collection,
            in_flight=in_flight,
            amount=size / MEGABYTE,
            unit="MB",
            long=long,
        )

    yield one("RunCommand", _run_command, HELLO_BYTES, long=False)
    for in_flight in (1, 8):
        tweets: dict[str, Any] = {"collection": "tweets", "in_flight": in_flight}
        yield one("FindOneByID", _find_one_by_id, TWEET_BYTES, long=False, **tweets)
        yield one("FindMany", _find_many, TWEET_BYTES * TWEETS, **tweets)
    yield one("SmallDocInsertOne", _insert_small, SMALL_BYTES, long=False)
    yield one("LargeDocInsertOne", _insert_large, LARGE_BYTES)
    yield one("SmallDocBulkInsert", _bulk_insert, SMALL_BYTES * SMALL_DOCUMENTS)
    # Inserted and replaced: twice the document.
    yield one("SmallDocBulkMixedOps", _bulk_mixed, SMALL_BYTES * MIXED_DOCUMENTS * 2)
    yield one("GridFsUpload", upload(FILE_BYTES), FILE_BYTES)
    yield one("GridFsDownload", _download, FILE_BYTES, blocking=_download_blocking)
