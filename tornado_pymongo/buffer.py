"""Things that exist only once: the next document, the next change, the next bytes of a file.

A worker that has fetched such things puts them into the buffer of their object. Each batch has a
*position*: what the object says of itself once the first thing of the batch was taken. The call of
the worker returns no thing. A consumer takes a thing out in the same step in which he gets it. So
if he is cancelled before, the thing is still in the buffer, for the next consumer.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from time import monotonic
from typing import Any

from pymongo.errors import InvalidOperation, NetworkTimeout, PyMongoError

from tornado_pymongo.bridge import Callback, check_callback, follow, with_callback
from tornado_pymongo.exclusive import Stream
from tornado_pymongo.executor import Call, running_call
from tornado_pymongo.futures import CallFuture
from tornado_pymongo.internals.clients import begin_timeout
from tornado_pymongo.proxy import Function, Operation
from tornado_pymongo.taking import AlreadyTaken, TakingFuture
from tornado_pymongo.unbound import running_loop


class Buffer:
    """Things that were fetched and not taken, in order. One thread puts, another one takes."""

    __slots__ = ("_batches", "error", "is_broken", "items", "position")

    def __init__(self) -> None:
        self.items: deque[Any] = deque()  # of the batch that is being taken from
        self.position: Any = None  # of that batch
        self._batches: deque[tuple[deque[Any], Any]] = deque()  # those after it
        # Whether a fetch was interrupted, so that it is unknown what it has fetched.
        self.is_broken = False
        # The error of a fetch that no consumer was told yet.
        self.error: PyMongoError | None = None

    def put(self, items: deque[Any], position: Any) -> None:
        """Put in a batch. An empty one changes the position after all before it was taken."""
        self._batches.append((items, position))

    def __len__(self) -> int:
        return len(self.items) + sum(len(items) for items, _ in list(self._batches))

    def __bool__(self) -> bool:
        return bool(self.items) or self.has_next_batch()

    def is_used_up(self) -> bool:
        """Tell whether all that was fetched was taken, an empty batch too."""
        return not self.items and not self._batches

    def has_next_batch(self) -> bool:
        """Tell whether there are things behind the batch that is being taken from."""
        return any(items for items, _ in list(self._batches))

    def first(self) -> Any:
        """Return the first thing, or None if there is none."""
        for items in (self.items, *(items for items, _ in list(self._batches))):
            if items:
                return items[0]
        return None

    def take(self) -> Any:
        """Remove and return the first thing.

        :raises IndexError: if there is none.
        """
        while not self.items:
            self.items, self.position = self._batches.popleft()
        return self.items.popleft()

    def skip_empty(self) -> None:
        """Drop the empty batches that come next, and take over their position."""
        while not self.items and self._batches and not self._batches[0][0]:
            self.position = self._batches.popleft()[1]

    def clear(self) -> None:
        """Drop all things, and keep the position of the last one that was taken."""
        self.items = deque()
        self._batches.clear()


class Consumable(Stream):
    """A PyMongo object that hands out each of its things once."""

    # The Future for which the running call was made, or that waits for it.
    _claimant: Callable[[], Any] = staticmethod(lambda: None)

    @property
    def _buffer(self) -> Buffer:
        buffer: Buffer | None = vars(self).get("_things")
        if buffer is None:
            buffer = vars(self).setdefault("_things", Buffer())
        return buffer

    def _is_wanted(self) -> bool:
        """Tell whether somebody waits for the running call."""
        claimant = self._claimant()
        return claimant is not None and not claimant.done()

    def _may_go_on(self) -> bool:
        """Tell whether the running call, in its worker, may ask the server again.

        Only for the Future that it was made for, as it has the deadline of that.
        """
        claimant = self._claimant()
        return claimant is not None and not claimant.done() and claimant.call is running_call()

    def _check_free(self) -> None:
        if self._is_wanted():
            super()._check_free()

    def _fetch_was_aborted(self, delegate: Any, buffer: Buffer) -> None:
        """Clean up after an aborted fetch. It must not wait."""
        buffer.is_broken = True

    def _start(
        self, operation: Operation, callback: Callback | None = None, future_class: Any = CallFuture
    ) -> Any:
        if self._running() is None or self._is_wanted():
            return super()._start(operation, callback, future_class)
        check_callback(callback)
        # Nobody waits for the running call, but it must be over first.
        starting = self._start_when_free(operation, future_class)
        return self._runtime.in_task(starting, callback)

    async def _start_when_free(self, operation: Operation, future_class: Any) -> Any:
        await self._free()
        return await self._start(operation, None, future_class)

    def _demand(self, demand: Want, callback: Callback | None = None) -> Any:
        """Return a Future of what is demanded."""
        check_callback(callback)
        future = self._runtime.future(TakingFuture, callback)
        future.demand = demand
        is_met = demand.is_met(None)
        if not is_met:
            self._check_free()
        if not is_met or not self._buffer.items:
            future.context = copy_context()
        self._serve(future, None)
        return with_callback(future, callback)

    def _serve(self, future: Any, fetch: Call | None) -> None:
        demand: Any = future.demand
        try:
            if demand.is_met(fetch):
                future.set_result(None)
                return
            self._settle()
            call = self._running()
            if demand.is_met(fetch):
                future.set_result(None)
            elif call is None and (is_fruitless(fetch) or self._is_over()):
                demand.end(future)
            else:
                self._check_free()
                self._claimant = weakref.ref(future)
                if call is None:
                    self._start_into(future, demand.operation())
                else:
                    self._wait_for(call, future)
        except PyMongoError as error:
            future.set_exception(error.with_traceback(None))

    def _wait_for(self, call: Call, future: Any) -> None:
        """Serve a Future when a call is over that was not made for it."""
        follow(future, call)
        deadline = begin_timeout(copy_context(), self._runtime.timeout)
        loop = running_loop()
        if deadline is not None and loop is not None:
            timer = loop.call_later(max(deadline - monotonic(), 0.0), _time_out, future)
            future.add_done_callback(lambda _: timer.cancel())

    def _take(self) -> Any:
        """Remove the next thing from the buffer, and return it."""
        return self._buffer.take()

    def _settle(self) -> None:
        """Take over what calls have left that are over; raise if nothing can be fetched."""
        if self._buffer.is_broken and self._running() is None:
            raise InvalidOperation(
                f"this {type(self).__name__} is broken: a call of it was cancelled while it waited"
                " for the server, and what that has fetched is lost: make a new one"
            )
        if self._buffer.error is not None:
            raise self._buffer.error

    def _is_over(self) -> bool:
        """Tell whether nothing more can be fetched. No call runs."""
        return False

    def _given_up(self, call: Call) -> None:
        """Drop or abort a call that nobody waits for any more."""
        call.give_up()


class Fetch(Function):
    """A function that fetches, whose error somebody must be told.

    It keeps PyMongo's object and our buffer of the moment when it was made. A fetch that was given
    up may still run when its cursor is rewound; it does not touch the new ones.
    """

    __slots__ = ("_buffer", "_delegate")

    proxy: Consumable

    def __init__(
        self, proxy: Consumable, name: str, function: Callable[[Any, Buffer], Any]
    ) -> None:
        super().__init__(proxy, name, function)
        self._delegate = proxy.delegate
        self._buffer = proxy._buffer

    def _run(self) -> Any:
        try:
            return self._function(self._delegate, self._buffer)
        except PyMongoError as error:
            self._buffer.error = error
            raise

    def _was_aborted(self) -> None:
        super()._was_aborted()
        self.proxy._fetch_was_aborted(self._delegate, self._buffer)


def is_fruitless(fetch: Call | None) -> bool:
    """Tell whether a fetch is over and has found nothing, which is what its function returns."""
    return fetch is not None and not fetch.result


def _time_out(future: TakingFuture) -> None:
    if not future.done():
        future.set_exception(NetworkTimeout("timed out while waiting for a call of another task"))


class Want:
    """The next thing of an object: see `futures.Demand`.

    :param operation: what fetches it, in a worker.
    """

    def __init__(self, owner: Consumable, operation: Operation) -> None:
        self._owner = owner
        self._operation = operation

    @property
    def buffer(self) -> Buffer:
        """The buffer that the object has at this moment."""
        return self._owner._buffer

    def is_met(self, fetch: Call | None) -> bool:
        """Tell whether a Future of it can be completed.

        :param fetch: the call that was made for it and is over, if there was one.
        """
        return bool(self.buffer)

    def end(self, future: Any) -> None:
        """Complete a Future of it, as there is nothing more."""
        future.set_exception(StopAsyncIteration())

    def operation(self) -> Operation:
        """Return what fetches it."""
        return self._operation

    def serve(self, future: Any, fetch: Call | None) -> None:
        """Complete a Future of it, or have something fetched."""
        self._owner._serve(future, fetch)

    def take(self) -> Any:
        """Remove it from the buffer, and return it."""
        try:
            return self._owner._take()
        except IndexError:
            raise AlreadyTaken from None

    def again(self) -> Any:
        """Return a new Future of it."""
        return self._owner._demand(self)

    def is_there(self) -> bool:
        """Tell whether `take` would return something now."""
        return bool(self.buffer)

    def failed(self, error: BaseException) -> None:
        """Take note that the error of a fetch was told to a consumer."""
        if self.buffer.error is error:
            self.buffer.error = None

    def given_up(self, call: Call) -> None:
        """Do what is to be done with a call for which nobody waits any more."""
        self._owner._given_up(call)


class WantIfAny(Want):
    """The next thing of an object, or None if the first look finds nothing."""

    def end(self, future: Any) -> None:
        """Complete a Future of it, as there is nothing."""
        future.set_result(None)

    def is_there(self) -> bool:
        """Tell that there is None at least."""
        return True

    def take(self) -> Any:
        """Remove it from the buffer, and return it, or None."""
        return self._owner._take() if self.buffer else None


class WantToKnow(WantIfAny):
    """Whether there is a next thing, which stays in the buffer."""

    def take(self) -> bool:
        """Tell whether there is one."""
        return bool(self.buffer)


class WantMany(WantIfAny):
    """The next things, as a list.

    :param length: at most how many; None for all.
    """

    def __init__(self, owner: Consumable, operation: Operation, length: int | None) -> None:
        super().__init__(owner, operation)
        self._length = length

    def is_met(self, fetch: Call | None) -> bool:
        """Tell whether so many are here, or all that a fetch could get."""
        return fetch is not None or (self._length is not None and len(self.buffer) >= self._length)

    def take(self) -> list[Any]:
        """Remove them from the buffer, and return them."""
        buffer, length = self.buffer, self._length
        things: list[Any] = []
        while buffer and (length is None or len(things) < length):
            things.append(self._owner._take())
            if length is None:
                things += buffer.items
                buffer.items.clear()
        if length is None or len(things) < length:  # who gets fewer has got to the end
            buffer.skip_empty()
        return things
