"""One call on its way through an executor.

A call waits in the executor's queue, has a turn in a thread, and is over. (Some have many turns: a
change stream asks the server again and again, and lets others ask in between.) Each way to its end
is taken once:

- It ran: its result or error is that of the function.
- It was refused, or its deadline passed while it waited: it has an error, and never ran.
- It was cancelled while it waited for its first turn: it never ran either.
- It was aborted. Between two turns it is over at once. In a turn, what holds it up is interrupted,
  and `asyncio.CancelledError` raised there, as in a coroutine: PyMongo cleans up after it, and does
  not try again. Until the thread has left the function, the call is running.
"""

from __future__ import annotations

import threading
from asyncio import CancelledError
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import Context, copy_context
from time import monotonic
from typing import TYPE_CHECKING, Any

from pymongo.errors import InvalidOperation

if TYPE_CHECKING:
    from tornado_pymongo.executor import Executor

Deliver = Callable[[Any, "BaseException | None"], object]

# What a function returns that has not finished, and wants another turn after those that wait.
AGAIN: object = object()


class Call(Future[Any]):
    """A function on its way through an executor: the concurrent Future of one call.

    :param deliver: called as ``deliver(result, error)`` by the thread that ends the call, unless
        that was cancelled.
    :param context: what the function runs in, by default a copy of the caller's: deadlines, bound
        sessions and tracing go with the call.
    :param deadline: by when it must have its turn, and each further one, as `time.monotonic` tells.
    """

    _error: BaseException  # with which it was aborted

    def __init__(
        self,
        executor: Executor,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        deliver: Deliver | None = None,
        context: Context | None = None,
        deadline: float | None = None,
    ) -> None:
        # Not super(), here and wherever each call comes by: without the GIL, up to Python 3.13, it
        # takes a lock that all threads share.
        Future.__init__(self)
        self.executor: Executor = executor
        self.deadline: float | None = deadline
        self.queued_at: float = monotonic()
        self.aborted: bool = False
        # Guards `aborted`, and the connection that is interrupted.
        self.checkout_lock = threading.Lock()
        # The connection that the thread has: what can be interrupted, and asked what it awaits.
        self.held: Any = None
        # The session in which the server may still be at what was aborted, or keep what that made.
        self.left_behind: Any = None
        self._deliver = deliver
        if context is None:
            context = copy_context()
        self._work: Any = (context, function, args, kwargs)
        self._begun = False
        self._told = False  # whether what it runs has seen CancelledError

    # As the caller sees it

    def has_begun(self) -> bool:
        """Tell whether it had a turn, or has one."""
        return self._begun

    def name(self) -> str | None:
        """Return what it runs, without the arguments, which may be secret, while it is not over.

        Only functions whose attribute `name_of` tells it have a name: what the user has asked for.
        """
        if (work := self._work) is None:
            return None
        _, function, args, _ = work
        name_of: Callable[..., str] | None = getattr(function, "name_of", None)
        return None if name_of is None else name_of(*args)

    def cancel(self) -> bool:
        """Cancel the call if it has not started; it then leaves the queue at once."""
        if not super().cancel():
            return False
        self._work = self._deliver = None
        if self.executor.forget(self):
            self.set_running_or_notify_cancel()  # no thread will, and tell who waits for it
        return True

    def abort(self, error: BaseException | None = None) -> None:
        """End the call wherever it is, with this error or, without one, cancelled.

        A call that runs is interrupted where it waits for the server, and goes on until it does.
        """
        if error is None and self.cancel():
            return
        if self.executor.forget(self):  # it waits for a turn
            self.end(error or CancelledError())
            return
        with self.checkout_lock:
            if self.done() or self.aborted:
                return
            self._error = error or CancelledError()
            self.aborted = True
            if self.held is not None:
                self.held.interrupt()
        if self.executor.forget(self):  # its turn has just ended, and it waits for the next one
            self.end(CancelledError())

    # As the executor sees it

    def run(self) -> Any:
        """Have a turn in this thread. Return `AGAIN` where there must be another one.

        Else the call is over; return what became of it, by the name that statistics have for that.
        """
        if not self._begun:
            if not self.set_running_or_notify_cancel():
                return "cancelled"
            self._begun = True
        if self.aborted:  # between being taken and its turn
            self._end(self._error)
            return "aborted"
        context, function, args, kwargs = self._work
        _thread.call = self
        try:
            result = context.run(function, *args, **kwargs)
        except BaseException as error:
            _thread.call = None
            outcome = "aborted" if self._told else "failed"
            # Whatever came of CancelledError, the call is over because it was aborted.
            self._end(self._error if self._told else error)
            # The error's traceback holds this frame: without this it would hold the call as well,
            # and the call the error.
            del self
            return outcome
        _thread.call = None
        if result is AGAIN:
            return AGAIN
        self._work = None
        self.executor.let_go(self)
        try:
            self.set_result(result)
        finally:  # whatever a callback of the Future's raises
            self._hand_over(result, None)
        return "finished"

    def end(self, error: BaseException) -> None:
        """Fail outside of a turn, unless the call was cancelled; aborted, with that error."""
        if self._begun or self.set_running_or_notify_cancel():
            self._end(self._error if self.aborted else error)

    def _end(self, error: BaseException) -> None:
        self._work = None
        if isinstance(error, StopIteration):
            # No coroutine can be resumed with a StopIteration: whoever awaited it would hang.
            wrapped = RuntimeError("the function raised StopIteration")
            wrapped.__cause__ = error
            error = wrapped
        self.executor.let_go(self)
        try:
            self.set_exception(error)
        finally:
            self._hand_over(None, error)

    def _hand_over(self, result: Any, error: BaseException | None) -> None:
        deliver, self._deliver = self._deliver, None
        if deliver is not None:
            deliver(result, error)

    # As what it runs sees it

    def let_go(self, outer: Any) -> bool:
        """Hold `outer` again, and what it held no more; tell whether that may be interrupted."""
        with self.checkout_lock:
            self.held = outer
            return self.aborted

    def check(self) -> None:
        """Raise `CancelledError` where the call was aborted.

        Once that was raised, what it has caused to run, to clean up, would hold up the thread
        again, so it gets an ordinary error from then on.
        """
        if self.aborted:
            if self._told:
                raise InvalidOperation("the call was cancelled, and may not ask the server again")
            self._told = True
            raise CancelledError

    def check_once(self) -> None:
        """Raise `CancelledError` where the call was aborted and that was not raised yet."""
        if self.aborted and not self._told:
            self.check()


_thread = threading.local()


def running_call() -> Call | None:
    """Return the call that has its turn in this thread."""
    return getattr(_thread, "call", None)
