"""The Futures of calls that are made where no event loop runs.

Such a call starts at once, as every other, and belongs to no loop. Its Future is a concurrent one,
which the thread that has run the call completes. It can be awaited in any loop, and more than once:
each task that waits for it is woken on its own loop. In a thread where no loop runs, `result`
waits for it.
"""

from __future__ import annotations

import asyncio
import atexit
import threading
import weakref
from collections.abc import Callable, Coroutine, Generator, Iterator
from concurrent.futures import Future, InvalidStateError
from contextlib import contextmanager, suppress
from typing import Any

from pymongo.errors import InvalidOperation

from tornado_pymongo import log
from tornado_pymongo.executor import Call, ThreadFuture, running_call
from tornado_pymongo.futures import (
    CallFuture,
    DetachedTask,
    TaskFuture,
    Unawaited,
    named_as,
    unbound_classes,
)
from tornado_pymongo.inbox import Inbox


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the loop that runs in this thread, or None."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class UnboundFuture(Unawaited, ThreadFuture):
    """The result of a call that was made where no event loop runs.

    `await` it in any loop, or hand it to a function that takes a coroutine or a concurrent Future,
    such as ``asyncio.run``. In a thread without a running loop, ``result(timeout)`` waits for it.

    Cancelling it cancels the call. So does the last task that waits for it, if all are cancelled.
    An error that is never retrieved is logged when the Future is let go of.
    """

    call: Call | None
    _waiting = 0  # how many tasks wait for it
    _is_cancelled = False

    def __init__(self) -> None:
        super().__init__(None)
        self._lock = threading.Lock()
        # Of a task that steps through it as through a coroutine of its own.
        self._coroutines: dict[Any, Coroutine[Any, Any, Any]] = {}
        self._is_unclaimed = False  # whether it has an error that nobody has asked for

    def inbox(self) -> Inbox | None:
        """Return None: the thread that ends a call completes this Future."""
        return None

    def another(self, cls: Any) -> Any:
        """Return a new Future that belongs to no loop, either."""
        return cls.unbound()

    def sibling(self) -> Any:
        """Return a new Future of the same class."""
        return type(self)()

    def deliver(self, call: Call) -> None:
        """Take what became of the call, in the thread that has ended it."""
        self._failed_call = call.failed_name
        super().deliver(call)

    def set_exception(self, exception: BaseException | None) -> None:
        """Fail: the error is logged if nobody asks for it."""
        self._is_unclaimed = True
        _unclaimed.add(weakref.ref(self, _unclaimed.discard))
        super().set_exception(exception)

    # For threads

    def result(self, timeout: float | None = None) -> Any:
        """Return the result, for which this waits `timeout` seconds at most.

        :raises pymongo.errors.InvalidOperation: if it is not there, and this thread must not wait,
            as a loop runs in it, or a call of this library.
        """
        with self._asked():
            return super().result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Return the error of the call, or None, as `result` does."""
        with self._asked():
            return super().exception(timeout)

    def _get_snapshot(self) -> tuple[bool, bool, Any, BaseException | None]:
        """Return what asyncio asks a concurrent Future for from Python 3.15 on: its outcome, whole.

        That of the standard library would not take a document out of its buffer, as `result` does.
        """
        if not self.done() or self.cancelled():
            return self.done(), self.cancelled(), None, None
        error = self.exception()
        return True, False, self.result() if error is None else None, error

    @contextmanager
    def _asked(self) -> Iterator[None]:
        self._check_may_wait()
        try:
            yield
        finally:
            if self.done():
                self._is_unclaimed = False

    def _check_may_wait(self) -> None:
        if self.done():
            return
        if running_loop() is not None:
            raise InvalidOperation("an event loop runs in this thread: await the call instead")
        if running_call() is not None:
            raise InvalidOperation(
                "this is a worker thread, and waiting for another one could take for ever: use"
                " PyMongo's own object here, which blocks and is called .delegate"
            )

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel this Future, and the call."""
        with self._lock:
            if self.done() or self._is_cancelled:
                return False
            self._is_cancelled = True
        if not Future.cancel(self):
            return False
        self.set_running_or_notify_cancel()  # or `concurrent.futures.wait` would not see it
        call, self.call = self.call, None
        if call is not None:
            self._give_up(call)
        return True

    def _give_up(self, call: Call) -> None:
        call.give_up()

    def add_done_callback(self, fn: Callable[[Any], object], **context: Any) -> None:
        """Have a function called when this is done: on the loop that runs here, if there is one."""
        loop = running_loop()
        if loop is None:
            super().add_done_callback(fn)
            return

        def call_back(_: Any) -> None:
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(fn, self, **context)

        super().add_done_callback(call_back)

    # For tasks

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._wait().__await__()

    async def _wait(self) -> Any:
        """Return the result, for a task that waits for it."""
        if not self.done():
            woken = asyncio.Event()
            self.add_done_callback(lambda _: woken.set())
            with self._lock:
                self._waiting += 1
            try:
                await woken.wait()
            except asyncio.CancelledError:
                if self._waiting == 1:
                    self.cancel()
                raise
            finally:
                with self._lock:
                    self._waiting -= 1
        if self.cancelled():
            raise asyncio.CancelledError
        return self.result()

    def send(self, value: Any) -> Any:
        """Have the task that steps through this go on."""
        return self._step("send", value)

    def throw(self, typ: Any, val: Any = None, tb: Any = None) -> Any:
        """Raise the exception in the task that steps through this."""
        return self._step("throw", typ if val is None else val)

    def close(self) -> None:
        """Do nothing: the call has started, and goes on without the task."""

    def _step(self, how: str, value: Any) -> Any:
        task = asyncio.current_task()
        coroutine = self._coroutines.get(task)
        if coroutine is None:
            coroutine = self._coroutines[task] = self._wait()
            if isinstance(value, asyncio.CancelledError) and not self._waiting:
                self.cancel()  # the task has not come to wait for it
        try:
            return getattr(coroutine, how)(value)
        except BaseException:
            del self._coroutines[task]
            raise

    def __del__(self) -> None:
        self._log_unclaimed()

    def _log_unclaimed(self) -> None:
        if self._is_unclaimed and not self.cancelled():
            self._is_unclaimed = False
            log.error(
                "error_not_retrieved",
                "%(call)s failed with %(error)s, and nobody has asked for its result: await it",
                call=self._failed_call or "a call",
                error=log.class_and_code(super().exception()),
            )


