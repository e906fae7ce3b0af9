"""The hop alone: a function that does nothing, from the event loop to a thread and back.

No server is asked. The peers of the workloads ``hop-*`` differ in who carries the function:

- **a call**: a derived method of this library's, with a PyMongo object whose method does nothing.
- **the hop of a call**: the same without what is derived: no arguments are unwrapped, no result is
  wrapped.
- **run_in_worker**: the same for a function of the user's, which may run on any core.
- **run_in_executor**: of asyncio, with a `ThreadPoolExecutor` of two threads.
- **a bare bridge**: the least that a bridge has to do, without bounds, deadlines and errors.
- **a bare Future**: no thread, one callback of the loop. It shows what the loop and the measurement
  themselves cost.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from queue import SimpleQueue
from threading import Thread
from typing import Any

from benchmarks.peers import CONNECTIONS


@dataclass
class Hop:
    """What stands for a client here.

    :param start: starts a function that does nothing; returns an awaitable of the loop.
    :param close: ends the threads.
    """

    start: Callable[[], Any]
    close: Callable[[], Any] = lambda: None

    def __getitem__(self, _: str) -> Hop:
        return self  # as its database and its collection


def nothing() -> None:
    """Do nothing."""


def of_a_call(uri: str) -> Hop:
    """Return the hop of a whole call, by public names only."""
    client = _client(uri)
    collection = client.benchmarks.hop
    collection.delegate.estimated_document_count = nothing
    return Hop(collection.estimated_document_count, client.close)


def of_the_bridge(uri: str) -> Hop:
    """Return the hop that is within a call: the one place here that uses names of the core.

    It knows those of the commit before as well, for ``--against``.
    """
    bridge: Any = import_module("tornado_pymongo.bridge")
    client: Any = _client(uri)
    if "_executor" in vars(client):
        old: Any = client._executor, bridge.CallFuture, nothing, (), {}
        return Hop(lambda: bridge.call_in_worker(*old), client.close)
    runtime = client._runtime
    executor = runtime.executor
    return Hop(lambda: bridge.call_in_worker(executor, runtime.future(), nothing), client.close)


def of_run_in_worker(uri: str) -> Hop:
    """Return the hop of a function of the user's."""
    client = _client(uri)
    return Hop(lambda: client.run_in_worker(nothing), client.close)


def of_run_in_executor(_: str) -> Hop:
    """Return the hop of asyncio."""
    loop = asyncio.get_running_loop()
    threads = ThreadPoolExecutor(2)
    return Hop(
        lambda: loop.run_in_executor(threads, nothing), partial(threads.shutdown, wait=False)
    )


def of_a_future(_: str) -> Hop:
    """Return no hop."""
    loop = asyncio.get_running_loop()

    def start() -> asyncio.Future[None]:
        future = loop.create_future()
        loop.call_soon(future.set_result, None)
        return future

    return Hop(start)


class _BareBridge:
    """One thread, a queue, and one wake-up of the loop for all results that are there."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._calls: SimpleQueue[tuple[asyncio.Future[Any], Context]] = SimpleQueue()
        self._completed: deque[tuple[asyncio.Future[Any], Any]] = deque()
        Thread(target=self._work, daemon=True).start()

    def start(self) -> asyncio.Future[Any]:
        future = self._loop.create_future()
        self._calls.put((future, copy_context()))
        return future

    def _work(self) -> None:
        while True:
            future, context = self._calls.get()
            self._completed.append((future, context.run(nothing)))
            if self._calls.empty():
                self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        while self._completed:
            future, result = self._completed.popleft()
            future.set_result(result)


def of_a_bare_bridge(_: str) -> Hop:
    """Return the hop of a bridge that does no more than it must."""
    return Hop(_BareBridge().start)


def _client(uri: str) -> Any:
    import tornado_pymongo

    return tornado_pymongo.MongoClient(uri, maxPoolSize=CONNECTIONS)
