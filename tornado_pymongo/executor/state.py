"""The state of an executor, and its changes.

Nothing waits here, and nothing takes a lock: `Executor` makes one change at a time. A change only
writes state and asks for effects, which are carried out later. `balance` looks at the whole state
after each change, and decides what else must follow, such as a thread to wake.

A call comes in by `admit`. After that there are two doors: `_wait` into the queue, and `finish` out
of the executor.
"""

from __future__ import annotations

import threading
from asyncio import CancelledError
from dataclasses import fields
from time import monotonic
from typing import TYPE_CHECKING, Any

from pymongo.errors import InvalidOperation, PyMongoError

from tornado_pymongo.executor.call import OVER, REQUEUE, RUNNING, WAITING, Call, Deliver, Receiver
from tornado_pymongo.executor.queue import CallQueue
from tornado_pymongo.executor.statistics import WorkerStatistics
from tornado_pymongo.executor.supervisor import Supervisor, usable_cores
from tornado_pymongo.executor.workers import Crew, Worker

if TYPE_CHECKING:
    from tornado_pymongo.executor.executor import Executor

# How many threads are active for each usable core, one under the GIL, while calls need the CPU: one
# computes while the other's request is at the server. Measured: a third one gains nothing under the
# GIL.
_MIN_ACTIVE = 2

# For how long completions may be gathered while more calls wait, in seconds. Measured with 100
# calls in flight on a local server: 1 ms costs a tenth of the throughput, 20 ms gains nothing.
_LINGER = 0.005