Coroutine.register(UnboundFuture)

_unclaimed: set[weakref.ref[UnboundFuture]] = set()


@atexit.register
def _log_all_unclaimed() -> None:
    for each in _unclaimed.copy():
        if (future := each()) is not None:
            future._log_unclaimed()


class UnboundTask(UnboundFuture):
    """The result of a coroutine of this library, which begins when this is first awaited.

    It runs in a task of that loop, as what it does may be the user's code.
    """

    _coroutine: Coroutine[Any, Any, Any] | None = None
    _task: asyncio.Task[Any] | None = None

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Have the coroutine run when this is awaited."""
        self._coroutine = coroutine

    async def _wait(self) -> Any:
        coroutine, self._coroutine = self._coroutine, None
        if coroutine is not None:
            self._task = asyncio.create_task(coroutine)
            self._task.add_done_callback(self._follow)
        return await super()._wait()

    def _follow(self, task: asyncio.Task[Any]) -> None:
        with suppress(InvalidStateError):  # it was cancelled
            if task.cancelled():
                UnboundFuture.cancel(self)
            elif (error := task.exception()) is not None:
                self.set_exception(error)
            else:
                self.set_result(task.result())

    def _check_may_wait(self) -> None:
        if self._coroutine is not None:
            raise InvalidOperation("this needs an event loop to run in: await it there")
        super()._check_may_wait()

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel the task."""
        if self._task is not None:
            if self.done():
                return False
            self._task.get_loop().call_soon_threadsafe(self._task.cancel)
            return True
        coroutine, self._coroutine = self._coroutine, None
        if coroutine is not None:
            coroutine.close()
        return super().cancel()


class UnboundDetachedTask(UnboundTask):
    """Of a coroutine that goes on if nobody waits for it any more."""

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel this Future, and leave the task alone."""
        return UnboundFuture.cancel(self)


unbound_classes.update(
    {CallFuture: UnboundFuture, TaskFuture: UnboundTask, DetachedTask: UnboundDetachedTask}
)
named_as("UnboundFuture", UnboundTask, UnboundDetachedTask)
