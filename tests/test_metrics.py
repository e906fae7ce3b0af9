"""Statistics for Prometheus: their text, as Prometheus' own parser reads it, and over HTTP."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import asdict, fields
from pathlib import Path

import pymongo
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pymongo.errors import DuplicateKeyError, WaitQueueTimeoutError
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from web_client import ask

import tornado_pymongo
from tornado_pymongo.metrics import MetricsHandler, exposition
from tornado_pymongo.motor.motor_asyncio import AsyncIOMotorClient

FIELDS = {field.name: field.metadata for field in fields(tornado_pymongo.WorkerStatistics)}
DASHBOARD = Path(__file__).parents[1] / "examples" / "grafana.json"


def metric_of(field):
    return f"tornado_pymongo_{field}{'_total' if FIELDS[field]['kind'] == 'counter' else ''}"


def read(text):
    """Return the numbers in an exposition by metric, client and threads; nothing is twice."""
    numbers = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            assert set(sample.labels) == {"client", "threads"}
            key = sample.name, sample.labels["client"], sample.labels["threads"]
            assert key not in numbers
            numbers[key] = sample.value
    return numbers


def numbers_of(**clients):
    """Return what should be in the exposition of clients."""
    return {
        (metric_of(field), name, threads): number
        for name, client in clients.items()
        for threads, counts in asdict(tornado_pymongo.statistics(client)).items()
        for field, number in counts.items()
    }


async def until_idle(client):
    """Wait until the threads have counted what they did: the loop may hear of it before."""
    while tornado_pymongo.statistics(client).calls.busy:
        await asyncio.sleep(0.001)


async def calls_of(client):
    """Return the numbers of the calls of a client, by field, from its exposition."""
    await until_idle(client)
    numbers = read(exposition({"it": client}))
    return {field: numbers[metric_of(field), "it", "calls"] for field in FIELDS}


# The text


async def test_every_number_of_every_client_is_there_once(mongo_client, make_client):
    other = make_client(max_workers=3, max_waiting=5)
    await mongo_client.admin.command("ping")
    await asyncio.gather(*(other.admin.command("ping") for _ in range(5)))
    await until_idle(mongo_client)
    await until_idle(other)
    numbers = read(exposition({"first": mongo_client, "second": other}))
    assert numbers == numbers_of(first=mongo_client, second=other)
    assert len(numbers) == len(FIELDS) * 2 * 2
    assert numbers["tornado_pymongo_max_workers", "second", "calls"] == 3
    assert numbers["tornado_pymongo_max_waiting", "second", "streams"] == 5
    assert numbers["tornado_pymongo_waited_seconds_total", "second", "calls"] > 0
    assert numbers["tornado_pymongo_longest_wait_seconds", "second", "calls"] > 0


def test_every_metric_has_its_help_and_its_type_before_its_samples(mongo_client):
    clients = {"first": mongo_client, "second": mongo_client}
    lines = exposition(clients).split("\n")
    assert lines.pop() == ""  # the newline at the end
    blocks = [lines[i : i + 6] for i in range(0, len(lines), 6)]
    assert len(blocks) == len(FIELDS)
    for (help_line, type_line, *samples), (field, metadata) in zip(
        blocks, FIELDS.items(), strict=True
    ):
        metric = metric_of(field)
        assert help_line == f"# HELP {metric} {metadata['text']}"
        assert type_line == f"# TYPE {metric} {metadata['kind']}"
        for sample in samples:
            pattern = rf'{metric}{{client="\w+",threads="(calls|streams)"}} [0-9.e+-]+'
            assert re.fullmatch(pattern, sample)


def test_names_are_those_that_prometheus_wants():
    """A unit is a base unit and stands last, but for the _total of a counter and of no gauge."""
    for field, metadata in FIELDS.items():
        assert re.fullmatch("[a-z]+(_[a-z]+)*", field)
        assert not field.endswith("_total")
        assert re.fullmatch(r"[^\\\n]+\.", metadata["text"])
        assert field.endswith("_seconds") == metadata["text"].startswith("Seconds ")


NAMES = [
    *("", "shop", "the shop's", "Süd 命", '"', '"}', "\\", "\\\\", "\\n", "\n", '\\"', "a\\\nb"),
    *("{", "}", ",", "=", "#", 'x",threads="calls', "a\r\nb", "\t", "%s", "{0}"),
]


def test_a_client_may_have_any_name(mongo_client):
    clients = dict.fromkeys(NAMES, mongo_client)
    numbers = read(exposition(clients))
    assert {name for _, name, _ in numbers} == set(NAMES)
    assert numbers == numbers_of(**clients)


def test_without_clients_there_are_no_samples():
    families = list(text_string_to_metric_families(exposition({})))
    assert len(families) == len(FIELDS)
    assert not any(family.samples for family in families)


def test_a_client_under_motors_name_has_numbers_too(mongo_server):
    client = AsyncIOMotorClient(mongo_server.uri, maxPoolSize=20)
    assert read(exposition({"motor": client})) == numbers_of(motor=client)
    client.close()


def refusals(client):
    yield None, "clients must be a dict of clients by name, not <class 'NoneType'>"
    yield [client], "clients must be a dict of clients by name, not <class 'list'>"
    yield client, "clients must be a dict of clients by name, not <class 'tornado_pymongo."
    yield {1: client}, "the name of a client must be a str, not 1"
    yield {b"shop": client}, "the name of a client must be a str, not b'shop'"
    yield (
        {"a": client.delegate},
        "clients['a'] must be a tornado_pymongo.MongoClient, not <class 'py",
    )
    yield {"a": client.shop}, "clients['a'] must be a tornado_pymongo.MongoClient, not <class 'to"
    yield {"a": None}, "clients['a'] must be a tornado_pymongo.MongoClient, not <class 'NoneType'>"


def test_what_is_no_dict_of_clients_is_refused(mongo_client):
    for clients, text in refusals(mongo_client):
        with pytest.raises(TypeError, match=f"^{re.escape(text)}"):
            exposition(clients)


# The numbers


async def test_what_finished_and_what_failed_is_counted(make_client, db):
    client = make_client()
    things = client[db.name].things
    await things.insert_one({"_id": 1})
    for _ in range(7):
        await things.find_one({"_id": 1})
    for _ in range(2):
        with pytest.raises(DuplicateKeyError):
            await things.insert_one({"_id": 1})
    calls = await calls_of(client)
    assert (calls["submitted"], calls["started"]) == (10, 10)
    assert (calls["finished"], calls["failed"]) == (8, 2)
    assert calls["cancelled"] == calls["aborted"] == calls["expired"] == calls["refused"] == 0
    assert calls["busy"] == calls["waiting"] == 0
    assert 1 <= calls["thread_wakeups"] <= 10
    assert calls["loop_wakeups"] == 10  # each call was awaited before the next
    assert calls["run_seconds"] >= calls["longest_run_seconds"] > 0


async def test_what_runs_and_waits_and_what_was_refused_is_counted(make_client, gate):
    client = make_client(max_workers=1, max_waiting=2)
    calls = [client.run_in_worker(gate)]
    await gate.until_entered()
    calls += [client.run_in_worker(gate) for _ in range(2)]
    refused = [client.run_in_worker(gate) for _ in range(3)]
    for call in refused:
        with pytest.raises(tornado_pymongo.TooManyCalls):
            await call
    numbers = read(exposition({"it": client}))
    for field, number in {"busy": 1, "waiting": 2, "refused": 3, "submitted": 3}.items():
        assert numbers[metric_of(field), "it", "calls"] == number
        assert numbers[metric_of(field), "it", "streams"] == 0
    gate.opened.set()
    await asyncio.gather(*calls)
    numbers = await calls_of(client)
    assert [numbers[name] for name in ("busy", "waiting", "refused", "finished")] == [0, 0, 3, 3]


async def test_what_was_cancelled_and_what_expired_is_counted(make_client, gate):
    client = make_client(max_workers=1)
    running = client.run_in_worker(gate)
    await gate.until_entered()
    cancelled = [client.run_in_worker(gate) for _ in range(3)]
    for call in cancelled:
        call.cancel()
    with pymongo.timeout(0.1):
        expired = [client.run_in_worker(gate) for _ in range(2)]
    for call in expired:
        with pytest.raises(WaitQueueTimeoutError):
            await call
    gate.opened.set()
    await running
    calls = await calls_of(client)
    assert (calls["submitted"], calls["started"], calls["finished"]) == (6, 1, 1)
    assert (calls["cancelled"], calls["expired"], calls["aborted"]) == (3, 2, 0)


async def test_what_was_aborted_is_counted(gate):
    client = tornado_pymongo.MongoClient("127.0.0.1", 9)  # where no server is

    def find():
        gate.entered.release()
        client.delegate.db.things.find_one()

    calls = [client.run_in_worker(find) for _ in range(3)]
    await gate.until_entered(3)
    for call in calls:
        call.cancel()
    calls = await calls_of(client)
    assert (calls["submitted"], calls["started"], calls["aborted"]) == (3, 3, 3)
    assert calls["finished"] == calls["failed"] == calls["cancelled"] == 0
    await client.close()


async def test_a_stream_is_counted_as_one(make_client, db):
    client = make_client()
    async with await client[db.name].watched.watch(max_await_time_ms=50) as stream:
        following = asyncio.ensure_future(stream.next())
        while not tornado_pymongo.statistics(client).streams.started:
            await asyncio.sleep(0.001)
        await db.watched.insert_one({"_id": 1})
        assert (await following)["documentKey"] == {"_id": 1}
    numbers = read(exposition({"it": client}))
    assert numbers["tornado_pymongo_submitted_total", "it", "streams"] == 1
    assert numbers["tornado_pymongo_started_total", "it", "streams"] >= 1


async def test_counters_never_go_down(make_client, db):
    client = make_client(max_workers=4, max_waiting=10)
    things = client[db.name].things
    counters = [metric_of(name) for name in FIELDS if FIELDS[name]["kind"] == "counter"]
    last = read(exposition({"it": client}))

    def look():
        nonlocal last
        numbers = read(exposition({"it": client}))
        for name in counters:
            assert numbers[name, "it", "calls"] >= last[name, "it", "calls"]
        last = numbers

    for round_ in range(30):
        calls = [things.find_one({"_id": round_}) for _ in range(20)]
        for call in calls[::3]:
            call.cancel()
        look()
        await asyncio.gather(*calls, return_exceptions=True)
        look()
    for name in "cancelled", "refused", "finished":
        assert last[metric_of(name), "it", "calls"] > 0
    await client.close()
    look()


# Over HTTP


@pytest.fixture
async def serve():
    """Return a function that serves the numbers of clients at "/metrics", and returns the port."""
    servers = []

    async def serve(clients):
        routes = [("/metrics", MetricsHandler, {"clients": clients})]
        servers.append(HTTPServer(Application(routes, log_function=str)))
        sockets = bind_sockets(0, "127.0.0.1")
        servers[-1].add_sockets(sockets)
        return sockets[0].getsockname()[1]

    yield serve
    for server in servers:
        server.stop()
        await server.close_all_connections()


async def test_get_answers_with_the_text_and_head_without(mongo_client, serve):
    port = await serve({"Süd": mongo_client})
    await mongo_client.admin.command("ping")
    await until_idle(mongo_client)
    answer = await ask(port, "GET", "/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.body.decode() == exposition({"Süd": mongo_client})
    head = await ask(port, "HEAD", "/metrics")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-type"] == answer.headers["content-type"]
    assert head.headers["content-length"] == str(len(answer.body))
    assert (await ask(port, "POST", "/metrics")).status == 405


async def test_clients_may_come_and_go_and_be_closed(make_client, serve):
    clients = {"first": make_client()}
    port = await serve(clients)
    await clients["first"].admin.command("ping")
    await clients["first"].close()
    numbers = read((await ask(port, "GET", "/metrics")).body.decode())
    assert numbers == numbers_of(**clients)
    assert numbers["tornado_pymongo_finished_total", "first", "calls"] == 1
    assert numbers["tornado_pymongo_threads", "first", "calls"] == 0
    clients["second"] = make_client()
    del clients["first"]
    numbers = read((await ask(port, "GET", "/metrics")).body.decode())
    assert numbers == numbers_of(**clients)


async def test_clients_that_cannot_be_are_named_in_the_log(mongo_client, serve, caplog):
    for clients, text in refusals(mongo_client):
        port = await serve(clients)
        for method in "GET", "HEAD":
            caplog.clear()
            answer = await ask(port, method, "/metrics")
            assert (answer.status, b"clients" in answer.body) == (500, False)
            assert text in caplog.text


# The dashboard


@pytest.fixture
def dashboard():
    return json.loads(DASHBOARD.read_text(encoding="utf-8"))


def test_the_dashboard_asks_only_for_what_there_is(mongo_client, dashboard):
    metrics = {metric for metric, _, _ in read(exposition({"it": mongo_client}))}
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    variables = dashboard["templating"]["list"]
    queries += [variable["query"]["query"] for variable in variables if variable["type"] == "query"]
    for query in queries:
        names = re.findall(r"\w+(?={)|tornado_pymongo_\w+", query)
        assert names
        assert set(names) <= metrics, query
        labels = re.findall(r'(\w+)=~?"', query)
        assert set(labels) <= {"client", "threads", "instance"}, query  # that is Prometheus' own
        assert set(re.findall('threads="([^"]*)"', query)) <= {"calls", "streams"}, query


def test_every_panel_of_the_dashboard_has_a_title_a_unit_and_a_query(dashboard):
    for name in "id", "title":
        assert len({panel[name] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    for panel in dashboard["panels"]:
        assert panel["title"]
        assert panel["description"]
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"]) > 0
        for target in panel["targets"]:
            assert target["expr"].strip()
            assert target["legendFormat"].strip()


def test_the_dashboard_uses_its_variables_and_no_others(dashboard):
    names = {variable["name"] for variable in dashboard["templating"]["list"]}
    assert set(re.findall(r"\$\{?([a-z]\w*)", json.dumps(dashboard))) == names
    assert "datasource" in names
