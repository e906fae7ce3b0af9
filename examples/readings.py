"""Readings of thermometers with asyncio: the program of the tutorial in the documentation.

::

    python examples/readings.py

It starts a MongoDB of its own, or uses the one that MONGODB_URI names, where it drops the database
`tornado_pymongo_readings`, and no other.
"""

import asyncio
import random

from pymongo.errors import PyMongoError

import tornado_pymongo
from tornado_pymongo.testing import MongoServer

ROOMS = ["attic", "cellar", "kitchen"]


async def measure(readings: tornado_pymongo.Collection, room: str, times: int) -> None:
    """Store readings of a room, one every now and then."""
    for number in range(times):
        celsius = round(random.uniform(18, 24), 1)
        await readings.insert_one({"room": room, "number": number, "celsius": celsius})
        await asyncio.sleep(0.01)


async def show_averages(readings: tornado_pymongo.Collection) -> None:
    """Print a line for each room."""
    average = {"_id": "$room", "celsius": {"$avg": "$celsius"}, "readings": {"$sum": 1}}
    async for room in readings.aggregate([{"$group": average}, {"$sort": {"_id": 1}}]):
        print(f"{room['_id']:8} {room['celsius']:5.1f} °C  {room['readings']} readings")


async def main(uri: str) -> None:
    """Measure in all rooms at once, for five seconds at most, and show what there is."""
    async with tornado_pymongo.MongoClient(uri, serverSelectionTimeoutMS=5000) as client:
        database = client.tornado_pymongo_readings
        await client.drop_database(database)
        readings = database.readings
        await readings.create_index("room")
        everywhere = asyncio.gather(*(measure(readings, room, times=20) for room in ROOMS))
        try:
            await asyncio.wait_for(everywhere, timeout=5)
        except asyncio.TimeoutError:
            print("That took too long: what is stored is shown.")
        await show_averages(readings)
        await client.drop_database(database)


if __name__ == "__main__":
    with MongoServer() as mongodb:
        try:
            asyncio.run(main(mongodb.uri))
        except PyMongoError as error:
            raise SystemExit(f"MongoDB cannot be used: {error}") from None
