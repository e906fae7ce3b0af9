# /// script
# dependencies = ["mongoz==0.15.0"]
# [tool.ecosystem]
# doors = ["pymongo_async"]
# ///
"""An ODM that makes its own client, and looks at the class of a collection that it is given."""

import asyncio
import os

import mongoz

registry = mongoz.Registry(os.environ["MONGODB_URI"])


class Order(mongoz.Document):
    """An order of tea."""

    item: str = mongoz.String()
    grams: int = mongoz.Integer()

    class Meta:
        """Where it is kept."""

        registry = registry
        database = "shop"
        collection = "orders"


async def main() -> None:
    """Write, read, change and delete; use another collection."""
    async with registry:
        for item, grams in [("Assam", 250), ("Sencha", 100), ("Darjeeling", 50)]:
            await Order.objects.create(item=item, grams=grams)
        found = await Order.objects.filter(grams__gte=100).sort("grams")
        print([order.item for order in found])
        order = await Order.objects.get(item="Sencha")
        await order.update(grams=150)
        small = Order.query({"grams": {"$lt": 200}}).sort("grams")
        print(await small.values_list(["item", "grams"]))
        archive = registry.driver["shop"]["archive"]
        await Order(item="Gyokuro", grams=20).create(collection=archive)
        names = await registry.driver["shop"].list_collection_names()
        print(sorted(names), await archive.count_documents({}))
        print(await Order.objects.count(), await Order.objects.filter(grams__lt=100).delete())


asyncio.run(main())
