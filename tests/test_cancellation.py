"""Cancelling calls that run: their workers are free, and nobody else is harmed."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import time

import pymongo.monitoring
import pytest
from bson import Binary
from pymongo import CursorType
from pymongo.errors import InvalidOperation, OperationFailure

import tornado_pymongo
from tornado_pymongo.executor import running_call
from tornado_pymongo.internals import pool as pool_internals
from tornado_pymongo.internals import sockets


class Events(pymongo.monitoring.CommandListener, pymongo.monitoring.ConnectionPoolListener):
    """What a client asks the server, and what becomes of its connections."""

    def __init__(self):
        self.commands = []
        self.sessions = []
        self.killed = []
        self.closed = 0
        self.cleared = 0
        self._sent = threading.Condition()

    def started(self, event):
        if event.command_name == "killSessions":
            self.killed += event.command["killSessions"]
            return
        with self._sent:
            self.commands.append(event.command_name)
            if "lsid" in event.command:  # PyMongo kills cursors without
                self.sessions.append(event.command["lsid"]["id"])
            self._sent.notify_all()

    async def until_sent(self, *names):
        """Wait until these commands were sent, one after the other."""

        def wait():
            with self._sent:
                assert self._sent.wait_for(lambda: self.commands[-len(names) :] == [*names], 20)

        await asyncio.get_running_loop().run_in_executor(None, wait)

    def connection_closed(self, event):
        self.closed += 1

    def pool_cleared(self, event):
        self.cleared += 1

    def _ignore(self, event):
        pass

    succeeded = failed = _ignore
    pool_created = pool_ready = pool_closed = connection_created = connection_ready = _ignore
    connection_check_out_started = connection_check_out_failed = _ignore
    connection_checked_out = connection_checked_in = _ignore


@pytest.fixture
def events():
    return Events()


@pytest.fixture
async def client(make_client, events):
    """Return a client of a single worker that has a connection."""
    client = make_client(max_workers=1, event_listeners=[events])
    await client.admin.command("ping")
    return client


@pytest.fixture
def things(client, numbers):
    """Return the collection `numbers` as that client has it."""
    return client[numbers.database.name].numbers


async def cancel_asleep(future, block):
    """Cancel a call over which the server sleeps, and see that this is what it tells."""
    await block.until_asleep()
    future.cancel()
    with pytest.raises(asyncio.CancelledError):
        await future


OPERATIONS = {
    "find": lambda things: things.find_one({"_id": 1}),
    "insert": lambda things: things.insert_one({"_id": "new"}),
    "update": lambda things: things.update_many({}, {"$set": {"a": 1}}),
    "aggregate": lambda things: things.aggregate([{"$match": {"_id": 1}}]),
    "count": lambda things: things.estimated_document_count(),
}


@pytest.mark.parametrize("command", OPERATIONS)
async def test_its_worker_is_free_its_connection_closed_and_nothing_else_happens(
    client, things, events, block, command
):
    await block(command)
    call = OPERATIONS[command](things)
    await cancel_asleep(call, block)
    # The one worker takes the next call, of the same kind. The server still sleeps over the first.
    await OPERATIONS[command](things)
    assert events.commands == ["ping", command, command]  # no retry
    assert events.sessions[1] != events.sessions[2]  # the server may be using the first one yet
    while not events.killed:  # and is told to give up
        await asyncio.sleep(0.01)
    assert [session["id"] for session in events.killed] == [events.sessions[1]]
    assert (events.closed, events.cleared) == (1, 0)
    counts = tornado_pymongo.statistics(client).calls
    assert (counts.aborted, counts.failed, counts.cancelled) == (1, 0, 0)


async def await_it(call):
    return await call


@pytest.mark.parametrize(
    "wait_for",
    [
        await_it,
        lambda call: asyncio.wait_for(call, None),
        lambda call: asyncio.wait_for(await_it(call), 30),
        lambda call: asyncio.gather(await_it(call), asyncio.sleep(30)),
        lambda call: asyncio.create_task(call),
    ],
    ids=["await", "wait_for", "wait_for a coroutine", "gather", "create_task"],
)
async def test_whoever_waits_for_it_cancels_it_with_himself(
    client, things, events, block, wait_for
):
    await block("find")
    task = asyncio.ensure_future(wait_for(things.find_one({"_id": 1})))
    await block.until_asleep()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await things.find_one({"_id": 1}) == {"_id": 1}
    assert (events.closed, events.cleared) == (1, 0)


async def test_what_is_shielded_or_not_awaited_goes_on(client, things, events, fail):
    await fail(1, "insert", blockConnection=True, blockTimeMS=100)
    shielded = things.insert_one({"_id": "shielded"})
    waiting = asyncio.shield(shielded)
    await events.until_sent("insert")
    waiting.cancel()
    things.insert_one({"_id": "not awaited"})
    await shielded
    while await things.find_one({"_id": "not awaited"}) is None:
        pass
    assert (events.closed, tornado_pymongo.statistics(client).calls.aborted) == (0, 0)


async def open_cursors(client):
    status = await client.admin.command("serverStatus")
    return status["metrics"]["cursor"]["open"]["total"]


@pytest.mark.parametrize(
    "make_cursor",
    [
        lambda things: things.find(batch_size=2),
        lambda things: things.find_raw_batches(batch_size=2),
        lambda things: things.aggregate([], batchSize=2),
        lambda things: things.database.cursor_command("find", things.name, batchSize=2),
    ],
    ids=["find", "find_raw_batches", "aggregate", "cursor_command"],
)
@pytest.mark.parametrize("ask", ["next", "to_list", "fetch_next"])
async def test_a_cursor_is_closed_on_the_server_too_and_broken(
    client, mongo_client, things, events, block, make_cursor, ask
):
    before = await open_cursors(mongo_client)
    cursor = make_cursor(things)
    if not isinstance(cursor, tornado_pymongo.Cursor):
        cursor = await cursor
    await cursor.next()
    if "Raw" not in type(cursor).__name__:
        await cursor.next()
    assert await open_cursors(mongo_client) == before + 1
    await block("getMore")
    call = cursor.fetch_next if ask == "fetch_next" else getattr(cursor, ask)()
    await cancel_asleep(call, block)
    while await open_cursors(mongo_client) > before:
        await asyncio.sleep(0.05)  # PyMongo kills such cursors once a second
    assert not cursor.alive
    with pytest.raises(InvalidOperation, match=f"this {type(cursor).__name__} is broken"):
        await cursor.next()
    await cursor.close()
    with pytest.raises(StopAsyncIteration):
        await cursor.next()
    assert (events.closed, events.cleared) == (1, 0)


class AbortAsItCloses(Events):
    """Cancels `future` when PyMongo is about to close its cursor, for which a getMore has failed.

    That is after it has given back the connection of the getMore, and before it has another one.
    """

    future = None
    _failed = False

    def failed(self, event):
        self._failed = event.command_name == "getMore"

    def connection_check_out_started(self, event):
        if self._failed and (call := running_call()) is not None:
            self._failed = False
            self.future.get_loop().call_soon_threadsafe(self.future.cancel)
            while not call.aborted:
                time.sleep(0.001)


@pytest.mark.parametrize("has_session", [False, True])
@pytest.mark.parametrize("tailable", [False, True])
async def test_a_cursor_is_killed_though_the_abort_hits_as_pymongo_closes_it_for_an_error(
    make_client, mongo_client, db, fail, has_session, tailable
):
    """PyMongo marked it as killed, then could not ask the server, and did not try again."""
    await db.create_collection("capped", capped=True, size=10_000)
    await db.capped.insert_many({"_id": n} for n in range(5))
    events = AbortAsItCloses()
    client = make_client(max_workers=1, event_listeners=[events])
    before = await open_cursors(mongo_client)
    options = {"cursor_type": CursorType.TAILABLE if tailable else CursorType.NON_TAILABLE}
    if has_session:
        options["session"] = client.start_session()
    cursor = client[db.name].capped.find(batch_size=2, **options)
    await cursor.next()
    await cursor.next()
    await fail(1, "getMore", errorCode=8)  # of which PyMongo does not try again
    events.future = cursor.next()
    with pytest.raises(asyncio.CancelledError):
        await events.future
    while await open_cursors(mongo_client) > before:
        await asyncio.sleep(0.05)  # PyMongo kills such cursors once a second


async def test_a_transaction_is_aborted(client, mongo_client, things, events, block):
    async with client.start_session() as session:
        session.start_transaction()
        await things.update_one({"_id": 1}, {"$set": {"a": 1}}, session=session)
        await block("insert")
        call = things.insert_one({"_id": "new"}, session=session)
        await cancel_asleep(call, block)
        await block.wake()  # one session does one thing at a time on the server, too
        with pytest.raises(InvalidOperation, match="Cannot call commitTransaction after"):
            await session.commit_transaction()
        assert events.commands[-1] == "abortTransaction"
        # Nothing holds the document any more.
        others = mongo_client[things.database.name].numbers
        async with mongo_client.start_session() as other, other.start_transaction():
            await others.update_one({"_id": 1}, {"$set": {"a": 2}}, session=other)
        assert await others.find_one({"_id": 1}) == {"_id": 1, "a": 2}
        # The session can have another one.
        async with session.start_transaction():
            await things.update_one({"_id": 2}, {"$set": {"a": 3}}, session=session)
        assert await others.find_one({"_id": 2}) == {"_id": 2, "a": 3}


async def test_who_aborts_the_transaction_of_a_cancelled_operation_may(
    client, things, events, block
):
    for end in "async with", "abort_transaction":
        async with client.start_session() as session:
            context = session.start_transaction()
            await things.update_one({"_id": 1}, {"$set": {"a": 1}}, session=session)
            await block("insert")
            call = things.insert_one({"_id": "new"}, session=session)
            if end == "async with":
                with pytest.raises(asyncio.CancelledError):
                    async with context:
                        await cancel_asleep(call, block)
                        await block.wake()
                        raise asyncio.CancelledError
            else:
                await cancel_asleep(call, block)
                await block.wake()
                await session.abort_transaction()
            assert not session.in_transaction
            assert events.commands[-2:] == ["insert", "abortTransaction"]


async def test_a_cursor_that_is_cancelled_in_a_transaction_aborts_it(client, things, events, block):
    async with client.start_session() as session:
        session.start_transaction()
        cursor = things.find(session=session, batch_size=2)
        assert cursor.session is session
        await cursor.next()
        await cursor.next()
        await block("getMore")
        await cancel_asleep(cursor.next(), block)
        await block.wake()
        with pytest.raises(InvalidOperation, match="after calling abortTransaction"):
            await session.commit_transaction()


async def test_a_waiting_operation_that_is_cancelled_harms_no_transaction(client, things, gate):
    async with client.start_session() as session:
        session.start_transaction()
        await things.insert_one({"_id": "new"}, session=session)
        running = client.run_in_worker(gate)
        await gate.until_entered()
        things.insert_one({"_id": "other"}, session=session).cancel()
        gate.opened.set()
        await running
        await session.commit_transaction()
    assert await things.count_documents({"_id": {"$in": ["new", "other"]}}) == 1


async def test_with_transaction_can_be_cancelled(client, things, events, block):
    async with client.start_session() as session:
        await block("insert")
        call = session.with_transaction(lambda s: things.insert_one({"_id": "new"}, session=s))
        await block.until_asleep()
        call.cancel()
        await block.wake()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert not session.in_transaction
        await session.with_transaction(lambda s: things.insert_one({"_id": "new"}, session=s))
    assert await things.find_one({"_id": "new"})


async def test_a_function_of_ones_own_ends_at_its_next_operation(client, things, events, block):
    await block("insert")
    seen = []

    def insert_several():
        try:
            for n in range(1000, 1010):
                things.delegate.insert_one({"_id": n})
        except Exception as error:
            seen.append(error)
        finally:
            try:
                things.delegate.find_one()
            except InvalidOperation as error:
                seen.append(str(error))

    await cancel_asleep(client.run_in_worker(insert_several), block)
    assert await things.find_one({"_id": 1001}) is None
    assert seen == ["the call was cancelled, and may not ask the server again"]
    assert events.commands == ["ping", "insert", "find"]


async def test_a_call_that_was_told_to_go_on_does(make_client, numbers, events, fail):
    client = make_client(max_workers=1, event_listeners=[events], abort_on_cancel=False)
    things = client[numbers.database.name].numbers
    await things.find_one()
    await fail(1, "insert", blockConnection=True, blockTimeMS=100)
    call = things.insert_one({"_id": "new"})
    await events.until_sent("insert")
    call.cancel()
    assert await things.find_one({"_id": "new"})
    assert (events.closed, tornado_pymongo.statistics(client).calls.finished) == (0, 3)


async def test_cancelling_where_no_server_is_frees_the_workers_at_once():
    """Server selection waits for half a minute, in turns of half a second."""
    client = tornado_pymongo.MongoClient("127.0.0.1", 9, max_workers=3)
    calls = [client.db.things.find_one() for _ in range(3)]
    while tornado_pymongo.statistics(client).calls.busy < 3:
        await asyncio.sleep(0.01)
    for call in calls:
        call.cancel()
    assert await client.run_in_worker(abs, -1) == 1
    while (counts := tornado_pymongo.statistics(client).calls).busy:
        await asyncio.sleep(0.01)
    assert counts.aborted + counts.cancelled == 3  # one may not have begun yet
    await client.close()


async def test_a_connection_that_was_interrupted_too_late_is_nobody_elses(
    client, things, events, monkeypatch
):
    """The reply is here, and the connection about to be given back, when the call is aborted.

    It went back to the pool with its socket shut down; the next call took that for a failure of
    the server.
    """
    monkeypatch.setattr(events, "succeeded", lambda event: running_call().abort(), raising=False)
    call = things.find_one({"_id": 1})
    assert await call == {"_id": 1}  # it ended well before it saw anything
    monkeypatch.undo()
    assert await things.find_one({"_id": 2}) == {"_id": 2}
    assert events.commands == ["ping", "find", "find"]
    assert (events.closed, events.cleared) == (1, 0)


async def test_a_commit_that_was_asked_for_before_the_abort_fails_too(
    client, things, events, block
):
    """The commit waited for the cancelled operation, as the abort did, and came first."""
    async with client.start_session() as session:
        session.start_transaction()
        await things.insert_one({"_id": "first"}, session=session)
        await block("insert")
        call = things.insert_one({"_id": "second"}, session=session)
        await block.until_asleep()
        call.cancel()
        commit = session.commit_transaction()
        await block.wake()
        with pytest.raises(InvalidOperation, match="after calling abortTransaction"):
            await commit
    assert "commitTransaction" not in events.commands
    assert await things.find_one({"_id": "first"}) is None


async def test_a_transaction_that_nobody_can_abort_any_more_is_logged(
    make_client, mongo_client, things, block, caplog
):
    """The client is closed before the abort, which waits for the cancelled operation."""
    client = make_client()
    mine = client[things.database.name].things
    session = await client.start_session()
    session.start_transaction()
    await mine.insert_one({"_id": "first"}, session=session)
    await block("insert")
    call = mine.insert_one({"_id": "second"}, session=session)
    await block.until_asleep()
    call.cancel()
    await client.close()
    await mongo_client.admin.command("killSessions", [session.session_id])  # or it holds its locks
    while not caplog.records:  # it is told a moment later
        await asyncio.sleep(0.01)
    (record,) = caplog.records
    assert "could not be aborted" in record.getMessage()
    assert (record.name, record.mongo_event) == ("tornado_pymongo", "transaction_not_aborted")
    assert record.mongo_error == "Cannot use MongoClient after close"


async def test_who_stops_waiting_for_a_call_of_a_session_leaves_no_error_behind(
    client, things, gate, caplog
):
    session = client.start_session()
    running = client.run_in_worker(gate)
    await gate.until_entered()
    failing = things.find_one({"$nonsense": 1}, session=session)
    leaving = asyncio.create_task(session.__aexit__(None, None, None))
    await asyncio.sleep(0)
    leaving.cancel()
    gate.opened.set()
    await running
    with pytest.raises(OperationFailure):
        await failing
    await asyncio.wait([leaving])
    gc.collect()
    await asyncio.sleep(0)
    assert "never retrieved" not in caplog.text


@pytest.mark.parametrize("busy", [False, True])
async def test_a_close_goes_on_when_nobody_waits_for_it(
    client, mongo_client, things, gate, fail, busy
):
    """It was aborted like any call, and its cursor stayed open on the server."""
    before = await open_cursors(mongo_client)
    cursor = things.find(batch_size=2)
    await cursor.next()
    await cursor.next()
    if busy:  # by a call that the close waits for
        await fail(1, "getMore", blockConnection=True, blockTimeMS=100)
        reading = cursor.next()
        cursor.close().cancel()
        await reading
    else:
        running = client.run_in_worker(gate)
        await gate.until_entered()
        cursor.close().cancel()
        gate.opened.set()
        await running
    while await open_cursors(mongo_client) > before:
        await asyncio.sleep(0.01)


async def test_the_server_is_told_though_the_time_of_the_caller_is_over(client, events):
    """The command was given what was left of the cancelled call's time."""
    with pymongo.timeout(1e-6):
        client._runtime.session_killer.kill_soon({"id": Binary(bytes(16), 4)})
    while not events.killed:
        await asyncio.sleep(0.01)


