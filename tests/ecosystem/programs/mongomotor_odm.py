# /// script
# dependencies = ["mongomotor==0.17.3", "blinker==1.7.0"]
# [tool.ecosystem]
# doors = ["pymongo_async"]
# ///
"""MongoEngine, made asynchronous: it is given AsyncMongoClient in the place of MongoClient."""

import asyncio
import os

from mongomotor import Document, connect
from mongomotor.fields import IntField, ReferenceField, StringField


class Customer(Document):
    """Who drinks tea."""

    name = StringField(unique=True)


class Order(Document):
    """What he ordered."""

    customer = ReferenceField(Customer)
    grams = IntField()


async def main() -> None:
    """Write, read, follow a reference, sum and delete."""
    client = connect("shop", host=os.environ["MONGODB_URI"])
    await Customer.ensure_indexes()
    ann = await Customer(name="Ann").save()
    for grams in 250, 100, 50:
        await Order(customer=ann, grams=grams).save()
    order = await Order.objects.order_by("grams").first()
    print(order.grams, (await order.customer).name)
    print([order.grams async for order in Order.objects(grams__gte=100).order_by("-grams")])
    print(await Order.objects.sum("grams"), await Order.objects.count())
    try:
        await Customer(name="Ann").save()
    except Exception as error:
        print(type(error).__name__)
    print((await Order.objects(grams=50).delete()).deleted_count)
    await client.close()


asyncio.run(main())
