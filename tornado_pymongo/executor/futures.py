"""Calls for threads: the concurrent Future of a call, and the inbox that completes it."""

from __future__ import annotations

from asyncio import CancelledError
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from tornado_pymongo import log
from tornado_pymongo.executor.call import ABORTING, RUNNING, Call, Deliver


class ThreadFuture(Future[Any]):
    """The concurrent Future of a call, for threads and for `concurrent.futures`."""

    def __init__(self, call: Call) -> None:
        super().__init__()
        self.call: Call | None = call  # until it is over

    def cancel(self) -> bool:
        """Cancel the call if it waits; tell whether it did."""
        call = self.call
        return self.cancelled() if call is None else call.cancel()

    def running(self) -> bool:
        """Tell whether the call runs."""
        call = self.call
        return call is not None and call.state in (RUNNING, ABORTING)

    def deliver(self, call: Call) -> None:
        """Take what became of the call."""
        error = call.error
        self.call = None
        if isinstance(error, CancelledError):
            super().cancel()
            self.set_running_or_notify_cancel()  # tells who waits for it
        elif error is None:
            self.set_result(call.result)
        else:
            self.set_exception(error)


class ThreadInbox:
    """The completed calls that are delivered by whichever thread has completed them."""

    def __init__(self) -> None:
        self._items: deque[tuple[Deliver, Call]] = deque()

    def put(self, deliver: Deliver, call: Call) -> None:
        """Take a call that is over."""
        self._items.append((deliver, call))

    def claim(self) -> bool:
        """Tell whether there is anything to deliver."""
        return bool(self._items)

    def wake(self) -> None:
        """Deliver all that is here. A callback of the user's that fails keeps no other."""
        with suppress(IndexError):  # another thread may do the same
            while True:
                deliver, call = self._items.popleft()
                try:
                    deliver(call)
                except (Exception, SystemExit):
                    log.error("callback_failed", "a callback of a completed call failed", True)
