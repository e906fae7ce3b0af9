"""The shape of the library: small rooms, in one order, none of which reaches into another.

Each test names the places that break its rule.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))

from tools.count_lines import PACKAGE, count, count_rooms, room_of, total  # noqa: E402

# The rooms, from the lowest to the highest: each imports only from those before it. A room is a
# module or a package, in which each module may import from any other. `__init__` is the library's;
# `_types` is a stub alone, which declares the classes of those above it.
# fmt: off
ORDER = [
    "errors", "log", "collector",
    "executor",
    "internals",
    "inbox", "futures", "unbound", "taking", "bridge", "options", "runtime",
    "_types", "cursor_future", "proxy", "derive", "exclusive", "buffer", "_sending",
    "cursor", "change_stream", "session", "gridfs", "encryption", "client",
    "_launch", "pymongo_async",
    "__init__", "metrics",
    "_http", "_form", "_serving", "web", "aiohttp",
    "motor",
    "_mongod_keeper", "_mongod", "testing", "pytest_plugin",
]
# fmt: on

# Names with an underscore that are PyMongo's or CPython's at these places, though a module of ours
# has one of the same name: the file, the expression, and whose it is.
NOT_OURS = {
    ("_launch/path/sitecustomize.py", "os._exit"): "Python's, which ends the process at once",
    ("gridfs.py", "grid_in._id"): "a public name of GridFS, that of a file's id",
    ("_http.py", "grid_in._id"): "a public name of GridFS, that of a file's id",
    ("_http.py", "grid_out._id"): "a public name of GridFS, that of a file's id",
    ("_http.py", "self.grid_in._id"): "a public name of GridFS, that of a file's id",
}

# In these rooms such a name is taken for PyMongo's, and needs no entry, if PyMongo has one.
REACHES_INTO_PYMONGO = {"internals"}


def sources(package: Path) -> dict[Path, ast.Module]:
    """Return the syntax tree of each module and each stub."""
    paths = sorted([*package.rglob("*.py"), *package.rglob("*.pyi")])
    return {path: ast.parse(path.read_text()) for path in paths}


def module_of(path: Path, package: Path) -> str:
    """Return the name of the module of a file, which a stub shares with its module."""
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def place(path: Path, node: ast.AST, package: Path) -> str:
    return f"{path.relative_to(package.parent)}:{node.lineno}"


# Sizes


def test_the_driver_has_few_lines():
    """It has no more lines of code than today: `tools/count_lines.py` prints where they are.

    3,000 is what it should have.
    """
    assert total(count_rooms()) < 4562


def long_classes(package: Path) -> list[str]:
    """Return the classes of more than 250 lines."""
    return [
        f"{place(path, node, package)}: {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for path, tree in sources(package).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and path.suffix == ".py"
        if node.end_lineno - node.lineno >= 250
    ]


def test_no_class_is_long():
    """From its first line to its last, a class has 250 at most."""
    long = long_classes(PACKAGE)
    assert not long, "\n".join(["", *long])


def test_no_file_is_long():
    """A module has 400 lines at most, comments and blanks among them."""
    lengths = {path: len(path.read_text().splitlines()) for path in PACKAGE.rglob("*.py")}
    long = [f"{path.relative_to(ROOT)} has {n}" for path, n in sorted(lengths.items()) if n > 400]
    assert not long, "\n".join(["", *long])


def test_lines_of_code_are_those_that_do_something():
    """Blanks, comments and docstrings are none, the lines of a string that is a value are."""
    source = (
        '"""Doc\n\nstring."""\n\n# why\nx = """a\nb"""  # comment\n\n\ndef f():\n    """Doc."""\n'
    )
    assert count(source) == 3


# Order


def imports(path: Path, tree: ast.Module, package: Path, modules: set[str]) -> dict[str, ast.AST]:
    """Return the modules of the library that a file imports anywhere, each with a place of that."""
    module = module_of(path, package).split(".")
    found: dict[str, ast.AST] = {}
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            here = module if path.stem == "__init__" else module[:-1]
            parents = here[: len(here) + 1 - node.level] if node.level else []
            base = ".".join([*parents, *filter(None, [node.module])])
            inner = [f"{base}.{alias.name}" for alias in node.names]
            names = [name if name in modules else base for name in inner]
        for name in names:
            if name in modules:
                found[name] = node
    return found


def upward_imports(package: Path, order: list[str]) -> list[str]:
    """Return the places where a room imports from one that is not below it."""
    trees = sources(package)
    rooms = {module_of(path, package): room_of(path, package) for path in trees}
    heights = {room: height for height, room in enumerate(order)}
    return [
        f"{place(path, node, package)}: {room_of(path, package)} imports {imported}"
        for path, tree in trees.items()
        for imported, node in imports(path, tree, package, set(rooms)).items()
        if heights.get(rooms[imported], len(order)) > heights.get(room_of(path, package), -1)
    ]


def without_types(tree: ast.Module) -> ast.Module:
    """Return a module without what is only for type checkers."""
    body = [
        node
        for node in tree.body
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    ]
    return ast.Module(body, [])


def cycle(package: Path) -> list[str]:
    """Return modules of which each is imported by the next, and the last is the first."""
    trees = sources(package)
    modules = {module_of(path, package) for path in trees}
    graph: dict[str, set[str]] = {module: set() for module in modules}
    for path, tree in trees.items():
        module = module_of(path, package)
        graph[module] |= imports(path, tree, package, modules).keys() - {module}
        # Within a package, two classes may know each other's types.
        folder = module.rpartition(".")[0]
        if folder != package.name:
            siblings = {each for each in graph[module] if each.rpartition(".")[0] == folder}
            graph[module] -= siblings - imports(path, without_types(tree), package, modules).keys()
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_each_room_has_its_place_in_the_order():
    """The order has the rooms that there are, and no others."""
    rooms = set(map(room_of, sources(PACKAGE)))
    assert rooms - set(ORDER) == set(), "rooms without a place"
    assert set(ORDER) - rooms == set(), "places without a room"
    assert len(ORDER) == len(rooms)


def test_no_import_runs_upwards():
    """Not in a function, for type checkers, or in a stub either."""
    upward = upward_imports(PACKAGE, ORDER)
    assert not upward, "\n".join([f"{len(upward)} places:", *upward])


def test_no_imports_go_round():
    """Nor do they within a room."""
    assert not cycle(PACKAGE)


# Private names


def is_private(name: str) -> bool:
    return re.match("_[^_]", name) is not None


def defined(tree: ast.Module) -> Iterator[str]:
    """Yield the private names that a module gives to what is its own."""
    for node in ast.walk(tree):
        match node:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
                | ast.Name(id=name, ctx=ast.Store())
                | ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store())
            ) if is_private(name):
                yield name
            case ast.Assign(targets=[ast.Name(id="__slots__")], value=value):
                yield from (
                    each.value for each in ast.walk(value) if isinstance(each, ast.Constant)
                )


def used(tree: ast.Module, modules: set[str]) -> Iterator[tuple[ast.AST, str, str]]:
    """Yield the private names that a module takes of something: node, name, expression."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(
                value=ast.Name(id="self" | "cls") | ast.Call(func=ast.Name(id="super"))
            ):
                pass  # a class may use what it inherits
            case ast.Attribute(attr=name) if is_private(name):
                yield node, name, ast.unparse(node)
            case ast.Call(
                func=ast.Name(id="getattr" | "hasattr" | "setattr" | "delattr"),
                args=[_, ast.Constant(value=str(name)), *_],
            ) if is_private(name):
                yield node, name, ast.unparse(node)
            case ast.ImportFrom(names=names):
                for alias in names:
                    # A module with an underscore is the library's, not another module's.
                    is_module = any(module.endswith(f".{alias.name}") for module in modules)
                    if is_private(alias.name) and not is_module:
                        yield node, alias.name, f"import {alias.name}"


