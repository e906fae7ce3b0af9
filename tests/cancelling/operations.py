"""The operations that the driver cancels, each with the model of what may be left of it."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any

import gridfs
import pymongo
from bson import decode_all
from driver import Fault
from pymongo import InsertOne
from pymongo.errors import InvalidOperation, PyMongoError

import tornado_pymongo

DOCUMENTS = [{"_id": n} for n in range(20)]
TEXT = b"".join(b"%d %s\n" % (n, b"x" * (n * 7 % 40)) for n in range(150))
SMALL_CHUNKS = 16

_numbers = count()


def prepare(direct: pymongo.MongoClient) -> None:
    """Put on the server what all operations read."""
    direct.drop_database("cancelling")
    db = direct.cancelling
    db.numbers.insert_many(DOCUMENTS)
    db.create_collection("capped", capped=True, size=10**6).insert_many(DOCUMENTS)
    for name in "written", "watched":
        db.create_collection(name)
    gridfs.GridFS(db).put(TEXT, _id="text", chunkSize=SMALL_CHUNKS)


class Operation:
    """What is run and cancelled, what comes after it, and what may be the end of it.

    `takes`: whether it is cancelled in a way that may take a result which nobody gets;
    `is_sampled`: whether it has a result as soon as that is taken.
    """

    outcome: BaseException | None = None
    reason: BaseException | None = None  # why it cannot go on yet
    cancelled = False
    aborted_before = 0

    def __init__(self, scene: Any, rng: Any, takes: bool, is_sampled: bool) -> None:
        self.scene = scene
        self.rng = rng
        self.takes = takes
        self.is_sampled = is_sampled
        self.key = next(_numbers)
        self.is_queued = rng.random() < 0.25

    def __repr__(self) -> str:
        queued = ", after waiting for a worker" if self.is_queued else ""
        return f"{type(self).__name__}{self.describe()}{queued}"

    def describe(self) -> str:
        """Tell what was chosen."""
        return ""

    @property
    def direct(self) -> Any:
        """The database, by PyMongo."""
        return self.scene.direct.cancelling

    @property
    def was_aborted(self) -> bool:
        """Whether a call was interrupted since it began."""
        return self.scene.counts("aborted") > self.aborted_before

    def prepare(self) -> None:
        """Do what no loop is needed for."""

    async def begin(self) -> None:
        """Do what is done before, and not cancelled."""
        if self.is_queued:
            opened = threading.Event()
            for _ in range(tornado_pymongo.statistics(self.scene.client).calls.max_workers):
                self.scene.client.run_in_worker(opened.wait, 5)
            asyncio.get_running_loop().call_later(0.01, opened.set)

    async def run(self, awaiting: Callable[[Any], Any]) -> None:
        """Do what may be cancelled; awaits nothing but by `awaiting`."""
        raise NotImplementedError

    def sample(self) -> None:
        """Look at it, after each step of the loop."""

    async def go_on(self) -> None:
        """Do what its user does next."""

    async def end(self) -> None:
        """Close what is open."""

    async def leave(self) -> None:
        """Close what a fault has left open."""

    def check(self) -> None:
        """Compare with the model."""


async def when_free(call: Callable[[], Any]) -> Any:
    """Make a call again while what it uses says that a call which was given up still runs."""
    while True:
        try:
            return await call()
        except InvalidOperation as error:
            if "in use" not in str(error):
                raise
        await asyncio.sleep(0.001)


# What is in the server before or after


class FindOne(Operation):
    async def run(self, awaiting):
        found = await awaiting(self.scene.db.numbers.find_one({"_id": 5}))
        if found != {"_id": 5}:
            raise Fault(f"found {found}")


class Write(Operation):
    """One write, of which the server has made all or nothing."""

    acknowledged = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.name = self.rng.choice(["insert_one", "update_one", "find_one_and_update", "upsert"])

    def describe(self):
        return f"({self.name})"

    def prepare(self):
        if self.name in ("update_one", "find_one_and_update"):
            self.direct.written.insert_one({"_id": self.key, "n": 0})

    async def run(self, awaiting):
        written = self.scene.db.written
        change = {"_id": self.key}, {"$inc": {"n": 1}}
        if self.name == "insert_one":
            await awaiting(written.insert_one({"_id": self.key, "n": 1}))
        elif self.name == "upsert":
            await awaiting(written.update_one(*change, upsert=True))
        else:
            await awaiting(getattr(written, self.name)(*change))
        self.acknowledged = True

    def check(self):
        found = self.direct.written.find_one({"_id": self.key}) or {"n": 0}
        if found["n"] not in ([1] if self.acknowledged else [0, 1]):
            raise Fault(f"n is {found['n']}, acknowledged: {self.acknowledged}")


class Bulk(Operation):
    """Several inserts, in order, of which the server has made the first ones."""

    acknowledged = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.name = self.rng.choice(["insert_many", "bulk_write"])

    def describe(self):
        return f"({self.name})"

    async def run(self, awaiting):
        documents = [{"_id": {"k": self.key, "n": n}} for n in range(9)]
        written = self.scene.db.written
        if self.name == "insert_many":
            await awaiting(written.insert_many(documents))
        else:
            # Two kinds take turns, so that it takes several commands.
            writes: list[Any] = [InsertOne(document) for document in documents]
            for n in (3, 7):
                writes.insert(n, pymongo.UpdateOne({"_id": 0}, {"$set": {"a": n}}))
            await awaiting(written.bulk_write(writes))
        self.acknowledged = True

    def check(self):
        wanted = {"_id.k": self.key}
        found = [each["_id"]["n"] for each in self.direct.written.find(wanted).sort("_id", 1)]
        if found != list(range(len(found))) or (self.acknowledged and len(found) != 9):
            raise Fault(f"written were {found}, acknowledged: {self.acknowledged}")


# What exists only once


class Enough(Exception):
    """It has taken as much as it shall."""


async def by_next(source, take, awaiting, rng):
    while True:
        try:
            item = await awaiting(source.next())
        except StopAsyncIteration:
            return
        take(item)


async def by_anext(source, take, awaiting, rng):
    while True:
        try:
            item = await awaiting(source.__anext__())
        except StopAsyncIteration:
            return
        take(item)


async def by_for(source, take, awaiting, rng):
    async for item in source:
        take(item)


async def by_fetch_next(source, take, awaiting, rng):
    while await awaiting(source.fetch_next):
        take(source.next_object())


async def by_try_next(source, take, awaiting, rng):
    while source.alive:
        if (item := await awaiting(source.try_next())) is not None:
            take(item)


async def by_to_list(source, take, awaiting, rng):
    length = rng.choice([None, 3])
    while items := await awaiting(source.to_list(length)):
        take(items)


async def by_each(source, take, awaiting, rng):
    over = asyncio.get_running_loop().create_future()
    some = rng.randrange(1, 9)

    def callback(item, error):
        nonlocal some
        if item is None:
            if not over.done():
                over.set_exception(error) if error else over.set_result(None)
            return None
        try:
            take(item)
        except Enough as enough:
            over.done() or over.set_exception(enough)
            return False
        some -= 1
        if some == 0:
            over.done() or over.set_result(None)
            return False
        return None

    source.each(callback)
    await over


async def by_mixture(source, take, awaiting, rng):
    while True:
        consumer = rng.choice([by_next, by_anext, by_fetch_next])
        some = rng.randrange(1, 4)

        def take_some(item):
            nonlocal some
            take(item)
            some -= 1
            if not some:
                raise Enough

        try:
            await consumer(source, take_some, awaiting, rng)
        except Enough:
            if not some:
                continue
            raise
        return


CONSUMERS = (by_next, by_anext, by_for, by_fetch_next, by_mixture)


class Once(Operation):
    """A source whose items are there once: none is lost, comes twice or out of order."""

    consumers: tuple[Any, ...] = CONSUMERS
    expected: Any
    # How many the one who is cancelled would take, and how much a way that takes may lose.
    most = 11
    lost_at_most = 1
    error: PyMongoError | None = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.consumer = self.rng.choice(self.consumers)
        self.next_consumer = self.rng.choice(self.consumers)
        self.got: list[Any] = []
        self.source: Any = None

    def describe(self):
        return f"({self.consumer.__name__}, then {self.next_consumer.__name__})"

    def take(self, item):
        self.got.append(self.of(item))

    def take_some(self, item):
        self.take(item)
        if len(self.got) >= self.most:
            raise Enough

    def of(self, item):
        return item["_id"]

    async def begin(self):
        self.source = await self.open()
        await super().begin()

    async def run(self, awaiting):
        with suppress(Enough):
            await self.consumer(self.source, self.take_some, awaiting, self.rng)

    async def go_on(self):
        self.got_before = len(self.got)
        try:
            await when_free(self.take_rest)
            return
        except PyMongoError as error:
            self.error = error
        if not self.was_aborted:
            raise Fault("an error though nothing was aborted") from self.error
        try:
            await self.take_rest()
        except PyMongoError:
            return
        raise Fault(f"broken once and then at its end: {self.got}") from self.error

    async def take_rest(self):
        await self.next_consumer(self.source, self.take, lambda call: call, self.rng)

    async def take_next(self):
        """Take one of a source that has no end."""
        try:
            self.take(await asyncio.wait_for(self.source.next(), 3))
        except StopAsyncIteration:
            raise Fault(f"what has no end has ended after {self.got}") from None
        except asyncio.TimeoutError:
            raise Fault(f"nothing more came after {self.got}") from None

    async def end(self):
        await self.source.close()

    async def leave(self):
        if self.source is not None:
            await when_free(self.source.close)

    def may_get(self):
        """What the two may get. The first one, if it takes, may go on beside the next."""
        yield list(self.expected)
        if self.takes and self.cancelled:
            for lost in range(1, self.lost_at_most + 1):
                for start in range(self.got_before, len(self.expected)):
                    expected = list(self.expected)
                    del expected[start : start + lost]
                    yield expected

    def check(self):
        before, after = self.got[: self.got_before], self.got[self.got_before :]
        for expected in self.may_get():
            is_at_end = len(self.got) == len(expected)
            if self.got == expected[: len(self.got)] and (is_at_end or self.error is not None):
                return
        raise Fault(f"got {before}, then {after}, and {self.error or 'the end'}")


class Cursors(Once):
    """The cursors of all kinds of queries and commands."""

    expected = range(20)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.made_by = self.rng.choice(["find", "aggregate", "command", "raw", "session"])
        self.batch_size = self.rng.choice([2, 5, 7])
        if self.made_by in ("aggregate", "command") and self.rng.random() < 0.3:
            self.consumer = by_try_next

    def describe(self):
        return f"({self.made_by}, {self.consumer.__name__}, then {self.next_consumer.__name__})"

    async def open(self):
        db = self.scene.db
        size = self.batch_size
        if self.made_by == "find":
            return db.numbers.find().sort("_id", 1).batch_size(size)
        if self.made_by == "aggregate":
            return await db.numbers.aggregate([{"$sort": {"_id": 1}}], batchSize=size)
        if self.made_by == "command":
            return await db.cursor_command("find", "numbers", sort={"_id": 1}, batchSize=size)
        if self.made_by == "raw":
            return db.numbers.find_raw_batches(sort={"_id": 1}, batch_size=size)
        self.session = self.scene.client.start_session()
        return db.numbers.find(session=self.session).sort("_id", 1).batch_size(size)

    def take(self, item):
        if isinstance(item, list):
            for each in item:
                self.take(each)
            return
        items = decode_all(item) if isinstance(item, bytes) else [item]
        self.lost_at_most = max(self.lost_at_most, len(items))
        self.got += [each["_id"] for each in items]

    async def end(self):
        await super().end()
        if self.made_by == "session":
            await self.session.end_session()


class Lists(Cursors):
    """Several documents at once."""

    consumers = (by_to_list,)
    lost_at_most = 20


class Each(Cursors):
    """Documents by a callback, which stops somewhere."""

    consumers = (by_each,)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.next_consumer = self.rng.choice(CONSUMERS)


class Tailable(Once):
    """A cursor that waits for documents which come while it waits."""

    expected = range(26)
    most = 24
    consumers = (
        by_next,
        by_anext,
        by_for,
    )

    def prepare(self):
        self.direct.capped.drop()
        self.direct.create_collection("capped", capped=True, size=10**6).insert_many(DOCUMENTS)

    async def open(self):
        capped = self.scene.db.capped
        cursor = capped.find(cursor_type=pymongo.CursorType.TAILABLE_AWAIT, batch_size=9)
        return cursor.max_await_time_ms(50)

    async def begin(self):
        await super().begin()
        self.inserting = asyncio.ensure_future(self._insert(range(20, 25)))

    def _insert(self, numbers):
        insert = partial(self.direct.capped.insert_many, [{"_id": n} for n in numbers])
        return asyncio.get_running_loop().run_in_executor(None, insert)

    async def go_on(self):
        await self.inserting
        await self._insert([25])
        await super().go_on()

    async def take_rest(self):
        while self.got[-1:] != [25]:
            await self.take_next()


class Changes(Once):
    """A change stream, and the checkpoints that its user takes."""

    expected = range(8)
    most = 7
    consumers = (
        by_next,
        by_anext,
        by_for,
        by_try_next,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.early = self.rng.choice([0, 1, 4])
        self.batch_size = self.rng.choice([None, 2])
        self.checkpoints: list[tuple[Any, int]] = []

    def describe(self):
        return f"{super().describe()[:-1]}, {self.early} changes at first)"

    @property
    def watched(self):
        return self.scene.db.watched

    def of(self, item):
        return item["documentKey"]["_id"]["n"]

    def _watch(self, **options):
        wanted = [{"$match": {"documentKey._id.k": self.key}}]
        return self.watched.watch(wanted, max_await_time_ms=50, **options)

    async def open(self):
        stream = await self._watch(batch_size=self.batch_size)
        await self._insert(0, self.early)
        self.inserting = asyncio.ensure_future(self._insert(self.early, 7))
        return stream

    def _insert(self, first, stop):
        documents = [{"_id": {"k": self.key, "n": n}} for n in range(first, stop)]
        if not documents:
            return asyncio.sleep(0)
        insert = self.direct.watched.insert_many
        return asyncio.get_running_loop().run_in_executor(None, insert, documents)

    def sample(self):
        token = self.source.resume_token
        if not self.checkpoints or self.checkpoints[-1] != (token, len(self.got)):
            self.checkpoints.append((token, len(self.got)))

    async def go_on(self):
        await self.inserting
        await self._insert(7, 8)
        self.got_before = len(self.got)
        await when_free(self.take_rest)

    async def take_rest(self):
        while self.got[-1:] != [7]:
            await self.take_next()

    async def end(self):
        self.sample()
        await super().end()
        if not self.is_sampled:
            return
        wanted = [each for each in self.checkpoints if each[0] is not None and each[1] < 8]
        for token, taken in self.rng.sample(wanted, min(2, len(wanted))):
            async with await self._watch(resume_after=token) as stream:
                try:
                    first = self.of(await asyncio.wait_for(stream.next(), 3))
                except asyncio.TimeoutError:
                    first = None
                if first != taken:
                    raise Fault(
                        f"{taken} changes were taken; one who resumes from its resume_token gets"
                        f" change {first} first"
                    )


class Watch(Operation):
    """The opening of a stream or of a command's cursor."""

    async def run(self, awaiting):
        if self.rng.random() < 0.5:
            opened = await awaiting(self.scene.db.watched.watch(max_await_time_ms=50))
        else:
            opened = await awaiting(self.scene.db.numbers.aggregate([], batchSize=2))
        await opened.close()


