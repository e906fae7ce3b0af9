"""The explorer visits every order, and nothing that it cannot judge passes."""

from __future__ import annotations

import random
import types
from collections import deque
from contextlib import suppress
from math import comb

import pytest

from explorer import engine
from explorer.engine import Found, explore
from explorer.primitives import Deque, Event, Lock, RLock, Thread, explorable, monotonic, sleep


@pytest.mark.parametrize("make_lock", [Lock, RLock])
@pytest.mark.parametrize("times", [1, 2, 3, 4])
def test_two_threads_at_one_lock(times, make_lock):
    """Two threads that enter one lock n times do so in all C(2n, n) orders, each visited once."""
    orders = set()

    def scenario(run):
        lock, order = make_lock(), []

        def enter(name):
            for _ in range(times):
                with lock:
                    order.append(name)

        run.spawn("a", lambda: enter("a"))
        run.spawn("b", lambda: enter("b"))
        run.end_checks.append(lambda: orders.add("".join(order)))

    executions = explore(scenario)
    assert len(orders) == executions == comb(2 * times, times)
    if times < 3:
        explore(scenario, thorough=True)
        assert len(orders) == executions


def test_three_threads_at_one_lock():
    """Three threads that enter one lock twice do so in all 6! / 2!^3 orders."""
    orders = set()

    def scenario(run):
        lock, order = Lock(), []

        def enter(name):
            for _ in range(2):
                with lock:
                    order.append(name)

        for name in "abc":
            run.spawn(name, lambda name=name: enter(name))
        run.end_checks.append(lambda: orders.add("".join(order)))

    assert explore(scenario) == len(orders) == 90


def test_lock_free_operations():
    """Two threads that append n times to one deque without a lock do so in all C(2n, n) orders."""
    orders = set()

    def scenario(run):
        order = Deque()

        def append(name):
            for _ in range(3):
                order.append(name)

        run.spawn("a", lambda: append("a"))
        run.spawn("b", lambda: append("b"))
        run.end_checks.append(lambda: orders.add("".join(order)))

    assert explore(scenario) == len(orders) == 20


@pytest.mark.parametrize("seed", range(30))
def test_nothing_is_passed_over(seed, monkeypatch):
    """No order of what touches one thing is missed by not trying all orders of what does not."""
    chance = random.Random(seed)
    threads = [[chance.choice(["one", "two", "both", "free"]) for _ in "ab"] for _ in "abc"]

    def orders():
        seen = set()

        def scenario(run):
            one, two, free = Lock(), Lock(), Deque()
            guarded_by_one, guarded_by_two = [], []

            def live(name):
                for number, what in enumerate(threads[name]):
                    step = name, number
                    if what == "free":
                        free.append(step)
                    elif what == "two":
                        with two:
                            guarded_by_two.append(step)
                            free.append(step)
                    else:
                        with one:
                            guarded_by_one.append(step)
                            if what == "both":
                                with two:
                                    guarded_by_two.append(step)

            def end():
                seen.add((*guarded_by_one, "|", *guarded_by_two, "|", *free))

            for name in range(3):
                run.spawn(f"thread {name}", lambda name=name: live(name))
            run.end_checks.append(end)

        return explore(scenario), seen

    few, seen = orders()
    monkeypatch.setattr(engine, "_meet", lambda one, other: True)
    many, all_seen = orders()
    assert seen == all_seen
    assert few <= many


def test_deadlock_is_found():
    """Two locks that are taken in both orders are a deadlock, told in numbered steps."""

    def scenario(run):
        one, two = Lock(), Lock()

        def take(first, second):
            with first, second:
                pass

        run.spawn("a", lambda: take(one, two))
        run.spawn("b", lambda: take(two, one))

    with pytest.raises(Found, match=r"(?s)deadlock: .*\n   3 b#1: takes a lock  .test_engine"):
        explore(scenario)


def test_update_outside_a_lock_is_found():
    """A number that two threads read under a lock and write under it later loses an addition."""

    def scenario(run):
        lock, number = Lock(), [0]

        def add():
            with lock:
                seen = number[0]
            with lock:
                number[0] = seen + 1

        def end():
            assert number[0] == 2, "lost"

        run.spawn("a", add)
        run.spawn("b", add)
        run.end_checks.append(end)

    with pytest.raises(Found, match="lost"):
        explore(scenario)


def test_late_read_is_found_if_thorough():
    """What is read after the lock was released is seen as late as another thread can change it."""

    def scenario(run):
        lock, number = Lock(), [0]

        def read():
            with lock:
                seen = number[0]
            assert seen == number[0], "changed"

        def change():
            with lock:
                number[0] += 1

        run.spawn("a", read)
        run.spawn("b", change)

    assert explore(scenario) == 2
    with pytest.raises(Found, match="changed"):
        explore(scenario, thorough=True)


@pytest.mark.parametrize(("early", "seen"), [(0, {True}), (1, {True, False})])
def test_timed_wait(early, seen):
    """A timed wait runs out at any point, if a wait of the execution may do so early."""
    outcomes = set()

    def scenario(run):
        lock = Lock()
        lock.acquire()

        def wait():
            begin = monotonic()
            outcomes.add(got := lock.acquire(timeout=5))
            assert monotonic() - begin == (0 if got else 5)

        run.spawn("waits", wait)
        run.spawn("wakes", lock.release)

    explore(scenario, early=early)
    assert outcomes == seen


