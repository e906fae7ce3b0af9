"""The examples, run and used from outside, as a stranger would; the shop has a file of its own."""

from __future__ import annotations

import asyncio
import csv
import http.client
import json
import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pymongo
import pytest
from bson import ObjectId
from example import EXAMPLES, FORM, PATIENCE, Example, running
from tornado.websocket import websocket_connect

pytestmark = pytest.mark.slow

PAGES = ["board", "dashboard", "gallery", "side_by_side", "stock"]
NOT_RUN = {"__main__", "samples", "serve"}


def drop(server, name):
    with pymongo.MongoClient(server.uri) as client:
        client.drop_database(f"tornado_pymongo_{name}")


@pytest.fixture(scope="module")
def examples(mongo_server, tmp_path_factory):
    """Return a function that starts an example, once for all tests that only use it."""
    started = {}

    def example(name):
        if name not in started:
            drop(mongo_server, {"side_by_side": "guests"}.get(name, name))
            folder = tmp_path_factory.mktemp(name)
            program = running(name, folder, MONGODB_URI=mongo_server.uri)
            started[name] = program, program.__enter__()
        return started[name][1]

    yield example
    try:
        for _, each in started.values():
            assert each.stop() == 0
            refusals = r"(4\d\d .*\n)*"
            assert re.fullmatch(refusals, each.said_wrong)
    finally:
        for program, _ in started.values():
            program.__exit__(None, None, None)


# All of them


@pytest.mark.parametrize("name", PAGES)
def test_a_page_gets_nothing_from_elsewhere_and_runs_only_its_own_script(name, examples):
    page = examples(name).fetch("GET", "/")
    assert page.status == 200
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?! src=)", page.text)
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        if address.startswith("/"):
            assert examples(name).fetch("GET", address).status == 200
        else:
            assert address.startswith("http://127.0.0.1:")  # of the other server of the same page


@pytest.mark.parametrize("name", PAGES)
def test_what_is_not_there_is_answered_with_a_page(name, examples):
    answer = examples(name).fetch("GET", "/nowhere")
    assert answer.status == 404
    assert "there is nothing here" in answer.text


@pytest.mark.parametrize("name", ["dashboard", "gallery", "side_by_side", "stock"])
def test_a_form_without_the_token_of_its_page_changes_nothing(name, examples):
    fields = b"level=Heavy&remove=1&name=a&text=b&source=Hamburg&target=Bergen&chests=1&fault=none"
    assert examples(name).fetch("POST", "/", fields, **FORM).status == 403


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("name", PAGES)
def test_a_signal_stops_it_without_a_word(name, number, mongo_server, tmp_path):
    with running(name, tmp_path, MONGODB_URI=mongo_server.uri) as example:
        assert example.stop(number) == 0
        assert example.said_wrong == ""


def test_each_can_be_run_by_its_name_and_the_shop_without_one():
    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-W", "error", EXAMPLES, *arguments],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    names = {path.stem for path in EXAMPLES.glob("*.py")} - NOT_RUN
    for name in *PAGES, "bulk_import", "shop":
        assert f"examples/{name}.py" in run(name, "--help").stdout
    assert "examples/shop.py" in run("--help").stdout
    listed = ", ".join(sorted(names))
    assert run("tea").stderr == f"There is no example 'tea', only {listed}.\n"