# Files


async def by_read(source, take, awaiting, rng):
    size = rng.choice([7, 100, 700])
    while piece := await awaiting(source.read(size)):
        take(piece)


async def by_readline(source, take, awaiting, rng):
    while line := await awaiting(source.readline()):
        take(line)


async def by_readchunk(source, take, awaiting, rng):
    while chunk := await awaiting(source.readchunk()):
        take(chunk)


async def by_all_reads(source, take, awaiting, rng):
    while True:
        read = rng.choice([source.readline, source.readchunk, lambda: source.read(150)])
        if not (piece := await awaiting(read())):
            return
        take(piece)


class Download(Once):
    """The bytes of a file."""

    expected = TEXT
    consumers = (
        by_read,
        by_readline,
        by_readchunk,
        by_all_reads,
        by_for,
    )
    most = 9

    async def open(self):
        return await tornado_pymongo.GridFSBucket(self.scene.db).open_download_stream("text")

    def of(self, item):
        return item

    def sample(self):
        told, taken = self.source.tell(), sum(map(len, self.got))
        if told != taken and self.is_sampled and self.error is None:
            raise Fault(f"tell() says {told}, taken were {taken} bytes")

    async def end(self):
        if self.error is None:
            self.sample()
        await super().end()

    async def take_rest(self):
        if self.next_consumer is by_readline or self.next_consumer is by_for:
            # It takes long.
            line = await self.source.readline()
            self.take(line)
        await by_read(self.source, self.take, lambda call: call, self.rng)

    def check(self):
        got, before = b"".join(self.got), b"".join(self.got[: self.got_before])
        expected = self.expected
        if self.takes and self.cancelled:
            rest = got[len(before) :]
            if expected.startswith(before) and (expected[len(before) :].endswith(rest)):
                return
        if not expected.startswith(got):
            n = next(n for n in count() if got[: n + 1] != expected[: n + 1])
            raise Fault(
                f"after {len(before)} bytes it goes on elsewhere, at {n}: {got[n : n + 20]!r}"
            )
        if self.error is None and len(got) < len(expected):
            raise Fault(f"ended silently after {len(got)} bytes")


