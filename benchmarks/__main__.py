"""Compares the ways to use MongoDB from asyncio.

Each measurement takes place in a process of its own. The peers take turns, in another order in
each round, so that all of them meet the machine in the same mood. What is shown are the medians of
the rounds and their range; ratios are taken round by round. Compare figures of one run with each
other, not with those of another run.

Processes run on all cores, and in a second placement each on one. PyMongo Async is measured twice:
a difference that is no larger than that of the two is none. The floors of `benchmarks.targets` are
measured in every round, all else in every second one. ``--minutes`` says how long it may take:
then the floors come first, and of all else as much as there is time for. ``--against`` measures
another checkout of this library as well, in the same rounds, each next to its like.

    python -m benchmarks [--quick] [--workloads PATTERN ...] [--peers NAME ...] [--check]
    python -m benchmarks --remake [--minutes 25]
    python -m benchmarks --against CHECKOUT --workloads 'hop-*' --peers hop-call hop-bridge
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pymongo

from benchmarks import pages, report
from benchmarks.peers import (
    CONNECTIONS,
    MOTOR,
    ONE_CORE,
    OTHER_CHECKOUT,
    OTHER_PYTHON,
    OURS,
    PEERS,
    PLACEMENTS,
    PYMONGO_ASYNC,
    peer_of,
)
from benchmarks.plan import Job, jobs_of, seconds_of
from benchmarks.results import Results, describe
from benchmarks.workloads import DATABASE, WORKLOADS, Workload, clean_up, prepare, time_a_batch

ROUNDS, SECONDS = 7, 1.0
QUICK_ROUNDS, QUICK_SECONDS = 2, 0.7

# The same with --minutes: to start a process takes as long.
SHORT_SECONDS = 0.6

# How long a measurement may take; then its process hangs.
LIMIT_SECONDS = 120

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs" / "benchmark"


class Suite:
    """A run on a server.

    :param python: the interpreter of peers with `OTHER_PYTHON` in their names.
    :param against: the checkout of peers with `OTHER_CHECKOUT` in their names.
    """

    def __init__(
        self, uri: str, seconds: float, python: str | None = None, against: Path | None = None
    ) -> None:
        self._uri = uri
        self._seconds = seconds
        self._python = python
        # The folder has that checkout's library and none of its benchmarks, and goes first.
        self._other = tempfile.TemporaryDirectory()
        if against is not None:
            package = Path(self._other.name, "tornado_pymongo")
            package.symlink_to(against.resolve() / "tornado_pymongo")
        self._client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(uri)
        self._batch_seconds: float | None = None
        self._least_rates: dict[str, float] = {}

    def open(self) -> str:
        """Insert what is read; return the server's version."""
        prepare(self._client[DATABASE])
        return str(self._client.server_info()["version"])

    def close(self) -> None:
        """Remove it again."""
        self._client.drop_database(DATABASE)
        self._client.close()
        self._other.cleanup()

    def measure(self, job: Job) -> dict[str, Any]:
        """Make a measurement; return what its process says, or its error."""
        peer = peer_of(job.peer)
        python = self._python if job.peer.endswith(OTHER_PYTHON) else None
        options: dict[str, Any] = {"peer": peer.name, "workload": job.workload.name}
        options |= {"uri": self._uri, "seconds": self._seconds}
        if job.workload.name == "scan-consumer":
            options["batch_seconds"] = self._time_a_batch()
        placement = ONE_CORE if ONE_CORE in job.peer else ""
        if job.workload.load_percent:
            rate = self._least_rate(placement) * job.workload.load_percent / 100
            options["arrivals_per_second"] = round(rate)
        if placement:
            options["cores"] = sorted(os.sched_getaffinity(0), reverse=True)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        if job.workload.delay_ms:
            environment["MOTOR_MAX_WORKERS"] = str(CONNECTIONS)
        command = [python or sys.executable, *peer.command, "benchmarks.measure"]
        clean_up(self._client[DATABASE])
        self._delay(job.workload)
        try:
            ran = subprocess.run(
                [*command, json.dumps(options)],
                env=environment,
                cwd=self._other.name if job.peer.endswith(OTHER_CHECKOUT) else ROOT,
                capture_output=True,
                text=True,
                timeout=LIMIT_SECONDS,
            )
        except subprocess.TimeoutExpired as hung:
            return {"error": f"{hung}\n{_text(hung.stderr)}"}
        except OSError as error:
            return {"error": str(error)}
        finally:
            self._delay(None)
        if ran.returncode:
            return {"error": ran.stderr or f"it ended with {ran.returncode}"}
        outcome: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
        return outcome

    def _time_a_batch(self) -> float:
        """Return for how long the consumer of a scan is busy with a batch: the same for all."""
        if self._batch_seconds is None:
            scanned = self._client[DATABASE].scanned
            self._batch_seconds = min(time_a_batch(scanned) for _ in range(3))
        return self._batch_seconds

    def _least_rate(self, placement: str) -> float:
        """Return how many find_one a second the slowest can, of those that have coroutines."""
        if placement not in self._least_rates:
            rates = []
            for peer in (PYMONGO_ASYNC, MOTOR, OURS):
                outcome = self.measure(Job(0, WORKLOADS["find_one-local-100"], peer + placement))
                if "error" not in outcome:
                    rates.append(outcome["figures"]["rate"])
            self._least_rates[placement] = min(rates, default=1000.0)
        return self._least_rates[placement]

    def _delay(self, workload: Workload | None) -> None:
        """Have the server answer as late as the workload wants it, or at once."""
        command: dict[str, Any] = {"configureFailPoint": "failCommand", "mode": "off"}
        if workload and workload.delay_ms:
            data = {"failCommands": list(workload.slow), "blockConnection": True}
            command |= {"mode": "alwaysOn", "data": {**data, "blockTimeMS": workload.delay_ms}}
        self._client.admin.command(command)


