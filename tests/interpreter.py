"""What the tests must know of the Python that runs them."""

from __future__ import annotations

import gc
import sys
import sysconfig

# Whether it was built to run without the GIL.
FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))

# Whether and why tests are skipped that need cryptography, pymongocrypt or greenlet.
EARLY = FREE_THREADED and sys.version_info < (3, 14)
EARLY_REASON = "neither cffi, which others need, nor greenlet has a free-threaded Python 3.13"


def free() -> None:
    """Free what nobody refers to, without going for cycles where there is a GIL.

    Without it, what was made in one thread and is let go of in another waits until the first one
    runs, which may be parked, or for the collector.
    """
    if FREE_THREADED:
        gc.collect()