class Upload(Operation):
    """A file that is written at once: it is there as a whole, or not at all."""

    acknowledged = False

    async def run(self, awaiting):
        bucket = tornado_pymongo.GridFSBucket(self.scene.db, chunk_size_bytes=1000)
        await awaiting(bucket.upload_from_stream_with_id(self.key, "f", TEXT))
        self.acknowledged = True

    def check(self):
        _check_file(self, [TEXT])


class Pieces(Operation):
    """A file that is written in pieces: of what was cancelled all or nothing is there."""

    acknowledged = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.written = b""
        self.started = b""
        self.file: Any = None

    async def begin(self):
        bucket = tornado_pymongo.GridFSBucket(self.scene.db, chunk_size_bytes=100)
        self.file = bucket.open_upload_stream_with_id(self.key, "f")
        await super().begin()

    async def run(self, awaiting):
        for n in range(4):
            self.started = b"%d" % n * 330
            await awaiting(self.file.write(self.started))
            self.written += self.started
            self.started = b""
        await awaiting(self.file.close())
        self.acknowledged = True

    async def go_on(self):
        try:
            await when_free(lambda: self.file.close())
        except PyMongoError as error:
            if not self.was_aborted:
                raise Fault("an error though nothing was aborted") from error
        else:
            self.acknowledged = True

    def check(self):
        _check_file(self, [self.written, self.written + self.started])


