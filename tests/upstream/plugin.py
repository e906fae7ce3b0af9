"""The pytest plugin with which run.py runs another driver's tests.

It applies the exclusions, and records what became of each test. What puts this library in the
driver's place is another plugin, ``replace_*.py``, which a baseline does without.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

EXCLUSIONS = Path(__file__).with_name("exclusions.txt")


class Exclusion(NamedTuple):
    """One line of exclusions.txt."""

    line: int
    suite: str
    how: str  # "fails", "hangs" or "never"
    pattern: str
    reason: str

    def covers(self, test: str) -> bool:
        """Tell whether it is about this test; a ``*`` stands for anything."""
        return re.fullmatch(re.escape(self.pattern).replace(r"\*", ".*"), test) is not None


def read_exclusions(suite: str) -> Iterator[Exclusion]:
    for number, line in enumerate(EXCLUSIONS.read_text().splitlines(), 1):
        if line and not line.startswith("#"):
            exclusion = Exclusion(number, *line.split(maxsplit=3))
            assert exclusion.how in ("fails", "hangs", "never"), exclusion
            if exclusion.suite == suite:
                yield exclusion


def name_of(nodeid: str) -> str:
    """Return a test's name as in exclusions.txt: without the folder that all are in."""
    return nodeid.removeprefix("test/")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("upstream")
    group.addoption("--record", type=Path, help="where to write what became of each test")
    group.addoption("--suite", help="whose exclusions to apply")
    group.addoption("--baseline", action="store_true", help="exclude only what is never run")
    group.addoption("--whole", action="store_true", help="all tests run: no exclusion may be idle")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Recorder(config.option.record), "upstream_recorder")


@pytest.hookimpl(trylast=True)  # PyMongo's own hook chooses by what is marked already
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    exclusions = [
        exclusion
        for exclusion in read_exclusions(config.option.suite)
        if exclusion.how == "never" or not config.option.baseline
    ]
    idle = set(exclusions)
    for item in items:
        for exclusion in exclusions:
            if exclusion.covers(name_of(item.nodeid)):
                idle.discard(exclusion)
                mark = pytest.mark.skip
                if exclusion.how == "fails":
                    mark = pytest.mark.xfail(strict=True)
                item.add_marker(mark(reason=exclusion.reason))
    if idle and config.option.whole:
        lines = ", ".join(str(exclusion.line) for exclusion in sorted(idle))
        raise pytest.UsageError(f"{EXCLUSIONS.name}: no such tests: line {lines}")


class Recorder:
    """Writes what became of each test: its outcome, and whether it is of the unified format."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._results: dict[str, dict[str, str]] = {}

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        unified = hasattr(getattr(item, "cls", None), "TEST_SPEC")
        kind = "unified spec" if unified else "other"
        self._results[item.nodeid] = {"kind": kind, "outcome": "not run"}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        result = self._results[report.nodeid]
        tells = report.when == "call" or report.outcome != "passed"
        if tells and result["outcome"] != "failed":
            result["outcome"] = "xfailed" if hasattr(report, "wasxfail") else report.outcome

    def pytest_sessionfinish(self) -> None:
        self._path.write_text(json.dumps(self._results, indent=0))
