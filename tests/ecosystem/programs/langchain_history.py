# /// script
# dependencies = ["langchain-mongodb==0.12.1"]
# [tool.ecosystem]
# doors = ["delegate"]
# ///
"""LangChain: the history of a chat, by the delegate, in the client's threads or in asyncio's."""

import asyncio
import os

from langchain_core.messages import AIMessage, HumanMessage
from langchain_mongodb import MongoDBChatMessageHistory

import tornado_pymongo


async def main() -> None:
    """Say something, read it, and forget it."""
    client = tornado_pymongo.MongoClient(os.environ["MONGODB_URI"])
    history = await client.run_in_worker(  # it makes an index
        MongoDBChatMessageHistory, None, "chat 1", "shop", client=client.delegate
    )
    said = [HumanMessage("Any Assam left?"), AIMessage("250 grams.")]
    await client.run_in_worker(history.add_messages, said)
    await history.aadd_messages([HumanMessage("All of it, please.")])  # in a thread of asyncio's
    print([(each.type, each.content) for each in await history.aget_messages()])
    print(await client.run_in_worker(client.delegate.shop.message_store.distinct, "SessionId"))
    await client.run_in_worker(history.clear)
    print(await history.aget_messages())
    await client.close()


if __name__ == "__main__":
    asyncio.run(main())
