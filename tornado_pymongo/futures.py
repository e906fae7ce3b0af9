"""The Futures that callers get. They differ in what happens if one is cancelled, or not taken.

================= ======================================== =====================================
class             if it is cancelled                       if nobody takes its result
================= ======================================== =====================================
`CallFuture`      its call is dropped, or aborted          it is gone
`DetachedFuture`  its call goes on                         it is gone
`TakingFuture`    as the object says whose call it is      it stays in the buffer of that object
`TaskFuture`      its task is cancelled                    it is gone
`DetachedTask`    its task goes on                         it is gone
================= ======================================== =====================================

These belong to the loop in which the call was made. If no loop runs there, the caller gets an
unbound one of the same kind, which can be awaited in any loop: see `unbound.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from typing import TYPE_CHECKING, Any, Generic

from pymongo.errors import InvalidOperation

from tornado_pymongo.executor import Call
from tornado_pymongo.inbox import Inbox, inbox_of

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    class NoCallback:
        """The type of the callback's result if there is no callback.

        It is the second parameter of a `CallFuture`. A call with a callback returns None, but to
        type checkers a Future of which this parameter is what the callback returns: mypy does not
        let that be awaited.
        """

    _T = TypeVar("_T", default=Any)
    _R = TypeVar("_R", default=NoCallback)

    # The base of CallFuture. The metaclass of Coroutine would make it slow, so it is registered.
    class _FutureAndCoroutine(asyncio.Future[_T], Coroutine[Any, Any, _T], Generic[_T, _R]):
        def __await__(
            self: _FutureAndCoroutine[_T, NoCallback],
        ) -> Generator[Any, None, _T]: ...

else:
    _T = _R = Any
    _FutureAndCoroutine = asyncio.Future


Callback = Callable[[_T | None, BaseException | None], object]


class Unawaited:
    """Help for a caller who forgot to await a call, or looks at what a task waits for."""

    call: Call | None = None  # until it is over or given up
    _failed_call: str | None = None  # the name of one that has failed

    if TYPE_CHECKING:
        done: Callable[[], bool]

    def __repr__(self) -> str:
        text = super().__repr__()[:-1]
        if (name := self.name_of_call()) is not None:
            text += f" call={name}"
        return text + (">" if self.done() or "cb=[" in text else ", not awaited>")

    def name_of_call(self) -> str | None:
        """Return what the call runs, without the arguments, which may be secret."""
        return self._failed_call if self.call is None else self.call.name()

    def _missing(self, error: type[Exception], what: str, use: str) -> Exception:
        owner, dot, member = (self.name_of_call() or "call").partition(".")
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


class CallFuture(Unawaited, _FutureAndCoroutine[_T, _R]):
    """The result of a call that runs in a worker thread; a Future of the caller's loop.

    The call has started when you get it, whether or not you wait for it. `yield` it or `await` it,
    or hand it to anything that takes a Future or a coroutine: ``asyncio.gather``, ``wait_for``,
    ``create_task``, ``TaskGroup.create_task``, ``IOLoop.add_future``, ``gen.multi``,
    ``gen.with_timeout``... The one exception is ``asyncio.wait``, which refuses what it takes for
    a coroutine: give it ``asyncio.create_task(future)`` instead.

    Cancelling it drops the call if it still waits for a worker. If the call runs and waits for the
    server, its connection is closed, nothing is tried again, and its worker is free within a
    second. Then it is not known whether the server has carried out the call.

    A call that is made in a thread without a running loop has started as well. Its result can be
    awaited in any loop, more than once. In a thread without one, ``result(timeout)`` waits for it.
    """

    call: Call | None

    @classmethod
    def unbound(cls) -> Any:
        """Return a new Future of this kind that belongs to no loop."""
        return _unbound_class(cls)()

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
            self._failed_call = call.failed_name
            self.set_exception(error)

    def inbox(self) -> Inbox | None:
        """Return the way by which a call that is over comes to this Future."""
        return inbox_of(self.get_loop())

    def another(self, cls: Any) -> Any:
        """Return a new Future of the same loop."""
        return cls(loop=self.get_loop())

    def sibling(self) -> Any:
        """Return a new Future of the same loop and class."""
        return self.another(type(self))

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel this Future, and the call."""
        if not super().cancel(msg):
            return False
        if (call := self.call) is not None:
            self.call = None
            self._give_up(call)
        return True

    def _give_up(self, call: Call) -> None:
        call.give_up()

    # `send`, `throw` and `close` make it a coroutine for create_task and asyncio.run. They keep no
    # state for the task that steps through it, so several tasks may do so.

    def send(self, value: Any) -> Any:
        """Return a Future for the task to wait for, or finish with the result."""
        if self.done():
            raise StopIteration(self.result())
        waiter = self._waiter()
        waiter._asyncio_future_blocking = True
        return waiter

    def _waiter(self) -> asyncio.Future[Any]:
        """Return the Future whose end wakes a task that waits for this one."""
        return self

    def throw(self, typ: Any, val: Any = None, tb: Any = None) -> Any:
        """Raise the exception in the task that steps through this Future."""
        if val is None:
            val = typ() if isinstance(typ, type) else typ
        if isinstance(val, asyncio.CancelledError):
            self.cancel()  # the task may not have come to wait for it
        raise val if tb is None else val.with_traceback(tb)

    def close(self) -> None:
        """Do nothing: the call has started, and goes on without the task."""


