"""Calls for threads: the concurrent Future of a call."""

from __future__ import annotations

from asyncio import CancelledError
from concurrent.futures import Future, InvalidStateError
from typing import Any

from tornado_pymongo import log
from tornado_pymongo.executor.call import ABORTING, RUNNING, Call


class ThreadFuture(Future[Any]):
    """The concurrent Future of a call, for threads and for `concurrent.futures`.

    :param call: one that was not started yet, if there is one already.
    """

    def __init__(self, call: Call | None) -> None:
        super().__init__()
        self.call: Call | None = call  # until it is over
        if call is not None:
            call.receivers = ((None, self.deliver),)

    def cancel(self) -> bool:
        """Cancel the call if it waits; tell whether it did."""
        call = self.call
        return self.cancelled() if call is None else call.cancel()

    def running(self) -> bool:
        """Tell whether the call runs."""
        call = self.call
        return call is not None and call.state in (RUNNING, ABORTING)

    def deliver(self, call: Call) -> None:
        """Take what became of the call, in the thread that has ended it."""
        error = call.error
        self.call = None
        try:
            if isinstance(error, CancelledError):
                try:
                    super().cancel()
                finally:
                    self.set_running_or_notify_cancel()  # tells who waits for it
            elif error is None:
                self.set_result(call.result)
            else:
                self.set_exception(error)
        except InvalidStateError:
            pass  # cancelled in the meantime
        except KeyboardInterrupt:
            raise
        except BaseException:  # other errors than these are logged by the standard library
            log.error("callback_failed", "a callback of a completed call failed", with_error=True)
