"""The completed calls of one event loop, on their way to it.

Workers put them in, and the loop takes all that are here at one wake-up. A *token* says that no
wake-up is on its way. The worker that takes it wakes the loop. The loop gives it back *before* it
looks into the inbox. So a call that was put in too late for that look finds the token there:

1. A worker puts in a call, and then tries to take the token.
2. If it gets the token, it wakes the loop.
3. If it does not, a wake-up is on its way, and the loop has not looked yet: it will see the call.
"""

from __future__ import annotations

import asyncio
import os
from asyncio import CancelledError
from collections import deque
from contextlib import suppress
from typing import Any

from tornado_pymongo import log
from tornado_pymongo.executor.call import Call, Deliver

# The attribute of a loop that holds its inbox. A forked child uses another name, so a new inbox: a
# wake-up that was on its way in the parent process never comes in the child.
_ATTRIBUTE = "_tornado_pymongo_inbox"


class Inbox:
    """The completed calls of a loop. It is an attribute of the loop, and goes with it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._items: deque[tuple[Deliver, Call]] = deque()
        self._token: deque[None] = deque([None])

    def put(self, deliver: Deliver, call: Call) -> None:
        """Take a call that is over."""
        self._items.append((deliver, call))

    def claim(self) -> bool:
        """Take the token if calls are here; tell whether `wake` must be called."""
        if not self._items:
            return False
        try:
            self._token.pop()
        except IndexError:
            return self._loop.is_closed()  # before the wake-up came: they are to be dropped
        return True

    def wake(self) -> None:
        """Wake the loop, after a `claim`."""
        try:
            self._loop.call_soon_threadsafe(self._deliver)
        except BaseException:
            self._token.append(None)
            if not self._loop.is_closed():
                raise
            self._drop()

    def _deliver(self) -> None:
        """Deliver the calls that are here; the loop's thread runs this."""
        self._token.append(None)
        try:
            for _ in range(len(self._items)):
                deliver, call = self._items.popleft()
                deliver(call)
        finally:
            if self.claim():
                self.wake()

    def _drop(self) -> None:
        """Drop the calls that are here, as the loop is closed."""
        lost = 0
        last_error = None
        with suppress(IndexError):  # another thread may do the same
            while True:
                deliver, call = self._items.popleft()
                # None is no loss: a client's close() at the end of a program returns it.
                if call.result is None and isinstance(call.error, (type(None), CancelledError)):
                    continue
                if _is_cancelled(getattr(deliver, "__self__", None)):
                    continue
                lost += 1
                last_error = call.error or last_error
        if lost:
            log.warning(
                "results_dropped",
                "%(results)d results of MongoDB calls were dropped: the event loop that waited for"
                " them is closed; await each call before the loop ends. The last error of them:"
                " %(last_error)s",
                results=lost,
                last_error="none" if last_error is None else log.class_and_code(last_error),
            )


def _is_cancelled(future: Any) -> bool:
    """Tell whether nobody wants what a call was to give: it ran on, or was interrupted too late."""
    return isinstance(future, asyncio.Future) and future.cancelled()


def inbox_of(loop: asyncio.AbstractEventLoop) -> Inbox:
    """Return the one inbox of a loop."""
    inbox: Inbox | None = getattr(loop, _ATTRIBUTE, None)
    if inbox is None:
        # Of two threads that come here at once, both get the inbox of the first.
        inbox = vars(loop).setdefault(_ATTRIBUTE, Inbox(loop))
    return inbox


def _begin_anew() -> None:
    global _ATTRIBUTE
    _ATTRIBUTE = f"_tornado_pymongo_inbox_{os.getpid()}"


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
