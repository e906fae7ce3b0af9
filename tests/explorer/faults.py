"""Faults that are put into the core on purpose, each with the pieces in which it is found.

A fault is a function that patches the core, and what the message of the explorer says.
"""

from __future__ import annotations

from explorer import scenarios as s
from tornado_pymongo.executor.call import WAITING, Call
from tornado_pymongo.executor.executor import Executor
from tornado_pymongo.executor.state import State, closed_error
from tornado_pymongo.executor.workers import Crew
from tornado_pymongo.inbox import Inbox

FAULTS = {}


def fault(found_as, *pieces, **options):
    """Note a fault: what the explorer says of it, where it meets it, and how it must explore."""

    def note(patch):
        FAULTS[patch.__name__] = (patch, found_as, pieces, options)
        return patch

    return note


@fault("4: a loop is not woken", s.abort)
def abort_does_not_flush(patch):
    """M1: an abort finishes a call that waits, and nobody wakes its loop."""

    def abort(call, error=None):
        with call.executor._lock:
            call.executor.state.abort(call, error)

    patch.setattr(Call, "abort", abort)


@fault("9: a late call still waits", s.late_turn, s.long)
def requeue_forgets_the_deadline(patch):
    """M2: the deadline of a call that waits for a further turn is not noted."""
    original = State._wait

    def wait(state, call):
        if call.has_begun and not state.closed:
            call.state = WAITING
            state.queue[call] = None
        else:
            original(state, call)

    patch.setattr(State, "_wait", wait)


@fault("1: threads are counted wrongly", s.wake, s.park_timeout)
def woken_as_time_runs_out(patch):
    """A thread that was chosen as its time ran out ends all the same."""

    def end_parked(crew, worker):
        if worker in crew.parked:
            crew.parked.remove(worker)
        crew.workers.pop(worker)
        worker.ended = True
        return True

    patch.setattr(Crew, "end_parked", end_parked)


@fault("1: threads are counted wrongly", s.wake, s.park_timeout)
def parked_is_read_outside_the_lock(patch):
    """A thread looks without the lock whether it was chosen, and ends with the lock if not."""
    original = Executor.change

    def end(crew, worker):
        if worker in crew.parked:
            crew.parked.remove(worker)
        del crew.workers[worker]
        worker.ended = True
        return True

    def change(executor, change, *args):
        crew = executor.state.crew
        if change == crew.end_parked:
            return args[0] in crew.parked and original(executor, end, crew, *args)
        return original(executor, change, *args)

    patch.setattr(Executor, "change", change)


@fault("5: a call waits for a closed executor", s.submit, s.close)
def closed_is_read_outside_the_lock(patch):
    """A call is let in by whoever has seen, without the lock, that the executor was open."""

    def start(executor, call):
        if executor.state.closed:
            raise closed_error("new")
        executor.change(admit, executor.state, call)

    def admit(state, call):
        state.numbers["submitted"] += 1
        call.state = WAITING
        state.queue.add(call)

    patch.setattr(Executor, "start", start)


@fault("8: a completion is there", s.deliver, s.take)
def token_is_given_back_after_the_drain(patch):
    """The loop gives the token back when it has looked into the inbox."""

    def deliver_all(inbox):
        while inbox._items:
            deliver, call = inbox._items.popleft()
            deliver(call)
        inbox._token.append(None)

    patch.setattr(Inbox, "_deliver", deliver_all)


@fault("4: a loop is not woken", s.cancel)
def cancel_does_not_balance(patch):
    """A cancelled call is over, and nothing follows from that."""

    def cancel(call):
        with call.executor._lock:
            return call.executor.state.cancel(call)

    patch.setattr(Call, "cancel", cancel)


@fault("6: a call is counted twice", s.cancel)
def finished_twice(patch):
    """A call that is over, or runs, can be cancelled, and is over once more."""

    def cancel(state, call, error=None):
        state.finish(call, "cancelled")
        return True

    patch.setattr(State, "cancel", cancel)


@fault("10: a closed loop keeps calls", s.loop_closed, s.take)
def token_is_lost_if_waking_fails(patch):
    """Whoever could not wake the loop keeps the token, so nobody learns later that it is closed."""

    def claim(inbox):
        return bool(inbox._items and inbox._token) and inbox._token.pop() is None

    def wake(inbox):
        try:
            inbox._loop.call_soon_threadsafe(inbox._deliver)
        except RuntimeError:
            inbox._drop()

    patch.setattr(Inbox, "claim", claim)
    patch.setattr(Inbox, "wake", wake)


@fault("1: threads are counted wrongly", s.park_timeout)
def timed_out_stays_on_the_list(patch):
    """A thread that ends because nobody needed it stays on the list of the parked."""

    def end_parked(crew, worker):
        if worker not in crew.parked:
            return False
        worker.ended = True
        del crew.workers[worker]
        return True

    patch.setattr(Crew, "end_parked", end_parked)


@fault("1: threads are counted wrongly", s.refused)
def refused_is_still_active(patch):
    """A thread that the system refuses counts as active for ever."""

    def refused(state, worker, error):
        del state.crew.workers[worker]

    patch.setattr(State, "refused", refused)


@fault("12: a thread is there", s.park_timeout, s.close)
def close_leaves_the_parked(patch):
    """A close does not wake the parked threads."""
    original = State.close

    def close(state):
        parked, state.crew.parked = state.crew.parked, []
        original(state)
        state.crew.parked = parked

    patch.setattr(State, "close", close)


@fault("10: a call is never over", s.finalizer)
def finalizer_is_dropped(patch):
    """A change that a finalizer begins amid another one is forgotten."""
    original = Executor.change

    def change(executor, change, *args):
        if executor._lock._is_owned():
            return None
        return original(executor, change, *args)

    patch.setattr(Executor, "change", change)


@fault("9: the supervisor does not look", s.long, s.take)
def supervisor_stops_too_early(patch):
    """The supervisor stops to look while a call waits."""
    original = State.supervise

    def supervise(state, *args):
        original(state, *args)

    patch.setattr(State, "supervise", supervise)


@fault("7: an active thread does nothing", s.wake)
def wake_up_is_lost(patch):
    """A thread is chosen, and the effect that would wake it gets lost."""
    original = Crew.activate

    def activate(crew):
        parked = bool(crew.parked)
        original(crew)
        if parked:
            crew._executor.effects.pop()

    patch.setattr(Crew, "activate", activate)


@fault("5: a call ", s.requeue, s.close)
def requeue_after_close(patch):
    """A call that wants another turn waits though the executor was closed."""

    def wait(state, call):
        call.state = WAITING
        state.queue.add(call)

    patch.setattr(State, "_wait", wait)


@fault("14: another one's connection", s.interrupt, thorough=True)
def interrupted_before_it_is_marked(patch):
    """What a call holds is interrupted, and then the call is marked as aborted."""
    original = Call.abort

    def abort(call, error=None):
        if call.checkout is not None:
            call.checkout.interrupt()
        original(call, error)

    patch.setattr(Call, "abort", abort)


@fault("deadlock", s.finalizer, s.close)
def drained_is_told_under_the_lock(patch):
    """The Event for which a close waits is set under the lock for which a finalizer waits."""
    original = State.balance

    def balance(state):
        original(state)
        if state._is_drained:
            state.drained.set()

    patch.setattr(State, "balance", balance)


@fault("1: too many threads", s.submit, s.take)
def target_is_ignored(patch):
    """As many threads are started as calls wait."""
    original = State.balance

    def balance(state):
        state.target = len(state.queue) + state.crew.active
        original(state)

    patch.setattr(State, "balance", balance)
