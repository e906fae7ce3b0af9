"""Every interleaving of real threads of which one runs at a time.

A thread stops at each *point*: before it takes a lock, wakes a thread, starts one, waits, or
touches an inbox or a loop. There the explorer chooses who goes on: a thread that need not wait, or
one whose timed wait runs out. It runs a scenario again and again and takes another choice each
time, depth first, until none is left. A deadlock, an error that leaves a thread, a check that fails
and an execution that it cannot go through to its end are faults.

What it assumes:

1. Between two points a thread touches only what is its own, what is guarded by a lock that it
   holds, and what it stops to touch. So two steps that have nothing in common need not be tried in
   both orders (a *sleep set* has the steps that were tried in the other order), and no thread need
   stop as it begins and after it has released a lock. With `thorough` none of this is assumed.
2. Time stands still while a thread can go on. So many as `early` waits of an execution run out
   nevertheless, each at any point. And whoever slept too long may sleep on.
"""

from __future__ import annotations

import _thread
import gc
import os
import sys

# Files whose lines do not tell where a point is.
HIDDEN = {__file__}
_BEGINS, _FINALIZER, _LATE = "begins", "runs a finalizer", ": its time runs out"


class Found(AssertionError):
    """A fault, with the steps that lead to it."""


class Stop(BaseException):
    """Ends a thread that may wait for ever. After a fault all threads are left where they are."""


class Task:
    """A thread, and the point at which it is."""

    def __init__(self, name, function, may_wait):
        self.name, self.function, self.may_wait = name, function, may_wait
        self.what, self.ready, self.deadline = _BEGINS, lambda: True, None
        self.outcome = self.done = False
        self.touches, self.holds = None, set()
        self.baton, self.ended = _thread.allocate_lock(), _thread.allocate_lock()
        self.baton.acquire()
        self.ended.acquire()


