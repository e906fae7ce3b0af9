"""The undocumented names that the library uses: all declared, and what happens without each."""

from __future__ import annotations

import ast
import asyncio
import concurrent.futures
import contextvars
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from pathlib import Path
from unittest.mock import Mock

import bson
import gridfs
import pymongo
import pytest
import tornado
from pymongo import monitoring

import tornado_pymongo
from tornado_pymongo.internals import contract
from tornado_pymongo.internals import pool as pool_internals

PACKAGE = Path(tornado_pymongo.__file__).parent
PROGRAM = Path(__file__).with_name("without_a_name.py")

NAMES = sorted({name for need in contract.NEEDS for name in need.names})

# What to replace, for names that are not their own in PyMongo, or what to do, for those of others.
HOW = {
    "CommandCursor._id": r"(?<=\.)_id\b(?#pymongo)",
    "Connection.conn": r"(?<=\.)conn\b|(?<=\")conn(?=\")",
    "Cursor._id": r"(?<=\.)_id\b(?#pymongo)",
    # If it were renamed, C would not find it.
    "TypeRegistry._decoder_map": (
        "!import bson.codec_options as options; real = options.TypeRegistry;"
        " how = {'__instancecheck__': lambda *_: True, '__call__': lambda _, *args: real(*args)};"
        " options.TypeRegistry = type('Meta', (type,), how)('TypeRegistry', (), {})"
    ),
    "Pool.lock": r"(?<=self\.|pool\.)lock\b",
    "Pool.connect": r"\bhandler\b",
    "DEADLINE.set": r"\bDEADLINE\b",
    "TIMEOUT.set": r"\bTIMEOUT\b",
    "coroutines._is_coroutine": (
        "!import types; sys.modules['asyncio.coroutines'] = types.ModuleType('')"
    ),
    "_OpMsg.unpack": r"(?<=def )unpack\b|(?<=Msg\.)unpack\b|(?<=Reply\.)unpack\b",
    "_ClientCheckout.session": r"\b(_ClientCheckout|_MongoClientErrorHandler)\b",
}


def how_to_take(name):
    *_, owner, leaf = name.partition("|")[0].partition("(")[0].split(".")
    return HOW.get(f"{owner}.{leaf}", rf"\b{leaf}\b")


def run(uri, taken):
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    command = [sys.executable, PROGRAM, uri, taken]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, env=environment)


@pytest.fixture(scope="module")
def outcomes(request, mongo_server):
    """Return what came of the program without each name, of those that are tested: as Futures."""
    tested = [
        item.callspec.params["name"]
        for item in request.session.items
        if item.function is test_without_a_name_there_is_one_warning_and_all_goes_on
    ]
    with ThreadPoolExecutor(4) as threads:
        yield {name: threads.submit(run, mongo_server.uri, how_to_take(name)) for name in tested}


def test_with_all_names_there_is_no_warning_and_calls_are_interrupted(mongo_server):
    ran = run(mongo_server.uri, "")
    assert ran.returncode == 0, ran.stderr
    outcome = json.loads(ran.stdout)
    assert (outcome["told"], outcome["cleared"]) == ([], 0)
    assert outcome["free_after"] < 0.4


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_without_a_name_there_is_one_warning_and_all_goes_on(name, outcomes):
    """A cancel then does not clear the pool, nor do anything else to others."""
    ran = outcomes[name].result()
    assert ran.returncode == 0, ran.stderr
    outcome = json.loads(ran.stdout)
    told = {event: differs_in for event, differs_in, _ in outcome["told"]}
    assert len(told) == len(outcome["told"]), "a warning came twice"
    for need in contract.NEEDS:
        if name in need.names:
            assert name in told[need.event]
    assert outcome["cleared"] == 0
    assert (outcome["free_after"] < 0.4) is (contract.INTERRUPTS.event not in told)


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("pymongo.synchronous.cursor.Cursor._data", r"\b_data\b"),
        ("pymongo.synchronous.cursor.Cursor._killed", r"\b_killed\b"),
        ("pymongo.synchronous.cursor.Cursor._empty", r"\b_empty\b"),
        ("pymongo.synchronous.cursor.Cursor._refresh()", r"\b_refresh\b"),
        ("pymongo.synchronous.command_cursor.CommandCursor._data", r"\b_data\b"),
        ("pymongo.synchronous.command_cursor.CommandCursor._killed", r"\b_killed\b"),
        ("pymongo.synchronous.command_cursor.CommandCursor._refresh()", r"\b_refresh\b"),
        ("asyncio.Future._asyncio_future_blocking", "!import tornado.web; asyncio.Future = object"),
        (
            "_thread.RLock._is_owned",
            "!import tornado.web, _thread; _thread.RLock = _thread.LockType",
        ),
        (
            "threading._register_atexit",
            "!import concurrent.futures.thread, threading; del threading._register_atexit",
        ),
    ],
)
def test_without_a_required_name_the_import_fails_and_names_pymongo(name, taken):
    ran = run("", taken)
    error = ran.stderr.strip().splitlines()[-1]
    assert error.startswith(
        f"ImportError: tornado_pymongo cannot work with PyMongo {pymongo.version} on"
    )
    assert name in re.search("differ in (.*) from", error)[1].split(", ")


