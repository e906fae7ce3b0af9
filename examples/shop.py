"""A small tea shop: a product catalogue as a JSON API, with Tornado and tornado_pymongo.

::

    python examples/shop.py [--port PORT] [--once]

It starts a MongoDB of its own, or uses the one that MONGODB_URI names. There it drops the database
`tornado_pymongo_shop`, and no other, and fills it anew. Prometheus finds its numbers at /metrics.

Some handlers `yield` in a `@gen.coroutine`, some `await` in an `async def`: what the collection
returns takes both. Its methods, their arguments and their errors are PyMongo's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import re
import shutil
import signal
import sys
import textwrap
from collections.abc import Generator
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from bson import ObjectId
from pymongo import ReturnDocument
from pymongo.errors import ConnectionFailure, DuplicateKeyError, ExecutionTimeout, PyMongoError
from tornado import gen, web
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.httputil import url_concat
from tornado.log import app_log
from tornado.netutil import bind_sockets
from tornado.template import Template

import tornado_pymongo
from tornado_pymongo.metrics import MetricsHandler
from tornado_pymongo.testing import MongoServer

DATABASE = "tornado_pymongo_shop"
TEAS = [("assam", "Assam", 790), ("keemun", "Keemun", 1250), ("sencha", "Sencha", 980)]
MOST_PER_PAGE = 100
MOST_CENTS = 10_000_000

# What PyMongo raises when the server is away or too slow, and what tornado_pymongo raises when more
# calls wait for it than may.
UNAVAILABLE = (ConnectionFailure, ExecutionTimeout, tornado_pymongo.TooManyCalls)

INDEX = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>Tea shop</title>
<style>
  body { max-width: 40rem; margin: 3rem auto; padding: 0 1rem; font: 1.1rem/1.7 system-ui }
  td { padding-right: 3rem }  pre { padding: 1rem; background: #eee; overflow: auto }
</style>
<h1>Tea shop</h1>
<table>
{% for product in products %}
  <tr><td><a href="/products/{{ product["_id"] }}">{{ product["name"] }}</a>
    <td>{{ product["sku"] }} <td>{{ "%.2f" % (product["price_cents"] / 100) }}
{% end %}
</table>
<p>As JSON: <a href="/products">all</a> or <a href="/products?limit=2">two a page</a>. Add one:
<pre>curl {{ address }}/products \\
  -d '{"sku": "lapsang", "name": "Lapsang Souchong", "price_cents": 1600}'</pre>
</html>
""")


class Refusal(web.HTTPError):
    """A request that cannot be met, and what its sender is told."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status)
        self.message = message


def is_text(value: Any) -> bool:
    """Tell whether it can be shown, and stored: half a surrogate pair, for one, cannot."""
    return isinstance(value, str) and 0 < len(value) <= 100 and value.isprintable()


def is_price(value: Any) -> bool:
    """Tell whether it is an exact number that MongoDB can hold; to Python, true is an int too."""
    return type(value) is int and 0 <= value <= MOST_CENTS


FIELDS = {
    "sku": (is_text, "a text of 1 to 100 printable characters"),
    "name": (is_text, "a text of 1 to 100 printable characters"),
    "price_cents": (is_price, f"a whole number from 0 to {MOST_CENTS}"),
}


def fields_in(body: bytes) -> dict[str, Any]:
    """Return the fields of a product in a JSON body, all of them good."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(400, "the body is not JSON") from None
    if not isinstance(fields, dict):
        raise Refusal(400, "the body is not a JSON object")
    for name, value in fields.items():
        if name not in FIELDS:
            raise Refusal(400, f"there is no field {name!r}, only {', '.join(FIELDS)}")
        is_good, description = FIELDS[name]
        if not is_good(value):
            raise Refusal(400, f"{name} must be {description}")
    return fields


