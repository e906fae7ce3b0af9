# /// script
# dependencies = ["beanie==2.2.0"]
# [tool.ecosystem]
# doors = ["pymongo_async", "client", "native"]
# ///
"""An ODM that is given a database: links, aggregation, bulk writes, a transaction."""

import asyncio
import os

import beanie
from beanie import BulkWriter, Document, Indexed, Link
from pymongo import AsyncMongoClient


class Customer(Document):
    """Who drinks tea."""

    name: Indexed(str, unique=True)


class Order(Document):
    """What he ordered."""

    customer: Link[Customer]
    item: str
    grams: int


async def main() -> None:
    """Write, read with links, group, write in bulk, and give up a transaction."""
    async with AsyncMongoClient(os.environ["MONGODB_URI"]) as client:
        await beanie.init_beanie(database=client.shop, document_models=[Customer, Order])
        ann = await Customer(name="Ann").insert()
        await Order.insert_many(
            [Order(customer=ann, item=item, grams=50 * n) for n, item in enumerate("ABCDE")]
        )
        found = await Order.find(Order.grams > 50, fetch_links=True).sort(-Order.grams).to_list()
        print([(order.item, order.customer.name) for order in found])
        print(await Order.find(Order.grams >= 100).avg(Order.grams), await Order.count())
        async with BulkWriter() as bulk:
            for order in found[:2]:
                await order.update({"$set": {"item": "Z"}}, bulk_writer=bulk)
        print(await Order.distinct("item"))
        try:
            async with client.start_session() as session, await session.start_transaction():
                await Customer(name="Bo").insert(session=session)
                print(await Customer.find(session=session).count())
                raise LookupError
        except LookupError:
            print(await Customer.count())
        try:
            await Customer(name="Ann").insert()
        except Exception as error:
            print(type(error).__name__)
        print([order.grams async for order in Order.find(Order.item == "Z").sort("grams")])
        print((await Order.find(Order.item == "Z").delete()).deleted_count)


asyncio.run(main())
