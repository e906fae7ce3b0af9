"""The programs of the documentation's recipes, run and used from outside."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path

import pytest
from pymongo.errors import AutoReconnect
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from web_client import ask, parse, request_of

import tornado_pymongo

RECIPES = Path(__file__).parents[1] / "examples" / "recipes"

PATIENCE = 40.0  # Seconds for what takes two at most.


@pytest.fixture
def recipe(monkeypatch, mongo_server):
    """Return a function that imports a program, whose MongoDB is that of the tests."""
    monkeypatch.syspath_prepend(RECIPES)
    monkeypatch.setenv("MONGODB_URI", mongo_server.uri)
    monkeypatch.setenv("PORT", "0")
    return import_module


@pytest.fixture(autouse=True)
def _clean(mongo_client):
    mongo_client.delegate.drop_database("shop")


def serve(application):
    """Serve a Tornado application in the test's loop; return the server and its port."""
    (socket,) = bind_sockets(0, "127.0.0.1")
    server = HTTPServer(application)
    server.add_socket(socket)
    return server, socket.getsockname()[1]


# FastAPI and Starlette


@pytest.fixture
def fastapi(recipe):
    """Return the program and its tests."""
    pytest.importorskip("fastapi")
    pytest.importorskip("httpx2")
    return recipe("fastapi_app"), recipe("test_fastapi_app")


@pytest.fixture
def http(fastapi):
    app, tests = fastapi
    with tests.TestClient(app.app) as client:
        yield client


def test_the_tests_that_the_fastapi_page_shows(fastapi, http):
    _, tests = fastapi
    shown = [test for name, test in vars(tests).items() if name.startswith("test_")]
    assert len(shown) == 2
    for test in shown:
        test(http)


@pytest.mark.parametrize("error", [tornado_pymongo.TooManyCalls("full"), AutoReconnect("away")])
def test_fastapi_answers_503_if_mongodb_cannot_answer(error, fastapi, http):
    app, _ = fastapi

    class Away:
        async def find_one(self, query):
            raise error

    app.app.dependency_overrides[app.get_teas] = Away
    try:
        answer = http.get(f"/teas/{'0' * 24}")
    finally:
        app.app.dependency_overrides.clear()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_starlette_lists_the_teas(recipe, mongo_client):
    pytest.importorskip("httpx2")
    app = recipe("starlette_app").app
    client = import_module("starlette.testclient").TestClient(app)
    mongo_client.delegate.shop.teas.insert_many([{"name": "Sencha"}, {"name": "Assam"}])
    with client as http:
        assert http.get("/teas").json() == [{"name": "Assam"}, {"name": "Sencha"}]


# Tornado and aiohttp


async def test_tornado_stores_and_finds_a_tea(recipe, mongo_client):
    server, port = serve(recipe("tornado_app").make_application(mongo_client))
    tea = {"name": "Assam", "grams": 250}
    added = await ask(port, "POST", "/teas", body=json.dumps(tea).encode())
    assert added.status == 201
    assert (await ask(port, "GET", "/teas")).json == {"teas": [tea]}
    assert (await ask(port, "GET", f"/teas/{added.json['id']}")).json == tea
    assert (await ask(port, "GET", "/teas/nonsense")).status == 404
    server.stop()
    await server.close_all_connections()


async def test_tornado_answers_503_if_mongodb_cannot_answer(recipe, clients, caplog):
    away = clients("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=20)
    server, port = serve(recipe("tornado_app").make_application(away))
    answer = await ask(port, "GET", "/teas")
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    server.stop()
    await server.close_all_connections()


async def test_aiohttp_lists_the_teas(recipe, mongo_client):
    web = import_module("aiohttp.web")
    await mongo_client.shop.teas.insert_many([{"name": "Sencha"}, {"name": "Assam"}])
    runner = web.AppRunner(recipe("aiohttp_app").make_app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    answer = await ask(runner.addresses[0][1], "GET", "/teas")
    assert answer.json == [{"name": "Assam"}, {"name": "Sencha"}]
    await runner.cleanup()


# Deploy


@asynccontextmanager
async def process(name, mongo_server):
    """Run a program; yield its process and its port."""
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", str(RECIPES / f"{name}.py")),
        env=os.environ | {"MONGODB_URI": mongo_server.uri, "PORT": "0"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        line = await asyncio.wait_for(running.stdout.readline(), PATIENCE)
        yield running, int(line.split()[-1])
    finally:
        if running.returncode is None:
            running.kill()
        await running.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM on Windows")
async def test_a_slow_request_survives_sigterm(mongo_server, mongo_client, fail):
    """The service is told to stop while MongoDB takes its time, and exits when it has answered."""
    async with process("service", mongo_server) as (service, port):
        for path in "/health", "/ready", "/metrics":
            assert (await ask(port, "GET", path)).status == 200
        before = await fail(1, "insert", blockConnection=True, blockTimeMS=1000)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        body = b"item=tea"
        form = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": "8"}
        writer.write(request_of("POST", "/orders", {"Connection": "keep-alive", **form}) + body)
        await mongo_client.admin.command(
            "waitForFailPoint", "failCommand", timesEntered=before["count"] + 1, maxTimeMS=20_000
        )
        service.send_signal(signal.SIGTERM)
        answer = parse(await asyncio.wait_for(reader.read(), PATIENCE))
        writer.close()
        assert answer.status == 200
        assert len(answer.json["id"]) == 24
        _, said_wrong = await asyncio.wait_for(service.communicate(), PATIENCE)
        assert (service.returncode, said_wrong) == (0, b"")
    assert await mongo_client.shop.orders.count_documents({}) == 1


async def test_the_service_is_not_ready_without_mongodb(recipe, clients):
    service = recipe("service")
    client = clients("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=20)
    routes = [("/health", service.Health), ("/ready", service.Ready, {"client": client})]
    server, port = serve(Application(routes))
    assert [(await ask(port, "GET", path)).status for path in ("/health", "/ready")] == [200, 503]
    server.stop()
    await server.close_all_connections()
