"""Objects that do one thing at a time.

PyMongo's cursors, sessions and files are not made for several threads. So while one of their calls
runs, a second one is refused.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from pymongo.errors import InvalidOperation, PyMongoError

from tornado_pymongo.bridge import Callback, check_callback, until_over, with_callback
from tornado_pymongo.derive import Closing
from tornado_pymongo.executor import Call
from tornado_pymongo.futures import CallFuture, DetachedFuture, DetachedTask
from tornado_pymongo.proxy import Operation


class Exclusive(Closing):
    """A PyMongo object of which one call runs at a time."""

    # The call that runs or was the last to do so. Weak, so as not to keep its result.
    _last_call: Callable[[], Call | None] = staticmethod(lambda: None)

    def _running(self) -> Call | None:
        call = self._last_call()
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

    def _start_into(self, future: CallFuture, operation: Operation) -> CallFuture:
        self._check_free()
        super()._start_into(future, operation)
        if future.call is not None:
            self._last_call = weakref.ref(future.call)
        return future

    async def _exit(self, exc_info: tuple[Any, ...]) -> Any:
        await self._free()
        return await super()._exit(exc_info)


async def until_free(proxy: Exclusive) -> None:
    """Wait until no call of an object runs."""
    await proxy._free()


class Stream(Exclusive):
    """An object that is read or written bit by bit, and then closed."""

    def close(self, callback: Callback | None = None) -> Any:
        """Close it, in a worker if the server must know; return a Future of None.

        It waits for a call that is running. Cancelling the wait does not stop the close.
        The source is the `close` of PyMongo's class.
        """
        check_callback(callback)
        self._cut_short()
        if self._running() is None:
            return self._close(callback)
        return self._runtime.in_task(self._close_when_free(), callback, DetachedTask)

    def _cut_short(self) -> None:
        """Abort a call that is running for which a close does not wait."""

    async def _close_when_free(self) -> None:
        await self._free()
        await self._close()

    def _close(self, callback: Callback | None = None) -> Any:
        future = self._runtime.future(DetachedFuture, callback)
        self._start_into(future, Operation(self, "close"))
        refused = future.done() and isinstance(future.exception(), PyMongoError)
        if refused and self._leave_alone():
            return self._runtime.completed(None, callback=callback)
        return with_callback(future, callback)

    def _leave_alone(self) -> bool:
        """Close without a worker, as there is none; tell whether that was possible."""
        return False

    async def _exit(self, exc_info: tuple[Any, ...]) -> Any:
        await self.close()
