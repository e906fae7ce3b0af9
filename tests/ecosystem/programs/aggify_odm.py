# /// script
# dependencies = ["aggify==1.0.0"]
# [tool.ecosystem]
# doors = ["pymongo_async"]
# ///
"""An ODM that makes a client for each loop, and one that blocks for code without a loop."""

import asyncio
import os

import aggify
from aggify import Count, DecimalField, Document, ReferenceField, StringField, Sum

aggify.connect(os.environ["MONGODB_URI"], "shop")


class Customer(Document):
    """Who drinks tea."""

    name = StringField(required=True)
    country = StringField(max_length=2)


class Order(Document):
    """What he ordered."""

    customer = ReferenceField(Customer)
    status = StringField(choices=["new", "paid"], default="new")
    total = DecimalField()


async def main() -> None:
    """Write, join and group; in a transaction that is given up; change and delete."""
    for name, country, totals in [("Ann", "DE", (3, 4)), ("Bo", "DE", (5,)), ("Cy", "FR", (6,))]:
        customer = await Customer.objects.acreate(name=name, country=country)
        for total in totals:
            await Order.objects.acreate(customer=customer, total=total, status="paid")
    best = (
        Order.objects.filter(status="paid", customer__country="DE")
        .values("customer__name")
        .annotate(revenue=Sum("total"), orders=Count())
        .order_by("-revenue")
    )
    print([list(map(str, row.values())) for row in await best.alist()])
    try:
        async with aggify.atransaction():
            await Order.objects.acreate(total=100)
            print(await Order.objects.acount(), "orders in the transaction")
            raise LookupError
    except LookupError:
        print(await Order.objects.acount(), "orders after it")
    print(await Order.objects.filter(total__gte=5).aupdate(status="new"))
    print(sorted([order.total async for order in Order.objects.filter(status="new")]))


asyncio.run(main())
asyncio.run(main())  # in another loop
print(Order.objects.count(), "orders, counted without a loop")