async def test_a_kill_that_waited_too_long_for_a_worker_is_not_the_last_one(
    make_client, events, gate
):
    """It kept the token, and no session of that client was killed any more."""
    client = make_client(max_workers=1, waitQueueTimeoutMS=100, event_listeners=[events])
    sessions = [{"id": Binary(bytes([n] * 16), 4)} for n in range(2)]
    blocking = client.run_in_worker(gate)
    client._runtime.session_killer.kill_soon(sessions[0])
    while not tornado_pymongo.statistics(client).calls.expired:
        await asyncio.sleep(0.01)
    gate.opened.set()
    await blocking
    client._runtime.session_killer.kill_soon(sessions[1])
    while not events.killed:
        await asyncio.sleep(0.01)
    assert events.killed == sessions


async def test_no_session_is_killed_where_another_call_has_killed_all_there_are(
    make_client, events, commands
):
    """It asked MongoDB to kill the sessions in an empty list: those are all of the user's."""
    client = make_client(max_workers=1, event_listeners=[events, commands])
    session = {"id": Binary(bytes(16), 4)}
    client._runtime.session_killer.kill_soon(session)
    await client.run_in_worker(client._runtime.session_killer._kill)
    assert events.killed == [session]
    assert commands.names.count("killSessions") == 1


async def test_a_commit_right_after_the_end_of_a_cancelled_operation_fails_too(
    client, things, events, block, blockbuster
):
    """The worker was done with the operation before the loop had heard of the cancelling."""
    blockbuster.functions["time.sleep"].deactivate()
    async with client.start_session() as session:
        session.start_transaction()
        await things.insert_one({"_id": "first"}, session=session)
        await block("insert")
        call = things.insert_one({"_id": "second"}, session=session)
        await block.until_asleep()
        aborted = call.call
        call.cancel()
        while not aborted.done():
            time.sleep(0.001)
        commit = session.commit_transaction()
        await block.wake()
        with pytest.raises(InvalidOperation, match="after calling abortTransaction"):
            await commit
    assert await things.find_one({"_id": "first"}) is None


