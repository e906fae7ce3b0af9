"""Writes the stubs: what type checkers are told of the classes that are derived when they run.

::

    python -m tools.make_stubs            # write them
    python -m tools.make_stubs --check    # show how those committed differ, and fail if they do

A stub has the members that our classes have at run time. What they take and return is read from
the source of PyMongo's asynchronous classes, with our classes in the place of theirs; but first
from ``by_hand.pyi``, for what PyMongo's source does not say, and last from our own source.

PyMongo's classes know each other in circles: a client gives collections, which know their client.
So what ours are is declared in one stub, of a module that is none, from which the stubs of their
modules take it. Motor's are above that, in stubs of their own.
"""

from __future__ import annotations

import argparse
import ast
import copy
import difflib
import functools
import importlib
import importlib.util
import inspect
import subprocess
import sys
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path
from textwrap import indent
from types import MappingProxyType
from typing import Any

import pymongo

import tornado_pymongo  # noqa: F401  (it derives the classes)
from tornado_pymongo import derive, proxy
from tornado_pymongo.futures import CallFuture
from tornado_pymongo.motor import core, motor_asyncio, motor_tornado

HOME = Path(__file__).parents[1]
BY_HAND = HOME / "tools" / "by_hand.pyi"

# Some members are not what they are in a base: a cursor of raw batches gives bytes, as PyMongo's
# types do not say, and the close() of a Future of a cursor is not that of a coroutine.
HEADER = f"""\
# Generated from PyMongo {pymongo.version} by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

"""

# Methods that PyMongo declares with *args and **kwargs, and the one that it passes those on to.
ARGUMENTS_OF = {
    "Collection.find": "Cursor.__init__",
    "Collection.find_one": "Cursor.__init__",
    "Collection.find_raw_batches": "Cursor.__init__",
    "GridFS.find": "GridOutCursor.__init__",
    "GridFS.find_one": "GridOutCursor.__init__",
    "GridFSBucket.find": "GridOutCursor.__init__",
    "RawBatchCursor.__init__": "Cursor.__init__",
}

# A member that a Future passes on to its cursor has a `self` of a Future of cursors that have it:
# the type variable for these, by which of the classes that the Future can be of are among them.
CURSORS = {
    ("ChangeStream",): "CursorT",
    ("CommandCursor",): "_CommandT",
    ("CommandCursor", "Cursor"): "_AnyT",
    ("Cursor",): "_QueryT",
}

# The decorators that a stub shows, and what they are.
KEPT_DECORATORS = {
    "classmethod": "classmethod",
    "overload": "typing.overload",
    "property": "property",
    "staticmethod": "staticmethod",
}

# Methods of our own that a checker must not know: it would take anything to be there.
UNTOLD = {
    *("__class_getitem__", "__enter__", "__exit__", "__getattr__", "__getitem__", "__iter__"),
}

# What a class of PyMongo's has here, though it is Proxy or Derived that defines it.
INHERITED = ["delegate", "__init__", "__getattr__"]

Function = ast.FunctionDef | ast.AsyncFunctionDef

# Our classes by PyMongo's asynchronous ones, and by name.
OURS: dict[type, Any] = {cls._async_class: cls for cls in proxy.wrappers.values() if cls}
OURS_BY_NAME = {cls.__name__: cls for cls in OURS.values()}

# The stub of all our classes, and the modules that have them: see above.
TYPES = "tornado_pymongo._types"
SHARED = {
    base.__module__
    for cls in (*OURS.values(), *derive.future_classes.values())
    for base in cls.__mro__
    if base.__module__ != CallFuture.__module__
    if base.__module__.startswith("tornado_pymongo.")
}
MOTOR = "tornado_pymongo.motor."
MOTORS_MODULES = [core.__name__, motor_asyncio.__name__, motor_tornado.__name__]
MODULES = [TYPES, *sorted(SHARED), *MOTORS_MODULES]

# Motor's classes by ours, of which they are subclasses.
MOTORS = {ours: cls for ours, cls in core._substitutes.items() if ours.__module__ in SHARED}


