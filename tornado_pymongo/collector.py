"""Sparing the garbage collector the documents of a large result.

Python's collector goes through new objects as soon as there are some hundred of them, through those
that survive a few times more, and through everything if a quarter of all objects is new. No thread
runs meanwhile. The documents of a result are new, many, and no garbage. So each slice of them is
promoted to the oldest generation at once: the collector visits them if it visits everything.
"""

from __future__ import annotations

import gc

# How many slices are promoted between two collections of everything. Garbage of other threads is
# promoted with them, so a program that decodes all the time would otherwise keep it for ever.
# Measured: a scan of 50,000 documents of 260 bytes has 50 slices.
_MAX_PROMOTIONS = 1000

# How many objects may be frozen though no program has done it: Python 3.12 begins with 400.
_FROZEN_BY_PYTHON = 1000

_promotions = 0  # since the last collection of everything
_full_collections = 0
_user_freezes = False


def promote() -> None:
    """Promote all objects to the oldest generation, unless the program uses `gc.freeze` itself."""
    global _promotions, _full_collections, _user_freezes
    # To count frozen objects takes time if there are many, so they are not counted again.
    _user_freezes = _user_freezes or gc.get_freeze_count() > _FROZEN_BY_PYTHON
    full_collections = gc.get_stats()[-1]["collections"]
    if full_collections != _full_collections:
        _promotions, _full_collections = 0, full_collections
    if _promotions < _MAX_PROMOTIONS and not _user_freezes:
        _promotions += 1
        gc.freeze()
        gc.unfreeze()  # into the oldest generation; both take constant time