def _check_file(operation, contents):
    db = operation.direct
    stored = db.fs.files.find_one({"_id": operation.key})
    if stored is None:
        if operation.acknowledged:
            raise Fault("the file is not there")
        return
    chunks = db.fs.chunks.find({"files_id": operation.key}).sort("n", 1)
    content = b"".join(chunk["data"] for chunk in chunks)
    if content not in contents or stored["length"] != len(content):
        wanted = [len(each) for each in contents]
        raise Fault(
            f"stored are {len(content)} bytes of {stored['length']}, and not one of {wanted}"
        )


# Sessions


class Transaction(Operation):
    """A transaction: all of it is there, or nothing, and it can be told which."""

    with_callback = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.done: list[int] = []
        self.begun: list[int] = []
        self.committed = False
        self.session: Any = None
        self.is_committing = False

    async def begin(self):
        self.session = self.scene.client.start_session()
        await super().begin()

    async def run(self, awaiting):
        written = self.scene.db.written
        self.session.start_transaction()
        for n in range(3):
            self.begun.append(n)
            await awaiting(
                written.insert_one({"_id": {"k": self.key, "n": n}}, session=self.session)
            )
            self.done.append(n)
        self.is_committing = True
        await awaiting(self.session.commit_transaction())
        self.committed = True

    async def go_on(self):
        if not self.committed:
            try:
                await when_free(self.session.commit_transaction)
            except PyMongoError:
                if not self.cancelled:
                    raise
            else:
                if self.was_aborted and not self.is_committing:
                    raise Fault("it is committed though one of its operations was aborted")
                self.committed = bool(self.begun)
        await self.use_again()

    async def use_again(self):
        """Have another transaction, as soon as the session does not say why not."""
        while True:
            try:
                self.session.start_transaction()
                break
            except InvalidOperation as error:
                if not re.search("not finished|in use|in progress", str(error)):
                    raise
                self.reason = error
            await asyncio.sleep(0.001)
        again = {"_id": {"k": self.key, "n": 9}}
        await self.scene.db.written.insert_one(again, session=self.session)
        await self.session.commit_transaction()

    async def end(self):
        await self.session.end_session()

    def check(self):
        wanted = {"_id.k": self.key}
        found = [each["_id"]["n"] for each in self.direct.written.find(wanted).sort("_id", 1)]
        if not found or found.pop() != 9:
            raise Fault("the session's next transaction is not there")
        if self.committed:
            allowed = [self.done, self.begun]
        elif self.is_committing:
            allowed = [[], self.begun]
        else:
            allowed = [[]]
        if found not in allowed:
            raise Fault(f"there are {found} of {self.begun}, committed: {self.committed}")


