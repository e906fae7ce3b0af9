"""The example of several processes, run and used from outside."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pymongo
import pytest

PROCESSES = Path(__file__).parents[1] / "examples" / "processes.py"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
def test_each_process_has_its_client_and_all_end_by_ctrl_c(mongo_server):
    with pymongo.MongoClient(mongo_server.uri) as client:
        client.drop_database("tornado_pymongo_processes")
        main = subprocess.Popen(
            [sys.executable, "-W", "error", PROCESSES, "--processes", "2"],
            env=os.environ | {"MONGODB_URI": mongo_server.uri},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # so that a signal to its group does not end this one
        )
        try:
            line = main.stdout.readline()
            url = re.fullmatch(r"Serving (http://.*/) until Ctrl-C\.\n", line)[1]
            there = client.tornado_pymongo_processes.processes
            while there.count_documents({}) < 2:
                assert main.poll() is None, main.stderr.read()
                time.sleep(0.01)
            with urllib.request.urlopen(url, timeout=30) as answer:
                told = json.load(answer)
            assert told["answered_by"] in told["processes"]
            assert len(told["processes"]) == 2
            assert main.pid not in told["processes"]
            os.killpg(main.pid, signal.SIGINT)
            _, said_wrong = main.communicate(timeout=30)
            assert main.returncode == 0, said_wrong
            assert "Traceback" not in said_wrong
            assert there.count_documents({}) == 0
        finally:
            if main.poll() is None:
                os.killpg(main.pid, signal.SIGKILL)
            main.communicate()
