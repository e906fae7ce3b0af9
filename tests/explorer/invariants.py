"""What holds in every interleaving.

Whenever nobody holds the executor's lock:

1. At most `max_workers` threads are active, and each call that runs has one of them.
2. A call waits if and only if it is in the queue; it runs if and only if it is among the running.
3. While calls wait, so many threads look for one, or so many are active or starting as the target
   says, and then the supervisor watches.
4. The same watches while a completion is there for which its loop was not woken.
5. No call waits for a closed executor, and none begins there.
6. A call is over once, for good, and is counted as that once.

Whenever only time can go on:

7. Every active thread is in a call: none looks for one, or is on its way.
8. A loop in whose inbox completions are has been woken, or the supervisor watches and will do it.
9. If the supervisor watches, its thread is there and looks again soon. No call waits that was
   waiting, and late, when it has last looked.

Whenever a connection is interrupted:

14. The call that is aborted holds it, or nobody does.

At the end:

10. Every call that was taken is over, and whoever is to learn that has learned it, once. The
    inbox of a closed loop is empty, if the loop was not closed with a wake-up on its way.
11. Every thread has ended, and none is counted.
12. When the Future of a close is done, no thread is there, or the log says so.
13. Nothing went wrong that only the log tells.
"""

from __future__ import annotations

from tornado_pymongo.executor.call import ABORTING, OVER, RUNNING, WAITING

OUTCOMES = ("finished", "failed", "cancelled", "aborted", "expired")


def unlocked(world):
    """Check 1 to 6."""
    executor = world.executor
    if executor._lock.locked():
        return
    state = executor.state
    crew, queue = state.crew, state.queue
    waiting, running = list(queue), list(state.running)
    assert len(running) <= crew.active <= executor.max_workers, "1: too many threads"
    assert crew.active + len(crew.parked) == len(crew.workers), "1: threads are counted wrongly"
    for call in world.calls:
        assert (call.state is WAITING) == (call in waiting), "2: waiting"
        assert (call.state in (RUNNING, ABORTING)) == (call in running), "2: running"
        assert world.delivered[call] <= 1, "6: delivered twice"
    watched = state.supervisor.watching
    looking = crew.active - len(running)
    if looking < len(waiting):
        assert crew.active >= state.target, "3: a call waits, and too few threads are active"
        assert watched, "3: a call waits, and nobody watches"
    assert not state._unflushed or watched, "4: a loop is not woken"
    if state.closed:
        assert not waiting, "5: a call waits for a closed executor"
        started = world.started_before_close
        assert started in (None, state.numbers["started"]), "5: a call began after close"
        world.started_before_close = state.numbers["started"]
    over = {call for call in world.calls if call.state is OVER}
    assert over >= world.over, "6: a call is over no more"
    world.over = over
    counted = sum(state.numbers[outcome] for outcome in OUTCOMES)
    in_hand = counted + len(waiting) + len(running)
    assert in_hand == state.numbers["submitted"], "6: a call is counted twice or never"
    if world.closing is not None and world.left_by_close is None and world.closing.done():
        world.left_by_close = world.tasks("w_#") + world.tasks("w_supervisor")


def quiet(world):
    """Check 7 to 9."""
    state = world.executor.state
    assert state.crew.active == len(state.running), "7: an active thread does nothing"
    loop = world.loop
    if loop.inbox._items and not loop.closed:
        woken = bool(loop.ready) or loop.inbox in state._unflushed
        assert woken, "8: a completion is there, and no wake-up is on its way"
    if not state.supervisor.watching:
        world.looks.clear()
    else:
        watchers = [task for task in world.tasks("w_supervisor") if "sleeps" in task.what]
        assert watchers, "9: the supervisor does not look"
        world.looks.add(looked := watchers[0].since)
        for call in state.queue if len(world.looks) > 1 else ():  # it sleeps before its first look
            late = call.deadline is not None and call.deadline <= looked
            assert not late or call.queued_at >= looked, "9: a late call still waits"


def end(world):
    """Check 10 to 13."""
    state = world.executor.state
    closed = world.loop.closed
    for call in world.taken:
        assert call.state is OVER, "10: a call is never over"
        assert closed or world.delivered[call], "10: nobody has learned that a call is over"
    kept = closed and world.loop.inbox._items and not world.loop.ready
    assert not kept, "10: a closed loop keeps calls"
    assert not state.crew.workers and not state.crew.active, "11: threads are still counted"
    assert not world.tasks("w_"), "11: a thread has not ended"
    if world.closing is not None:
        assert world.closing.done(), "12: the close is not over"
        assert not world.left_by_close or "closed_while_running" in world.logged, (
            "12: a thread is there"
        )
    unexpected = set(world.logged) - world.may_log
    assert not unexpected, f"13: {unexpected} in the log"
