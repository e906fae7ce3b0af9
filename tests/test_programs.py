"""Programs written for other drivers, which run here with one changed line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parent / "programs"


def output_of(program, server):
    """Return what a program prints."""
    command = [sys.executable, "-W", "error", "-c", program]  # nothing is left un-awaited or open
    ran = subprocess.run(
        command,
        env={**os.environ, "MONGODB_URI": server.uri},
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


@pytest.mark.parametrize(
    ("name", "line", "changed"),
    [
        ("pymongo_async", "from pymongo import", "from tornado_pymongo import"),
        ("motor_asyncio", "from motor.", "from tornado_pymongo.motor."),
        ("motor_tornado", "import motor\n", "from tornado_pymongo import motor\n"),
    ],
)
def test_a_program_runs_with_one_changed_line(name, line, changed, mongo_server):
    program = (PROGRAMS / f"{name}.py").read_text()
    assert program.count(line) == 1
    theirs = output_of(program, mongo_server)
    assert theirs.count("\n") > 10
    assert output_of(program.replace(line, changed), mongo_server) == theirs
