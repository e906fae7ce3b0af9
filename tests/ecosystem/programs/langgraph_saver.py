# /// script
# dependencies = ["langgraph-checkpoint-mongodb==0.5.1", "langgraph"]
# [tool.ecosystem]
# doors = ["delegate"]
# ///
"""LangGraph: a graph's checkpoints, kept by the delegate, in threads of asyncio's."""

import asyncio
import os
from typing import Annotated, TypedDict

from langgraph.checkpoint.mongodb import MongoDBSaver
from langgraph.graph import END, START, StateGraph

import tornado_pymongo


def joined(before: list[str], after: list[str]) -> list[str]:
    """Return both."""
    return before + after


class Order(TypedDict):
    """What a graph's thread has come to."""

    items: Annotated[list[str], joined]


async def pack(order: Order) -> Order:
    """Be a step of the graph: run on the loop."""
    return {"items": [f"{len(order['items'])} packed"]}


async def main() -> None:
    """Go through a graph twice, in one thread of it; look at what is kept."""
    client = tornado_pymongo.MongoClient(os.environ["MONGODB_URI"])
    saver = await client.run_in_worker(MongoDBSaver, client.delegate, db_name="shop")

    builder = StateGraph(Order)
    builder.add_node("pack", pack)
    builder.add_edge(START, "pack")
    builder.add_edge("pack", END)
    graph = builder.compile(checkpointer=saver)

    thread = {"configurable": {"thread_id": "1"}}
    print(await graph.ainvoke({"items": ["Assam"]}, thread))
    print(await graph.ainvoke({"items": ["Sencha"]}, thread))
    print((await graph.aget_state(thread)).values)
    print(len([state async for state in graph.aget_state_history(thread)]), "checkpoints")
    await client.close()


if __name__ == "__main__":
    asyncio.run(main())