class Source:
    """The source of a module: its statements, and where its names come from."""

    def __init__(self, module: str, path: Path) -> None:
        self.statements = list(flat(ast.parse(path.read_text()).body))
        self.classes = {node.name: node for node in self.statements if type(node) is ast.ClassDef}
        self._origins: dict[str, str] = {}
        for node in self.statements:
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    self._origins[alias.asname or alias.name] = f"{node.module}.{alias.name}"
            for name in names_bound(node):
                self._origins[name] = f"{module}.{name}"

    def origin(self, dotted: str) -> str:
        """Return the full name of what is called so here."""
        first, *rest = dotted.split(".")
        return ".".join([self._origins.get(first, first), *rest])

    def definitions(self, cls: str, name: str) -> list[ast.stmt]:
        """Return what defines a member in the body of a class: several where it is overloaded."""
        body = self.classes[cls].body if cls in self.classes else []
        found = [node for node in flat(body) if name in names_bound(node)]
        value = found[0].value if found and isinstance(found[0], ast.Assign) else None
        if isinstance(value, ast.Name) and value.id != name:  # another name of it
            found = copy.deepcopy(self.definitions(cls, value.id))
            for node in found:
                node.name = name  # type: ignore[attr-defined]
        return [node for node in found if "overload" in decorators(node)] or found[:1]


