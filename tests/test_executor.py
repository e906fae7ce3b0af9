"""The executor by itself, promise by promise: they are numbered as in ``executor/executor.py``."""

from __future__ import annotations

import contextvars
import dis
import gc
import logging
import os
import socket
import subprocess
import sys
import threading
import time
import weakref
from asyncio import CancelledError
from concurrent import futures
from contextlib import suppress
from functools import partial

import pytest
from interpreter import FREE_THREADED, free
from pymongo.errors import InvalidOperation, PyMongoError, WaitQueueTimeoutError

from tornado_pymongo import TooManyCalls, log
from tornado_pymongo.executor import (
    REQUEUE,
    Call,
    Executor,
    ThreadFuture,
    lifecycle,
    running_call,
)
from tornado_pymongo.executor import call as call_module
from tornado_pymongo.executor import effects as effects_module
from tornado_pymongo.executor import state as state_module
from tornado_pymongo.executor import supervisor as supervisor_module
from tornado_pymongo.executor import workers as workers_module
from tornado_pymongo.executor.workers import Worker


@pytest.fixture
def executor():
    executor = Executor(4, 1000, name="test_executor")
    yield executor
    executor.shutdown()


def threads_named(name):
    return [thread for thread in threading.enumerate() if thread.name.startswith(name)]


def workers_named(name):
    return [each for each in threads_named(name) if "supervisor" not in each.name]


def wait_until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.005)  # of the test's own thread, between two looks


def start(executor, function, **options):
    """Start a call; return its Future."""
    call = Call(executor, function, **options)
    future = ThreadFuture(call)
    executor.start(call)
    return future


class Inbox:
    """A receiver of completed calls that takes note of how it is used."""

    def __init__(self):
        self.items = []
        self.delivered = []
        self.wakeups = 0
        self.woken = threading.Event()

    def put(self, deliver, call):
        self.items.append((deliver, call))

    def claim(self):
        return bool(self.items)

    def wake(self):
        self.wakeups += 1
        while self.items:
            deliver, call = self.items.pop(0)
            self.delivered.append(call)
            deliver(call)
        self.woken.set()

    def start(self, executor, function, **options):
        """Start a call whose completion comes here."""
        call = Call(executor, function, **options)
        call.receivers = ((self, id),)
        executor.start(call)
        return call


