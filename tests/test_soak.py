"""A mixed load with faults: no result is wrong, and nothing is left behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SOAK = Path(__file__).with_name("soak")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux tells what is open")
@pytest.mark.timeout(240)
def test_a_load_with_faults_has_right_results_and_leaves_nothing_behind():
    """For ten minutes of it, and other seeds: ``tox run -e soak``."""
    command = [sys.executable, SOAK, "--quick", "--seconds", "20", "--seed", "2"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=220)
    assert ran.returncode == 0, ran.stdout + ran.stderr
