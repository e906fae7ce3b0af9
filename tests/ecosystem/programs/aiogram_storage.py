# /// script
# dependencies = ["aiogram==3.31.0"]
# [tool.ecosystem]
# doors = ["pymongo_async", "client", "native"]
# ///
"""A bot's state, kept by the storage on PyMongo Async, with a client that it is given."""

import asyncio
import os

from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import StorageKey
from aiogram.fsm.storage.pymongo import PyMongoStorage
from pymongo import AsyncMongoClient


class Ordering(StatesGroup):
    """What the bot has asked for last."""

    item = State()
    grams = State()


async def main() -> None:
    """Go through a conversation."""
    storage = PyMongoStorage(AsyncMongoClient(os.environ["MONGODB_URI"]))
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