class Clock:
    """A clock that stands still."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class ByHand:
    """An executor whose threads are never started: the test does what they would do."""

    def __init__(self, monkeypatch, *bounds, **options):
        self.clock = Clock()
        for module in call_module, state_module, supervisor_module:
            monkeypatch.setattr(module, "monotonic", self.clock)
        self.started = []
        for module in workers_module, supervisor_module, lifecycle:
            monkeypatch.setattr(module, "start_thread", lambda *how: self.started.append(how))
        self.executor = Executor(*bounds, name="by_hand", **options)

    @property
    def state(self):
        return self.executor.state

    def workers(self):
        return list(self.state.crew.workers)

    def step(self, number=0):
        """Have a worker settle its call and take the next one; return that."""
        worker = self.workers()[number]
        self.executor.change(self.state.step, worker)
        return worker.call

    def turn(self, number=0):
        """Have a worker run the call that it has, and take the next one; return that."""
        self.workers()[number].call.run()
        return self.step(number)

    def supervise(self):
        """Have the supervisor look once; all threads are held up."""
        active = self.state.crew.active
        return self.executor.change(self.state.supervise, self.clock.now, active)


@pytest.fixture
def by_hand(monkeypatch):
    """Return a function that makes a `ByHand`."""
    return lambda *bounds, **options: ByHand(monkeypatch, *bounds, **options)


def test_it_is_an_executor_of_the_standard_library(executor):
    assert isinstance(executor, futures.Executor)
    assert list(executor.map(pow, [2, 3], [5, 2])) == [32, 9]
    future = executor.submit(divmod, 7, 2)
    assert isinstance(future, futures.Future)
    assert future.result() == (3, 1)
    with pytest.raises(ZeroDivisionError):
        executor.submit(divmod, 7, 0).result()


def test_one_slow_call_does_not_hold_up_the_others(executor, gate):
    slow = executor.submit(gate)
    assert [executor.submit(abs, -n).result(timeout=20) for n in range(50)] == list(range(50))
    assert slow.running()


# Promise 1: so many threads run calls, so many calls are in its hands, a further one is refused


def test_slow_calls_get_all_the_threads_and_no_more(gate):
    executor = Executor(10, 1000)
    calls = [executor.submit(gate, n) for n in range(30)]
    for _ in range(10):
        assert gate.entered.acquire(timeout=20)
    # All threads wait in the gate: an eleventh call cannot start, however long one waits.
    assert not gate.entered.acquire(timeout=0.1)
    assert [call.running() for call in calls] == [True] * 10 + [False] * 20
    gate.opened.set()
    assert [call.result() for call in calls] == list(range(30))
    executor.shutdown()


def test_a_call_beyond_the_bound_is_refused_at_once_with_the_numbers(gate):
    executor = Executor(2, 3)
    calls = [executor.submit(gate) for _ in range(5)]
    gate.entered.acquire()
    gate.entered.acquire()
    with pytest.raises(TooManyCalls) as caught:
        executor.submit(gate)
    assert isinstance(caught.value, PyMongoError)
    assert "2 calls are running and 3 are waiting" in str(caught.value)
    assert "max_workers=2 + max_waiting=3" in str(caught.value)
    assert "raise max_waiting or max_workers" in str(caught.value)
    gate.opened.set()
    futures.wait(calls)
    assert executor.submit(abs, -1).result() == 1  # there is room again
    executor.shutdown()


def test_max_waiting_may_be_zero(gate):
    executor = Executor(1, 0)
    executor.submit(gate)
    with pytest.raises(TooManyCalls):
        executor.submit(gate)
    gate.opened.set()
    executor.shutdown()


@pytest.mark.parametrize("argument", ["1", "no number"])
def test_a_call_that_is_over_makes_room_before_anybody_learns_of_it(gate, argument):
    """It does not count until its thread looks for the next one."""
    executor = Executor(1, 0)
    following = []
    future = executor.submit(lambda: int(gate(argument)))
    future.add_done_callback(lambda _: following.append(executor.submit(abs, -2)))
    gate.opened.set()
    wait_until(lambda: following)
    assert following[0].result(timeout=20) == 2
    executor.shutdown()


def test_an_executor_shares_threads_with_another_one(gate, monkeypatch):
    """While calls run there, fewer run here."""
    few = 2 * supervisor_module.usable_cores()  # that are active in any case
    other = Executor(3, 10, time_slices=True)
    executor = Executor(few + 3, 10, shares=(few + 3, other))
    looks = []
    supervise = executor.state.supervise
    look = lambda *args: looks.append(1) or supervise(*args)  # noqa: E731
    monkeypatch.setattr(executor.state, "supervise", look)
    calls = [other.submit(gate) for _ in range(3)]
    wait_until(lambda: all(call.running() for call in calls))
    calls += [executor.submit(gate) for _ in range(few + 4)]
    wait_until(lambda: len(looks) >= 10)  # by then there would be all
    assert executor.statistics().busy == few
    gate.opened.set()
    futures.wait(calls)
    wait_until(lambda: not other.state.running)
    calls = [executor.submit(lambda: running.wait(20)) for _ in range(few + 3)]
    running = threading.Event()
    wait_until(lambda: executor.statistics().busy == few + 3)
    running.set()
    futures.wait(calls)
    executor.shutdown()
    other.shutdown()


# Promise 2: calls start in the order of submission, and end their turn at the end of the queue


def test_calls_start_in_the_order_of_submission(gate):
    executor = Executor(1, 1000)
    started = []
    executor.submit(gate)
    calls = [executor.submit(started.append, n) for n in range(500)]
    gate.opened.set()
    futures.wait(calls)
    assert started == list(range(500))
    executor.shutdown()


def test_a_call_that_wants_another_turn_goes_to_the_end_of_the_queue(by_hand):
    hand = by_hand(1, 10)
    names = iter("abcabcabc")
    calls = {
        name: Inbox().start(hand.executor, lambda: REQUEUE if next(names) in "ab" else None)
        for name in "abc"
    }
    turns = [hand.step()] + [hand.turn() for _ in range(5)]
    assert turns == [calls[name] for name in "abcaba"]
    assert (calls["a"].state, calls["b"].state, calls["c"].state) == ("running", "waiting", "over")


def test_a_call_that_waits_for_its_next_turn_counts_as_one_that_waits(by_hand):
    hand = by_hand(1, 1)
    first = Inbox().start(hand.executor, lambda: REQUEUE)
    second = Inbox().start(hand.executor, lambda: REQUEUE)
    assert hand.step() is first
    assert hand.turn() is second
    with pytest.raises(TooManyCalls, match="1 calls are running and 1 are waiting"):
        hand.executor.submit(abs, -1)


# Promise 3: a call that waits can be cancelled, and fails if it is late


def test_a_waiting_call_that_is_cancelled_never_runs_and_makes_room(gate):
    executor = Executor(1, 1)
    running = executor.submit(gate)
    gate.entered.acquire()
    ran = []
    waiting = executor.submit(ran.append, "cancelled")
    assert waiting.cancel()
    following = executor.submit(ran.append, "following")
    assert not running.cancel()  # too late
    gate.opened.set()
    following.result()
    assert ran == ["following"]
    executor.shutdown()


def test_a_future_that_was_cancelled_is_done_though_other_calls_wait(gate):
    """As one of the standard library. Completions for a loop may be gathered meanwhile."""
    executor = Executor(1, 10)
    executor.submit(gate)
    waiting = [executor.submit(abs, -1) for _ in range(3)]
    assert waiting[0].cancel()
    assert waiting[0].cancelled()
    assert waiting[0].done()
    assert waiting[0].cancel()
    assert futures.wait(waiting, return_when=futures.FIRST_COMPLETED).done == {waiting[0]}
    gate.opened.set()
    executor.shutdown()


def test_who_waits_for_a_cancelled_call_is_told(gate):
    executor = Executor(1, 10)
    executor.submit(gate)
    waiting = executor.submit(abs, -1)
    waiting.cancel()
    assert futures.wait([waiting], timeout=10).done == {waiting}
    gate.opened.set()
    executor.shutdown()


def test_a_call_between_two_turns_can_be_cancelled(by_hand):
    """It has had a turn, so it counts as aborted, not as one that never ran."""
    hand = by_hand(1, 10)
    inbox = Inbox()
    call = inbox.start(hand.executor, lambda: REQUEUE)
    following = inbox.start(hand.executor, int)
    assert hand.step() is call
    assert hand.turn() is following
    assert call.cancel()
    assert isinstance(call.error, CancelledError)
    assert (call.done(), call.cancel()) == (True, False)
    hand.turn()
    assert inbox.delivered == [call, following]
    counts = hand.executor.statistics()
    assert (counts.aborted, counts.cancelled, counts.finished) == (1, 0, 1)


@pytest.mark.parametrize("error", [None, ValueError("aborted")])
@pytest.mark.parametrize("has_begun", [False, True])
def test_a_call_that_waits_can_be_aborted(by_hand, error, has_begun):
    """It is over at once, with that error or as cancelled."""
    hand = by_hand(1, 10)
    inbox = Inbox()
    call = inbox.start(hand.executor, lambda: REQUEUE)
    inbox.start(hand.executor, int)
    if has_begun:
        hand.step()
        hand.turn()
    call.abort(error)
    assert call.error is error or isinstance(call.error, CancelledError)
    assert call.state == "over"
    assert call not in hand.state.queue
    counts = hand.executor.statistics()
    assert (counts.aborted, counts.cancelled) == ((1, 0) if has_begun or error else (0, 1))
    call.abort(KeyError())  # comes too late
    assert not isinstance(call.error, KeyError)


def test_a_late_call_fails_though_no_thread_is_free(gate):
    executor = Executor(1, 10)
    executor.submit(gate)
    future = start(executor, abs, deadline=time.monotonic() + 0.02)
    with pytest.raises(WaitQueueTimeoutError, match="its deadline, of pymongo.timeout"):
        future.result(timeout=20)
    assert not gate.opened.is_set()
    gate.opened.set()
    executor.shutdown()
    assert executor.statistics().expired == 1


def test_a_call_waits_no_longer_than_wait_seconds(by_hand):
    hand = by_hand(1, 10, wait_seconds=2)
    hand.executor.submit(int)
    hand.step()
    hand.clock.now += 1
    waiting = hand.executor.submit(int)
    sooner = start(hand.executor, int, deadline=hand.clock.now + 1)
    hand.clock.now += 1
    hand.supervise()
    assert (waiting.done(), sooner.done()) == (False, True)
    hand.clock.now += 1
    hand.supervise()
    with pytest.raises(WaitQueueTimeoutError, match=r"waitQueueTimeoutMS \(2000 ms\) has passed"):
        waiting.result(timeout=0)


def test_a_call_whose_deadline_has_passed_is_refused(executor):
    with pytest.raises(WaitQueueTimeoutError):
        start(executor, abs, deadline=time.monotonic() - 1)
    counts = executor.statistics()
    assert (counts.submitted, counts.expired) == (1, 1)


def test_a_thread_that_comes_to_a_late_call_before_the_supervisor_takes_the_next_one(by_hand):
    hand = by_hand(1, 10)
    inbox = Inbox()
    ran = []
    late = Call(hand.executor, lambda: ran.append("late"), deadline=hand.clock.now + 1)
    late.receivers = ((inbox, id),)
    hand.executor.start(late)
    following = inbox.start(hand.executor, int)
    hand.clock.now += 1
    assert hand.step() is following
    assert isinstance(late.error, WaitQueueTimeoutError)
    assert (late.state, ran) == ("over", [])


def test_a_call_whose_deadline_passes_in_its_turn_does_not_wait_for_another_one(by_hand):
    """The queue has forgotten its deadline by then, as one of a call that does not wait."""
    hand = by_hand(1, 10)
    inbox = Inbox()
    call = inbox.start(hand.executor, lambda: REQUEUE, deadline=hand.clock.now + 1)
    assert hand.step() is call
    assert hand.turn() is call  # in time for another turn
    long = inbox.start(hand.executor, int)
    hand.clock.now += 1
    hand.supervise()
    assert call.state == "running"
    assert hand.turn() is long  # which may take long
    hand.supervise()
    assert inbox.delivered == [call]
    assert isinstance(call.error, WaitQueueTimeoutError)
    assert hand.executor.statistics().expired == 1
    assert list(hand.state.running) == [long]


def test_a_call_whose_deadline_passes_between_two_turns_fails_then(gate):
    """While another call has the only thread, for long."""
    executor = Executor(1, 10, time_slices=True)
    in_turn, may_end = threading.Event(), threading.Event()

    def turn():
        in_turn.set()
        assert may_end.wait(20)
        return REQUEUE

    future = start(executor, turn, deadline=time.monotonic() + 0.2)
    assert in_turn.wait(20)
    executor.submit(gate)
    may_end.set()
    with pytest.raises(WaitQueueTimeoutError):
        future.result(timeout=20)
    assert not gate.opened.is_set()
    gate.opened.set()
    executor.shutdown()


def test_a_call_that_came_back_to_the_queue_is_late_once(by_hand):
    hand = by_hand(1, 10)
    inbox = Inbox()
    call = inbox.start(hand.executor, lambda: REQUEUE, deadline=time.monotonic() + 1000)
    inbox.start(hand.executor, int)
    hand.step()
    hand.turn()
    hand.executor.change(hand.state.supervise, call.deadline, 0)
    counts = hand.executor.statistics()
    assert (counts.submitted, counts.expired, counts.busy) == (2, 1, 1)
    assert inbox.delivered == [call]


def test_deadlines_of_calls_that_have_many_turns_are_kept_once(by_hand):
    hand = by_hand(1, 10)
    for _ in range(3):
        Inbox().start(hand.executor, lambda: REQUEUE, deadline=time.monotonic() + 1000)
    hand.step()
    for _ in range(1000):
        hand.turn()
    assert len(hand.state.queue._deadlines) < 200


def test_deadlines_of_calls_that_have_left_the_queue_are_forgotten(by_hand):
    hand = by_hand(1, 10_000, wait_seconds=1000)
    for _ in range(2000):
        assert hand.executor.submit(abs, -1).cancel()
    assert len(hand.state.queue._deadlines) < 500


# Promise 4: threads start when they are needed, and end when they had nothing to do for a while


def test_threads_are_named_start_on_demand_and_end_when_idle(gate):
    executor = Executor(8, 100, name="named", idle_seconds=0.05)
    assert not threads_named("named")
    executor.submit(abs, 1).result()
    assert len(threads_named("named")) == 2  # one is the supervisor
    calls = [executor.submit(gate) for _ in range(8)]
    wait_until(lambda: all(call.running() for call in calls))
    assert len(workers_named("named")) == 8
    gate.opened.set()
    wait_until(lambda: not threads_named("named"))
    assert executor.submit(abs, -3).result() == 3  # and start again


def test_short_calls_in_sequence_use_one_thread(executor):
    idents = {executor.submit(threading.get_ident).result() for _ in range(100)}
    # Without the GIL, the next call may be here before the thread has looked for one.
    assert len(idents) <= (2 if FREE_THREADED else 1)


def test_a_thread_that_is_chosen_as_it_grows_idle_goes_on(by_hand):
    """Its wait has timed out, but it is on the list no more: the wake-up is on its way."""
    hand = by_hand(1, 10)
    inbox = Inbox()
    inbox.start(hand.executor, int)
    hand.step()
    hand.turn()
    (worker,) = hand.state.crew.parked
    call = inbox.start(hand.executor, int)
    assert not hand.executor.change(hand.state.crew.end_parked, worker)
    assert worker.wakeup.acquire(timeout=0)
    assert hand.step() is call
    hand.turn()
    assert hand.executor.change(hand.state.crew.end_parked, worker)
    assert (worker.ended, hand.workers(), hand.state.crew.parked) == (True, [], [])


def test_a_clock_that_stands_still_between_two_looks_ends_no_supervisor(gate, monkeypatch):
    """As on Windows, for 16 ms at a time: nothing is divided by its difference."""
    monkeypatch.setattr(supervisor_module, "monotonic", lambda: 1.0)
    executor = Executor(5, 100)
    calls = [executor.submit(gate) for _ in range(5)]
    wait_until(lambda: all(call.running() for call in calls))
    gate.opened.set()
    futures.wait(calls)
    executor.shutdown()


def test_threads_grow_fewer_when_the_calls_need_the_cpu(monkeypatch, gate):
    # No CPU use counts as too little, so that the machine's speed does not matter.
    executor = Executor(16, 10_000)
    calls = [executor.submit(gate) for _ in range(16)]
    wait_until(lambda: all(call.running() for call in calls))
    assert executor.state.target == 16
    monkeypatch.setattr(supervisor_module, "_IDLE_SHARE", -1.0)
    gate.opened.set()

    def keep_busy():
        if executor.state.target > executor.state.min_active:
            executor.submit(keep_busy)

    for _ in range(50):
        executor.submit(keep_busy)
    wait_until(lambda: executor.state.target == executor.state.min_active)
    executor.shutdown()


def test_a_call_waits_for_the_server_until_its_reply_is_here():
    """If its thread has not taken that yet, it waits for the interpreter."""

    class Checkout:
        def __init__(self, awaited):
            self.awaited = lambda: awaited

    quiet, quiet_end = socket.socketpair()
    heard, heard_end = socket.socketpair()
    with quiet, quiet_end, heard, heard_end:
        heard_end.sendall(b"reply")
        executor = Executor(10, 10)
        calls = []
        for awaited in quiet.fileno(), heard.fileno(), -1, None:
            calls.append(Call(executor, int))
            calls[-1].checkout = Checkout(awaited)
        calls.append(Call(executor, int))
        assert supervisor_module._count_waiting(calls, False) == 1
        assert supervisor_module._count_waiting(calls, True) == 3  # with those one cannot know
        assert supervisor_module._count_waiting([], True) == 0


def test_if_no_call_is_taken_for_long_there_are_more_threads(gate, monkeypatch):
    """As while connections are opened, which is not seen as waiting."""
    monkeypatch.setattr(supervisor_module, "_count_waiting", lambda *args: 0)
    executor = Executor(8, 10)
    calls = [executor.submit(gate) for _ in range(8)]
    wait_until(lambda: executor.statistics().busy == 8)
    gate.opened.set()
    futures.wait(calls)
    executor.shutdown()


def test_without_the_gil_two_threads_for_each_core_are_active(monkeypatch):
    monkeypatch.setattr(supervisor_module, "has_gil", lambda: False)
    monkeypatch.setattr(os, "process_cpu_count", lambda: 3, raising=False)
    assert Executor(16, 0).state.target == 6
    assert Executor(4, 0).state.target == 4
    monkeypatch.setattr(supervisor_module, "has_gil", lambda: True)
    assert Executor(16, 0).state.target == 2


def test_a_call_that_counts_on_a_thread_that_must_park_is_not_forgotten(by_hand):
    """A call comes while a thread runs, which then has to park since there are too many."""
    hand = by_hand(4, 10)
    hand.state.target = 4
    calls = [Inbox().start(hand.executor, int) for _ in range(4)]
    assert [hand.step(number) for number in range(4)] == calls
    hand.state.target = 2  # as the supervisor may decide at any time
    hand.state.supervisor.watching = False
    following = Inbox().start(hand.executor, int)
    assert hand.state.supervisor.watching
    assert hand.turn(0) is None
    assert hand.turn(1) is None
    assert (following.state, hand.state.crew.active) == ("waiting", 2)
    assert hand.state.supervisor.watching
    assert hand.turn(2) is following


def test_a_call_that_is_on_its_way_to_a_thread_wakes_no_other(by_hand):
    hand = by_hand(4, 10)
    Inbox().start(hand.executor, int)
    hand.step()
    hand.turn()
    Inbox().start(hand.executor, int)
    assert (
        len(hand.workers()),
        hand.state.crew.active,
        hand.executor.statistics().thread_wakeups,
    ) == (1, 1, 2)
    Inbox().start(hand.executor, int)
    assert (
        len(hand.workers()),
        hand.state.crew.active,
        hand.executor.statistics().thread_wakeups,
    ) == (2, 2, 3)


def no_threads(*args):
    raise RuntimeError("can't start new thread")


def test_a_thread_that_could_not_be_started_costs_no_other(gate, monkeypatch):
    executor = Executor(3, 10)
    start_thread = threading.Thread.start
    stuck = executor.submit(gate)
    gate.entered.acquire()

    def fail(thread):
        return start_thread(thread) if "supervisor" in thread.name else no_threads()

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", fail)
        waiting = executor.submit(abs, -1)
    assert waiting.result(timeout=10) == 1  # once there are threads again
    gate.opened.set()
    stuck.result()
    wait_until(lambda: executor.state.crew.active == 0)
    executor.shutdown()


def test_if_no_thread_at_all_can_be_started_the_calls_wait_for_those_that_are_there(
    gate, monkeypatch
):
    """Whoever submits a call goes on at once, and the supervisor, which is there, tries again."""
    executor = Executor(3, 10)
    stuck = executor.submit(gate)
    gate.entered.acquire()
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_threads)
        waiting = executor.submit(abs, -1)
        assert not waiting.done()
    assert waiting.result(timeout=20) == 1
    gate.opened.set()
    stuck.result(timeout=20)
    executor.shutdown()


def test_if_no_thread_can_be_started_the_call_says_so(monkeypatch):
    executor = Executor(2, 10)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_threads)
        future = executor.submit(abs, -1)
    with pytest.raises(InvalidOperation, match="no worker.*: can't start new thread") as caught:
        future.result(timeout=20)
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert executor.submit(abs, -2).result(timeout=20) == 2
    executor.shutdown()
    counts = executor.statistics()
    assert (counts.submitted, counts.aborted, counts.finished) == (2, 1, 1)


def test_each_call_that_gets_no_thread_has_an_error_of_its_own(by_hand):
    """Each is raised, and gets a traceback and a context, somewhere else."""
    hand = by_hand(2, 10)
    calls = [Inbox().start(hand.executor, int) for _ in range(3)]
    for worker in hand.workers():
        hand.executor.change(hand.state.refused, worker, RuntimeError("can't start new thread"))
    assert [str(call.error) for call in calls] == [str(calls[0].error)] * 3
    assert len({id(call.error) for call in calls}) == 3
    assert "no worker thread could be started: can't start new thread" in str(calls[0].error)


def test_no_call_waits_without_a_supervisor(by_hand):
    """If the system has no thread for it, they fail, and nobody goes on trying meanwhile."""
    hand = by_hand(1, 10)
    inbox = Inbox()
    calls = [inbox.start(hand.executor, int) for _ in range(3)]
    assert hand.state.supervisor.watching
    hand.executor.change(hand.state.unsupervised, RuntimeError("can't start new thread"))
    assert inbox.delivered == calls
    assert all("no worker thread" in str(call.error) for call in calls)
    assert not hand.state.supervisor.watching
    inbox.start(hand.executor, int)  # the next call tries again
    assert hand.state.supervisor.thread is not None
    assert [thread.name for thread, _ in hand.started].count("by_hand_supervisor") == 2


def test_the_supervisor_is_there_as_long_as_a_worker_is(by_hand):
    """So nothing has to wait while the system refuses it a thread."""
    hand = by_hand(1, 10)
    Inbox().start(hand.executor, int)
    hand.step()
    hand.turn()
    hand.supervise()
    supervisor = hand.state.supervisor
    assert not supervisor.watching
    assert not hand.executor.change(supervisor._end)
    (worker,) = hand.workers()
    assert hand.executor.change(hand.state.crew.end_parked, worker)
    assert hand.executor.change(supervisor._end)
    assert supervisor.thread is None


def test_what_handles_the_log_may_wait_for_a_call(gate, monkeypatch):
    """The supervisor warns without the lock, for which each call waits, and the handler too."""
    monkeypatch.setattr(supervisor_module, "_LONG_WAIT", 0.0)
    executor = Executor(1, 10)
    made = threading.Event()
    in_time = []

    class Handler(logging.Handler):
        def emit(self, record):
            threading.Thread(target=lambda: (executor.submit(abs, -1), made.set())).start()
            in_time.append(made.wait(2))

    handler = Handler()
    log.logger.addHandler(handler)
    try:
        executor.submit(gate)
        executor.submit(gate)
        wait_until(lambda: in_time)
    finally:
        log.logger.removeHandler(handler)
    assert in_time == [True]
    gate.opened.set()
    executor.shutdown()


# Promise 5: what waits for a closed executor gets an error; what runs there has time, and is
# aborted; no thread is left


def test_no_thread_is_left_after_close(gate):
    executor = Executor(8, 100, name="closed", idle_seconds=1000)
    calls = [executor.submit(gate) for _ in range(20)]
    wait_until(lambda: sum(call.running() for call in calls) == 8)
    gate.opened.set()
    futures.wait(calls)
    assert len(threads_named("closed")) == 9  # and the supervisor
    executor.shutdown()
    wait_until(lambda: not threads_named("closed"))


def test_close_waits_for_the_calls_that_run():
    executor = Executor(4, 10)
    gates = [threading.Event() for _ in range(3)]
    calls = [executor.submit(gate.wait, 20) for gate in gates]
    wait_until(lambda: all(call.running() for call in calls))
    closing = executor.close(lambda: [call.done() for call in calls])
    for gate in gates:
        assert not closing.done()
        gate.set()
    assert closing.result(timeout=20) == [True] * 3


def test_close_waits_for_a_thread_that_has_just_been_started(monkeypatch):
    """It has not come to look for a call yet."""
    executor = Executor(4, 10, name="just_started")
    begin = threading.Event()
    run = Worker._run

    def run_later(worker):
        assert begin.wait(20)
        run(worker)

    monkeypatch.setattr(Worker, "_run", run_later)
    call = executor.submit(abs, -1)
    closing = executor.close()
    with pytest.raises(InvalidOperation, match="closed while this call was waiting"):
        call.result(timeout=20)
    with pytest.raises(futures.TimeoutError):
        closing.result(timeout=0.1)
    begin.set()
    closing.result(timeout=20)
    # The thread of the close itself, which has told its result, may not have ended yet.
    assert not [each for each in threads_named("just_started") if "close" not in each.name]


def test_close_waits_for_a_supervisor_whose_thread_starts_late(monkeypatch):
    """Whoever wants it to watch has not come to start it yet."""
    executor = Executor(1, 10, name="late_supervisor")
    start_thread = supervisor_module.start_thread
    asks, may_start = threading.Event(), threading.Event()

    def start_later(*how):
        asks.set()
        assert may_start.wait(20)
        start_thread(*how)

    monkeypatch.setattr(supervisor_module, "start_thread", start_later)
    submitting = threading.Thread(target=executor.submit, args=[abs, -1])
    submitting.start()
    assert asks.wait(20)
    closing = executor.close()
    with pytest.raises(futures.TimeoutError):
        closing.result(timeout=0.1)
    may_start.set()
    closing.result(timeout=20)
    assert not threads_named("late_supervisor_supervisor")
    submitting.join()


def test_a_close_is_over_when_the_threads_are(gate, monkeypatch):
    executor = Executor(2, 10)
    executor.submit(abs, -1).result()
    monkeypatch.setattr(executor.shared_core, "leave", gate)  # the last that a thread does
    closing = executor.close()
    assert gate.entered.acquire(timeout=20)
    assert not closing.done()
    gate.opened.set()
    closing.result(timeout=20)


def test_close_fails_what_waits_and_lets_finish_what_runs(gate, monkeypatch, caplog):
    monkeypatch.setattr(lifecycle, "_ABORT", 0.01)
    executor = Executor(1, 10)
    running = executor.submit(gate, "finished")
    gate.entered.acquire()
    waiting = executor.submit(gate)
    closing = executor.close(lambda: "closed", drain_seconds=0.01)
    # It does not wait for ever for the call that runs.
    assert closing.result(timeout=20) == "closed"
    assert "closed while 1 calls were running that cannot be interrupted" in caplog.text
    assert caplog.records[-1].mongo_event == "closed_while_running"
    assert caplog.records[-1].mongo_running == 1
    assert executor.close() is closing
    with pytest.raises(InvalidOperation, match="closed while this call was waiting"):
        waiting.result(timeout=20)
    with pytest.raises(InvalidOperation, match="Cannot use MongoClient after close"):
        executor.submit(gate)
    gate.opened.set()
    assert running.result(timeout=20) == "finished"


def test_a_close_amid_a_close_ends_with_it():
    """By a finalizer, so that what it wants is put aside."""
    executor = Executor(1, 10)
    close = executor.state.close
    closings = []

    def close_and_collect():
        executor.state.close = close
        closings.append(executor.close(lambda: "second"))
        close()

    executor.state.close = close_and_collect
    closings.append(executor.close(lambda: "first"))
    assert [closing.result(timeout=20) for closing in closings] == ["first", "first"]


def test_a_close_amid_any_change_ends(executor):
    """By a finalizer; nobody closes the executor but that."""
    closings = [executor.change(executor.close)]
    assert closings[0].result(timeout=20) is None
    assert executor.close() is closings[0]


def test_a_call_that_runs_has_the_error_of_the_close_if_it_takes_too_long():
    executor = Executor(1, 10)
    entered = threading.Event()

    def turn():
        entered.set()
        while True:
            running_call().check()  # as PyMongo does while it waits
            time.sleep(0.001)

    future = executor.submit(turn)
    assert entered.wait(20)
    executor.close(drain_seconds=0.01).result(timeout=20)
    with pytest.raises(InvalidOperation, match="closed while this call was running"):
        future.result(timeout=20)


def test_a_call_that_wants_another_turn_of_a_closed_executor_gets_an_error(by_hand):
    hand = by_hand(1, 10)
    inbox = Inbox()
    call = inbox.start(hand.executor, lambda: REQUEUE)
    hand.step()
    hand.executor.change(hand.executor.state.close)
    hand.turn()
    assert inbox.delivered == [call]
    assert "closed while this call was waiting" in str(call.error)
    assert hand.workers() == []
    hand.supervise()
    assert not hand.state.drained.is_set()
    hand.executor.change(hand.state.supervisor._end)
    assert hand.state.drained.is_set()


def test_a_call_that_is_aborted_as_it_was_taken_has_no_turn(by_hand):
    """Else it would run, to its end if it did not ask whether it was aborted."""
    hand = by_hand(1, 10)
    ran = []
    call = Inbox().start(hand.executor, lambda: ran.append(1))
    hand.step()
    call.abort(ValueError("aborted"))
    assert call.state == "aborting"
    hand.turn()
    assert (str(call.error), ran) == ("aborted", [])
    assert hand.executor.statistics().aborted == 1


def test_a_function_that_will_not_hear_of_an_abort_has_its_result(executor):
    """As a coroutine that suppresses asyncio.CancelledError; an error is that of the abort."""

    def deny(again):
        running_call().abort(ValueError("aborted"))
        with suppress(CancelledError):
            running_call().check()
        if again:
            running_call().check()  # raises an ordinary error
        return "result"

    assert executor.submit(deny, again=False).result(timeout=20) == "result"
    with pytest.raises(ValueError, match="aborted"):
        executor.submit(deny, again=True).result(timeout=20)


def test_an_error_of_the_closing_function_is_its_result():
    executor = Executor(1, 10)
    with pytest.raises(ZeroDivisionError):
        executor.close(lambda: 1 / 0).result(timeout=20)


def test_a_close_for_which_there_is_no_thread_is_done_by_who_asks_for_it(monkeypatch):
    executor = Executor(1, 10)
    monkeypatch.setattr(threading.Thread, "start", no_threads)
    seen = executor.close(lambda: (threading.get_ident(), executor.state.drained.is_set()))
    assert seen.result(timeout=0) == (threading.get_ident(), True)


def run_python(code, timeout=30):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=timeout, check=False
    )


def test_parked_threads_do_not_hold_up_the_exit_of_the_interpreter():
    result = run_python(
        "from tornado_pymongo.executor import Executor\n"
        "executor = Executor(4, 10, idle_seconds=1000)\n"
        "for call in [executor.submit(abs, n) for n in range(10)]: call.result()\n"
    )
    assert (result.returncode, result.stderr) == (0, "")


def test_calls_that_wait_at_the_exit_of_the_interpreter_fail_and_do_not_hold_it_up():
    result = run_python(
        "import asyncio, threading, time\n"
        "from tornado_pymongo.bridge import call_in_worker\n"
        "from tornado_pymongo.executor import Executor\n"
        "from tornado_pymongo.futures import CallFuture\n"
        "executor = Executor(1, 10)\n"
        "started = threading.Event()\n"
        "def work():\n"
        "    started.set()\n"
        "    time.sleep(0.2)\n"
        "async def main():\n"
        "    calls = [call_in_worker(executor, CallFuture(), work) for _ in range(3)]\n"
        "    results = await asyncio.gather(*calls, return_exceptions=True)\n"
        "    print([type(result).__name__ for result in results])\n"
        "threading.Thread(target=lambda: asyncio.run(main())).start()\n"
        "started.wait()\n"
    )
    expected = "['NoneType', 'InvalidOperation', 'InvalidOperation']\n"
    assert (result.returncode, result.stdout, result.stderr) == (0, expected, "")


def run_in_child(before, in_child, after):
    """Run code in a process, some of it in a child forked from it, whose exit code is returned."""
    program = (
        "import os, threading, warnings\n"
        "warnings.simplefilter('ignore')\n"  # of forking with threads
        "from tornado_pymongo.executor import Executor\n"
        "executor = Executor(2, 10)\n"
        "event = threading.Event()\n"
        f"{before}\n"
        "child = os.fork()\n"
        f"if not child: os._exit({in_child})\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
        "event.set()\n"
        f"{after}\n"
    )
    result = run_python(program)
    assert (result.returncode, result.stderr) == (0, "")
    return int(result.stdout)


def test_a_child_forked_during_a_close_can_close_as_well():
    code = run_in_child(
        "closing = executor.close(event.wait)",
        "executor.close(lambda: 7).result(timeout=10)",
        "assert closing.result(timeout=10)",
    )
    assert code == 7


def test_a_child_forked_as_another_thread_settles_a_close_does_not_hang():
    """It asked the Future of the close, whose lock that thread has for ever there."""
    code = run_in_child(
        "closing = executor.close(lambda: 7)\n"
        "closing.result(timeout=10)\n"
        "locked = threading.Event()\n"
        "hold = lambda: closing._condition.acquire() and (locked.set(), event.wait())\n"
        "threading.Thread(target=hold).start()\n"
        "locked.wait()",
        "executor.close(lambda: 7).result(timeout=10)",
        "",
    )
    assert code == 7


def test_a_forked_child_starts_with_threads_of_its_own():
    code = run_in_child(
        "waiting = [executor.submit(event.wait) for n in range(4)]",
        "executor.submit(abs, -7).result(timeout=10)",
        "assert all(call.result(timeout=10) for call in waiting)",
    )
    assert code == 7


# Promise 6: no thread holds on to the function, the arguments or the result of a call that is over


class Thing:
    """Something that can be weakly referenced."""


def test_no_thread_keeps_arguments_result_or_error_of_the_last_call(executor):
    def fail(argument):
        raise ValueError(argument)

    for function in (lambda thing: thing, fail):
        thing = Thing()
        call = executor.submit(function, thing)
        futures.wait([call])
        alive = weakref.ref(thing)
        del thing, call
        wait_until(lambda: executor.state.crew.active == 0)  # the thread has done with it
        free()
        assert alive() is None


def test_a_cancelled_call_lets_go_of_its_arguments(gate):
    executor = Executor(1, 10)
    executor.submit(gate)
    thing = Thing()
    call = executor.submit(id, thing)
    call.cancel()
    alive = weakref.ref(thing)
    del thing
    assert alive() is None
    gate.opened.set()
    executor.shutdown()


@pytest.mark.parametrize("why", ["too many", "late", "closed"])
def test_a_call_that_is_refused_is_kept_by_nobody(by_hand, why):
    """Not even by a cycle, which the garbage collector would come to some time."""
    hand = by_hand(1, 0, wait_seconds=-1 if why == "late" else None)
    if why == "too many":
        hand.executor.submit(int)
    if why == "closed":
        hand.executor.change(hand.executor.state.close)
    thing = Thing()
    alive = weakref.ref(thing)
    gc.disable()
    try:
        with pytest.raises(PyMongoError):
            hand.executor.submit(id, thing)
        del thing
        assert alive() is None or FREE_THREADED
    finally:
        gc.enable()


def test_a_forgotten_executor_is_collected():
    executor = Executor(2, 10, idle_seconds=0.01)
    executor.submit(abs, 1).result()
    alive = weakref.ref(executor)
    del executor
    wait_until(lambda: gc.collect() is not None and alive() is None)


# What a call is: its context, its errors


def test_a_call_runs_in_a_copy_of_the_callers_context(executor):
    variable = contextvars.ContextVar("variable", default="outside")
    variable.set("caller")
    assert executor.submit(variable.get).result() == "caller"
    executor.submit(variable.set, "worker").result()
    assert variable.get() == "caller"


def test_an_empty_context_is_one_too(executor):
    """It is false, as it has no variables."""
    variable = contextvars.ContextVar("variable", default="outside")
    variable.set("caller")
    future = start(executor, variable.get, context=contextvars.Context())
    assert future.result(timeout=20) == "outside"


def test_stop_iteration_becomes_an_error_that_a_future_can_carry(executor):
    with pytest.raises(RuntimeError, match="StopIteration") as caught:
        executor.submit(next, iter([])).result()
    assert isinstance(caught.value.__cause__, StopIteration)


def test_system_exit_in_a_call_is_its_result_and_harms_no_thread(executor):
    with pytest.raises(SystemExit):
        executor.submit(sys.exit, 3).result()
    assert executor.submit(abs, -1).result() == 1


# Completions: an inbox is flushed, that is its loop is woken, for many of them at once


def test_completions_are_gathered_while_calls_wait_and_time_is_short(by_hand):
    """A supervisor watches meanwhile, for the next completion may be long in coming."""
    hand = by_hand(1, 10)
    inbox = Inbox()
    for _ in range(4):
        inbox.start(hand.executor, int)
    hand.step()
    hand.turn()
    hand.turn()
    assert (len(inbox.items), inbox.wakeups) == (2, 0)
    assert hand.state.supervisor.watching
    hand.turn()  # and takes the last one: nothing waits any more
    assert (len(inbox.delivered), inbox.wakeups) == (3, 1)
    hand.turn()
    assert (len(inbox.delivered), inbox.wakeups) == (4, 2)
    assert hand.executor.statistics().loop_wakeups == 2


@pytest.mark.parametrize("who", ["a thread", "the supervisor"])
def test_completions_are_not_gathered_for_long(by_hand, who):
    hand = by_hand(1, 10)
    inbox = Inbox()
    for _ in range(4):
        inbox.start(hand.executor, int)
    hand.step()
    hand.turn()
    hand.clock.now += state_module._LINGER / 2
    hand.supervise()
    assert inbox.wakeups == 0
    hand.clock.now += state_module._LINGER / 2
    if who == "a thread":
        hand.turn()
    else:
        hand.supervise()
    assert inbox.wakeups == 1


@pytest.mark.parametrize("event", ["cancel", "abort", "close", "expire", "refuse"])
def test_what_was_gathered_is_flushed_if_the_waiting_calls_are_over(by_hand, event):
    """Whatever ends them: then nothing else would come by that flushes it."""
    hand = by_hand(1, 10)
    inbox = Inbox()
    first = inbox.start(hand.executor, int)
    inbox.start(hand.executor, int)
    last = Call(hand.executor, int, deadline=time.monotonic() + 1000)
    hand.executor.start(last)
    hand.step()
    hand.turn()
    assert inbox.wakeups == 0
    if event == "cancel":
        last.cancel()
    elif event == "abort":
        last.abort(ValueError())
    elif event == "close":
        hand.executor.change(hand.executor.state.close)
    elif event == "expire":
        hand.executor.change(hand.state.supervise, last.deadline, 0)
    else:
        hand.state.crew.workers.clear()  # as if the last one had ended
        worker = Worker(hand.executor)
        hand.state.crew.workers[worker] = None
        hand.executor.change(hand.state.refused, worker, RuntimeError())
    assert last.done()
    assert inbox.delivered[0] is first
    assert inbox.wakeups == 1


def test_completions_are_gathered_under_supervision_if_threads_are_on_their_way(by_hand):
    """They may be long in coming, and those that run may take long."""
    hand = by_hand(3, 10)
    hand.state.target = 3
    inbox = Inbox()
    calls = [inbox.start(hand.executor, int) for _ in range(3)]
    hand.state.supervisor.watching = False
    assert hand.step(0) is calls[0]
    assert hand.turn(0) is calls[1]
    assert (len(inbox.items), inbox.wakeups) == (1, 0)
    assert hand.state.supervisor.watching
    hand.clock.now += state_module._LINGER
    hand.supervise()
    assert inbox.wakeups == 1


def test_supervision_goes_on_until_all_is_flushed(by_hand):
    hand = by_hand(1, 10)
    inbox = Inbox()
    inbox.start(hand.executor, int)
    inbox.start(hand.executor, int)
    inbox.start(hand.executor, int)
    hand.step()
    hand.turn()
    assert hand.supervise() is not None
    assert hand.state.supervisor.watching
    hand.turn()
    assert hand.supervise() is None
    assert not hand.state.supervisor.watching


def test_completions_of_several_loops_wake_each_of_them(by_hand):
    hand = by_hand(1, 10)
    inboxes = Inbox(), Inbox(), Inbox()
    for _ in range(2):
        for inbox in inboxes:
            inbox.start(hand.executor, int)
    hand.step()
    for _ in range(5):
        hand.turn()
    assert [(inbox.wakeups, len(inbox.delivered)) for inbox in inboxes] == [(1, 2), (1, 2), (1, 1)]


def test_an_inbox_that_cannot_be_woken_is_logged_and_harms_no_other(executor, caplog):
    class Broken(Inbox):
        def wake(self):
            raise RuntimeError("raised by the loop")

    inbox = Inbox()
    call = Call(executor, int)
    call.receivers = ((Broken(), id), (inbox, id))
    executor.start(call)
    assert inbox.woken.wait(20)
    assert "raised by the loop" in caplog.text
    assert caplog.records[-1].mongo_event == "effect_failed"
    assert "Broken.wake" in caplog.records[-1].mongo_effect
    assert executor.submit(abs, -3).result(timeout=20) == 3


@pytest.mark.parametrize("error", [SystemExit, CancelledError, ValueError])
def test_a_callback_that_fails_costs_no_thread_and_no_result(executor, gate, caplog, error):
    """Neither those of other callbacks nor those of other calls."""

    def fail(_):
        raise error("raised by the callback")

    told = []
    for function in (gate, lambda: gate() or 1 / 0):
        gate.opened.clear()
        future = executor.submit(function)
        future.add_done_callback(fail)
        future.add_done_callback(told.append)
        inbox = Inbox()
        future.call.tell(inbox, id)
        gate.opened.set()
        assert inbox.woken.wait(20)
        futures.wait([future])
        assert executor.submit(abs, -1).result(timeout=20) == 1
    if error is ValueError:
        assert "exception calling callback" in caplog.text  # of the standard library
        assert len(told) == 2
    else:
        assert "a callback of a completed call failed" in caplog.text
        assert caplog.records[-1].mongo_event == "callback_failed"


def test_a_callback_that_exits_as_a_call_is_cancelled_keeps_nobody_from_being_told(gate):
    executor = Executor(1, 10)
    executor.submit(gate)
    waiting = executor.submit(abs, -1)
    waiting.add_done_callback(sys.exit)
    assert waiting.cancel()
    assert futures.wait([waiting], timeout=10).done == {waiting}
    gate.opened.set()
    executor.shutdown()


def test_who_asks_for_a_call_that_is_over_is_told_at_once(executor):
    call = Call(executor, int)
    first, second = Inbox(), Inbox()
    call.receivers = ((first, id),)
    executor.start(call)
    assert first.woken.wait(20)
    call.tell(second, id)
    assert second.delivered == [call]


# The one door: all changes one after the other, and effects without the lock


def test_a_change_amid_another_one_is_made_before_the_lock_is_released(by_hand):
    """As by a finalizer that the garbage collector runs there: it may start and end calls."""
    hand = by_hand(1, 10)
    inbox = Inbox()
    admit = hand.state.admit
    waiting = inbox.start(hand.executor, int)
    calls = []

    def admit_and_collect(call):
        hand.state.admit = admit
        assert not waiting.cancel()  # that is done later
        assert waiting.state == "waiting"
        calls.append(inbox.start(hand.executor, int))
        assert calls[0].state == "new"
        return admit(call)

    hand.state.admit = admit_and_collect
    calls.append(inbox.start(hand.executor, int))
    assert (waiting.state, inbox.delivered) == ("over", [])
    assert list(hand.state.queue) == calls[::-1]


def test_a_call_that_is_refused_amid_a_change_gets_the_error(by_hand):
    """Nobody is there to whom it could be raised."""
    hand = by_hand(1, 0)
    inbox = Inbox()
    calls = []
    admit = hand.state.admit

    def admit_and_collect(call):
        hand.state.admit = admit
        calls.append(inbox.start(hand.executor, int))
        return admit(call)

    hand.state.admit = admit_and_collect
    inbox.start(hand.executor, int)
    (refused,) = calls
    assert isinstance(refused.error, TooManyCalls)
    assert hand.executor.statistics().refused == 1
    assert refused in [*inbox.delivered, *(call for _, call in inbox.items)]


def test_a_change_amid_a_look_at_the_state_is_made(by_hand):
    """A finalizer may come there, too: nobody may be about to make another change."""
    hand = by_hand(1, 10)
    waiting = Inbox().start(hand.executor, int)
    statistics = hand.state.statistics

    def look_and_collect():
        assert not waiting.cancel()
        return statistics()

    hand.state.statistics = look_and_collect
    assert hand.executor.statistics().waiting == 1
    assert waiting.state == "over"


def test_a_look_at_the_state_amid_a_change_has_it_as_it_is(by_hand):
    """A finalizer that asks for statistics gets some."""
    hand = by_hand(1, 10)
    seen = hand.executor.change(hand.executor.statistics)
    assert seen == hand.executor.statistics()


def test_a_finalizer_may_cancel_and_start_calls_amid_a_start():
    """From Python 3.12 on the garbage collector runs amid the lines that hold the lock."""
    executor = Executor(4, 100_000)

    class Cyclic:
        def __init__(self):
            self.me = self
            self.call = executor.submit(int)

        def __del__(self):
            self.call.cancel()
            executor.submit(int)

    thresholds = gc.get_threshold()
    gc.set_threshold(5)
    try:
        for _ in range(2000):
            Cyclic()
    finally:
        gc.set_threshold(*thresholds)
        gc.collect()
    assert executor.submit(abs, -1).result(timeout=20) == 1
    executor.shutdown()


def test_a_finalizer_may_start_a_thread_amid_the_start_of_another_one(monkeypatch):
    """To start a thread takes a lock of Python's that cannot be taken twice."""
    executor, other = Executor(2, 10), Executor(2, 10)
    start_thread = threading.Thread.start
    futures_ = []

    def start_and_collect(thread):
        assert not starting
        starting.append(thread)
        if not futures_:
            futures_.append(other.submit(abs, -2))
        start_thread(thread)
        starting.clear()

    starting = []
    monkeypatch.setattr(threading.Thread, "start", start_and_collect)
    assert executor.submit(abs, -1).result(timeout=20) == 1
    assert futures_[0].result(timeout=20) == 2
    monkeypatch.undo()
    executor.shutdown()
    other.shutdown()


