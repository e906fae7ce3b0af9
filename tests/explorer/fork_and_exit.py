"""Fork, or end the interpreter, at each lock operation of an executor in turn.

``python fork_and_exit.py fork`` forks at each operation, in whichever thread does it, and has the
child make calls. ``python fork_and_exit.py exit`` ends the main thread of a process when another
thread comes to the operation, where that stands until the end has begun. Both print how many
operations they had, and fail with a message.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
import warnings
from itertools import count

from tornado_pymongo.executor import REQUEUE, Executor, call, executor, supervisor, workers

# How long anything may take, in seconds.
_PATIENCE = 20


_NOT_REACHED = 77


class Operations:
    """Counts the operations of all locks, and does something at one of them."""

    def begin(self, number, happens, but_for=None):
        """Count anew, but for what this thread does."""
        self.number, self._happens, self._but_for = number, happens, but_for
        self._count = count()

    def next(self):
        if threading.get_ident() != self._but_for and next(self._count) == self.number:
            self._happens()


now = Operations()
now.begin(-1, None)


class Counting:
    """A lock whose operations are counted, before and after."""

    make = None

    def __init__(self):
        self._lock = self.make()

    def acquire(self, *args, **kwargs):
        now.next()
        got = self._lock.acquire(*args, **kwargs)
        now.next()
        return got

    def release(self):
        now.next()
        self._lock.release()
        now.next()

    def _is_owned(self):
        return self._lock._is_owned()

    __enter__ = acquire

    def __exit__(self, *error):
        self.release()


class _Threading:
    """The module threading, with locks that count."""

    Lock = type("Lock", (Counting,), {"make": staticmethod(threading.Lock)})
    RLock = type("RLock", (Counting,), {"make": staticmethod(threading.RLock)})

    def __getattr__(self, name):
        return getattr(threading, name)


for module in (call, executor, supervisor, workers):
    module.threading = _Threading()


def use(executor):
    """Have an executor do each kind of thing, when an Event is set; return it and the Futures."""
    turns, begin = [], threading.Event()
    futures = [executor.submit(begin.wait, _PATIENCE) for _ in range(4)]
    futures.append(executor.submit(lambda: turns.append(1) or (REQUEUE if len(turns) < 3 else 1)))
    futures.pop(2).cancel()
    return begin, futures


def use_and_close(executor):
    """Have an executor do each kind of thing, and end."""
    begin, futures = use(executor)
    begin.set()
    for future in futures:
        future.result(_PATIENCE)
    executor.close().result(_PATIENCE)


def new_executor():
    return Executor(2, 10, name="w", share_core="none")


def wait_for(child):
    """Return how a process has ended."""
    for _ in range(_PATIENCE * 1000):
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def check_child(executor):
    """Have a forked child use the executor of its parent; end it."""
    status = 1
    try:
        now.number = -1
        if executor.closed:
            executor.close().result(_PATIENCE)
        else:
            use_and_close(executor)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def fork_at(number):
    """Tell whether there is an operation of this number; fork there."""
    executor, children = new_executor(), []

    def happens():
        if child := os.fork():
            children.append(child)
        else:
            check_child(executor)

    now.begin(number, happens)
    use_and_close(executor)
    for child in children:
        if status := wait_for(child):
            sys.exit(f"a child that was forked at lock operation {number} ended with {status}")
    return bool(children)


def exit_at(number):
    """Tell whether there is an operation of this number; end a process there."""
    if child := os.fork():
        status = wait_for(child)
        if status not in (0, _NOT_REACHED):
            sys.exit(f"a process whose end began at lock operation {number} ended with {status}")
        return status == 0
    executor, reached = new_executor(), threading.Event()

    def happens():
        reached.set()
        while not threading._SHUTTING_DOWN:
            time.sleep(0.0001)

    begin, futures = use(executor)
    now.begin(number, happens, but_for=threading.get_ident())
    begin.set()
    while not reached.is_set() and not all(future.done() for future in futures):
        time.sleep(0.0001)
    sys.exit(0 if reached.is_set() else _NOT_REACHED)


if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)  # of a fork with threads
    at = {"fork": fork_at, "exit": exit_at}[sys.argv[1]]
    print(next(number for number in count() if not at(number)))
