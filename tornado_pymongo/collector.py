"""Sparing the garbage collector the documents of a large result.

Python's collector goes through new objects as soon as there are some hundred of them, and through
the survivors a few times more. It goes through everything if a quarter of all objects is new. No
thread runs meanwhile. The documents of a result are new, many, and no garbage. So each slice of
them is promoted to the oldest generation at once: only a full collection visits them.
"""

from __future__ import annotations

import gc
import sys

# How many bytes of BSON are promoted between two collections of everything. Garbage of other
# threads is promoted with them, so a program that decodes all the time would otherwise keep it for
# ever. Measured: a scan of 50,000 documents has 13 MB, so one scan in twenty is slower.
_MAX_PROMOTED = 2**28

# How many objects may be frozen though no program has done it: Python 3.12 begins with 400.
_FROZEN_BY_PYTHON = 1000

# The incremental collector of these versions never counts a collection of everything, so garbage
# that is promoted could stay for ever.
_IS_INCREMENTAL = (3, 14) <= sys.version_info < (3, 14, 5)

_promoted = 0  # bytes since the last collection of everything
_full_collections = 0
_user_freezes = False


def promote(size: int) -> None:
    """Promote all objects to the oldest generation, unless the program uses `gc.freeze` itself.

    Python 3.14.0 to 3.14.4 have an incremental collector, with which nothing is promoted.

    :param size: how many bytes of BSON were decoded.
    """
    global _promoted, _full_collections, _user_freezes
    if _IS_INCREMENTAL:
        return
    # To count frozen objects takes time if there are many, so they are not counted again.
    _user_freezes = _user_freezes or gc.get_freeze_count() > _FROZEN_BY_PYTHON
    full_collections = gc.get_stats()[-1]["collections"]
    if full_collections != _full_collections:
        _promoted, _full_collections = 0, full_collections
    if _promoted < _MAX_PROMOTED and not _user_freezes:
        _promoted += size
        gc.freeze()
        gc.unfreeze()  # into the oldest generation; both take constant time