class WithTransaction(Transaction):
    """The same by `with_transaction`, which may run its function more than once."""

    async def run(self, awaiting):
        written = self.scene.db.written

        async def insert(session):
            self.begun.clear()
            for n in range(3):
                self.begun.append(n)
                await written.insert_one({"_id": {"k": self.key, "n": n}}, session=session)
            self.is_committing = True

        await awaiting(self.session.with_transaction(insert))
        self.committed = True

    async def go_on(self):
        await self.use_again()

    def check(self):
        self.done = self.begun
        super().check()


class Sessions(Operation):
    """A session that is begun, used and ended; ending it again is allowed."""

    async def begin(self):
        self.session = self.scene.client.start_session()
        await super().begin()

    async def run(self, awaiting):
        await awaiting(self.scene.db.numbers.find_one({"_id": 1}, session=self.session))
        await awaiting(self.session.end_session())

    async def end(self):
        await when_free(self.session.end_session)
        if not self.session.has_ended:
            raise Fault("the session has not ended")


# Clients


class RunInWorker(Operation):
    """A function of the user's: it runs at most once, and then to its end."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.begun = self.ended = 0
        self.result = None

    def function(self):
        self.begun += 1
        self.scene.points.stand("in the function")
        self.scene.points.stand("at its end")
        self.ended += 1
        return 7

    async def run(self, awaiting):
        self.result = await awaiting(self.scene.client.run_in_worker(self.function))

    def check(self):
        if self.begun > 1 or self.begun != self.ended or self.result not in (None, 7):
            raise Fault(f"begun {self.begun} times, ended {self.ended} times: {self.result}")
        if self.result is None and not self.cancelled:
            raise Fault("no result")


class Open(Operation):
    """A client that connects."""

    def prepare(self):
        self.client = self.scene.make_client()

    async def run(self, awaiting):
        await awaiting(self.client.open())

    async def go_on(self):
        if await self.client.open() is not self.client:
            raise Fault("open() returned something else")
        await self.client.cancelling.numbers.find_one()

    async def end(self):
        await self.client.close()

    async def leave(self):
        await self.client.close()


class Close(Open):
    """A client that is closed: it is, whoever waits for that."""

    async def begin(self):
        await self.client.cancelling.numbers.find_one()

    async def run(self, awaiting):
        await awaiting(self.client.close())

    async def go_on(self):
        await self.client.close()
        for _ in range(2):
            call = self.client.cancelling.numbers.find_one()
            try:
                await call
            except InvalidOperation:
                continue
            raise Fault("a closed client takes calls")


KINDS: list[type[Operation]] = [
    *(FindOne, Write, Bulk, Cursors, Changes, Download, Transaction, RunInWorker, Lists, Upload),
    *(Tailable, Pieces, WithTransaction, Open, Close, Each, Watch, Sessions, Cursors, Changes),
]
