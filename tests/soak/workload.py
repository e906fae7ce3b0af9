"""What the coroutines of the soak test do, all at once, and what they check."""

from __future__ import annotations

import asyncio
import io
import time
from collections import Counter
from contextlib import suppress
from functools import partial
from random import Random
from typing import Any

import pymongo
from gridfs.errors import NoFile
from model import ABSENT, Document, Sequence, Violation
from pymongo import CursorType, DeleteOne, InsertOne, UpdateOne
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
)

import tornado_pymongo
from tornado_pymongo import GridFSBucket, TooManyCalls

ACCOUNTS = 20
BALANCE = 100

# Errors for which a fault may be the reason. (DuplicateKeyError is an OperationFailure, too, and
# is dealt with where it may come.)
FAULTY = (ConnectionFailure, OperationFailure, ExecutionTimeout, BulkWriteError)

# What each coroutine may do, and how often in comparison; 0 switches it off.
KINDS = {
    "insert": 8,
    "write": 20,
    "bulk": 5,
    "find_one": 10,
    "find": 8,
    "distinct": 4,
    "session": 3,
    "transfer": 5,
    "cancelled_transfer": 4,
    "with_transaction": 4,
    "total": 3,
    "file": 4,
    "changes": 1,
    "tail": 1,
    "own_client": 1,
    "refused": 2,
}

# PyMongo, to 4.20 at least: where the checkout of a connection for a bulk_write fails and is tried
# again, all but its first kind of operations are left out, and it reports success.
MIXED_BULK_WRITES = False


class _Abort(Exception):
    """Ends a transaction that is not to be committed."""


class GivenUp(Exception):
    """A call failed, or was given up, for a reason that is allowed."""