class Interrupt:
    """Raises KeyboardInterrupt in this thread, in some functions, where the interpreter would.

    It looks for signals as a function begins, after a call, and as a loop goes back.
    """

    def __init__(self, number, *functions):
        self.left = number
        self.codes = {function.__code__ for function in functions}
        self.last = {}

    def __call__(self, frame, event, _):
        if frame.f_code not in self.codes:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            last = self.last.get(frame, "RESUME")
            self.last[frame] = dis.opname[frame.f_code.co_code[frame.f_lasti]]
            if last.startswith(("CALL", "RESUME", "JUMP_BACKWARD", "JUMP_ABSOLUTE")):
                self.left -= 1
                if self.left == -1:
                    raise KeyboardInterrupt
        return self

    def __enter__(self):
        sys.settrace(self)

    def __exit__(self, *_):
        sys.settrace(None)
        return self.left < 0


@pytest.mark.parametrize("what", ["submit", "cancel", "abort", "close"])
def test_an_interrupt_amid_a_change_harms_no_call(gate, caplog, what):
    """At whichever line of the door it comes. A finalizer cancels another call at that time."""
    number = 0
    is_interrupted = True
    while is_interrupted:
        gate.opened.clear()
        executor = Executor(1, 10, name="interrupted")
        calls = [executor.submit(gate)]
        gate.entered.acquire()
        calls += [executor.submit(int), executor.submit(int), executor.submit(int)]
        change = getattr(executor.state, "admit" if what == "submit" else what)

        def change_and_collect(*args, executor=executor, calls=calls, change=change):
            setattr(executor.state, change.__name__, change)
            calls[1].cancel()
            return change(*args)

        setattr(executor.state, change.__name__, change_and_collect)
        act = {
            "submit": partial(executor.submit, int),
            "cancel": calls[2].cancel,
            "abort": calls[2].call.abort,
            "close": executor.close,
        }[what]
        interrupt = Interrupt(number, Executor.change, Executor._settle, effects_module.carry_out)
        with interrupt:
            act()
        is_interrupted = interrupt.left < 0
        gate.opened.set()
        assert futures.wait(calls, timeout=20).not_done == set(), number
        if what != "close":
            assert executor.submit(abs, -1).result(timeout=20) == 1
        executor.close().result(timeout=20)
        assert not caplog.records
        number += 1
    assert number > 10