def _text(output: Any) -> str:
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""


def run(options: argparse.Namespace) -> Results:
    """Make all measurements, and show how far it is."""
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from tornado_pymongo.testing import MongoServer

    jobs = jobs_of(options)
    if not jobs:
        sys.exit("there is nothing of that name: --list tells the workloads, --help the peers")
    results = Results(describe())
    results.about["options"] = f"{options.rounds} rounds of {options.seconds:g} s"
    columns = ("{task.description}", BarColumn(), TaskProgressColumn())
    times = (TimeElapsedColumn(), TimeRemainingColumn())
    with (
        MongoServer(options=["--setParameter", "enableTestCommands=1"]) as server,
        # It needs some CPU time for each refresh.
        Progress(*columns, *times, refresh_per_second=1, speed_estimate_period=600) as progress,
    ):
        suite = Suite(server.uri, options.seconds, options.python, options.against)
        clock = Clock(sum(seconds_of(job, options.seconds) for job in jobs), options.minutes)
        task = progress.add_task("preparing", total=clock.planned)
        say = progress.console.print
        say(f"{len(jobs)} measurements, about {clock.planned / 60:.0f} minutes")
        if results.about["load"] > (os.cpu_count() or 1) / 2:
            say(f"The machine is busy, load {results.about['load']}.")
        results.about["server"] = suite.open()
        try:
            for job in jobs:
                what = f"round {job.round + 1}: {job.workload.name}, {job.peer}"
                expected = seconds_of(job, options.seconds)
                if clock.is_late and job.can_be_left_out:
                    clock.leave_out(expected)
                    progress.update(task, total=clock.planned)
                    continue
                progress.update(task, description=what)
                began = time.monotonic()
                try:
                    outcome = suite.measure(job)
                except pymongo.errors.PyMongoError as error:  # a server that is busy
                    outcome = {"error": repr(error)}
                outcome["took"] = round(time.monotonic() - began, 1)
                results.add(job.workload.name, job.peer, job.round, **outcome)
                if "error" in outcome:
                    say(f"{what} failed:\n{outcome['error']}", markup=False)
                clock.go_on(expected)
                progress.update(task, completed=clock.done)
                if not progress.console.is_terminal and clock.has_news:
                    say(f"{what}; {clock.left / 60:.0f} minutes left")
        except KeyboardInterrupt:  # what was measured until now is shown
            results.about["options"] += ", interrupted"
        suite.close()
    return results