class Worker:
    """One coroutine, with documents of its own.

    :param connect: makes a client; what is unexplained is raised by `run`.
    """

    def __init__(
        self, name: str, seed: Any, client: Any, small: Any, connect: Any, faults: Any
    ) -> None:
        self.name = name
        self.client, self._small, self._connect, self._faults = client, small, connect, faults
        self._random = Random(f"{seed}/{name}")
        self._number = 0
        self.documents: dict[str, Document] = {}
        self.followed = {
            kind: Sequence(f"what {name} was told of {kind}") for kind in ("changes", "tail")
        }
        self.counts: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.doing, self.since = "nothing", time.monotonic()

    async def run(self, stopped: Any) -> None:
        """Do one thing after the other, until `stopped` is set."""
        kinds, weights = list(KINDS), list(KINDS.values())
        while not stopped.is_set():
            (kind,) = self._random.choices(kinds, weights)
            self._progress(kind)
            with suppress(GivenUp):
                await getattr(self, f"_{kind}")()
                self.counts[kind] += 1
            await asyncio.sleep(self._random.expovariate(50))
        self._progress("nothing")

    def _progress(self, doing: str) -> None:
        self.doing, self.since = doing, time.monotonic()

    def _fresh(self) -> int:
        self._number += 1
        return self._number

    # One call, in any style

    async def _ask(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the result of a call; raise GivenUp for an error that may be."""
        name = self._random.choice(_STYLE_NAMES)
        if (name == "callback" and function.__name__ == "run_in_worker") or (
            name == "un-awaited" and "session" in kwargs
        ):
            name = "plain"  # that would be its function's callback; this, a use after the end
        self._progress(f"{self.doing.split(':')[0]}: {function.__name__}, {name}")
        call = partial(function, *args, **kwargs)
        return await self._explained(name, _STYLES[name](self._random, call))

    async def _explained(self, style: str, awaitable: Any) -> Any:
        began = time.monotonic()
        try:
            return await awaitable
        except (asyncio.CancelledError, asyncio.TimeoutError) as error:
            if style not in ("cancelled", "cancelled at once", "wait_for", "un-awaited"):
                raise Violation(f"{self.name}, {self.doing}: {error!r}") from error
            self.errors[type(error).__name__] += 1
        except PyMongoError as error:
            if _is_duplicate(error):
                raise
            late = style == "deadline" and error.timeout
            label = error.has_error_label("TransientTransactionError")
            faulty = self._faults.explain(began)
            if not (late or label or (faulty and isinstance(error, FAULTY))):
                raise
            self._count(error)
        raise GivenUp

    def _count(self, error: BaseException) -> None:
        code = getattr(error, "code", None)
        self.errors[f"{type(error).__name__} {code or ''}".strip()] += 1

    # Documents

    @property
    def _things(self) -> Any:
        return self.client.soak.things

    def _document(self) -> tuple[Document, Any] | None:
        """Return one of the documents that may exist, and a value that it may have."""
        documents = [each for each in self.documents.values() if each.possible != {ABSENT}]
        if not documents:
            return None
        document = self._random.choice(documents)
        return document, self._random.choice(sorted(document.possible - {ABSENT}))

    async def _insert(self) -> None:
        for document in list(self.documents.values()):
            if document.is_gone:
                del self.documents[document.key]
        absent = [each for each in self.documents.values() if ABSENT in each.possible]
        if absent and self._random.random() < 0.5:
            document = self._random.choice(absent)
        elif len(self.documents) < 20:
            document = Document(f"{self.name}-{self._fresh()}")
            self.documents[document.key] = document
        else:
            return
        new = self._fresh()
        values = {"_id": document.key, "owner": self.name, "n": new}
        function, argument = self._random.choice(
            [
                (self._things.insert_one, values),
                (self._things.insert_many, [values]),
                (self._things.bulk_write, [InsertOne(values)]),
            ]
        )
        end = document.begin(function.__name__, ABSENT, new)
        try:
            await self._ask(function, argument)
        except (DuplicateKeyError, BulkWriteError) as error:
            if not _is_duplicate(error):
                raise
            end(False)
        else:
            end(True)

    async def _write(self) -> None:
        if (chosen := self._document()) is None:
            return
        document, old = chosen
        new = self._fresh()
        where = {"_id": document.key, "n": old}
        change, whole = {"$set": {"n": new}}, {"owner": self.name, "n": new}
        things, delegate = self._things, self._things.delegate

        def matched(result: Any) -> bool:
            return result.matched_count == 1

        def deleted(result: Any) -> bool:
            return result.deleted_count == 1

        def found(result: Any) -> bool:
            return result is not None

        function, args, made, new = self._random.choice(
            [
                (things.update_one, (where, change), matched, new),
                (things.update_many, (where, change), matched, new),
                (things.replace_one, (where, whole), matched, new),
                (things.find_one_and_update, (where, change), found, new),
                (things.find_one_and_replace, (where, whole), found, new),
                (things.bulk_write, ([UpdateOne(where, change)],), matched, new),
                (self.client.run_in_worker, (delegate.update_one, where, change), matched, new),
                (things.delete_one, (where,), deleted, ABSENT),
                (things.delete_many, (where,), deleted, ABSENT),
                (things.find_one_and_delete, (where,), found, ABSENT),
            ]
        )
        end = document.begin(function.__name__, old, new)
        end(made(await self._ask(function, *args)))

    async def _bulk(self) -> None:
        settled = [each for each in self.documents.values() if len(each.possible) == 1]
        settled = [each for each in settled if each.possible != {ABSENT}][:4]
        requests, ends = [], []
        deletes = self._random.random() < 0.5
        for document in settled:
            (old,) = document.possible
            where = {"_id": document.key, "n": old}
            new = ABSENT if deletes else self._fresh()
            change = UpdateOne(where, {"$set": {"n": new}})
            requests.append(DeleteOne(where) if deletes else change)
            ends.append(document.begin("bulk_write", old, new))
            if MIXED_BULK_WRITES:
                deletes = self._random.random() < 0.5
        if requests:
            ordered = self._random.random() < 0.5
            result = await self._ask(self._things.bulk_write, requests, ordered=ordered)
            number = result.matched_count + result.deleted_count
            if number != len(ends):
                histories = [document.history for document in settled]
                raise Violation(f"{result!r} of {requests}; histories: {histories}")
            for end in ends:
                end(True)

    async def _find_one(self) -> None:
        if self.documents:
            document = self._random.choice(list(self.documents.values()))
            found = await self._ask(self._things.find_one, {"_id": document.key})
            document.saw(found and found["n"])

    def _saw_all(self, found: dict[str, int]) -> None:
        for document in self.documents.values():
            document.saw(found.pop(document.key, ABSENT))
        if found:
            raise Violation(f"{self.name}: found {found}, which should not exist")

    async def _find(self) -> None:
        how = self._random.choice(["to_list", "to the end", "left", "closed", "aggregate", "fetch"])
        mine = {"owner": self.name}
        size = self._random.choice([2, 5, 100])
        if how == "aggregate":
            pipeline = [{"$match": mine}]
            cursor = await self._ask(self._things.aggregate, pipeline, batchSize=size)
        else:
            cursor = self._things.find(mine, batch_size=size)
        if how in ("to_list", "aggregate"):
            documents = await self._ask(cursor.to_list)
        else:
            documents = await self._explained("plain", self._iterate(cursor, how))
        if documents is not None:
            self._saw_all({each["_id"]: each["n"] for each in documents})

    async def _iterate(self, cursor: Any, how: str) -> list[Any] | None:
        found = []
        if how == "fetch":
            while await cursor.fetch_next:
                found.append(cursor.next_object())
            return found
        async for document in cursor:
            found.append(document)
            if len(found) == 3 and how != "to the end":
                if how == "closed":
                    await cursor.close()
                return None
        return found

    async def _distinct(self) -> None:
        mine = {"owner": self.name}
        values = await self._ask(self._things.distinct, "n", mine)
        allowed = set().union(*(each.possible for each in self.documents.values()))
        if not set(values) <= allowed:
            raise Violation(f"{self.name}: distinct found {set(values) - allowed}")

    # Sessions and transactions

    async def _session(self) -> None:
        document = self._random.choice(list(self.documents.values()) or [Document("none")])
        async with self.client.start_session() as session:
            query = {"_id": document.key}
            found = await self._ask(self._things.find_one, query, session=session)
            document.saw(found and found["n"])

    async def _move(self, session: Any, key: str) -> None:
        """Move money between accounts, and log it, in a transaction."""
        database = self.client.soak
        source, target = self._random.sample(range(ACCOUNTS), 2)
        amount = self._random.randint(1, 5)
        for account, change in ((source, -amount), (target, amount)):
            update = {"$inc": {"balance": change}}
            await database.accounts.update_one({"_id": account}, update, session=session)
        entry = {"_id": key, "n": 1, "source": source, "target": target, "amount": amount}
        await database.log.insert_one(entry, session=session)

    async def _transfer_with(self, entry: Document, commits: bool) -> None:
        with suppress(_Abort):
            async with self.client.start_session() as session, session.start_transaction():
                await self._move(session, entry.key)
                if not commits:
                    raise _Abort
                end = entry.begin("commit", ABSENT, 1)
            end(True)

    async def _transfer(self) -> None:
        entry = Document(f"{self.name}-{self._fresh()}")
        commits = self._random.random() < 0.7
        try:
            await self._explained("plain", self._transfer_with(entry, commits))
        finally:
            await self._check_log(entry)

    async def _cancelled_transfer(self) -> None:
        entry = Document(f"{self.name}-{self._fresh()}")
        transfer = partial(asyncio.ensure_future, self._transfer_with(entry, True))
        try:
            await self._explained("cancelled", _cancelled(self._random, transfer))
        finally:
            await self._check_log(entry)

    async def _with_transaction(self) -> None:
        entry = Document(f"{self.name}-{self._fresh()}")
        end = entry.begin("with_transaction", ABSENT, 1)
        try:
            async with self.client.start_session() as session:
                move = partial(self._move, key=entry.key)
                with pymongo.timeout(20):  # else it tries for 2 minutes
                    await self._explained("deadline", session.with_transaction(move))
            end(True)
        finally:
            await self._check_log(entry)

    async def _check_log(self, entry: Document) -> None:
        find = self.client.soak.log.find_one({"_id": entry.key})
        found = await self._explained("plain", find)
        entry.saw(found and found["n"])

    async def _total(self) -> None:
        async with self.client.start_session(snapshot=True) as session:
            group = [{"$group": {"_id": None, "total": {"$sum": "$balance"}}}]
            cursor = await self._ask(self.client.soak.accounts.aggregate, group, session=session)
            (document,) = await self._ask(cursor.to_list)
            if document["total"] != ACCOUNTS * BALANCE:
                raise Violation(f"the sum of the accounts was {document}")

    # Files

    async def _file(self) -> None:
        bucket = GridFSBucket(self.client.soak)
        content = self._random.randbytes(self._random.choice([0, 10, 1000, 300_000]))
        document = Document(f"{self.name}-{self._fresh()}")
        end = document.begin("upload", ABSENT, 1)
        try:
            await self._ask(bucket.upload_from_stream_with_id, document.key, document.key, content)
            end(True)
        finally:
            try:
                if self._random.random() < 0.5:
                    target = io.BytesIO()
                    await self._ask(bucket.download_to_stream, document.key, target)
                    found = target.getvalue()
                else:
                    reading = self._read_file(bucket, document.key)
                    found = await self._explained("plain", reading)
            except NoFile:
                document.saw(ABSENT)
            else:
                document.saw(1)
                if found != content:
                    raise Violation(f"{document.key}: read {len(found)} other bytes")
        end = document.begin("delete", 1, ABSENT)
        try:
            await self._ask(bucket.delete, document.key)
        except NoFile:
            end(False)
        else:
            end(True)

    async def _read_file(self, bucket: Any, key: str) -> bytes:
        async with await bucket.open_download_stream(key) as stream:
            found = b""
            while piece := await stream.read(70_000):
                found += piece
            return found

    # What is followed

    async def _changes(self) -> None:
        """Open a change stream, insert, and see that it tells all of it."""
        collection = self.client.soak[f"changes-{self.name}"]
        token = None

        async def reopen(stream: Any) -> Any:
            nonlocal token
            if stream is not None:
                token = stream.resume_token
                await stream.close()
            return await collection.watch(max_await_time_ms=500, resume_after=token)

        stream = await self._follow("changes", collection, reopen, lambda it: it["fullDocument"])
        if self._random.random() < 0.5:  # closed while somebody waits
            waiting = asyncio.ensure_future(stream.next())
            await asyncio.sleep(self._random.uniform(0, 0.05))
            await self._explained("plain", stream.close())
            with suppress(StopAsyncIteration, GivenUp):
                change = await self._explained("plain", waiting)
                self.followed["changes"].saw(change["fullDocument"]["n"])
        elif self._random.random() < 0.5:
            await self._ask(stream.close)

    async def _tail(self) -> None:
        """Do the same with a tailable cursor."""
        collection = self.client.soak[f"tail-{self.name}"]
        sequence = self.followed["tail"]

        async def reopen(cursor: Any) -> Any:
            if cursor is not None:
                await cursor.close()
            later = {"n": {"$gt": sequence.last}}
            return collection.find(later, cursor_type=CursorType.TAILABLE_AWAIT)

        await self._follow("tail", collection, reopen, dict)

    async def _follow(self, kind: str, collection: Any, reopen: Any, document_of: Any) -> Any:
        sequence, source = self.followed[kind], None

        async def insert() -> None:
            for _ in range(self._random.randint(1, 15)):
                number = self._fresh()
                sequence.begin(number)
                with suppress(GivenUp):
                    await self._ask(collection.insert_one, {"n": number})
                    sequence.inserted(number)
                await asyncio.sleep(self._random.expovariate(100))

        while source is None:
            with suppress(GivenUp):
                source = await self._explained("plain", reopen(None))
        usable = True
        inserting = asyncio.ensure_future(insert())
        try:
            while not inserting.done() or sequence.unseen:
                self.doing = f"{kind}: waiting for {sorted(sequence.unseen)}"
                try:
                    if not (usable and source.alive):
                        source = await self._explained("plain", reopen(source))
                        usable = True
                    seconds = self._random.choice([0.01, 0.1, 2])
                    wait = asyncio.wait_for(source.next(), seconds)
                    if (found := await self._explained("wait_for", wait)) is not None:
                        sequence.saw(document_of(found)["n"])
                        self._progress(kind)
                except StopAsyncIteration:  # of a tailable cursor, for now
                    await asyncio.sleep(0.01)
                except GivenUp:
                    usable = kind == "changes"  # what a cursor has fetched for nobody is lost
                    await asyncio.sleep(0.01)
        finally:
            await inserting
        return source

    # Other clients

    async def _own_client(self) -> None:
        """Make a client, and close it while it is at work."""
        client = self._connect(max_workers=self._random.randint(1, 4), max_waiting=20)
        calls = [client.soak.things.find_one({"_id": key}) for key in self.documents]
        if self._random.random() < 0.5:
            calls.append(client.soak.things.find({"owner": self.name}, batch_size=2).to_list())
        await asyncio.sleep(self._random.expovariate(20))
        closing = client.close(drain_seconds=self._random.choice([0, 0.1, 5]))
        results = await asyncio.gather(*calls, return_exceptions=True)
        await closing
        for key, result in zip(self.documents, results, strict=False):
            if not isinstance(result, BaseException):
                self.documents[key].saw(result and result["n"])
            elif "closed" not in str(result):
                self._check_refused(result)
        check_statistics(client)

    def _check_refused(self, error: Any) -> None:
        if not isinstance(error, FAULTY) or not self._faults.explain(self.since):
            raise error
        self._count(error)

    async def _refused(self) -> None:
        """Make more calls at once than a client takes."""
        keys = self._random.choices(list(self.documents) or ["none"], k=10)
        calls = [self._small.soak.things.find_one({"_id": key}) for key in keys]
        results = await asyncio.gather(*calls, return_exceptions=True)
        for key, result in zip(keys, results, strict=True):
            if isinstance(result, TooManyCalls):
                self.counts["calls refused"] += 1
            elif isinstance(result, BaseException):
                self._check_refused(result)
            elif key in self.documents:
                self.documents[key].saw(result and result["n"])


def _is_duplicate(error: PyMongoError) -> bool:
    if isinstance(error, BulkWriteError):
        return any(each["code"] == 11000 for each in error.details["writeErrors"])
    return isinstance(error, DuplicateKeyError)


def check_statistics(client: Any) -> None:
    """Raise Violation where the statistics of a client at rest do not add up."""
    whole = tornado_pymongo.statistics(client)
    for part in (whole.calls, whole.streams):
        over = part.finished + part.failed + part.cancelled + part.aborted + part.expired
        if (part.waiting, part.busy, over) != (0, 0, part.submitted):
            raise Violation(f"the statistics of a client at rest do not add up: {part}")


# The styles of a call


async def _plain(random: Random, call: Any) -> Any:
    return await call()


async def _in_task(random: Random, call: Any) -> Any:
    return await asyncio.create_task(call())


async def _with_callback(random: Random, call: Any) -> Any:
    future = asyncio.get_running_loop().create_future()

    def callback(result: Any, error: BaseException | None) -> None:
        future.set_result(result) if error is None else future.set_exception(error)

    call(callback=callback)
    return await future


async def _cancelled_at_once(random: Random, call: Any) -> Any:
    future = call()
    future.cancel()
    return await future


async def _cancelled(random: Random, call: Any) -> Any:
    future = call()
    handle = asyncio.get_running_loop().call_later(random.expovariate(50), future.cancel)
    try:
        return await future
    finally:
        handle.cancel()


async def _wait_for(random: Random, call: Any) -> Any:
    return await asyncio.wait_for(call(), random.expovariate(50))


async def _until_deadline(random: Random, call: Any) -> Any:
    with pymongo.timeout(random.expovariate(20)):
        return await call()


async def _un_awaited(random: Random, call: Any) -> Any:
    call()
    raise asyncio.CancelledError


_STYLES = {
    "plain": _plain,
    "task": _in_task,
    "callback": _with_callback,
    "cancelled at once": _cancelled_at_once,
    "cancelled": _cancelled,
    "wait_for": _wait_for,
    "deadline": _until_deadline,
    "un-awaited": _un_awaited,
}
_STYLE_NAMES = [*_STYLES, *["plain"] * 8]
