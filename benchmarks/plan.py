"""The measurements, their order, and how long they take."""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch

from benchmarks.peers import (
    AGAIN,
    BLOCKING,
    MOTOR,
    ONE_CORE,
    OTHER_CHECKOUT,
    OTHER_PYTHON,
    OUR_IMPORT,
    OURS,
    PLACEMENTS,
    PYMONGO_ASYNC,
    THREADS,
    UVLOOP,
    peer_of,
)
from benchmarks.targets import TARGETS
from benchmarks.workloads import WORKLOADS, Workload

# The peers that are also measured on one core.
_ON_ONE_CORE = {PYMONGO_ASYNC, MOTOR, OURS, BLOCKING, *THREADS[:2]}

# The workloads that show something else on one core than throughput, or what users run.
_IMPORTANT = ("latency-*", "arrivals-*", "web-*", "cpu-time-*")

# Large results and files, and with whom sentences compare them.
_LARGE = ("scan-", "stall-", "gridfs-")
_COMPARED_IN_LARGE = (MOTOR, BLOCKING, *THREADS)

# Workloads for which one measurement is enough.
_ONCE = ("memory", "start", "cpu-time-*")

# How long a process takes to start, to connect, and to end.
_START_SECONDS = 0.55

# The share of the time for which measurements are planned: the server has to start, too.
_PLANNED = 0.95


@dataclass(frozen=True)
class Job:
    """A measurement to make.

    :param tier: how soon it is left out if there is not the time for all; 0 never is.
    """

    round: int
    workload: Workload
    peer: str
    tier: float = 0

    @property
    def can_be_left_out(self) -> bool:
        """Whether others of its kind are made before it."""
        return self.tier >= 2


_FLOORS = {
    (target.workload, peer)
    for target in TARGETS
    if target.every_round
    for peer in (target.peer, *target.against)
}


def jobs_of(options: argparse.Namespace) -> list[Job]:
    """Return all measurements, in the order in which they are made."""
    jobs = [job for round_ in range(options.rounds) for job in _round(round_, options)]
    if not options.minutes:
        return jobs
    # Stable: of the same tier, those of earlier rounds first.
    left = options.minutes * 60 * _PLANNED
    chosen = set()
    for job in sorted(jobs, key=lambda job: job.tier):
        left -= seconds_of(job, options.seconds)
        if left < 0 and job.tier:
            break
        chosen.add(job)
    return [job for job in jobs if job in chosen]


def _round(round_: int, options: argparse.Namespace) -> Iterator[Job]:
    """Yield the measurements of a round."""
    patterns = options.workloads or ["*"]
    for workload in WORKLOADS.values():
        if not _is_one_of(workload.name, patterns):
            continue
        chosen = [
            peer
            for peer in _peers(workload, options)
            if options.minutes or _is_due(round_, workload, peer, options)
        ]
        random.Random(f"{round_} {workload.name}").shuffle(chosen)
        for peer in chosen:
            pair = [peer]
            if options.against and _is_ours(peer):
                pair.insert(round_ % 2, peer + OTHER_CHECKOUT)  # each is first in its turn
            tier = _tier(round_, workload, peer, options.rounds)
            if tier is not None or not options.minutes:
                yield from (Job(round_, workload, each, tier or 0) for each in pair)


def _peers(workload: Workload, options: argparse.Namespace) -> Iterator[str]:
    """Yield who is measured, in each placement, and with the other Python."""
    quick = options.quick and not options.workloads
    peers = workload.quick_peers if quick else workload.peers
    if options.peers:
        peers = tuple(peer for peer in peers if peer in options.peers)
    for placement in options.placements:
        suffix = PLACEMENTS[placement]
        if suffix and not workload.one_core:
            continue
        for peer in peers:
            if not suffix or peer in _ON_ONE_CORE or workload.processes:
                yield peer + suffix
        if workload.twice and PYMONGO_ASYNC in peers and not quick:
            yield PYMONGO_ASYNC + AGAIN + suffix
    if options.python and workload.name == "find_one-local-100":
        others = {PYMONGO_ASYNC, MOTOR, OURS, "threads-2", "threads-4"}
        yield from (peer + OTHER_PYTHON for peer in peers if peer in others)


def _is_due(round_: int, workload: Workload, peer: str, options: argparse.Namespace) -> bool:
    """Tell whether a measurement is one of this round's, if there is time for all."""
    if peer.endswith(OTHER_PYTHON):
        return True
    if _is_one_of(workload.name, _ONCE):
        return round_ == 0 or bool(options.against)
    return round_ % 2 == 0 or _is_of_floor(workload, peer) or bool(options.against)


def _tier(round_: int, workload: Workload, peer: str, rounds: int) -> float | None:
    """Return how soon a measurement is left out; None if it is left out in any case."""
    name = peer.partition("@")[0]
    if _is_of_floor(workload, peer):
        return 0
    # The first one is made in the middle of the run, the next ones further and further from it.
    turn = sorted(range(rounds), key=lambda n: (abs(n - rounds // 2), n)).index(round_)
    if _is_one_of(workload.name, _ONCE):
        return 1 if turn == 0 else None
    if AGAIN in peer or peer in UVLOOP:
        return None
    important = _is_one_of(workload.name, _IMPORTANT)
    if name in (PYMONGO_ASYNC, OURS):
        if important:
            return 1 + 1.5 * turn
        return 3.5 + 2 * turn if ONE_CORE in peer else 1 + turn
    if important or (workload.name.startswith(_LARGE) and name in _COMPARED_IN_LARGE):
        return (2.7 if ONE_CORE in peer else 1.7) + 2 * turn
    if workload.name.startswith("find_one-local-") and ONE_CORE not in peer:
        return 1.5 + 3 * turn
    return (3.2 if name == MOTOR else 4.5) + 2 * turn


def _is_of_floor(workload: Workload, peer: str) -> bool:
    return (workload.name, peer.replace(AGAIN, "")) in _FLOORS


def seconds_of(job: Job, seconds: float) -> float:
    """Return about how long a measurement takes."""
    workload = job.workload
    measured = seconds * workload.lasts
    if workload.name == "memory":
        return 6.5
    if workload.name == "start":
        return 5.2
    if workload.name.startswith("cpu-time-"):
        return _START_SECONDS + 2.2 * (workload.warm_up + measured)
    if workload.processes:
        return 0.9 * workload.processes + _START_SECONDS + workload.warm_up + measured
    if workload.long:
        return _START_SECONDS + 0.9 + 1.2 * measured  # the first one tells how many there are to be
    extra = 0.8 if workload.load_percent or workload.in_flight == 1000 else 0
    return _START_SECONDS + workload.warm_up + measured + extra


def _is_one_of(name: str, patterns: tuple[str, ...] | list[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _is_ours(peer: str) -> bool:
    return peer_of(peer).imports == OUR_IMPORT
