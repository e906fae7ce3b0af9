"""The next batch of a cursor, fetched while the one before it is consumed.

PyMongo's cursors are not made for two threads. So the worker gets one of its own, a shadow that
takes over the state of the consumer's. That one stays as it is: the documents in it, and what it
says of itself, are the consumer's. Only its `_refresh`, by which all of PyMongo's methods come to
the next batch, is another one meanwhile: it waits for the shadow and becomes what that is, or
raises its error. So the consumer sees what he would see if he had asked the server only then.
"""

from __future__ import annotations

import weakref
from asyncio import CancelledError
from collections import deque
from concurrent.futures import wait
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, ClassVar

from pymongo import _csot
from pymongo.errors import NetworkTimeout, PyMongoError

from tornado_pymongo.call import Call, running_call
from tornado_pymongo.internals import contract
from tornado_pymongo.internals.cursors import fill, is_tailable, leave_alone


def can_read_ahead(cursor: Any) -> bool:
    """Tell whether the next batch can be fetched early, and nobody but the consumer would notice.

    Not that of a tailable cursor, which may have to wait for it; not where the session, which does
    one thing at a time, or the connection is not only the cursor's.
    """
    try:
        return contract.holds(contract.READ_AHEAD) and bool(
            cursor._id
            and not cursor._killed
            and cursor.session is None
            and cursor._sock_mgr is None
            and not getattr(cursor, "_exhaust", False)
            and not is_tailable(cursor)
            # A command may have made a tailable one, or a change stream.
            and cursor._max_await_time_ms is None
            and getattr(cursor, "_postbatchresumetoken", None) is None
            and cursor._refresh
            and cursor._batch_size is not None
            and vars(cursor)
        )
    except (AttributeError, TypeError):
        return False


class ReadAhead:
    """The next batch of a cursor, on its way.

    :raises pymongo.errors.PyMongoError: where there is no worker to be had.
    """

    def __init__(self, client: Any, cursor: Any) -> None:
        self._cursor = weakref.ref(cursor)
        self._shadow = shadow = object.__new__(type(cursor))
        vars(shadow).update(vars(cursor))
        shadow._data = deque()
        # To be taken by the first of the consumer, who comes to wait for the batch, and the worker,
        # which has got an empty one.
        self._claims = [True]
        self._is_told = False
        self.call: Call = Call(client._executor, _fetch, (client, shadow, self._claims), {})
        try:
            client._executor.start(self.call)
        except PyMongoError:
            _disarm(shadow)
            raise
        cursor._session = None  # which is not to be given back while the shadow uses it
        cursor._refresh = self._refresh

    def join(self) -> bool:
        """Tell whether the call can be waited for as if the consumer had made it."""
        return _take(self._claims)

    def is_over(self) -> bool:
        """Tell whether the consumer's cursor can become what the shadow is, without an error."""
        return self.call.done() and (self._is_told or self._error() is None)

    def _error(self) -> BaseException | None:
        # One that was refused, or was late, before it began has changed nothing.
        return self.call.exception() if self.call.has_begun() else None

    def adopt(self) -> None:
        """Have the consumer's cursor become what the shadow is."""
        self._is_told = True
        cursor, shadow = self._cursor(), self._shadow
        if cursor is None or vars(cursor).pop("_refresh", None) is None:
            return
        if cursor._id is not None:  # else it was rewound
            shadow._batch_size = cursor._batch_size  # which may have been set meanwhile
            vars(cursor).update(vars(shadow))
            _disarm(shadow)

    def _refresh(self) -> int:
        """Do what PyMongo's `_refresh` does, where the server has been asked already."""
        cursor: Any = self._cursor()
        if cursor._data or cursor._killed:
            return len(cursor._data)
        in_time = self.call.cancel() or self._wait()
        error = None if self._is_told else self._error()
        self.adopt()
        if cursor._id is None or not self.call.has_begun():
            return cursor._refresh()  # type: ignore[no-any-return]
        if not in_time:
            raise NetworkTimeout("timed out while waiting for the batch that was being read ahead")
        if error is not None:
            raise error
        return len(cursor._data)

    # What the pool asks of a connection that a call holds.
    connection: ClassVar[Any] = SimpleNamespace(cancel_context=None)

    def _wait(self) -> bool:
        """Wait for the shadow, in a worker; tell whether that came in the time of the caller."""
        waiting = running_call()
        if waiting is None:
            return bool(wait([self.call]).done)
        waiting.held, outer = self, waiting.held
        if waiting.aborted:  # perhaps before we could be seen there
            self.interrupt()
        left = getattr(_csot, "remaining", lambda: None)()
        in_time = wait([self.call], left and max(left, 0.0)).done
        if not in_time:
            self.interrupt()
            wait([self.call])
        waiting.let_go(outer)
        waiting.check()
        return bool(in_time)

    def awaited(self) -> None:
        """Return None: what the shadow waits for is its call's to know."""

    def interrupt(self) -> None:
        """Give up the shadow, and with it the cursor."""
        self.call.abort()


def _disarm(shadow: Any) -> None:
    """Have PyMongo do nothing when the shadow is gone: what it had is another's."""
    shadow._killed = True
    shadow._session = None


def _take(claims: list[bool]) -> bool:
    with suppress(IndexError):
        return claims.pop()
    return False


def _fetch(client: Any, shadow: Any, claims: list[bool]) -> bool:
    """Fetch the next batch; tell whether there is a document in it. In a worker."""
    try:
        return fill(shadow, lambda: not _take(claims))
    except CancelledError:
        client._was_aborted()
        leave_alone(shadow)
        raise
