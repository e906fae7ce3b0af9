"""The executor in any order of events: what it promises holds after each of them.

Hypothesis chooses the events, and a model knows what must come of each. Calls wait for orders, so
the model decides when they end. TORNADO_PYMONGO_EXAMPLES=1000 tries about so
many, other ones each time.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
import warnings
import weakref
from asyncio import CancelledError
from collections import Counter
from concurrent import futures
from contextlib import contextmanager, suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from interpreter import free
from pymongo.errors import InvalidOperation, WaitQueueTimeoutError

from tornado_pymongo import TooManyCalls
from tornado_pymongo.executor import REQUEUE, Call, Executor, ThreadFuture, lifecycle, running_call

EXAMPLES = int(os.environ.get("TORNADO_PYMONGO_EXAMPLES", "0"))

# For how long we wait for what must come, in seconds.
LIMIT = 20


def examples(number, **options):
    """Return settings for so many examples, always the same ones, unless more are wished for."""
    return settings(
        max_examples=EXAMPLES * number // 50 or number,
        derandomize=not EXAMPLES,
        deadline=None,
        database=None,
        print_blob=False,
        # What fails may take long to do so: smaller examples are looked for on request.
        phases=[Phase.generate, *([Phase.shrink] if EXAMPLES else [])],
        suppress_health_check=list(HealthCheck),
        **options,
    )


pytestmark = pytest.mark.timeout(0 if EXAMPLES else 120)


@pytest.fixture(autouse=True)
def impatient_close(monkeypatch):
    """Have a close not wait long for calls that do not notice that they were aborted."""
    monkeypatch.setattr(lifecycle, "_ABORT", 0.02)


def until_equal(expected, look):
    """Wait until what one sees is what is expected."""
    deadline = time.monotonic() + LIMIT
    while (seen := look()) != expected:
        assert time.monotonic() < deadline, f"{seen} did not become {expected}"
        time.sleep(0.001)


def threads_named(name):
    return [thread for thread in threading.enumerate() if thread.name.startswith(name)]


class Thing:
    """An argument or a result, of which is known whether anybody has it."""

    alive: ClassVar[weakref.WeakSet[Thing]] = weakref.WeakSet()

    def __init__(self):
        self.alive.add(self)


class Failed(Exception):
    """What a call raises."""


class Aborted(Exception):
    """With which a call is aborted."""


def outcome_of(call):
    """Return what became of a call as the model puts it, keeping nothing of it."""
    return "result" if isinstance(call.result, Thing) else type(call.error).__name__


class Receiver:
    """An inbox that delivers what it has in the thread that flushes it."""

    def __init__(self):
        self._items = SimpleQueue()

    def put(self, deliver, call):
        self._items.put((deliver, call))

    def claim(self):
        return not self._items.empty()

    def wake(self):
        with suppress(Empty):
            while True:
                deliver, call = self._items.get_nowait()
                deliver(call)


class Job:
    """A call as the model sees it, and the function that it runs, which obeys the model."""

    def __init__(self, machine, manner="polite"):
        self.machine = machine
        self.manner = manner  # with which it takes that it is aborted
        self.turns = 0  # that it must have begun
        self.entered = 0  # that it has
        self.expected = None  # what becomes of it
        self.delivered = []  # what it was told that became of it
        self.abort_error = None
        self.call = None
        self.future = None
        self._orders = SimpleQueue()
        machine.jobs.append(self)

    def submit(self, deadline=None):
        """Start it; return the name of the error with which it was refused, or None."""
        executor = self.machine.executor
        call = Call(executor, partial(self._run, Thing()), deadline=deadline)
        future = ThreadFuture(call)
        call.receivers += ((self.machine.receiver, self._deliver),)
        try:
            executor.start(call)
        except (InvalidOperation, TooManyCalls, WaitQueueTimeoutError) as error:
            return type(error).__name__
        self.call, self.future = call, future
        return None

    def order(self, order):
        """Have it do something, in its turn: it ends that by returning other than None."""
        self._orders.put(order)

    def _deliver(self, call):
        self.delivered.append(outcome_of(call))

    def _run(self, thing):
        with self.machine.counting():
            self.entered += 1
            while True:
                with suppress(Empty):
                    if (result := self._orders.get(timeout=0.003)()) is not None:
                        return result
                if self.manner == "deaf":
                    continue
                try:
                    running_call().check()  # as PyMongo does while it waits
                except CancelledError:
                    if self.manner == "polite":
                        raise
                    if self.manner == "stubborn":
                        running_call().check()
                    return thing  # of one that will not hear of it

    def check_over(self):
        """See that it has ended as it must, once."""
        assert self.call.done()
        assert self.call.function is None
        until_equal([self.expected], lambda: self.delivered)
        assert outcome_of(self.call) == self.expected
        if self.expected == "CancelledError":
            assert self.future.cancelled()
        else:
            assert self.future.exception() is self.call.error
        assert self.entered == self.turns
        self.call = self.future = None


def stop_iteration():
    raise StopIteration


def fail():
    raise Failed(Thing())


# How a turn may end: what it does, what becomes of the call, and how that is counted.
ENDS = {
    "finish": (Thing, "result", "finished"),
    "fail": (fail, "Failed", "failed"),
    "StopIteration": (stop_iteration, "RuntimeError", "failed"),
    "SystemExit": (sys.exit, "SystemExit", "failed"),
}

PICK = st.integers(0, 20)


class Machine(RuleBasedStateMachine):
    """An executor, and a model of what is in its hands."""

    def __init__(self):
        super().__init__()
        Thing.alive.clear()
        self.jobs = []
        self.running = []
        self.waiting = []
        self.counts = Counter()
        self.closing = None
        self.settled = False
        self._lock = threading.Lock()
        self._inside = self._most_inside = 0

    @initialize(
        workers=st.integers(1, 3), waiting=st.integers(0, 4), idle=st.sampled_from([0.002, 1000])
    )
    def make(self, workers, waiting, idle):
        self.workers = workers
        self.bound = workers + waiting
        self.executor = Executor(workers, waiting, name="property", idle_seconds=idle)
        self.receiver = Receiver()
        gc.disable()  # what is kept for it to find is kept too long
        self.settle()

    @contextmanager
    def counting(self):
        """Count the calls that run."""
        with self._lock:
            self._inside += 1
            self._most_inside = max(self._most_inside, self._inside)
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1

    # What must come of it

    def settle(self):
        """Let the model begin what can begin, and see the executor do the same."""
        self.settled = False
        while self.waiting and len(self.running) < self.workers:
            job = self.waiting.pop(0)
            job.turns += 1
            self.counts["started"] += 1
            self.running.append(job)
        until_equal(self._expected(), self._seen)
        assert self._most_inside <= self.workers
        for job in self.waiting:
            assert job.entered == job.turns
        self.settled = True

    def _expected(self):
        turns = [job.turns for job in self.running]
        return turns, len(self.running), len(self.waiting), {**self.counts}

    def _seen(self):
        turns = [job.entered for job in self.running]
        seen = self.executor.statistics()
        counts = {
            name: getattr(seen, name)
            for name in (
                *("submitted", "refused", "started"),
                *("finished", "failed", "cancelled", "aborted", "expired"),
            )
        }
        ended = sum(list(counts.values())[3:])
        assert seen.submitted == seen.waiting + seen.busy + ended
        return turns, seen.busy, seen.waiting, {name: n for name, n in counts.items() if n}

    def over(self, job, expected, count):
        """Say how a job must end that is about to, wherever it is."""
        for jobs in self.running, self.waiting:
            if job in jobs:
                jobs.remove(job)
        job.expected = expected
        self.counts[count] += 1

    def ended(self, *jobs):
        """See that the jobs have ended as they must."""
        futures.wait([job.future for job in jobs], timeout=LIMIT)
        self.settle()
        for job in jobs:
            job.check_over()

    def submitted(self, job, refusal):
        """Say that a job was submitted, and see that it was refused if it had to be."""
        if self.closing is not None:
            assert refusal == "InvalidOperation"
        elif len(self.running) + len(self.waiting) == self.bound:
            assert refusal == "TooManyCalls"
            self.counts["refused"] += 1
        else:
            assert refusal is None
            self.counts["submitted"] += 1
            self.waiting.append(job)

    def pick(self, jobs, number):
        return jobs[number % len(jobs)]

    def is_open(self):
        return self.closing is None

    # Events

    @rule(manners=st.lists(st.sampled_from(["polite", "deaf", "stubborn", "denying"]), min_size=1))
    def submit(self, manners):
        """Submit some at once: the first turn of each begins in that order."""
        jobs = [Job(self, manner) for manner in manners]
        for job in jobs:
            self.submitted(job, job.submit())
            if self.workers > len(self.running):
                self.settle()  # else their first turns would be taken in order, but not entered
        self.settle()
        assert all(job.delivered == [] for job in jobs)

    @rule(far=st.booleans())
    def submit_with_deadline(self, far):
        """A deadline that has passed counts after the bound, and one that is far not at all."""
        job = Job(self)
        refusal = job.submit(time.monotonic() + (1000 if far else -1))
        if refusal == "WaitQueueTimeoutError":
            assert not far
            assert self.is_open()
            assert len(self.running) + len(self.waiting) < self.bound
            self.counts.update(["submitted", "expired"])
        else:
            assert far or not self.is_open() or refusal == "TooManyCalls"
            self.submitted(job, refusal)
        self.settle()

    @precondition(lambda self: len(self.running) == self.workers and self.is_open())
    @rule(seconds=st.sampled_from([0.001, 0.02]))
    def submit_late(self, seconds):
        """One whose deadline comes while it waits fails, and does not run."""
        job = Job(self)
        refusal = job.submit(time.monotonic() + seconds)
        if refusal == "WaitQueueTimeoutError":  # this thread was so slow
            self.counts.update(["submitted", "expired"])
        else:
            self.submitted(job, refusal)
        if refusal is None:
            self.over(job, "WaitQueueTimeoutError", "expired")
            self.ended(job)

    @precondition(lambda self: self.running)
    @rule(number=PICK, end=st.sampled_from(list(ENDS)))
    def end_turn(self, number, end):
        job = self.pick(self.running, number)
        function, expected, count = ENDS[end]
        self.over(job, expected, count)
        job.order(function)
        self.ended(job)

    @precondition(lambda self: self.running)
    @rule(number=PICK, times=st.integers(1, 3))
    def have_other_turns(self, number, times):
        job = self.pick(self.running, number)
        for _ in range(times):
            if job not in self.running:
                break  # it waits for its turn
            if self.closing is not None or job.abort_error is not None:
                self.over(job, job.abort_error or "InvalidOperation", "aborted")
                job.order(lambda: REQUEUE)
                self.ended(job)
                break
            self.running.remove(job)
            self.waiting.append(job)
            job.order(lambda: REQUEUE)
            self.settle()

    @precondition(lambda self: self.running)
    @rule(number=PICK)
    def submit_from_a_call(self, number):
        job = self.pick(self.running, number)
        nested = Job(self)
        refusals = SimpleQueue()
        job.order(lambda: refusals.put(nested.submit()))
        self.submitted(nested, refusals.get(timeout=LIMIT))
        self.settle()

    @precondition(lambda self: self.running)
    @rule(number=PICK, jobs=st.integers(1, 2), end=st.sampled_from(list(ENDS)))
    def submit_when_done(self, number, jobs, end):
        """A call that is over is not in the executor's hands any more, not even when it says so."""
        job = self.pick(self.running, number)
        nested = [Job(self) for _ in range(jobs)]
        refusals = SimpleQueue()
        for each in nested:
            job.future.add_done_callback(lambda _, each=each: refusals.put(each.submit()))
        function, expected, count = ENDS[end]
        self.over(job, expected, count)
        job.order(function)
        for each in nested:
            self.submitted(each, refusals.get(timeout=LIMIT))
        self.ended(job)

    @precondition(lambda self: self.running)
    @rule(number=PICK)
    def cancel_running(self, number):
        assert not self.pick(self.running, number).call.cancel()
        self.settle()

    @precondition(lambda self: self.waiting)
    @rule(number=PICK)
    def cancel_waiting(self, number):
        job = self.pick(self.waiting, number)
        self.over(job, "CancelledError", "aborted" if job.turns else "cancelled")
        assert self.pick([job.call, job.future], number).cancel()
        self.ended(job)

    @precondition(lambda self: self.running)
    @rule(number=PICK, error=st.sampled_from([None, Aborted]))
    def abort_running(self, number, error):
        self._abort(self.pick(self.running, number), error)

    @precondition(lambda self: self.waiting)
    @rule(number=PICK, error=st.sampled_from([None, Aborted]))
    def abort_waiting(self, number, error):
        self._abort(self.pick(self.waiting, number), error)

    def _abort(self, job, error):
        first = job.abort_error is None
        expected = CancelledError.__name__ if error is None else error.__name__
        if job in self.waiting:
            self.over(job, expected, "aborted" if job.turns or error else "cancelled")
        elif first:
            job.abort_error = expected
            if job.manner == "denying":
                self.over(job, "result", "finished")
            elif job.manner != "deaf":
                self.over(job, expected, "aborted")
        job.call.abort(error and error(Thing()))
        if job.expected is not None:
            self.ended(job)
        self.settle()

    @rule()
    def grow_idle(self):
        """Threads that have nothing to do end, but for those that may be idle for long."""
        if self.executor.idle_seconds < 1 or self.closing is not None:
            until_equal(len(self.running), lambda: self.executor.statistics().threads)

    @precondition(lambda self: self.is_open() and self.counts["submitted"] > 10)
    @rule(patient=st.booleans())
    def close(self, patient):
        self.closing = self.executor.close(lambda: "closed", LIMIT if patient else 0.0)
        running, jobs = self.running[:], self.running + self.waiting
        for job in jobs:
            if job not in running:
                self.over(job, "InvalidOperation", "aborted")
            elif patient or (job.manner == "denying" and job.abort_error is None):
                self.over(job, "result", "finished")
            elif job.manner != "deaf":
                self.over(job, "InvalidOperation", "aborted")
            else:
                job.abort_error = job.abort_error or "InvalidOperation"
            if patient and job in running:
                assert not self.closing.done()
                job.order(Thing)
        assert self.closing.result(timeout=LIMIT) == "closed"
        self.ended(*(job for job in jobs if job.expected))

    @precondition(lambda self: not self.is_open())
    @rule()
    def close_again(self):
        assert self.executor.close() is self.closing

    # The end

    def teardown(self):
        """With all calls over, nothing is kept; after closing, no thread is left."""
        if not self.settled:  # it has failed, and cannot tell more
            gc.enable()
            for job in self.jobs:
                job.order(Thing)
            self.executor.close()
            return
        while self.running:
            self.end_turn(0, "finish")
        assert not self.waiting
        until_equal(0, lambda: self.executor.statistics().busy)
        until_equal(0, lambda: free() or len(Thing.alive))  # a list of them would keep them
        gc.enable()
        self.grow_idle()
        self.executor.shutdown()
        assert self._inside == 0
        until_equal([], lambda: threads_named("property"))
        assert self.executor.statistics().threads == 0


