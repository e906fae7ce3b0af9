"""The executor by itself: bounds, order, threads, errors, close."""

from __future__ import annotations

import contextvars
import gc
import logging
import os
import socket
import subprocess
import sys
import threading
import time
import weakref
from concurrent import futures

import pytest
from interpreter import FREE_THREADED, free
from pymongo.errors import InvalidOperation, PyMongoError

from tornado_pymongo import TooManyCalls, log
from tornado_pymongo.executor import executor as executor_module
from tornado_pymongo import supervisor as supervisor_module
from tornado_pymongo.executor import REQUEUE
from tornado_pymongo.executor import Call, Executor


@pytest.fixture
def executor():
    executor = Executor(4, 1000, name="test_executor")
    yield executor
    executor.shutdown()


def threads_named(name):
    return [thread for thread in threading.enumerate() if thread.name.startswith(name)]


def wait_until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.005)  # of the test's own thread, between two looks


def test_it_is_an_executor_of_the_standard_library(executor):
    assert isinstance(executor, futures.Executor)
    assert list(executor.map(pow, [2, 3], [5, 2])) == [32, 9]
    call = executor.submit(divmod, 7, 2)
    assert isinstance(call, futures.Future)
    assert call.result() == (3, 1)
    with pytest.raises(ZeroDivisionError):
        executor.submit(divmod, 7, 0).result()


def test_calls_start_in_the_order_of_submission(gate):
    executor = Executor(1, 1000)
    started = []
    executor.submit(gate)
    calls = [executor.submit(started.append, n) for n in range(500)]
    gate.opened.set()
    futures.wait(calls)
    assert started == list(range(500))
    executor.shutdown()


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


def test_a_call_between_two_turns_may_be_taken_by_another_thread_at_once(gate, monkeypatch):
    """The first thread then forgot that it was running, so a close did not wait for it."""
    executor = Executor(2, 10)
    put = threading.Event()
    other = executor.submit(put.wait, 20)
    turns = iter([lambda: REQUEUE, gate])
    put_back = executor._put_back

    def put_back_and_dawdle(call):
        was_put_back = put_back(call)
        put.set()
        assert gate.entered.acquire(timeout=20)
        return was_put_back

    monkeypatch.setattr(executor, "_put_back", put_back_and_dawdle)
    call = executor.submit(lambda: next(turns)())
    assert other.result(timeout=20)
    wait_until(lambda: executor._active == 1)
    assert executor._running == {call}
    closing = executor.close(call.done)
    gate.opened.set()
    assert closing.result(timeout=20)


def test_one_slow_call_does_not_hold_up_the_others(executor, gate):
    slow = executor.submit(gate)
    assert [executor.submit(abs, -n).result(timeout=20) for n in range(50)] == list(range(50))
    assert slow.running()


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


def test_a_call_that_is_over_makes_room_before_anybody_learns_of_it():
    """It was counted until its thread looked for the next one."""
    for function in abs, int.__bool__:  # the second one fails
        executor = Executor(1, 0)
        following = []
        call = Call(executor, function, ("1",) if function is not abs else (-1,), {})
        call.add_done_callback(lambda _: following.append(executor.submit(abs, -2)))  # noqa: B023
        executor.start(call)
        wait_until(lambda: following)  # noqa: B023
        assert following[0].result(timeout=20) == 2
        executor.shutdown()


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


def test_threads_are_named_start_on_demand_and_end_when_idle(gate):
    executor = Executor(8, 100, name="named", idle_seconds=0.05)
    assert not threads_named("named")
    executor.submit(abs, 1).result()
    assert len(threads_named("named")) == 1
    calls = [executor.submit(gate) for _ in range(8)]
    wait_until(lambda: all(call.running() for call in calls))
    assert len([t for t in threads_named("named") if "supervisor" not in t.name]) == 8
    gate.opened.set()
    wait_until(lambda: not threads_named("named"))
    assert executor.submit(abs, -3).result() == 3  # and start again


def test_no_thread_is_left_after_close(gate):
    executor = Executor(8, 100, name="closed", idle_seconds=1000)
    calls = [executor.submit(gate) for _ in range(20)]
    wait_until(lambda: sum(call.running() for call in calls) == 8)
    gate.opened.set()
    futures.wait(calls)
    assert len(threads_named("closed")) == 9  # and the supervisor
    executor.shutdown()
    wait_until(lambda: not threads_named("closed"))


