"""The way of one call, from the loop's thread to a worker and back.

::

    the loop's thread                          a worker thread
    collection.find_one(query)
      call_in_worker(...)
        executor.start(call)  ──────────────►  Call.run
        returns a CallFuture at once             PyMongo's find_one, which blocks
                                                 │
                                                 ▼
    CallFuture.deliver  ◄──────────────────────  Inbox.put; one wake-up of the loop for many calls
      it has its result

The loop is the caller's, looked up at each call, so that one client serves any number of loops. If
none runs there, the Future belongs to no loop: the worker completes it, and any loop may await it.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, TypeVar

from pymongo.errors import InvalidOperation, PyMongoError

from tornado_pymongo.executor import Call, Executor, running_call
from tornado_pymongo.futures import Callback as Callback
from tornado_pymongo.futures import CallFuture
from tornado_pymongo.inbox import inbox_of
from tornado_pymongo.internals.clients import begin_timeout
from tornado_pymongo.unbound import UnboundFuture, running_loop

_F = TypeVar("_F", CallFuture, UnboundFuture)


def loop_of_caller(
    default: asyncio.AbstractEventLoop | None, callback: Callback | None
) -> asyncio.AbstractEventLoop | None:
    """Return the loop that a call belongs to, which is made in this thread.

    That is the loop that runs or, if none does, the default. A callback needs a loop in any case:
    without the others, the one that Tornado would run here. Otherwise there is none.
    """
    loop = running_loop() or default
    if loop is not None:
        return loop
    if running_call() is not None:
        raise InvalidOperation(
            "this call was made in a worker thread, where no event loop runs that could wait for"
            " it: use PyMongo's own object there, which blocks and is called .delegate"
        )
    return None if callback is None else tornado_loop()


def tornado_loop() -> asyncio.AbstractEventLoop:
    """Return the loop that Tornado would run in this thread, though none runs yet.

    :raises pymongo.errors.InvalidOperation: in another thread than the main one, if no loop was
        made there.
    """
    from tornado.ioloop import IOLoop  # asyncio's users need not wait for its import

    is_main = threading.current_thread() is threading.main_thread()
    loop = IOLoop.current(instance=is_main)
    if loop is None:
        raise InvalidOperation(
            "this thread has no event loop to call the callback on: make one before, make the call"
            " in a coroutine, or wait for what it returns without a callback"
        )
    return loop.asyncio_loop  # type: ignore[attr-defined, no-any-return]


def call_in_worker(
    executor: Executor,
    future: _F,
    function: Callable[[], Any],
    timeout: float | None = None,
) -> _F:
    """Start a function in a worker; return the Future, which gets its result.

    `timeout` is that of PyMongo for the operation, in seconds, if it has one. It begins now.
    """
    context = copy_context()
    deadline = begin_timeout(context, timeout)
    call = Call(executor, function, context=context, deadline=deadline)
    call.receivers = ((future.inbox(), future.deliver),)
    future.call = call
    try:
        executor.start(call)
    except PyMongoError as error:
        # Its traceback would hold this frame, which holds the Future, which holds the error.
        call.error = error.with_traceback(None)
        call.failed_name = call.name()
        future.deliver(call)
    return future


def follow(future: _F, call: Call) -> _F:
    """Have the Future get what becomes of a call that was started for somebody else."""
    call.tell(future.inbox(), future.deliver)
    return future


async def until_over(call: Call) -> None:
    """Wait until a call is over, whatever becomes of it."""
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    call.tell(inbox_of(loop), lambda _: over.set())
    await over.wait()


def with_callback(future: Any, callback: Callback | None) -> Any:
    """Return the Future or, if there is a callback, None, and have it called when it is done."""
    if callback is None:
        return future

    def report(done: asyncio.Future[Any]) -> None:
        error = asyncio.CancelledError() if done.cancelled() else done.exception()
        callback(done.result() if error is None else None, error)

    future.add_done_callback(report)
    return None


def check_callback(callback: Any) -> None:
    """Refuse, before anything starts, a callback that could never be called."""
    if callback is None:
        return
    if not callable(callback):
        raise TypeError(
            f"callback must be a function of (result, error), not {type(callback).__name__}"
        )
    if inspect.iscoroutinefunction(callback):
        raise TypeError(
            "callback must be a function of (result, error), not the coroutine function"
            f" {callback!r}, which nobody would await: await the call instead"
        )