class Run:
    """One execution, and the choices in it, the first of which are given."""

    now: Run | None = None

    def __init__(self, prefix=(), *, early=0, refusals=0, thorough=False, most_steps=2000):
        self.early, self.refusals, self.thorough = early, refusals, thorough
        self.prefix, self.most_steps = prefix, most_steps
        self.trail, self.steps, self.tasks = [], [], []
        # Called at each point; if only time can go on; at the end.
        self.checks, self.quiet_checks, self.end_checks = [], [], []
        self.finalizer, self.lines_of, self.refused = None, (), []
        self.clock, self.current, self.fault = 1000.0, None, None
        self.asleep = {}  # steps that need not come next, and what they touch
        self.exploring = self.redundant = self.stopped = False
        self.paused = _thread.allocate_lock()
        self.paused.acquire()

    def spawn(self, name, function, *, may_wait=False):
        """Add a thread. One that may wait may do so for ever."""
        task = Task(f"{name}#{len(self.tasks)}", function, may_wait)
        self.tasks.append(task)
        _thread.start_new_thread(self._live, (task,))
        return task

    def point(self, what, ready=lambda: True, timeout=None, touches=None):
        """Let others go on; return True once it is ready and chosen, False if time has run out.

        :param touches: the one object that is touched besides what is guarded by locks that are
            held; None if there is no telling.
        """
        if self.stopped:
            raise Stop
        me = self.current
        if me is None:  # the scenario is being set up, or checked
            return ready()
        frame = sys._getframe(1)
        while frame.f_code.co_filename in HIDDEN and frame.f_back:
            frame = frame.f_back
        me.what = f"{what}  ({os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno})"
        me.ready, me.since = ready, self.clock
        me.touches = None if touches is None else {touches, *me.holds}
        me.deadline = None if timeout is None else self.clock + timeout
        self._switch(me)
        return me.outcome

    def choose(self, *labels):
        """Return the number of the one to take."""
        if len(labels) == 1 or not self.exploring or self.redundant:
            return 0
        depth = len(self.trail)
        number, expected = self.prefix[depth] if depth < len(self.prefix) else (0, labels)
        if labels != expected:
            raise Found(f"the same choices lead to {labels}, not to {expected}")
        self.trail.append((number, labels))
        return number

    def may_finalize(self):
        """Have the finalizer run here, in this thread, or later."""
        if self.finalizer and self.current and self.choose("", _FINALIZER):
            self.steps.append(f"{self.current.name}: {_FINALIZER}")
            finalizer, self.finalizer = self.finalizer, None
            finalizer()

    def go(self, *, explore=False):
        """Let the threads go on: until only time can, or explore them to their end."""
        self.exploring = explore
        if not self.fault:
            self._switch(None)
        if explore and not self.fault:
            self.stopped = True
            for task in self.tasks:
                if task.may_wait and not task.done:
                    task.baton.release()
                    task.ended.acquire()

    def _live(self, task):
        task.baton.acquire()
        if self.lines_of:
            sys.settrace(self._trace)
        try:
            if not self.stopped:
                task.function()
        except Stop:
            pass
        except BaseException as error:
            self.fault = self.fault or error
        sys.settrace(None)
        task.done = True
        if not self.stopped:
            self._switch(task)
        task.ended.release()

    def _trace(self, frame, event, _):
        if event == "line" and not self.stopped:
            self.may_finalize()
        return self._trace if frame.f_code.co_filename in self.lines_of else None

    def _switch(self, me):
        try:
            chosen = None if self.fault else self._choose_task(me)
        except BaseException as error:
            self.fault, chosen = error, None
        self.current = chosen
        if chosen is me:
            return
        (self.paused if chosen is None else chosen.baton).release()
        if me is None:
            self.paused.acquire()
        elif not me.done:
            me.baton.acquire()
            if self.stopped:
                raise Stop

    def _choose_task(self, me):
        self.current = None
        self._check(self.checks)
        tasks = sorted((t for t in self.tasks if not t.done), key=lambda t: t is not me)
        options = [(t, True) for t in tasks if t.ready()]
        timed = [t for t in tasks if t.deadline is not None]
        due = self.clock
        if not options:
            self._check(self.quiet_checks)
            if not self.exploring:
                return None
            due = min((max(t.deadline, due) for t in timed), default=due)
        options += [(t, False) for t in timed if t.deadline <= due or self.early]
        if not self.thorough:  # what begins has nothing to share before its first point
            options = [option for option in options if option[0].what is _BEGINS][:1] or options
        if not options:
            if stuck := [f"{t.name} {t.what}" for t in tasks if not t.may_wait]:
                raise Found("deadlock: " + ", ".join(stuck))
            self._check(self.end_checks)
            return None
        task, task.outcome = self._choose_step(options)
        self.steps.append(f"{task.name}: {task.what}{'' if task.outcome else _LATE}")
        if len(self.steps) > self.most_steps:
            raise Found(f"cut short after {self.most_steps} steps")
        if not task.outcome:
            self.early -= task.deadline > due
            self.clock = max(self.clock, task.deadline)
        return task

    def _choose_step(self, options):
        """Choose a step, but for those that are asleep."""
        steps = {f"{t.name} {t.what}{'' if on else _LATE}": (t, on) for t, on in options}
        awake = [step for step in steps if step not in self.asleep]
        if not awake:  # all that follows was tried in another order
            self.redundant, awake = True, list(steps)
        number = self.choose(*awake)
        chosen, outcome = steps[awake[number]]
        tried = {step: steps[step][0] for step in awake[:number]}
        if self.thorough or self.finalizer or self.refusals:
            tried = {}
        tried.update(self.asleep)
        self.asleep = {
            step: task
            for step, task in tried.items()
            if outcome and step[-len(_LATE) :] != _LATE and not _meet(task, chosen)
        }
        return chosen, outcome

    def _check(self, checks):
        for check in checks:
            check()


def _meet(one, other):
    """Tell whether the next steps of two threads may have something in common."""
    touches = None in (one.touches, other.touches) or not one.touches.isdisjoint(other.touches)
    return one is other or touches


def explore(scenario, *, most=200_000, **options):
    """Go through all executions of ``scenario(run)``; return how many there are."""
    prefix, count = [], 0
    collects = gc.isenabled()
    gc.disable()  # a finalizer runs where the scenario wants it
    try:
        while True:
            if count == most:
                raise Found(f"cut short after {most} executions")
            count += 1
            run = Run.now = Run(prefix, **options)
            try:
                scenario(run)
                run.go(explore=True)
            finally:
                Run.now = None
            if run.fault is not None:
                raise Found(describe(run, count)) from run.fault
            prefix = run.trail
            while prefix and prefix[-1][0] + 1 == len(prefix[-1][1]):
                prefix.pop()
            if not prefix:
                return count
            number, labels = prefix.pop()
            prefix.append((number + 1, labels))
            if count % 500 == 0:
                gc.collect()
    finally:
        if collects:
            gc.enable()


def describe(run, count):
    """Return the steps of an execution, numbered."""
    steps = "\n".join(f"{number:4} {step}" for number, step in enumerate(run.steps, 1))
    return f"in execution {count}: {run.fault!r}\n{steps}"