@pytest.mark.parametrize("name", ["board", "gallery"])
def test_without_mongodb_it_says_so_in_one_line(name):
    done = subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / f"{name}.py"],
        env=os.environ | {"MONGODB_URI": "mongodb://127.0.0.1:1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 1
    assert re.fullmatch(r"It cannot start: 127\.0\.0\.1:1: .*\n", done.stderr)


@pytest.mark.parametrize("name", PAGES)
def test_where_its_port_is_taken_it_says_so_and_ends(name, mongo_server, examples):
    port = examples(name).address.partition(":")[2]
    done = subprocess.run(
        [sys.executable, EXAMPLES / f"{name}.py", "--port", port],
        env=os.environ | {"MONGODB_URI": mongo_server.uri},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 1
    assert re.fullmatch(r"It cannot start: .*[Aa]ddress already in use.*\n", done.stderr)


# The list


class Reader:
    """What a page of the list knows, and sends."""

    def __init__(self, connection):
        self._connection = connection
        self.items = {}
        self.people = 0

    @classmethod
    async def of(cls, example):
        return cls(await websocket_connect(f"ws://{example.address}/changes"))

    async def until(self, is_so):
        """Read until something is so."""
        while not is_so(self):
            message = json.loads(await asyncio.wait_for(self._connection.read_message(), PATIENCE))
            if "items" in message:
                self.items = {item["id"]: item for item in message["items"]}
            if "item" in message:
                self.items[message["item"]["id"]] = message["item"]
            self.items.pop(message.get("gone"), None)
            self.people = message.get("people", self.people)

    def knows(self, text):
        return any(item["text"] == text for item in self.items.values())

    async def wish(self, wish):
        await self._connection.write_message(wish if isinstance(wish, str) else json.dumps(wish))

    async def close(self):
        self._connection.close()
        await self.until_closed()

    async def until_closed(self):
        while await asyncio.wait_for(self._connection.read_message(), PATIENCE) is not None:
            pass
        self._connection.close()
        return self._connection.close_code


async def test_what_one_page_does_the_others_are_told(examples):
    one, other = [await Reader.of(examples("board")) for _ in range(2)]
    await one.until(lambda reader: reader.people == 2)
    await one.wish({"add": "  Tea,\n <b>green</b> "})
    for reader in one, other:
        await reader.until(lambda reader: reader.knows("Tea, <b>green</b>"))
    (item,) = other.items.values()
    await other.wish({"tick": item["id"], "done": True})
    for reader in one, other:
        await reader.until(lambda reader: reader.items[item["id"]]["done"])
    late = await Reader.of(examples("board"))
    await late.until(lambda reader: reader.items == one.items)
    await late.wish({"remove": item["id"]})
    for reader in one, other, late:
        await reader.until(lambda reader: not reader.items)
    await late.close()
    await one.until(lambda reader: reader.people == 2)
    await one.close()
    await other.close()


@pytest.fixture
def second_board(mongo_server, tmp_path):
    with running("board", tmp_path, MONGODB_URI=mongo_server.uri) as board:
        yield board


async def test_what_is_changed_in_mongodb_or_by_another_process_is_told(
    examples, second_board, mongo_client
):
    reader, elsewhere = await Reader.of(examples("board")), await Reader.of(second_board)
    items = mongo_client.tornado_pymongo_board.items
    await items.insert_one({"text": "Sugar", "done": False})
    for each in reader, elsewhere:
        await each.until(lambda reader: reader.knows("Sugar"))
    await elsewhere.wish({"add": "Milk"})
    await reader.until(lambda reader: reader.knows("Milk"))
    await elsewhere.close()
    await reader.close()


async def test_a_page_comes_back_where_the_list_was_dropped(examples, mongo_client):
    reader = await Reader.of(examples("board"))
    await reader.wish({"add": "Tea"})
    await reader.until(lambda reader: reader.knows("Tea"))
    await mongo_client.drop_database("tornado_pymongo_board")
    await reader.until_closed()
    again = await Reader.of(examples("board"))
    await again.wish({"add": "Coffee"})
    await again.until(lambda reader: reader.knows("Coffee"))
    assert not again.knows("Tea")
    await again.close()


NONSENSE = [
    "",
    "{",
    "null",
    "[]",
    "1",
    '{"add": "\\ud800"}',
    "{}",
    '{"remove": "x"}',
    '{"tick": null}',
]


@pytest.mark.parametrize("wish", NONSENSE)
async def test_a_wish_that_is_none_closes_its_page(wish, examples):
    reader = await Reader.of(examples("board"))
    await reader.wish(wish)
    assert await reader.until_closed() == 1007


def test_a_page_of_another_site_is_not_connected(examples):
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    headers["Origin"] = "http://example.org"
    assert examples("board").fetch("GET", "/changes", **headers).status == 403


# The gallery


def test_a_file_goes_up_down_in_parts_and_away(examples):
    gallery = examples("gallery")
    token = gallery.token()
    data = os.urandom(1_000_000)
    kind = {"Content-Type": "audio/mpeg"}
    name = "/upload/a%20%22b%22%3Cb%3E.mp3"
    assert gallery.fetch("PUT", name, b"small", **kind).status == 403
    answer = gallery.fetch("PUT", name, data, **token, **kind)
    assert answer.status == 201
    file = f"/files/{json.loads(answer.body)['_id']}"
    page = gallery.fetch("GET", "/").text
    assert f'<audio controls preload="metadata" src="{file}"' in page
    assert "a &quot;b&quot;&lt;b&gt;.mp3" in page
    answer = gallery.fetch("GET", file)
    assert (answer.status, answer.body) == (200, data)
    assert answer.headers["Content-Type"] == "audio/mpeg"
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    part = gallery.fetch("GET", file, Range="bytes=5-9")
    assert (part.status, part.body) == (206, data[5:10])
    removed = gallery.post(remove=file.rpartition("/")[2])
    assert (removed.status, removed.headers["Location"]) == (303, "/")
    assert gallery.fetch("GET", file).status == 404
    again = gallery.post(remove=file.rpartition("/")[2])
    assert (again.status, "was removed before" in again.text) == (404, True)
    assert gallery.post(remove="x").status == 400


def test_a_file_goes_up_in_a_form_that_has_the_token_of_the_page(examples):
    gallery = examples("gallery")
    token = gallery.token()
    data = os.urandom(1_000_000)
    kind = {"Content-Type": "multipart/form-data; boundary=-"}

    def form(*fields):
        parts = [b"---\r\nContent-Disposition: form-data; " + field for field in fields]
        return b"\r\n".join([*parts, b"-----\r\n"])

    secret = b'name="_xsrf"\r\n\r\n' + token.pop("X-XSRFToken").encode()
    file = b'name="files"; filename="form.mp3"\r\nContent-Type: audio/mpeg\r\n\r\n' + data
    assert gallery.fetch("POST", "/upload/", form(file), **token, **kind).status == 403
    answer = gallery.fetch("POST", "/upload/", form(secret, file), **token, **kind)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    page = gallery.fetch("GET", "/").text
    assert "form.mp3" in page
    path = re.search(r'<audio [^>]*src="(/files/\w+)" aria-label="form.mp3"', page)[1]
    answer = gallery.fetch("GET", path)
    assert (answer.body, answer.headers["Content-Type"]) == (data, "audio/mpeg")
    none = b'name="files"; filename=""\r\n\r\n'
    refused = gallery.fetch("POST", "/upload/", form(secret, none), **token, **kind)
    assert (refused.status, refused.text) == (400, "The form has no file: choose one.")
    gallery.post(remove=path.rpartition("/")[2])


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(examples):
    gallery = examples("gallery")
    headers = gallery.token() | {"Expect": "100-continue", "Content-Length": str(2**30 + 1)}
    with closing(http.client.HTTPConnection(gallery.address, timeout=PATIENCE)) as connection:
        connection.putrequest("PUT", "/upload/large")
        for header in headers.items():
            connection.putheader(*header)
        connection.endheaders()
        assert connection.getresponse().status == 413


def test_there_is_something_to_see_and_to_hear_from_the_beginning(examples):
    gallery = examples("gallery")
    page = gallery.fetch("GET", "/").text
    pictures = re.findall(r'<img src="(/files/\w+)" alt="\w+.png"', page)
    assert len(pictures) == 4
    for picture in pictures:
        assert gallery.fetch("GET", picture).body.startswith(b"\x89PNG")
    (tune,) = re.findall(r'<audio [^>]*src="(/files/\w+)"', page)
    assert gallery.fetch("GET", tune).body[8:12] == b"WAVE"


# The dashboard


def numbers_of(dashboard):
    """Go through what the dashboard is told."""
    with closing(http.client.HTTPConnection(dashboard.address, timeout=PATIENCE)) as connection:
        connection.request("GET", "/numbers")
        for line in connection.getresponse():
            if line.startswith(b"data: "):
                yield json.loads(line[6:])


def first(numbers, is_so):
    return next(each for each in numbers if is_so(each))


def test_the_numbers_tell_of_the_load(examples):
    dashboard = examples("dashboard")
    numbers = numbers_of(dashboard)
    assert next(numbers)["calls"]["max_workers"] == 16
    assert dashboard.post(level="Heavy").status == 303
    now = first(numbers, lambda now: now["calls"]["waiting"] > 50 and now["calls"]["busy"] == 16)
    assert now["level"] == "Heavy"
    first(numbers, lambda later: later["calls"]["finished"] > now["calls"]["finished"])
    assert dashboard.post(level="Too much").status == 303
    first(numbers, lambda now: now["calls"]["refused"] > 0)
    assert dashboard.post(level="None").status == 303
    now = first(numbers, lambda now: now["calls"]["waiting"] == now["calls"]["busy"] == 0)
    assert now["calls"]["cancelled"] > 0
    assert dashboard.post(level="x").status == 400
    numbers.close()


# Moves of stock


def move(stock: Example, move_id=None, **changes):
    fields = {"source": "Hamburg", "target": "Bergen", "chests": 10, "fault": "none"}
    return stock.post(**fields | {"id": move_id or ObjectId()} | changes)


def chests(stock: Example):
    page = stock.fetch("GET", "/").text
    rows = re.findall(r'<tr><t[dh]>(\w+)</t[dh]><t[dh] class="number">(\d+)<', page)
    return {name: int(number) for name, number in rows}


@pytest.fixture
def stock(tmp_path):
    with running("stock", tmp_path) as stock:
        assert chests(stock) == {"Hamburg": 120, "Bergen": 40, "Together": 160}
        yield stock
        assert stock.stop() == 0
        assert "Traceback" not in stock.said_wrong


def sent_by(stock):
    return re.findall(r"<code>(\w+)</code> (\w+)", stock.fetch("GET", "/").text)


def test_a_move_is_done_once_and_as_a_whole_whatever_goes_wrong(stock):
    answer = move(stock)
    assert (answer.status, answer.headers["Location"]) == (303, "/?done=10")
    assert chests(stock) == {"Hamburg": 110, "Bergen": 50, "Together": 160}
    writes = [("insert", "done"), ("update", "done"), ("update", "done")]
    assert sent_by(stock) == [*writes, ("commitTransaction", "done")]

    answer = move(stock, fault="program")
    assert (answer.status, "the program has failed half-way" in answer.text) == (500, True)
    assert chests(stock) == {"Hamburg": 110, "Bergen": 50, "Together": 160}
    assert sent_by(stock) == [*writes[:2], ("abortTransaction", "done")]

    move_id = ObjectId()
    assert move(stock, move_id, fault="network").status == 303
    assert chests(stock) == {"Hamburg": 100, "Bergen": 60, "Together": 160}
    commits = [("commitTransaction", "failed"), ("commitTransaction", "done")]
    assert sent_by(stock) == [*writes, *commits]

    answer = move(stock, move_id)
    assert (answer.status, "was done before" in answer.text) == (409, True)
    answer = move(stock, chests=101)
    assert (answer.status, "no 101 chests in Hamburg" in answer.text) == (409, True)
    for bad in {"chests": 0}, {"chests": "x"}, {"target": "Hamburg"}, {"source": "x"}, {"id": "x"}:
        assert move(stock, **bad).status == 400
    assert chests(stock) == {"Hamburg": 100, "Bergen": 60, "Together": 160}

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: move(stock, chests=20).status, range(8)))
    assert answers.count(303) == 5  # five times 20 chests there were
    assert set(answers) == {303, 409}
    assert chests(stock) == {"Hamburg": 0, "Bergen": 160, "Together": 160}


