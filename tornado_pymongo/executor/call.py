"""One call, and the one state that it has.

::

    new ──► waiting ◄─────► running ──────► over
               │               │              ▲ ▲
               │               └─► aborting ──┘ │
               └────────────────────────────────┘

The executor writes the state, under its lock. A call that waits can be cancelled, aborted or late,
and is then over without a further turn. A call that runs goes back to waiting if its function
returns `REQUEUE`: a change stream asks the server again and again, and lets others ask in between.
A call that is aborted while it runs is *aborting* until its thread has left the function. Its
connection is interrupted, and `asyncio.CancelledError` is raised there, as in a coroutine.
"""

from __future__ import annotations

import os
import threading
from asyncio import CancelledError
from collections.abc import Callable
from contextvars import Context, copy_context
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from pymongo.errors import InvalidOperation

if TYPE_CHECKING:
    from tornado_pymongo.executor.executor import Executor

NEW, WAITING, RUNNING, ABORTING, OVER = "new", "waiting", "running", "aborting", "over"

# A function returns this if it has not finished and wants another turn, behind the calls that wait.
REQUEUE: object = object()


# An inbox, or what has its methods: it takes calls that are over, and hands them on in a thread of
# its own choice. `put` is called under the executor's lock, and runs no code of others; so is
# `claim`, which tells whether `wake` must be called later.
Receiver = Any

Deliver = Callable[["Call"], object]


class Call:
    """A function on its way through an executor.

    :param context: what the function runs in, by default a copy of the caller's: deadlines, bound
        sessions and tracing go with the call.
    :param deadline: by when it must have its turn, and each further one, as `time.monotonic` tells.
    """

    __slots__ = (
        *("executor", "function", "context", "deadline", "queued_at"),
        *("state", "has_begun", "result", "error", "failed_name", "receivers", "__weakref__"),
        *("checkout", "checkout_lock", "orphaned_session", "_abort_error", "_cancellation_raised"),
    )

    def __init__(
        self,
        executor: Executor,
        function: Callable[[], Any],
        *,
        context: Context | None = None,
        deadline: float | None = None,
    ) -> None:
        self.executor = executor
        self.function: Callable[[], Any] | None = function
        # An empty context is false, too.
        self.context: Context | None = copy_context() if context is None else context
        self.deadline = deadline
        self.queued_at: float = monotonic()
        self.state: str = NEW
        self.has_begun: bool = False
        # The outcome. A receiver reads it, and then nobody keeps the call.
        self.result: Any = None
        self.error: BaseException | None = None
        self.failed_name: str | None = None  # of what has raised the error
        # They are told when the call is over: by an inbox or, without one, in the thread that ends
        # the call. They change under the executor's lock.
        self.receivers: tuple[tuple[Receiver | None, Deliver], ...] = ()
        # The connection that the thread uses, or waits for: see `internals/pool.py`. To begin or
        # end its use, and to interrupt it, takes the lock; the executor's lock is not held
        # meanwhile. It is reentrant, as a finalizer may abort the call there.
        self.checkout: Any = None
        self.checkout_lock: threading.RLock = threading.RLock()
        # The implicit session whose aborted operation may still run on the server.
        self.orphaned_session: Any = None
        self._abort_error: BaseException | None = None
        self._cancellation_raised = False

    # As the caller sees it

    def done(self) -> bool:
        """Tell whether it is over."""
        return self.state is OVER

    def cancel(self) -> bool:
        """Cancel the call if it waits; tell whether it did. It then leaves the queue at once."""
        return bool(self.executor.change(self.executor.state.cancel, self))

    def abort(self, error: BaseException | None = None) -> None:
        """End the call wherever it is, with this error or, without one, as cancelled.

        If it runs, its wait for the server is interrupted, and it is over when its function ends.
        """
        self.executor.change(self.executor.state.abort, self, error)

    def tell(self, inbox: Receiver | None, deliver: Deliver) -> None:
        """Have one more receiver learn when it is over."""
        self.executor.change(self.executor.state.tell, self, inbox, deliver)

    def give_up(self) -> None:
        """Drop the call if it waits; abort it if it runs, unless the executor leaves it alone."""
        if self.executor.abort_on_cancel:
            self.abort()
        else:
            self.cancel()

    def name(self) -> str | None:
        """Return what it runs, without the arguments, which may be secret, until it is over.

        Only functions with a method `call_name` have a name: what the user has asked for.
        """
        call_name: Callable[[], str] | None = getattr(self.function, "call_name", None)
        return None if call_name is None else call_name()

    # As the executor sees it

    def run(self) -> None:
        """Have a turn in this thread."""
        self.has_begun = True
        if self.state is not RUNNING:  # aborted between being taken and its turn
            self._cancellation_raised = True
            self.error = self._abort_error
            return
        _thread.call = self
        try:
            assert self.context is not None
            assert self.function is not None
            self.result = self.context.run(self.function)
        except StopIteration as error:  # which no Future can hold
            self.error = RuntimeError("the function raised StopIteration")
            self.error.__cause__ = error
        except BaseException as error:
            self.error = error
        finally:
            _thread.call = None
            if self.error is not None:
                self.failed_name = self.name()
            if self.result is not REQUEUE:
                self.let_go()
            # The traceback of the error holds this frame, which must not hold the call.
            del self

    def begin_abort(self, error: BaseException) -> None:
        """Note that the running call is aborted. The executor's lock is held."""
        self._abort_error = error
        self.state = ABORTING

    def interrupt(self) -> None:
        """Interrupt the connection of an aborted call, if the call still uses it."""
        with self.checkout_lock:
            if self.checkout is not None:
                self.checkout.interrupt()

    def end_run(self) -> str:
        """Set the outcome of its run; return the counter of the statistics that it belongs to."""
        if self.result is REQUEUE or (self._cancellation_raised and self.error is not None):
            # PyMongo may have raised another error of it: the call was aborted all the same.
            self.result, self.error = None, self._abort_error
            return "aborted"
        return "finished" if self.error is None else "failed"

    def let_go(self) -> None:
        """Release the function and its context."""
        self.function = self.context = None

    # As what it runs sees it

    @property
    def aborted(self) -> bool:
        """Whether it was aborted while it ran."""
        return self._abort_error is not None

    def check(self) -> None:
        """Raise `CancelledError` if the call was aborted.

        That error makes clean-up code run. If that asks the server again, it would hold up the
        thread once more, so it gets an ordinary error.
        """
        if self._abort_error is not None:
            if self._cancellation_raised:
                raise InvalidOperation("the call was cancelled, and may not ask the server again")
            self._cancellation_raised = True
            raise CancelledError

    def check_once(self) -> None:
        """Raise `CancelledError` if the call was aborted and that was not raised yet."""
        if not self._cancellation_raised:
            self.check()


_thread = threading.local()


def running_call() -> Call | None:
    """Return the call that has its turn in this thread."""
    return getattr(_thread, "call", None)


if hasattr(os, "register_at_fork"):  # the child of a call is none
    os.register_at_fork(after_in_child=partial(setattr, _thread, "call", None))
