"""Sessions and transactions."""

from __future__ import annotations

import asyncio

import pymongo
import pymongo.asynchronous.client_session
import pytest
from pymongo.errors import InvalidOperation, OperationFailure, PyMongoError
from tornado import gen

import tornado_pymongo
from tornado_pymongo.proxy import Function, bound_session


@pytest.fixture
def client(make_client, commands):
    """Return a client whose `commands` are known."""
    return make_client(event_listeners=[commands])


@pytest.fixture
def things(client, db):
    """Return a collection that is there, and empty."""
    db.delegate.create_collection("things")
    return client[db.name].things


async def test_a_session_is_ended_by_async_with_awaited_or_not(client):
    async with client.start_session() as session:
        assert type(session) is tornado_pymongo.ClientSession
        assert session.client is client
        assert not session.has_ended
    assert session.has_ended
    async with await client.start_session(causal_consistency=True) as session:
        assert session.options.causal_consistency
    assert session.has_ended
    session = await client.start_session()
    await session.end_session()
    assert session.has_ended


def test_a_session_for_gen_coroutine(things):
    @gen.coroutine
    def add():
        session = yield things.database.client.start_session()
        session.start_transaction()
        yield things.insert_one({"_id": 1}, session=session)
        yield session.commit_transaction()
        yield session.end_session()
        return (yield things.count_documents({}))

    async def main():
        return await add()

    assert asyncio.run(main()) == 1


@pytest.mark.parametrize("awaited", [False, True])
async def test_a_transaction_is_committed_or_aborted_by_async_with(client, things, awaited):
    async with client.start_session() as session:
        transaction = session.start_transaction()
        async with (await transaction) if awaited else transaction:
            await things.insert_one({"_id": 1}, session=session)
            assert await things.count_documents({}) == 0
        assert await things.count_documents({}) == 1
        transaction = session.start_transaction()
        with pytest.raises(ZeroDivisionError):
            async with (await transaction) if awaited else transaction:
                await things.insert_one({"_id": 2}, session=session)
                raise ZeroDivisionError
        assert await things.count_documents({}) == 1


async def test_leaving_a_session_aborts_its_transaction(client, things, commands):
    async with client.start_session() as session:
        session.start_transaction()
        await things.insert_one({"_id": 1}, session=session)
    assert "abortTransaction" in commands.names
    assert await things.count_documents({}) == 0


async def test_a_session_that_is_left_waits_for_its_running_call(client, things, fail):
    await fail(1, "commitTransaction", blockConnection=True, blockTimeMS=300)
    async with client.start_session() as session:
        session.start_transaction()
        await things.insert_one({"_id": 1}, session=session)
        commit = session.commit_transaction()
        with pytest.raises(InvalidOperation, match="ClientSession is in use by another call"):
            session.start_transaction()
    await commit
    assert session.has_ended
    assert await things.count_documents({}) == 1


async def test_a_transaction_that_is_left_waits_for_a_commit_of_its_own(client, things, fail):
    await fail(1, "commitTransaction", blockConnection=True, blockTimeMS=300)
    async with client.start_session() as session:
        async with session.start_transaction():
            await things.insert_one({"_id": 1}, session=session)
            commit = session.commit_transaction()
        await commit
    assert await things.count_documents({}) == 1


async def test_with_transaction_commits_and_returns_what_the_callback_returned(client, things):
    async def add(session):
        await things.insert_one({"_id": 1}, session=session)
        return "added"

    async with client.start_session() as session:
        assert await session.with_transaction(add) == "added"
        assert not session.in_transaction
        nothing = gen.coroutine(lambda session: 5)
        assert await asyncio.create_task(session.with_transaction(callback=nothing)) == 5
    assert await things.count_documents({}) == 1


async def test_with_transaction_aborts_for_an_error_of_the_callbacks(client, things):
    async def add(session):
        await things.insert_one({"_id": 1}, session=session)
        raise ZeroDivisionError

    async with client.start_session() as session:
        with pytest.raises(ZeroDivisionError):
            await session.with_transaction(add)
        assert not session.in_transaction
    assert await things.count_documents({}) == 0