def test_in_any_order_of_events_it_does_what_it_promises():
    run_state_machine_as_test(Machine, settings=examples(120, stateful_step_count=30))


# What a call of a storm does, by itself.
DEEDS = st.sampled_from(["finish", "fail", "again", "abort itself", "submit", "wait"])

# What becomes of it from outside, as soon as it is submitted.
FATES = st.sampled_from(["nothing", "nothing", "cancel", "abort", "abort with", "deadline"])

WAVES = st.lists(st.tuples(DEEDS, FATES), min_size=1, max_size=40)


class Storm:
    """Calls that several threads make, each as fast as it can."""

    def __init__(self, executor):
        self.executor = executor
        self.receiver = Receiver()
        self.calls = []  # with whether each one ran, and what it was told that became of it
        self.refused = Counter()
        self.counting = Machine.counting.__get__(self)
        self._lock = threading.Lock()
        self._inside = self._most_inside = 0

    def ride(self, wave):
        for deed, fate in wave:
            call = self.submit(deed, time.monotonic() + 0.001 if fate == "deadline" else None)
            if call is not None and fate == "cancel":
                call.cancel()
            elif call is not None and fate.startswith("abort"):
                call.abort(Aborted(Thing()) if fate == "abort with" else None)

    def submit(self, deed, deadline=None):
        ran, delivered = [], []
        call = Call(self.executor, partial(self.run, deed, ran, Thing()), deadline=deadline)
        call.receivers = ((self.receiver, lambda call: delivered.append(outcome_of(call))),)
        with self._lock:
            self.calls.append((call, ran, delivered))
        try:
            self.executor.start(call)
        except (InvalidOperation, TooManyCalls, WaitQueueTimeoutError) as error:
            with self._lock:
                self.calls.remove((call, ran, delivered))
                self.refused[type(error).__name__] += 1
            return None
        return call

    def run(self, deed, ran, thing):
        with self.counting():
            ran.append(deed)
            running_call().check()
            if deed == "fail":
                fail()
            if deed == "again" and len(ran) < 4:
                return REQUEUE
            if deed == "abort itself":
                running_call().abort(Aborted(thing))
                running_call().check()
            if deed == "submit":
                self.submit("finish")
            if deed == "wait":
                time.sleep(0.001)  # as for a server
            return thing


