"""Keeping the garbage collector from running at times, for the whole process."""

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


def end_pause() -> None:
    """End a pause of the collector."""
    global _pauses
    with _pauses_lock:
        _pauses -= 1
        if not _pauses and _resume:
            gc.enable()


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