def test_short_calls_in_sequence_use_one_thread(executor):
    idents = {executor.submit(threading.get_ident).result() for _ in range(100)}
    # Without the GIL, the next call may be here before the thread has looked for one.
    assert len(idents) <= (2 if FREE_THREADED else 1)


def test_a_clock_that_stands_still_between_two_looks_ends_no_supervisor(gate, monkeypatch):
    """As on Windows, for 16 ms at a time: it divided by zero, and calls got no more threads."""
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
    assert executor._target == 16
    monkeypatch.setattr(supervisor_module, "_IDLE_SHARE", -1.0)
    gate.opened.set()

    def keep_busy():
        if executor._target > executor._fewest:
            executor.submit(keep_busy)

    for _ in range(50):
        executor.submit(keep_busy)
    wait_until(lambda: executor._target == executor._fewest)
    executor.shutdown()


def test_a_call_waits_for_the_server_until_its_reply_is_here():
    """Where its thread has not taken that yet, it waits for the interpreter."""

    class Held:
        def __init__(self, awaited):
            self.awaited = lambda: awaited

    quiet, quiet_end = socket.socketpair()
    heard, heard_end = socket.socketpair()
    with quiet, quiet_end, heard, heard_end:
        heard_end.sendall(b"reply")
        executor = Executor(10, 10)
        helds = [Held(quiet.fileno()), Held(heard.fileno()), Held(-1), Held(None), None]
        for held in helds:
            call = Call(executor, abs, (-1,), {})
            call.held = held
            executor._running.add(call)
        assert supervisor_module._count_waiting(executor, False) == 1
        assert supervisor_module._count_waiting(executor, True) == 3  # with those one cannot know
        executor._running.clear()
        executor.shutdown()


def test_where_no_call_is_taken_for_long_there_are_more_threads(gate, monkeypatch):
    """As while connections are opened: calls failed for their deadlines, and threads were idle."""
    monkeypatch.setattr(supervisor_module, "_count_waiting", lambda *args: 0)
    executor = Executor(8, 10)
    calls = [executor.submit(gate) for _ in range(8)]
    wait_until(lambda: executor.statistics().busy == 8)
    gate.opened.set()
    futures.wait(calls)
    executor.shutdown()


def test_an_executor_makes_room_for_the_calls_of_another_one(gate, monkeypatch):
    looks = []
    count_waiting = supervisor_module._count_waiting

    def look(*args):
        looks.append(args[0])
        return count_waiting(*args)

    monkeypatch.setattr(supervisor_module, "_count_waiting", look)
    few = 2 * supervisor_module.usable_cores()  # that are active in any case
    other = Executor(3, 10, takes_turns=True)
    executor = Executor(few + 3, 10, makes_room=(few + 3, other))
    calls = [other.submit(gate) for _ in range(3)]
    wait_until(lambda: all(call.running() for call in calls))
    calls += [executor.submit(gate) for _ in range(few + 4)]
    wait_until(lambda: looks.count(executor) == 10)  # by then there would be all
    assert executor.statistics().busy == executor.most_active == few
    gate.opened.set()
    futures.wait(calls)
    assert executor.most_active == few + 3
    executor.shutdown()
    other.shutdown()


def test_without_the_gil_two_threads_for_each_core_are_active(monkeypatch):
    """There were two in all, for as long as these had nothing to wait for."""
    monkeypatch.setattr(supervisor_module, "has_gil", lambda: False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {1, 3, 5}, raising=False)
    assert Executor(16, 0)._target == 6
    assert Executor(4, 0)._target == 4
    monkeypatch.setattr(supervisor_module, "has_gil", lambda: True)
    assert Executor(16, 0)._target == 2


def test_a_call_that_counts_on_a_thread_that_must_park_is_not_forgotten(gate, monkeypatch):
    """A call came while a thread announced, which then had to park since there were too many."""
    executor = Executor(4, 10)
    stuck = [executor.submit(gate) for _ in range(3)]
    wait_until(lambda: all(call.running() for call in stuck))
    late = []

    def announce():
        with executor._lock:
            executor._target = 2  # as the supervisor may decide at any time
        late.append(executor.submit(abs, -1))

    call = Call(executor, abs, (-2,), {}, lambda *args: executor.announce_soon(announce))
    executor.start(call)
    assert call.result(timeout=20) == 2
    wait_until(lambda: late)
    assert late[0].result(timeout=10) == 1
    gate.opened.set()
    executor.shutdown()


