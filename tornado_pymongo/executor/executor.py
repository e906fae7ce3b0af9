"""A bounded executor: the threads of one client, in which PyMongo may block.

What it promises:

1. At most `max_workers` threads run calls, and at most ``max_workers + max_waiting`` calls are in
   its hands; a further one is refused at once.
2. Calls start in the order in which they were submitted. One that has many turns goes to the end
   of the queue after each.
3. A call that waits can be cancelled, and leaves the queue at once. It fails if its deadline
   passes, or if it has waited for `wait_seconds`.
4. Threads are started when they are needed, and end when they had nothing to do for a while.
5. Whatever waits for a closed executor gets an error; whatever runs there has some seconds to
   finish, and is then aborted; no thread is left that can be ended.
6. No thread holds on to the function, the arguments or the result of a call that is over.

How it keeps them. All state has one lock and one door, `change`: it takes the lock, makes one
change (see `State`), lets `State.balance` look at the whole, releases the lock, and carries out the
effects that both have asked for. Threads are woken or started, loops woken, calls interrupted and
lines logged only there, so nothing waits while the lock is held.

How calls reach the threads. Under the GIL a hand-over is the greater part of the cost of a short
call: the thread that hands over and the thread that takes over fight for the interpreter. So a
thread takes call after call from one queue, few threads are *active* while calls need the CPU more
than they wait for the server, and a loop is woken once for many completions. While calls wait, the
supervisor moves the target number of active threads between the fewest and `max_workers`.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor as BaseExecutor
from concurrent.futures import wait as wait_for
from contextlib import contextmanager
from functools import partial
from typing import Any

from pymongo.errors import PyMongoError

from tornado_pymongo.executor import lifecycle
from tornado_pymongo.executor.call import Call, Deliver, Receiver
from tornado_pymongo.executor.effects import Effect, carry_out
from tornado_pymongo.executor.futures import ThreadFuture
from tornado_pymongo.executor.queue import CallQueue
from tornado_pymongo.executor.shared_core import SharedCore
from tornado_pymongo.executor.state import State
from tornado_pymongo.executor.statistics import WorkerStatistics
from tornado_pymongo.executor.supervisor import Supervisor, has_gil, usable_cores
from tornado_pymongo.executor.workers import Crew, Worker

# How many threads are active for each usable core, one under the GIL, while calls need the CPU: one
# computes while the other's request is at the server. Measured: a third one gains nothing under the
# GIL.
_MIN_ACTIVE = 2

# How long it may take, in seconds, until all calls that share time slices had one, but no more
# slices than so many a second. Measured with 1,000 idle change streams: 600 a second double
# find_one's p99, 200 leave it nearly alone.
_ROUND = 1.5
_SLICES_PER_SECOND = 200


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
    :param share_core: whether the threads may be kept on one core if that is faster.
    """

    def __init__(
        self,
        max_workers: int,
        max_waiting: int,
        *,
        name: str = "tornado_pymongo",
        idle_seconds: float = 10.0,
        wait_seconds: float | None = None,
        time_slices: bool = False,
        shares: tuple[int, Executor] | None = None,
        abort_on_cancel: bool = True,
        share_core: bool = True,
    ) -> None:
        self.max_workers = max_workers
        self.max_waiting = max_waiting
        self.time_slices = time_slices
        self.abort_on_cancel = abort_on_cancel
        self.name = name
        self._idle_seconds = idle_seconds
        self._wait_seconds = wait_seconds
        self._shares = shares
        self._share_core = share_core and not time_slices and has_gil()
        self.closing: ThreadFuture | None
        self.reset(closed=False)
        lifecycle.register(self)

    def reset(self, closed: bool) -> None:
        """Begin with no thread and no call: when made, and in a forked child."""
        # Reentrant, since the garbage collector may run amid a change, and in it a finalizer.
        self._lock = threading.RLock()
        self._put_aside: deque[tuple[Callable[..., Any], tuple[Any, ...]]] = deque()
        self.effects: list[Effect] = []
        self.shared_core: SharedCore = SharedCore(self._share_core)
        threads = self.max_workers if self.time_slices else _MIN_ACTIVE * usable_cores()
        self.state: State = State(
            CallQueue(self.max_workers, self.max_waiting, self._wait_seconds),
            Crew(
                *(self.name, self._idle_seconds, self.shared_core, self.effects),
                *(self._step, self._end_parked, self._refused),
            ),
            Supervisor(self, self.name, self._idle_seconds, self.effects),
            self.effects,
            min(threads, self.max_workers),
            closed,
        )
        self.closing = None  # its thread is in the parent process

    # The one door

    def change(self, change: Callable[..., Any], *args: Any) -> Any:
        """Change the state; return what `change` returns.

        A finalizer may come here amid a change of the same thread. What it wants is put aside, and
        done before the lock is released; None is returned.
        """
        if self._lock._is_owned():  # type: ignore[attr-defined]
            self._put_aside.append((change, args))
            return None
        effects: tuple[Effect, ...] = ()
        try:
            with self._lock:
                try:
                    return change(*args)
                finally:
                    effects = self._settle()
        finally:
            if effects:
                carry_out(iter(effects))
            if self._put_aside:  # after the last look, and before the release
                self.change(int)

    def _settle(self) -> tuple[Effect, ...]:
        """See what follows from a change, and make those that finalizers have put aside.

        Return all effects.
        """
        self.state.balance()
        while self._put_aside:
            change, args = self._put_aside.popleft()
            refusal = change(*args)
            if isinstance(refusal, PyMongoError):
                self.state.finish(args[0], None, refusal)
            self.state.balance()
        if not self.effects:
            return ()
        effects = tuple(self.effects)
        self.effects.clear()
        return effects

    @contextmanager
    def reading(self) -> Iterator[State]:
        """Hold the state still. A change of a finalizer that comes here is made afterwards."""
        with self._lock:
            yield self.state
        if self._put_aside:
            self.change(int)

    # Calls

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> ThreadFuture:
        """Queue ``function(*args, **kwargs)`` for the next free thread; return its Future.

        It runs in a copy of the caller's context.

        :raises TooManyCalls: if `max_workers` + `max_waiting` calls are here already.
        :raises pymongo.errors.InvalidOperation: after `close`.
        """
        call = Call(self, partial(function, *args, **kwargs))
        future = self.future_of(call)
        self.start(call)
        return future

    def future_of(self, call: Call) -> ThreadFuture:
        """Return a concurrent Future of a call that was not started yet."""
        future = ThreadFuture(call)
        call.receivers = ((None, future.deliver),)
        return future

    def start(self, call: Call) -> None:
        """Queue a call; raise as `submit` does, or if its deadline has passed.

        :raises pymongo.errors.WaitQueueTimeoutError: if its deadline has passed.
        """
        if self._wait_seconds is not None:
            self.state.queue.limit(call)
        refusal: PyMongoError | None = self.change(self.state.admit, call)
        if refusal is not None:
            call.receivers = ()  # a Future that holds the call
            try:
                raise refusal
            finally:
                del refusal  # its traceback holds this frame

    def cancel(self, call: Call) -> bool:
        """Cancel a call that waits; tell whether it did."""
        return bool(self.change(self.state.cancel, call))

    def abort(self, call: Call, error: BaseException | None = None) -> None:
        """End a call, with this error or as cancelled; interrupt it if it runs."""
        self.change(self.state.abort, call, error)

    def tell(self, call: Call, inbox: Receiver | None, deliver: Deliver) -> None:
        """Have one more receiver learn when a call is over."""
        self.change(self.state.tell, call, inbox, deliver)

    # Threads

    def _step(self, worker: Worker) -> None:
        self.change(self.state.step, worker)

    def _end_parked(self, worker: Worker) -> bool:
        return bool(self.change(self.state.crew.unpark, worker))

    def _refused(self, worker: Worker, error: RuntimeError) -> None:
        self.change(self.state.refused, worker, error)

    # Supervision

    def running_calls(self) -> list[Call]:
        """Return the calls that run."""
        with self.reading() as state:
            return list(state.running)

    @property
    def _max_active(self) -> int:
        """How many threads may be active now."""
        if self._shares is None:
            return self.max_workers
        total, other = self._shares
        return max(min(self.max_workers, total - len(other.state.running)), 1)

    @property
    def slice_seconds(self) -> float | None:
        """How long a time slice may be so that all calls have one in time; None for any time."""
        calls = len(self.state.running) + len(self.state.queue)
        if calls <= self.max_workers:
            return None
        return self.max_workers * max(_ROUND / calls, 1 / _SLICES_PER_SECOND)

    def supervise(self, now: float, waiting: int) -> bool | None:
        """Fail the late calls and set the target: see `State.supervise`."""
        return self.change(self.state.supervise, now, waiting, self._max_active)  # type: ignore[no-any-return]

    def end_supervision(self) -> bool:
        """Tell whether the supervisor, which had nothing to do for long, shall end now."""
        return bool(self.change(self.state.supervisor.end))

    def supervision_refused(self, error: RuntimeError) -> None:
        """Take note that the system has no thread for the supervisor: the next change tries."""
        self.change(self.state.supervision_refused)

    def statistics(self) -> WorkerStatistics:
        """Return what its threads have done, and do now."""
        with self.reading() as state:
            return state.statistics(self.max_workers, self.max_waiting)

    # The end

    @property
    def closed(self) -> bool:
        """Whether it takes no more calls."""
        return self.state.closed

    @property
    def drained(self) -> threading.Event:
        """Set when it is closed and no thread is active."""
        return self.state.drained

    def close(
        self, function: Callable[[], Any] = lambda: None, drain_seconds: float = lifecycle.DRAIN
    ) -> ThreadFuture:
        """Take no more calls, fail those that wait, and run `function` last; return its Future.

        The calls that run have `drain_seconds` to finish; then they are aborted. The threads are
        waited for. Closing again returns the same Future.
        """
        return lifecycle.close(self, function, drain_seconds)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Close, as `concurrent.futures.Executor` has it; waiting calls fail in any case."""
        closing = self.close()
        if wait:
            wait_for([closing])
