"""Run another driver's own tests against this library.

::

    tox run -e upstream-pymongo                       # all: the original, this library, the share
    tox run -e upstream-motor
    python tests/upstream/run.py pymongo --baseline   # the original alone
    python tests/upstream/run.py pymongo --here       # this library alone
    python tests/upstream/run.py pymongo --here -k cursor --maxfail 1

The tests come from the released source distribution, fetched by name with pip. They run unchanged,
with the configuration that comes with them, against an embedded MongoDB that takes test commands.
What is imported is the installed package of the original; only the tests are unpacked. Each of
the two runs has a server of its own, so the original's results are measured, not written down.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tornado_pymongo.testing import MongoServer

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Suite:
    """The tests of one driver."""

    driver: str  # what it is called
    distribution: str
    files: Sequence[str]  # below the distribution's folder of tests
    seconds_per_test: int = 120
    options: Sequence[str] = ()  # for pytest


SUITES = {
    "pymongo": Suite(
        driver="PyMongo Async",
        distribution="pymongo",
        files=[
            f"asynchronous/test_{name}.py"
            for name in (
                *("async_cancellation", "async_contextvars_reset", "bulk", "causal_consistency"),
                *("change_stream", "client_bulk_write", "collation", "collection"),
                *("collection_management", "command_logging", "command_monitoring", "comment"),
                *("concurrency", "create_entities", "crud_unified", "csot", "cursor"),
                *("custom_types", "database", "examples", "grid_file", "gridfs", "gridfs_bucket"),
                *("gridfs_spec", "index_management", "json_util_integration", "logger"),
                *("monitoring", "operation_id_retry", "raw_bson", "read_concern"),
                *("read_write_concern_spec", "retryable_reads", "retryable_reads_unified"),
                *("retryable_writes", "retryable_writes_unified", "run_command", "session"),
                *("sessions_unified", "transactions", "transactions_unified", "unified_format"),
                "versioned_api_integration",
            )
        ],
    ),
    "motor": Suite(
        driver="Motor",
        distribution="motor",
        files=["asyncio_tests", "test_typing.py", "tornado_tests"],
        seconds_per_test=60,
        # Its own configuration stops at ten failures, and lacks the other.
        options=["--maxfail=0", "-oasyncio_default_fixture_loop_scope=function"],
    ),
}

WANTED = ("doc/", "pyproject.toml", "test/")  # of a distribution

# The least share of what the original passes that has to pass here, by kind of test.
LEAST = {"unified spec": 1.0, "other": 0.96}


def fetch(distribution: str, cache: Path) -> Path:
    """Return the folder with the tests and the documentation of the installed version."""
    version = importlib.metadata.version(distribution)
    name = f"{distribution}-{version}"
    folder = cache / name
    if not folder.exists():
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        pip += ["--no-binary", ":all:", "--dest", str(cache), f"{distribution}=={version}"]
        subprocess.run(pip, check=True)
        partial = cache / f"{name}.partial"
        with tarfile.open(cache / f"{name}.tar.gz") as archive:
            for member in archive:
                if member.name.startswith(tuple(f"{name}/{wanted}" for wanted in WANTED)):
                    archive.extract(member, partial, filter="data")
        (partial / name).rename(folder)
    return folder


def run_tests(
    name: str, folder: Path, arguments: Sequence[str], *, baseline: bool, whole: bool
) -> tuple[int, dict[str, dict[str, str]]]:
    """Run the tests; return pytest's exit status, and what became of each of them."""
    suite = SUITES[name]
    record = folder / ("baseline.json" if baseline else "here.json")
    record.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-p", "plugin", f"--record={record}"]
    command += [f"--suite={name}", "-q", "-rNfE", f"--timeout={suite.seconds_per_test}"]
    command += ["--baseline"] if baseline else ["-p", f"replace_{name}"]
    command += ["--whole"] if whole else []
    command += [*suite.options, *arguments, *(f"test/{file}" for file in suite.files)]
    paths = [str(HERE), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    options = ["--setParameter", "enableTestCommands=1"]
    # Some tests write 48 MB at a time, for which its own cache is too small.
    options += ["--wiredTigerEngineConfigString", "cache_size=1G"]
    with MongoServer(options=options) as server:
        host, port = server.uri.split("/")[2].split(":")
        environment = {"DB_IP": host, "DB_PORT": port, "PYTHONPATH": os.pathsep.join(paths)}
        # PyMongo's own list of tests whose result depends on the machine: they have three attempts.
        environment["ENABLE_FLAKY"] = "1"
        status = subprocess.call(command, cwd=folder, env={**os.environ, **environment})
    return status, json.loads(record.read_text()) if record.exists() else {}


def summarize(
    driver: str, baseline: dict[str, dict[str, str]], here: dict[str, dict[str, str]]
) -> bool:
    """Print how much of what passes with the original passes here; tell whether it is enough."""
    enough = True
    print(f"\n{'':15}{driver:>15}{'of these here':>15}{'share':>9}")
    for kind, least in LEAST.items():
        passed = [
            test
            for test, result in baseline.items()
            if result["kind"] == kind and result["outcome"] == "passed"
        ]
        if not passed:
            continue
        too = sum(here.get(test, {}).get("outcome") == "passed" for test in passed)
        share = too / len(passed)
        print(f"{kind:15}{len(passed):15}{too:15}{share:9.1%}")
        enough = enough and share >= least
    return enough


def main() -> int:
    parser = argparse.ArgumentParser(description="Other arguments are pytest's.")
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("--baseline", action="store_true", help="only the original")
    parser.add_argument("--here", action="store_true", help="only this library")
    parser.add_argument("--cache", type=Path, default=Path(sys.prefix) / "upstream")
    options, arguments = parser.parse_known_args()
    suite = SUITES[options.suite]
    folder = fetch(suite.distribution, options.cache)
    baseline: dict[str, dict[str, str]] = {}
    if not options.here:
        status, baseline = run_tests(
            options.suite, folder, arguments, baseline=True, whole=not arguments
        )
        if options.baseline:
            return status
    status, here = run_tests(options.suite, folder, arguments, baseline=False, whole=not arguments)
    enough = options.here or summarize(suite.driver, baseline, here)
    return status or int(not enough)


if __name__ == "__main__":
    sys.exit(main())
