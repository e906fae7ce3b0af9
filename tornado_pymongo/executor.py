"""A bounded executor: the threads of one client, in which PyMongo may block.

What it promises:

1. At most `max_workers` threads run calls, and at most ``max_workers + max_waiting`` calls are in
   its hands; a further one is refused at once.
2. Calls start in the order in which they were submitted.
3. A call that waits can be cancelled, and is then forgotten at once.
4. Threads are started when they are needed, and end when they had nothing to do for a while.
5. Whatever waits for a closed executor gets an error; whatever runs there finishes.
6. No thread holds on to the function, the arguments or the result of a call that is over.

How calls reach the threads. The standard executor wakes a thread for each call. Under the GIL that
is the greater part of the cost of a short call: the thread that hands over and the thread that
takes over fight for the interpreter, once on the way out and once on the way back. So a thread of
this executor takes call after call from one queue, few threads are *active* while calls need the
CPU more than they wait for the server, and completions are announced in batches:

- A submitted call wakes a thread only where fewer than `_target` are active. Otherwise it waits for
  an active thread to become free.
- While calls wait, a supervisor thread looks at the executor every few milliseconds and moves
  `_target` between `_FEWEST` and `max_workers`.
- Completions are announced (see `Executor.announce_soon`) as soon as they are as many as the calls
  that still wait: the loop then prepares the next ones while the threads have enough to do. They
  are announced before the last waiting call is run, and by the supervisor if they grow old.
"""

from __future__ import annotations

import gc
import logging
import os
import threading
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor as BaseExecutor
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import contextmanager, suppress
from contextvars import copy_context
from time import monotonic, process_time, sleep
from typing import Any

from pymongo.errors import InvalidOperation

from tornado_pymongo.errors import TooManyCalls

logger: logging.Logger = logging.getLogger("tornado_pymongo")

# How soon the supervisor looks again while calls wait, in seconds: after the first time where it
# has changed something, so that a burst of slow calls has a hundred threads after 12 ms, and then
# after twice the time each time, up to the second. Measured: looking every 2 ms costs 4 % of the
# throughput, every 10 ms nothing.
_TICK = 0.002
_LONGEST_TICK = 0.008

# For how long completions may be gathered while more calls wait, in seconds. Measured with 100
# calls in flight on a local server: 1 ms costs a tenth of the throughput, 20 ms gains nothing.
_GATHER = 0.005

# How many threads are active while calls need the CPU: one computes while the other's request is
# at the server. Measured: a third one gains nothing under the GIL.
_FEWEST = 2

# For how long a close waits for the calls that run, in seconds: a guess.
_DRAIN = 5.0

# The part of one core below which the threads must be waiting for the server, so that more of them
# would help, and the part above which they wait for each other. Measured: two threads in short
# calls use 0.95, one 0.68.
_IDLE_SHARE = 0.75
_BUSY_SHARE = 0.9


Deliver = Callable[[Any, "BaseException | None"], object]


class Call(Future[Any]):
    """A function on its way through an executor: the concurrent Future of one call.

    `deliver`, if given, is called as ``deliver(result, error)`` by the thread that ends the call,
    unless that was cancelled.
    """

    def __init__(
        self,
        executor: Executor,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        deliver: Deliver | None = None,
    ) -> None:
        super().__init__()
        self.executor = executor
        self._deliver = deliver
        # The caller's context: deadlines, bound sessions and tracing go with the call.
        self._work: Any = (copy_context(), function, args, kwargs)

    def cancel(self) -> bool:
        """Cancel the call if it has not started; it then leaves the queue at once."""
        if not super().cancel():
            return False
        self._work = self._deliver = None
        if self.executor._forget(self):
            self.set_running_or_notify_cancel()  # no thread will, and tell who waits for it
        return True

    def run(self) -> None:
        """Run the function in this thread, unless the call was cancelled."""
        if not self.set_running_or_notify_cancel():
            return
        context, function, args, kwargs = self._work
        self._work = None
        try:
            result = context.run(function, *args, **kwargs)
        except BaseException as error:
            self._fail(error)
            # The error's traceback holds this frame: without this it would hold the call as well,
            # and the call the error.
            del self
        else:
            self.set_result(result)
            if self._deliver is not None:
                self._deliver(result, None)
                self._deliver = None

    def refuse(self, error: BaseException) -> None:
        """Fail without running, unless the call was cancelled."""
        if self.set_running_or_notify_cancel():
            self._work = None
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        if isinstance(error, StopIteration):
            # No coroutine can be resumed with a StopIteration: whoever awaited it would hang.
            wrapped = RuntimeError("the function raised StopIteration")
            wrapped.__cause__ = error
            error = wrapped
        self.set_exception(error)
        if self._deliver is not None:
            self._deliver(None, error)
            self._deliver = None


