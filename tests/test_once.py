"""What exists only once: a cancelled consumer leaves it where it was.

Documents of cursors, changes of streams, bytes of files: by each way to take them, at hand or
fetched, cancelled before the consumer's first step or after what it waits for has arrived.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial

import pytest
from pymongo.errors import InvalidOperation, PyMongoError

import tornado_pymongo
from tornado_pymongo.motor import motor_asyncio

LINES = [b"%d %s\n" % (n, b"x" * n) for n in range(20)]


# Sources of ten things, and the ways to take one


@pytest.fixture
def things(db):
    """Return a collection that is there, and empty."""
    db.delegate.create_collection("things")
    return db.things


async def fill(things):
    await things.insert_many([{"_id": n} for n in range(10)])


async def find(things):
    await fill(things)
    return things.find().sort("_id", 1).batch_size(4)


async def aggregate(things):
    await fill(things)
    return await things.aggregate([{"$sort": {"_id": 1}}], batchSize=4)


async def find_in_session(things):
    await fill(things)
    session = things.database.client.start_session()
    return things.find(session=session).sort("_id", 1).batch_size(4)


async def watch(things):
    stream = await things.watch(max_await_time_ms=100)
    await fill(things)
    return stream


async def download(things, chunk_size_bytes=8):
    bucket = tornado_pymongo.GridFSBucket(things.database, chunk_size_bytes=chunk_size_bytes)
    file_id = await bucket.upload_from_stream("f", b"".join(LINES))
    return await bucket.open_download_stream(file_id)


async def download_lines(things):
    return await download(things, 100)  # of which several come at once


async def by_fetch_next(source):
    assert await source.fetch_next
    return source.next_object()


async def by_each(source):
    taken = asyncio.get_running_loop().create_future()

    def callback(document, error):
        taken.set_exception(error) if error else taken.set_result(document)
        return False

    source.each(callback)
    return await taken


WAYS = {
    "next": lambda source: source.next(),
    "anext": lambda source: source.__anext__(),
    "fetch_next": by_fetch_next,
    "try_next": lambda source: source.try_next(),
    "read": lambda source: source.read(5),
    "readline": lambda source: source.readline(),
    "readlines": lambda source: source.readlines(30),
    "to_list": lambda source: source.to_list(),
    "readchunk": lambda source: source.readchunk(),
}
CURSOR_WAYS = ["next", "anext", "fetch_next"]
FILE_WAYS = ["read", "readline", "readlines", "to_list", "readchunk", "anext"]
PAIRS = [
    *((find, way) for way in CURSOR_WAYS),
    *((aggregate, way) for way in (*CURSOR_WAYS, "try_next")),
    *((find_in_session, way) for way in CURSOR_WAYS),
    *((watch, way) for way in ("next", "anext", "try_next")),
    *((download, way) for way in FILE_WAYS),
    *((download_lines, way) for way in FILE_WAYS),
]
each_pair = pytest.mark.parametrize(
    ("make", "way"), PAIRS, ids=[f"{make.__name__}-{way}" for make, way in PAIRS]
)


async def take(source, way):
    """Take one thing, as a number or bytes."""
    while (thing := await WAYS[way](source)) is None:
        pass
    return plain(thing)


def plain(thing):
    if isinstance(thing, bytes):
        return thing
    if isinstance(thing, list):
        return b"".join(thing)
    return thing.get("documentKey", thing)["_id"]


async def take_rest(source, way):
    """Take all that is left of ten documents, or of the file."""
    taken = []
    if isinstance(source, tornado_pymongo.GridOut):
        while (thing := await source.read()) or not taken:
            taken.append(thing)
        return b"".join(taken)
    while not taken or taken[-1] != 9:
        taken.append(await take(source, way))
    return taken


def is_all(taken, rest):
    """Tell whether nothing is lost, doubled or out of order."""
    if isinstance(rest, bytes):
        return b"".join(taken) + rest == b"".join(LINES)
    return taken + rest == list(range(10))


def finished(client):
    counts = tornado_pymongo.statistics(client)
    return counts.calls.finished + counts.streams.finished


async def given_up(task):
    """Return what a cancelled task has taken all the same, in a list."""
    (result,) = await asyncio.gather(task, return_exceptions=True)
    if isinstance(result, BaseException):
        assert isinstance(result, asyncio.CancelledError)
        return []
    return [result]


# At hand


@each_pair
async def test_what_is_at_hand_stays_if_the_consumer_never_had_a_step(things, make, way):
    """The document or change had left its batch when the task was cancelled (case B)."""
    source = await make(things)
    taken = [await take(source, way)]
    task = asyncio.create_task(take(source, way))
    task.cancel()
    taken += await given_up(task)
    assert is_all(taken, await take_rest(source, way))
    await source.close()


@each_pair
async def test_what_is_at_hand_stays_in_a_task_of_the_call_itself(things, make, way):
    """``create_task(cursor.next())`` made the call, and the task never had a step."""
    source = await make(things)
    taken = [await take(source, way)]
    task = asyncio.create_task(WAYS[way](source))
    task.cancel()
    assert await given_up(task) == []
    assert is_all(taken, await take_rest(source, way))
    await source.close()


@each_pair
async def test_what_nobody_awaits_nobody_has_taken(things, make, way):
    """A call that was made and dropped took its thing with it."""
    source = await make(things)
    taken = [await take(source, way)]
    call = WAYS[way](source)
    if asyncio.isfuture(call):
        while not call.done():
            await asyncio.sleep(0.001)
    else:
        call.close()
    del call
    assert is_all(taken, await take_rest(source, way))
    await source.close()


@pytest.mark.parametrize("make", [find, aggregate, find_in_session])
async def test_each_leaves_the_rest_when_it_stops(things, make):
    """`each` goes on where another consumer was, and leaves what it has not called back with."""
    cursor = await make(things)
    taken = [plain(await by_each(cursor)), await take(cursor, "next"), plain(await by_each(cursor))]
    assert is_all(taken, await take_rest(cursor, "next"))
    await cursor.close()


async def test_two_calls_are_served_in_the_order_of_taking(things):
    """Of two un-awaited calls the one that is awaited first gets the first document."""
    cursor = await find(things)
    assert await take(cursor, "next") == 0
    first, second = cursor.next(), cursor.next()
    assert plain(await second) == 1
    assert plain(await first) == 2
    assert await take_rest(cursor, "next") == [*range(3, 10)]


# Fetched


@pytest.mark.parametrize("steps", range(4))
@each_pair
async def test_what_has_arrived_stays_if_the_consumer_has_not_resumed(
    mongo_client, blockbuster, things, make, way, steps
):
    """The result was in the loop's inbox, or in a Future, when the task was cancelled (B, C).

    The loop has had so many steps since the worker was done with it.
    """
    blockbuster.functions["time.sleep"].deactivate()
    source = await make(things)
    # The first batch of an aggregate comes with its cursor.
    taken = [await take(source, way) for _ in range(4 if make is aggregate else 0)]
    before = finished(mongo_client)
    task = asyncio.create_task(take(source, way))
    while not task.done() and finished(mongo_client) == before:
        await asyncio.sleep(0)
        if make is not watch or way == "try_next":
            deadline = time.monotonic() + 1
            while finished(mongo_client) == before and time.monotonic() < deadline:
                time.sleep(0.001)  # the loop hears nothing yet
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    taken += await given_up(task)
    assert is_all(taken, await take_rest(source, way))
    await source.close()


@each_pair
async def test_what_arrives_in_time_though_the_loop_is_late_is_not_lost(
    mongo_client, blockbuster, things, make, way
):
    """The time was over and the result there when the loop looked again.

    `wait_for` returns it before Python 3.12, and raises TimeoutError since: either is right.
    """
    blockbuster.functions["time.sleep"].deactivate()
    source = await make(things)
    taken = []
    try:
        call = asyncio.wait_for(take(source, way), 0.1)
        asyncio.get_running_loop().call_later(0.001, time.sleep, 0.3)
        taken.append(await call)
    except asyncio.TimeoutError:
        pass
    assert is_all(taken, await take_rest(source, way))
    await source.close()


@pytest.mark.parametrize("make", [find, aggregate])
async def test_two_calls_for_one_thing_at_hand_both_end(things, make):
    """Taking failed within a callback of `gather`, which never ended; a task did not go on."""
    source = (await make(things)).read_ahead(False)
    assert [await take(source, "next") for _ in range(3)] == [0, 1, 2]
    one, other = await asyncio.gather(source.next(), source.next())
    assert plain(one) == 3
    assert "taken by another call" in str(other)
    assert [await take(source, "next") for _ in range(3)] == [4, 5, 6]
    tasks = [asyncio.create_task(source.next()) for _ in range(2)]
    assert [plain(await task) for task in tasks] == [7, 8]
    called = asyncio.Queue()
    for _ in range(2):
        source.next(callback=lambda *result: called.put_nowait(result))
    document, error = await called.get()
    assert (plain(document), error) == (9, None)
    assert "taken by another call" in str((await called.get())[1])


async def test_an_error_that_the_consumer_never_saw_is_told_to_the_next(things, fail):
    """He was cancelled as it came, and the next one was told that the cursor was at its end."""
    source = (await find(things)).read_ahead(False)
    assert [await take(source, "next") for _ in range(4)] == [0, 1, 2, 3]
    await fail(1, "getMore", errorCode=8)
    fetch = source.next()

    async def wait():
        await fetch

    task = asyncio.create_task(wait())
    fetch.add_done_callback(lambda _: task.cancel())
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(PyMongoError, match="failpoint"):
        await source.next()
    with pytest.raises(StopAsyncIteration):
        await source.next()


async def test_what_gather_a_task_or_shield_has_taken_is_theirs(things):
    """They take the result before who waits for them is cancelled: it is in their Future."""
    cursor = await find(things)
    assert await take(cursor, "next") == 0

    async def awaiting(theirs):
        await theirs

    for n, own in enumerate((asyncio.gather, asyncio.create_task), 1):
        theirs = own(cursor.next())
        outer = asyncio.create_task(awaiting(theirs))
        while not theirs.done():
            await asyncio.sleep(0)
        outer.cancel()
        assert await given_up(outer) in ([], [None])
        result = theirs.result()
        assert plain(result[0] if isinstance(result, list) else result) == n
    assert await take_rest(cursor, "next") == [*range(3, 10)]


# What an object says of itself


def sampled(source, say):
    """Return a list that grows by what the source says at each step of the loop."""
    said = []

    async def sample():
        while True:
            said.append(say(source))
            await asyncio.sleep(0)

    return said, asyncio.create_task(sample())


async def test_a_checkpoint_of_a_stream_that_was_given_up_loses_no_change(things):
    """The turn that went on fetched the change, and the token was after it (case A)."""
    stream = await things.watch()
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(stream.next(), 0.1)
    await things.insert_one({"_id": 0})
    for _ in range(5):
        token = stream.resume_token
        async with await things.watch(resume_after=token) as resumed:
            assert await asyncio.wait_for(take(resumed, "next"), 5) == 0
        await asyncio.sleep(0.05)
    assert await take(stream, "next") == 0
    await stream.close()


@pytest.mark.parametrize("way", ["next", "anext", "try_next"])
async def test_a_resume_token_is_of_the_last_change_taken(things, way):
    """At every step of the loop: that of a change at hand is nobody's yet."""
    stream = await watch(things)
    taken = []
    tokens, sampling = sampled(stream, lambda stream: (stream.resume_token, len(taken)))
    while len(taken) < 5:
        taken.append(await take(stream, way))
        await asyncio.sleep(0)
    sampling.cancel()
    await stream.close()
    assert len({number for _, number in tokens}) >= 2
    last = None
    for token, number in tokens:
        if token == last or token is None:  # PyMongo's has none before its first batch
            continue
        last = token
        async with await things.watch(resume_after=token) as resumed:
            assert await asyncio.wait_for(take(resumed, "next"), 5) == number


