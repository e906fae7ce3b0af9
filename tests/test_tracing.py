"""Tracing: whoever looks at a command sees the context of the caller.

The spans are those of OpenTelemetry's SDK and of its instrumentation of PyMongo, which starts a
span for each command in the thread that sends it, as a child of what is the current span there.
"""

from __future__ import annotations

import asyncio
import io
import logging
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pymongo
import pytest
from interpreter import EARLY, EARLY_REASON
from pymongo import monitoring
from tornado import gen
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

import tornado_pymongo
from tornado_pymongo.exclusive import until_free
from tornado_pymongo.web import GridFSHandler, GridFSUploadHandler

if EARLY:
    pytest.skip(EARLY_REASON, allow_module_level=True)

from opentelemetry import trace
from opentelemetry.instrumentation.pymongo import PymongoInstrumentor
from opentelemetry.instrumentation.tornado import TornadoInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

BATCH = 50  # documents, of which there are 250


class Spans:
    """What OpenTelemetry has recorded. Called with a name, it begins a span of that name."""

    def __init__(self) -> None:
        self.provider = TracerProvider()
        self._exporter = InMemorySpanExporter()
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self._tracer = self.provider.get_tracer("test")

    def __call__(self, name: str) -> Any:
        return self._tracer.start_as_current_span(name)

    def clear(self) -> None:
        self._exporter.clear()

    def finished(self) -> list[Any]:
        """Return all spans that are over, in the order of their beginning."""
        return sorted(self._exporter.get_finished_spans(), key=lambda span: span.start_time)

    def count(self, command: str) -> int:
        """Return how many commands of that name are over."""
        return sum(span.name.endswith(f".{command}") for span in self.finished())

    def commands(self) -> list[tuple[str, str | None]]:
        """Return the name of each command, and that of its parent."""
        spans = self.finished()
        names = {span.context.span_id: span.name for span in spans}
        return [
            (span.name.rpartition(".")[2], span.parent and names[span.parent.span_id])
            for span in spans
            if span.kind is trace.SpanKind.CLIENT
        ]

    def under(self, parent: str | None) -> list[str]:
        """Return the names of the commands that are children of that span."""
        return [command for command, its in self.commands() if its == parent]


@contextmanager
def instrumented(instrumentor, spans):
    instrumentor.instrument(tracer_provider=spans.provider)
    try:
        yield
    finally:
        instrumentor.uninstrument()


@pytest.fixture
def spans(monkeypatch):
    """Return the `Spans` of all clients that are made during the test."""
    # What is registered with PyMongo, is for good.
    monkeypatch.setattr(monitoring, "_LISTENERS", monitoring._Listeners([], [], [], [], []))
    monkeypatch.setattr(PymongoInstrumentor, "_commandtracer_instance", None)
    spans = Spans()
    instrumentor = PymongoInstrumentor()
    with instrumented(instrumentor, spans):
        yield spans
    # The instrumentor is a singleton, and has it in an attribute of its own.
    del instrumentor._commandtracer_instance


@pytest.fixture
def mongo_client(spans, mongo_client):
    """Return a client that is traced."""
    return mongo_client


@pytest.fixture
def traced(spans, mongo_client, numbers):
    """Return a collection of 250 documents, and forget what it took to make it."""
    mongo_client.delegate.admin.command("ping")  # it is connected
    spans.clear()
    return numbers


# Calls


async def test_a_command_is_the_child_of_the_span_in_which_its_call_was_made(spans, traced):
    with spans("caller"):
        await traced.find_one()
        await traced.insert_one({})
        await traced.count_documents({})
    assert spans.commands() == [
        ("find", "caller"),
        ("insert", "caller"),
        ("aggregate", "caller"),
    ]


async def test_without_a_span_it_has_no_parent(spans, traced):
    await traced.find_one()
    assert spans.commands() == [("find", None)]


async def test_it_is_where_the_call_was_made_not_where_it_is_awaited(spans, traced):
    with spans("maker"):
        call = traced.find_one()
    with spans("waiter"):
        await call
    assert spans.commands() == [("find", "maker")]


async def test_a_call_that_waits_for_a_thread_keeps_its_span(spans, traced, busy_workers):
    with busy_workers():
        calls = []
        for name in "a", "b", "c":
            with spans(name):
                calls.append(traced.find_one())
    await asyncio.gather(*calls)
    assert sorted(spans.commands()) == [("find", "a"), ("find", "b"), ("find", "c")]


async def test_gathered_calls_have_each_its_own(spans, traced):
    async def request(name):
        with spans(name):
            await traced.find_one()
            await traced.update_one({"_id": 1}, {"$inc": {"n": 1}})

    names = [f"request {n}" for n in range(50)]
    await asyncio.gather(*map(request, names))
    assert len(spans.commands()) == 100
    for name in names:
        assert spans.under(name) == ["find", "update"]


