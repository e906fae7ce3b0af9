"""The way of one call, from the loop's thread to a worker and back.

::

    the loop's thread                          a worker thread
    collection.find_one(query)
      call_in_worker(...)
        executor.submit(...)  ──────────────►  Call.run
        returns a CallFuture at once             PyMongo's find_one, which blocks
                                                 │
                                                 ▼
    Inbox.deliver  ◄────────────────────────   Inbox.put; one wake-up of the loop for many calls
      the CallFuture has its result

The loop is the caller's, looked up at each call, so that one client serves any number of loops.
"""

from __future__ import annotations

import asyncio
import inspect
import weakref
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from contextvars import ContextVar, copy_context
from functools import partial
from typing import TYPE_CHECKING, Any

from pymongo.errors import InvalidOperation, PyMongoError

from tornado_pymongo import log
from tornado_pymongo.call import Call, running_call
from tornado_pymongo.executor import Executor
from tornado_pymongo.internals.clients import begin_timeout

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    _T = TypeVar("_T", default=Any)
    _C = TypeVar("_C", bound=type)

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

    Cancelling it drops the call where it still waits for a worker. Where the call runs and waits
    for the server, its connection is closed, nothing is tried again, and its worker is free within
    a second; whether the server has done it is not known then.
    """

    _call: Call | None = None  # to be cancelled with this
    _followed: Call | None = None  # to be left alone
    _twin: CallFuture | None = None

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel this Future, and the call."""
        if not super().cancel(msg):
            return False
        if self._call is not None:
            self._give_up(self._call)
            self._call = None
        return True

    def _give_up(self, call: Call) -> None:
        """Do with the call what is done when nobody wants its result any more."""
        if call.executor.abort_on_cancel:
            call.abort()
        else:
            call.cancel()

    # What follows makes it a coroutine in the eyes of create_task and asyncio.run. It keeps no
    # account of who steps through it, so several tasks may do so.

    def send(self, value: Any) -> Any:
        """Return a Future for the task to wait for, or finish with the result."""
        if self._twin is not None:
            return self._twin.send(value)
        if self.done():
            raise StopIteration(self.result())
        loop = asyncio.get_running_loop()
        call = self._call or self._followed
        if loop is not self.get_loop() and call is not None:
            # Made before any loop ran, as in asyncio.run(collection.find_one()), and stepped
            # through by a task of the loop that was made for it.
            self._twin = type(self)(loop=loop)
            self._twin._call = self._call
            follow(self._twin, call)
            return self._twin.send(value)
        self._asyncio_future_blocking = True
        return self

    def throw(self, typ: Any, val: Any = None, tb: Any = None) -> Any:
        """Raise the exception in the task that steps through this Future."""
        if val is None:
            val = typ() if isinstance(typ, type) else typ
        if isinstance(val, asyncio.CancelledError):
            # The task may not have come to wait for it, or not have come back.
            future = self._twin or self
            if not future.cancel():
                future._leave()
        raise val if tb is None else val.with_traceback(tb)

    def close(self) -> None:
        """Do nothing: the call has started, and goes on without the task."""

    def _leave(self) -> None:
        """Do what is to be done where a task is cancelled though the result is here."""

    # What follows is for who forgot to await it, or wonders what a task waits for.

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
        call = self._call or self._followed
        return None if call is None else call.name()

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


def told_as_call_future(cls: _C) -> _C:
    """Name a class as its base: what tells them apart is no business of who reads a message."""
    cls.__name__ = cls.__qualname__ = CallFuture.__name__
    return cls


class TaskFuture(CallFuture):
    """The result of a coroutine of this library, which runs in a task of the caller's loop.

    Cancelling it cancels the task, and it is over when that has cleaned up.
    """

    _task: asyncio.Task[Any]

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel the task."""
        return self._task.cancel(msg)


class OnceFuture(CallFuture):
    """The result of a call of which there will not be another one, such as the next document.

    Where who waits for it is cancelled between its coming and his next step, `not_taken` gets it.
    """

    not_taken: Callable[[Any], object]

    def __await__(self) -> Generator[Any, None, Any]:
        try:
            return (yield from super().__await__())
        except asyncio.CancelledError:
            self._leave()
            raise

    __iter__ = __await__

    def _leave(self) -> None:
        if self.done() and not self.cancelled() and self.exception() is None:
            self.not_taken(self.result())


class OnceTaskFuture(OnceFuture, TaskFuture):
    """The same of a coroutine."""


def in_task(
    coroutine: Coroutine[Any, Any, Any],
    loop: asyncio.AbstractEventLoop | None = None,
    future_class: type[TaskFuture] = TaskFuture,
) -> TaskFuture:
    """Run a coroutine of several calls on the caller's loop; return a Future of its result."""
    loop = loop or current_loop()
    future = future_class(loop=loop)
    try:
        future._task = loop.create_task(coroutine)
    except RuntimeError as error:  # the loop is closed
        coroutine.close()
        raise InvalidOperation(f"{error}: make this call in a coroutine that runs") from error
    future._task.add_done_callback(partial(finish, future))
    return future


def finish(future: CallFuture, done: asyncio.Future[Any]) -> None:
    """Give a Future what became of another, unless it is over already."""
    if future.done():
        return
    if done.cancelled():
        asyncio.Future.cancel(future)
    elif (error := done.exception()) is not None:
        future.set_exception(error)
    else:
        future.set_result(done.result())


