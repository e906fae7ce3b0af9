"""Objects that do one thing at a time.

PyMongo's cursors, sessions and files are not made for several threads. So while one of their calls
runs, a second one is refused.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable
from typing import Any

from pymongo.errors import InvalidOperation

from tornado_pymongo.bridge import (
    Callback,
    CallFuture,
    TaskFuture,
    check_callback,
    in_task,
    told_as_call_future,
    with_callback,
)
from tornado_pymongo.call import Call
from tornado_pymongo.derive import Closing, run_method


async def until_over(call: Call) -> None:
    """Wait until a call is over, whatever becomes of it."""
    over = asyncio.wrap_future(call)
    # Its error is told to who made the call; we may be given up before it is here.
    over.add_done_callback(lambda over: over.cancelled() or over.exception())
    await asyncio.wait([over])


class Exclusive(Closing):
    """A PyMongo object of which one call runs at a time."""

    # The call that runs or was the last to do so. Weak, so as not to keep its result.
    _call: Callable[[], Call | None] = staticmethod(lambda: None)

    def _running(self) -> Call | None:
        call = self._call()
        return None if call is None or call.done() else call

    def _check_free(self) -> None:
        if self._running() is not None:
            raise InvalidOperation(
                f"this {type(self).__name__} is in use by another call that has not finished: await"
                " that first, or give each task one of its own"
            )

    async def _free(self) -> None:
        """Wait until no call runs."""
        while (call := self._running()) is not None:
            await until_over(call)

    def _start(self, callback: Callback | None, *call: Any) -> Any:
        check_callback(callback)
        self._check_free()
        future = super()._start(None, *call)
        if future._call is not None:
            self._call = weakref.ref(future._call)
        return with_callback(future, callback)

    async def _exit(self, exc_info: tuple[Any, ...]) -> Any:
        await self._free()
        return await super()._exit(exc_info)


@told_as_call_future
class _ClosingFuture(CallFuture):
    """Of a close, which goes on when nobody waits for it any more."""

    def _give_up(self, call: Call) -> None:
        """Leave it alone: cut short, it would leave something open on the server."""


@told_as_call_future
class _ClosingTaskFuture(TaskFuture):
    """The same of a close that waits for a running call first."""

    def cancel(self, msg: Any | None = None) -> bool:
        return asyncio.Future.cancel(self, msg)


class Stream(Exclusive):
    """What is read or written bit by bit, and then closed."""

    def close(self, callback: Callback | None = None) -> Any:
        """Close it, in a worker if the server must know; return a Future of None.

        A call that is running is waited for. Whoever stops waiting for the close does not stop it.
        The source is the `close` of PyMongo's class.
        """
        check_callback(callback)
        if self._running() is None:
            return with_callback(self._close(), callback)
        closing = in_task(self._close_when_free(), future_class=_ClosingTaskFuture)
        return with_callback(closing, callback)

    async def _close_when_free(self) -> None:
        await self._free()
        await self._close()

    def _close(self) -> CallFuture:
        return self._start(None, _ClosingFuture, run_method, self, "close", (), {})  # type: ignore[no-any-return]

    @staticmethod
    def _was_refused(future: CallFuture) -> bool:
        """Tell whether there was no worker to be had: the client is closed, or has too much."""
        return future._call is None and future.done() and future.exception() is not None

    async def _exit(self, exc_info: tuple[Any, ...]) -> Any:
        await self.close()