async def test_a_callback_is_called_in_the_context_of_the_call(spans, traced):
    done = asyncio.get_running_loop().create_future()

    def again(result, error):
        traced.find_one(callback=lambda *args: done.set_result(args))

    with spans("caller"):
        traced.find_one(callback=again)
    await done
    assert spans.commands() == [("find", "caller"), ("find", "caller")]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 looks for a Future first")
def test_a_call_made_before_the_loop_runs_keeps_its_span(spans, traced):
    with spans("before"):
        call = traced.find_one()

    with spans("runs"):
        assert asyncio.run(call) == {"_id": 0}
    assert spans.commands() == [("find", "before")]


async def test_a_function_in_a_worker_has_the_span_and_may_begin_more(spans, traced):
    def work(collection):
        collection.find_one()
        with spans("within"):
            collection.insert_one({})

    with spans("caller"):
        await traced.database.client.run_in_worker(work, traced.delegate)
    assert spans.commands() == [("find", "caller"), ("insert", "within")]
    caller, _, within, _ = spans.finished()
    assert within.parent.span_id == caller.context.span_id


async def test_a_command_that_fails_is_a_span_that_failed(spans, traced):
    with spans("caller"), pytest.raises(pymongo.errors.OperationFailure):
        await traced.find_one({"$nonsense": 1})
    assert spans.commands() == [("find", "caller")]
    assert spans.finished()[-1].status.status_code is trace.StatusCode.ERROR


async def test_a_command_that_is_tried_again_is_two_spans_of_one_parent(spans, traced, fail):
    await fail(1, "find", closeConnection=True)
    spans.clear()
    with spans("caller"):
        await traced.find_one()
    assert spans.under("caller") == ["find", "find"]


@pytest.mark.skipif(
    pymongo.version_tuple < (4, 20),
    reason="up to PyMongo 4.19, listeners are not told of the end of what is cancelled",
)
async def test_a_command_whose_call_is_cancelled_is_a_span_that_failed(spans, traced, block):
    await block("find")
    spans.clear()
    with spans("caller"):
        call = traced.find_one()
        await block.until_asleep()
        call.cancel()
        while not spans.count("find"):  # the worker sees it a moment later
            await asyncio.sleep(0.01)
    (find,) = [span for span in spans.finished() if span.name.endswith(".find")]
    assert find.status.status_code is trace.StatusCode.ERROR
    assert find.status.description == "operation interrupted by CancelledError"
    assert ("find", "caller") in spans.commands()


# Cursors


async def test_each_batch_is_of_who_reads_it(spans, traced):
    cursor = traced.find(batch_size=BATCH).read_ahead(False)
    for part in "first", "second", "third":
        with spans(part):
            for _ in range(BATCH):
                await cursor.next()
    assert spans.commands() == [("find", "first"), ("getMore", "second"), ("getMore", "third")]
    with spans("end"):
        await cursor.close()
    assert spans.under("end") == ["killCursors"]


async def test_a_batch_that_is_read_ahead_is_of_who_began_to_read_the_one_before(spans, traced):
    cursor = traced.find(batch_size=BATCH)
    with spans("first"):
        for _ in range(BATCH):
            await anext(cursor)
    with spans("second"):
        await anext(cursor)  # which fetches the second batch, and begins to fetch the third
        await until_free(cursor)
    with spans("later"):
        for _ in range(BATCH - 1):
            await anext(cursor)
    assert spans.under("first") == ["find"]
    assert spans.under("second") == ["getMore", "getMore"]
    assert spans.under("later") == []
    await cursor.close()


async def test_all_batches_of_an_async_for_are_of_its_span(spans, traced):
    with spans("caller"):
        assert len([doc async for doc in traced.find(batch_size=BATCH)]) == 250
    assert spans.commands() == [("find", "caller")] + [("getMore", "caller")] * 5


async def test_to_list_is_one_span_with_all_its_batches(spans, traced):
    with spans("caller"):
        assert len(await traced.find(batch_size=BATCH).to_list()) == 250
        assert len(await traced.aggregate([], batchSize=BATCH).to_list()) == 250
    assert {parent for _, parent in spans.commands()} == {"caller"}
    assert spans.under("caller").count("getMore") == 10


async def test_each_with_a_callback_reads_in_the_context_of_its_call(spans, traced):
    done = asyncio.get_running_loop().create_future()

    def got(document, error):
        if document is None:
            done.set_result(error)

    with spans("caller"):
        traced.find(batch_size=BATCH).each(got)
    assert await done is None
    assert {parent for _, parent in spans.commands()} == {"caller"}
    assert spans.under("caller").count("getMore") == 5


