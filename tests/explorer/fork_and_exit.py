"""Fork, or end the interpreter, at the lock operation of this number; tell how many there are.

``python fork_and_exit.py fork`` forks at each operation in turn, in whichever thread does it, and has
the child make a call. ``python fork_and_exit.py exit NUMBER`` ends the main thread while the thread
that does operation NUMBER stands there.
"""

from __future__ import annotations

import os
import sys
import threading
from itertools import count

from tornado_pymongo import executor as package
from tornado_pymongo.executor import executor, state, supervisor, workers
from tornado_pymongo.executor.call import REQUEUE
from explorer.primitives import swapped

# How long a child may take for a call, in seconds.
_SECONDS = 20

operations = count()
at = -1  # the operation at which something happens
happens = None


def _operation():
    if next(operations) == at:
        happens()


def _counting(make_lock):
    """Return a class of locks like these, each operation of which is counted."""

    class Counting:
        def __init__(self):
            self._lock = make_lock()

        def acquire(self, *args, **kwargs):
            _operation()
            got = self._lock.acquire(*args, **kwargs)
            _operation()
            return got

        def release(self):
            _operation()
            self._lock.release()
            _operation()

        def _is_owned(self):
            return self._lock._is_owned()

        def __enter__(self):
            self.acquire()

        def __exit__(self, *error):
            self.release()

    return Counting