def test_time_goes_on_when_nobody_can():
    """Sleeping threads wake up in the order of their times."""
    order = []

    def scenario(run):
        order.clear()
        run.spawn("late", lambda: (sleep(2), order.append("late")))
        run.spawn("soon", lambda: (sleep(1), order.append("soon")))

    assert explore(scenario) == 1
    assert order == ["soon", "late"]


def test_event_and_thread():
    """A thread that is started runs; an event and its end are waited for."""
    done = []

    def scenario(run):
        event = Event()

        def main():
            thread = Thread(target=lambda: (event.wait(), done.append(1)))
            thread.start()
            event.set()
            thread.join()
            assert not thread.is_alive()

        run.spawn("main", main)

    assert explore(scenario) == len(done) == 2


def test_thread_is_refused():
    """The system refuses any of the threads, but no more of them than the scenario allows."""
    started = []

    def scenario(run):
        def main():
            count = 0
            for _ in range(3):
                with suppress(RuntimeError):
                    Thread(target=lambda: None).start()
                    count += 1
            started.append(count)

        run.spawn("main", main)

    explore(scenario, refusals=1)
    assert set(started) == {2, 3}


def test_finalizer_runs_at_each_point():
    """A finalizer runs once, in the thread that is there, also while that holds its lock."""
    seen = []

    def scenario(run):
        lock, order = RLock(), []
        run.finalizer = lambda: order.append(f"finalizer, depth {lock.depth}")

        def main():
            with lock:
                order.append("in")
            seen.append(tuple(order))

        run.spawn("main", main)

    assert explore(scenario) == 3
    assert set(seen) == {
        ("finalizer, depth 1", "in"),
        ("in", "finalizer, depth 1"),
        ("in",),
    }


def test_finalizer_runs_at_each_line():
    """A finalizer runs before each line of the files that are named."""
    seen = set()

    def scenario(run):
        run.lines_of = {__file__}
        order = []
        run.finalizer = lambda: order.append("f")

        def main():
            order.append(1)
            order.append(2)
            seen.add(tuple(order))

        run.spawn("main", main)

    explore(scenario)
    assert seen == {("f", 1, 2), (1, "f", 2), (1, 2, "f"), (1, 2)}


def test_error_in_a_thread_is_found():
    """An error that nobody catches is a fault."""
    with pytest.raises(Found, match="ZeroDivisionError"):
        explore(lambda run: run.spawn("a", lambda: 1 / 0))


def test_endless_execution_is_found():
    """An execution that is longer than the bound is a fault, and no shorter one takes its place."""

    def forever():
        lock = Lock()
        while True:
            with lock:
                pass

    with pytest.raises(Found, match="cut short after 50 steps"):
        explore(lambda run: run.spawn("a", forever), most_steps=50)


def test_too_many_executions_are_found():
    """A scenario with more executions than the bound is a fault."""

    def scenario(run):
        lock = Lock()
        for name in "ab":
            run.spawn(name, lambda: [lock.acquire() and lock.release() for _ in range(3)])

    assert explore(scenario, most=20) == 20
    with pytest.raises(Found, match="cut short after 19 executions"):
        explore(scenario, most=19)


def test_chance_is_found():
    """A scenario that goes another way with the same choices is a fault."""
    lock, executions = Lock(), []

    def scenario(run):
        executions.append(run)
        for name in "ab":
            name = name * len(executions)
            run.spawn(name, lambda: lock.acquire() and lock.release())

    with pytest.raises(Found, match="the same choices lead to"):
        explore(scenario)


def test_checks():
    """A check runs at each point, and at the end; a quiet one, when only time can go on."""
    calls = []

    def scenario(run):
        calls.clear()
        run.checks.append(lambda: calls.append("point"))
        run.quiet_checks.append(lambda: calls.append("quiet"))
        run.end_checks.append(lambda: calls.append("end"))
        run.spawn("a", lambda: sleep(1))

    explore(scenario)
    assert calls == ["point", "point", "quiet", "point", "quiet", "end"]


def test_settled_part_is_not_explored():
    """What goes on before the exploration has no choices; a thread that waits is left waiting."""
    order = []

    def scenario(run):
        order.clear()
        lock = Lock()
        lock.acquire()
        run.spawn("a", lambda: (order.append("a"), lock.acquire(timeout=1), order.append("woken")))
        run.go()
        assert order == ["a"]
        run.spawn("b", lambda: (order.append("b"), lock.release()))

    assert explore(scenario) == 1
    assert order == ["a", "b", "woken"]


def test_explorable_replaces_by_identity():
    """Names of a module that are those of threading and time become the explorer's, and back."""
    import threading
    import time

    module = types.ModuleType("module")
    module.threading, module.now, module.Guard = threading, time.monotonic, threading.RLock
    module.deque = deque
    with explorable([module]):
        assert (module.now, module.Guard, module.deque) == (monotonic, RLock, deque)
        assert module.threading.Lock is Lock
        assert module.threading.local is threading.local
    with explorable([], lock_free=[module]):
        assert module.deque is Deque
    assert (module.threading, module.now, module.deque) == (threading, time.monotonic, deque)
