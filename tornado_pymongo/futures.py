"""The Futures that callers get. They differ in what happens if one is cancelled, or not taken.

================= ======================================== =====================================
class             if it is cancelled                       if nobody takes its result
================= ======================================== =====================================
`CallFuture`      its call is dropped, or aborted          it is gone
`DetachedFuture`  its call goes on                         it is gone
`TakingFuture`    as the object says whose call it is      it stays in the buffer of that object
`TaskFuture`      its task is cancelled                    it is gone
================= ======================================== =====================================
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from typing import TYPE_CHECKING, Any, Protocol

from pymongo.errors import InvalidOperation

from tornado_pymongo.executor import Call
from tornado_pymongo.inbox import inbox_of

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    _T = TypeVar("_T", default=Any)

    # What a CallFuture is. The metaclass of Coroutine would make it slow, so it is registered.
    class _FutureAndCoroutine(asyncio.Future[_T], Coroutine[Any, Any, _T]): ...

else:
    _T = Any
    _FutureAndCoroutine = asyncio.Future


Callback = Callable[[_T | None, BaseException | None], object]


class CallFuture(_FutureAndCoroutine[_T]):
    """The result of a call that runs in a worker thread; a Future of the caller's loop.

    The call has started when you get it, whether or not you wait for it. `yield` it or `await` it,
    or hand it to anything that takes a Future or a coroutine: ``asyncio.gather``, ``wait_for``,
    ``create_task``, ``TaskGroup.create_task``, ``IOLoop.add_future``, ``gen.multi``,
    ``gen.with_timeout``... The one exception is ``asyncio.wait``, which refuses what it takes for
    a coroutine: give it ``asyncio.create_task(future)`` instead.

    Cancelling it drops the call if it still waits for a worker. If the call runs and waits for the
    server, its connection is closed, nothing is tried again, and its worker is free within a
    second; whether the server has done it is not known then.
    """

    call: Call | None = None  # until it is over or given up
    _twin: CallFuture | None = None

    def deliver(self, call: Call) -> None:
        """Take what became of the call, on the loop's thread."""
        self.call = None
        if self.done():  # cancelled in the meantime
            return
        error = call.error
        if error is None:
            self.set_result(call.result)
        elif isinstance(error, asyncio.CancelledError):
            self.cancel()
        else:
            self.set_exception(error)

    def follow(self, done: asyncio.Future[Any]) -> None:
        """Become what another Future has become."""
        if self.done():
            return
        if done.cancelled():
            asyncio.Future.cancel(self)
        elif (error := done.exception()) is not None:
            self.set_exception(error)
        else:
            self.set_result(done.result())

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel this Future, and the call."""
        if not super().cancel(msg):
            return False
        call, self.call = self.call, None
        if call is not None:
            self._give_up(call)
        return True

    def _give_up(self, call: Call) -> None:
        """Drop or abort the call: nobody wants its result any more."""
        if call.executor.abort_on_cancel:
            call.abort()
        else:
            call.cancel()

    # `send`, `throw` and `close` make it a coroutine for create_task and asyncio.run. They keep no
    # state for the task that steps through it, so several tasks may do so.

    def send(self, value: Any) -> Any:
        """Return a Future for the task to wait for, or finish with the result."""
        if self._twin is not None:
            return self._twin.send(value)
        if self.done():
            raise StopIteration(self.result())
        loop = asyncio.get_running_loop()
        if loop is not self.get_loop() and self._can_move():
            return self.moved_to(loop).send(value)
        waiter = self._waiter()
        waiter._asyncio_future_blocking = True
        return waiter

    def moved_to(self, loop: asyncio.AbstractEventLoop) -> CallFuture:
        """Return a Future of the same on another loop.

        This one was made before any loop ran, as in ``asyncio.run(collection.find_one())``, and a
        task of the loop that was made for it steps through it.
        """
        if self._twin is None:
            self._twin = type(self)(loop=loop)
            if self.done():  # refused
                self._twin.follow(self)
            else:
                self._move_to(self._twin)
        return self._twin

    def _can_move(self) -> bool:
        return self.call is not None

    def _move_to(self, twin: Any) -> None:
        """Have the twin get the result."""
        call = twin.call = self.call
        if call is not None:
            call.tell(inbox_of(twin.get_loop()), twin.deliver)

    def _waiter(self) -> asyncio.Future[Any]:
        """Return the Future whose end wakes a task that waits for this one."""
        return self

    def throw(self, typ: Any, val: Any = None, tb: Any = None) -> Any:
        """Raise the exception in the task that steps through this Future."""
        if val is None:
            val = typ() if isinstance(typ, type) else typ
        if isinstance(val, asyncio.CancelledError):
            (self._twin or self).cancel()  # the task may not have come to wait for it
        raise val if tb is None else val.with_traceback(tb)

    def close(self) -> None:
        """Do nothing: the call has started, and goes on without the task."""

    # Help for a caller who forgot to await it, or looks at what a task waits for.

    def __repr__(self) -> str:
        text = super().__repr__()
        if self.done():
            return text
        name = self._name_of_call()
        return (
            text[:-1]
            + ("" if name is None else f" call={name}")
            + (">" if "cb=[" in text else ", not awaited>")
        )

    def _name_of_call(self) -> str | None:
        return None if self.call is None else self.call.name()

    def _missing(self, error: type[Exception], what: str, use: str) -> Exception:
        owner, dot, member = (self._name_of_call() or "call").partition(".")
        return error(
            f"{type(self).__name__!r} object {what}: await the call first, as in"
            f" (await {owner.lower()}{dot}{member}){use}"
        )

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            what = f"has no attribute {name!r}"
            if name.startswith("_"):  # of a protocol, such as that of copy
                raise AttributeError(f"{type(self).__name__!r} object {what}")
            raise self._missing(AttributeError, what, f".{name}")

        def __getitem__(self, key: Any) -> Any:
            raise self._missing(TypeError, "is not subscriptable", "[...]")


Coroutine.register(CallFuture)


class DetachedFuture(CallFuture):
    """Of a call that goes on if nobody waits for it any more, such as a close.

    Cut short, it would leave something open on the server.
    """

    def _give_up(self, call: Call) -> None:
        """Leave it alone."""


class Demand(Protocol):
    """What a consumer wants of an object that hands out each thing once."""

    def serve(self, future: TakingFuture, fetched: bool) -> None:
        """Complete a Future if its demand can be met; else have it served again later.

        :param fetched: whether the call that was made for it is over.
        """

    def take(self) -> Any:
        """Remove from the buffer, and return, what is demanded.

        :raises AlreadyTaken: if another consumer was faster.
        """

    def again(self) -> TakingFuture:
        """Return a new Future of the same demand."""

    def is_there(self) -> bool:
        """Tell whether `take` would return something now."""

    def failed(self, error: BaseException) -> None:
        """Take note that the error of a fetch was told to a consumer."""

    def moved_to(self, twin: TakingFuture) -> None:
        """Have this Future in the place of the one that waits, as it is on another loop."""

    def given_up(self, call: Call) -> None:
        """Do what is to be done with a call for which nobody waits any more."""


class AlreadyTaken(InvalidOperation):
    """What a Future was completed for is not there any more."""

    def __init__(self) -> None:
        super().__init__(
            "what this Future was to return has been taken by another call of the same object:"
            " await one of them before you make the next"
        )


class TakingFuture(CallFuture):
    """Of a thing that exists only once, such as the next document of a cursor.

    The call puts such things into a buffer, and completes this Future with nothing. Only its
    `result` takes the thing out, as does the task that resumes with it. So a task that is cancelled
    before it resumes has taken nothing.
    """

    call: Call | None
    demand: Demand
    context: Context  # of the caller
    _taken: tuple[Any] | None = None

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
            self.context.run(self.demand.serve, self, own)
        elif isinstance(error, asyncio.CancelledError):
            self.cancel()
        else:
            self.set_exception(error)

    def exception(self) -> BaseException | None:
        """Return the error of the call, or that another consumer was faster."""
        error = super().exception()
        if error is not None:
            self.demand.failed(error)
        elif self._taken is None and not self.demand.is_there():
            return AlreadyTaken()  # `gather` and callbacks would not expect it of `result`
        return error

    def result(self) -> Any:
        """Take the thing out of its buffer, once, and return it."""
        if self._taken is None:
            self.exception()  # of an error, this is the consumer who is told
            super().result()
            self._taken = (self.demand.take(),)
            del self.demand  # or who keeps this Future would keep the object
        return self._taken[0]

    def send(self, value: Any) -> Any:
        """Return a Future for the task to wait for, or finish with the thing."""
        try:
            return super().send(value)
        except AlreadyTaken:
            self._twin = self.demand.again()
            return self._twin.send(value)

    def _give_up(self, call: Call) -> None:
        self.demand.given_up(call)

    def _can_move(self) -> bool:
        return True

    def _move_to(self, twin: Any) -> None:
        twin.demand, twin.context = self.demand, self.context
        super()._move_to(twin)
        self.demand.moved_to(twin)

    def _waiter(self) -> asyncio.Future[Any]:
        # A task that this Future wakes calls `result`, and so takes the thing, before the task
        # looks whether it was cancelled.
        waiter = self.get_loop().create_future()

        def wake(_: asyncio.Future[Any]) -> None:
            if not waiter.done():
                waiter.set_result(None)

        self.add_done_callback(wake)
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
            return (yield from self.demand.again().__await__())

    __iter__ = __await__


class TaskFuture(CallFuture):
    """The result of a coroutine of this library, which runs in a task of the caller's loop.

    Cancelling it cancels the task, and it is over when that has cleaned up.
    """

    _coroutine: Coroutine[Any, Any, Any] | None = None
    _task: asyncio.Task[Any] | None = None

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Have the coroutine run: at once, or with the loop if that does not run yet."""
        self._coroutine = coroutine
        loop = self.get_loop()
        try:
            if loop.is_running():
                self._begin()
            else:
                loop.call_soon(self._begin)
        except RuntimeError as error:
            coroutine.close()
            raise InvalidOperation(f"{error}: make this call in a coroutine that runs") from error

    def _begin(self) -> None:
        coroutine, self._coroutine = self._coroutine, None
        if coroutine is None:  # it runs on another loop
            return
        self._task = self.get_loop().create_task(coroutine)
        self._task.add_done_callback(self.follow)

    def _can_move(self) -> bool:
        return self._coroutine is not None

    def _move_to(self, twin: Any) -> None:
        twin._coroutine, self._coroutine = self._coroutine, None
        twin._begin()

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel the task."""
        if self._task is not None:
            return self._task.cancel(msg)
        coroutine, self._coroutine = self._coroutine, None
        if coroutine is not None:
            coroutine.close()
        return super().cancel(msg)


def named_as_call_future(cls: type) -> None:
    """Name a class as its base: messages need not tell the kinds apart."""
    cls.__name__ = cls.__qualname__ = CallFuture.__name__


named_as_call_future(DetachedFuture)
named_as_call_future(TakingFuture)