def flat(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Go through statements, and those under ``if TYPE_CHECKING`` and ``if not _IS_SYNC``."""
    for statement in statements:
        if isinstance(statement, ast.If):
            yield from flat(statement.body)
        else:
            yield statement


def names_bound(statement: ast.stmt) -> list[str]:
    """Return the names that a statement binds, imports aside."""
    if isinstance(statement, ast.ClassDef | Function):
        return [statement.name]
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def decorators(node: ast.stmt) -> list[str]:
    """Return the decorators of a function, and none of any other statement."""
    return list(map(ast.unparse, node.decorator_list)) if isinstance(node, Function) else []


def expression(code: str) -> Any:
    """Parse an expression."""
    return ast.parse(code, mode="eval").body


def is_public(name: str) -> bool:
    """Tell whether a name is for users."""
    return not name.startswith("_")


@functools.cache
def source_of(module: str) -> Source:
    """Return the source of an installed module."""
    spec = importlib.util.find_spec(module)
    return Source(module, Path(spec.origin))  # type: ignore[union-attr, arg-type]


# Its type variables and aliases go into the stub of all classes; its classes are at home elsewhere.
by_hand = Source(TYPES, BY_HAND)
HOMES = {name: module for module in MODULES[1:] for name in source_of(module).classes}


def our_name(path: str) -> str:
    """Return the full name of what stands for something of PyMongo's here, given its full name."""
    module, _, name = path.rpartition(".")
    if name in HOMES and module in ("", TYPES):  # in by_hand.pyi
        return f"{HOMES[name]}.{name}"
    if name == "Self":  # typing has it from Python 3.11 on
        return "typing_extensions.Self"
    if not module.startswith(("bson.", "pymongo.", "gridfs.")):
        return path
    for declared in (name, name.removeprefix("_")):  # there in another way
        if by_hand.origin(declared) == f"{TYPES}.{declared}":
            return f"{TYPES}.{declared}"
    found = getattr(importlib.import_module(module), name, None)
    ours = OURS.get(found) if isinstance(found, type) else None
    if name.startswith("_Agnostic"):  # either of PyMongo's two classes
        ours = OURS_BY_NAME[name.removeprefix("_Agnostic")]
    if ours is not None:
        return full_name(ours)
    return f"{module}.{name.removeprefix('Async')}"  # a callback: it runs in a worker


def members(source: Source, cls: type, kind: type = ast.stmt) -> list[str]:
    """Return the names that statements of a kind bind in the body of a class, if it is there."""
    body = source.classes[cls.__name__].body if cls.__name__ in source.classes else []
    return [name for node in body if isinstance(node, kind) for name in names_bound(node)]


def is_generic(cls: type) -> bool:
    """Tell whether a class of ours has the type of the documents as its parameter."""
    for base in cls.__mro__:
        if "_async_class" in vars(base):
            return bool(getattr(vars(base)["_async_class"], "__parameters__", ()))
    return cls.__name__ in by_hand.classes and len(by_hand.classes[cls.__name__].bases) > 1


def full_name(cls: type) -> str:
    """Return the name of a class with that of its module."""
    return f"{cls.__module__}.{cls.__name__}"


# The full names of our classes, and of Motor's that stand in their places; a class that has none of
# its own has that of its base.
RENAMED = {
    full_name(ours): next(full_name(MOTORS[base]) for base in ours.__mro__ if base in MOTORS)
    for ours in (*OURS.values(), *MOTORS)
    if not MOTORS.keys().isdisjoint(ours.__mro__)
}


class Stub:
    """The stub of one module of ours, with other full names for some classes."""

    def __init__(self, module: str, renamed: Mapping[str, str] = MappingProxyType({})) -> None:
        self.module = module
        self._classes = HOMES if module == TYPES else source_of(module).classes
        self._names: dict[str, str] = {}  # what it imports by name, and the full name of each
        self._modules: set[str] = set()  # what it imports as a module
        self._renamed = renamed

    def name(self, path: str) -> str:
        """Return what something is called in this stub, given its full name."""
        return self.original_name(self._renamed.get(path, path))

    def original_name(self, path: str) -> str:
        """Return what something is called in this stub, even if it has another name there."""
        module, _, name = path.rpartition(".")
        if module in SHARED:
            module, path = TYPES, f"{TYPES}.{name}"
        if module in ("", self.module):
            return name
        taken = module == "builtins" or name in self._classes
        if not taken and self._names.setdefault(name, path) == path:
            return name
        self._modules.add(module)  # for here the name is that of something else
        return path

    def text(self) -> str:
        """Return the whole stub."""
        body: list[str] = []
        if self.module == TYPES:
            for node in by_hand.statements:
                if isinstance(node, ast.Assign | ast.AnnAssign):
                    body.append(ast.unparse(node))
                    for each in ast.walk(node):
                        if isinstance(each, ast.Name):
                            Translator(self, by_hand).visit(each)  # imports it
        for module in sorted(SHARED) if self.module == TYPES else [self.module]:
            body += self._declarations(module)
        if names := vars(sys.modules.get(self.module, ast)).get("__all__"):
            body.append(f"__all__ = {names}")  # to a checker, it must be a literal
            for name in names:
                self.name(full_name(getattr(sys.modules[self.module], name)))
        imports = [f"import {module}" for module in self._modules]
        for name, path in self._names.items():
            imports.append(f"from {path.rpartition('.')[0]} import {name}")
        return HEADER + formatted("\n".join(imports + body))

    def _declarations(self, module: str) -> Iterator[str]:
        """Yield what declares the names of a module, or only its classes where all of them are."""
        for node in source_of(module).statements:
            name = next(iter(names_bound(node)), "_")
            value = getattr(sys.modules[module], name, None)
            is_told = is_public(name) or name in by_hand.classes or value in MOTORS.values()
            if isinstance(node, ast.ClassDef) and is_told and self.module not in SHARED:
                of_class = MotorStub if module.startswith(MOTOR) else ClassStub
                yield of_class(self, value).text()
            elif self.module == TYPES or not is_told:
                continue
            elif isinstance(value, type) and isinstance(node, ast.Assign | ast.ClassDef):
                yield f"{name} = {self.name(full_name(value))}"
            elif isinstance(node, Function | ast.AnnAssign):
                yield ast.unparse(Translator(self, source_of(module)).declaration(node))
            elif isinstance(node, ast.Assign):
                yield f"{name}: {type(value).__name__}"


class Translator(ast.NodeTransformer):
    """Rewrites annotations: our classes for PyMongo's, and the names that the stub imports."""

    def __init__(
        self, stub: Stub, source: Source, members: Container[str] = (), **substitutes: str
    ) -> None:
        self._stub = stub
        self._source = source
        self._members = members  # of the class: a method called list would hide the type
        self._substitutes = substitutes

    def visit_Name(self, node: ast.Name) -> Any:
        """Rename a class."""
        return self._renamed(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        """Rename a class that is an attribute of its module."""
        if node.attr in ("args", "kwargs"):  # of a ParamSpec
            return self.generic_visit(node)
        return self._renamed(ast.unparse(node))

    def visit_Constant(self, node: ast.Constant) -> Any:
        """Take a string for what it says."""
        return self.visit(expression(node.value)) if isinstance(node.value, str) else node

    def _renamed(self, name: str) -> Any:
        path = our_name(self._source.origin(name))
        last = path.split(".")[-1]
        path = self._substitutes.get(last, path)
        if path in self._members:
            path = f"builtins.{path}"
        return expression(self._stub.name(path))

    def declaration(self, node: Any) -> Any:
        """Return a function without its body, or a variable without its value."""
        node = copy.deepcopy(node)
        if isinstance(node, ast.AnnAssign):
            return variable(ast.unparse(node.target), ast.unparse(self.visit(node.annotation)))
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg) and argument.annotation is not None:
                argument.annotation = self.visit(argument.annotation)
        node.args.defaults = list(map(shown, node.args.defaults))
        node.args.kw_defaults = [each and shown(each) for each in node.args.kw_defaults]
        node.returns = self.visit(node.returns) if node.returns else expression("None")
        if yields(node):  # then what it returns need not be awaited
            node = as_plain(node)
        node.body = [ast.Expr(expression("..."))]
        kept = [name for name in decorators(node) if name in KEPT_DECORATORS]
        node.decorator_list = [expression(self._stub.name(KEPT_DECORATORS[name])) for name in kept]
        return node


def variable(name: str, annotation: str) -> ast.stmt:
    """Return the declaration of a variable."""
    return ast.parse(f"{name}: {annotation}").body[0]


def yields(node: ast.AST) -> bool:
    """Tell whether a function is a generator, rather than one inside it."""
    return any(
        isinstance(each, ast.Yield) or (not isinstance(each, Function) and yields(each))
        for each in ast.iter_child_nodes(node)
    )


def as_plain(node: Any) -> Any:
    """Return a function with ``def`` for one with ``async def``."""
    return ast.parse(ast.unparse(node).replace("async def", "def", 1)).body[0]


def shown(default: ast.expr) -> ast.expr:
    """Return the default of an argument as a stub shows it: only where it is a literal."""
    return default if isinstance(default, ast.Constant | ast.UnaryOp) else expression("...")


class ClassStub:
    """The stub of one class of ours."""

    def __init__(self, stub: Stub, cls: Any, at_run_time: Any = None) -> None:
        self._stub = stub
        self._cls = cls
        self._at_run_time = at_run_time or cls  # the class that the declarations are for
        self._source = source_of(cls.__module__)

    def text(self) -> str:
        """Return the declaration of the class."""
        names = self.names()
        body = [node for name in names for node in self.member(name)] + self._passed_on(names)
        code = "\n".join(map(ast.unparse, body)) or "..."
        return f"class {self._cls.__name__}({', '.join(self._bases())}):\n{indent(code, '    ')}"

    def names(self) -> list[str]:
        """Return the names of the members that this class has, and its bases have not."""
        names = [*filter(self._is_new, INHERITED), *filter(self._is_told, vars(self._cls))]
        names += filter(is_public, members(self._source, self._cls, ast.AnnAssign))
        return list(dict.fromkeys(names + members(by_hand, self._cls)))

    def _is_told(self, name: str) -> bool:
        """Tell whether a member is for users, or a special method that is written somewhere."""
        if is_public(name) or name in derive._SPECIAL_MEMBERS:
            return True
        _, found = self._find(name)
        return name.startswith("__") and bool(found) and isinstance(found[0], Function)

    def _is_new(self, name: str) -> bool:
        """Tell whether the source of this class has a member that the bases' source has not."""
        of_base = getattr(getattr(self._cls.__base__, "_async_class", None), name, None)
        twin = vars(self._cls).get("_async_class")
        return twin is not None and (name == "delegate" or getattr(twin, name, None) is not of_base)

    def _bases(self) -> list[str]:
        node = by_hand.classes.get(self._cls.__name__)
        if node is not None and node.bases:
            translator = Translator(self._stub, by_hand)
            return [ast.unparse(translator.visit(copy.deepcopy(base))) for base in node.bases]
        bases = [
            self._stub.name(f"{base.__module__}.{base.__name__}")
            + self._parameter() * is_generic(base)
            for base in self._cls.__bases__
            if base is not object
        ]
        if is_generic(self._cls) and not any(map(is_generic, self._cls.__bases__)):
            bases.append(self._stub.name("typing.Generic") + self._parameter())
        return bases

    def _parameter(self) -> str:
        return f"[{self._stub.name(f'{TYPES}.DocumentType')}]"

    def _find(self, name: str) -> tuple[Source, list[ast.stmt]]:
        """Return what defines a member of the class, and the source that this stands in."""
        if found := by_hand.definitions(self._cls.__name__, name):
            return by_hand, found
        for cls in (*getattr(vars(self._cls).get("_async_class"), "__mro__", ()), self._cls):
            if cls.__module__.startswith(("pymongo.", "gridfs.", "tornado_pymongo.")):
                source = source_of(cls.__module__)
                if found := source.definitions(cls.__name__, name):
                    return source, found
        return by_hand, []

    def member(self, name: str) -> list[Any]:
        """Return what declares a member, or nothing where there is nothing to tell."""
        if name == "delegate" and "_sync_class" in vars(self._cls):
            source = vars(self._cls)["_sync_class"]
            path = self._stub.name(f"{source.__module__}.{source.__name__}")
            generic = bool(getattr(source, "__parameters__", ()))
            return [variable(name, path + self._parameter() * generic)]
        nodes = self._translated(name)
        is_coroutine = bool(nodes) and isinstance(nodes[0], ast.AsyncFunctionDef)
        if is_coroutine and is_public(name) and self._find(name)[0] is not self._source:
            nodes = [each for node in nodes for each in self._futures(node)]
        return nodes

    def _translated(self, name: str, **substitutes: str) -> list[Any]:
        source, found = self._find(name)
        translator = Translator(self._stub, source, dir(self._cls), **substitutes)
        value = vars(self._cls).get(name)
        if name in UNTOLD and source is self._source:
            return []
        if isinstance(value, property) and isinstance(found[0], ast.Assign):
            return [as_property(name, "Any")]
        if not found or isinstance(found[0], ast.Assign):  # a constant, or a slot
            kind = "Any" if inspect.ismemberdescriptor(value) else type(value).__name__
            return [] if value is None else [variable(name, kind)]
        nodes = list(map(translator.declaration, found))
        if isinstance(found[0], ast.AnnAssign):
            read_only = isinstance(value, property) and not is_settable(self._cls, name)
            return [as_property(name, ast.unparse(nodes[0].annotation))] if read_only else nodes
        # What never returns, because it refuses, is left out: a checker refuses what is not there,
        # but takes what comes after a call that never returns for unreachable, and ignores it.
        if "NoReturn" in {ast.unparse(node.returns) for node in nodes} and name != "__bool__":
            return []
        for node in nodes:
            self._complete(node)
        return nodes

    def _complete(self, node: Any) -> None:
        """Add the arguments that PyMongo's asynchronous method does not declare."""
        if by_hand.definitions(self._cls.__name__, node.name):
            return
        arguments = node.args
        here = f"{self._cls.__name__}.{node.name}"
        if here in ARGUMENTS_OF:
            cls, _, name = ARGUMENTS_OF[here].partition(".")
            (other,) = ClassStub(self._stub, OURS_BY_NAME[cls])._translated(name)
            named = {argument.arg for argument in arguments.args}
            optional = other.args.args[-len(other.args.defaults) :]
            for argument, default in zip(optional, other.args.defaults, strict=True):
                if argument.arg not in named:
                    arguments.args.append(argument)
                    arguments.defaults.append(default)
            arguments.vararg = arguments.kwarg = None
        if (own := self._own(node.name)) is not None and own.args.kwarg:
            ours = Translator(self._stub, self._source).declaration(own).args
            for argument, default in zip(ours.kwonlyargs, ours.kw_defaults, strict=True):
                if argument.arg != "callback":
                    arguments.kwonlyargs.append(argument)
                    arguments.kw_defaults.append(default)

    def _own(self, name: str) -> ast.FunctionDef | None:
        """Return the method that our own source has under this name."""
        found = self._source.definitions(self._cls.__name__, name)
        return found[0] if found and isinstance(found[0], ast.FunctionDef) else None

    def _futures(self, node: Any) -> list[Any]:
        """Return what stands here for a coroutine function: with a callback, and without."""
        result = ast.unparse(node.returns)
        node = as_plain(node)
        node.returns = expression(self._future(result))
        if "property" in decorators(node):
            return [node]
        method = getattr(self._at_run_time, node.name, None)
        parameter = inspect.signature(method).parameters["callback"] if method else None
        positional = parameter is not None and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        with_callback = copy.deepcopy(node)
        with_callback.returns = expression("None")
        callback = f"{self._stub.name('tornado_pymongo.bridge.Callback')}[{result}]"
        add_argument(node, "callback", "None", "None", positional)
        add_argument(with_callback, "callback", callback, None, positional)
        for each in (node, with_callback):
            if "overload" not in decorators(each):
                each.decorator_list.append(expression(self._stub.name("typing.overload")))
        return [node, with_callback]

    def _future(self, result: str) -> str:
        """Return the type of a Future of this result."""
        cls, _, parameter = result.partition("[")
        for name, future_class in derive.future_classes.items():
            if cls.endswith(name):
                item = "bytes" if "RawBatch" in cls else parameter[:-1]
                future = self._stub.name(f"{future_class.__module__}.{future_class.__name__}")
                return f"{future}[{result}, {item}]"
        return f"{self._stub.name('tornado_pymongo.futures.CallFuture')}[{result}]"

    def _passed_on(self, known: list[str]) -> list[Any]:
        """Return what declares the members of its cursor that a Future passes on by __getattr__."""
        classes = vars(self._cls).get("classes", ())
        item = f"{TYPES}.ItemT"
        nodes: list[Any] = []
        for name in sorted({name for cls in classes for name in dir(cls)} - {*known, "delegate"}):
            owners = [cls for cls in classes if hasattr(cls, name)]
            property_of_some = len(owners) < len(classes) and not callable(getattr(owners[0], name))
            if not is_public(name) or property_of_some:  # there is none before the cursor is there
                continue
            owner = next(base for base in owners[0].__mro__ if name in vars(base))
            cursor = f"{TYPES}.{CURSORS[tuple(cls.__name__ for cls in owners)]}"
            this = f"{self._cls.__name__}[{self._stub.name(cursor)}, {self._stub.name(item)}]"
            for node in ClassStub(self._stub, owner)._translated(
                name, DocumentType=item, Self=cursor
            ):
                node.args.args[0].annotation = expression(this)
                is_coroutine = isinstance(node, ast.AsyncFunctionDef)
                nodes += self._futures(node) if is_coroutine else [node]
        return nodes


class MotorStub(ClassStub):
    """The stub of one of Motor's classes: what it has beyond the class of ours below it.

    That is, what returns another of Motor's classes, and what is written for it.
    """

    def __init__(self, stub: Stub, cls: Any) -> None:
        super().__init__(stub, cls)
        self._below: list[type] = []  # where it is a subclass of ours: that one and its bases
        self._written: list[type] = []  # itself, and its bases that have no stub
        bases = [base for base in cls.__bases__ if is_public(base.__name__)]
        told = {each for base in bases for each in base.__mro__}
        for base in cls.__mro__:
            if base.__module__.startswith(MOTOR):
                has_stub = is_public(base.__name__) or base in told
                self._written += [base] if base is cls or not has_stub else []
            elif base.__module__ in MODULES and not {*cls.__bases__}.isdisjoint(MOTORS):
                self._below.append(base)

    def names(self) -> list[str]:
        """Return the names of the members that this class has in another way than ours."""
        ours, motors = Stub(self._stub.module), Stub(self._stub.module, RENAMED)
        names = [name for cls in self._written for name in ClassStub(ours, cls).names()]
        names = [*filter(is_public, names), *members(by_hand, self._cls)]
        above = [cls for cls in self._cls.__mro__ if cls.__module__.startswith(MOTOR)]
        for cls in self._below:
            for name in ClassStub(ours, cls).names():
                is_mixed_in = is_public(name) and any(name in vars(each) for each in above)
                if is_mixed_in or results(ours, cls, name) != results(motors, cls, name):
                    names.append(name)
        return list(dict.fromkeys(names))

    def member(self, name: str) -> list[Any]:
        """Return what declares a member, as ours has it where it has it."""
        if by_hand.definitions(self._cls.__name__, name):
            return super().member(name)
        for cls in (*self._below, *self._written):
            if name in ClassStub(Stub(self._stub.module), cls).names():
                return ClassStub(self._stub, cls, self._cls).member(name)
        return []

    def _bases(self) -> list[str]:
        bases = []
        for base in self._told_bases():
            futures = derive.future_classes.values()
            variables = ["CursorT", "ItemT"] if base in futures else ["DocumentType"]
            name = self._stub.original_name(full_name(base))
            names = [self._stub.name(f"{TYPES}.{each}") for each in variables]
            is_plain = base not in futures and not is_generic(base)
            bases.append(name if is_plain else f"{name}[{', '.join(names)}]")
        return bases

    def _told_bases(self) -> list[type]:
        """Return the bases, with those of bases that have no stub in their places."""
        bases: list[type] = []
        for base in self._cls.__bases__:
            told = MotorStub(self._stub, base)._told_bases() if base in self._written else [base]
            bases += [each for each in told if each not in bases]
        return [b for b in bases if not any(b in other.__mro__[1:] for other in bases)]

    def _passed_on(self, known: list[str]) -> list[Any]:
        return []


def results(stub: Stub, cls: type, name: str) -> list[str]:
    """Return the types of a member, or those that it returns."""
    nodes = ClassStub(stub, cls).member(name)
    return [ast.unparse(getattr(node, "returns", node)) for node in nodes]


def is_settable(cls: type, name: str) -> bool:
    """Tell whether PyMongo's asynchronous class lets an attribute of its objects be set."""
    member = inspect.getattr_static(vars(cls)["_async_class"], name, None)
    return isinstance(member, property) and member.fset is not None


def as_property(name: str, annotation: str) -> ast.stmt:
    """Return the declaration of a property that cannot be set."""
    return ast.parse(f"@property\ndef {name}(self) -> {annotation}: ...").body[0]


def add_argument(
    node: ast.FunctionDef, name: str, annotation: str, default: str | None, positional: bool
) -> None:
    """Add an argument to a function, which can be positional if those before allow it."""
    argument = ast.arg(name, expression(annotation))
    if positional and (default is not None or not node.args.defaults):
        node.args.args.append(argument)
        node.args.defaults += [] if default is None else [expression(default)]
    else:
        node.args.kwonlyargs.append(argument)
        node.args.kw_defaults.append(None if default is None else expression(default))


def formatted(code: str) -> str:
    """Return some code with its imports in order, and in the style of the house."""
    for command in ["check --fix --quiet --select F401,I,UP", "format"]:
        ruff = [sys.executable, "-m", "ruff", *command.split(), "--stdin-filename", "stub.pyi", "-"]
        code = subprocess.run(
            ruff, input=code, cwd=HOME, check=True, stdout=subprocess.PIPE, text=True
        ).stdout
    return code


def main() -> int:
    """Write the stubs, or compare them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, show what differs")
    check = parser.parse_args().check
    differs = False
    for module in MODULES:
        path = HOME / f"{module.replace('.', '/')}.pyi"
        old = path.read_text() if path.exists() else ""
        new = Stub(module, RENAMED if module.startswith(MOTOR) else {}).text()
        lines = difflib.unified_diff(
            old.splitlines(keepends=True), new.splitlines(keepends=True), str(path), "as generated"
        )
        if check:
            sys.stdout.writelines(lines)
        else:
            path.write_text(new)
        differs |= old != new
    return int(check and differs)


if __name__ == "__main__":
    sys.exit(main())
