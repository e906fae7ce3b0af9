"""A bounded executor: the threads of one client, in which PyMongo may block.

What it promises:

1. At most `max_workers` threads run calls, and at most ``max_workers + max_waiting`` calls are in
   its hands; a further one is refused at once.
2. Calls start in the order in which they were submitted. One that has many turns goes to the end
   of the queue after each.
3. A call that waits can be cancelled, and is then forgotten at once. It fails, without having run,
   when its deadline passes, or when it has waited for `wait_seconds`.
4. Threads are started when they are needed, and end when they had nothing to do for a while.
5. Whatever waits for a closed executor gets an error; whatever runs there has some seconds to
   finish, and is then aborted; no thread is left that can be ended.
6. No thread holds on to the function, the arguments or the result of a call that is over.

How calls reach the threads. The standard executor wakes a thread for each call. Under the GIL that
is the greater part of the cost of a short call: the thread that hands over and the thread that
takes over fight for the interpreter, once on the way out and once on the way back. So a thread of
this executor takes call after call from one queue, few threads are *active* while calls need the
CPU more than they wait for the server, and completions are announced in batches:

- A submitted call wakes a thread only where fewer than `_target` are active. Otherwise it waits for
  an active thread to become free.
- While calls wait, a supervisor thread looks at the executor every few milliseconds and moves
  `_target` between `_FEWEST` and `max_workers`. It also ends the calls that are late.
- Completions are announced (see `Executor.announce_soon`) as soon as they are as many as the calls
  that still wait: the loop then prepares the next ones while the threads have enough to do. They
  are announced before the last waiting call is run, and by the supervisor if they grow old.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Executor as BaseExecutor
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import suppress
from heapq import heapify, heappop, heappush
from itertools import count
from time import monotonic
from typing import Any

from pymongo.errors import InvalidOperation, WaitQueueTimeoutError

from tornado_pymongo import log
from tornado_pymongo.call import AGAIN, Call
from tornado_pymongo.errors import TooManyCalls
from tornado_pymongo.shared_core import SharedCore
from tornado_pymongo.stats import WorkerStatistics
from tornado_pymongo.supervisor import Supervisor, has_gil, usable_cores

# For how long completions may be gathered while more calls wait, in seconds. Measured with 100
# calls in flight on a local server: 1 ms costs a tenth of the throughput, 20 ms gains nothing.
_GATHER = 0.005

# How many threads are active for each usable core, one under the GIL, while calls need the CPU: one
# computes while the other's request is at the server. Measured: a third one gains nothing under the
# GIL.
_FEWEST = 2

# For how long a close waits for the calls that run, by default, in seconds: a guess.
DRAIN = 5.0

# How long it takes, in seconds, until a call has seen that it was aborted: twice the time after
# which PyMongo looks whether it still shall wait for the server, and a margin for a busy machine.
_ABORT = 2.0

# How long it may take until all calls that take turns had one, in seconds, but no more turns than
# so many a second. Measured with 1,000 idle change streams: 600 a second double find_one's p99, 200
# leave it nearly alone.
_ROUND = 1.5
_TURNS_PER_SECOND = 200

# After how long a wait, in seconds, we say that there are too few threads: a guess.
_LONG_WAIT = 1.0


class Executor(BaseExecutor):
    """Runs calls in at most `max_workers` threads and keeps at most `max_waiting` more waiting.

    It is a `concurrent.futures.Executor`; where a call has no thread at once, `submit` queues it
    and returns without waiting.

    :param max_workers: the most threads that run calls.
    :param max_waiting: the most calls that wait when `max_workers` others run.
    :param name: what the names of the threads begin with.
    :param idle_seconds: after how many seconds without a call a thread ends.
    :param wait_seconds: after how many seconds a call that waits fails; None for never.
    :param takes_turns: whether its calls are long waits, which have many turns: they get all the
        threads at once, it is no wonder that they wait, and they are not waited for by `close`.
    :param makes_room: a number of threads that it shares with another executor, and that executor:
        while calls run there, fewer run here.
    :param abort_on_cancel: whether who cancels a call that runs wants it to be aborted.
    :param share_core: whether the threads may be kept on one core where that is faster.
    """

    def __init__(
        self,
        max_workers: int,
        max_waiting: int,
        *,
        name: str = "tornado_pymongo",
        idle_seconds: float = 10.0,
        wait_seconds: float | None = None,
        takes_turns: bool = False,
        makes_room: tuple[int, Executor] | None = None,
        abort_on_cancel: bool = True,
        share_core: bool = True,
    ) -> None:
        self.max_workers = max_workers
        self.max_waiting = max_waiting
        self.wait_seconds = wait_seconds
        self.takes_turns = takes_turns
        self.abort_on_cancel = abort_on_cancel
        self._makes_room = makes_room
        self._share_core = share_core and not takes_turns and has_gil()
        self._name = name
        self._idle_seconds = idle_seconds
        self.closed: bool = False
        self._closing: Call | None = None
        self._has_closed = False
        self._reset()
        _executors.add(weakref.ref(self, _executors.discard))

    def _reset(self) -> None:
        """Begin with no thread and no call: when made, and in a forked child."""
        # Guards all that follows. It is held for a few lines at a time, never while anything waits.
        # Reentrant, since the garbage collector may run amid those lines, and in it a finalizer
        # that cancels or starts a call.
        self._lock = threading.RLock()
        self._queue: OrderedDict[Call, None] = OrderedDict()
        self._running: set[Call] = set()
        # Of the calls that wait and have a deadline: that, a number to tell equals apart, the call.
        # Those that have left the queue are removed now and then.
        self._deadlines: list[tuple[float, int, weakref.ref[Call]]] = []

        self._threads: ThreadPoolExecutor | None = None
        self._members: set[threading.Thread] = set()  # those that look for calls
        self._starting = False  # whether a thread is being started, under the lock
        fewest = self.max_workers if self.takes_turns else _FEWEST * usable_cores()
        self._fewest = min(fewest, self.max_workers)
        self._target = self._fewest  # how many threads may be active
        self._active = 0  # those that run a call, or were woken to take one
        self._looking = 0  # those of them that will look at the queue before they park
        self._parked: list[threading.Lock] = []  # the others: each waits for its own lock
        self._supervisor = Supervisor(self)
        self.shared_core: SharedCore = SharedCore(self._share_core)

        self._drained = threading.Event()  # set when no thread is active after closing
        if not self._has_closed:
            self._closing = None  # its thread, if any, is in the parent process

        self._announcements: deque[Callable[[], object]] = deque()
        self._gathered = 0  # calls that are over since the last announcement
        self._announce_at = 0.0  # when the oldest of them has waited long enough

        # How often what has happened, by the names of `WorkerStatistics`.
        self._counts = dict.fromkeys(_COUNTED, 0)
        self._turns_over = 0
        self._seconds_waited = self._longest_wait = 0.0
        self._seconds_run = self._longest_run = 0.0
        self._most_threads = 0
        self._warned = False

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
        """Queue a call; raise as `submit` does, or where its deadline has passed.

        :raises pymongo.errors.WaitQueueTimeoutError: where its deadline has passed.
        """
        if self.wait_seconds is not None:
            latest = call.queued_at + self.wait_seconds
            call.deadline = latest if call.deadline is None else min(call.deadline, latest)
        with self._lock:
            if self.closed:
                raise InvalidOperation("Cannot use MongoClient after close")
            waiting = len(self._queue)
            if len(self._running) + waiting >= self.max_workers + self.max_waiting:
                self._counts["refused"] += 1
                raise TooManyCalls(
                    f"{len(self._running)} calls are running and {waiting} are waiting, and this"
                    f" client takes max_workers={self.max_workers} + max_waiting={self.max_waiting}"
                    " at a time: start fewer calls at once, or raise max_waiting or max_workers"
                )
            self._counts["submitted"] += 1
            if call.deadline is not None:
                self._note_deadline(call)
            self._queue[call] = None
            if waiting >= self._looking:
                try:
                    self._activate_or_watch()
                except BaseException:
                    self._queue.pop(call, None)
                    self._counts["submitted"] -= 1
                    raise

    def forget(self, call: Call) -> bool:
        """Remove a call that waits, because it is over; tell whether it waited."""
        with self._lock:
            if self._queue.pop(call, call) is call:
                return False
            self._counts["aborted" if call.aborted or call.running() else "cancelled"] += 1
            return True

    def let_go(self, call: Call) -> None:
        """Count a call no more that is about to be over: whoever learns that may start another."""
        self._running.discard(call)

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
        self._counts["thread_wakeups"] += 1
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
            self._threads.submit(self._work, wanted)
            self._active += 1
            self._most_threads = max(self._most_threads, self._active)
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
        self._members.add(threading.current_thread())
        worker = _Worker()
        self.shared_core.enter()
        try:
            call = self._take(worker, None)
            while call is not None:
                outcome = self._run(call, worker.began)
                call = None  # let go of it before waiting for the next one
                call = self._take(worker, outcome)
        finally:
            self.shared_core.leave()

    def _run(self, call: Call, now: float) -> Any:
        """Let a call have its turn; return what became of it."""
        if call.deadline is not None and call.deadline <= now:
            call.end(self._late(call))
            outcome = "expired"
        else:
            try:
                outcome = call.run()
            except BaseException:  # of a callback, such as SystemExit: the call itself is over
                log.error(
                    "callback_failed",
                    "a callback of a completed call failed",
                    with_error=True,
                )
                outcome = "failed" if call.exception() else "finished"
        if outcome is not AGAIN:
            self._running.discard(call)  # also where it was cancelled when it had been taken
        elif not self._put_back(call):
            call.end(_closed("waiting"))
            outcome = "aborted"
        del call  # the traceback of its error holds this frame
        return outcome

    def _put_back(self, call: Call) -> bool:
        """Queue a call for its next turn, behind those that wait; tell whether that was possible.

        From then on it is not this thread's any more: another one may have taken it already.
        """
        call.queued_at = monotonic()
        with self._lock:
            if self.closed or call.aborted:
                return False
            self._turns_over += 1
            self._running.discard(call)
            self._queue[call] = None
            return True

    def _take(self, worker: _Worker, outcome: Any) -> Call | None:
        """Return the next call, waiting for it; None where this thread shall end.

        `outcome` is what became of this thread's last call, if it had one.
        """
        queue = self._queue
        with self._lock:
            if outcome is not None:
                now = monotonic()
                if outcome is not AGAIN:
                    self._turns_over += 1
                    self._counts[outcome] += 1
                seconds = now - worker.began
                self._seconds_run += seconds
                self._longest_run = max(self._longest_run, seconds)
                self._gathered += 1
                if self._gathered >= len(queue) or now >= self._announce_at:
                    # The loop may answer an announcement with its next call before this thread
                    # gets around to park: nobody need be woken for that one.
                    self._looking += 1
                    self._announce_unlocked()
                    self._looking -= 1
            while True:
                if queue and self._active <= self._target:
                    with suppress(KeyError):  # a finalizer may have cancelled it just now
                        call, _ = queue.popitem(last=False)
                        break
                elif not self._park(worker.wakeup):
                    return None
            self._running.add(call)
            self._counts["started"] += 1
            worker.began = monotonic()
            seconds = worker.began - call.queued_at
            self._seconds_waited += seconds
            self._longest_wait = max(self._longest_wait, seconds)
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
        if not self.closed:
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
        if not self.closed:
            self._members.discard(threading.current_thread())
        elif not self._active:  # a close waits for it
            self._drained.set()
        threads, self._threads = self._threads, None
        if threads is not None:
            threads.shutdown(wait=False)

    # Calls are late

    def _note_deadline(self, call: Call) -> None:
        """Have the supervisor know of a call's deadline. The lock is held."""
        assert call.deadline is not None
        if call.deadline <= call.queued_at:
            self._counts["expired"] += 1
            raise self._late(call)
        if len(self._deadlines) > 2 * len(self._queue) + 100:
            self._deadlines = [entry for entry in self._deadlines if entry[2]() in self._queue]
            heapify(self._deadlines)
        heappush(self._deadlines, (call.deadline, next(_numbers), weakref.ref(call)))

    def _end_late(self, now: float) -> None:
        """Fail the calls that wait and whose deadline has passed."""
        late = []
        with self._lock:
            while self._deadlines and self._deadlines[0][0] <= now:
                call = heappop(self._deadlines)[2]()
                if call is not None and self._queue.pop(call, call) is None:
                    late.append((call, self._late(call)))
            self._counts["expired"] += len(late)
        for call, error in late:
            call.end(error)
        if late:
            self.announce()

    def _late(self, call: Call) -> WaitQueueTimeoutError:
        if self.wait_seconds is not None and call.deadline == call.queued_at + self.wait_seconds:
            reason = f"waitQueueTimeoutMS ({self.wait_seconds * 1000:g} ms) has passed"
        else:
            reason = "its deadline, of pymongo.timeout() or timeoutMS, has passed"
        return WaitQueueTimeoutError(
            f"Timed out while waiting for a worker thread: {reason}, and {len(self._running)} calls"
            f" are running, of at most max_workers={self.max_workers}, and {len(self._queue)} are"
            " waiting. Start fewer calls at once, allow more time, or raise max_workers"
        )

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
        announcements = []
        with self._lock:
            self._gathered = 0
            while self._announcements:  # others may add to them meanwhile
                announcements.append(self._announcements.popleft())
            self._counts["loop_wakeups"] += len(announcements)
        for announce in announcements:
            try:
                announce()
            except Exception:  # noqa: PERF203 - one must not keep the others
                log.error(
                    "announcement_failed",
                    "a completed call could not be announced by %(announce)s",
                    with_error=True,
                    announce=repr(announce),
                )

    # How it is

    @property
    def most_active(self) -> int:
        """How many threads may be active now."""
        if self._makes_room is None:
            return self.max_workers
        total, other = self._makes_room
        return max(min(self.max_workers, total - len(other._running)), 1)

    @property
    def turn_seconds(self) -> float | None:
        """How long a turn may take so that all calls have one in time; None for any time."""
        calls = len(self._running) + len(self._queue)
        if calls <= self.max_workers:
            return None
        return self.max_workers * max(_ROUND / calls, 1 / _TURNS_PER_SECOND)

    def statistics(self) -> WorkerStatistics:
        """Return what its threads have done, and do now."""
        with self._lock:
            return WorkerStatistics(
                max_workers=self.max_workers,
                max_waiting=self.max_waiting,
                threads=self._active + len(self._parked),
                most_threads=self._most_threads,
                busy=self._counts["started"] - self._turns_over,
                waiting=len(self._queue),
                waited_seconds=self._seconds_waited,
                longest_wait_seconds=self._longest_wait,
                run_seconds=self._seconds_run,
                longest_run_seconds=self._longest_run,
                **self._counts,
            )

    def _warn_of_long_waits(self, now: float) -> None:
        """Say once that calls wait long for the threads, which wait for the server.

        The lock must not be held: what handles the log may take one of its own, with which another
        thread makes a call.
        """
        if self._warned or self.takes_turns or len(self._running) < self.max_workers:
            return
        with self._lock:
            first = next(iter(self._queue), None)
            if first is None or (waited := now - first.queued_at) < _LONG_WAIT:
                return
            waiting = len(self._queue)
            self._warned = True
            del first
        log.warning(
            "too_few_workers",
            "%(waiting)d MongoDB calls wait for a worker thread, the first of them for"
            " %(waited_seconds).1f s, and all max_workers=%(max_workers)d threads have one to run:"
            " raise max_workers (and maxPoolSize), or see which calls take so long. This is said"
            " once for each client",
            waiting=waiting,
            waited_seconds=waited,
            max_workers=self.max_workers,
        )

    # The end

    def close(
        self, function: Callable[[], Any] = lambda: None, drain_seconds: float = DRAIN
    ) -> Call:
        """Take no more calls, fail those that wait, and run `function` last; return its Future.

        The calls that run have `drain_seconds` to finish; then they are aborted. The threads are
        waited for. Closing again returns the same Future.
        """
        with self._lock:
            if self._closing is not None:
                return self._closing
            self._closing = Call(self, self._end, (function, drain_seconds), {})
        self._leave()
        # A thread of its own: all others may be in calls that take long.
        last = ThreadPoolExecutor(1, f"{self._name}_close")
        try:
            last.submit(self._run_last, self._closing)
        except RuntimeError:  # the interpreter is exiting, and starts no more threads
            self._run_last(self._closing)
        last.shutdown(wait=False)
        return self._closing

    def _run_last(self, call: Call) -> None:
        call.run()
        self._has_closed = True
        self.announce()

    def _end(self, function: Callable[[], Any], drain_seconds: float) -> Any:
        """Do what a close does when no call is taken any more."""
        if not self._drained.wait(0 if self.takes_turns else drain_seconds):
            self._abort_running()
        try:
            return function()
        finally:
            if self._drained.is_set():
                self._supervisor.join()
                for thread in self._members:
                    thread.join()
            else:
                log.warning(
                    "closed_while_running",
                    "the MongoClient was closed while %(running)d calls were running that cannot"
                    " be interrupted, such as functions of yours in run_in_worker()",
                    running=len(self._running),
                )

    def _abort_running(self) -> None:
        """End the calls that run, and wait until they have seen it."""
        for call in self._running.copy():  # at once: other threads let go of theirs meanwhile
            call.abort(_closed("running"))
        self._drained.wait(_ABORT)

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
        """Take no more calls, fail those that wait, and end the parked threads."""
        with self._lock:
            self.closed = True
            refused = list(self._queue)
            self._queue.clear()
            self._counts["aborted"] += len(refused)
            self._wake_all()
            if not self._active:
                self._drained.set()
        for call in refused:
            call.end(_closed("waiting"))
        self.announce()