def object_id(text: str) -> ObjectId:
    """Return the id that is part of a URL. Some PyMongo would take a shorter one with spaces."""
    if not re.fullmatch("[0-9a-fA-F]{24}", text):
        raise Refusal(400, f"this is not an id: {text!r}")
    return ObjectId(text)


def to_json(product: dict[str, Any] | None) -> dict[str, Any]:
    """Return what the API shows of a product that was looked for."""
    if product is None:
        raise Refusal(404, "there is no such product")
    return {"id": str(product["_id"]), **{name: product[name] for name in FIELDS}}


class Handler(web.RequestHandler):
    """What all handlers share: the products, and errors as JSON."""

    def initialize(self) -> None:
        self.products: tornado_pymongo.Collection = self.settings["products"]

    def prepare(self) -> None:
        self.settings["busy"].add(self)

    def on_finish(self) -> None:
        self.settings["busy"].discard(self)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None))[1]
        message = error.message if isinstance(error, Refusal) else HTTPStatus(status_code).phrase
        if isinstance(error, UNAVAILABLE):
            self.set_status(503)
            message = "MongoDB cannot answer now: try again later"
        self.finish({"error": message})

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if isinstance(value, UNAVAILABLE):
            app_log.warning("MongoDB cannot answer now: %s", value)  # no bug, so no traceback
        else:
            super().log_exception(typ, value, tb)


class Index(Handler):
    @gen.coroutine
    def get(self) -> Generator[Any, Any, None]:
        products = yield self.products.find().sort("_id").limit(MOST_PER_PAGE).to_list()
        address = f"http://{self.request.host}"
        self.finish(INDEX.generate(products=products, address=address))


class Products(Handler):
    async def get(self) -> None:
        try:
            limit = int(self.get_query_argument("limit", "10"))
        except ValueError:
            limit = 0
        if not 1 <= limit <= MOST_PER_PAGE:
            raise Refusal(400, f"limit must be a whole number from 1 to {MOST_PER_PAGE}")
        after = self.get_query_argument("after", None)
        query = {"_id": {"$gt": object_id(after)}} if after is not None else {}
        # One more than the page shows: it tells whether there is a next page.
        cursor = self.products.find(query).sort("_id").limit(limit + 1)
        found = [to_json(product) async for product in cursor]
        page, following = found[:limit], None
        if len(found) > limit:
            following = url_concat("/products", {"after": page[-1]["id"], "limit": str(limit)})
        self.write({"products": page, "next": following})

    @gen.coroutine
    def post(self) -> Generator[Any, Any, None]:
        product = fields_in(self.request.body)
        missing = [name for name in FIELDS if name not in product]
        if missing:
            raise Refusal(400, f"missing: {', '.join(missing)}")
        try:
            yield self.products.insert_one(product)  # which also gives it an _id
        except DuplicateKeyError:
            raise Refusal(409, f"another product has the sku {product['sku']!r}") from None
        self.set_status(201)
        self.set_header("Location", f"/products/{product['_id']}")
        self.write(to_json(product))