class Clock:
    """Tells how long it will take, from how long it has taken.

    :param planned: how many seconds all measurements should take.
    :param minutes: how long they may take, if that is bounded.
    """

    # How often a log that is no terminal hears of it.
    NEWS_SECONDS = 30

    def __init__(self, planned: float, minutes: float | None) -> None:
        self.planned = planned
        self.done = 0.0
        self._limit = minutes * 60 if minutes else float("inf")
        self._began = self._told = time.monotonic()

    def go_on(self, expected: float) -> None:
        """Note that a measurement was made, which should take so long."""
        self.done += expected

    def leave_out(self, expected: float) -> None:
        """Note that a measurement is not made."""
        self.planned -= expected

    @property
    def _elapsed(self) -> float:
        return time.monotonic() - self._began

    @property
    def left(self) -> float:
        """The seconds that what is left will take."""
        pace = self._elapsed / self.done if self.done else 1.0
        return (self.planned - self.done) * pace

    @property
    def is_late(self) -> bool:
        """Whether all that is planned will take longer than it may."""
        # The first few measurements do not tell the pace.
        return self._elapsed > self._limit / 10 and self._elapsed + self.left > self._limit

    @property
    def has_news(self) -> bool:
        """Whether it is time to tell how far it is."""
        if time.monotonic() < self._told + self.NEWS_SECONDS:
            return False
        self._told = time.monotonic()
        return True


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--quick", action="store_true", help="in under three minutes")
    parser.add_argument("--workloads", nargs="+", metavar="PATTERN", help="such as 'scan-*'")
    parser.add_argument("--peers", nargs="+", choices=PEERS, metavar="NAME", help=", ".join(PEERS))
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--minutes", type=float, help="how long it may take, in seven rounds")
    parser.add_argument(
        "--placements",
        nargs="+",
        choices=PLACEMENTS,
        metavar="PLACEMENT",
        help="of processes: " + ", ".join(PLACEMENTS),
    )
    parser.add_argument("--seconds", type=float, help="of each measurement, after its warm-up")
    parser.add_argument("--json", type=Path, help="write all single figures to this file")
    parser.add_argument(
        "--compare",
        type=Path,
        help="with another run, of this or another machine: a file of --json",
    )
    parser.add_argument("--load", type=Path, help="measure nothing: show a file of --json")
    parser.add_argument("--plots", type=Path, help="draw plots, SVG and PNG, into this folder")
    parser.add_argument("--docs", type=Path, help="write the documentation's figures and plots")
    parser.add_argument(
        "--remake",
        action="store_true",
        help="write the results, the documentation's figures and the README's, all in their place",
    )
    parser.add_argument("--readme", type=Path, help="write the figures between the README's marks")
    parser.add_argument("--rst", type=Path, help="write a table for the README to this file")
    parser.add_argument("--python", help="another interpreter, for find_one with 100 in flight")
    parser.add_argument("--against", type=Path, help="another checkout, in seven rounds or more")
    parser.add_argument("--check", action="store_true", help="fail if a target is missed")
    parser.add_argument("--list", action="store_true", help="list the workloads")
    options = parser.parse_args(arguments)
    if options.against and not (options.against / "tornado_pymongo").is_dir():
        parser.error(f"{options.against} is no checkout of this library")
    if options.remake:
        options.docs = options.docs or DOCS
        options.json = options.json or options.docs / pages.RESULTS
        options.readme = options.readme or ROOT / "README.rst"
    options.rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS)
    seconds = QUICK_SECONDS if options.quick else SHORT_SECONDS if options.minutes else SECONDS
    options.seconds = options.seconds or seconds
    if options.placements is None:
        options.placements = list(PLACEMENTS)
        if options.quick or options.against or not hasattr(os, "sched_setaffinity"):
            options.placements = ["all-cores"]
    return options


def main() -> int:
    options = parse()
    if options.list:
        for workload in WORKLOADS.values():
            print(f"{workload.name:32}{workload.title}")
        return 0
    results = Results.load(options.load) if options.load else run(options)
    if options.json:
        results.save(options.json)
        results = Results.load(options.json)  # as rounded as in the file
    report.show(results, Results.load(options.compare) if options.compare else None)
    if options.rst:
        options.rst.write_text(pages.readme_table(results))
    if options.readme:
        options.readme.write_text(pages.readme(options.readme.read_text(), results))
    if options.plots or options.docs:
        from benchmarks import plots
    if options.plots:
        plots.draw(results, options.plots)
    if options.docs:
        plots.draw(results, options.docs, ["svg"])
        if options.compare:
            shutil.copy(options.compare, options.docs / pages.OTHER_MACHINE)
        pages.write(results, options.docs)
    missed = report.show_targets(results)
    return 1 if results.errors or (options.check and missed) else 0


if __name__ == "__main__":
    sys.exit(main())
