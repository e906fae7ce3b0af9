"""Keeping the garbage collector from running at times, for the whole process.

The collector looks through new objects as soon as there are some hundred of them, and through all
that there are when a quarter of those is new. While a large result is made that means to go over
its documents again and again, and afterwards once more, during which no thread runs, the event
loop's neither. So it pauses meanwhile. Then the new objects are taken for old: they are looked
through with all others, not before.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the garbage collector from running amid this, which should be short."""
    pause_collector()
    try:
        yield
    finally:
        end_pause()


def pause_collector() -> None:
    """Keep the garbage collector from running, if it does, until `end_pause`.

    Several threads may do so at a time: the last one ends the pause. Whoever disables the collector
    by himself amid a pause finds it enabled afterwards.
    """
    global _pauses, _resume
    with _pauses_lock:
        if not _pauses:
            _resume = gc.isenabled()
            gc.disable()
        _pauses += 1


def end_pause(*, spare: bool = False) -> None:
    """End a pause of the collector.

    :param spare: whether it shall not look through what was made meanwhile as soon as it may.
    """
    global _pauses
    with _pauses_lock:
        if spare and _resume:
            _take_for_old()
        _pauses -= 1
        if not _pauses and _resume:
            gc.enable()


def _take_for_old() -> None:
    """Have the collector take all objects for old ones.

    Garbage among them stays until it looks through everything. It does not learn from us how much
    new there is, so we see that it gets to do that: it may have all new objects to itself, once we
    have kept too many from it.
    """
    global _spared, _looked_through, _are_frozen
    # Whoever freezes objects wants them to stay so. To count them takes time, where there are some.
    _are_frozen = _are_frozen or gc.get_freeze_count() > _FROZEN_BY_PYTHON
    looked_through = gc.get_stats()[-1]["collections"]
    if looked_through != _looked_through:
        _spared, _looked_through = 0, looked_through
    if _spared < _MOST_SPARED and not _are_frozen:
        _spared += gc.get_count()[0]
        gc.freeze()
        gc.unfreeze()  # into the oldest generation; both take no time


# How many objects the collector is spared before it looks through all: a guess. Of documents of two
# lists or dicts each it is a million; the garbage that is made while these are is far less.
_MOST_SPARED = 2_000_000

# How many objects may be frozen though no program has done it: Python 3.12 begins with 400.
_FROZEN_BY_PYTHON = 1000

_spared = 0  # how many objects were, since it last looked through all
_looked_through = 0  # how often it did that
_are_frozen = not hasattr(gc, "freeze")  # whether there are some that are to stay so

_pauses = 0  # how many there are now
_resume = False  # whether the collector was enabled before them
_pauses_lock = threading.RLock()  # as the lock of an executor: a finalizer may come back to it


def resume_collector() -> None:
    """End, in a forked child, a pause that its parent was in."""
    global _pauses, _pauses_lock
    _pauses_lock = threading.RLock()
    if _pauses:  # whoever would end the pause is in the parent process
        _pauses = 0
        if _resume:
            gc.enable()