_numbers = count()

# The counts of an executor that its statistics show.
_COUNTED = (
    *("submitted", "refused", "started", "finished", "failed", "cancelled", "aborted", "expired"),
    *("thread_wakeups", "loop_wakeups"),
)


def _closed(what: str) -> InvalidOperation:
    return InvalidOperation(f"the MongoClient was closed while this call was {what}")


class _Worker:
    """What a thread of an executor has of its own."""

    __slots__ = ("began", "wakeup")

    def __init__(self) -> None:
        self.wakeup = threading.Lock()  # released by whoever wakes the parked thread
        self.wakeup.acquire()
        self.began = 0.0  # when its last call began


# Not a WeakSet, of which one thread cannot make a list while another one adds to it.
_executors: set[weakref.ref[Executor]] = set()


def _all_executors() -> list[Executor]:
    return [executor for each in _executors.copy() if (executor := each()) is not None]


def _leave_all() -> None:
    executors = sorted(_all_executors(), key=lambda executor: not executor.takes_turns)
    for executor in executors:
        executor._leave()
    deadline = monotonic() + DRAIN
    for executor in executors:
        seconds = 0.0 if executor.takes_turns else max(deadline - monotonic(), 0.0)
        if not executor._drained.wait(seconds):
            executor._abort_running()


def _reset_all() -> None:
    for executor in _all_executors():
        executor._reset()


# At exit the interpreter joins the threads of every ThreadPoolExecutor, before any atexit function
# runs. It does so from this list of functions, newest first: ours, which comes after that of the
# imported ThreadPoolExecutor, is called earlier. Without it a parked thread would hold up the exit
# for as long as it may be idle, and a call for as long as the server does not answer.
threading._register_atexit(_leave_all)  # type: ignore[attr-defined]

# A forked child has a copy of this executor but none of its threads.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_all)
