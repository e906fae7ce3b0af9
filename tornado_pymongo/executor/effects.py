"""Effects: what follows from a change of state, carried out after the lock is released."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextvars import Context
from typing import Any

from tornado_pymongo import log

Effect = tuple[Any, ...]  # a function and its arguments


def carry_out(effects: Iterator[Effect]) -> None:
    """Carry out all effects, even if one of them fails."""
    try:
        for effect, *args in effects:
            try:
                effect(*args)
            except Exception:  # noqa: PERF203 - the others must follow
                name = getattr(effect, "__qualname__", repr(effect))
                log.error(
                    "effect_failed",
                    "%(effect)s failed after a change of an executor",
                    with_error=True,
                    effect=name,
                )
    except BaseException:  # KeyboardInterrupt
        carry_out(effects)
        raise


_starting = threading.local()


def start_thread(thread: threading.Thread, refused: Callable[[RuntimeError], object]) -> None:
    """Start a thread, or tell that the system refuses it.

    `threading.Thread.start` takes a lock that is not reentrant. So if a finalizer comes here amid
    the start of another thread, its thread is started after that one.

    The thread begins in an empty context, as it may outlive the call that has it started. Some
    Pythons would let it inherit the starter's: free-threaded ones, from 3.14 on.
    """
    threads = getattr(_starting, "threads", None)
    if threads is not None:
        threads.append((thread, refused))
        return
    _starting.threads = threads = deque([(thread, refused)])
    try:
        while threads:
            thread, refused = threads.popleft()
            try:
                Context().run(thread.start)
            except RuntimeError as error:  # no more threads, or the interpreter is exiting
                refused(error)
    finally:
        _starting.threads = None
        for each in threads:  # after a KeyboardInterrupt
            start_thread(*each)
