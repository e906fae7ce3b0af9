"""The demo, a shop, run and used from outside, as a stranger would."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pymongo
import pytest
from example import EXAMPLES, PATIENCE, WATCHED, Example

from tornado_pymongo.testing import MongoServer

SHOP = EXAMPLES / "shop.py"

starts_its_own_mongod = pytest.mark.skipif(
    "MONGODB_URI" in os.environ, reason="no mongod is started here: MONGODB_URI names a server"
)


class Shop(Example):
    """The shop, and what its API answers."""

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Return the status and the body of its answer; what is not bytes is sent as JSON."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        answer = self.fetch(method, path, body, **headers or {})
        is_json = answer.headers.get("Content-Type", "").startswith("application/json")
        return answer.status, json.loads(answer.body) if is_json else answer.text

    def add(self, sku: str) -> dict[str, Any]:
        """Add a product."""
        new = {"sku": sku, "name": "Tea", "price_cents": 100}
        status, product = self.request("POST", "/products", new)
        assert status == 201, product
        return product


@contextmanager
def shop_in(folder: Path, *arguments: str, **environment: str) -> Iterator[Shop]:
    """Run the shop, and leave nothing of it behind."""
    shop = Shop("shop", folder, *arguments, watched=False, **environment)
    try:
        yield shop
    finally:
        shop.process.kill()
        shop.process.communicate()


@pytest.fixture(scope="module")
def shop(mongo_server, tmp_path_factory):
    """Return a shop for all tests that only send it requests: none of them upsets it."""
    folder = tmp_path_factory.mktemp("shop")
    with shop_in(folder, MONGODB_URI=mongo_server.uri) as shop:
        yield shop
        assert shop.stop() == 0
    assert "Traceback" not in shop.said_wrong
    assert "Exception" not in shop.said_wrong


def run_shop(
    *arguments: str, watched: bool = False, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", *(WATCHED if watched else []), SHOP, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


# Starting and stopping


def test_once_shows_a_few_requests_and_exits():
    done = run_shop("--once", COLUMNS="500")
    assert (done.returncode, done.stderr) == (0, "")
    product = re.search(r'"id": "([0-9a-f]{24})", "sku": "oolong"', done.stdout)
    path = f"/products/{product[1]}"
    answers = re.findall(r"^(\w+) (\S+)  (\d+) [\w ]+\n( .+)?", done.stdout, re.MULTILINE)
    assert [answer[:3] for answer in answers[:5]] == [
        ("POST", "/products", "201"),
        ("POST", "/products", "409"),
        ("PATCH", path, "200"),
        ("GET", path, "200"),
        ("GET", "/products?limit=3", "200"),
    ]
    following = json.loads(answers[4][3])["next"]
    assert [answer[:3] for answer in answers[5:]] == [
        ("GET", following, "200"),
        ("DELETE", path, "204"),
        ("GET", path, "404"),
    ]
    assert json.loads(answers[3][3])["price_cents"] == 1150
    assert [product["name"] for product in json.loads(answers[5][3])["products"]] == ["Oolong"]
    assert "Ctrl-C" not in done.stdout


def test_a_narrow_terminal_breaks_no_line_of_an_answer():
    done = run_shop("--once", COLUMNS="60")
    assert max(len(line) for line in done.stdout.splitlines() if line.startswith(" ")) <= 60


def test_nothing_in_it_blocks_the_event_loop():
    done = run_shop("--once", watched=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith('404 Not Found\n    {"error": "there is no such product"}\n\n')
    assert "500 Internal" not in done.stdout


def processes_of(folder: Path) -> list[str]:
    """Return the command lines of the processes that were told to work in a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it has ended
            continue
        if str(folder) in command:
            found.append(command)
    return found


