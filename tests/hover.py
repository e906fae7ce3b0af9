"""Hovers over names in a program, as an editor does, and looks at what pyright's server shows.

::

    tox run -e types    # or, where pyright is installed:
    python tests/hover.py
"""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tornado_pymongo import MongoClient

PROGRAM = """\
from tornado_pymongo import Collection, MongoClient, motor
from tornado_pymongo.pymongo_async import AsyncMongoClient

client = MongoClient("mongodb://localhost", max_workers=5)
motor_client = motor.MotorClient()
async_client = AsyncMongoClient()


async def orders(collection: Collection) -> None:
    await collection.find_one({"_id": 1})
    await collection.aggregate([]).to_list()
    await client.run_in_worker(print)
    collection.find({})
    client.get_database("shop")
    await async_client.shop.orders.find_one({})
"""

# How each option of ours is documented.
OPTIONS = [
    f":param {parameter.name}:"
    for parameter in inspect.signature(MongoClient.__init__).parameters.values()
    if parameter.kind is parameter.KEYWORD_ONLY
]

# What stands where the cursor is, and what is to be seen then: words of PyMongo's, and of ours.
EXPECTED = {
    "MongoClient(": ["Client for a MongoDB instance", *OPTIONS, "milliseconds"],
    "MotorClient(": ["Motor", "io_loop"],
    "AsyncMongoClient(": ["Client for a MongoDB instance", *OPTIONS],
    'find_one({"_id"': ["Get a single document", "worker thread", "Future", "callback"],
    "to_list(": ["list", "worker"],
    "run_in_worker(": ["blocking function of yours"],
    "find({})": ["Query the database", "at once, in the caller's thread"],
    "get_database(": ["Get a", "at once"],
    "find_one({})": ["CoroutineType[", "Get a single document", "worker thread when it is awaited"],
}


class Server:
    """Pyright's language server, by its standard input and output."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "pyright.langserver", "--stdio"]
        self._process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._last = 0
        self.ask(
            "initialize",
            processId=None,
            rootUri=folder.as_uri(),
            capabilities={"textDocument": {"hover": {"contentFormat": ["markdown"]}}},
        )
        self.tell("initialized")

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.ask("shutdown")
        self.tell("exit")
        self._process.communicate(timeout=60)

    def ask(self, method: str, **params: Any) -> Any:
        """Send a request, and return the result."""
        self._last += 1
        self._send(id=self._last, method=method, params=params)
        while (message := self._receive()).get("id") != self._last or "method" in message:
            if "id" in message:  # a question of the server's, such as for its configuration
                items = (message.get("params") or {}).get("items", [])
                self._send(id=message["id"], result=[{} for _ in items])
        return message["result"]

    def tell(self, method: str, **params: Any) -> None:
        """Send a notification."""
        self._send(method=method, params=params)

    def _send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        stream = self._process.stdout
        assert stream is not None
        length = 0
        while line := stream.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        if not length:
            sys.exit("pyright's language server has ended")
        return dict(json.loads(stream.read(length)))


def main() -> int:
    """Hover over each name; print what is missing."""
    missing = 0
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "program.py")
        path.write_text(PROGRAM)
        with Server(path.parent) as server:
            document = {"uri": path.as_uri(), "languageId": "python", "version": 1}
            server.tell("textDocument/didOpen", textDocument={**document, "text": PROGRAM})
            for where, words in EXPECTED.items():
                before, _, _ = PROGRAM.partition(where)
                position = {
                    "line": before.count("\n"),
                    "character": len(before.split("\n")[-1]) + 1,
                }
                hover = server.ask("textDocument/hover", textDocument=document, position=position)
                shown = hover["contents"]["value"] if hover else ""
                if "-v" in sys.argv:
                    print(f"--- {where}\n{shown}")
                for word in words:
                    if word not in shown.replace("\\", ""):
                        missing += 1
                        print(f"hovering over {where!r} does not show {word!r}, but:\n{shown}\n")
    return min(missing, 1)


if __name__ == "__main__":
    sys.exit(main())