def test_each_required_name_is_taken_away_by_that_test():
    (mark,) = test_without_a_required_name_the_import_fails_and_names_pymongo.pytestmark
    assert sorted(name for name, _ in mark.args[1]) == sorted(contract.REQUIRED.names)


@pytest.mark.parametrize("taken", [r"\b_check_exhaust_supported\b", r"\bcommand(?=\(\s*conn)"])
def test_names_that_tell_versions_apart_need_not_be_there(taken, mongo_server):
    if "command" in taken and hasattr(pymongo.synchronous.pool, "command"):
        pytest.skip("this PyMongo needs the name itself")
    ran = run(mongo_server.uri, taken)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["told"] == []


# What is declared and what is used


def is_private(name):
    return re.match(r"_[a-zA-Z]", name) is not None


def modules():
    """Return each module of the library by its name in it, parsed."""
    return {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts): ast.parse(path.read_text())
        for path in PACKAGE.rglob("*.py")
    }


def names_of(tree):
    """Return the private names that a module defines, and those that it uses of something else."""
    own, used = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            own.add(node.name)
        elif isinstance(node, ast.arg):
            own.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            own.add(node.id)
        elif isinstance(node, ast.ImportFrom):
            if node.module.split(".")[0] != "tornado_pymongo":
                used.update(alias.name for alias in node.names)
                used.update(node.module.split("."))
        elif isinstance(node, ast.Attribute):
            is_self = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            (own if is_self and isinstance(node.ctx, ast.Store) else used).add(node.attr)
            if isinstance(node.value, ast.Attribute) and node.value.attr == "delegate":
                used.add(f"delegate.{node.attr}")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            used.add(node.value)  # of getattr() and the like
        elif isinstance(node, ast.keyword) and node.arg:
            used.add(node.arg)
    return own, used


# Documented ones: of a file, of a namedtuple such as CodecOptions, of Python, of a form's field.
DOCUMENTED = {"_id", "_replace", "_is_gil_enabled", "_xsrf"}


def declared_for(module):
    needs = (*contract.NEEDS, contract.REQUIRED, contract.OF_SOME_VERSIONS)
    names = {name for need in needs if module in need.used_by for name in need.names}
    return {word for name in names for word in re.findall(r"\w+", name)}


def test_each_private_name_of_others_is_declared_by_the_module_that_uses_it():
    trees = modules()
    ours = {name for tree in trees.values() for name in names_of(tree)[0]}
    pymongos = private_names_of_pymongo()
    for module, tree in trees.items():
        if module == "internals.contract":  # it lists them
            continue
        own, used = names_of(tree)
        of_others = {name for name in used - own if name in pymongos}
        if not module.startswith("internals."):
            # Names such as _client are ours as well, and there they are.
            of_others -= ours
            of_others |= {name[9:] for name in used if name.startswith("delegate._")}
        if sys.version_info >= (3, 12):  # aiohttp.py asks for it up to 3.11 only
            of_others -= {"_is_coroutine"}
        assert of_others - DOCUMENTED <= declared_for(module), module


def private_names_of_pymongo():
    """Return the private names in PyMongo's, Python's and Tornado's sources that we might use."""
    files = [
        path
        for package in (pymongo, gridfs, bson, asyncio, tornado, concurrent.futures)
        for path in Path(package.__file__).parent.rglob("*.py")
    ]
    files += [Path(module.__file__) for module in (threading, weakref, contextvars, ssl, socket)]
    words = {word for path in files for word in re.findall(r"\b_[a-zA-Z]\w*", path.read_text())}
    return {word for word in words if is_private(word)}


