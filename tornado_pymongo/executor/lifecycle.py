"""How an executor ends: by `close`, with the interpreter, and in a forked child."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from tornado_pymongo import log
from tornado_pymongo.executor.call import NEW, RUNNING, Call
from tornado_pymongo.executor.effects import start_thread
from tornado_pymongo.executor.futures import ThreadFuture
from tornado_pymongo.executor.state import closed_error

if TYPE_CHECKING:
    from tornado_pymongo.executor.executor import Executor

# For how long a close waits for the calls that run, by default, in seconds. A choice: most calls
# end in that time, and most process managers kill after ten seconds.
DRAIN = 5.0

# How long it takes, in seconds, until a call has seen that it was aborted. PyMongo looks twice a
# second whether its wait is cancelled; the rest is a margin for a busy machine.
_ABORT = 2.0


def begin_close(executor: Executor, future: ThreadFuture) -> None:
    """Start a thread that ends a closed executor, unless there is or was one."""
    call = future.call
    if call is not None and call.state is NEW:
        call.state = RUNNING
        # A thread of its own: all others may be in calls that take long.
        run = partial(_run_last, executor, call)
        thread = threading.Thread(target=run, name=f"{executor.name}_close")
        executor.effects.append((start_thread, thread, lambda _: run()))


def _run_last(executor: Executor, call: Call) -> None:
    call.run()
    call.end_run()
    executor.change(executor.state.finish, call, None)


def finish_close(executor: Executor, function: Callable[[], Any], drain_seconds: float) -> Any:
    """Let the calls of a closed executor finish, or abort them; call `function` last."""
    _drain(executor, drain_seconds)
    try:
        return function()
    finally:
        if executor.state.drained.is_set():
            for thread in executor.state.ending:
                thread.join()
        else:
            log.warning(
                "closed_while_running",
                "the MongoClient was closed while %(running)d calls were running that cannot be"
                " interrupted, such as functions of yours in run_in_worker()",
                running=len(executor.state.running),
            )


def _drain(executor: Executor, seconds: float) -> None:
    """Give the calls that run so many seconds, then abort them."""
    drained = executor.state.drained
    if not drained.wait(0 if executor.time_slices else seconds):
        for call in executor.change(list, executor.state.running):
            call.abort(closed_error("running"))
        drained.wait(_ABORT)


# Not a WeakSet: one thread cannot make a list of it while another one adds to it.
_executors: set[weakref.ref[Executor]] = set()


def register(executor: Executor) -> None:
    """Have an executor end with the interpreter, and begin anew in a forked child."""
    _executors.add(weakref.ref(executor, _executors.discard))


def all_executors() -> list[Executor]:
    """Return the executors that there are."""
    return [executor for each in _executors.copy() if (executor := each()) is not None]


def _leave_all() -> None:
    executors = sorted(all_executors(), key=lambda executor: not executor.time_slices)
    for executor in executors:
        executor.change(executor.state.close)
    deadline = monotonic() + DRAIN
    for executor in executors:
        _drain(executor, max(deadline - monotonic(), 0.0))


def _reset_all() -> None:
    for executor in all_executors():
        executor.reset(executor.closed)


# At exit the interpreter joins all threads before it calls the functions of `atexit`. This hook
# runs before that. Otherwise a parked thread would hold up the exit until its idle time ends, and a
# call until the server answers.
threading._register_atexit(_leave_all)  # type: ignore[attr-defined]

# A forked child has a copy of each executor, but none of its threads.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_all)
