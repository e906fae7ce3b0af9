"""An executor with loops and calls, as the scenarios need them."""

from __future__ import annotations

from collections import Counter

from pymongo.errors import InvalidOperation, WaitQueueTimeoutError

from explorer import invariants
from explorer.engine import Run
from explorer.primitives import explorable, point
from tornado_pymongo import inbox, log
from tornado_pymongo.errors import TooManyCalls
from tornado_pymongo.executor import (
    call,
    effects,
    executor,
    futures,
    lifecycle,
    queue,
    state,
    supervisor,
    workers,
)
from tornado_pymongo.executor.call import REQUEUE, Call, running_call
from tornado_pymongo.executor.executor import Executor
from tornado_pymongo.inbox import Inbox

MODULES = [call, effects, executor, futures, lifecycle, queue, state, supervisor, workers]


class Loop:
    """An event loop as far as an inbox needs one."""

    def __init__(self):
        self.ready, self.closed, self.runs = [], False, False
        self.inbox = Inbox(self)

    def call_soon_threadsafe(self, callback):
        point("wakes the loop", touches=self)
        if self.closed:
            raise RuntimeError("Event loop is closed")
        self.ready.append(callback)

    def is_closed(self):
        return self.closed

    def close(self):
        # A loop that runs cannot be closed.
        point("closes the loop", lambda: not self.runs, touches=self)
        self.closed = True

    def step(self):
        """Run all that is ready."""
        while self.ready and not self.closed:
            self.runs = True
            self.ready.pop(0)()
            self.runs = False

    def run(self):
        """Be the loop's thread."""
        while True:
            point("the loop waits", lambda: self.ready or self.closed, touches=self)
            if self.closed:
                return
            self.step()


class Connection:
    """What a call holds that can be interrupted."""

    is_ours = True

    def interrupt(self):
        point("interrupts the connection")
        assert self.is_ours, "14: another one's connection is interrupted"

    def awaited(self):
        return None


class World:
    """What one execution has."""

    def __init__(self, run, max_workers=1, *, explores_inbox=False, **options):
        self.looks: set[float] = set()  # of a supervisor that watches
        self.run = run
        self.executor = Executor(
            max_workers, 10, name="w", share_core="none", idle_seconds=10, **options
        )
        self.loop = Loop()
        for each in (self.loop.inbox._items, self.loop.inbox._token):
            each.has_points = explores_inbox
        self.calls, self.taken, self.delivered = [], [], Counter()
        self.closing = self.left_by_close = self.started_before_close = None
        self.over, self.explores_loop = set(), False
        self.logged, self.may_log = [], set()
        run.world = self
        run.checks.append(lambda: invariants.unlocked(self))
        run.quiet_checks.append(self._be_quiet)
        run.end_checks.append(lambda: invariants.end(self))

    def _be_quiet(self):
        if not self.explores_loop:
            self.loop.step()
        invariants.quiet(self)

    def tasks(self, name):
        return [task for task in self.run.tasks if task.name.startswith(name) and not task.done]

    def spawn(self, name, function, **options):
        self.run.spawn(name, function, **options)

    def submit(self, function=lambda: None, **options):
        """Have the executor take a new call whose result goes to the loop, or refuse it."""
        call = Call(self.executor, function, **options)
        call.receivers = ((self.loop.inbox, self._deliver),)
        self.calls.append(call)
        self.taken.append(call)
        try:
            self.executor.start(call)
        except (InvalidOperation, TooManyCalls, WaitQueueTimeoutError):
            self.taken.remove(call)
        return call

    def _deliver(self, call):
        self.delivered[call] += 1

    def two_turns(self, meanwhile=lambda: None):
        """Return a function of a call that wants one more turn, and looks whether it may go on."""
        turns = []

        def function():
            turns.append(1)
            meanwhile()
            running_call().check()
            return REQUEUE if len(turns) == 1 else None

        return function

    def with_connection(self):
        """Return a function of a call that uses a connection, which it then gives to others."""

        def function():
            call, connection = running_call(), Connection()
            with call.checkout_lock:
                call.checkout = connection
            point("uses the connection")
            with call.checkout_lock:
                call.checkout = None
                connection.is_ours = call.aborted  # else it goes to the next one
            call.check()

        return function

    def pass_time(self):
        point("time passes")
        self.run.clock += 2

    def close(self, **options):
        self.closing = self.executor.close(**options)


class _Log:
    """Takes the place of the module `log`."""

    def error(self, event, *_, **__):
        Run.now.world.logged.append(event)

    warning = error

    class_and_code = staticmethod(repr)


def explorable_core():
    """Have the core be such that it can be explored."""
    return explorable(
        MODULES, lock_free=[inbox], also={id(log): _Log(), id(lifecycle.register): _ignore}
    )


def _ignore(executor):
    """Have an executor not end with the interpreter: a fault may have left it locked."""