class Executor(BaseExecutor):
    """Runs calls in at most `max_workers` threads and keeps at most `max_waiting` more waiting.

    It is a `concurrent.futures.Executor`; where a call has no thread at once, `submit` queues it
    and returns without waiting.

    :param max_workers: the most threads that run calls.
    :param max_waiting: the most calls that wait when `max_workers` others run.
    :param name: what the names of the threads begin with.
    :param idle_seconds: after how many seconds without a call a thread ends.
    """

    def __init__(
        self,
        max_workers: int,
        max_waiting: int,
        *,
        name: str = "tornado_pymongo",
        idle_seconds: float = 10.0,
    ) -> None:
        self.max_workers = max_workers
        self.max_waiting = max_waiting
        self._name = name
        self._idle_seconds = idle_seconds
        self._closed = False
        self._closing: Call | None = None
        self._reset()
        _executors.add(self)

    def _reset(self) -> None:
        """Begin with no thread and no call: when made, and in a forked child."""
        # Guards all that follows. It is held for a few lines at a time, never while anything waits.
        # Reentrant, since the garbage collector may run amid those lines, and in it a finalizer
        # that cancels or starts a call.
        self._lock = threading.RLock()
        self._queue: OrderedDict[Call, None] = OrderedDict()
        self._running = 0
        self._taken = 0  # how many calls threads have taken, ever

        self._threads: ThreadPoolExecutor | None = None
        self._starting = False  # whether a thread is being started, under the lock
        self._target = min(_FEWEST, self.max_workers)  # how many threads may be active
        self._active = 0  # those that run a call, or were woken to take one
        self._looking = 0  # those of them that will look at the queue before they park
        self._parked: list[threading.Lock] = []  # the others: each waits for its own lock
        self._supervisor = _Supervisor(self)

        self._drained = threading.Event()  # set when no call runs after closing
        if self._closing is not None and not self._closing.done():
            self._closing = None  # its thread is in the parent process

        self._announcements: deque[Callable[[], object]] = deque()
        self._gathered = 0  # calls that are over since the last announcement
        self._announce_at = 0.0  # when the oldest of them has waited long enough

    # Calls come in

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Call:
        """Queue ``function(*args, **kwargs)`` for the next free thread; return its Future.

        It runs in a copy of the caller's context.

        :raises TooManyCalls: where `max_workers` + `max_waiting` calls are here already.
        :raises pymongo.errors.InvalidOperation: after `close`.
        """
        call = Call(self, function, args, kwargs)
        self.start(call)
        return call

    def start(self, call: Call) -> None:
        """Queue a call; raise as `submit` does."""
        with self._lock:
            if self._closed:
                raise InvalidOperation("Cannot use MongoClient after close")
            waiting = len(self._queue)
            if self._running + waiting >= self.max_workers + self.max_waiting:
                raise TooManyCalls(
                    f"{self._running} calls are running and {waiting} are waiting, and this client"
                    f" takes max_workers={self.max_workers} + max_waiting={self.max_waiting} at a"
                    " time: start fewer calls at once, or raise max_waiting or max_workers"
                )
            self._queue[call] = None
            if waiting >= self._looking:
                try:
                    self._activate_or_watch()
                except BaseException:
                    self._queue.pop(call, None)
                    raise

    def _forget(self, call: Call) -> bool:
        with self._lock:
            return self._queue.pop(call, call) is None

    # Threads take them

    def _activate_or_watch(self) -> None:
        """See that the waiting calls get a thread, now or as the supervisor decides. Locked."""
        if self._starting:
            # We are in a finalizer, amid the start of a thread, which cannot be entered twice. That
            # thread will find this call in the queue.
            return
        if self._active < self._target:
            self._activate()
        else:
            self._supervisor.watch()

    def _activate(self) -> None:
        """Wake a parked thread, or start one. The lock is held."""
        if self._parked:
            # The one that parked last is the likeliest to be warm, and lets the others grow idle.
            self._active += 1
            self._parked.pop().release()
            return
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self.max_workers, self._name)
        wanted = [True]
        self._starting = True
        try:
            with _collector_paused():
                self._threads.submit(self._work, wanted)
            self._active += 1
        except RuntimeError as error:  # the system has no more, or the interpreter is exiting
            wanted.clear()  # the job may be in the hands of another thread of the pool
            self._threads.shutdown(wait=False)
            self._threads = None
            if not self._active:
                raise InvalidOperation(f"no worker thread could be started: {error}") from error
            self._supervisor.watch()
        finally:
            self._starting = False

    def _work(self, wanted: list[bool]) -> None:
        """What a thread does: take calls and run them until there were none for a while."""
        if not wanted:
            return
        wakeup = threading.Lock()
        wakeup.acquire()
        call = self._take(wakeup, finished=False)
        while call is not None:
            call.run()
            call = None  # let go of it before waiting for the next one
            call = self._take(wakeup, finished=True)

    def _take(self, wakeup: threading.Lock, finished: bool) -> Call | None:
        """Return the next call, waiting for it; None where this thread shall end."""
        queue = self._queue
        with self._lock:
            if finished:
                self._running -= 1
                self._gathered += 1
                if self._gathered >= len(queue) or monotonic() >= self._announce_at:
                    # The loop may answer an announcement with its next call before this thread
                    # gets around to park: nobody need be woken for that one.
                    self._looking += 1
                    self._announce_unlocked()
                    self._looking -= 1
                if self._closed and not self._running:
                    self._drained.set()
            while True:
                if queue and self._active <= self._target:
                    with suppress(KeyError):  # a finalizer may have cancelled it just now
                        call, _ = queue.popitem(last=False)
                        break
                elif not self._park(wakeup):
                    return None
            self._running += 1
            self._taken += 1
            if queue:
                if self._active < self._target or not self._supervisor.watching:
                    self._activate_or_watch()
            else:
                # Perhaps nobody watches, so what was gathered must not wait for this call to end.
                self._announce_unlocked()
        return call

    def _park(self, wakeup: threading.Lock) -> bool:
        """Wait to be made active again; tell whether, or this thread shall end. Locked."""
        self._active -= 1
        if not self._closed:
            if self._queue:
                # There shall be fewer threads. A call may have counted on this one to look.
                self._supervisor.watch()
            self._parked.append(wakeup)
            self._announce_unlocked()
            if self._wait_unlocked(wakeup):
                return True
            if wakeup not in self._parked:
                # 1. The time ran out. 2. Somebody took our lock from the list and released it, to
                # wake us. 3. We got `_lock`. We are counted as active and must go on.
                wakeup.acquire()
                return True
            self._parked.remove(wakeup)
        self._end_thread()
        return False

    def _wait_unlocked(self, wakeup: threading.Lock) -> bool:
        self._lock.release()
        try:
            return wakeup.acquire(timeout=self._idle_seconds)
        finally:
            self._lock.acquire()

    def _end_thread(self) -> None:
        """Let go of the calling thread. The lock is held.

        A `ThreadPoolExecutor` keeps a thread whose job is done, unless it was shut down. The jobs
        of the other threads go on, and those started later get a new one.
        """
        threads, self._threads = self._threads, None
        if threads is not None:
            threads.shutdown(wait=False)

    # Completions go out

    def announce_soon(self, announce: Callable[[], object]) -> None:
        """Have `announce` called soon, together with others like it.

        For a call's `deliver`: who runs that announces what is here before doing anything else.
        """
        if not self._announcements:
            self._announce_at = monotonic() + _GATHER
        self._announcements.append(announce)

    def _announce_unlocked(self) -> None:
        if self._announcements:
            self._lock.release()
            try:
                self.announce()
            finally:
                self._lock.acquire()
        else:
            self._gathered = 0

    def announce(self) -> None:
        """Announce all that was gathered, now."""
        self._gathered = 0
        while True:
            try:
                announce = self._announcements.popleft()
            except IndexError:
                return
            try:
                announce()
            except Exception:
                logger.exception("a completed call could not be announced by %r", announce)

    # The end

    def close(self, function: Callable[[], Any] = lambda: None) -> Call:
        """Take no more calls, fail those that wait, and run `function` last; return its Future.

        The calls that run are waited for, but not longer than `_DRAIN` seconds; the threads end
        when they are over. Closing again returns the same Future.
        """
        with self._lock:
            if self._closing is not None:
                return self._closing
            self._closing = Call(self, function, (), {})
            self._closed = True
            refused = list(self._queue)
            self._queue.clear()
            self._wake_all()
            if not self._running:
                self._drained.set()
        self._refuse(refused)
        # A thread of its own: all others may be in calls that take long.
        last = ThreadPoolExecutor(1, f"{self._name}_close")
        try:
            last.submit(self._run_last, self._closing)
        except RuntimeError:  # the interpreter is exiting, and starts no more threads
            self._run_last(self._closing)
        last.shutdown(wait=False)
        return self._closing

    def _run_last(self, call: Call) -> None:
        self._drained.wait(_DRAIN)
        call.run()
        self.announce()

    def _wake_all(self) -> None:
        self._supervisor.dismiss()
        self._active += len(self._parked)
        while self._parked:
            self._parked.pop().release()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Close, as `concurrent.futures.Executor` has it; waiting calls fail in any case."""
        closing = self.close()
        if wait:
            wait_for([closing])

    def _leave(self) -> None:
        """Let the interpreter exit: fail what waits, and end the parked threads."""
        with self._lock:
            self._closed = True
            refused = list(self._queue)
            self._queue.clear()
            self._wake_all()
        self._refuse(refused)

    def _refuse(self, calls: list[Call]) -> None:
        for call in calls:
            call.refuse(InvalidOperation("the MongoClient was closed while this call was waiting"))
        self.announce()


class _Supervisor:
    """Adapts how many threads of an executor are active, while calls wait there.

    The process's CPU time tells why calls wait. Little of it: the active threads are waiting for
    the server, so there should be more. A whole core of it, which is all that the GIL gives: they
    are waiting for each other, so there should be fewer. And where no thread took a call for a
    whole tick, all are held up by slow calls, whatever else uses the CPU.
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = weakref.ref(executor)
        self._idle_seconds = executor._idle_seconds
        self._wakeup = threading.Lock()
        self._wakeup.acquire()
        self.watching = False
        self._started = False

    def watch(self) -> None:
        """See that somebody looks from now on, until no call waits. The executor's lock is held."""
        if self.watching:
            return
        self.watching = True
        if self._started:
            self._wakeup.release()
        else:
            self._started = True
            executor = self._executor()
            assert executor is not None  # it is what calls us
            name = f"{executor._name}_supervisor"
            executor._starting = True
            try:
                with _collector_paused():
                    threading.Thread(target=self._run, name=name, daemon=True).start()
            except RuntimeError:  # no thread to be had now: try again with the next call
                self._started = self.watching = False
            finally:
                executor._starting = False

    def dismiss(self) -> None:
        """Let the thread end, now that the executor is closed. The executor's lock is held."""
        if self._started and not self.watching:
            self.watching = True
            self._wakeup.release()

    def _run(self) -> None:
        while True:
            self._look_while_calls_wait()
            executor = self._executor()
            if executor is None or executor._closed:
                return
            del executor
            if not self._wakeup.acquire(timeout=self._idle_seconds):
                executor = self._executor()
                if executor is None:
                    return
                with executor._lock:
                    if not self.watching:
                        self._started = False
                        return
                self._wakeup.acquire()

    def _look_while_calls_wait(self) -> None:
        taken = -1
        tick = _TICK
        cpu = process_time()
        then = monotonic()
        while True:
            sleep(tick)
            executor = self._executor()
            if executor is None:
                return
            now = monotonic()
            if now >= executor._announce_at:
                executor.announce()
            used = process_time()
            with executor._lock:
                if not executor._queue:
                    self.watching = False
                    break
                share = (used - cpu) / (now - then)
                target = executor._target
                if share < _IDLE_SHARE or executor._taken == taken:
                    executor._target = min(executor.max_workers, target * 2)
                elif share > _BUSY_SHARE:
                    executor._target = min(target, max(target * 3 // 4, _FEWEST))
                tick = _TICK if executor._target != target else min(tick * 2, _LONGEST_TICK)
                missing = executor._target - executor._active
                for _ in range(min(missing, len(executor._queue))):
                    executor._activate()
                taken = executor._taken
            cpu = used
            then = now
            del executor
        # What was gathered may have counted on calls that were cancelled.
        executor.announce()


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector from running a finalizer in a thread that is being started.

    Its starter waits for it, with our lock held, for which a finalizer that cancels or starts a
    call would wait.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


_executors: weakref.WeakSet[Executor] = weakref.WeakSet()


def _leave_all() -> None:
    for executor in list(_executors):
        executor._leave()


def _reset_all() -> None:
    for executor in list(_executors):
        executor._reset()


# At exit the interpreter joins the threads of every ThreadPoolExecutor, before any atexit function
# runs. It does so from this list of functions, newest first: ours, which comes after that of the
# imported ThreadPoolExecutor, is called earlier. Without it a parked thread would hold up the exit
# for as long as it may be idle.
threading._register_atexit(_leave_all)  # type: ignore[attr-defined]

# A forked child has a copy of this executor but none of its threads.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_all)
