"""The standard library's unittest."""

import unittest

from orders import place

from tornado_pymongo.testing import MongoTestCase


class TestOrders(MongoTestCase, unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        await self.mongo_database.counters.insert_one({"_id": "orders", "n": 99})

    async def test_orders_are_numbered(self) -> None:
        self.assertEqual(await place(self.mongo_database, "tea"), 100)
        self.assertEqual(await place(self.mongo_database, "cups"), 101)

    async def test_the_next_test_begins_with_nothing(self) -> None:
        self.assertEqual(await self.mongo_database.list_collection_names(), ["counters"])


if __name__ == "__main__":
    unittest.main()
