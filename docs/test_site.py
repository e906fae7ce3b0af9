"""The site has every public name, and says what is so. To be run after `sphinx-build`."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path

import pytest
from sphinx.util.inventory import InventoryFile

import tornado_pymongo
from tornado_pymongo.proxy import Proxy

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

import compatibility  # noqa: E402
import reference  # noqa: E402


@pytest.fixture(scope="module")
def names():
    """Return all Python names that the built site describes."""
    inventory = InventoryFile.loads((HERE / "_build" / "objects.inv").read_bytes(), uri="")
    return {
        name for kind in inventory.data if kind.startswith("py:") for name in inventory.data[kind]
    }


@pytest.mark.parametrize("module", reference.MODULES)
def test_every_public_name_is_in_the_reference(names, module):
    public = reference.public_names(import_module(module))
    assert {f"{module}.{name}" for name in public} - names == set()


def test_every_public_member_is_in_the_reference(names):
    """Of the classes that are derived: each member stands with the class that brings it."""
    for cls in [getattr(tornado_pymongo, name) for name in tornado_pymongo.__all__]:
        if isinstance(cls, type) and issubclass(cls, Proxy):
            for name in dir(cls):
                described = {f"{reference.entry_of(base)}.{name}" for base in cls.__mro__}
                assert name.startswith("_") or described & names, f"{cls.__name__}.{name}"


def test_every_number_of_the_statistics_is_in_the_reference(names):
    for field in tornado_pymongo.WorkerStatistics.__dataclass_fields__:
        assert f"tornado_pymongo.WorkerStatistics.{field}" in names


@pytest.mark.parametrize(
    ("member", "runs"),
    [
        ("Collection.find_one", "worker"),
        ("Collection.find", "loop"),
        ("Collection.name", "loop"),
        ("MongoClient.primary", "worker"),
        ("MongoClient.close", "future"),
        ("Cursor.sort", "loop"),
        ("Cursor.to_list", "future"),
        ("Cursor.next", "future"),
        ("Cursor.fetch_next", "future"),
        ("ClientSession.start_transaction", "loop"),
        ("ClientSession.with_transaction", "future"),
        ("GridOut.length", "loop"),
    ],
)
def test_the_reference_says_what_runs_where(member, runs):
    cls, _, name = member.partition(".")
    assert reference.runs_where(getattr(tornado_pymongo, cls), name) == runs


def test_each_python_that_is_tested_is_a_classifier_and_no_other():
    """Without a GIL, too; but not the one that the README says is tried only."""
    classifiers = compatibility.settings_in("setup.cfg")["metadata"]["classifiers"]
    tested = {compatibility.version_of_python(name) for name in compatibility.pythons()}
    tried = set(re.findall(r"(3\.\d+) is tried", (HERE.parent / "README.rst").read_text()))
    assert ("Free Threading" in classifiers) == any("free" in version for version in tested)
    assert set(re.findall(r"Python :: (3\.\d+)", classifiers)) == (
        {version[:4] for version in tested} - tried
    )


def test_the_oldest_versions_that_are_tested_are_those_required():
    required = compatibility.settings_in("setup.cfg")["options"]["install_requires"]
    required = [
        line for line in required.split("\n") if line and ";" not in line and line[0] != "#"
    ]
    oldest = [compatibility.pinned("py310-oldest", name) for name in ("pymongo", "tornado")]
    assert required == [f"pymongo>={oldest[0]}", f"tornado>={oldest[1]}"]


def test_every_minor_version_of_pymongo_from_the_oldest_on_is_tested():
    versions = [compatibility.pinned(name, "pymongo") for name in compatibility.pymongos()]
    assert versions == [f"4.{minor}" for minor in range(9, 9 + len(versions))]