class State:
    """The state of an executor."""

    def __init__(self, executor: Executor, closed: bool) -> None:
        self._executor = executor
        self.queue: CallQueue = CallQueue(
            executor.max_workers, executor.max_waiting, executor.wait_seconds
        )
        self.running: dict[Call, None] = {}
        self.crew: Crew = Crew(executor)
        self.supervisor: Supervisor = Supervisor(executor)
        # How many threads may be active in any case, and how many now.
        fewest = executor.max_workers if executor.time_slices else _MIN_ACTIVE * usable_cores()
        self.min_active: int = min(fewest, executor.max_workers)
        self.target: int = self.min_active
        # The inboxes whose loop was not woken for all that they hold, and since when.
        self._unflushed: dict[Receiver, None] = {}
        self._unflushed_since = 0.0
        self.closed: bool = closed
        self.drained: threading.Event = threading.Event()  # closed, and no thread is active
        self._is_drained = False
        self.ending: list[threading.Thread] = []  # those that end because it is closed
        # The statistics, of which some are looked up when somebody asks.
        self.numbers: dict[str, Any] = dict.fromkeys((f.name for f in fields(WorkerStatistics)), 0)
        self.numbers.update(max_workers=executor.max_workers, max_waiting=executor.max_waiting)

    # The consequences of a change

    def balance(self) -> None:
        """Ask for the effects that the whole state calls for after a change."""
        crew, supervisor = self.crew, self.supervisor
        waiting, missing = len(self.queue), 0
        if waiting:
            if supervisor.thread is None:
                supervisor.start()
            missing = waiting - (crew.active - len(self.running))
            while missing > 0 and crew.active < self.target:
                crew.activate()
                missing -= 1
        if self._unflushed and not (waiting and monotonic() < self._unflushed_since + _LINGER):
            self._flush()
        if (missing > 0 or self._unflushed) and not supervisor.watching:
            supervisor.watch()
        if self.closed and not (crew.active or supervisor.thread or self._is_drained):
            self._is_drained = True  # a finalizer may come here while the Event is being set
            self._executor.effects.append((self.drained.set,))

    def _flush(self) -> None:
        for inbox in self._unflushed:
            if inbox.claim():
                self.numbers["loop_wakeups"] += 1
                self._executor.effects.append((inbox.wake,))
        self._unflushed.clear()

    # The two doors

    def _wait(self, call: Call) -> None:
        if self.closed:
            self.finish(call, "aborted", closed_error("waiting"))
        else:
            call.state = WAITING
            self.queue.add(call)  # and its deadline: if that has passed, it is about to be seen

    def _expire(self, call: Call) -> None:
        self.queue.pop(call, None)  # the error tells how many others wait
        self.finish(call, "expired", self.queue.late_error(call, len(self.running)))

    def finish(self, call: Call, outcome: str | None, error: BaseException | None = None) -> None:
        """End a call, and tell its receivers."""
        if call.state is WAITING:
            self.queue.pop(call, None)
        else:
            self.running.pop(call, None)
        call.state = OVER
        if error is not None:
            call.error = error
        if outcome is not None:
            self.numbers[outcome] += 1
        receivers, call.receivers = call.receivers, ()
        if call.function is not None or not receivers:
            # The effect keeps the call: a function that has not run, or a result without receiver,
            # is finalized after the lock is released.
            self._executor.effects.append((call.let_go,))
        for inbox, deliver in receivers:
            self._put(inbox, deliver, call)

    def _put(self, inbox: Receiver | None, deliver: Deliver, call: Call) -> None:
        if inbox is None:
            self._executor.effects.append((deliver, call))
            return
        inbox.put(deliver, call)
        if not self._unflushed:
            self._unflushed_since = monotonic()
        self._unflushed[inbox] = None

    # Changes from outside

    def admit(self, call: Call) -> PyMongoError | None:
        """Take a new call, or return the error with which it is refused."""
        if self.closed:
            return InvalidOperation("Cannot use MongoClient after close")
        refusal = self.queue.refusal(len(self.running))
        if refusal is not None:
            self.numbers["refused"] += 1
            return refusal
        self.numbers["submitted"] += 1
        self.queue.limit(call)
        if call.deadline is not None and call.deadline <= call.queued_at:
            self.numbers["expired"] += 1
            return self.queue.late_error(call, len(self.running))
        self._wait(call)
        return None

    def cancel(self, call: Call, error: BaseException | None = None) -> bool:
        """Have a call be over if it waits, with this error or as cancelled; tell if it did."""
        if call.state is not WAITING:
            return False
        never_ran = error is None and not call.has_begun
        self.finish(call, "cancelled" if never_ran else "aborted", error or CancelledError())
        return True

    def abort(self, call: Call, error: BaseException | None) -> None:
        """Have a call be over if it waits, and interrupt it if it runs."""
        if not self.cancel(call, error) and call.state is RUNNING:
            call.begin_abort(error or CancelledError())
            self._executor.effects.append((call.interrupt,))

    def tell(self, call: Call, inbox: Receiver | None, deliver: Deliver) -> None:
        """Have one more receiver learn when a call is over."""
        if call.state is OVER:
            self._put(inbox, deliver, call)
        else:
            call.receivers += ((inbox, deliver),)

    def close(self) -> None:
        """Take no more calls, fail those that wait, and have all threads end."""
        self.closed = True
        for call in list(self.queue):
            self.finish(call, "aborted", closed_error("waiting"))
        while self.crew.parked:
            self.crew.activate()
        if self.supervisor.thread and not self.supervisor.watching:
            self.supervisor.watch()

    # Changes from its threads

    def step(self, worker: Worker) -> None:
        """Settle the call that a thread has run, and give it the next one, or park or end it."""
        now = monotonic()
        call, worker.call = worker.call, None
        if call is not None:
            self._count_seconds("run_seconds", "longest_run_seconds", now - worker.began_at)
            self._end_turn(call, now)
        crew = self.crew
        while self.queue and crew.active <= self.target:
            call, _ = self.queue.popitem(last=False)
            if call.deadline is not None and call.deadline <= now:
                self._expire(call)
                continue
            call.state = RUNNING
            self.running[call] = None
            worker.call = call
            worker.began_at = now
            self.numbers["started"] += 1
            self._count_seconds("waited_seconds", "longest_wait_seconds", now - call.queued_at)
            return
        if self.closed:
            crew.end(worker)
            self.ending.append(worker.thread)
        else:
            crew.park(worker)

    def _end_turn(self, call: Call, now: float) -> None:
        if call.result is REQUEUE and call.state is RUNNING:
            call.result = None
            call.queued_at = now
            del self.running[call]
            self._wait(call)
        else:
            self.finish(call, call.end_run())

    def _count_seconds(self, total: str, longest: str, seconds: float) -> None:
        numbers = self.numbers
        numbers[total] += seconds
        if seconds > numbers[longest]:
            numbers[longest] = seconds

    def refused(self, worker: Worker, error: RuntimeError) -> None:
        """Take note that the system has no more threads; the supervisor tries again."""
        crew = self.crew
        crew.end(worker)
        self.target = max(crew.active, 1)
        if not crew.workers:
            self._fail_waiting(error)

    def unsupervised(self, error: RuntimeError) -> None:
        """Take note that the system has no thread for the supervisor; the next call tries again.

        Nobody would see that a call is late, or that an inbox is to be flushed, so neither waits.
        """
        self.supervisor.thread = None
        self.supervisor.watching = False
        self._fail_waiting(error)
        self._flush()

    def _fail_waiting(self, error: RuntimeError) -> None:
        for call in list(self.queue):
            refusal = InvalidOperation(f"no worker thread could be started: {error}")
            refusal.__cause__ = error
            self.finish(call, "aborted", refusal)

    def supervise(self, now: float, waiting: int) -> bool | None:
        """Fail the late calls and set the target; tell whether that has changed it.

        The target is the number of calls that wait for the server, plus `min_active`. It grows to
        that at once, and shrinks to it by a quarter at a time. Return None if nothing waits, so
        that there is nothing to supervise.

        :param waiting: how many of the calls that run wait for the server.
        """
        for call in self.queue.late(now):
            self._expire(call)
        if now >= self._unflushed_since + _LINGER:
            self._flush()
        if not self.queue and not self._unflushed:
            self.supervisor.watching = False
            return None
        before, wanted = self.target, self.min_active + waiting
        if waiting >= self.crew.active:
            wanted = max(wanted, before * 2)
        self.target = min(self._executor.max_active, max(wanted, before * 3 // 4))
        return self.target != before

    def statistics(self) -> WorkerStatistics:
        """Return what the threads have done, and do now."""
        now = {
            "threads": len(self.crew.workers),
            "busy": len(self.running),
            "waiting": len(self.queue),
        }
        return WorkerStatistics(**{**self.numbers, **now})


def closed_error(what: str) -> InvalidOperation:
    """Return the error of a call that was doing this when its client was closed."""
    return InvalidOperation(f"the MongoClient was closed while this call was {what}")
