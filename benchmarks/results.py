"""What was measured: medians, ranges, ratios round by round; in a file and from it."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.peers import PEERS
from benchmarks.workloads import WORKLOADS

# What is better the less there is of it: everything else.
MORE_IS_BETTER = "rate"

_PACKAGES = ("tornado_pymongo", "pymongo", "motor", "tornado", "uvloop", "greenlet", "gevent")


@dataclass(frozen=True)
class Spread:
    """The median of some values, the least and the greatest of them."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread | None:
        """Return that of these values, None where there are none."""
        values = list(values)
        return cls(statistics.median(values), min(values), max(values)) if values else None


@dataclass
class Results:
    """All single measurements of a run.

    :param about: the machine, versions, date and options.
    :param measured: ``workload``, ``peer`` and ``round`` of each, with its ``figures``, or with
        the ``error`` that it ended with.
    """

    about: dict[str, Any]
    measured: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def load(cls, path: Path) -> Results:
        """Return those of a file."""
        content = json.loads(path.read_text())
        return cls(content["about"], content["measured"])

    def save(self, path: Path) -> None:
        """Write them to a file."""
        path.write_text(json.dumps({"about": self.about, "measured": self.measured}, indent=1))

    def add(self, workload: str, peer: str, round_: int, **outcome: Any) -> None:
        """Add a measurement."""
        self.measured.append({"workload": workload, "peer": peer, "round": round_, **outcome})

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The measurements that failed."""
        return [each for each in self.measured if "error" in each]

    @property
    def workloads(self) -> list[str]:
        """Those of which there are figures, in their order."""
        measured = {each["workload"] for each in self.measured if "figures" in each}
        return [name for name in WORKLOADS if name in measured]

    def peers(self, workload: str) -> list[str]:
        """Return those of which a workload has figures, in their order; other Pythons last."""
        measured = {
            each["peer"]
            for each in self.measured
            if each["workload"] == workload and "figures" in each
        }
        return [n for n in PEERS if n in measured] + sorted(measured - set(PEERS))

    def values(self, workload: str, peer: str, figure: str) -> dict[int, float]:
        """Return a figure of each round in which it was measured."""
        return {
            each["round"]: each["figures"][figure]
            for each in self.measured
            if each["workload"] == workload
            and each["peer"] == peer
            and figure in each.get("figures", {})
        }

    def spread(self, workload: str, peer: str, figure: str) -> Spread | None:
        """Return the median and the range of a figure."""
        return Spread.of(self.values(workload, peer, figure).values())

    def ratio(self, workload: str, peer: str, other: str, figure: str) -> Spread | None:
        """Return by how much a peer's figure is that of another, of the rounds that have both.

        Round by round: what slows the machine for a while slows both.
        """
        others = self.values(workload, other, figure)
        ours = self.values(workload, peer, figure)
        return Spread.of(ours[n] / others[n] for n in ours if others.get(n))

    def python(self, workload: str, peer: str) -> str:
        """Return the version of the Python on which a peer was measured, "" where it was not."""
        versions = (
            str(each["python"])
            for each in self.measured
            if (each["workload"], each["peer"]) == (workload, peer) and "python" in each
        )
        return next(versions, "")

    def best(self, workload: str, peers: Iterable[str], figure: str) -> str | None:
        """Return which of some peers has the best median of a figure."""
        medians = {
            spread.median: peer for peer in peers if (spread := self.spread(workload, peer, figure))
        }
        if not medians:
            return None
        return medians[max(medians) if figure == MORE_IS_BETTER else min(medians)]


def describe() -> dict[str, Any]:
    """Return what figures depend on: machine, versions, date."""
    versions = {}
    for package in _PACKAGES:
        with suppress(PackageNotFoundError):  # then its peer is not measured
            versions[package] = version(package)
    return {
        "date": datetime.now(timezone.utc).isoformat(timespec="minutes"),
        "python": platform.python_version(),
        "versions": versions,
        "machine": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": _processor(),
        "load": round(os.getloadavg()[0], 1),
    }


def _processor() -> str:
    model = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text().splitlines()
        models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        model = models[0] if models else ""
    return f"{os.cpu_count()} cores {model}".strip()


def in_words(about: dict[str, Any]) -> str:
    """Return the same in a line."""
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    server = f", MongoDB {about['server']}" if "server" in about else ""
    load = f", load {about['load']} before" if "load" in about else ""
    return (
        f"{about['date'][:10]}, Python {about['python']}, {versions}{server};"
        f" {about['processor']}, {about['machine']}{load};"
        f" {about.get('options', '')}"
    )
