"""The site has every public name, and says what is so. To be run after `sphinx-build`."""

from __future__ import annotations

import html
import inspect
import json
import re
import sys
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from pymongo import common
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


def soup_of(page):
    return BeautifulSoup((HERE / "_build" / page).read_text(), "html.parser")


def test_each_method_says_what_it_does_and_where_its_source_is():
    """In a sentence that is PyMongo's, or ours; and of what its parameters are."""
    methods = 0
    for page in "client", "database", "collection", "cursors", "sessions", "gridfs", "encryption":
        for entry in soup_of(f"reference/{page}.html").select("dl.py dl.py"):
            name = entry.dt["id"]
            told = [each.text for each in entry.dd.find_all("p", recursive=False)]
            if entry.dd.select_one(".runs") is None:
                continue  # autodoc's: the whole docstring
            assert len(told) > 1, name
            assert re.match(r"[A-Z(].*\.$", told[1], re.DOTALL), f"{name}: {told[1]}"
            if "method" in entry["class"]:
                methods += 1
                assert entry.dt.select_one("a[href*='#']:-soup-contains('[source]')"), name
    assert methods > 150


def test_a_method_says_what_its_parameters_are_and_what_it_raises():
    entry = soup_of("reference/collection.html").find(id="tornado_pymongo.Collection.insert_many")
    told = " ".join(entry.parent.dd.text.split())
    assert "Insert an iterable of documents." in told
    assert "a Future of InsertManyResult" in told
    assert "ordered (bool): If True (the default) documents will be inserted" in told
    assert "Raises BulkWriteError and the errors of any call." in told


def test_every_option_of_a_client_is_on_its_page():
    table = soup_of("reference/options.html").select("tr td:first-child")
    shown = [cell.text for cell in table]
    assert len(shown) == len(set(shown))
    ours = set(inspect.signature(tornado_pymongo.MongoClient).parameters) - {"args", "kwargs"}
    known = {*common.URI_OPTIONS_VALIDATOR_MAP, *common.KW_VALIDATORS}
    # It has gone; it is another name; it is part of another one.
    known -= {"waitqueuemultiple", "read_preference", "authoidcallowedhosts"}
    told = {name.replace("_", "").lower() for name in shown}
    assert {name.replace("_", "").lower() for name in ours | known} - told == set()


@pytest.mark.parametrize("word", ["timeout", "fastapi", "shutdown", "pool"])
def test_the_search_finds(word):
    """A heading has it, so that the page is among the first results."""
    index = (HERE / "_build" / "searchindex.js").read_text()
    index = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))
    assert word in index["titleterms"]


def test_no_link_of_the_site_leads_nowhere():
    site = HERE / "_build"
    pages = {path: path.read_text() for path in site.rglob("*.html")}
    targets = {path: set(re.findall(r'\bid="([^"]+)"', text)) for path, text in pages.items()}
    for path, text in pages.items():
        for link in set(re.findall(r'(?:href|src)="([^"]+)"', text)):
            if re.match(r"[a-z]+:|//", link):
                continue
            name, _, target = html.unescape(link).partition("#")
            name = unquote(name.partition("?")[0])
            found = (path.parent / name).resolve() if name else path
            assert found.exists(), f"{path.relative_to(site)}: {link}"
            if target and found in targets:
                assert target in targets[found], f"{path.relative_to(site)}: {link}"
