"""Tornado's own test cases, run by unittest or by pytest."""

import json

import tornado.web
from orders import make_app, place
from tornado.testing import AsyncHTTPTestCase, AsyncTestCase, gen_test

from tornado_pymongo.testing import MongoTestCase


class TestTheApplication(MongoTestCase, AsyncHTTPTestCase):
    def get_app(self) -> tornado.web.Application:
        return make_app(self.mongo_database)

    def test_orders_are_numbered(self) -> None:
        for number in 1, 2:
            answer = self.fetch("/order/tea", method="POST", body="")
            self.assertEqual(json.loads(answer.body), {"number": number})

    @gen_test
    async def test_what_is_ordered_is_there(self) -> None:
        await self.http_client.fetch(self.get_url("/order/tea"), method="POST", body="")
        self.assertEqual(
            await self.mongo_database.orders.find().to_list(), [{"_id": 1, "item": "tea"}]
        )


class TestOrders(MongoTestCase, AsyncTestCase):
    @gen_test
    async def test_orders_are_numbered(self) -> None:
        self.assertEqual(await place(self.mongo_database, "tea"), 1)
        self.assertEqual(await place(self.mongo_database, "cups"), 2)
