# /// script
# dependencies = ["mongoengine==0.29.3"]
# [tool.ecosystem]
# doors = ["delegate"]
# ///
"""MongoEngine on the client's connections; functions that use it run in the client's threads."""

import asyncio
import os

import mongoengine

import tornado_pymongo


class Order(mongoengine.Document):
    """An order of tea, of which there is one for each item."""

    item = mongoengine.StringField(unique=True)
    grams = mongoengine.IntField()


def small_orders(least: int) -> list[str]:
    """Write, and read what is smaller."""
    for item, grams in [("Assam", 250), ("Sencha", 100), ("Darjeeling", 50)]:
        Order(item=item, grams=grams).save()
    return [order.item for order in Order.objects(grams__lt=least).order_by("grams")]


async def main() -> None:
    """Use MongoEngine and the client side by side."""
    client = tornado_pymongo.MongoClient(os.environ["MONGODB_URI"])
    mongoengine.connect("shop", mongo_client_class=lambda **options: client.delegate)

    print(await client.run_in_worker(small_orders, 200))
    print(await client.run_in_worker(Order.objects.sum, "grams"))
    try:
        await client.run_in_worker(Order(item="Assam").save)
    except mongoengine.NotUniqueError as error:
        print(type(error).__name__)
    print(await client.run_in_worker(Order.objects(item="Assam").delete))

    await client.close()  # not mongoengine.disconnect(), which closes the delegate in this thread


if __name__ == "__main__":
    asyncio.run(main())
