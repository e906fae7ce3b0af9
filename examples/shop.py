"""A small tea shop: a product catalogue as a JSON API.

::

    python examples/shop.py [--port PORT] [--once]

In the MongoDB that it uses it drops the database `tornado_pymongo_shop`, and no other, and fills it
anew. Prometheus finds its numbers at /metrics.

Some handlers `yield` in a `@gen.coroutine`, some `await` in an `async def`: what the collection
returns takes both. Its methods, their arguments and their errors are PyMongo's.
"""

from __future__ import annotations

import json
import re
import shutil
import textwrap
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager
from typing import Any

import serve
from bson import ObjectId
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError
from serve import Refusal
from tornado import gen
from tornado.httpclient import AsyncHTTPClient
from tornado.httputil import url_concat
from tornado.web import Application

import tornado_pymongo
from tornado_pymongo.metrics import MetricsHandler

TEAS = [("assam", "Assam", 790), ("keemun", "Keemun", 1250), ("sencha", "Sencha", 980)]
MOST_PER_PAGE = 100
MOST_CENTS = 10_000_000


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


class Handler(serve.Handler):
    """What all handlers share: the products, and errors as JSON."""

    def initialize(self) -> None:
        self.products: tornado_pymongo.Collection = self.settings["products"]

    def check_xsrf_cookie(self) -> None:
        """Nothing to check: the shop knows nobody, so there is nobody to be impersonated."""

    def finish_with(self, message: str) -> None:
        self.finish({"error": message})


class Index(Handler):
    @gen.coroutine
    def get(self) -> Generator[Any, Any, None]:
        products = yield self.products.find().sort("_id").limit(MOST_PER_PAGE).to_list()
        self.render("shop.html", products=products, address=f"http://{self.request.host}")


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


class NotFound(Handler, serve.NotFound):
    pass


@asynccontextmanager
async def shop(client: tornado_pymongo.MongoClient) -> AsyncIterator[Application]:
    """Put the same few products into a new database, however often the shop is opened."""
    await client.drop_database("tornado_pymongo_shop")
    products = client.tornado_pymongo_shop.products
    await products.create_index("sku", unique=True)
    await products.insert_many([dict(zip(FIELDS, tea, strict=True)) for tea in TEAS])
    routes: list[Any] = [
        (r"/", Index),
        (r"/products", Products),
        (r"/products/([^/]+)", Product),
        (r"/metrics", MetricsHandler, {"clients": {"shop": client}}),
    ]
    yield serve.application(routes, default_handler_class=NotFound, products=products)


async def show(address: str) -> None:
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

    print("The shop is open. Some requests to it, and its answers:\n")
    new = {"sku": "oolong", "name": "Oolong", "price_cents": 1400}
    path = f"/products/{(await request('POST', '/products', new))['id']}"
    await request("POST", "/products", new)
    await request("PATCH", path, {"price_cents": 1150})
    await request("GET", path)
    page = await request("GET", "/products?limit=3")
    await request("GET", page["next"])
    await request("DELETE", path)
    await request("GET", path)
    print()
    client.close()


if __name__ == "__main__":
    serve.run(shop, __doc__, show=show)
