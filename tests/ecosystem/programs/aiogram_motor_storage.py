# /// script
# dependencies = ["aiogram==3.31.0", "motor==3.7.1"]
# [tool.ecosystem]
# doors = ["motor"]
# ///
"""A bot's state, kept by the storage on Motor; its client is given, then its own."""

import asyncio
import os

from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import StorageKey
from aiogram.fsm.storage.mongo import MongoStorage
from motor.motor_asyncio import AsyncIOMotorClient


class Ordering(StatesGroup):
    """What the bot has asked for last."""

    item = State()
    grams = State()


async def main() -> None:
    """Go through a conversation twice."""
    uri = os.environ["MONGODB_URI"]
    for storage in MongoStorage(AsyncIOMotorClient(uri)), MongoStorage.from_url(uri):
        context = FSMContext(storage, StorageKey(bot_id=1, chat_id=2, user_id=3))
        await context.set_state(Ordering.item)
        print(await context.get_state(), await context.get_data())
        await context.update_data(item="Assam")
        await context.set_state(Ordering.grams)
        await context.update_data(grams=250)
        print(await context.get_state(), await context.get_data(), await context.get_value("item"))
        await context.clear()
        print(await context.get_state(), await context.get_data())
        await storage.close()


asyncio.run(main())
