"""Run small programs of the ecosystem with their own driver and with this library, and compare.

::

    tox run -e ecosystem                     # all
    tox run -e ecosystem -- beanie taskiq    # some
    tox run -e ecosystem -- --original       # with their own driver alone
    tox run -e ecosystem -- --lock           # pin today's newest releases in requirements/

Each program has a virtual environment of its own, with the wheel of this library, and for each run
a MongoDB of its own. Its first comment (the format of Python's inline script metadata) says what to
install, and by which doors it comes here:

- ``pymongo_async``, ``motor``: unchanged, by ``python -m tornado_pymongo.pymongo_async`` or
  ``python -m tornado_pymongo.motor``.
- ``client``, ``native``: with one changed line, which imports ``AsyncMongoClient``, or
  ``MongoClient``, from here.
- ``delegate``: it gives a library that blocks the ``delegate`` of a client of this library. Its own
  driver is PyMongo's client then, in threads of asyncio's.

A program has to print the same with its own driver and by each door, so it prints nothing random.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pymongo

from tornado_pymongo.testing import MongoServer

tomllib = importlib.import_module("tomllib")  # Python 3.11

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
UV = [sys.executable, "-m", "uv", "--quiet"]
LOCK = [*UV, "pip", "compile", "--universal", "--python-version", "3.11", "--upgrade"]
LOCK += ["--no-annotate", "--no-header"]

# Runs a program with PyMongo's client where it has a delegate, and asyncio's threads for workers.
STAND_IN = """
import asyncio, os, runpy, sys, types, pymongo

class MongoClient:
    def __init__(self, uri):
        self.delegate = pymongo.MongoClient(uri)
    async def run_in_worker(self, function, *args, **kwargs):
        return await asyncio.to_thread(function, *args, **kwargs)
    async def close(self):
        self.delegate.close()

sys.modules["tornado_pymongo"] = types.SimpleNamespace(MongoClient=MongoClient)
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""

# The line that two of the doors change.
THEIR_IMPORT = "from pymongo import AsyncMongoClient"
OUR_IMPORTS = {
    "client": "from tornado_pymongo import AsyncMongoClient",
    "native": "from tornado_pymongo import MongoClient as AsyncMongoClient",
}

# What must not be on the terminal, even if the output is right, but for what their own driver says.
COMPLAINT = re.compile(
    r"Traceback|never (awaited|retrieved)|[Uu]nclosed|after close|^(?! *File).*tornado_pymongo",
    re.M,
)


@dataclass(frozen=True)
class Program:
    """A program, and what its first comment says of it."""

    path: Path
    dependencies: Sequence[str]
    doors: Sequence[str]

    @property
    def requirements(self) -> Path:
        """The file that pins what the program needs."""
        return HERE / "requirements" / f"{self.path.stem}.txt"


@dataclass(frozen=True)
class Ran:
    """What came of a program."""

    status: int
    output: str
    errors: str
    seconds: float
    drivers: set[str]  # the parts of the names with which they came to the server

    def wrong(self, original: Ran) -> str:
        """Return what is wrong with it, compared with the original; "" if nothing is."""
        complaints = {match[0] for match in COMPLAINT.finditer(self.errors)}
        expected = {match[0] for match in COMPLAINT.finditer(original.errors)}
        wrong = self.errors if self.status or complaints - expected else ""
        if self.output != original.output:
            wrong += f"printed:\n{self.output}instead of:\n{original.output}"
        if "async" in self.drivers:
            wrong += "PyMongo Async has connected to the server"
        return wrong


def programs(words: Sequence[str]) -> list[Program]:
    """Return the programs whose names contain one of the words; without words, all."""
    found = []
    for path in sorted((HERE / "programs").glob("*.py")):
        comment = path.read_text().split("# ///")[1].splitlines()[1:]
        header = tomllib.loads("\n".join(line[2:] for line in comment))
        doors = header["tool"]["ecosystem"]["doors"]
        if not words or any(word in path.stem for word in words):
            found.append(Program(path, header["dependencies"], doors))
    return found


def lock(program: Program) -> None:
    """Pin the newest releases of what a program needs."""
    subprocess.run(
        [*LOCK, "-", ROOT / "setup.cfg", "-o", program.requirements],
        input="\n".join(program.dependencies),
        stdout=subprocess.DEVNULL,
        text=True,
        check=True,
    )