async def test_a_closed_stream_has_the_token_of_the_last_change_taken(things):
    """Closing dropped the changes at hand, and the token was after them."""
    stream = await watch(things)
    for _ in range(3):
        last = await take(stream, "next")
    await stream.close()
    async with await things.watch(resume_after=stream.resume_token) as resumed:
        assert await asyncio.wait_for(take(resumed, "next"), 5) == last + 1


@pytest.mark.parametrize("way", FILE_WAYS)
async def test_tell_is_of_what_was_taken(things, way):
    """At every step of the loop, though the worker has read further."""
    file = await download(things)
    taken = []
    told, sampling = sampled(file, lambda file: (file.tell(), sum(map(len, taken))))
    while len(taken) < 5:
        taken.append(await take(file, way))
    sampling.cancel()
    assert len(set(told)) >= 2
    assert all(position == length for position, length in told)
    await file.close()


async def test_a_cursor_is_alive_and_has_retrieved_what_was_taken(things):
    """Its last batch may be here: it is alive until the last document of that is taken."""
    cursor = await find(things)
    for n in range(10):
        assert cursor.alive
        assert await take(cursor, "next") == n
    with pytest.raises(StopAsyncIteration):
        await cursor.next()
    assert not cursor.alive
    assert cursor.retrieved == 10