@given(
    workers=st.integers(1, 4),
    waiting=st.integers(0, 50),
    idle=st.sampled_from([0.0, 0.001, 1000]),
    waves=st.lists(WAVES, min_size=2, max_size=4),
    close=st.booleans(),
)
@examples(60)
def test_in_a_storm_each_call_ends_once(workers, waiting, idle, waves, close):
    Thing.alive.clear()
    executor = Executor(workers, waiting, name="storm", idle_seconds=idle)
    storm = Storm(executor)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with futures.ThreadPoolExecutor(len(waves)) as riders:
            rides = [riders.submit(storm.ride, wave) for wave in waves]
        if close:
            executor.close(drain_seconds=LIMIT).result(timeout=LIMIT)
        for ride in rides:
            ride.result()
        # The calls of the first ones may start some more.
        until_equal([], lambda: [call for call, *_ in storm.calls if not call.done()])
        until_equal((0, 0), lambda: (len(executor.state.running), executor.statistics().busy))
        until_equal([], lambda: [call for call, _, delivered in storm.calls if not delivered])
    finally:
        sys.setswitchinterval(interval)
    assert storm._most_inside <= workers
    outcomes = Counter()
    for call, ran, delivered in storm.calls:
        outcome = outcome_of(call)
        assert delivered == [outcome]
        outcomes[outcome] += 1
        assert len(ran) <= (4 if "again" in ran else 1)
        if outcome in ("InvalidOperation", "WaitQueueTimeoutError"):
            assert not ran or "again" in ran
        if outcome in ("result", "Failed"):
            assert ran
    seen = executor.statistics()
    assert (seen.finished, seen.failed) == (outcomes["result"], outcomes["Failed"])
    assert seen.refused == storm.refused["TooManyCalls"]
    assert seen.submitted == len(storm.calls) + storm.refused["WaitQueueTimeoutError"]
    ended = seen.finished + seen.failed + seen.cancelled + seen.aborted + seen.expired
    assert (seen.submitted, seen.waiting) == (ended, 0)
    # Nothing is kept, and no thread is left.
    call = ran = delivered = None
    storm.calls.clear()
    until_equal(0, lambda: gc.collect() * 0 + len(Thing.alive))
    executor.shutdown()
    until_equal([], lambda: threads_named("storm"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@given(
    workers=st.integers(1, 3),
    running=st.integers(0, 3),
    waiting=st.integers(0, 3),
    turns=st.booleans(),
    close=st.booleans(),
)
@examples(12)
def test_a_child_forked_at_any_time_has_an_executor_that_works(
    workers, running, waiting, turns, close
):
    machine = Machine()
    machine.make(workers, 4, 1000)
    for _ in range(min(running, workers) + (waiting if running >= workers else 0)):
        machine.submit(["polite"])
    if turns and machine.running:
        machine.have_other_turns(0, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking with threads
        child = os.fork()
    if not child:
        signal.alarm(LIMIT)
        status = 1
        try:
            status = use_executor_in_child(machine.executor, close)
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    machine.settle()
    machine.teardown()


def use_executor_in_child(executor, close):
    """Return 0 where a copy of an executor does what a new one does."""
    gate = threading.Event()
    bound = executor.max_workers + executor.max_waiting
    calls = [executor.submit(gate.wait, LIMIT) for _ in range(bound)]
    with pytest.raises(TooManyCalls):
        executor.submit(gate.wait)
    if close:
        until_equal(executor.max_workers, lambda: executor.statistics().busy)
        closing = executor.close(lambda: 7, drain_seconds=LIMIT)
    gate.set()
    if close:
        assert closing.result(timeout=LIMIT) == 7
    futures.wait(calls, timeout=LIMIT)
    until_equal(0, lambda: executor.statistics().busy)  # the last one is counted when it is over
    seen = executor.statistics()
    assert (seen.submitted, seen.refused) == (bound, 1)
    assert seen.finished + seen.aborted == bound
    assert seen.finished == (executor.max_workers if close else bound)
    return 0