# Tornado and Starlette


def test_what_is_written_by_way_of_one_is_read_by_way_of_the_other(examples):
    tornado = examples("side_by_side")
    api = re.search(r"Starlette's API is http://([^/]+)(/entries)\n", tornado.said)
    starlette = api[1]

    def request(method, body=None):
        with closing(http.client.HTTPConnection(starlette, timeout=PATIENCE)) as connection:
            connection.request(method, "/entries", body)
            answer = connection.getresponse()
            return answer.status, answer.read()

    assert tornado.post(name="Ada", text="By the <page>").status == 303
    status, body = request("GET")
    assert status == 200
    entry = json.loads(body)[0]
    assert (entry["text"], entry["by_way_of"]) == ("By the <page>", "Tornado")
    assert request("POST", b'{"name": "Grace", "text": "By the API"}')[0] == 201
    page = tornado.fetch("GET", "/").text
    assert "<strong>Grace</strong>: By the API" in page
    assert "By the &lt;page&gt;" in page
    for nonsense in b"", b"{}", b"[]", b'{"name": 1, "text": ""}':
        assert request("POST", nonsense)[0] == 400
    assert tornado.post(name=" ", text="a").status == 400
    assert tornado.post(name="a" * 201, text="a").status == 400


# The bulk import


def bulk_import(server, *arguments: object):
    return subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / "bulk_import.py", *map(str, arguments)],
        env=os.environ | {"MONGODB_URI": server.uri, "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


@pytest.fixture
def rows(mongo_server):
    """Return the collection of the import, which is empty."""
    drop(mongo_server, "import")
    with pymongo.MongoClient(mongo_server.uri) as client:
        yield client.tornado_pymongo_import.rows


def test_an_import_that_is_begun_again_changes_nothing_that_is_there(mongo_server, rows):
    done = bulk_import(mongo_server, "--rows", 12_345)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"100 % +12,345 rows", done.stdout)
    assert "Done: 12,345 rows are new or different." in done.stdout
    assert rows.count_documents({}) == 12_345
    rows.delete_many({"_id": {"$in": ["tea-0", "tea-12344"]}})
    rows.update_one({"_id": "tea-5000"}, {"$set": {"name": "Coffee"}})
    done = bulk_import(mongo_server, "--rows", 12_345, "--in-flight", 1)
    assert "Done: 3 rows are new or different." in done.stdout
    assert rows.count_documents({}) == 12_345