# Sessions


async def test_a_transaction_has_all_its_commands_under_its_span(spans, traced):
    with spans("caller"):
        session = await traced.database.client.start_session()
        async with session, session.start_transaction():
            await traced.insert_one({}, session=session)
            await traced.find_one(session=session)
    assert spans.commands()[:3] == [
        ("insert", "caller"),
        ("find", "caller"),
        ("commitTransaction", "caller"),
    ]


async def test_with_transaction_runs_its_callback_and_commits_in_the_callers_span(spans, traced):
    async def move(session):
        with spans("callback"):
            await traced.insert_one({}, session=session)

    with spans("caller"):
        async with traced.database.client.start_session() as session:
            await session.with_transaction(move)
    assert spans.under("callback") == ["insert"]
    assert spans.under("caller") == ["commitTransaction"]


async def test_a_transaction_that_is_aborted_is_so_in_the_span_that_leaves_it(spans, traced):
    with spans("caller"):
        async with traced.database.client.start_session() as session:
            with pytest.raises(ZeroDivisionError):
                async with session.start_transaction():
                    await traced.insert_one({}, session=session)
                    1 / 0  # noqa: B018
    assert spans.under("caller") == ["insert", "abortTransaction"]


# Change streams


async def test_a_change_stream_asks_in_the_span_of_who_wants_the_next_change(spans, traced):
    with spans("open"):
        stream = await traced.watch(max_await_time_ms=50)
    with spans("insert"):
        await traced.insert_one({"_id": "new"})
    with spans("next"):
        assert (await stream.next())["documentKey"] == {"_id": "new"}
    with spans("try"):
        assert await stream.try_next() is None
    await stream.close()
    assert spans.under("open") == ["aggregate"]
    assert spans.under("insert") == ["insert"]
    assert set(spans.under("next")) == {"getMore"}
    assert set(spans.under("try")) == {"getMore"}


async def test_a_change_stream_that_has_many_turns_keeps_its_span(spans, traced, make_client):
    """With one thread for two streams, each has turns, perhaps in another thread."""
    client = make_client(max_stream_workers=1)
    collection = client[traced.database.name].numbers
    streams = [await collection.watch(max_await_time_ms=20) for _ in range(2)]

    async def wait_for_change(name, stream):
        with spans(name):
            return await stream.next()

    waiting = [
        asyncio.create_task(wait_for_change(f"stream {n}", stream))
        for n, stream in enumerate(streams)
    ]
    while spans.count("getMore") < 6:
        await asyncio.sleep(0.01)
    await collection.insert_one({})
    await asyncio.gather(*waiting)
    for stream in streams:
        await stream.close()
    for n in range(2):
        assert len(spans.under(f"stream {n}")) > 1
    assert {parent for name, parent in spans.commands() if name == "getMore"} == {
        "stream 0",
        "stream 1",
    }


# GridFS


async def test_gridfs_stores_and_reads_under_the_callers_span(spans, traced):
    bucket = tornado_pymongo.GridFSBucket(traced.database, chunk_size_bytes=1000)
    data = bytes(5000)
    with spans("store"):
        file_id = await bucket.upload_from_stream("name", io.BytesIO(data))
    with spans("open"):
        grid_out = await bucket.open_download_stream(file_id)
    with spans("read"):
        assert await grid_out.read() == data
    with spans("delete"):
        await bucket.delete(file_id)
    assert spans.under("store").count("insert") >= 2
    assert spans.under("open") == ["find"]
    assert set(spans.under("read")) <= {"find", "getMore"}
    assert spans.under("delete") == ["delete", "delete"]
    assert spans.under(None) == []


# Handlers


class CoroutineHandler(RequestHandler):
    """What is of this generator's is of its span, also after it has waited."""

    @gen.coroutine
    def get(self):
        collection = self.settings["collection"]
        yield collection.find_one()
        yield [collection.find_one({"_id": 1}), collection.find_one({"_id": 2})]
        yield collection.find(batch_size=BATCH).to_list()


class NativeHandler(RequestHandler):
    async def get(self):
        collection = self.settings["collection"]
        await collection.find_one()
        await gen.multi([collection.find_one({"_id": 1}), collection.find_one({"_id": 2})])
        async for _ in collection.find(batch_size=BATCH):
            pass


class CallbackHandler(RequestHandler):
    """The oldest style, on a Future that the callback resolves."""

    def get(self):
        collection = self.settings["collection"]
        answered = asyncio.get_running_loop().create_future()

        def found(result, error):
            collection.find_one(callback=lambda *_: answered.set_result(None))

        collection.find_one(callback=found)
        return answered


