"""A bounded executor: the threads of one client, in which PyMongo may block.

Promises:

1. At most `max_workers` threads run calls, and at most ``max_workers + max_waiting`` calls are in
   its hands; a further one is refused at once.
2. Calls start in the order in which they were submitted. One that has many turns goes to the end
   of the queue after each.
3. A call that waits can be cancelled, and leaves the queue at once. It fails if its deadline
   passes, or if it has waited for `wait_seconds`.
4. Threads are started when they are needed, and end when they had nothing to do for a while.
5. If the executor is closed, waiting calls get an error. Running calls have some seconds to finish,
   and are then aborted. No thread is left that can be ended.
6. No thread holds on to the function, the arguments or the result of a call that is over.

How it keeps them. All state has one lock and one door, `change`: it takes the lock, makes one
change (see `State`), lets `State.balance` look at the whole, releases the lock, and carries out the
effects that both have asked for. Threads are woken or started, loops woken, calls interrupted and
lines logged only there, so nothing waits while the lock is held.

How calls reach the threads. Under the GIL a hand-over is the greater part of the cost of a short
call: the thread that hands over and the thread that takes over fight for the interpreter. So a
thread takes call after call from one queue, and a loop is woken once for many completions. Few
threads are *active* while calls need the CPU more than they wait for the server. While calls wait,
the supervisor moves the target number of active threads between the fewest and `max_workers`.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor as BaseExecutor
from concurrent.futures import wait as wait_for
from dataclasses import KW_ONLY, dataclass
from functools import partial
from random import uniform
from typing import Any

from pymongo.errors import PyMongoError

from tornado_pymongo.executor import lifecycle
from tornado_pymongo.executor.call import Call
from tornado_pymongo.executor.effects import Effect, carry_out
from tornado_pymongo.executor.futures import ThreadFuture
from tornado_pymongo.executor.shared_core import SharedCore
from tornado_pymongo.executor.state import State
from tornado_pymongo.executor.statistics import WorkerStatistics
from tornado_pymongo.executor.supervisor import has_gil

# How long it may take, in seconds, until all calls that share time slices had one, but no more
# slices than so many a second. A choice: with 1,000 idle change streams each has one in 5 seconds,
# and all of them use a tenth of the CPU.
_ROUND = 1.5
_SLICES_PER_SECOND = 200

# By how much of its length a slice is shorter or longer, at random. If equal slices begin together,
# they end together, and all their threads want the interpreter at once. Measured with 1,000 idle
# change streams: find_one's p99 is 1.8 times what it is without them, with equal slices 2.3 times.
_SPREAD = 0.5


@dataclass(eq=False, repr=False)
class Executor(BaseExecutor):
    """Runs calls in at most `max_workers` threads and keeps at most `max_waiting` more waiting.

    It is a `concurrent.futures.Executor`; if a call has no thread at once, `submit` queues it and
    returns without waiting.

    :param max_workers: the most threads that run calls.
    :param max_waiting: the most calls that wait when `max_workers` others run.
    :param name: what the names of the threads begin with.
    :param idle_seconds: after how many seconds without a call a thread ends.
    :param wait_seconds: after how many seconds a call that waits fails; None for never.
    :param time_slices: whether its calls are long waits, which have many turns: they get all the
        threads at once, it is no wonder that they wait, and `close` does not wait for them.
    :param shares: a number of threads that it shares with another executor, and that executor:
        while calls run there, fewer run here.
    :param abort_on_cancel: whether who cancels a call that runs wants it to be aborted.
    :param share_core: which threads may be kept on one core if that is faster: "none", "workers",
        or "all", which is also those whose loops make the calls.
    """

    max_workers: int
    max_waiting: int
    _: KW_ONLY
    name: str = "tornado_pymongo"
    idle_seconds: float = 10.0
    wait_seconds: float | None = None
    time_slices: bool = False
    shares: tuple[int, Executor] | None = None
    abort_on_cancel: bool = True
    share_core: str = "workers"

    def __post_init__(self) -> None:
        self.reset(closed=False)
        lifecycle.register(self)

    def reset(self, closed: bool) -> None:
        """Begin with no thread and no call: when made, and in a forked child."""
        # Reentrant, since the garbage collector may run amid a change, and in it a finalizer.
        self._lock = threading.RLock()
        self._put_aside: deque[tuple[Callable[..., Any], tuple[Any, ...]]] = deque()
        self.effects: list[Effect] = []
        may_share = has_gil() and not self.time_slices
        self.shared_core: SharedCore = SharedCore(self.share_core if may_share else "none")
        vars(self).pop("closing", None)  # its thread is in the parent process
        self.state: State = State(self, closed)

    # The one door

    def change(self, change: Callable[..., Any], *args: Any) -> Any:
        """Change the state; return what `change` returns.

        A finalizer may come here amid a change of the same thread. Its change is put aside, and
        made before the lock is released; None is returned.

        A KeyboardInterrupt may be raised in the main thread between any two lines. The lock is then
        released, what follows from the state is looked for once more, and no effect gets lost.
        """
        if self._lock._is_owned():  # type: ignore[attr-defined]
            self._put_aside.append((change, args))
            return None
        effects: Iterator[Effect] = iter(())
        try:
            with self._lock:
                effects = iter(self.effects)  # goes through those that are added from now on
                try:
                    try:
                        return change(*args)
                    finally:
                        self._settle()
                except BaseException:
                    self._settle()
                    raise
                finally:
                    self.effects = []
        finally:
            try:
                carry_out(effects)
            except BaseException:
                carry_out(effects)  # it may not have come to its first line
                raise
            finally:
                if self._put_aside:  # after the last look, and before the release
                    self.change(int)

    def _settle(self) -> None:
        """See what follows from a change, and make those that finalizers have put aside."""
        self.state.balance()
        while self._put_aside:
            change, args = self._put_aside.popleft()
            refusal = change(*args)
            if isinstance(refusal, PyMongoError):
                self.state.finish(args[0], None, refusal)
            self.state.balance()

    # Calls

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> ThreadFuture:
        """Queue ``function(*args, **kwargs)`` for the next free thread; return its Future.

        It runs in a copy of the caller's context.

        :raises TooManyCalls: if `max_workers` + `max_waiting` calls are here already.
        :raises pymongo.errors.InvalidOperation: after `close`.
        """
        call = Call(self, partial(function, *args, **kwargs))
        future = ThreadFuture(call)
        self.start(call)
        return future

    def start(self, call: Call) -> None:
        """Queue a call; raise as `submit` does, or if its deadline has passed.

        :raises pymongo.errors.WaitQueueTimeoutError: if its deadline has passed.
        """
        if self.shared_core.has_callers and any(inbox for inbox, _ in call.receivers):
            self.shared_core.called()
        refusal: PyMongoError | None = self.change(self.state.admit, call)
        if refusal is not None:
            call.receivers = ()  # a Future that holds the call
            try:
                raise refusal
            finally:
                del refusal  # its traceback holds this frame

    @property
    def max_active(self) -> int:
        """How many threads may be active now."""
        if self.shares is None:
            return self.max_workers
        total, other = self.shares
        return max(min(self.max_workers, total - len(other.state.running)), 1)

    @property
    def slice_seconds(self) -> float | None:
        """How long the next time slice may be; None for any time.

        On average, it is so long that all calls have one in time.
        """
        calls = len(self.state.running) + len(self.state.queue)
        if calls <= self.max_workers:
            return None
        average = self.max_workers * max(_ROUND / calls, 1 / _SLICES_PER_SECOND)
        return average * uniform(1 - _SPREAD, 1 + _SPREAD)

    def statistics(self) -> WorkerStatistics:
        """Return what its threads have done, and do now."""
        # A finalizer that comes here amid a change takes the state as it is.
        seen: WorkerStatistics | None = self.change(self.state.statistics)
        return seen or self.state.statistics()

    # The end

    @property
    def closed(self) -> bool:
        """Whether it takes no more calls."""
        return self.state.closed

    def close(
        self, function: Callable[[], Any] = lambda: None, drain_seconds: float = lifecycle.DRAIN
    ) -> ThreadFuture:
        """Take no more calls, fail those that wait, and run `function` last; return its Future.

        The calls that run have `drain_seconds` to finish; then they are aborted. The threads are
        waited for. Closing again returns the same Future.
        """
        call = Call(self, partial(lifecycle.finish_close, self, function, drain_seconds))
        # Atomic: of two closes at once, one of which may be a finalizer's amid the other, both go
        # on with the call of the first.
        future: ThreadFuture = vars(self).setdefault("closing", ThreadFuture(call))
        self.change(self.state.close)
        # A change of its own: if there is no thread for it, all else has been done by then.
        self.change(lifecycle.begin_close, self, future)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Close, as `concurrent.futures.Executor` has it; waiting calls fail in any case."""
        closing = self.close()
        if wait:
            wait_for([closing])