def test_a_file_is_imported_by_the_key_of_ones_choice(mongo_server, rows, tmp_path: Path):
    file = tmp_path / "teas.csv"
    with file.open("w", newline="", encoding="utf-8") as written:
        writer = csv.writer(written)
        writer.writerow(["sku", "name"])
        writer.writerows([f"tea-{n}", f"Tée,\n{n}"] for n in range(2500))
    done = bulk_import(mongo_server, file, "--key", "sku")
    assert (done.returncode, done.stderr) == (0, "")
    assert rows.count_documents({}) == 2500
    assert rows.find_one({"_id": "tea-7"}) == {"_id": "tea-7", "name": "Tée,\n7"}
    done = bulk_import(mongo_server, file)
    assert done.returncode == 1
    assert "There is no column '_id': choose another --key.\n" in done.stderr
    done = bulk_import(mongo_server, tmp_path / "none.csv")
    assert done.returncode == 1
    assert re.fullmatch("It cannot go on: .*none.csv.*\n", done.stderr)


def test_an_interrupted_import_is_completed_by_the_next(mongo_server, rows):
    process = subprocess.Popen(
        [sys.executable, "-W", "error", EXAMPLES / "bulk_import.py", "--rows", "1000000"],
        env=os.environ | {"MONGODB_URI": mongo_server.uri},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            with rows.watch() as changes:
                if rows.find_one() is None:
                    next(changes)
            process.send_signal(signal.SIGINT)
            _, said_wrong = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert said_wrong == "Interrupted: start it again to complete it.\n"
    assert process.returncode == 1
    assert 0 < rows.count_documents({}) < 1_000_000
