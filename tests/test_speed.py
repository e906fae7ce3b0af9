"""The README and the documentation say of speed only what was measured."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))

from benchmarks import pages  # noqa: E402
from benchmarks.__main__ import parse  # noqa: E402
from benchmarks.claims import broken, claims_of, measurements_of, unheld  # noqa: E402
from benchmarks.peers import MOTOR, ONE_CORE, OURS, PYMONGO_ASYNC  # noqa: E402
from benchmarks.plan import jobs_of  # noqa: E402
from benchmarks.results import Results  # noqa: E402

BENCHMARK = ROOT / "docs" / "benchmark"
TEXTS = [ROOT / "README.rst", *sorted((ROOT / "docs").rglob("*.rst"))]
REMAKE = "tox run -e bench -- --remake --load docs/benchmark/results.json"


@pytest.fixture(scope="module")
def results():
    return Results.load(BENCHMARK / pages.RESULTS)


def test_figures_are_those_of_the_results(results):
    """The generated files, and what stands between the README's marks, are as they would be."""
    for name, text in pages.pages(results, BENCHMARK).items():
        assert (BENCHMARK / name).read_text() == text, f"{name} is another one: {REMAKE}"
    text = (ROOT / "README.rst").read_text()
    assert pages.readme(text, results) == text, f"the README has others: {REMAKE}"


def test_a_run_says_where_it_was_made(results):
    """The file of results has the machine, and how far the same program is from itself."""
    assert results.about["processor"]
    assert results.about["cores"] >= 1
    assert results.about["kernel"]
    assert "virtual" in results.about
    assert set(results.about["same_twice"]) == {"all-cores", "one-core"}
    assert all(results.about["same_twice"].values())


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_sentences_about_speed_are_held_to_the_results(path, results):
    """Each that compares is generated, or its paragraph has claims that are true."""
    text = path.read_text()
    sentences = list(unheld(text))
    assert not sentences, "a comment `.. held: ...` is missing before: " + "\n".join(sentences)
    wrong = {claim: why for claim in claims_of(text) if (why := broken(claim, results))}
    assert not wrong


def test_what_sentences_claim_is_measured_within_25_minutes():
    """Each claim has its measurements in the run of which the documentation shows the figures."""
    planned = {(job.workload.name, job.peer) for job in jobs_of(parse(["--minutes", "25"]))}
    claims = {claim for path in TEXTS for claim in claims_of(path.read_text())}
    assert claims
    for claim in claims:
        needed = measurements_of(claim)
        assert needed, claim
        assert set(needed) <= planned, claim


# A sentence and a claim that are wrong are found.


@pytest.fixture
def made_up():
    """Return one round: twice as fast as PyMongo Async with 10 in flight, half with 1."""
    recorded = Results({})
    for workload, ours in (("find_one-local-1", 5.0), ("find_one-local-10", 20.0)):
        recorded.add(workload, OURS, 0, figures={"rate": ours, "latency_p999_ms": 1.0})
        recorded.add(workload, PYMONGO_ASYNC, 0, figures={"rate": 10.0, "latency_p999_ms": 4.0})
    recorded.add("find_one-local-1", OURS + ONE_CORE, 0, figures={"rate": 30.0})
    recorded.add("find_one-local-1", PYMONGO_ASYNC + ONE_CORE, 0, figures={"rate": 10.0})
    recorded.add("find_one-local-1", MOTOR, 0, figures={"rate": 4.0})
    return recorded


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ("find_one-local-10 > 1", None),
        ("find_one-local-1 < 0.6", None),
        ("find_one-local-1@one-core >= 3", None),
        ("find_one-local-1 > 1 of motor", None),
        ("find_one-local-* latency_p999_ms < 1/3", None),
        ("find_one-local-10 < 1", "find_one-local-10 is 2.00"),
        ("find_one-local-* > 1", "find_one-local-1 is 0.50"),
        ("find_one-local-1@one-core < 1", "find_one-local-1 is 3.00"),
        ("find_one-local-100 > 1", "that was not measured"),
        ("find_one-local-1 > 1 of nobody", "there is no nobody"),
        ("it is fast", "this is no claim"),
    ],
)
def test_a_claim_is_compared_with_the_results(claim, why, made_up):
    """Of a pattern, all must be so."""
    assert broken(claim, made_up) == why


def test_a_sentence_without_a_claim_is_found():
    """Not those that are generated, have a claim, or compare nothing."""
    text = f"""\
It is faster than Motor: much.

{pages.BEGIN} (a command)

It is faster than Motor.

{pages.END}

.. held: find_one-local-1 > 1;
   find_one-local-10 > 1 of motor

It is faster than Motor, with a claim.

It has Motor's names. It is fast.

- One is ahead.
- Another is behind PyMongo
  Async.
"""
    assert list(unheld(text)) == ["It is faster than Motor:", "Another is behind PyMongo Async."]
    assert list(claims_of(text)) == ["find_one-local-1 > 1", "find_one-local-10 > 1 of motor"]
    assert list(claims_of("Title\n=====\n\n.. held: a > 1\n\nText.\n")) == ["a > 1"]


def test_two_machines_stand_side_by_side(made_up, tmp_path):
    """Each with what it is, in both placements; without another one the page says so."""
    made_up.about = {"date": "2026", "python": "3", "versions": {}} | ABOUT
    assert "Only one machine" in pages.pages(made_up, tmp_path)["machines.txt"]
    other = Results(made_up.about | {"processor": "4 cores"}, made_up.measured[:2])
    other.measured[0] = {**other.measured[0], "figures": {"rate": 9.0}}
    other.save(tmp_path / pages.OTHER_MACHINE)
    page = pages.pages(made_up, tmp_path)["machines.txt"]
    assert "2 cores" in page
    assert "4 cores" in page
    (row,) = [line for line in page.splitlines() if "local, 1 in flight" in line]
    assert row.split()[-3:] == ["0.50", "3.00", "0.90"]


def test_the_readme_keeps_what_is_around_its_figures(made_up):
    """The text between the marks is replaced."""
    text = f"Before.\n\n{pages.BEGIN} (how)\n\nOld.\n\n{pages.END}\n\nAfter.\n"
    new = pages.readme(text, Results({"date": "2026", "python": "3", "versions": {}} | ABOUT))
    assert new.startswith(f"Before.\n\n{pages.BEGIN} (how)\n\n")
    assert new.endswith(f"\n\n{pages.END}\n\nAfter.\n")
    assert "Old" not in new
    with pytest.raises(ValueError, match="begin"):
        pages.readme("No marks.", made_up)


ABOUT = {"processor": "2 cores", "machine": "Linux"}
