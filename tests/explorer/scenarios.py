"""What meets what: each piece is an event of a call, a thread or a loop, with what it needs.

A piece is a function of the world that makes what the event needs, and then yields. What comes
after is done when the threads have settled, and is explored. A scenario is a list of pieces.
"""

from __future__ import annotations

from explorer.primitives import sleep
from explorer.world import World

PIECES = {}


def piece(function):
    PIECES[function.__name__] = function
    return function


@piece
def submit(world):
    """A call comes in."""
    yield
    world.spawn("submit", world.submit)


@piece
def take(world):
    """A thread is about to take a call."""
    yield
    world.submit()


@piece
def requeue(world):
    """A call has its first turn of two."""
    yield
    world.submit(world.two_turns())


@piece
def park(world):
    """A thread is about to find that there is nothing to do."""
    yield
    world.submit().cancel()


@piece
def wake(world):
    """A thread is parked, and is woken for a call."""
    world.submit()
    yield
    world.spawn("wake", world.submit)


@piece
def park_timeout(world):
    """A thread is parked, and its time runs out at any point."""
    world.submit()
    yield
    world.run.early += 1


@piece
def cancel(world):
    """A call that waits, or runs by now, is cancelled."""
    yield
    call = world.submit()
    world.spawn("cancel", call.cancel)


@piece
def abort(world):
    """A call that waits, runs, or waits again is aborted."""
    yield
    call = world.submit(world.two_turns())
    world.spawn("abort", call.abort)


@piece
def interrupt(world):
    """A call that uses a connection, or just does so no more, is aborted."""
    yield
    call = world.submit(world.with_connection())
    world.spawn("abort", call.abort)


@piece
def long(world):
    """A call runs for so long that the supervisor looks some times."""
    yield
    world.submit(lambda: sleep(0.03))


@piece
def late_turn(world):
    """The deadline of a call passes in its first turn, and it wants another one."""
    yield
    world.submit(world.two_turns(lambda: sleep(0.02)), deadline=world.run.clock + 0.01)


@piece
def deadline(world):
    """The deadline of a call passes."""
    yield
    world.submit(world.two_turns(), deadline=world.run.clock + 1)
    world.spawn("clock", world.pass_time)


@piece
def flush(world):
    """Of two calls that are over, the loop is woken for the first or for both."""
    yield
    world.submit()
    world.submit()


@piece
def deliver(world):
    """The loop is about to take a call out of its inbox."""
    world.explores_loop = True
    world.submit()
    yield
    world.spawn("loop", world.loop.run, may_wait=True)


@piece
def loop_closed(world):
    """The loop is closed while a call runs."""
    yield
    world.submit()
    world.may_log.add("results_dropped")
    world.spawn("close loop", world.loop.close)


@piece
def close(world):
    """The executor is closed."""
    yield
    world.spawn("close", world.close)


@piece
def refused(world):
    """The system refuses a thread."""
    yield
    world.run.refusals += 1
    world.spawn("refused", world.submit)


@piece
def look(world):
    """The supervisor looks at any point while a call waits."""
    yield
    world.submit()
    world.submit()
    world.run.early += 1


@piece
def finalizer(world):
    """A finalizer makes a transition in any thread that is at a point."""
    yield
    call = world.submit()
    world.run.finalizer = lambda: (world.submit(), call.cancel())


def scenario(*pieces, max_workers=1, **options):
    """Return what `explore` takes: these pieces together."""
    inbox = not {deliver, loop_closed}.isdisjoint(pieces)

    def build(run):
        world = World(run, max_workers, explores_inbox=inbox, **options)
        if refused not in pieces:  # where its start is explored
            world.executor.change(world.executor.state.supervisor.start)
        steps = [piece(world) for piece in pieces]
        for step in steps:
            next(step)
        run.go()
        for step in steps:
            next(step, None)

    return build


# Pairs in which a second thread makes a difference, and does not make too many executions.
ON_TWO_THREADS = [
    *("submit+submit", "submit+wake", "submit+cancel", "submit+refused", "take+requeue"),
    *("take+abort", "requeue+wake", "requeue+cancel", "requeue+deadline", "wake+park_timeout"),
    *("wake+refused", "park_timeout+deliver", "cancel+close", "abort+close"),
]

# Three events that are known to be in each other's way.
TRIPLES = [
    "submit+wake+park_timeout",
    "park_timeout+cancel+close",
    "wake+park_timeout+cancel",
    "take+cancel+abort",
    "requeue+abort+close",
    "requeue+deadline+cancel",
    "submit+refused+close",
    "cancel+deliver+take",
    "loop_closed+deliver+take",
    "park+close+finalizer",
    "long+flush+deliver",
    "late_turn+long+close",
]