def test_the_context_of_a_connection_is_of_one_class_from_its_first_use_on():
    """Each call set its class twice, which without the GIL stops all threads."""
    context = pool_internals._CancellationContext()
    contexts = pool_internals._Contexts()
    contexts.add(context)
    interruptible = type(context)
    contexts.discard(context)
    assert type(context) is interruptible is not pool_internals._CancellationContext


# Whose connection an interrupt reaches


async def test_a_call_aborted_as_it_gets_its_connection_asks_the_server_nothing(
    client, things, events, monkeypatch
):
    """The abort came when no connection was noted, so the call asked and waited half a second."""
    begin = pool_internals._Checkout.begin
    receive = sockets._BufferedSocket.receive_whole
    aborted, reads = [], []

    def abort_and_begin(checkout, connection):
        if not aborted:  # not the call that kills its session
            aborted.append(checkout.call)
            checkout.call.abort()
        begin(checkout, connection)

    def note_and_receive(sock, request_id):
        reads.append(running_call())
        return receive(sock, request_id)

    monkeypatch.setattr(pool_internals._Checkout, "begin", abort_and_begin)
    monkeypatch.setattr(sockets._BufferedSocket, "receive_whole", note_and_receive)
    with pytest.raises(asyncio.CancelledError):
        await things.find_one({"_id": 1})
    assert not set(aborted) & set(reads)
    monkeypatch.undo()
    assert await things.find_one({"_id": 2}) == {"_id": 2}
    assert (events.closed, events.cleared) == (1, 0)