class Product(Handler):
    async def get(self, product_id: str) -> None:
        self.write(to_json(await self.products.find_one({"_id": object_id(product_id)})))

    async def patch(self, product_id: str) -> None:
        changes = fields_in(self.request.body)
        if not changes:
            raise Refusal(400, "there is nothing to change")
        try:
            product = await self.products.find_one_and_update(
                {"_id": object_id(product_id)},
                {"$set": changes},
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:
            raise Refusal(409, f"another product has the sku {changes['sku']!r}") from None
        self.write(to_json(product))

    @gen.coroutine
    def delete(self, product_id: str) -> Generator[Any, Any, None]:
        result = yield self.products.delete_one({"_id": object_id(product_id)})
        if not result.deleted_count:
            raise Refusal(404, "there is no such product")
        self.set_status(204)


class NotFound(Handler):
    def prepare(self) -> None:
        raise Refusal(404, "there is nothing here")


def application(
    products: tornado_pymongo.Collection, busy: set[web.RequestHandler]
) -> web.Application:
    """Return the application, which keeps the requests that are under way in `busy`."""
    routes: list[Any] = [
        (r"/", Index),
        (r"/products", Products),
        (r"/products/([^/]+)", Product),
        (r"/metrics", MetricsHandler, {"clients": {"shop": products.database.client}}),
    ]
    return web.Application(routes, default_handler_class=NotFound, products=products, busy=busy)


async def fill(database: tornado_pymongo.Database) -> None:
    """Put the same few products into a new database, however often the shop is opened."""
    await database.client.drop_database(database)
    await database.products.create_index("sku", unique=True)
    await database.products.insert_many([dict(zip(FIELDS, tea, strict=True)) for tea in TEAS])


async def show_requests(address: str) -> None:
    """Make some requests as any client would, and print them with their answers."""
    client = AsyncHTTPClient()

    async def request(method: str, path: str, fields: dict[str, Any] | None = None) -> Any:
        body = None if fields is None else json.dumps(fields)
        answer = await client.fetch(address + path, method=method, body=body, raise_error=False)
        text = answer.body.decode()
        print(f"{method} {path}  {answer.code} {answer.reason}")
        for line in textwrap.wrap(text, shutil.get_terminal_size().columns - 4):
            print("   ", line)
        return json.loads(text or "null")

    new = {"sku": "oolong", "name": "Oolong", "price_cents": 1400}
    oolong = await request("POST", "/products", new)
    await request("POST", "/products", new)
    path = f"/products/{oolong['id']}"
    await request("PATCH", path, {"price_cents": 1150})
    await request("GET", path)
    page = await request("GET", "/products?limit=3")
    await request("GET", page["next"])
    await request("DELETE", path)
    await request("GET", path)
    client.close()


async def main(client: tornado_pymongo.MongoClient, port: int, once: bool) -> None:
    """Keep the shop open until it is told to stop."""
    told_to_stop = asyncio.Event()
    with suppress(NotImplementedError):  # on Windows, where Ctrl-C cancels this coroutine
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)

    async with client:
        database = client[DATABASE]
        busy: set[web.RequestHandler] = set()
        server = HTTPServer(application(database.products, busy))
        sockets = bind_sockets(port, "127.0.0.1")
        server.add_sockets(sockets)
        address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
        try:
            await fill(database)
            print("The shop is open. Some requests to it, and its answers:\n")
            await show_requests(address)
            if not once:
                print(f"\nOpen {address}/ in a browser. Ctrl-C stops it.", flush=True)
                await told_to_stop.wait()
                print("\nThe shop is closed.")
        finally:
            server.stop()
            await server.close_all_connections()
            while busy:  # for closing the client would fail their calls
                await asyncio.sleep(0.01)


def run() -> None:
    """Start MongoDB, before there is a loop that this could hold up, and then open the shop."""
    parser = argparse.ArgumentParser(description="A product catalogue as a JSON API.")
    parser.add_argument("--port", type=int, default=0, help="0, the default, is any free one")
    parser.add_argument("--once", action="store_true", help="stop after the first few requests")
    arguments = parser.parse_args()
    logging.getLogger("tornado.access").setLevel(logging.ERROR)  # a 404 is no news here
    try:
        with MongoServer() as mongodb:
            # Without limits a request waits half a minute for a MongoDB that is gone, and for ever
            # for one that is stuck.
            limits: dict[str, Any] = {"serverSelectionTimeoutMS": 5000, "timeoutMS": 5000}
            client = tornado_pymongo.MongoClient(mongodb.uri, **limits)
            asyncio.run(main(client, arguments.port, arguments.once))
    except KeyboardInterrupt:
        pass
    except (OSError, PyMongoError) as error:
        sys.exit(f"The shop cannot open: {error}")
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # PyMongo takes half a second to leave


if __name__ == "__main__":
    run()
