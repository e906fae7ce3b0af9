# /// script
# dependencies = ["ampo==1.0.0"]
# [tool.ecosystem]
# doors = ["pymongo_async"]
# ///
"""An ORM on pydantic that makes its own client of a URL."""

import asyncio
import os

import ampo


class Order(ampo.CollectionWorker):
    """An order of tea, of which there is one for each item."""

    item: str
    grams: int

    model_config = ampo.ORMConfig(
        orm_collection="orders",
        orm_indexes=[{"keys": ["item"], "options": {"unique": True}}],
    )


async def main() -> None:
    """Make the indexes; write, read, change, count and delete."""
    database = ampo.AMPODatabase(os.environ["MONGODB_URI"].replace("/?", "/shop?"))
    await ampo.init_collection()
    await Order.save_bulk([Order(item="Assam", grams=250), Order(item="Sencha", grams=100)])
    try:
        await Order(item="Assam", grams=1).save()
    except Exception as error:
        print(type(error).__name__)
    order = await Order.get(filter={"item": "Sencha"})
    order.grams = 150
    await order.save()
    print([(each.item, each.grams) for each in await Order.get_all(sort=[("item", 1)])])
    print(await Order.count())
    await order.delete()
    print(sorted(await database.get_db().orders.index_information()), await Order.count())
    await ampo.AMPODatabase.aclose()


asyncio.run(main())