Coroutine.register(CallFuture)

# The class of unbound Futures for each class here. For the other subclasses it is derived.
unbound_classes: dict[type, type] = {}


def _unbound_class(cls: type) -> type:
    """Return a class with the members of `cls` on the unbound classes of its bases.

    Methods that use `super` come from a base that is no Future, to be the same in both.
    """
    if cls not in unbound_classes:
        bases = tuple(_unbound_class(b) if issubclass(b, CallFuture) else b for b in cls.__bases__)
        members = {name: value for name, value in vars(cls).items() if name != "__dict__"}
        unbound_classes[cls] = type("UnboundFuture", bases, members)
    return unbound_classes[cls]


class DetachedFuture(CallFuture):
    """Of a call that goes on if nobody waits for it any more, such as a close.

    Cut short, it would leave something open on the server.
    """

    def _give_up(self, call: Call) -> None:
        """Leave it alone."""


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
        if loop.is_running():
            self._begin()
            return
        try:
            loop.call_soon(self._begin)
        except RuntimeError as error:
            coroutine.close()
            raise InvalidOperation(f"{error}: make this call in a coroutine that runs") from error

    def _begin(self) -> None:
        coroutine, self._coroutine = self._coroutine, None
        if coroutine is not None:
            self._task = self.get_loop().create_task(coroutine)
            show_awaited(self._task)
            self._task.add_done_callback(self._follow)

    def _follow(self, task: asyncio.Task[Any]) -> None:
        if self.done():
            return
        if task.cancelled():
            super().cancel()
        elif (error := task.exception()) is not None:
            self.set_exception(error)
        else:
            self.set_result(task.result())

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel the task."""
        if self._task is not None:
            return self._task.cancel(msg)
        coroutine, self._coroutine = self._coroutine, None
        if coroutine is not None:
            coroutine.close()
        return super().cancel(msg)


class DetachedTask(TaskFuture):
    """Of a coroutine that goes on if nobody waits for it any more."""

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel this Future, and leave the task alone."""
        return asyncio.Future.cancel(self, msg)


def show_awaited(future: asyncio.Future[Any]) -> None:
    """Have call graphs, which Python has from 3.14 on, show that the running task waits for it."""
    if _add_to_awaited_by is None or future.done():
        return
    if (waiter := asyncio.current_task()) is not None:
        _add_to_awaited_by(future, waiter)
        future.add_done_callback(lambda done: _discard_from_awaited_by(done, waiter))


_add_to_awaited_by: Any = getattr(asyncio, "future_add_to_awaited_by", None)
_discard_from_awaited_by: Any = getattr(asyncio, "future_discard_from_awaited_by", None)


def named_as(name: str, *classes: type) -> None:
    """Name classes as their base: messages need not tell the kinds apart."""
    for cls in classes:
        cls.__name__ = cls.__qualname__ = name


named_as("CallFuture", DetachedFuture, TaskFuture, DetachedTask)