@pytest.mark.parametrize(
    ("times", "how", "commits"),
    [
        # The write is not known to be on a majority: with_transaction asks again.
        (1, {"writeConcernError": {"code": 64, "errmsg": "not yet"}}, 2),
        # PyMongo itself tries twice.
        (2, {"closeConnection": True}, 3),
    ],
)
async def test_with_transaction_repeats_a_commit_whose_result_is_unknown(
    client, things, commands, fail, times, how, commits
):
    ran = []

    async def add(session):
        ran.append(1)
        await things.insert_one({"_id": 1}, session=session)

    await fail(times, "commitTransaction", **how)
    async with client.start_session() as session:
        await session.with_transaction(add)
    assert commands.names.count("commitTransaction") == commits
    assert len(ran) == 1
    assert await things.count_documents({}) == 1


async def test_with_transaction_runs_the_callback_again_for_a_transient_error(
    client, things, fail, commands
):
    ran = []

    async def add(session):
        ran.append(1)
        await things.insert_one({"_id": 1}, session=session)
        return len(ran)

    await fail(1, "insert", errorCode=112, errorLabels=["TransientTransactionError"])
    async with client.start_session() as session:
        assert await session.with_transaction(add) == 2
    assert commands.names.count("abortTransaction") == 1
    assert await things.count_documents({}) == 1


async def test_with_transaction_gives_up_when_pymongo_does(client, things, fail, monkeypatch):
    twins = pymongo.asynchronous.client_session
    monkeypatch.setattr(twins, "_within_time_limit", lambda *args: False)
    ran = []

    async def add(session):
        ran.append(1)
        await things.insert_one({"_id": 1}, session=session)

    await fail(1, "insert", errorCode=112, errorLabels=["TransientTransactionError"])
    async with client.start_session() as session:
        with pytest.raises(PyMongoError):
            await session.with_transaction(add)
    assert len(ran) == 1


async def test_a_cancelled_with_transaction_commits_nothing(client, things, commands):
    added = asyncio.Event()

    async def add(session):
        await things.insert_one({"_id": 1}, session=session)
        added.set()
        await asyncio.Event().wait()

    async with client.start_session() as session:
        transaction = session.with_transaction(add)
        await added.wait()
        transaction.cancel()
        with pytest.raises(asyncio.CancelledError):
            await transaction
        if pymongo.version_tuple >= (4, 12):  # before, PyMongo's leaves that to the session's end
            assert commands.names[-1] == "abortTransaction"
            assert not session.in_transaction
    assert "abortTransaction" in commands.names
    assert await things.count_documents({}) == 0


async def test_a_with_transaction_cancelled_in_its_commit_leaves_none_open(
    client, things, commands, block
):
    """The commit still ran, so that aborting was refused, and the next transaction as well."""

    async def add(session):
        await things.insert_one({"_id": 1}, session=session)

    async with client.start_session() as session:
        await block("commitTransaction", 1000)
        transaction = session.with_transaction(add)
        await block.until_asleep()
        transaction.cancel()
        with pytest.raises(asyncio.CancelledError):
            await transaction
        assert not session.in_transaction
        async with session.start_transaction():
            pass


@pytest.mark.parametrize("way", ["with_transaction", "start_transaction", "abort", "bind"])
async def test_a_transaction_is_aborted_after_its_running_operation(
    client, things, gate, monkeypatch, way
):
    source = pymongo.client_session.ClientSession
    if way == "bind" and not hasattr(source, "bind"):
        pytest.skip("PyMongo has it from 4.17 on")
    apply_to = source._apply_to  # what makes a command part of the transaction
    monkeypatch.setattr(source, "_apply_to", lambda *args: (gate(), apply_to(*args)))

    async def add(session):
        await things.insert_one({"_id": 1}, session=session)

    async def run(session):
        if way == "with_transaction":
            await session.with_transaction(callback=add)
        elif way == "abort":
            session.start_transaction()
            try:
                await add(session)
            finally:
                await session.abort_transaction()
        elif way == "bind":
            async with session.bind(end_session=False), session.start_transaction():
                await add(None)
        else:
            async with session.start_transaction():
                await add(session)

    async with client.start_session() as session:
        running = asyncio.create_task(run(session))
        await gate.until_entered()
        running.cancel()
        await asyncio.wait([running], timeout=0.2)
        assert session.in_transaction
        gate.opened.set()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert await things.count_documents({}) == 0


