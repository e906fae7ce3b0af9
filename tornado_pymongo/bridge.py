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

The loop is the caller's, looked up at each call, so that one client serves any number of loops.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, TypeVar

from pymongo.errors import InvalidOperation, PyMongoError

from tornado_pymongo.executor import Call, Executor, running_call
from tornado_pymongo.futures import Callback as Callback
from tornado_pymongo.futures import CallFuture
from tornado_pymongo.inbox import inbox_of
from tornado_pymongo.internals.clients import begin_timeout

_F = TypeVar("_F", bound=CallFuture)


def current_loop(default: asyncio.AbstractEventLoop | None = None) -> asyncio.AbstractEventLoop:
    """Return the running loop or, if none runs yet, the default, or what Tornado would run here."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        if default is not None:
            return default
        if running_call() is not None:
            # Tornado would make a loop for the worker, which nobody would ever run.
            raise InvalidOperation(
                "this call was made in a worker thread, where no event loop runs that could wait"
                " for it: use PyMongo's own object there, which blocks and is called .delegate"
            ) from None
    from tornado.ioloop import IOLoop  # asyncio's users need not wait for its import

    return IOLoop.current().asyncio_loop  # type: ignore[attr-defined, no-any-return]


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
    call.receivers = ((inbox_of(future.get_loop()), future.deliver),)
    future.call = call
    try:
        executor.start(call)
    except PyMongoError as error:
        future.call = None
        # Its traceback would hold this frame, which holds the Future, which holds the error.
        future.set_exception(error.with_traceback(None))
    return future


def follow(future: _F, call: Call) -> _F:
    """Have the Future get what becomes of a call that was started for somebody else."""
    call.tell(inbox_of(future.get_loop()), future.deliver)
    return future


async def until_over(call: Call) -> None:
    """Wait until a call is over, whatever becomes of it."""
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    call.tell(inbox_of(loop), lambda _: over.set())
    await over.wait()


def with_callback(future: asyncio.Future[Any], callback: Callback | None) -> Any:
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
        raise InvalidOperation(
            f"callback must be a function of (result, error), not {type(callback).__name__}"
        )
    if inspect.iscoroutinefunction(callback):
        raise InvalidOperation(
            "callback must be a function of (result, error), not the coroutine function"
            f" {callback!r}, which nobody would await: await the call instead"
        )
