"""What was measured: medians, ranges, ratios round by round; in a file and from it."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.peers import AGAIN, PEERS, PLACEMENTS, SUFFIXES, base_of
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
        the ``error`` that it ended with; of a profile, with the ``functions``, too. ``took`` is how
        many seconds it took with all that is around it: see `benchmarks.plan.seconds_of`.
    """

    about: dict[str, Any]
    measured: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def load(cls, path: Path) -> Results:
        """Return those of a file."""
        content = json.loads(path.read_text())
        return cls(content["about"], content["measured"])

    def save(self, path: Path) -> None:
        """Write them to a file, with the A/A differences: a measurement a line."""
        self.about["same_twice"] = {
            name: self.same_twice(suffix) for name, suffix in PLACEMENTS.items()
        }
        about = json.dumps(self.about, indent=1)
        measured = ",\n".join(json.dumps(_rounded(each)) for each in self.measured)
        path.write_text(f'{{"about": {about},\n"measured": [\n{measured}\n]}}\n')

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
        names = list(PEERS)
        return sorted(
            measured, key=lambda name: (_place(name), names.index(name.partition("@")[0]))
        )

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

    def same_twice(self, suffix: str = "") -> dict[str, float]:
        """Return the A/A ratios in a placement: PyMongo Async to itself, of each workload."""
        base = base_of(suffix)
        again = base.replace(suffix, "") + AGAIN + suffix
        ratios = {each: self.ratio(each, again, base, "rate") for each in self.workloads}
        return {name: round(ratio.median, 3) for name, ratio in ratios.items() if ratio}

    def least_difference(self, suffix: str = "") -> float | None:
        """Return the largest A/A difference in a placement: a smaller one is none."""
        ratios = self.same_twice(suffix).values()
        return max((max(ratio, 1 / ratio) - 1 for ratio in ratios), default=None)

    def functions(self, workload: str, peer: str) -> dict[str, dict[str, Any]]:
        """Return what each function took, if that was measured."""
        profiles = (
            each["functions"]
            for each in self.measured
            if (each["workload"], each["peer"]) == (workload, peer) and "functions" in each
        )
        return next(profiles, {})

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


def _place(name: str) -> list[int]:
    """Return where a name stands: those with nothing added first."""
    return [suffix in name for suffix in reversed(SUFFIXES)]


def _rounded(measured: dict[str, Any]) -> dict[str, Any]:
    """Return a measurement with figures of five digits."""
    if "figures" not in measured:
        return measured
    figures = {name: float(f"{value:.5g}") for name, value in measured["figures"].items()}
    return {**measured, "figures": figures}


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
        "cores": os.cpu_count(),
        "kernel": f"{platform.system()} {platform.release()}",
        "virtual": _hypervisor(),
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


def _hypervisor() -> str | None:
    """Return what the machine is virtual on: a name, "yes" if it is unknown, or None."""
    with suppress(OSError, subprocess.SubprocessError):
        asked = ["systemd-detect-virt", "--vm"]
        ran = subprocess.run(asked, capture_output=True, text=True, timeout=10)
        return None if ran.stdout.strip() == "none" else ran.stdout.strip() or None
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.exists() or " hypervisor" not in cpuinfo.read_text():
        return None
    vendor = Path("/sys/class/dmi/id/sys_vendor")
    return vendor.read_text().strip() if vendor.exists() else "yes"


def machine_in_words(about: dict[str, Any]) -> str:
    """Return the machine of a run in a few words."""
    virtual = about.get("virtual")
    kind = "" if "virtual" not in about else f" ({'virtual' if virtual else 'not virtual'})"
    return f"{about['processor']}{kind}, {about['machine']}"


def in_words(about: dict[str, Any]) -> str:
    """Return the same in a line."""
    versions = ", ".join(
        f"{name} {number}"
        for name, number in about["versions"].items()
        if name != "tornado_pymongo"  # which would be old with the next release
    )
    server = f", MongoDB {about['server']}" if "server" in about else ""
    load = f", load {about['load']} before" if "load" in about else ""
    return (
        f"{about['date'][:10]}. Python {about['python']}, {versions}{server}."
        f" {machine_in_words(about)}{load}. {about.get('options', '').capitalize()}"
    )
