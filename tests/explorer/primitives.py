"""What takes the place of `threading`, `time` and an inbox's deque in the explored modules."""

from __future__ import annotations

import collections
import threading
import time
from contextlib import contextmanager

from explorer.engine import HIDDEN, Run

HIDDEN.add(__file__)


def point(what, ready=lambda: True, timeout=None, touches=None):
    """Stop at a point of the running execution, if there is one."""
    return ready() if Run.now is None else Run.now.point(what, ready, timeout, touches)


def _step():
    return Run.now and len(Run.now.steps)


class Lock:
    """As `threading.Lock`; as `threading.RLock` if reentrant."""

    reentrant = False

    def __init__(self):
        self.owner, self.depth = None, 0
        self._made_at = _step()

    def acquire(self, blocking=True, timeout=-1):
        me = threading.get_ident()
        if self.reentrant and self.owner == me:
            self.depth += 1
            return True
        if self._made_at == _step() is not None:  # nobody else has run since it was made
            got = self.owner is None
        elif not blocking or timeout == 0:
            point("tries a lock", touches=self)
            got = self.owner is None
        else:
            what = "takes a lock" if timeout < 0 else "waits"
            seconds = None if timeout < 0 else timeout
            got = point(what, lambda: self.owner is None, seconds, touches=self)
        if got:
            self.owner, self.depth, self._made_at = me, 1, None
            if Run.now is not None and Run.now.current is not None:
                Run.now.current.holds.add(self)
                Run.now.may_finalize()
        return got

    def release(self):
        mine = self.owner == threading.get_ident()
        if self.owner is None or (self.reentrant and not mine):
            raise RuntimeError("release unlocked lock")
        if self.depth > 1:
            self.depth -= 1
            return
        if not mine:
            point("wakes a thread", touches=self)
        elif Run.now is not None:
            Run.now.may_finalize()
        self.owner, self.depth = None, 0
        if Run.now is not None and Run.now.current is not None:
            Run.now.current.holds.discard(self)
        if mine and Run.now is not None and Run.now.thorough:
            point("released a lock")

    def locked(self):
        return self.owner is not None

    def _is_owned(self):
        return self.owner == threading.get_ident()

    __enter__ = acquire

    def __exit__(self, *error):
        self.release()


class RLock(Lock):
    reentrant = True


class Event:
    """As `threading.Event`, with a lock inside that is not reentrant."""

    def __init__(self):
        self._lock, self._is_set = Lock(), False

    def is_set(self):
        return self._is_set

    def set(self):
        with self._lock:
            self._is_set = True

    def wait(self, timeout=None):
        with self._lock:
            if self._is_set:
                return True
        point("waits for an event", lambda: self._is_set, timeout)
        return self._is_set


class Thread:
    """A thread of the scenario. The system refuses to start so many as the run says."""

    def __init__(
        self, group=None, target=None, name="thread", args=(), kwargs=None, *, daemon=None
    ):
        # Without its number, which is another one in each execution.
        self.name, self.daemon, self._task = name.rstrip("0123456789"), daemon, None
        self._work = target, args, kwargs or {}

    def start(self):
        point(f"starts {self.name}")
        if Run.now.refusals and Run.now.choose("", "refused"):
            Run.now.refusals -= 1
            Run.now.refused.append(self.name)
            Run.now.steps.append("    ... refused")
            raise RuntimeError("can't start new thread")
        self._task = Run.now.spawn(self.name, self.run)

    def run(self):
        target, args, kwargs = self._work
        del self._work
        target(*args, **kwargs)

    def join(self, timeout=None):
        point(f"joins {self.name}", lambda: self._task.done, timeout)

    def is_alive(self):
        point("looks at a thread")
        return self._task is not None and not self._task.done


class Deque(collections.deque):
    """A deque that threads share without a lock: each of its operations is a point."""

    has_points = True

    def __init__(self, *items):
        super().__init__(*items)
        self._key = object()  # a deque has no hash

    def _point(self, what):
        if self.has_points:
            point(what, touches=self._key)

    def append(self, item):
        self._point("appends")
        super().append(item)

    def pop(self):
        self._point("pops")
        return super().pop()

    def popleft(self):
        self._point("pops on the left")
        return super().popleft()

    def __len__(self):
        self._point("looks at a deque")
        return super().__len__()

    def __bool__(self):
        return len(self) > 0


def monotonic():
    return Run.now.clock if Run.now else time.monotonic()


def sleep(seconds):
    point("sleeps", lambda: False, seconds)


class _Module:
    """A module of which some names are others."""

    def __init__(self, module, **names):
        self._module = module
        vars(self).update(names)

    def __getattr__(self, name):
        return getattr(self._module, name)


_TIME = {"monotonic": monotonic, "process_time": monotonic, "sleep": sleep}
_THREADING = {"Event": Event, "Lock": Lock, "RLock": RLock, "Thread": Thread}
_INSTEAD = {
    id(threading): _Module(threading, **_THREADING),
    id(time): _Module(time, **_TIME),
    **{id(getattr(threading, name)): new for name, new in _THREADING.items()},
    **{id(getattr(time, name)): new for name, new in _TIME.items()},
}


@contextmanager
def explorable(modules, *, lock_free=(), also=None):
    """Give these modules what can be explored; those that are lock-free another deque as well.

    :param also: what else takes the place of what, by its id.
    """
    old = [(module, dict(vars(module))) for module in {*modules, *lock_free}]
    instead = {**_INSTEAD, **(also or {})}
    try:
        for module, names in old:
            for name, value in names.items():
                if id(value) in instead:
                    setattr(module, name, instead[id(value)])
                elif value is collections.deque and module in lock_free:
                    setattr(module, name, Deque)
        yield
    finally:
        for module, names in old:
            vars(module).update(names)