@pytest.fixture
def pair():
    """Return a pool with one idle connection, and both ends of that."""
    near, far = socket.socketpair()
    far.settimeout(10)
    with near, far:
        yield pool_internals.pool_of_one(near), near, far


async def test_a_connection_that_another_call_has_given_back_is_not_interrupted(
    make_client, pair, gate
):
    """One that is pinned, to a cursor or a transaction, may go back to the pool from anywhere."""
    pool, near, far = pair
    taken = []

    def take():
        taken.append(pool._get_conn(0.0))
        pool.active_contexts.add(taken[0].cancel_context)
        gate()

    client = make_client(max_workers=2)
    call = client.run_in_worker(take)
    await gate.until_entered()
    await client.run_in_worker(pool.checkin, taken[0])
    call.cancel()
    await client.run_in_worker(near.send, b"still here")
    assert await client.run_in_worker(far.recv, 10) == b"still here"


@pytest.mark.parametrize("is_given_back", [False, True])
async def test_a_connection_is_not_interrupted_once_it_is_given_back_or_about_to_be_closed(
    client, pair, is_given_back
):
    """The number of a socket that is closed may be another one's the next moment."""
    pool, near, far = pair

    def check():
        with pool.checkout() as connection:
            checkout = running_call().checkout
            if not is_given_back:
                connection.cancel_context.cancel()  # as PyMongo does before it closes it
                interrupt(checkout)
        interrupt(checkout)
        near.send(b"still here")
        assert far.recv(10) == b"still here"

    await client.run_in_worker(check)


async def test_a_connection_is_interrupted_while_it_is_checked_out(client, pair):
    pool, _, far = pair

    def check():
        with pool.checkout():
            interrupt(running_call().checkout)
            assert far.recv(10) == b""

    await client.run_in_worker(check)


async def test_a_finalizer_may_abort_the_call_that_checks_a_connection_out(client):
    """The thread then waited for a lock that it held itself."""

    class Connection:
        @property
        def cancel_context(self):
            return self

        @property
        def conn(self):  # here the collector could run
            running_call().abort()
            return None

    def check():
        call = running_call()
        call.checkout = pool_internals._Checkout(call, None)
        call.checkout.begin(Connection())
        return call.checkout.end()

    assert await asyncio.wait_for(client.run_in_worker(check), 10)


def interrupt(checkout):
    with checkout.call.checkout_lock:
        checkout.interrupt()
