"""Every interleaving of each pair of events; with EXPLORE=1 also on two threads, and of triples."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import combinations_with_replacement

import pytest

from explorer import engine
from explorer.engine import explore
from explorer.scenarios import ON_TWO_THREADS, PIECES, TRIPLES, scenario
from explorer.world import explorable_core

pytestmark = pytest.mark.slow

PAIRS = ["+".join(pair) for pair in combinations_with_replacement(PIECES, 2)]
# Those that take longer than a few seconds are left to tox's environment "explore".
LARGE = {
    *("deliver+look", "deliver+finalizer", "interrupt+deliver", "interrupt+refused"),
    *("interrupt+look", "deadline+look", "deadline+loop_closed", "deadline+finalizer"),
    *("flush+deliver", "look+finalizer", "close+look", "deliver+refused", "interrupt+deadline"),
    *("wake+look", "deadline+deliver", "interrupt+close", "park_timeout+look", "abort+deadline"),
    *("close+finalizer", "deadline+close", "interrupt+finalizer", "park_timeout+close"),
}
assert set(PAIRS) >= LARGE
WHOLE = bool(os.environ.get("EXPLORE"))


def explore_pieces(names, **options):
    """Explore the pieces of this name, joined by a plus; return how many executions there are."""
    with explorable_core():
        return explore(scenario(*(PIECES[name] for name in names.split("+")), **options))


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("pair", [pair for pair in PAIRS if WHOLE or pair not in LARGE])
def test_pair(pair):
    """What has to hold does so in every interleaving of two events."""
    assert explore_pieces(pair) > 0


def test_thoroughly():
    """So does it where a fault is found only if all steps are tried in both orders."""
    with explorable_core():
        assert explore(scenario(PIECES["interrupt"]), thorough=True) > 0


if WHOLE:

    @pytest.mark.timeout(1800)
    @pytest.mark.parametrize("pair", ON_TWO_THREADS)
    def test_pair_on_two_threads(pair):
        """What has to hold does so in every interleaving of two events, on two threads."""
        assert explore_pieces(pair, max_workers=2) > 0

    @pytest.mark.timeout(1800)
    @pytest.mark.parametrize("triple", TRIPLES)
    def test_triple(triple):
        """What has to hold does so in every interleaving of three events."""
        assert explore_pieces(triple) > 0


@pytest.mark.parametrize(
    "pair", ["park+deliver", "wake+park_timeout", "wake+abort", "take+close", "submit+interrupt"]
)
def test_what_is_passed_over_has_come_in_another_order(pair, monkeypatch):
    """If all steps are tried in both orders, no lock or inbox sees an order that it had not."""

    def orders():
        seen = set()
        original = engine.Run._choose_step

        def choose_step(run, options):
            task, outcome = original(run, options)
            step = task.name, task.what, outcome
            for touched in (None,) if task.touches is None else task.touches:
                run.orders.setdefault(touched, []).append(step)
            return task, outcome

        def build(run):
            run.orders = {}
            scenario(*(PIECES[name] for name in pair.split("+")))(run)
            run.end_checks.append(lambda: seen.add(frozenset(map(tuple, run.orders.values()))))

        with monkeypatch.context() as patch, explorable_core():
            patch.setattr(engine.Run, "_choose_step", choose_step)
            return explore(build), seen

    few, seen = orders()
    monkeypatch.setattr(engine, "_meet", lambda one, other: True)
    many, all_seen = orders()
    assert many > few
    assert seen == all_seen


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.parametrize(("what", "fewest"), [("fork", 50), ("exit", 15)])
def test_fork_and_exit(what, fewest):
    """A fork at any lock operation leaves a child that works; an exit there ends the process."""
    done = subprocess.run(
        [sys.executable, "-m", "explorer.fork_and_exit", what],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) >= fewest
