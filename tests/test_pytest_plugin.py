"""The fixtures and the test case, in the tests of small projects that are run from outside."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pymongo
import pytest

pytest_plugins = ["pytester"]

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[1] / "examples" / "testing"

without_uvloop = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no uvloop")


@pytest.fixture
def databases(mongo_server):
    """Return a function that returns the names of all databases but MongoDB's own, and others'."""
    with pymongo.MongoClient(mongo_server.uri) as client:
        before = set(client.list_database_names())
        yield lambda: set(client.list_database_names()) - before


@pytest.fixture
def run(pytester, mongo_server, monkeypatch, databases):
    """Return a function that runs the tests of a project; afterwards no database is left."""
    monkeypatch.setenv("MONGODB_URI", mongo_server.uri)

    def run(*arguments, asyncio_mode="strict", **files):
        pytester.makeini(
            "[pytest]\n"
            "filterwarnings = error\n"
            f"asyncio_mode = {asyncio_mode}\n"
            "asyncio_default_fixture_loop_scope = function\n"
        )
        pytester.makepyfile(**files)
        return pytester.runpytest_subprocess("-rs", "-p", "no:cacheprovider", *arguments)

    yield run
    assert databases() == set()


def example(name, **replaced):
    """Return the files of an example, in the form of arguments."""
    text = (EXAMPLES / f"{name}.py").read_text()
    for old, new in replaced.items():
        text = re.sub(rf"{old}\b.*", new, text)
    return {name: text, "orders": (EXAMPLES / "orders.py").read_text()}


# Each way to run tests


@pytest.mark.parametrize(
    ("name", "tests"),
    [
        ("test_with_pytest", 2),
        ("test_with_anyio", 2),
        ("test_with_tornado", 3),
        ("test_with_unittest", 2),
    ],
)
def test_the_examples_pass_with_pytest(run, name, tests):
    run(**example(name)).assert_outcomes(passed=tests)


def test_with_asyncio_mode_auto_there_is_no_need_for_marks(run):
    files = example("test_with_pytest", pytestmark="")
    assert "mark.asyncio" not in files["test_with_pytest"]
    run(asyncio_mode="auto", **files).assert_outcomes(passed=2)


@pytest.mark.parametrize(("name", "tests"), [("test_with_tornado", 3), ("test_with_unittest", 2)])
def test_the_examples_pass_with_unittest(
    pytester, databases, monkeypatch, mongo_server, name, tests
):
    monkeypatch.setenv("MONGODB_URI", mongo_server.uri)
    pytester.makepyfile(**example(name))
    result = pytester.run(sys.executable, "-W", "error", "-m", "unittest", name)
    assert result.ret == 0
    result.stderr.fnmatch_lines([f"Ran {tests} tests in *", "OK"])
    assert databases() == set()


@pytest.mark.skipif("MONGODB_URI" in os.environ, reason="MONGODB_URI names a server")
def test_unittest_has_a_server_of_its_own_which_ends_with_it(pytester, monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    pytester.makepyfile(**example("test_with_unittest"))
    result = pytester.run(sys.executable, "-W", "error", "test_with_unittest.py")
    assert result.ret == 0
    assert not list(tmp_path.iterdir())


def test_anyios_tests_on_trio_are_skipped_with_the_reason(run):
    result = run(
        test_it="""
        import pytest

        @pytest.mark.anyio
        async def test_it(mongo_database):
            await mongo_database.things.insert_one({})
        """
    )
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*needs asyncio, and the anyio_backend is trio*"])


def test_asynchronous_fixtures_may_use_it(run):
    run(
        asyncio_mode="auto",
        test_it="""
        import pytest

        @pytest.fixture
        async def things(mongo_database):
            await mongo_database.things.insert_one({"_id": 1})
            yield mongo_database.things
            await mongo_database.things.delete_one({"_id": 1})

        async def test_it(things):
            assert await things.find_one() == {"_id": 1}
        """,
    ).assert_outcomes(passed=1)


def test_tornados_test_cases_can_have_the_fixtures(run):
    run(
        test_it="""
        import pytest
        from tornado.testing import AsyncTestCase, gen_test

        class TestIt(AsyncTestCase):
            @pytest.fixture(autouse=True)
            def have(self, mongo_database):
                self.db = mongo_database

            def setUp(self):
                super().setUp()
                assert self.db.name.startswith("test_")

            @gen_test
            def test_it(self):
                yield self.db.things.insert_one({"_id": 1})
                assert (yield self.db.things.find_one()) == {"_id": 1}
        """
    ).assert_outcomes(passed=1)


def test_an_ordinary_test_may_run_a_loop_itself(run):
    run(
        test_it="""
        import asyncio

        def test_it(mongo_database):
            assert asyncio.run(mongo_database.things.insert_one({"_id": 1})).acknowledged
            assert asyncio.run(mongo_database.things.find_one()) == {"_id": 1}
        """
    ).assert_outcomes(passed=1)


# Any loop


@without_uvloop
def test_with_uvloop_and_pytest_asyncio(run):
    run(
        conftest="""
        import uvloop

        def pytest_asyncio_loop_factories(config, item):
            return {"uvloop": uvloop.new_event_loop}
        """,
        test_it="""
        import asyncio
        import pytest
        import uvloop

        @pytest.mark.asyncio
        async def test_it(mongo_database):
            assert type(asyncio.get_running_loop()) is uvloop.Loop
            await mongo_database.things.insert_one({})
        """,
    ).assert_outcomes(passed=1)


@without_uvloop
def test_with_uvloop_and_anyio(run):
    run(
        test_it="""
        import asyncio
        import pytest
        import uvloop

        @pytest.fixture
        def anyio_backend():
            return "asyncio", {"use_uvloop": True}

        @pytest.mark.anyio
        async def test_it(mongo_database):
            assert type(asyncio.get_running_loop()) is uvloop.Loop
            await mongo_database.things.insert_one({})
        """
    ).assert_outcomes(passed=1)


@without_uvloop
@pytest.mark.parametrize("case", ["IsolatedAsyncioTestCase", "AsyncTestCase"])
def test_with_uvloop_and_unittest(run, case):
    run(
        test_it=f"""
        import asyncio
        import pytest
        import unittest
        import uvloop
        from tornado.testing import AsyncTestCase, gen_test
        from tornado_pymongo.testing import MongoTestCase

        IsolatedAsyncioTestCase = unittest.IsolatedAsyncioTestCase
        pytestmark = pytest.mark.filterwarnings("ignore:.*olicy:DeprecationWarning")  # 3.14's

        def setUpModule():
            asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())

        def tearDownModule():
            asyncio.set_event_loop_policy(None)

        class TestIt(MongoTestCase, {case}):
            {"@gen_test" if case == "AsyncTestCase" else ""}
            async def test_it(self):
                assert type(asyncio.get_running_loop()) is uvloop.Loop
                await self.mongo_database.things.insert_one({{}})
        """
    ).assert_outcomes(passed=1)


# What is clean


def test_each_test_has_a_database_of_its_own(run):
    run(
        asyncio_mode="auto",
        test_it="""
        import pytest

        names = set()

        @pytest.mark.parametrize("n", range(3))
        async def test_it(mongo_database, mongo_client, n):
            assert mongo_database.client is mongo_client
            assert await mongo_database.list_collection_names() == []
            await mongo_database.things.insert_one({"_id": 1})
            names.add(mongo_database.name)
            assert len(names) == n + 1
        """,
    ).assert_outcomes(passed=3)


def test_nothing_is_left_of_any_kind_of_collection(run):
    run(
        asyncio_mode="auto",
        test_it="""
        async def test_plain(mongo_database):
            await mongo_database.a.insert_one({})
            await mongo_database.b.create_index("unique", unique=True)
            await mongo_database.create_collection("c", capped=True, size=1000)

        async def test_view(mongo_database):
            await mongo_database.things.insert_one({})
            await mongo_database.create_collection("view", viewOn="things", pipeline=[])

        async def test_time_series(mongo_database):
            await mongo_database.create_collection("series", timeseries={"timeField": "t"})

        async def test_files(mongo_database):
            from tornado_pymongo import GridFSBucket
            await GridFSBucket(mongo_database).upload_from_stream("name", b"data")

        async def test_nothing(mongo_database):
            pass
        """,
    ).assert_outcomes(passed=5)


def test_a_test_may_fail_or_close_its_client(run):
    result = run(
        asyncio_mode="auto",
        test_it="""
        async def test_closes(mongo_database, mongo_client):
            await mongo_database.things.insert_one({})
            await mongo_client.close()

        async def test_fails(mongo_database):
            await mongo_database.things.insert_one({})
            assert False
        """,
    )
    result.assert_outcomes(passed=1, failed=1)


def test_the_test_case_cleans_up_after_a_test_that_fails_or_closes_its_client(run):
    result = run(
        test_it="""
        import unittest
        from tornado_pymongo.testing import MongoTestCase

        class TestIt(MongoTestCase, unittest.IsolatedAsyncioTestCase):
            async def test_closes(self):
                await self.mongo_database.things.insert_one({})
                await self.mongo_client.close()

            async def test_fails(self):
                await self.mongo_database.things.insert_one({})
                assert False

        class TestSetUp(MongoTestCase, unittest.IsolatedAsyncioTestCase):
            async def asyncSetUp(self):
                await self.mongo_database.things.insert_one({})
                assert False

            async def test_it(self):
                pass
        """
    )
    result.assert_outcomes(passed=1, failed=2)


def test_who_leaves_a_transaction_open_is_told(run, mongo_server):
    result = run(
        asyncio_mode="auto",
        conftest="""
        import tornado_pymongo.testing
        tornado_pymongo._mongod._CLEAN_UP = 0.2
        """,
        test_it="""
        async def test_leaves_it(mongo_client, mongo_database):
            await mongo_database.things.insert_one({})
            session = await mongo_client.start_session()
            session.start_transaction()
            await mongo_database.things.insert_one({}, session=session)

        async def test_is_not_held_up(mongo_database):
            await mongo_database.things.insert_one({})
        """,
    )
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        ["*MongoServerError: the collections of this test could not be dropped in *"]
    )
    with pymongo.MongoClient(mongo_server.uri) as client:
        idle = [{"$currentOp": {"idleSessions": True}}, {"$match": {"type": "idleSession"}}]
        for session in client.admin.aggregate(idle):
            client.admin.command("killSessions", [{"id": session["lsid"]["id"]}])
        for name in client.list_database_names():
            if name.startswith("test_"):
                client.drop_database(name)


@pytest.mark.skipif("MONGODB_URI" in os.environ, reason="MONGODB_URI names a server")
def test_a_project_can_have_a_server_and_a_client_of_its_own(run):
    run(
        asyncio_mode="auto",
        conftest=(EXAMPLES / "own_fixtures.py").read_text(),
        test_it="""
        import pymongo
        import pytest

        clients = set()

        @pytest.mark.parametrize("n", range(3))
        async def test_it(mongo_database, n):
            await mongo_database.things.insert_one({})
            clients.add(mongo_database.client)
            assert len(clients) == 1

        async def test_a_command_fails(mongo_client, mongo_database):
            fail = {"failCommands": ["find"], "errorCode": 2}
            await mongo_client.admin.command(
                "configureFailPoint", "failCommand", mode={"times": 1}, data=fail
            )
            with pytest.raises(pymongo.errors.OperationFailure):
                await mongo_database.things.find_one()
        """,
    ).assert_outcomes(passed=4)
