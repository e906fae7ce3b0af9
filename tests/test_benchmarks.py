"""The benchmark suite runs, and reports what it measured."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pymongo
import pymongo.synchronous.pool
import pytest
from interpreter import FREE_THREADED

sys.path.append(str(Path(__file__).parents[1]))

from benchmarks import cpu_time, official, pages, report, workloads
from benchmarks.__main__ import Clock, Suite, parse
from benchmarks.arrivals import times_of
from benchmarks.meter import Meter, percentile
from benchmarks.peers import (
    AGAIN,
    EXECUTOR,
    HOP,
    HOP_OF_EXECUTOR,
    HOPS,
    ONE_CORE,
    OTHER_CHECKOUT,
    OTHER_PYTHON,
    OURS,
    OURS_SHARING_ALL,
    PEERS,
    PLACEMENTS,
    PYMONGO_ASYNC,
    base_of,
)
from benchmarks.plan import Job, jobs_of, seconds_of
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


@pytest.fixture(scope="module")
def suite(mongo_server):
    """Return a suite on a server with what is read, though with less of it."""
    opened = Suite(mongo_server.uri, seconds=0.1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workloads, "SCANNED", 1000)
        patch.setattr(official, "TWEETS", 1)
        opened.open()
    yield opened
    opened.close()


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
    # Two placements, and PyMongo Async twice.
    assert len(measured) == 4 * 2 * 3
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
    earlier = Results({**results.about, "date": "2025-01-01T00:00"}, results.measured)
    report.show(loaded, earlier)
    report.show_targets(loaded)
    shown = capsys.readouterr().out
    assert "2,100" in shown
    assert "1.35" in shown
    assert "+0%" in shown
    assert "no module named motor" in shown
    assert "0 of 2 targets missed" in shown
    assert "**2,100**" in pages.readme_table(loaded)


def test_targets_compare_what_is_measured():
    """Each names a workload, and peers that this workload has."""
    for target in TARGETS:
        names = {name.partition("@")[0] for name in (target.peer, *target.against)}
        assert names <= set(WORKLOADS[target.workload].peers), target


def test_all_peers_are_measured_and_all_in_another_order():
    """The first round has everybody, in both placements; the next one has the floors."""
    jobs = jobs_of(parse([]))
    assert {job.peer.partition("@")[0] for job in jobs if job.round == 0} == set(PEERS)
    assert {job.workload.name for job in jobs if job.round == 0} == set(WORKLOADS)
    orders = {
        tuple(job.peer for job in jobs if (job.round, job.workload.name) == (n, WORKLOAD))
        for n in (0, 2, 4)
    }
    assert len(orders) == 3
    every = {(job.workload.name, job.peer) for job in jobs if job.round == 1}
    assert (WORKLOAD, PYMONGO_ASYNC + AGAIN + ONE_CORE) in every
    assert (WORKLOAD, OURS + ONE_CORE) in every
    assert (WORKLOAD, OURS_SHARING_ALL) in every
    assert ("mixed-100", OURS) not in every
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


# What is measured if there is not the time for all


def test_all_that_is_planned_fits_into_the_minutes():
    """The floors in all seven rounds, and of the rest as much as fits: all workloads, at least."""
    options = parse(["--minutes", "25"])
    jobs = jobs_of(options)
    assert sum(seconds_of(job, options.seconds) for job in jobs) < 25 * 60
    for peer in (OURS, OURS_SHARING_ALL, PYMONGO_ASYNC + AGAIN, OURS + ONE_CORE):
        rounds = [job.round for job in jobs if (job.workload.name, job.peer) == (WORKLOAD, peer)]
        assert rounds == list(range(7))
    assert {job.workload.name for job in jobs} >= {
        name for name in WORKLOADS if not name.startswith("hop-")
    }
    assert len(jobs) < len(jobs_of(parse(["--minutes", "50"])))


def test_the_clock_leaves_out_what_there_is_no_time_for(monkeypatch):
    """It takes the pace of what was measured for that of what is left."""
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    clock = Clock(planned=60, minutes=1.5)
    now += 20
    clock.go_on(10)  # twice as long as planned
    assert clock.left == 100
    assert clock.is_late
    clock.leave_out(15)
    assert clock.left == 70
    assert not clock.is_late


# Placements, and the same twice


def test_each_is_compared_with_its_like():
    """PyMongo Async in the same placement, or on the same Python."""
    assert base_of(OURS) == PYMONGO_ASYNC
    assert base_of(OURS + ONE_CORE) == PYMONGO_ASYNC + ONE_CORE
    assert base_of(PYMONGO_ASYNC + AGAIN + ONE_CORE) == PYMONGO_ASYNC + ONE_CORE
    assert base_of(OURS + OTHER_PYTHON) == PYMONGO_ASYNC + OTHER_PYTHON


def test_a_difference_smaller_than_that_of_the_same_twice_is_none(results):
    """It is called level; each placement has its own A/A difference, which the file has, too."""
    for round_ in (0, 1):
        again = [results.values(WORKLOAD, PYMONGO_ASYNC, "rate")[round_] * 1.5]
        results.add(WORKLOAD, PYMONGO_ASYNC + AGAIN, round_, figures={"rate": again[0]})
        for peer, rate in ((PYMONGO_ASYNC, 10.0), (PYMONGO_ASYNC + AGAIN, 9.0), (OURS, 12.0)):
            results.add(WORKLOAD, peer + ONE_CORE, round_, figures={"rate": rate})
    # The name of the same again has its suffixes in the other order.
    assert results.same_twice() == {WORKLOAD: 1.5}
    assert results.same_twice(ONE_CORE) == {WORKLOAD: 0.9}
    assert results.least_difference() == pytest.approx(0.5)
    assert results.least_difference(ONE_CORE) == pytest.approx(1 / 0.9 - 1)
    ratios = {
        suffix: results.ratio(WORKLOAD, OURS + suffix, PYMONGO_ASYNC + suffix, "rate")
        for suffix in PLACEMENTS.values()
    }
    assert pages.kind_of(results, ratios[""]) == "level"  # 1.35
    assert pages.kind_of(results, ratios[ONE_CORE], ONE_CORE) == "ahead"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux has affinities")
def test_a_process_on_one_core_has_one(suite):
    """Its measurement sees it; one on all cores has the affinity of the suite."""
    outcomes = [suite.measure(Job(0, WORKLOADS["hop-1"], HOP + x)) for x in ("", ONE_CORE)]
    assert [each["cores"] for each in outcomes] == [len(os.sched_getaffinity(0)), 1]


# Latencies


def test_a_call_that_is_under_way_when_it_ends_counts(monkeypatch):
    """As one that began before: the slow ones would be those that nobody sees."""
    now = 0.0
    monkeypatch.setattr("time.perf_counter", lambda: now)
    meter = Meter(seconds=10)
    began = now
    now = 1.0
    assert meter.note_and_go_on(began)  # it starts to count
    now = 2.0
    assert meter.note_and_go_on(1.0)
    now = 12.0
    assert not meter.note_and_go_on(2.0)  # it ends
    now = 20.0
    assert not meter.note_and_go_on(0.5)  # under way all that time
    assert not meter.note_and_go_on(15.0)  # began after it
    figures = meter.figures(WORKLOADS[WORKLOAD])
    assert figures["latency_p50_ms"] == 10_000
    assert figures["latency_p999_ms"] == 19_500
    assert figures["rate"] == pytest.approx(2 / 11)


def test_percentiles():
    """The value below which so many are, and the largest if there are few."""
    values = [float(n) for n in range(2000)]
    assert [percentile(values, each) for each in (50, 99, 99.9)] == [1000, 1980, 1998]
    assert percentile([1.0], 99.9) == 1.0


def test_calls_arrive_at_a_fixed_rate_for_each_peer_alike():
    """As many as the rate says, at the same times in each process."""
    times = list(times_of(500, 20))
    assert times == list(times_of(500, 20))
    assert 9000 < len(times) < 11_000
    assert times == sorted(times)
    assert times[-1] < 20


@pytest.mark.parametrize(
    ("workload", "peer", "figure"),
    [
        ("arrivals-50", OURS, "latency_p999_ms"),
        ("web-tornado-2", OURS, "first_answer_ms"),
        ("web-tornado-1", EXECUTOR, "cpu_us"),
    ],
)
def test_what_users_run_is_measured(workload, peer, figure, suite, monkeypatch):
    """Calls at a fixed rate, and a web application with each way to use MongoDB."""
    monkeypatch.setattr(Suite, "_least_rate", lambda *_: 400.0)
    outcome = suite.measure(Job(0, WORKLOADS[workload], peer))
    assert outcome.get("error") is None
    assert outcome["figures"][figure] > 0
    assert outcome["figures"]["latency_p50_ms"] > 0


# CPU time


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="the profiler does not tell threads apart")
def test_the_cpu_time_of_a_call_is_that_of_its_functions(suite):
    """In the loop's thread and in the workers, together what was measured without the profiler."""
    outcome = suite.measure(Job(0, WORKLOADS["cpu-time-100"], OURS))
    assert outcome.get("error") is None
    groups = cpu_time.by_group(outcome["functions"])
    assert sum(groups.values()) == pytest.approx(outcome["figures"]["cpu_us"], rel=0.01)
    named = outcome["functions"].items()
    assert {"tornado_pymongo", "PyMongo", "asyncio"} <= {each["group"] for _, each in named}
    workers = "tornado_pymongo/executor/"
    assert any(name.startswith(workers) and each["calls"] > 0.5 for name, each in named)
