"""Compares the ways to use MongoDB from asyncio.

Each measurement takes place in a process of its own. The peers take turns, in another order in
each round, so that all of them meet the machine in the same mood. What is shown are the medians of
the rounds and their range; ratios are taken round by round. Compare figures of one run with each
other, not with those of another run.

Whom a target compares is measured in every round, all others in every second one. ``--against``
measures another checkout of this library as well, in the same rounds, each next to its like.

    python -m benchmarks [--quick] [--workloads PATTERN ...] [--peers NAME ...] [--check]
    python -m benchmarks --against CHECKOUT --workloads 'hop-*' --peers hop-call hop-bridge
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pymongo

from benchmarks import report
from benchmarks.peers import (
    CONNECTIONS,
    MOTOR,
    OTHER_CHECKOUT,
    OTHER_PYTHON,
    OUR_IMPORT,
    OURS,
    PEERS,
    PYMONGO_ASYNC,
    peer_of,
)
from benchmarks.results import Results, describe
from benchmarks.targets import TARGETS
from benchmarks.workloads import DATABASE, WORKLOADS, Workload, clean_up, prepare, time_a_batch

ROUNDS, SECONDS = 5, 1.0
AGAINST_ROUNDS = 7
QUICK_ROUNDS, QUICK_SECONDS = 2, 0.7

# How long a measurement may take; then its process hangs.
LIMIT_SECONDS = 120

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Job:
    """A measurement to make."""

    round: int
    workload: Workload
    peer: str


def jobs_of(options: argparse.Namespace) -> list[Job]:
    """Return all measurements, in the order in which they are made."""
    patterns = options.workloads or ["*"]
    compared = {
        (target.workload, peer) for target in TARGETS for peer in (target.peer, *target.against)
    }
    jobs = []
    for round_ in range(options.rounds):
        for workload in WORKLOADS.values():
            if not any(fnmatch(workload.name, pattern) for pattern in patterns):
                continue
            quick = options.quick and not options.workloads
            chosen = list(workload.quick_peers if quick else workload.peers)
            chosen = [
                peer
                for peer in chosen
                if round_ % 2 == 0
                or peer == PYMONGO_ASYNC
                or (workload.name, peer) in compared
                or (options.against and _is_ours(peer))
            ]
            if options.peers:
                chosen = [peer for peer in chosen if peer in options.peers]
            if options.python and workload.name == "find_one-local-100":
                others = {PYMONGO_ASYNC, MOTOR, OURS, "threads-2", "threads-4"}
                chosen += [peer + OTHER_PYTHON for peer in chosen if peer in others]
            random.Random(f"{round_} {workload.name}").shuffle(chosen)
            for peer in chosen:
                pair = [peer]
                if options.against and _is_ours(peer):
                    pair.insert(round_ % 2, peer + OTHER_CHECKOUT)  # each is first in its turn
                jobs += [Job(round_, workload, each) for each in pair]
    return jobs


def _is_ours(peer: str) -> bool:
    return peer_of(peer).imports == OUR_IMPORT


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
        MofNCompleteColumn,
        Progress,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from tornado_pymongo.testing import MongoServer

    jobs = jobs_of(options)
    if not jobs:
        sys.exit("there is nothing of that name: --list tells the workloads, --help the peers")
    results = Results(describe())
    results.about["options"] = f"{options.rounds} rounds of {options.seconds:g} s"
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn())
    times = (TimeElapsedColumn(), TimeRemainingColumn())
    with (
        MongoServer(options=["--setParameter", "enableTestCommands=1"]) as server,
        # It needs some CPU time for each refresh.
        Progress(*columns, *times, refresh_per_second=1) as progress,
    ):
        suite = Suite(server.uri, options.seconds, options.python, options.against)
        task = progress.add_task("preparing", total=len(jobs))
        if results.about["load"] > (os.cpu_count() or 1) / 2:
            progress.console.print(f"The machine is busy, load {results.about['load']}.")
        results.about["server"] = suite.open()
        try:
            for job in jobs:
                what = f"round {job.round + 1}: {job.workload.name}, {job.peer}"
                progress.update(task, description=what)
                outcome = suite.measure(job)
                results.add(job.workload.name, job.peer, job.round, **outcome)
                if "error" in outcome:
                    progress.console.print(f"{what} failed:\n{outcome['error']}", markup=False)
                progress.advance(task)
        except KeyboardInterrupt:  # what was measured until now is shown
            results.about["options"] += ", interrupted"
        suite.close()
    return results


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--quick", action="store_true", help="in under three minutes")
    parser.add_argument("--workloads", nargs="+", metavar="PATTERN", help="such as 'scan-*'")
    parser.add_argument("--peers", nargs="+", choices=PEERS, metavar="NAME", help=", ".join(PEERS))
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float, help="of each measurement, after its warm-up")
    parser.add_argument("--json", type=Path, help="write all single figures to this file")
    parser.add_argument("--compare", type=Path, help="with an earlier run, a file of --json")
    parser.add_argument("--load", type=Path, help="measure nothing: show a file of --json")
    parser.add_argument("--plots", type=Path, help="draw plots, SVG and PNG, into this folder")
    parser.add_argument("--docs", type=Path, help="write the documentation's figures and plots")
    parser.add_argument("--rst", type=Path, help="write a table for the README to this file")
    parser.add_argument("--python", help="another interpreter, for find_one with 100 in flight")
    parser.add_argument("--against", type=Path, help="another checkout, in seven rounds or more")
    parser.add_argument("--check", action="store_true", help="fail if a target is missed")
    parser.add_argument("--list", action="store_true", help="list the workloads")
    options = parser.parse_args(arguments)
    if options.against and not (options.against / "tornado_pymongo").is_dir():
        parser.error(f"{options.against} is no checkout of this library")
    rounds = AGAINST_ROUNDS if options.against else QUICK_ROUNDS if options.quick else ROUNDS
    options.rounds = options.rounds or rounds
    options.seconds = options.seconds or (QUICK_SECONDS if options.quick else SECONDS)
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
    report.show(results, Results.load(options.compare) if options.compare else None)
    if options.rst:
        options.rst.write_text(report.rst(results))
    if options.plots or options.docs:
        from benchmarks import plots
    if options.plots:
        plots.draw(results, options.plots)
    if options.docs:
        plots.draw(results, options.docs, ["svg"])
        (options.docs / "figures.txt").write_text(report.rst_of_all(results))
    missed = report.show_targets(results)
    return 1 if results.errors or (options.check and missed) else 0


if __name__ == "__main__":
    sys.exit(main())