class FileHandler(GridFSUploadHandler, GridFSHandler):
    """Sends and stores files; a deadline of `prepare`, here long over, is not that of the rest."""

    async def prepare(self):
        with pymongo.timeout(1e-9):
            await super().prepare()


HANDLERS = {"coroutine": CoroutineHandler, "native": NativeHandler, "callback": CallbackHandler}


@pytest.fixture
def traced_handlers(spans):
    """Have handlers traced by OpenTelemetry's instrumentation of Tornado."""
    with instrumented(TornadoInstrumentor(), spans):
        yield


@pytest.fixture
async def port(traced_handlers, traced):
    """Return the port of a server with all these handlers."""
    routes = [(f"/{name}", handler) for name, handler in HANDLERS.items()]
    files = ("/files/(.*)", FileHandler, {"database": traced.database})
    server = HTTPServer(Application([*routes, files], collection=traced))
    (socket,) = sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    yield socket.getsockname()[1]
    server.stop()
    await server.close_all_connections()


async def of_handlers(spans, requests):
    """Return the commands by the trace that they are of, for each of so many requests.

    Who sent one has the answer a moment before its handler has finished.
    """
    server = []
    while len(server) < requests:
        await asyncio.sleep(0.001)
        server = [span for span in spans.finished() if span.kind is trace.SpanKind.SERVER]
    server.sort(key=lambda span: span.start_time)
    commands = [span for span in spans.finished() if span.name.startswith("tornado_pymongo_test.")]
    parents = {span.context.span_id for span in server}
    assert {span.parent and span.parent.span_id for span in commands} <= parents
    return [
        [
            span.name.rpartition(".")[2]
            for span in commands
            if span.parent.span_id == each.context.span_id
        ]
        for each in server
    ]


@pytest.mark.parametrize("style", HANDLERS)
async def test_a_handlers_commands_are_children_of_its_span(style, spans, port):
    await AsyncHTTPClient().fetch(f"http://127.0.0.1:{port}/{style}")
    (commands,) = await of_handlers(spans, 1)
    assert commands[:2] == ["find", "find"]
    if style != "callback":
        assert commands == ["find"] * 4 + ["getMore"] * 5


async def test_requests_at_the_same_time_are_not_mixed_up(spans, port):
    url = f"http://127.0.0.1:{port}"
    client = AsyncHTTPClient(force_instance=True, max_clients=20)
    await asyncio.gather(*(client.fetch(f"{url}/{style}") for style in [*HANDLERS] * 6))
    client.close()
    assert sorted(map(len, await of_handlers(spans, 18))) == [2] * 6 + [9] * 12


async def test_files_that_are_sent_and_stored_are_traced(spans, port):
    """Tornado gives a handler the parts of a body in another context than that of `prepare`."""
    url = f"http://127.0.0.1:{port}/files/name"
    client = AsyncHTTPClient()
    await client.fetch(url, method="PUT", body=bytes(600_000))
    assert (await client.fetch(url)).body == bytes(600_000)
    stored, sent = await of_handlers(spans, 2)
    assert stored.count("insert") >= 2
    assert set(sent) >= {"find"}


# Without OpenTelemetry


class Listener(monitoring.CommandListener):
    """A command listener that asks for a variable of the caller's, as a log filter does."""

    def __init__(self, variable):
        self.seen = []
        self._variable = variable

    def started(self, event):
        self.seen.append(("started", event.command_name, self._variable.get(None)))

    def succeeded(self, event):
        self.seen.append(("succeeded", event.command_name, self._variable.get(None)))

    def failed(self, event):
        self.seen.append(("failed", event.command_name, self._variable.get(None)))


async def test_command_listeners_see_the_callers_variables(make_client, db):
    request_id = ContextVar("request_id")
    listener = Listener(request_id)
    things = make_client(event_listeners=[listener])[db.name].things
    request_id.set(7)
    await things.find_one()
    with pytest.raises(pymongo.errors.OperationFailure):
        await things.find_one({"$nonsense": 1})
    assert listener.seen == [
        ("started", "find", 7),
        ("succeeded", "find", 7),
        ("started", "find", 7),
        ("failed", "find", 7),
    ]


async def test_so_do_filters_of_pymongos_own_log(db, caplog):
    request_id = ContextVar("request_id")

    class Filter(logging.Filter):
        def filter(self, record):
            record.request_id = request_id.get(None)
            return True

    request_id.set(7)
    caplog.handler.addFilter(only := Filter())
    try:
        with caplog.at_level(logging.DEBUG, "pymongo.command"):
            await db.things.find_one()
    finally:
        caplog.handler.removeFilter(only)
    told = [record for record in caplog.records if record.name == "pymongo.command"]
    assert [record.request_id for record in told] == [7, 7]
