"""The state of an executor, and its changes.

Nothing waits here, and nothing takes a lock: `Executor` makes one change at a time. A change only
writes state and asks for effects, which are carried out later. What else must follow, such as a
thread to wake, is decided by `balance`, which looks at the whole state after each change.

A call comes in by `admit`. After that there are two doors: `_wait` into the queue, and `finish` out
of the executor.
"""

from __future__ import annotations

import threading
from asyncio import CancelledError
from time import monotonic

from pymongo.errors import InvalidOperation, PyMongoError

from tornado_pymongo.executor.call import (
    OVER,
    REQUEUE,
    RUNNING,
    WAITING,
    Call,
    Deliver,
    Receiver,
)
from tornado_pymongo.executor.effects import Effect
from tornado_pymongo.executor.queue import CallQueue
from tornado_pymongo.executor.statistics import COUNTED, Durations, WorkerStatistics
from tornado_pymongo.executor.supervisor import Snapshot, Supervisor, next_target
from tornado_pymongo.executor.workers import Crew, Worker

# For how long completions may be gathered while more calls wait, in seconds. Measured with 100
# calls in flight on a local server: 1 ms costs a tenth of the throughput, 20 ms gains nothing.
_LINGER = 0.005


class State:
    """The state of an executor.

    :param min_active: how many threads may be active in any case.
    """

    def __init__(
        self,
        queue: CallQueue,
        crew: Crew,
        supervisor: Supervisor,
        effects: list[Effect],
        min_active: int,
        closed: bool,
    ) -> None:
        self.queue = queue
        self.crew = crew
        self.supervisor = supervisor
        self._effects = effects
        self.closed: bool = closed
        self.running: dict[Call, None] = {}
        self.min_active = min_active
        self.target: int = min_active  # how many threads may be active
        # The inboxes whose loop was not woken for all that they hold, and since when.
        self._unflushed: dict[Receiver, None] = {}
        self._unflushed_since = 0.0
        self._is_refused = False  # whether this change is that there is no thread to supervise
        # Set when it is closed and no thread is active.
        self.drained: threading.Event = threading.Event()
        self._is_drained = False
        self.counters: dict[str, int] = dict.fromkeys(COUNTED, 0)
        self.wait_times: Durations = Durations()
        self.run_times: Durations = Durations()

    # What must follow a change

    def balance(self) -> None:
        """Ask for the effects that the whole state calls for after a change."""
        waiting, missing = len(self.queue), 0
        if waiting:
            crew = self.crew
            missing = waiting - (crew.active - len(self.running))
            while missing > 0 and crew.active < self.target:
                crew.activate()
                missing -= 1
        if self._unflushed and not (waiting and monotonic() < self._unflushed_since + _LINGER):
            self._flush()
        supervisor = self.supervisor
        if (missing > 0 or self._unflushed) and not (supervisor.watching or self._is_refused):
            supervisor.watch()
        self._is_refused = False
        if self.closed and not (self.crew.active or supervisor.thread or self._is_drained):
            self._is_drained = True
            self._effects.append((self.drained.set,))

    def _flush(self) -> None:
        for inbox in self._unflushed:
            if inbox.claim():
                self.counters["loop_wakeups"] += 1
                self._effects.append((inbox.wake,))
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
            self.counters[outcome] += 1
        receivers, call.receivers = call.receivers, ()
        if call.function is not None or not receivers:
            # The effect keeps the call: a function that has not run, or a result without receiver,
            # is finalized after the lock is released.
            self._effects.append((call.let_go,))
        for inbox, deliver in receivers:
            self._put(inbox, deliver, call)

    def _put(self, inbox: Receiver | None, deliver: Deliver, call: Call) -> None:
        if inbox is None:
            self._effects.append((deliver, call))
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
            self.counters["refused"] += 1
            return refusal
        self.counters["submitted"] += 1
        if call.deadline is not None and call.deadline <= call.queued_at:
            self.counters["expired"] += 1
            return self.queue.late_error(call, len(self.running))
        self._wait(call)
        return None

    def cancel(self, call: Call) -> bool:
        """Have a call be over as cancelled if it waits; tell whether it did."""
        if call.state is not WAITING:
            return False
        self.finish(call, "aborted" if call.has_begun else "cancelled", CancelledError())
        return True

    def abort(self, call: Call, error: BaseException | None) -> None:
        """Have a call be over if it waits, and interrupt it if it runs."""
        if error is None and self.cancel(call):
            return
        if call.state is WAITING:
            self.finish(call, "aborted", error)
        elif call.state is RUNNING:
            call.begin_abort(error or CancelledError())
            self._effects.append((call.interrupt,))

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
        self.crew.activate_parked()
        if self.supervisor.is_parked:
            self.supervisor.watch()

    def threads_to_join(self) -> list[threading.Thread]:
        """Return the threads that end because of a close, when none is active any more."""
        ended = self.supervisor.ended
        return [*self.crew.ending, *([ended] if ended else [])]

    # Changes from its threads

    def step(self, worker: Worker) -> None:
        """Settle the call that a thread has run, and give it the next one, or park or end it."""
        now = monotonic()
        call, worker.call = worker.call, None
        if call is not None:
            self.run_times.add(now - worker.began_at)
            self._end_turn(call, now)
        crew = self.crew
        while self.queue and crew.active <= self.target:
            call = self.queue.take()
            if call.deadline is not None and call.deadline <= now:
                self._expire(call)
                continue
            call.state = RUNNING
            self.running[call] = None
            worker.call = call
            worker.began_at = now
            self.wait_times.add(now - call.queued_at)
            return
        if self.closed:
            crew.end(worker)
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

    def refused(self, worker: Worker, error: RuntimeError) -> None:
        """Take note that the system has no more threads; the supervisor tries again."""
        crew = self.crew
        crew.forget(worker)
        self.target = max(crew.active, 1)
        if not crew.workers:
            refusal = InvalidOperation(f"no worker thread could be started: {error}")
            refusal.__cause__ = error
            for call in list(self.queue):
                self.finish(call, "aborted", refusal)

    def supervision_refused(self) -> None:
        """Take note that the system has no thread for the supervisor: the next change tries."""
        self.supervisor.thread = None
        self.supervisor.watching = False
        self._is_refused = True

    def supervise(self, now: float, waiting: int, max_active: int) -> bool | None:
        """Fail the late calls and set the target; tell whether that has changed it.

        Return None if nothing waits, so that there is nothing to supervise.

        :param waiting: how many of the calls that run wait for the server.
        """
        for call in self.queue.late(now):
            self._expire(call)
        if now >= self._unflushed_since + _LINGER:
            self._flush()
        if not self.queue and not self._unflushed:
            self.supervisor.watching = False
            return None
        before = self.target
        seen = Snapshot(self.crew.active, before, self.min_active, max_active, waiting)
        self.target = next_target(seen)
        return self.target != before

    def statistics(self, max_workers: int, max_waiting: int) -> WorkerStatistics:
        """Return what the threads have done, and do now, within these limits."""
        return WorkerStatistics(
            max_workers=max_workers,
            max_waiting=max_waiting,
            threads=len(self.crew.workers),
            most_threads=self.crew.most,
            busy=self.wait_times.count - self.run_times.count,
            waiting=len(self.queue),
            started=self.wait_times.count,
            waited_seconds=self.wait_times.total,
            longest_wait_seconds=self.wait_times.longest,
            run_seconds=self.run_times.total,
            longest_run_seconds=self.run_times.longest,
            thread_wakeups=self.crew.wakeups,
            **self.counters,
        )


def closed_error(what: str) -> InvalidOperation:
    """Return the error of a call that was doing this when its client was closed."""
    return InvalidOperation(f"the MongoClient was closed while this call was {what}")