class Inbox:
    """The completed calls of one loop that the loop has not seen yet.

    Workers put them in, the loop takes all that are there at one wake-up. `_asleep` has an item
    unless a wake-up is on its way: the loop puts it back *before* it looks, and a worker tries to
    take it *after* it has put its call in. Both change the same dict, one after the other whatever
    the machine, so a worker that comes first has put in its call for the loop to see, and no call
    is left behind. A plain flag would not do without the GIL: each side could read before what it
    wrote can be seen by the other.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = weakref.ref(loop)  # it is the key under which we are kept, so not by us
        self._completed: deque[tuple[CallFuture, Any, BaseException | None]] = deque()
        self._asleep: dict[str, bool] = {"asleep": True}

    def put(
        self, executor: Executor, future: CallFuture, result: Any, error: BaseException | None
    ) -> None:
        """Take what became of a call; the thread that ended it runs this."""
        self._completed.append((future, result, error))
        if self._asleep.pop("asleep", False):
            executor.announce_soon(self._announce)

    def _announce(self) -> None:
        loop = self._loop()
        try:
            if loop is not None:
                loop.call_soon_threadsafe(self._deliver)
                return
        except RuntimeError:  # the loop is closed
            pass
        self._asleep["asleep"] = True
        lost = 0
        last_error = None
        with suppress(IndexError):  # other threads may do the same
            while True:
                _, result, error = self._completed.popleft()
                # Nothing is lost with None, such as that of a client's close() at a program's end.
                lost += result is not error
                last_error = error or last_error
        if lost:
            log.warning(
                "results_dropped",
                "%(results)d results of MongoDB calls were dropped: the event loop that waited for"
                " them is closed; await each call before the loop ends. The last error of them:"
                " %(last_error)s",
                results=lost,
                last_error="none" if last_error is None else repr(last_error),
            )

    def _deliver(self) -> None:
        self._asleep["asleep"] = True
        completed = self._completed
        while completed:
            future, result, error = completed.popleft()
            future._call = None
            if future.done():  # cancelled in the meantime
                continue
            if error is None:
                future.set_result(result)
            elif isinstance(error, asyncio.CancelledError):
                future.cancel()
            else:
                future.set_exception(error)


_inboxes: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Inbox] = weakref.WeakKeyDictionary()


def inbox_of(loop: asyncio.AbstractEventLoop) -> Inbox:
    """Return the one inbox of a loop."""
    inbox = _inboxes.get(loop)
    return inbox if inbox is not None else _inboxes.setdefault(loop, Inbox(loop))


# The loop that is to run, where that is known before it does.
loop_to_run: ContextVar[asyncio.AbstractEventLoop | None] = ContextVar("loop_to_run", default=None)


def current_loop() -> asyncio.AbstractEventLoop:
    """Return the running loop or, where none runs yet, the one that Tornado would run here."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        if (loop := loop_to_run.get()) is not None:
            return loop
        if running_call() is not None:
            # Tornado would make a loop for the worker, which nobody would ever run.
            raise InvalidOperation(
                "this call was made in a worker thread, where no event loop runs that could wait"
                " for it: use PyMongo's own object there, which blocks and is called .delegate"
            ) from None
    from tornado.ioloop import IOLoop  # asyncio's users need not wait for its import

    return IOLoop.current().asyncio_loop  # type: ignore[attr-defined, no-any-return]


def call_in_worker(
    executor: Executor,
    future_class: type[CallFuture],
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    timeout: float | None = None,
) -> CallFuture:
    """Start ``function(*args, **kwargs)`` in a worker; return its Future on the caller's loop.

    `timeout` is that of PyMongo for the operation, in seconds, if it has one. It begins now.
    """
    loop = current_loop()
    future = future_class(loop=loop)
    deliver = partial(inbox_of(loop).put, executor, future)
    context = copy_context()
    deadline = begin_timeout(context, timeout)
    future._call = call = Call(executor, function, args, kwargs, deliver, context, deadline)
    try:
        executor.start(call)
    except PyMongoError as error:
        future._call = None
        # Its traceback would be of this frame, which holds the Future, which holds the error.
        future.set_exception(error.with_traceback(None))
    return future


def follow(future: CallFuture, call: Call) -> None:
    """Have the Future get what becomes of a call that was started for somebody else."""
    inbox = inbox_of(future.get_loop())
    future._followed = call

    def deliver(_: Any) -> None:
        error = asyncio.CancelledError() if call.cancelled() else call.exception()
        inbox.put(call.executor, future, call.result() if error is None else None, error)
        call.executor.announce()  # whichever thread this is, it may have no other reason to

    call.add_done_callback(deliver)


def completed(result: Any, future_class: type[CallFuture] = CallFuture) -> CallFuture:
    """Return a Future of the caller's loop that has its result already."""
    future = future_class(loop=current_loop())
    future.set_result(result)
    return future


def with_callback(future: asyncio.Future[Any], callback: Callback | None) -> Any:
    """Return the Future or, where there is a callback, None, and have it called when it is done."""
    if callback is None:
        return future

    def report(done: asyncio.Future[Any]) -> None:
        error = asyncio.CancelledError() if done.cancelled() else done.exception()
        callback(done.result() if error is None else None, error)

    future.add_done_callback(report)
    return None


def run_in_task(
    callback: Callback | None, function: Callable[..., Coroutine[Any, Any, Any]], *args: Any
) -> Any:
    """Run a coroutine function in a task; return its Future or, where there is a callback, None."""
    check_callback(callback)
    return with_callback(in_task(function(*args)), callback)


def check_callback(callback: Any) -> None:
    """Refuse, before anything starts, a callback that could never be called."""
    if callback is None:
        return
    if not callable(callback):
        raise InvalidOperation(
            f"callback must be a function of (result, error), not {type(callback).__name__}"
        )
    if inspect.iscoroutinefunction(callback):
        raise InvalidOperation(
            "callback must be a function of (result, error), not the coroutine function"
            f" {callback!r}, which nobody would await: await the call instead"
        )