# Aborted on the wire


@pytest.mark.parametrize("next_way", [*CURSOR_WAYS, "to_list", "async for", "each"])
@pytest.mark.parametrize("make", [find, aggregate])
@pytest.mark.parametrize("way", CURSOR_WAYS)
async def test_a_cursor_of_which_a_fetch_was_aborted_is_broken(things, block, make, way, next_way):
    """It ended without an error, documents missing (case N). Each use says that it is broken."""
    cursor = await make(things)
    taken = [await take(cursor, way) for _ in range(4)]
    await block("getMore")
    task = asyncio.create_task(take(cursor, way))
    await block.until_asleep()
    task.cancel()
    assert await given_up(task) == []

    async def use():
        if next_way == "to_list":
            return await cursor.to_list()
        if next_way == "async for":
            return [document async for document in cursor]
        return await (by_each if next_way == "each" else WAYS[next_way])(cursor)

    for _ in range(2):
        with pytest.raises(PyMongoError, match="broken|cancelled"):
            await when_free(use)
    assert taken == [0, 1, 2, 3]
    await cursor.close()


async def when_free(use):
    """Use it when the call that was given up is over."""
    while True:
        try:
            return await use()
        except InvalidOperation as error:
            if "in use" not in str(error):
                raise
        await asyncio.sleep(0.01)


