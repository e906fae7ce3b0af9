"""The example that stores files, run and used from outside."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pymongo

FILES = Path(__file__).parents[1] / "examples" / "files.py"


def test_files_go_up_and_come_down_again(mongo_server):
    with pymongo.MongoClient(mongo_server.uri) as client:
        client.drop_database("tornado_pymongo_files")
    process = subprocess.Popen(
        [sys.executable, "-W", "error", FILES],
        env=os.environ | {"MONGODB_URI": mongo_server.uri},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        for line in process.stdout:
            if address := re.fullmatch(r"Serving http://(.*)/files/ until Ctrl-C\.\n", line):
                break

        def request(method, path, body=None, **headers):
            with closing(http.client.HTTPConnection(address[1], timeout=30)) as connection:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                return answer.status, answer.read()

        data = os.urandom(1_000_000)
        status, told = request("PUT", "/files/a%20b.bin", data)
        assert (status, json.loads(told)["length"]) == (201, len(data))
        assert request("GET", "/files/a%20b.bin") == (200, data)
        assert request("GET", "/files/a%20b.bin", Range="bytes=5-9") == (206, data[5:10])
        assert request("GET", "/files/none")[0] == 404
        status, told = request("GET", "/files/")
        assert json.loads(told) == {"files": [{"name": "a b.bin", "length": len(data)}]}
        process.send_signal(signal.SIGTERM)
        _, said_wrong = process.communicate(timeout=30)
        assert process.returncode == 0
        assert "Traceback" not in said_wrong
    finally:
        process.kill()
        process.communicate()
