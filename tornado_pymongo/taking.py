"""The Futures of things that exist only once, such as the next document of a cursor.

The call puts such things into a buffer, and completes its Future with nothing. Only `result` takes
the thing out, as does the task that resumes with it. So a task that is cancelled before it resumes
has taken nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextvars import Context
from typing import TYPE_CHECKING, Any, Protocol

from pymongo.errors import InvalidOperation

from tornado_pymongo.executor import Call
from tornado_pymongo.futures import CallFuture, named_as, show_awaited, unbound_classes
from tornado_pymongo.unbound import UnboundFuture


class Demand(Protocol):
    """The demand of a consumer on an object that hands out each thing once."""

    def serve(self, future: Any, fetch: Call | None) -> None:
        """Complete a Future if its demand can be met; else have it served again later.

        :param fetch: the call that was made for it and is over, if there was one.
        """

    def take(self) -> Any:
        """Remove from the buffer, and return, what is demanded.

        :raises AlreadyTaken: if another consumer was faster.
        """

    def is_there(self) -> bool:
        """Tell whether `take` would return something now."""

    def again(self) -> Any:
        """Return a new Future of the same demand."""

    def failed(self, error: BaseException) -> None:
        """Take note that the error of a fetch was told to a consumer."""

    def given_up(self, call: Call) -> None:
        """Do what is to be done with a call for which nobody waits any more."""


class AlreadyTaken(InvalidOperation):
    """The thing for which a Future was completed is not there any more."""

    def __init__(self) -> None:
        super().__init__(
            "what this Future was to return has been taken by another call of the same object:"
            " await one of them before you make the next"
        )


class ResumedFuture(CallFuture):
    """A Future whose `result` is called in the step in which its task resumes, and not before."""

    _instead: Any = None  # a Future of the same, as another consumer was faster

    def again(self) -> Any:
        """Return a new Future of the same."""
        raise NotImplementedError

    def _waiter(self) -> asyncio.Future[Any]:
        # asyncio asks the Future that a task waits for for its result, before it looks whether the
        # task was cancelled. So the task waits for another one.
        waiter = self.get_loop().create_future()

        def wake(_: asyncio.Future[Any]) -> None:
            if not waiter.done():
                waiter.set_result(None)

        self.add_done_callback(wake)
        show_awaited(self)
        return waiter

    def __await__(self) -> Generator[Any, None, Any]:
        if not self.done():
            try:
                yield from self._waiter()
            except asyncio.CancelledError:
                self.cancel()
                raise
        try:
            return self.result()
        except AlreadyTaken:
            return (yield from self.again().__await__())

    __iter__ = __await__

    def send(self, value: Any) -> Any:
        """Return a Future for the task to wait for, or finish with the result."""
        try:
            return super().send(value) if self._instead is None else self._instead.send(value)
        except AlreadyTaken:
            self._instead = self.again()
            return self._instead.send(value)


class Taking:
    """Takes the thing in `result`."""

    call: Call | None
    demand: Demand
    context: Context  # of the caller
    _taken: tuple[Any] | None = None

    if TYPE_CHECKING:
        done: Callable[[], bool]

    def deliver(self, call: Call) -> None:
        """Look whether what is demanded is here, now that a call is over."""
        own = self.call is call
        self.call = None
        if self.done():
            return
        error = call.error
        # If a call for another Future was cancelled, or never ran, this one asks again.
        is_no_matter = isinstance(error, asyncio.CancelledError) or not call.has_begun
        if error is None or (is_no_matter and not own):
            self.context.run(self.demand.serve, self, call if own else None)
        else:
            super().deliver(call)  # type: ignore[misc]

    def exception(self, *timeout: float | None) -> BaseException | None:
        """Return the error of the call, or that another consumer was faster."""
        error: BaseException | None = super().exception(*timeout)  # type: ignore[misc]
        if error is not None:
            self.demand.failed(error)
        elif self._taken is None and not self.demand.is_there():
            return AlreadyTaken()  # `gather` and callbacks would not expect it of `result`
        return error

    def result(self, *timeout: float | None) -> Any:
        """Take the thing out of its buffer, once, and return it."""
        if self._taken is None:
            self.exception(*timeout)  # of an error, this is the consumer who is told
            super().result(*timeout)  # type: ignore[misc]
            self._taken = (self.demand.take(),)
            del self.demand  # or who keeps this Future would keep the object
        return self._taken[0]

    def again(self) -> Any:
        """Return a new Future of the same demand."""
        return self.demand.again()

    def _give_up(self, call: Call) -> None:
        self.demand.given_up(call)


class TakingFuture(Taking, ResumedFuture):
    """Of a thing that exists only once; a Future of the caller's loop."""


class UnboundTaking(Taking, UnboundFuture):
    """Of a thing that exists only once, for any loop."""

    async def _wait(self) -> Any:
        try:
            return await super()._wait()
        except AlreadyTaken:
            return await self.again()


unbound_classes.update({ResumedFuture: UnboundFuture, TakingFuture: UnboundTaking})
named_as("CallFuture", TakingFuture)
named_as("UnboundFuture", UnboundTaking)