def names_of_others() -> set[str]:
    """Return the private names of PyMongo, and of what it waits with."""
    import asyncio
    import socket
    import ssl
    import threading

    import bson
    import gridfs
    import pymongo

    folders = [Path(each.__file__).parent for each in (bson, gridfs, pymongo, asyncio)]
    paths = [path for folder in folders for path in folder.rglob("*.py")]
    paths += [Path(each.__file__) for each in (socket, ssl, threading)]
    return {name for path in paths for name in defined(ast.parse(path.read_text()))}


def reaching(package: Path, theirs: set[str]) -> Iterator[tuple[str, str, str]]:
    """Yield where a module uses a private name that only other modules define.

    The file, the expression, and the line with the modules that define the name.
    """
    trees = sources(package)
    modules = {module_of(path, package) for path in trees}
    own: dict[str, set[str]] = {module: set() for module in modules}
    for path, tree in trees.items():
        own[module_of(path, package)] |= set(defined(tree))
    for path, tree in trees.items():
        module = module_of(path, package)
        for node, name, expression in used(tree, modules):
            owners = ", ".join(sorted(each for each in modules if name in own[each]))
            if not owners or name in own[module]:
                continue
            if room_of(path, package) in REACHES_INTO_PYMONGO and name in theirs:
                continue
            file = str(path.relative_to(package))
            yield file, expression, f"{place(path, node, package)}: {expression}, of {owners}"


