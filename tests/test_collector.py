"""The garbage collector is spared what is promoted, and comes to it in the end."""

from __future__ import annotations

import gc

import pytest
from interpreter import FREE_THREADED

from tornado_pymongo import collector
from tornado_pymongo.collector import promote

pytestmark = [
    pytest.mark.skipif(FREE_THREADED, reason="there, its collector has no generations"),
    pytest.mark.skipif(collector._IS_INCREMENTAL, reason="nothing is promoted with this collector"),
]


@pytest.fixture(autouse=True)
def _as_if_new(monkeypatch):
    gc.collect()
    monkeypatch.setattr(collector, "_promoted", 0)
    monkeypatch.setattr(collector, "_user_freezes", False)


def made() -> list[list[None]]:
    """Return so few new objects that the collector does not run for them."""
    return [[] for _ in range(20)]


def are_young(objects) -> bool:
    return any(each is objects[-1] for each in gc.get_objects(generation=0))


def test_what_is_promoted_is_old():
    objects = made()
    assert are_young(objects)
    promote(1)
    assert not are_young(objects)
    assert gc.isenabled()


def test_nothing_is_promoted_with_an_incremental_collector(monkeypatch):
    monkeypatch.setattr(collector, "_IS_INCREMENTAL", True)
    objects = made()
    promote(1)
    assert are_young(objects)


def test_garbage_that_was_promoted_is_collected_with_everything():
    class Garbage(list):
        pass

    garbage = Garbage()
    garbage.append(garbage)
    del garbage
    promote(1)
    assert any(type(each) is Garbage for each in gc.get_objects())
    gc.collect()
    assert not any(type(each) is Garbage for each in gc.get_objects())


def test_after_so_many_bytes_the_collector_must_visit_everything_first(monkeypatch):
    """Else garbage that is promoted would stay for ever."""
    monkeypatch.setattr(collector, "_MAX_PROMOTED", 2)
    gc.collect()
    for young in False, False, True, True:
        objects = made()
        promote(1)
        assert are_young(objects) is young
    gc.collect()
    objects = made()
    promote(1)
    assert not are_young(objects)


def test_what_the_program_has_frozen_stays_frozen():
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        for _ in range(2):
            promote(1)
            assert frozen * 0.9 < gc.get_freeze_count() <= frozen
    finally:
        gc.unfreeze()


def test_a_disabled_collector_stays_disabled():
    gc.disable()
    try:
        promote(1)
        assert not gc.isenabled()
    finally:
        gc.enable()
