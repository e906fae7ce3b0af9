"""The garbage collector pauses, and is spared what was made meanwhile."""

from __future__ import annotations

import gc

import pytest
from interpreter import FREE_THREADED

from tornado_pymongo import collector
from tornado_pymongo.collector import end_pause, pause_collector

pytestmark = pytest.mark.skipif(FREE_THREADED, reason="there, its collector has no generations")


@pytest.fixture(autouse=True)
def _as_if_new(monkeypatch):
    gc.collect()
    monkeypatch.setattr(collector, "_spared", 0)
    monkeypatch.setattr(collector, "_are_frozen", False)


def made_in_a_pause(spare: bool) -> list[list[None]]:
    """Return more objects than the collector lets pass."""
    pause_collector()
    made: list[list[None]] = [[] for _ in range(5000)]
    end_pause(spare=spare)
    return made


def are_young(made) -> bool:
    """Tell whether the collector has them still before it: nothing is allocated until that."""
    return any(each is made[-1] for each in gc.get_objects(generation=0))


def test_the_collector_is_spared_what_was_made_in_a_pause():
    made = made_in_a_pause(spare=True)
    assert not are_young(made)
    assert gc.isenabled()


@pytest.mark.parametrize("spare", [True, False])
def test_the_collector_is_spared_nothing_in_other_pauses(spare):
    made = made_in_a_pause(spare)
    before = gc.get_stats()[0]["collections"]
    made += [[] for _ in range(50)]
    assert (gc.get_stats()[0]["collections"] == before) is spare


def test_the_collector_comes_to_garbage_that_it_was_spared():
    class Garbage(list):
        pass

    pause_collector()
    garbage = Garbage()
    garbage.append(garbage)
    del garbage
    end_pause(spare=True)
    assert any(type(each) is Garbage for each in gc.get_objects())
    gc.collect()
    assert not any(type(each) is Garbage for each in gc.get_objects())


def test_the_collector_is_not_spared_more_than_so_much_before_it_has_looked_through_all(
    monkeypatch,
):
    monkeypatch.setattr(collector, "_MOST_SPARED", 12_000)
    spared = [collector._spared]
    for _ in range(4):
        made_in_a_pause(spare=True)
        spared.append(collector._spared)
    assert spared[0] < spared[1] < spared[2] < spared[3] == spared[4]
    assert spared[2] < 12_000 <= spared[3]
    gc.collect()
    made_in_a_pause(spare=True)
    assert collector._spared < 12_000


def test_what_the_user_has_frozen_stays_frozen():
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        for _ in range(2):
            made_in_a_pause(spare=True)
            assert frozen * 0.9 < gc.get_freeze_count() <= frozen
    finally:
        gc.unfreeze()


def test_where_the_user_has_disabled_the_collector_nothing_is_done():
    gc.disable()
    try:
        made = made_in_a_pause(spare=True)
        assert are_young(made)
        assert not gc.isenabled()
    finally:
        gc.enable()