def test_an_announcement_that_fails_is_logged_and_harms_no_other(executor, caplog):
    announced = threading.Event()

    def fail():
        raise RuntimeError("raised by the announcement")

    for announce in fail, announced.set:
        deliver = lambda *args, a=announce: executor.announce_soon(a)  # noqa: E731
        executor.start(Call(executor, abs, (-1,), {}, deliver))
    assert announced.wait(20)
    wait_until(lambda: "raised by the announcement" in caplog.text)
    assert caplog.records[-1].mongo_event == "announcement_failed"
    assert ".fail at 0x" in caplog.records[-1].mongo_announce
    assert executor.submit(abs, -3).result(timeout=20) == 3


def test_what_was_gathered_is_announced_though_the_waiting_calls_were_cancelled(gate):
    """The supervisor stopped looking when the queue was empty, and nobody announced any more."""
    executor = Executor(1, 10)
    executor.submit(gate)  # holds the thread until all is in place
    gate.entered.acquire()
    announced = threading.Event()
    executor.start(
        Call(executor, abs, (-1,), {}, lambda *args: executor.announce_soon(announced.set))
    )
    entered = threading.Event()
    stuck = threading.Event()
    executor.submit(lambda: (entered.set(), stuck.wait(20)))
    waiting = executor.submit(abs, -2)
    gate.opened.set()
    assert entered.wait(20)
    waiting.cancel()
    assert announced.wait(10)
    stuck.set()
    executor.shutdown()


def test_close_announces_what_was_gathered(gate):
    executor = Executor(1, 10)
    announced = threading.Event()
    executor.submit(gate)
    gate.entered.acquire()
    executor._announcements.append(announced.set)  # as a call that was just over has done
    executor.submit(abs, -1)
    executor.close()
    assert announced.wait(10)


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


def test_what_handles_the_log_may_wait_for_a_call(gate, monkeypatch):
    """The supervisor warned with the lock held, for which each call waited, and the handler too."""
    monkeypatch.setattr(executor_module, "_LONG_WAIT", 0.0)
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


def test_the_collector_pauses_until_the_last_of_several_threads_has_started():
    """The first one to be started enabled it amid the start of the others."""
    first, second = collector_paused(), collector_paused()
    with first:
        second.__enter__()
        assert not gc.isenabled()
    assert not gc.isenabled()
    second.__exit__(None, None, None)
    assert gc.isenabled()


def test_who_waits_for_a_cancelled_call_is_told(gate):
    executor = Executor(1, 10)
    executor.submit(gate)
    waiting = executor.submit(abs, -1)
    waiting.cancel()
    assert futures.wait([waiting], timeout=10).done == {waiting}
    gate.opened.set()
    executor.shutdown()


def test_a_thread_that_could_not_be_started_costs_no_other(gate, monkeypatch):
    executor = Executor(3, 10)
    start = threading.Thread.start
    stuck = executor.submit(gate)
    gate.entered.acquire()

    def fail(thread):
        if "supervisor" in thread.name:
            return start(thread)
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", fail)
        waiting = executor.submit(abs, -1)
    assert waiting.result(timeout=10) == 1  # once there are threads again
    gate.opened.set()
    stuck.result()
    wait_until(lambda: executor._active == 0)
    executor.shutdown()


def test_a_call_runs_in_a_copy_of_the_callers_context(executor):
    variable = contextvars.ContextVar("variable", default="outside")
    variable.set("caller")
    assert executor.submit(variable.get).result() == "caller"
    executor.submit(variable.set, "worker").result()
    assert variable.get() == "caller"


def test_an_empty_context_is_one_too(executor):
    """It is false, as it has no variables, and was taken for none."""
    variable = contextvars.ContextVar("variable", default="outside")
    variable.set("caller")
    call = Call(executor, variable.get, (), {}, context=contextvars.Context())
    executor.start(call)
    assert call.result(timeout=20) == "outside"


def test_stop_iteration_becomes_an_error_that_a_future_can_carry(executor):
    with pytest.raises(RuntimeError, match="StopIteration") as caught:
        executor.submit(next, iter([])).result()
    assert isinstance(caught.value.__cause__, StopIteration)


