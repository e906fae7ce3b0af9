"""The threads that run calls: how each starts, wakes, parks and ends, and how many there are.

::

    starting ──► active ◄──────► parked ──► ended
                    │                         ▲
                    └─────────────────────────┘  closed

A thread that is active runs a call or looks for one. A parked one waits for its own lock, which the
change that chooses it releases. It ends if it was not chosen for `idle_seconds`:

1. The wait times out.
2. In a transition of its own the thread sees whether it is still on the list of the parked.
3. If it is, it leaves the list, and nobody can choose it any more. If it is not, it was chosen
   between 1 and 2: the release is coming, and the thread takes it.
"""

from __future__ import annotations

import threading
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from tornado_pymongo import log
from tornado_pymongo.executor.call import Call
from tornado_pymongo.executor.effects import start_thread

if TYPE_CHECKING:
    from tornado_pymongo.executor.executor import Executor

_numbers = count()


class Worker:
    """One thread of an executor, whose lock guards what is not the thread's own."""

    __slots__ = ("_executor", "began_at", "call", "ended", "thread", "wakeup")

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        # Only who took the thread off the list of the parked may release it.
        self.wakeup: threading.Lock = threading.Lock()
        self.wakeup.acquire()
        self.call: Call | None = None  # that it runs
        self.began_at: float = 0.0  # when that began
        self.ended: bool = False
        name = f"{executor.name}_{next(_numbers)}"
        self.thread: threading.Thread = threading.Thread(target=self._run, name=name)

    def _run(self) -> None:
        executor = self._executor
        executor.shared_core.enter()
        try:
            while not self.ended:
                try:
                    executor.change(executor.state.step, self)
                except BaseException:  # of an effect: the step itself is done
                    log.error(
                        "callback_failed", "a callback of a completed call failed", with_error=True
                    )
                if self.call is not None:
                    self.call.run()
                elif not self.ended:
                    self._park()
        finally:
            executor.shared_core.leave()

    def _park(self) -> None:
        executor = self._executor
        in_time = self.wakeup.acquire(timeout=executor.idle_seconds)
        if not in_time and not executor.change(executor.state.crew.end_parked, self):
            self.wakeup.acquire()


class Crew:
    """The threads of an executor. Its lock guards them, its list of effects gets theirs."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self.active: int = 0  # threads that run a call, look for one, or are on their way to do so
        self.parked: list[Worker] = []
        self.workers: dict[Worker, None] = {}  # all of them

    def activate(self) -> None:
        """Have one more thread look for a call."""
        executor = self._executor
        numbers = executor.state.numbers
        numbers["thread_wakeups"] += 1
        self.active += 1
        if self.parked:
            # The one that parked last is the likeliest to be warm, and lets the others grow idle.
            executor.effects.append((self.parked.pop().wakeup.release,))
            return
        worker = Worker(executor)
        self.workers[worker] = None
        numbers["most_threads"] = max(numbers["most_threads"], len(self.workers))
        refused = partial(executor.change, executor.state.refused, worker)
        executor.effects.append((start_thread, worker.thread, refused))

    def park(self, worker: Worker) -> None:
        """Have an active thread wait until it is needed."""
        self.active -= 1
        self.parked.append(worker)

    def end(self, worker: Worker) -> None:
        """Count an active thread no more: its executor is closed, or it could not be started."""
        self.active -= 1
        worker.ended = True
        del self.workers[worker]

    def end_parked(self, worker: Worker) -> bool:
        """End a thread that nobody has woken in time; tell whether it was still parked."""
        if worker not in self.parked:
            return False
        self.parked.remove(worker)
        worker.ended = True
        del self.workers[worker]
        return True
