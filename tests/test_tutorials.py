"""The programs of the documentation's tutorials, run and used from outside."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture
def environment(mongo_server):
    return os.environ | {"MONGODB_URI": mongo_server.uri}


@pytest.fixture
def guest_book(environment) -> Iterator[str]:
    command = [sys.executable, "-W", "error", str(EXAMPLES / "guestbook.py")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as program:
        yield re.search("http://[^/]+", program.stdout.readline())[0]
        program.send_signal(signal.SIGTERM)
        assert program.wait() == 0


def test_the_guest_book_shows_what_was_written_newest_first(guest_book):
    for name, text in ("Ada", "Good tea"), ("Alan", "<More tea>"):
        body = urlencode({"name": name, "text": text}).encode()
        with urlopen(f"{guest_book}/entries", body) as answer:
            assert answer.status == 201
    with urlopen(f"{guest_book}/entries") as answer:
        entries = json.load(answer)["entries"]
    assert [entry["text"] for entry in entries[:2]] == ["<More tea>", "Good tea"]
    with urlopen(f"{guest_book}/statistics") as answer:
        assert {"Ada", "Alan"} <= set(json.load(answer)["guests"])
    with urlopen(guest_book) as answer:
        assert "<title>Guest book</title>" in answer.read().decode()


def test_the_guest_book_answers_with_an_error_as_json(guest_book):
    with pytest.raises(HTTPError) as raised:
        urlopen(f"{guest_book}/entries", b"name=Ada")
    with raised.value as answer:
        assert answer.code == 400
        assert json.load(answer) == {"error": "Bad Request"}


def test_the_readings_of_all_rooms_are_stored(environment):
    command = [sys.executable, "-W", "error", str(EXAMPLES / "readings.py")]
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    lines = output.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["attic", "cellar", "kitchen"]
    assert all(line.endswith("20 readings") for line in lines)