async def test_a_broken_cursor_that_is_rewound_begins_anew(things, block):
    """What PyMongo can do with any cursor mends it."""
    cursor = await find(things)
    assert [await take(cursor, "next") for _ in range(4)] == [0, 1, 2, 3]
    await block("getMore")
    task = asyncio.create_task(cursor.to_list())
    await block.until_asleep()
    task.cancel()
    assert await given_up(task) == []
    with pytest.raises(PyMongoError):
        await when_free(cursor.next)
    await cursor.rewind()
    assert await take_rest(cursor, "next") == [*range(10)]


async def test_a_stream_of_which_a_fetch_was_given_up_resumes_by_itself(things, fail):
    """Its next change is the one after the last that was taken."""
    stream = await watch(things)
    assert is_all([], await take_rest(stream, "next"))
    await fail(1, "getMore", blockConnection=True, blockTimeMS=500)
    task = asyncio.create_task(stream.next())
    await asyncio.sleep(0.1)
    task.cancel()
    assert await given_up(task) == []
    await things.insert_one({"_id": 10})
    assert await asyncio.wait_for(when_free(partial(take, stream, "next")), 10) == 10
    await stream.close()


@pytest.mark.parametrize("way", FILE_WAYS)
async def test_a_file_of_which_a_read_was_aborted_goes_on_or_says_why_not(things, block, way):
    """It goes on after what was taken, or raises: it has no gap."""
    file = await download(things)
    await block("find")
    task = asyncio.create_task(take(file, way))
    await block.until_asleep()
    task.cancel()
    assert await given_up(task) == []
    try:
        rest = await when_free(partial(take_rest, file, way))
    except PyMongoError:
        return
    assert is_all([], rest)


# Motor's aggregate


@pytest.fixture
async def motor_things(mongo_server, things):
    """Return that collection as Motor has it."""
    client = motor_asyncio.AsyncIOMotorClient(mongo_server.uri)
    yield client[things.database.name].things
    await client.close()


USES = {
    "to_list": lambda cursor: cursor.to_list(None),
    "next": lambda cursor: cursor.next(),
    "anext": lambda cursor: cursor.__anext__(),
    "fetch_next": lambda cursor: cursor.fetch_next,
}