def test_an_interrupt_as_a_call_was_queued_leaves_it_to_a_thread():
    """Though nobody is there who would make another change."""
    outcomes = []
    executor = Executor(1, 10, idle_seconds=1000)
    for number in range(100):
        executor.submit(int).result(timeout=20)
        wait_until(
            lambda: executor.state.crew.active == 0 and not executor.state.supervisor.watching
        )
        call = Call(executor, int)
        future = ThreadFuture(call)
        with Interrupt(number, Executor.change, Executor._settle, effects_module.carry_out):
            executor.start(call)
        if call.state != "new":
            outcomes.append(future.result(timeout=20))
    assert outcomes == [0] * len(outcomes)
    assert 80 < len(outcomes) < 100
    executor.shutdown()


@pytest.mark.parametrize("kept", ["arguments", "result", "arguments of one that never ran"])
def test_what_a_call_lets_go_of_may_wait_for_other_calls(gate, kept):
    """It is finalized without the lock."""
    executor = Executor(1, 10)
    in_time = []

    class Patient:
        def __del__(self):
            made = threading.Event()
            threading.Thread(target=lambda: (executor.submit(int), made.set())).start()
            in_time.append(made.wait(2))

    if kept == "result":
        executor.start(Call(executor, Patient))
    else:
        executor.submit(gate)
        call = Call(executor, partial(id, Patient()))
        executor.start(call)
        if kept == "arguments":
            gate.opened.set()
        else:
            assert call.cancel()
    wait_until(lambda: in_time)
    assert in_time == [True]
    gate.opened.set()
    executor.shutdown()
