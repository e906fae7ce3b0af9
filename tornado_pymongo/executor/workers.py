"""The threads that run calls: how each starts, wakes, parks and ends, and how many there are.

::

    starting ──► active ◄──────► parked ──► ended
                    │                         ▲
                    └─────────────────────────┘  closed

A thread that is active runs a call or looks for one. A parked one waits for its own lock, which is
released by whoever chooses it. It ends if nobody has for `idle_seconds`:

1. The wait times out.
2. In a transition of its own the thread sees whether it is still on the list of the parked.
3. If it is, it leaves the list, and nobody can choose it any more. If it is not, it was chosen
   between 1 and 2: the release is coming, and the thread takes it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from itertools import count

from tornado_pymongo import log
from tornado_pymongo.executor.call import Call
from tornado_pymongo.executor.effects import Effect, start_thread
from tornado_pymongo.executor.shared_core import SharedCore

_numbers = count()


class Worker:
    """One thread.

    :param step: is given this, settles the call that was run, and sets `call` to the next one, or
        parks or ends the thread.
    :param end_parked: is given this, and tells whether the thread shall end now.
    """

    __slots__ = ("_crew", "_wakeup", "began_at", "call", "ended", "thread")

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._wakeup = threading.Lock()
        self._wakeup.acquire()
        self.call: Call | None = None  # that it runs
        self.began_at: float = 0.0  # when that began
        self.ended: bool = False
        name = f"{crew.name}_{next(_numbers)}"
        self.thread: threading.Thread = threading.Thread(target=self._run, name=name)

    def wake(self) -> None:
        """Release the thread from its parking. Only who took it off the list may do so."""
        self._wakeup.release()

    def _run(self) -> None:
        crew = self._crew
        crew.shared_core.enter()
        try:
            while not self.ended:
                try:
                    crew.step(self)
                except BaseException:  # of an effect: the step itself is done
                    log.error(
                        "callback_failed", "a callback of a completed call failed", with_error=True
                    )
                if self.call is not None:
                    self.call.run()
                elif not self.ended:
                    self._park()
        finally:
            crew.shared_core.leave()

    def _park(self) -> None:
        in_time = self._wakeup.acquire(timeout=self._crew.idle_seconds)
        if not in_time and not self._crew.end_parked(self):
            self._wakeup.acquire()


class Crew:
    """The threads of an executor. Its lock guards them, its methods ask for effects.

    :param step: what a `Worker` calls for its next call.
    :param end_parked: what a `Worker` calls if nobody has woken it for `idle_seconds`.
    :param refused: is called with a `Worker` that the system would not start, and the error.
    """

    def __init__(
        self,
        name: str,
        idle_seconds: float,
        shared_core: SharedCore,
        effects: list[Effect],
        step: Callable[[Worker], object],
        end_parked: Callable[[Worker], bool],
        refused: Callable[[Worker, RuntimeError], object],
    ) -> None:
        self.name = name
        self.idle_seconds = idle_seconds
        self.shared_core = shared_core
        self.step = step
        self.end_parked = end_parked
        self._refused = refused
        self._effects = effects
        self.active: int = 0  # threads that run a call, look for one, or are on their way to do so
        self.parked: list[Worker] = []
        self.workers: dict[Worker, None] = {}  # all of them
        self.ending: list[threading.Thread] = []  # of a closed executor
        self.wakeups: int = 0  # how often one was woken or started
        self.most: int = 0  # how many there ever were

    def activate(self) -> None:
        """Have one more thread look for a call."""
        self.active += 1
        self.wakeups += 1
        if self.parked:
            # The one that parked last is the likeliest to be warm, and lets the others grow idle.
            self._effects.append((self.parked.pop().wake,))
            return
        worker = Worker(self)
        self.workers[worker] = None
        self.most = max(self.most, len(self.workers))
        self._effects.append((start_thread, worker.thread, partial(self._refused, worker)))

    def activate_parked(self) -> None:
        """Wake all that are parked."""
        while self.parked:
            self.activate()

    def park(self, worker: Worker) -> None:
        """Have an active thread wait until it is needed."""
        self.active -= 1
        self.parked.append(worker)

    def end(self, worker: Worker) -> None:
        """End an active thread of a closed executor."""
        self.forget(worker)
        self.ending.append(worker.thread)

    def forget(self, worker: Worker) -> None:
        """Count an active thread no more: it ends, or could not be started."""
        self.active -= 1
        worker.ended = True
        del self.workers[worker]

    def unpark(self, worker: Worker) -> bool:
        """End a parked thread; tell whether it was one."""
        if worker not in self.parked:
            return False
        self.parked.remove(worker)
        worker.ended = True
        del self.workers[worker]
        return True