@pytest.mark.filterwarnings("ignore:The fetch_next property")
@pytest.mark.parametrize("use", USES)
async def test_motors_aggregate_is_sent_when_it_is_first_used(motor_things, use):
    """It was sent with the loop's next step, and raced with what was called after it (D2)."""
    for n in range(20):
        cursor = motor_things.aggregate([{"$match": {"_id": n}}])
        await motor_things.insert_one({"_id": n})
        assert await USES[use](cursor)


@pytest.mark.filterwarnings("ignore:The fetch_next property")
@pytest.mark.parametrize("use", USES)
async def test_motors_aggregate_in_a_transaction_is_sent_in_its_turn(motor_things, use):
    """It was sent while another operation of the session ran, and hung for ever (D)."""
    await motor_things.insert_one({"_id": 1})
    client = motor_things.database.client
    async with await client.start_session() as session, session.start_transaction():
        cursor = motor_things.aggregate([], session=session)
        await motor_things.update_one({"_id": 1}, {"$set": {"n": 1}}, session=session)
        assert await asyncio.wait_for(USES[use](cursor), 10)


@pytest.mark.filterwarnings("ignore:The fetch_next property")
@pytest.mark.parametrize("use", USES)
async def test_an_error_of_motors_aggregate_reaches_who_waits(motor_things, use):
    """One that is raised as it is sent left a Future that was never done."""
    session = await motor_things.database.client.start_session()
    cursor = motor_things.aggregate([], session=session)
    await session.end_session()
    with pytest.raises(InvalidOperation):
        await asyncio.wait_for(USES[use](cursor), 10)


async def test_motors_watch_is_sent_when_it_is_first_used(motor_things):
    """Changes from before that are not seen, as in Motor."""
    stream = motor_things.watch()
    await motor_things.insert_one({"_id": 0})
    waiting = asyncio.ensure_future(stream.next())
    while stream.resume_token is None and not waiting.done():
        await asyncio.sleep(0.01)
        await motor_things.update_one({"_id": 0}, {"$inc": {"n": 1}})
    assert (await asyncio.wait_for(waiting, 10))["operationType"] == "update"
    await stream.close()


async def test_what_another_consumer_takes_first_is_not_the_end(numbers):
    """The batch that was fetched for a Future was gone when its loop came round to it."""
    cursor = numbers.find({}, batch_size=2).sort("_id", 1)
    future = cursor.next()
    fetch = future.call
    while not fetch.done():
        pass  # the loop stands
    assert [cursor.next_object() for _ in "ab"] == [{"_id": 0}, {"_id": 1}]
    assert await future == {"_id": 2}


WAYS_WITH_AN_END = {
    "fetch_next": lambda cursor: cursor.fetch_next,
    "try_next": lambda cursor: cursor.try_next(),
    "to_list": lambda cursor: cursor.to_list(1),
}


@pytest.mark.parametrize("way", WAYS_WITH_AN_END)
async def test_nor_is_what_it_takes_after_that(numbers, way):
    """The Future was done, as there was a document, which was gone when its task resumed."""
    cursor = await numbers.aggregate([{"$sort": {"_id": 1}}], batchSize=2)
    cursor.read_ahead(False)
    assert [await cursor.next() for _ in "ab"] == [{"_id": 0}, {"_id": 1}]
    future = WAYS_WITH_AN_END[way](cursor)
    await wait_for_done(future)
    assert [cursor.next_object() for _ in "ab"] == [{"_id": 2}, {"_id": 3}]
    if way == "fetch_next":
        assert await future
        assert cursor.next_object() == {"_id": 4}
    else:
        assert await future in ({"_id": 4}, [{"_id": 4}])


async def wait_for_done(future):
    """Wait until it is done, and leave its result there."""
    done = asyncio.Event()
    future.add_done_callback(lambda _: done.set())
    await done.wait()


async def test_a_stream_opens_though_its_first_next_is_given_up(numbers):
    """What was given up was the wait for a change, not the stream."""
    stream = numbers.watch()
    change = stream.next()
    change.cancel()
    change = stream.next()
    await stream
    await numbers.insert_one({"_id": -1})
    assert (await change)["fullDocument"] == {"_id": -1}
    await stream.close()
