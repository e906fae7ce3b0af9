"""The benchmark suite runs, and reports what it measured."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pymongo
import pymongo.synchronous.pool
import pytest
from interpreter import FREE_THREADED

sys.path.append(str(Path(__file__).parents[1]))

from benchmarks import report
from benchmarks.__main__ import Job, Suite, jobs_of, parse
from benchmarks.peers import (
    HOP,
    HOP_OF_EXECUTOR,
    HOPS,
    OTHER_CHECKOUT,
    OTHER_PYTHON,
    OURS,
    PEERS,
    PYMONGO_ASYNC,
)
from benchmarks.results import Results
from benchmarks.targets import TARGETS, Target
from benchmarks.workloads import WORKLOADS

ROOT = Path(__file__).parents[1]
WORKLOAD = "find_one-local-100"


@pytest.fixture
def results():
    """Return two rounds of two peers, of which the second was slow, and a third peer's failure."""
    recorded = Results({"date": "2026-01-01T00:00", "python": "3.13", "versions": {}})
    recorded.about |= {"processor": "2 cores", "machine": "Linux"}
    for round_, ours, theirs in ((0, 3000.0, 2000.0), (1, 1200.0, 1000.0)):
        recorded.add(WORKLOAD, OURS, round_, figures={"rate": ours, "switches": 3.0})
        recorded.add(WORKLOAD, PYMONGO_ASYNC, round_, figures={"rate": theirs, "switches": 0.1})
    recorded.add(WORKLOAD, "motor", 0, error="Traceback: no module named motor")
    return recorded


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_suite_runs_from_end_to_end(tmp_path):
    """One short round of two peers gives figures of both, a table, and targets."""
    json_file, rst_file = tmp_path / "results.json", tmp_path / "table.rst"
    command = [sys.executable, "-m", "benchmarks", "--workloads", "find_one-local-1*"]
    command += ["--peers", OURS, PYMONGO_ASYNC, "--rounds", "1", "--seconds", "0.1"]
    command += ["--json", json_file, "--rst", rst_file]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=220)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    measured = json.loads(json_file.read_text())["measured"]
    assert len(measured) == 4 * 2
    assert all(each["figures"]["rate"] > 0 for each in measured)
    assert "tornado_pymongo" in ran.stdout
    assert "targets missed" in ran.stdout
    assert "**tornado_pymongo**" in rst_file.read_text()


@pytest.mark.skipif(
    not hasattr(pymongo.synchronous.pool, "_configured_socket_interface"),
    reason="the greenlet wrapping replaces the sockets of newer versions of PyMongo",
)
@pytest.mark.skipif(FREE_THREADED, reason="greenlet crashes a Python without the GIL")
async def test_the_greenlet_wrapping_is_a_working_peer(blockbuster, mongo_server):
    """More calls than connections all end, errors come through, and cursors iterate."""
    # PyMongo's locks, of which its monitors hold some for moments: part of the technique.
    blockbuster.functions["threading.Lock.acquire"].deactivate()
    from benchmarks import greenlets

    client = greenlets.connect(mongo_server.uri, maxPoolSize=3)
    collection = client["benchmarks"].greenlets
    await collection.drop()
    await collection.insert_many([{"_id": n, "text": "x" * 1000} for n in range(1000)])
    found = await asyncio.gather(*[collection.find_one({"_id": n}) for n in range(1000)])
    assert [document["_id"] for document in found] == list(range(1000))
    assert [each["_id"] async for each in collection.find().batch_size(300)] == list(range(1000))
    assert len(await collection.find().to_list(None)) == 1000
    with pytest.raises(pymongo.errors.DuplicateKeyError):
        await collection.insert_one({"_id": 1})
    await collection.drop()
    await client.close()


def test_ratios_are_taken_round_by_round(results):
    """A round in which the machine was slow counts as much as another."""
    ratio = results.ratio(WORKLOAD, OURS, PYMONGO_ASYNC, "rate")
    assert (ratio.median, ratio.low, ratio.high) == (1.35, 1.2, 1.5)


def test_a_target_is_reached_by_the_median():
    """It tells what was reached, and None where nothing was measured."""
    recorded = Results({})
    for rate in (10.0, 30.0, 20.0):
        recorded.add(WORKLOAD, OURS, int(rate), figures={"rate": rate, "switches": rate})
        recorded.add(WORKLOAD, "motor", int(rate), figures={"rate": 10.0})
        recorded.add(WORKLOAD, PYMONGO_ASYNC, int(rate), figures={"rate": 5.0})
    target = Target(WORKLOAD, against=("motor", PYMONGO_ASYNC), at_least=2)
    assert target.reached(recorded).median == 2  # of the better one
    assert target.met(target.reached(recorded))
    bound = Target(WORKLOAD, "switches", at_most=19)
    assert not bound.met(bound.reached(recorded))
    assert Target("memory", "bytes_per_call", at_most=1).reached(recorded) is None