@starts_its_own_mongod
@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_ctrl_c_stops_the_shop_and_its_mongod(tmp_path):
    with shop_in(tmp_path, TMPDIR=str(tmp_path)) as shop:
        assert any("mongod" in command for command in processes_of(tmp_path))
        assert shop.request("GET", "/products")[0] == 200
        assert shop.stop() == 0
    assert shop.said_wrong == ""
    assert processes_of(tmp_path) == []
    assert list(tmp_path.iterdir()) == [tmp_path / "stderr"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_shop_though_connections_are_open(mongo_server, tmp_path, number):
    with shop_in(tmp_path, MONGODB_URI=mongo_server.uri) as shop:
        with closing(http.client.HTTPConnection(shop.address, timeout=PATIENCE)) as connection:
            connection.request("GET", "/products")
            connection.getresponse().read()
            assert shop.stop(number) == 0
        assert shop.said_wrong == ""


def test_requests_under_way_do_not_upset_the_stop(mongo_server, tmp_path):
    def request_until_closed(_: int) -> int:
        answers = 0
        try:
            while True:
                assert shop.request("GET", "/products")[0] == 200
                answers += 1
        except (OSError, http.client.HTTPException):
            return answers

    with shop_in(tmp_path, MONGODB_URI=mongo_server.uri) as shop, ThreadPoolExecutor(8) as threads:
        answers = threads.map(request_until_closed, range(8))
        for _ in range(20):
            assert shop.request("GET", "/products")[0] == 200
        assert shop.stop() == 0
        assert sum(answers) > 0
        assert shop.said_wrong == ""


def test_the_port_can_be_chosen_but_not_if_it_is_taken(mongo_server, shop, tmp_path):
    port = shop.address.partition(":")[2]
    done = run_shop("--port", port, MONGODB_URI=mongo_server.uri)
    assert (done.returncode, done.stdout) == (1, "")
    # Below that is a warning: Tornado does not close the socket that it could not bind.
    assert re.match(r"It cannot start: .*[Aa]ddress already in use.*\n", done.stderr)
    assert "Traceback" not in done.stderr


def test_without_mongodb_it_says_so_in_one_line_and_exits():
    done = run_shop(MONGODB_URI="mongodb://127.0.0.1:1")
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"It cannot start: 127\.0\.0\.1:1: .*\n", done.stderr)


def test_opening_it_drops_its_own_database_and_no_other(mongo_server, shop, tmp_path):
    with pymongo.MongoClient(mongo_server.uri) as client:
        client.drop_database("tornado_pymongo_test")
        client.tornado_pymongo_test.products.insert_one({"_id": 1})
        client.tornado_pymongo_shop.products.insert_one({"_id": 1})
        with shop_in(tmp_path, MONGODB_URI=mongo_server.uri):
            skus = client.tornado_pymongo_shop.products.distinct("sku")
            assert skus == ["assam", "keemun", "sencha"]
        assert client.tornado_pymongo_test.products.find_one() == {"_id": 1}


# Requests


def test_a_product_is_added_changed_and_deleted(shop):
    new = {"sku": "life", "name": "Life", "price_cents": 1}
    status, product = shop.request("POST", "/products", new)
    assert (status, product) == (201, {"id": product["id"], **new})
    path = f"/products/{product['id']}"
    assert shop.request("GET", path) == (200, product)
    changed = {**product, "name": "Lífe <b>& 命", "price_cents": 2}
    changes = {"name": changed["name"], "price_cents": 2}
    assert shop.request("PATCH", path, changes) == (200, changed)
    assert shop.request("GET", path) == (200, changed)
    assert shop.request("DELETE", path) == (204, "")
    for method in "GET", "DELETE":
        assert shop.request(method, path) == (404, {"error": "there is no such product"})


def test_the_pages_show_every_product_once_and_in_order(shop):
    added = {shop.add(f"page-{n}")["id"] for n in range(7)}
    for limit in 1, 2, 3, 100:
        seen = []
        following = f"/products?limit={limit}"
        while following is not None:
            status, page = shop.request("GET", following)
            assert status == 200
            assert 0 < len(page["products"]) <= limit
            seen += [product["id"] for product in page["products"]]
            following = page["next"]
        assert seen == sorted(set(seen))
        assert added <= set(seen)


def test_the_page_after_the_last_product_is_empty(shop):
    answer = shop.request("GET", f"/products?after={'f' * 24}")
    assert answer == (200, {"products": [], "next": None})


def test_a_page_goes_on_after_a_product_that_was_deleted(shop):
    deleted = shop.add("deleted")["id"]
    kept = [shop.add("kept")["id"]]
    assert shop.request("DELETE", f"/products/{deleted}")[0] == 204
    status, page = shop.request("GET", f"/products?after={deleted}&limit=100")
    assert status == 200
    assert [product["id"] for product in page["products"] if product["sku"] == "kept"] == kept


