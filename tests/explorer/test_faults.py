"""The explorer finds each fault that is put in; without, it finds none: see `test_pairs`."""

from __future__ import annotations

import pytest

from explorer.engine import Found, explore
from explorer.faults import FAULTS
from explorer.scenarios import scenario
from explorer.world import explorable_core


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_found(name, monkeypatch):
    """The fault is found where it is put in."""
    patch, found_as, pieces, options = FAULTS[name]
    with explorable_core():
        patch(monkeypatch)
        with pytest.raises(Found) as found:
            explore(scenario(*pieces), **options)
    assert found_as in str(found.value)