def test_tables_show_what_was_measured_and_who_failed(results, tmp_path, capsys):
    """One failing peer does not lose the others' results; results come back from their file."""
    results.save(tmp_path / "results.json")
    loaded = Results.load(tmp_path / "results.json")
    assert loaded == results
    earlier = Results({"date": "2025-01-01T00:00"}, results.measured)
    report.show(loaded, earlier)
    report.show_targets(loaded)
    shown = capsys.readouterr().out
    assert "2,100" in shown
    assert "1.35" in shown
    assert "+0%" in shown
    assert "no module named motor" in shown
    assert "0 of 2 targets missed" in shown
    assert "**2,100**" in report.rst(loaded)


def test_targets_compare_what_is_measured():
    """Each names a workload, and peers that this workload has."""
    for target in TARGETS:
        names = {name.removesuffix(OTHER_PYTHON) for name in (target.peer, *target.against)}
        assert names <= set(WORKLOADS[target.workload].peers), target


def test_all_peers_are_measured_and_all_in_another_order():
    """The first round has everybody; the next one has those whom targets compare."""
    jobs = jobs_of(parse([]))
    assert {job.peer for job in jobs if job.round == 0} == set(PEERS)
    assert {job.workload.name for job in jobs if job.round == 0} == set(WORKLOADS)
    orders = {
        tuple(job.peer for job in jobs if (job.round, job.workload.name) == (n, WORKLOAD))
        for n in (0, 2, 4)
    }
    assert len(orders) == 3
    quick = jobs_of(parse(["--quick"]))
    headline = {job.peer for job in quick if job.workload.name == WORKLOAD}
    assert headline == set(WORKLOADS[WORKLOAD].peers)


def test_two_checkouts_take_turns():
    """Each of the seven rounds has both, next to each other, and every other round the other first.

    What does not run this library has no like.
    """
    options = ["--against", str(ROOT), "--workloads", "hop-100", "--peers", HOP, HOP_OF_EXECUTOR]
    jobs = jobs_of(parse(options))
    for round_ in range(7):
        peers = [job.peer for job in jobs if job.round == round_]
        pair = [HOP + OTHER_CHECKOUT, HOP] if round_ % 2 == 0 else [HOP, HOP + OTHER_CHECKOUT]
        assert peers in ([*pair, HOP_OF_EXECUTOR], [HOP_OF_EXECUTOR, *pair])
    assert max(job.round for job in jobs) == 6


def test_the_other_checkout_is_what_runs(mongo_server, tmp_path):
    """Its library is measured, with the benchmarks of this one."""
    (tmp_path / "tornado_pymongo").mkdir()
    (tmp_path / "tornado_pymongo" / "__init__.py").write_text("raise ImportError('the other one')")
    suite = Suite(mongo_server.uri, seconds=0.1, against=tmp_path)
    try:
        theirs = suite.measure(Job(0, WORKLOADS["hop-1"], HOP + OTHER_CHECKOUT))
        ours = suite.measure(Job(0, WORKLOADS["hop-1"], HOP))
    finally:
        suite.close()
    assert "the other one" in theirs["error"]
    assert ours["figures"]["cpu_us"] > 0


def test_two_checkouts_are_compared_round_by_round(capsys):
    """A ratio is that of a round: 2 and 4, not that of medians over all rounds."""
    recorded = Results({"date": "2026-01-01T00:00", "python": "3.13", "versions": {}})
    recorded.about |= {"processor": "2 cores", "machine": "Linux"}
    for round_, ours, theirs in ((0, 20.0, 10.0), (1, 400.0, 100.0)):
        recorded.add("hop-1", HOP, round_, figures={"rate": 1.0, "cpu_us": ours})
        recorded.add("hop-1", HOP + OTHER_CHECKOUT, round_, figures={"rate": 1.0, "cpu_us": theirs})
    report.show(recorded)
    assert "3.00   2.00 … 4.00" in capsys.readouterr().out


@pytest.mark.parametrize("peer", HOPS)
def test_each_hop_comes_back(peer, mongo_server):
    """Twenty in flight, several times: a function that does nothing returns None."""

    async def go_and_return():
        hop = PEERS[peer].connect(mongo_server.uri)
        for _ in range(5):
            assert await asyncio.gather(*[hop.start() for _ in range(20)]) == [None] * 20
        closing = hop.close()
        if closing is not None:
            await closing

    asyncio.run(go_and_return())