@pytest.mark.parametrize("limit", ["-1", "0", "101", "1e1", "1.5", "abc", "", "%00", "9" * 5000])
def test_a_limit_that_is_none_is_refused(shop, limit):
    answer = shop.request("GET", f"/products?limit={limit}")
    assert answer == (400, {"error": "limit must be a whole number from 1 to 100"})


def test_ten_are_on_a_page_unless_told_otherwise(shop):
    for n in range(11):
        shop.add(f"ten-{n}")
    assert len(shop.request("GET", "/products")[1]["products"]) == 10
    assert len(shop.request("GET", "/products?limit=5&limit=4")[1]["products"]) == 4


IDS = ["x", "0", "a" * 23, "a" * 25, "g" * 24, "aa " * 8, "a" * 12, "\0" * 12, "é", "a" * 10_000]


@pytest.mark.parametrize("text", IDS)
def test_what_is_no_id_is_refused(shop, text):
    path = f"/products/{quote(text)}"
    assert shop.request("GET", path)[0] == 400
    assert shop.request("PATCH", path, {"name": "Tea"})[0] == 400
    assert shop.request("DELETE", path)[0] == 400
    status, answer = shop.request("GET", f"/products?after={quote(text)}")
    assert status == 400
    assert answer["error"].startswith("this is not an id")


def test_text_in_a_url_that_is_not_utf_8_is_refused(shop):
    assert shop.request("GET", "/products/%ff")[0] == 400
    assert shop.request("GET", "/products?after=%ff")[0] == 400
    assert shop.request("GET", "/products?after=")[0] == 400


def test_an_id_that_is_nobodys_is_not_found(shop):
    path = f"/products/{'f' * 24}"
    for method, body in ("GET", None), ("PATCH", {"name": "Tea"}), ("DELETE", None):
        assert shop.request(method, path, body) == (404, {"error": "there is no such product"})


NOT_AN_OBJECT = [
    *(b"", b"{", b"sku=tea", b"\xff\xfe", b"\0", b"[" * 100_000, b'{"sku": }', b"{}{}"),
    *(b"null", b"[]", b'"tea"', b"1", b"NaN", b"true"),
]


@pytest.mark.parametrize("body", NOT_AN_OBJECT, ids=lambda body: repr(body[:10]))
def test_a_body_that_is_no_json_object_is_refused(shop, body):
    product = shop.request("GET", "/products")[1]["products"][0]
    for method, path in ("POST", "/products"), ("PATCH", f"/products/{product['id']}"):
        status, answer = shop.request(method, path, body)
        assert status == 400
        assert re.fullmatch("the body is not (JSON|a JSON object)", answer["error"])


BAD_FIELDS = [
    *({"sku": value} for value in ["", " \n", "a" * 101, 1, None, ["tea"], {"$gt": ""}]),
    *({"name": value} for value in ["", "\ud800", "a\0b", "a\nb", False]),
    *({"price_cents": value} for value in [-1, 1.5, 100.0, "100", True, None, 2**31, 2**70, [1]]),
    *({name: 1} for name in ["_id", "id", "colour", "", "$set", "sku.x", "\ud800", "%s"]),
]


@pytest.mark.parametrize("fields", BAD_FIELDS, ids=repr)
def test_a_field_that_is_bad_is_refused_and_named(shop, fields):
    product = shop.request("GET", "/products")[1]["products"][0]
    path = f"/products/{product['id']}"
    good = {"sku": "bad", "name": "Bad", "price_cents": 1}
    (name,) = fields
    for method, target, body in ("POST", "/products", good | fields), ("PATCH", path, fields):
        status, answer = shop.request(method, target, body)
        assert status == 400
        assert answer["error"].startswith((f"{name} must be ", f"there is no field {name!r}"))
    assert shop.request("GET", path) == (200, product)


def test_a_new_product_needs_all_fields_and_a_change_at_least_one(shop):
    answer = shop.request("POST", "/products", {"name": "Tea"})
    assert answer == (400, {"error": "missing: sku, price_cents"})
    path = f"/products/{shop.add('no-change')['id']}"
    assert shop.request("PATCH", path, {}) == (400, {"error": "there is nothing to change"})


