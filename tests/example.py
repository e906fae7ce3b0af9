"""An example in a process of its own, started and used from outside, as a stranger would."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from urllib.parse import urlencode

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
# Unbuffered, for blockbuster knows that programs may write to stdout, but not its buffer.
WATCHED = ["-u", Path(__file__).with_name("run_watched.py")]

# Seconds for an example to do what takes it two at most: less than pytest's limit, which leaves it
# running.
PATIENCE = 40


@dataclass
class Answer:
    """What an example answers to a request."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        """The body of a page."""
        return self.body.decode()


class Example:
    """An example, from the moment that it says where it is.

    Warnings are errors there, as they are here. A watched one fails where it blocks its loop.
    """

    def __init__(
        self, name: str, folder: Path, *arguments: str, watched: bool, **environment: str
    ) -> None:
        self._said_wrong = folder / "stderr"
        program = WATCHED if watched else []
        with open(self._said_wrong, "wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "error", *program, EXAMPLES / f"{name}.py", *arguments],
                env=os.environ | environment,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        self.said = ""
        address = None
        for line in self.process.stdout:
            self.said += line
            address = re.fullmatch(r"Open http://(127\.0\.0\.1:\d+)/ in a browser\..*\n", line)
            if address is not None:
                break
        if address is None:
            self.process.wait(PATIENCE)
            pytest.fail(f"{name} did not open:\n{self.said}\n{self.said_wrong}")
        self.address = address[1]

    @property
    def said_wrong(self) -> str:
        """What it wrote to stderr."""
        return self._said_wrong.read_text()

    def stop(self, number: int = signal.SIGINT) -> int:
        """Send it a signal and return its exit code."""
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=PATIENCE)
        self.said += rest
        return self.process.returncode

    def fetch(
        self, method: str, path: str, body: bytes | None = None, **headers: str | None
    ) -> Answer:
        """Return its answer to a request."""
        with closing(http.client.HTTPConnection(self.address, timeout=PATIENCE)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())

    def token(self) -> dict[str, str]:
        """Return the headers without which it lets nobody change anything."""
        page = self.fetch("GET", "/")
        cookie = re.match("_xsrf=[^;]+", page.headers["Set-Cookie"])[0]
        token = re.search('name="_xsrf" value="([^"]+)"', page.text)[1]
        return {"Cookie": cookie, "X-XSRFToken": token}

    def post(self, **fields: object) -> Answer:
        """Return its answer to the form of its page."""
        return self.fetch("POST", "/", urlencode(fields).encode(), **self.token(), **FORM)


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@contextmanager
def running(
    name: str, folder: Path, *arguments: str, watched: bool = True, **environment: str
) -> Iterator[Example]:
    """Run an example, and leave nothing of it behind."""
    example = Example(name, folder, *arguments, watched=watched, **environment)
    try:
        yield example
    finally:
        example.process.kill()
        example.process.communicate()
