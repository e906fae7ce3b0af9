"""Locks by which processes keep off each other's core: a file for each core, in one folder.

The folder is in ``$XDG_RUNTIME_DIR`` or, without that, among the temporary files, and is its user's
alone. The system takes back the lock of a process that ends.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path
from random import sample

_held: set[int] = set()  # descriptors


def lock_one(cores: Iterable[int]) -> tuple[int, int] | None:
    """Lock a core that nobody has; return it and the lock, or None if there is none.

    :raises OSError: if there is no folder for it.
    """
    import fcntl  # which Windows lacks

    folder = _folder()
    for core in sample(sorted(cores), len(list(cores))):
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        lock = os.open(folder / f"core-{core}", flags, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            _held.add(lock)
            return core, lock
    return None


def unlock(lock: int) -> None:
    """Let others have the core."""
    import fcntl

    _held.discard(lock)
    fcntl.flock(lock, fcntl.LOCK_UN)  # of forked children as well, which may have it open
    os.close(lock)


def _folder() -> Path:
    parent = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    folder = Path(parent, f"tornado_pymongo-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} must be a folder that only its user may read and write")
    return folder


def _close_all() -> None:
    while _held:
        os.close(_held.pop())


if hasattr(os, "register_at_fork"):  # to close a copy unlocks nothing
    os.register_at_fork(after_in_child=_close_all)