def test_each_declared_name_is_used_by_each_module_that_it_is_declared_for():
    trees = modules()
    for need in (*contract.NEEDS, contract.REQUIRED, contract.OF_SOME_VERSIONS):
        present = [module for module in need.used_by if module in trees]
        used = {word for module in present for word in words_of(trees[module])}
        for name in need.names:
            leaves = {re.findall(r"\w+", each.partition("(")[0])[-1] for each in name.split("|")}
            assert leaves & used, f"{name} is used by none of {need.used_by}"


def words_of(tree):
    own, used = names_of(tree)
    return own | used


# The look


@pytest.fixture
def looked_anew(monkeypatch):
    """Have the names looked for again, and once more after the test."""
    monkeypatch.setattr(contract, "_differences", {})


def test_names_are_looked_for_once(looked_anew, monkeypatch, caplog):
    is_there = contract._is_there
    looks = []
    monkeypatch.setattr(contract, "_is_there", lambda name: looks.append(name) or is_there(name))
    contract.check()
    count = len(looks)
    contract.check()
    assert all(contract.holds(need) for need in contract._differences)
    assert count == len(looks) >= 30
    assert not caplog.records


def test_the_look_sends_nothing_and_tells_no_listener(looked_anew, monkeypatch):
    """Else an application would see a client, a pool or a connection that is not its own."""
    told = []

    class Everything:
        def __getattr__(self, name):
            return lambda *args, **kwargs: told.append(name)

    def connect(*args):
        raise AssertionError("it connects")

    lists = monitoring._LISTENERS
    for name in lists._fields:
        monkeypatch.setattr(monitoring, "_LISTENERS", lists._replace(**{name: [Everything()]}))
        monkeypatch.setattr(socket.socket, "connect", connect)
        contract._differences.clear()
        contract.check()
        assert pool_internals.interruptible()
    assert not told


def unused_contexts(monkeypatch):
    """Have the contexts of connections not get into the pool's set of them."""
    monkeypatch.setattr(pool_internals._Contexts, "add", set.add)


def forgotten_contexts(monkeypatch):
    """Have them stay there."""
    monkeypatch.setattr(pool_internals._Contexts, "discard", lambda *args: None)


def hidden_sockets(monkeypatch):
    """Have a connection's socket where we do not look for it."""
    connection = pymongo.synchronous.pool.Connection
    init = connection.__init__

    @wraps(init)
    def hide(self, *args):
        init(self, *args)
        self.conn = Mock()

    monkeypatch.setattr(connection, "__init__", hide)


@pytest.mark.parametrize("differ", [unused_contexts, forgotten_contexts, hidden_sockets])
def test_a_pool_that_uses_its_names_in_another_way_is_left_alone(
    differ, looked_anew, monkeypatch, caplog
):
    """All names are there."""
    differ(monkeypatch)
    assert pool_internals.interruptible() == pool_internals.interruptible() == {}
    (record,) = caplog.records
    assert record.mongo_event == "calls_not_interruptible"
    assert record.mongo_differs_in == "how a pool uses active_contexts, or its sockets"
    assert record.mongo_pymongo == pymongo.version


def test_a_trial_that_fails_is_told_as_what_differs(looked_anew, monkeypatch, caplog):
    monkeypatch.setattr(pool_internals, "pool_of_one", lambda sock: sock.checkout())
    assert contract.holds(contract.INTERRUPTS) is contract.holds(contract.INTERRUPTS) is False
    (record,) = caplog.records
    assert record.mongo_differs_in.startswith("AttributeError(")


class WithNames:
    slots: str

    def __init__(self, other):
        self.here = other.there

    def method(self, first, second=None):
        return self


def test_a_name_is_looked_for_in_the_code_of_a_class():
    """With its parameters, if it has any; also in those above it; what others have is not there."""
    own = f"{__name__}.WithNames"
    for name in "here", "method", "method(first,second)":
        assert contract._is_there(f"{own}.{name}"), name
    for name in "nowhere", "method(first)", "here()", "method.more.names", "slots":
        assert not contract._is_there(f"{own}.{name}"), name
    assert not contract._is_there("pymongo.no_module.NoClass.name")


def test_of_compiled_code_all_is_taken_to_be_there(monkeypatch):
    """It has no names in it; nor has a class of C, but that has all of its own."""
    for function in WithNames.__init__, WithNames.method:
        monkeypatch.setattr(function, "__code__", function.__code__.replace(co_names=()))
    assert contract._is_there(f"{__name__}.WithNames.nowhere")
    assert not contract._is_there("asyncio.Future.nowhere")