@pytest.mark.parametrize("suffix", [".py", ".pyi"])
def test_no_module_uses_anothers_private_names(suffix):
    """What begins with an underscore is used in the module that defines it, and in its stub.

    Subclasses use what they inherit: a database may have a collection of any other name.
    """
    places = [
        line
        for file, expression, line in reaching(PACKAGE, names_of_others())
        if (file, expression) not in NOT_OURS and file.endswith(suffix)
    ]
    assert not places, "\n".join([f"{len(places)} places:", *places])


def test_each_exception_is_needed():
    """A name that is said not to be ours is used at that place."""
    found = {(file, expression) for file, expression, _ in reaching(PACKAGE, set())}
    assert NOT_OURS.keys() <= found


# Each rule finds a place that breaks it


@pytest.fixture
def make_package(tmp_path):
    """Return a function that makes a package of some files, and returns its folder."""

    def make(**files):
        for name, source in files.items():
            *folders, stem, suffix = name.split("__")
            folder = tmp_path.joinpath("library", *folders)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{stem}.{suffix}").write_text(source)
        return tmp_path / "library"

    return make


@pytest.mark.parametrize(
    "source",
    [
        "import library.high",
        "from library import high",
        "from library.high import name",
        "from . import high",
        "from .high import name",
        "def f():\n    import library.high",
        "if TYPE_CHECKING:\n    import library.high",
    ],
)
@pytest.mark.parametrize("suffix", ["py", "pyi"])
def test_an_import_of_a_higher_room_is_found(make_package, source, suffix):
    """In each form that an import has, and in both directions of the order."""
    package = make_package(high__py="", **{f"low__{suffix}": source})
    (found,) = upward_imports(package, ["low", "high"])
    assert found.startswith(f"library/low.{suffix}:")
    assert upward_imports(package, ["high", "low"]) == []


def test_a_package_is_one_room(make_package):
    """Its modules import each other, but not what is above the package, nor in a circle."""
    package = make_package(
        room__one__py="from .two import name",
        room__two__py="from library.room import three",
        room__three__py="",
        high__py="",
    )
    assert upward_imports(package, ["room", "high"]) == []
    assert cycle(package) == []
    make_package(room__three__py="from ..high import name\nfrom . import one")
    (found,) = upward_imports(package, ["room", "high"])
    assert found == "library/room/three.py:1: room imports library.high"
    assert set(cycle(package)) == {f"library.room.{name}" for name in ("one", "two", "three")}


def test_a_stub_may_close_a_circle(make_package):
    """Its imports count as those of its module."""
    package = make_package(one__py="import library.two", two__py="", two__pyi="from .one import x")
    assert set(cycle(package)) == {"library.one", "library.two"}


@pytest.mark.parametrize(
    "source",
    [
        "owner._name",
        "self.owner._name",
        "owner._name = 1",
        "getattr(owner, '_name')",
        "from library.owner import _name",
        "from .owner import _name",
    ],
)
@pytest.mark.parametrize(
    "definition",
    [
        "_name = 1",
        "def _name(): pass",
        "class _name: pass",
        "class Owner:\n    _name: int",
        "class Owner:\n    __slots__ = ('_name',)",
        "class Owner:\n    def f(self):\n        self._name = 1",
    ],
)
def test_a_private_name_of_another_module_is_found(make_package, source, definition):
    """In each form that a use and a definition have."""
    package = make_package(owner__py=definition, user__py=source)
    ((file, _, _),) = reaching(package, set())
    assert file == "user.py"


@pytest.mark.parametrize(
    "source",
    [
        "owner._pymongo",  # nobody of ours defines it
        "owner.__class__",
        "from library import _module",
        "class User:\n    _name = 1\nUser._name",
        "self._name = cls._name",
        "super()._name",
    ],
)
def test_other_names_are_not_found(make_package, source):
    """Those of PyMongo alone, of the module itself, of private modules, and inherited ones."""
    package = make_package(owner__py="_name = 1", _module__py="", user__py=source)
    assert list(reaching(package, set())) == []


def test_internals_may_use_names_that_pymongo_has_too(make_package):
    """Others need an entry in the list of exceptions for these."""
    package = make_package(
        owner__py="_name = 1", internals__pool__py="pool._name", user__py="pool._name"
    )
    assert [file for file, _, _ in reaching(package, {"_name"})] == ["user.py"]
    assert len(list(reaching(package, set()))) == 2


def test_a_long_class_and_a_long_file_are_found(make_package):
    """The first line of a class counts, and so does the last."""
    body = "".join(f"    a{n} = {n}\n" for n in range(250))
    package = make_package(short__py="class Short:\n" + body[: body.rindex("    a249")])
    assert long_classes(package) == []
    package = make_package(long__py="class Long:\n" + body)
    assert long_classes(package) == ["library/long.py:1: Long has 251 lines"]