def test_the_kind_of_body_does_not_matter_as_long_as_it_is_json(shop):
    new = {"sku": "form", "name": "100%", "price_cents": 1}
    form = {"Content-Type": "application/x-www-form-urlencoded"}  # as curl -d says of everything
    assert shop.request("POST", "/products", new, form)[0] == 201
    parts = {"Content-Type": "multipart/form-data; boundary=x"}
    assert shop.request("POST", "/products", b"--x\r\nrubbish\r\n--x--\r\n", parts)[0] == 400


def test_a_second_product_with_the_same_sku_is_refused(shop):
    shop.add("twin")
    other = shop.add("other")
    refusal = (409, {"error": "another product has the sku 'twin'"})
    new = {"sku": "twin", "name": "Other", "price_cents": 1}
    assert shop.request("POST", "/products", new) == refusal
    path = f"/products/{other['id']}"
    assert shop.request("PATCH", path, {"sku": "twin", "name": "Changed"}) == refusal
    assert shop.request("GET", path) == (200, other)
    assert shop.request("PATCH", path, {"sku": "other"}) == (200, other)


def test_of_many_that_add_the_same_sku_at_once_one_succeeds(shop):
    new = {"sku": "race", "name": "Race", "price_cents": 1}
    with ThreadPoolExecutor(16) as threads:
        answers = threads.map(lambda _: shop.request("POST", "/products", new)[0], range(16))
    assert sorted(answers) == [201] + [409] * 15


def test_every_error_is_json(shop):
    assert shop.request("GET", "/nowhere") == (404, {"error": "there is nothing here"})
    assert shop.request("GET", "/products/") == (404, {"error": "there is nothing here"})
    assert shop.request("POST", "/nowhere", {}) == (404, {"error": "there is nothing here"})
    assert shop.request("PUT", "/products", {}) == (405, {"error": "Method Not Allowed"})
    assert shop.request("POST", "/", {}) == (405, {"error": "Method Not Allowed"})


def test_the_index_shows_the_products_as_text_and_loads_nothing_from_elsewhere(shop):
    product = shop.add("markup")
    path = f"/products/{product['id']}"
    shop.request("PATCH", path, {"name": "<script>alert(1)</script>", "price_cents": 123})
    status, page = shop.request("GET", "/")
    assert status == 200
    assert "<td>assam</td>" in page
    assert '<td class="number">7.90</td>' in page
    assert f'<a href="{path}">&lt;script&gt;alert(1)&lt;/script&gt;</a>' in page
    assert '<td class="number">1.23</td>' in page
    assert f"curl http://{shop.address}/products" in page
    assert "<script" not in page
    assert set(re.findall(r"https?://[^/ ]+", page)) == {f"http://{shop.address}"}


def test_prometheus_is_told_of_the_calls(shop):
    def finished():
        status, text = shop.request("GET", "/metrics")
        assert status == 200
        name = r'tornado_pymongo_finished_total{client="shop",threads="calls"}'
        return int(re.search(rf"^{name} (\d+)$", text, re.MULTILINE)[1])

    before = finished()
    for _ in range(5):
        assert shop.request("GET", "/products")[0] == 200
    assert finished() >= before + 4  # the thread of the last one may be about to count it


@starts_its_own_mongod
def test_without_mongodb_it_answers_so_and_still_stops(tmp_path):
    with MongoServer(own=True) as server, shop_in(tmp_path, MONGODB_URI=server.uri) as shop:
        server.stop()
        new = {"sku": "gone", "name": "Gone", "price_cents": 1}
        requests = [("GET", "/"), ("GET", "/products"), ("POST", "/products", new)]
        requests += [(method, f"/products/{'f' * 24}") for method in ("GET", "DELETE")]
        with ThreadPoolExecutor() as threads:
            answers = list(threads.map(lambda request: shop.request(*request), requests))
        sorry = (503, {"error": "MongoDB cannot answer now: try again later"})
        assert answers == [sorry] * len(requests)
        assert shop.stop() == 0
    assert "Traceback" not in shop.said_wrong