def build_wheel(source: Path, folder: Path) -> Path:
    """Return a wheel of this library."""
    subprocess.run([*UV, "build", "--wheel", "--clear", "--out-dir", folder, source], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(program: Program, wheel: Path, folder: Path) -> Path:
    """Return the interpreter of a virtual environment with what a program needs, and the wheel."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([*UV, "venv", "--python", sys.executable, folder], check=True)
    pip = [*UV, "pip"]
    subprocess.run([*pip, "sync", "--python", python, program.requirements], check=True)
    subprocess.run([*pip, "install", "--python", python, "--no-deps", wheel], check=True)
    return python


def command(program: Program, door: str, folder: Path) -> list[str]:
    """Return the arguments for the interpreter; `folder` takes a changed program."""
    path = str(program.path)
    if door == "original":
        return ["-c", STAND_IN, path] if program.doors == ["delegate"] else [path]
    if door == "delegate":
        return [path]
    if door in OUR_IMPORTS:
        source = program.path.read_text()
        assert source.count(THEIR_IMPORT) == 1, f"{path} does not have one: {THEIR_IMPORT}"
        changed = folder / program.path.name
        changed.write_text(source.replace(THEIR_IMPORT, OUR_IMPORTS[door]))
        return [str(changed)]
    return ["-m", f"tornado_pymongo.{door}", path]


def drivers(server: MongoServer) -> set[str]:
    """Return the parts of the names of all drivers that have connected to a server."""
    with pymongo.MongoClient(server.uri) as client:
        lines = client.admin.command({"getLog": "global"})["log"]
    events = [json.loads(line) for line in lines]
    names = [each["attr"]["doc"]["driver"]["name"] for each in events if each["id"] == 51800]
    return {part for name in names for part in name.split("|")}


def run(python: Path, arguments: Sequence[str], seconds: float) -> Ran:
    """Run a program with a MongoDB of its own."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    with MongoServer(own=True) as server:
        began = time.monotonic()
        process = subprocess.Popen(
            [str(python), *arguments],
            env={**environment, "MONGODB_URI": server.uri},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=python.parents[1],
        )
        try:
            output, errors = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            output, errors = process.communicate()
            errors = f"not over after {seconds} seconds\n{errors}"
        took = time.monotonic() - began
        return Ran(process.returncode, output, errors, took, drivers(server))


def version(program: Program) -> str:
    """Return what the program is about, with its version."""
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)", program.requirements.read_text(), re.M))
    name = re.split(r"[\[=<>~ ]", program.dependencies[0])[0]
    return f"{name} {pinned[name.lower()]}, pymongo {pinned['pymongo']}"


def report(what: str, ran: Ran, wrong: str) -> bool:
    """Print what came of a run; tell whether it is right."""
    print(f"{'FAILS' if wrong else 'ok':6}{what:64}{ran.seconds:5.1f} s", flush=True)
    if wrong:
        print(wrong)
    return not wrong


def compare(program: Program, python: Path, doors: Sequence[str], seconds: float) -> bool:
    """Run a program with its own driver, then by each door, and tell whether all is the same."""
    original = run(python, command(program, "original", python.parents[1]), seconds)
    wrong = original.errors if original.status else "" if original.output else "printed nothing"
    if {"pymongo_async", "client", "native"} & {*program.doors} and "async" not in original.drivers:
        wrong += f"only these have connected to the server: {original.drivers}"
    right = report(f"{program.path.stem}: {version(program)}", original, wrong)
    for door in doors:
        if door == "motor":  # that nobody takes Motor for us
            subprocess.run([*UV, "pip", "uninstall", "--python", python, "motor"], check=True)
        ran = run(python, command(program, door, python.parents[1]), seconds)
        right = report(f"    by {door}", ran, ran.wrong(original)) and right
    return right


def main() -> int:
    """Do what the arguments say; return the exit status."""
    parser = argparse.ArgumentParser(description="Programs of the ecosystem, with this library.")
    parser.add_argument("words", nargs="*", metavar="NAME", help="programs whose name has this")
    parser.add_argument("--lock", action="store_true", help="pin the newest releases")
    parser.add_argument("--original", action="store_true", help="with the original driver alone")
    parser.add_argument("--door", action="append", default=[], help="by this door alone")
    parser.add_argument("--library", type=Path, default=ROOT, help="the folder of another version")
    parser.add_argument("--seconds", type=float, default=120, help="for each run")
    parser.add_argument("--cache", type=Path, default=Path(sys.prefix) / "ecosystem")
    options = parser.parse_args()
    chosen = programs(options.words)
    if options.lock:
        for program in chosen:
            lock(program)
        return 0
    wheel = build_wheel(options.library, options.cache / "wheel")
    right = True
    for program in chosen:
        python = install(program, wheel, options.cache / program.path.stem)
        doors = [door for door in program.doors if not options.door or door in options.door]
        doors = [] if options.original else doors
        right = compare(program, python, doors, options.seconds) and right
    return int(not right)


if __name__ == "__main__":
    sys.exit(main())