def test_system_exit_in_a_call_is_its_result_and_harms_no_thread(executor):
    with pytest.raises(SystemExit):
        executor.submit(sys.exit, 3).result()
    assert executor.submit(abs, -1).result() == 1


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
        wait_until(lambda: executor._active == 0)  # the thread has done with it
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
    """It was not yet among those that are joined, or came to be while they were."""
    executor = Executor(4, 10, name="just_started")
    begin = threading.Event()
    work = executor._work

    def work_later(wanted):
        assert begin.wait(20)
        work(wanted)

    monkeypatch.setattr(executor, "_work", work_later)
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


def test_close_fails_what_waits_and_lets_finish_what_runs(gate, monkeypatch, caplog):
    monkeypatch.setattr(executor_module, "_ABORT", 0.01)
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


def test_a_call_that_is_aborted_as_it_was_taken_has_no_turn(monkeypatch):
    """It ran, to its end where it did not ask whether it was aborted."""
    executor = Executor(1, 10)
    ran = []
    run = executor._run

    def abort_and_run(call, now):
        call.abort(ValueError("aborted"))
        return run(call, now)

    monkeypatch.setattr(executor, "_run", abort_and_run)
    call = executor.submit(ran.append, 1)
    assert str(call.exception(timeout=20)) == "aborted"
    assert ran == []
    wait_until(lambda: executor.statistics().aborted == 1)
    executor.shutdown()


def test_an_error_of_the_closing_function_is_its_result():
    executor = Executor(1, 10)
    with pytest.raises(ZeroDivisionError):
        executor.close(lambda: 1 / 0).result(timeout=20)


def test_a_forgotten_executor_is_collected():
    executor = Executor(2, 10, idle_seconds=0.01)
    executor.submit(abs, 1).result()
    alive = weakref.ref(executor)
    del executor
    wait_until(lambda: gc.collect() is not None and alive() is None)


def test_where_no_thread_can_be_started_the_call_says_so(monkeypatch):
    executor = Executor(2, 10)

    def refuse(*args):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(executor_module.ThreadPoolExecutor, "submit", refuse)
        with pytest.raises(InvalidOperation, match="can't start new thread"):
            executor.submit(abs, -1)
    assert executor.submit(abs, -2).result() == 2
    executor.shutdown()


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
        "from tornado_pymongo.futures import CallFuture, call_in_worker\n"
        "from tornado_pymongo.executor import Executor\n"
        "executor = Executor(1, 10)\n"
        "started = threading.Event()\n"
        "def work():\n"
        "    started.set()\n"
        "    time.sleep(0.2)\n"
        "async def main():\n"
        "    calls = [call_in_worker(executor, CallFuture, work, (), {}) for _ in range(3)]\n"
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


def test_a_forked_child_starts_with_threads_of_its_own():
    code = run_in_child(
        "waiting = [executor.submit(event.wait) for n in range(4)]",
        "executor.submit(abs, -7).result(timeout=10)",
        "assert all(call.result(timeout=10) for call in waiting)",
    )
    assert code == 7


def test_a_child_forked_amid_the_start_of_a_thread_has_a_garbage_collector():
    """The thread that would have enabled it again was in the parent process."""
    code = run_in_child(
        "from tornado_pymongo.collector import collector_paused, gc\n"
        "pause = collector_paused()\n"
        "pause.__enter__()",
        "7 if gc.isenabled() and executor.submit(gc.isenabled).result(10) else 1",
        "assert not gc.isenabled()\npause.__exit__(None, None, None)\nassert gc.isenabled()",
    )
    assert code == 7


def test_a_close_is_over_when_the_threads_are(gate, monkeypatch):
    executor = Executor(2, 10)
    executor.submit(abs, -1).result()
    end_thread = executor._end_thread

    def end_late():
        executor._lock.release()
        gate()
        executor._lock.acquire()
        end_thread()

    monkeypatch.setattr(executor, "_end_thread", end_late)
    closing = executor.close()
    assert gate.entered.acquire(timeout=20)
    assert not closing.done()
    gate.opened.set()
    closing.result(timeout=20)


def test_a_callback_that_exits_costs_no_thread_and_no_result(caplog):
    executor = Executor(1, 10)
    delivered = []
    for function, result in (int, 0), (lambda: 1 / 0, None):
        call = Call(executor, function, (), {}, lambda *args: delivered.append(args))
        call.add_done_callback(lambda _: sys.exit(3))
        executor.start(call)
        futures.wait([call])
        assert executor.submit(abs, -1).result(timeout=20) == 1
        assert delivered.pop()[0] == result
    assert "a callback of a completed call failed" in caplog.text
    assert caplog.records[-1].mongo_event == "callback_failed"
    executor.shutdown()