async def test_a_running_operation_is_not_drawn_into_a_transaction(
    client, things, gate, monkeypatch
):
    source = pymongo.client_session.ClientSession
    apply_to = source._apply_to
    monkeypatch.setattr(source, "_apply_to", lambda *args: (gate(), apply_to(*args)))
    async with client.start_session() as session:
        running = things.insert_one({"_id": 1}, session=session)
        await gate.until_entered()
        with pytest.raises(InvalidOperation, match="could become part of the transaction"):
            session.start_transaction()
        gate.opened.set()
        await running
        session.start_transaction()


async def test_a_session_that_is_left_is_ended_whoever_gives_up_waiting(client, things, gate):
    session = client.start_session()
    async with session:
        session.start_transaction()
        await things.insert_one({"_id": 1}, session=session)
        session._start(Function(session, "wait", gate))
        await gate.until_entered()
        leaving = asyncio.create_task(session.__aexit__(None, None, None))
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.wait([leaving])
        gate.opened.set()
        while not session.has_ended:
            await asyncio.sleep(0.001)
    assert await things.count_documents({}) == 0


async def test_the_end_of_async_with_does_not_hide_an_error_when_the_client_is_closed(
    client, things
):
    async def run(something):
        async with something:
            await client.close()
            raise ZeroDivisionError

    session = client.start_session()
    stream = await things.watch(max_await_time_ms=100)
    session.start_transaction()
    grid_in = tornado_pymongo.GridFSBucket(things.database).open_upload_stream("name")
    for something in stream, grid_in, session, tornado_pymongo.session.TransactionContext(session):
        with pytest.raises(ZeroDivisionError):
            await run(something)
        if something is not stream:  # a closed client has closed it
            with pytest.raises(InvalidOperation, match="after close"):
                async with something:
                    pass


async def test_with_transaction_refuses_what_is_no_coroutine_function(client, things):
    async with client.start_session() as session:
        with pytest.raises(TypeError, match="needs a coroutine function, not int"):
            session.with_transaction(5)
        with pytest.raises(TypeError, match="returned NoneType"):
            await session.with_transaction(lambda session: None)
        assert not session.in_transaction


@pytest.mark.skipif(
    not hasattr(pymongo.client_session.ClientSession, "bind"), reason="PyMongo has it from 4.17 on"
)
async def test_a_bound_session_is_used_by_all_calls_of_its_task(client, things):
    async with client.start_session() as session:
        async with session.bind(end_session=False) as bound:
            assert bound is session
            session.start_transaction()
            await things.insert_one({"_id": 1})
            assert await asyncio.gather(things.find_one()) == [{"_id": 1}]
            await session.abort_transaction()
        assert await things.find_one() is None
        assert bound_session.get() is None
        async with session.bind():
            pass
        assert session.has_ended


async def test_pymongos_own_errors(client, things):
    session = client.start_session()
    with pytest.raises(InvalidOperation, match="No transaction started"):
        await session.commit_transaction()
    session.start_transaction()
    with pytest.raises(InvalidOperation, match="already in progress"):
        session.start_transaction()
    with pytest.raises(OperationFailure):
        await things.database.command("listDatabases", session=session)
    await session.end_session()
    with pytest.raises(InvalidOperation, match="ended session"):
        await things.find_one(session=session)


async def test_a_session_ends_after_the_calls_that_were_given_it(client, things, fail):
    """The one that ran failed with an AttributeError of PyMongo's when it was tried again."""
    await fail(1, "find", blockConnection=True, blockTimeMS=100, closeConnection=True)
    async with client.start_session() as session:
        call = things.find_one(session=session)
    assert await call is None
    assert session.has_ended
