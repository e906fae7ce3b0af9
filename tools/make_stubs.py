"""Writes the stubs: what type checkers are told of the classes that are derived when they run.

::

    python -m tools.make_stubs            # write them
    python -m tools.make_stubs --check    # show how those committed differ, and fail if they do
    python -m tools.make_stubs --test     # compare those committed with the classes (stubtest)

A stub has the members that our classes have at run time. Their signatures are read from the source
of PyMongo's asynchronous classes, with our classes in the place of theirs. ``by_hand.pyi`` comes
first, for signatures that PyMongo's source lacks, and our own source comes last. The docstrings
are for editors: the first paragraph of PyMongo's, and all of ours.

PyMongo's classes know each other in circles: a client gives collections, which know their client.
So ours are declared in one stub, which has no module, and the stubs of their modules import them.
Motor's are above that, in stubs of their own.
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
import textwrap
import types
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pymongo

import tornado_pymongo
from tornado_pymongo import cursor_future, derive, proxy, pymongo_async
from tornado_pymongo.futures import CallFuture
from tornado_pymongo.motor import core, motor_asyncio, motor_tornado
from tornado_pymongo.pymongo_async import core as core_of_faces
from tornado_pymongo.pymongo_async import encryption, gridfs  # noqa: F401  (they make classes)

HOME = Path(__file__).parents[1]
BY_HAND = HOME / "tools" / "by_hand.pyi"

# Some members are not what they are in a base: a cursor of raw batches gives bytes, as PyMongo's
# types do not say, and the close() of a Future of a cursor is not that of a coroutine. Some are not
# the same in two bases (misc), and some are None here, so that they cannot be called (assignment).
HEADER = f"""\
# Generated from PyMongo {pymongo.version} by tools/make_stubs.py: do not edit.
# mypy: disable-error-code="assignment, misc, override"

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

# Members that Proxy or Derived defines, and that stand in the stub of each class.
INHERITED = ["delegate", "__init__", "__getattr__"]

Function = ast.FunctionDef | ast.AsyncFunctionDef


def full_name(cls: type) -> str:
    """Return the name of a class with that of its module."""
    return f"{cls.__module__}.{cls.__name__}"


# Our classes by PyMongo's asynchronous ones, and by name.
OURS: dict[type, Any] = {cls._async_class: cls for cls in proxy.wrappers.values() if cls}
OURS_BY_NAME = {cls.__name__: cls for cls in OURS.values()}

# The stub of all our classes, and the modules that have them: see above.
TYPES = "tornado_pymongo._types"
SHARED = {
    base.__module__
    for cls in (*OURS.values(), *cursor_future.future_classes.values())
    for base in cls.__mro__
    if base.__module__ != CallFuture.__module__
    if base.__module__.startswith("tornado_pymongo.")
}
MOTOR = "tornado_pymongo.motor."
MOTORS_MODULES = [core.__name__, motor_asyncio.__name__, motor_tornado.__name__]
MODULES = [TYPES, *sorted(SHARED), *MOTORS_MODULES]

# The classes with PyMongo Async's names by ours, and the modules in which they are made.
FACES = core_of_faces.faces
FACE_MODULES = [f"{pymongo_async.__name__}.{name}" for name in ("core", "encryption", "gridfs")]
RENAMED_FACES = {
    full_name(ours): f"{module}.{name}"
    for ours, face in FACES.items()
    for module in FACE_MODULES
    if vars(sys.modules[module]).get(name := face.__name__) is face
}
MODULES += FACE_MODULES

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
        if by_hand.origin(declared) == f"{TYPES}.{declared}" and not declared.startswith("Async"):
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
        self._classes = HOMES if module == TYPES else source_of(module).classes.keys()
        if module in FACE_MODULES:
            self._classes = vars(sys.modules[module]).keys()
        self._names: dict[str, str] = {}  # what it imports by name, and the full name of each
        self._modules: set[str] = set()  # what it imports as a module
        self._renamed = renamed

    def name(self, path: str) -> str:
        """Return what something is called in this stub, given its full name."""
        return self.original_name(self._renamed.get(path, path))

    def original_name(self, path: str) -> str:
        """Return what something is called in this stub, even if it has another name there."""
        module, _, name = path.rpartition(".")
        if module in SHARED and module != self.module:
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
                if isinstance(node, ast.ClassDef) and "Protocol" in map(ast.unparse, node.bases):
                    body.append(ast.unparse(Translator(self, by_hand).visit(copy.deepcopy(node))))
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
        for path in self._names.values():
            module, _, imported = path.rpartition(".")
            imports.append(f"from {module} import {imported}")
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
            elif isinstance(value, type) and isinstance(node, ast.ClassDef):
                self._names[name] = f"{TYPES}.{name} as {name}"
            elif value in FACES.values():
                yield FaceStub(self, value).text()
            elif isinstance(value, type) and isinstance(node, ast.Assign):
                yield f"{name} = {self.name(full_name(value))}"
            elif isinstance(node, Function | ast.AnnAssign):
                told = Translator(self, source_of(module)).declaration(node)
                for other in by_hand.statements:
                    if isinstance(other, Function) and other.name == name:
                        told = Translator(self, by_hand).declaration(other)
                doc = ast.get_docstring(node) if isinstance(node, Function) else None
                yield ast.unparse(documented([told], doc or "")[0])
            elif isinstance(node, ast.Assign):
                yield f"{name}: {'Any' if callable(value) else type(value).__name__}"


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


def documented(nodes: list[Any], text: str) -> list[Any]:
    """Give a function its docstring; if it is overloaded, its first declaration."""
    if text and nodes and isinstance(nodes[0], Function):
        nodes[0].body = [ast.Expr(ast.Constant(text))]
    return nodes


def document(cls: Any, name: str) -> str:
    """Return the first paragraph of PyMongo's docstring of a member, and all of ours."""
    member = inspect.getattr_static(cls, name, None)
    if name == "__init__" and issubclass(cls, tornado_pymongo.MongoClient):
        return document_of_class(cls)  # or an editor would show that of another class
    if name.startswith("_") or not (inspect.isroutine(member) or isinstance(member, property)):
        return ""
    ours, theirs = member.__doc__ or "", ""
    for kind in ("_sync_class", "_async_class"):
        doc = inspect.getdoc(getattr(getattr(cls, kind, None), name, None))
        if doc and ours.endswith(doc):
            ours, theirs = ours.removesuffix(doc), doc
    ours, _, _ = ours.partition("PyMongo's documentation of its source")
    return f"{first_paragraph(theirs)}\n\n{inspect.cleandoc(ours)}".strip()


def document_of_class(cls: Any) -> str:
    """Return the first paragraph of PyMongo's docstring of a class, and all of ours."""
    source = getattr(cls, "_sync_class", None)
    bases = [base for base in cls.__mro__ if source and getattr(base, "_sync_class", 0) is source]
    texts = [inspect.cleandoc(base.__doc__ or "") for base in bases or [cls]]
    if source:
        last = inspect.getdoc(source) or ""
        for i in reversed(range(len(texts))):  # each can end in the one below
            texts[i], last = texts[i].removesuffix(last), texts[i]
        told = vars(source).get("__doc__") or source.__init__.__doc__ or ""
        texts.insert(0, first_paragraph(inspect.cleandoc(told)))
    return "\n\n".join(dict.fromkeys(map(str.strip, filter(None, texts))))


def first_paragraph(text: str) -> str:
    """Return the first paragraph of a docstring."""
    return textwrap.fill(text.partition("\n\n")[0], 88)


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
    """Return the default of an argument as a stub shows it: only if it is a literal."""
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
        body: list[Any] = [ast.Expr(ast.Constant(document_of_class(self._cls)))]
        for name in names:
            body += documented(self.member(name), document(self._cls, name))
        body += self._passed_on(names)
        node: Any = ast.parse(f"class {self._cls.__name__}({', '.join(self._bases())}): ...").body[
            0
        ]
        node.body = body
        return ast.unparse(node)

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

    def _find(self, name: str, in_by_hand: bool = True) -> tuple[Source, list[ast.stmt]]:
        """Return what defines a member of the class, and the source that this stands in."""
        if in_by_hand and (found := by_hand.definitions(self._cls.__name__, name)):
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
            nodes = list(map(self._with_future, nodes))
        return nodes

    def coroutine_functions(self, name: str) -> list[Any]:
        """Return the declarations of a coroutine function, which a method of ours stands for."""
        _, found = self._find(name)
        return self._translated(name, in_by_hand=isinstance(found[0], ast.AsyncFunctionDef))

    def _translated(self, name: str, in_by_hand: bool = True, **substitutes: str) -> list[Any]:
        source, found = self._find(name, in_by_hand)
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
        # A method that always refuses is left out: checkers refuse a method that is not there. They
        # would take the code after a call that never returns for unreachable, and ignore it.
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

    def _with_future(self, node: Any) -> Any:
        """Return what stands here for a coroutine function: it returns a Future, takes a callback.

        With a callback it returns None at run time. To say so would take two overloads; and then
        the result is of any type if options are passed on (``**options``), which could hold one.
        """
        result = ast.unparse(node.returns)
        node = as_plain(node)
        if "property" in decorators(node):
            node.returns = expression(self._future(result))
            return node
        method = getattr(self._at_run_time, node.name, None)
        parameter = inspect.signature(method).parameters["callback"] if method else None
        positional = parameter is not None and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        callback, returned = map(self._stub.name, [f"{TYPES}.CallbackOf", f"{TYPES}.R"])
        add_argument(node, "callback", f"{callback}[{result}, {returned}] | None", positional)
        node.returns = expression(self._future(result, returned))
        return node

    def _future(self, *parameters: str) -> str:
        """Return the type of a Future of a result, and of what a callback returns if it has one."""
        result, *returned = parameters
        cls, _, parameter = result.partition("[")
        for name, future_class in cursor_future.future_classes.items():
            if cls.endswith(name):
                item = "bytes" if "RawBatch" in cls else parameter[:-1]
                future = self._stub.name(full_name(future_class))
                return f"{future}[{', '.join([result, item, *returned])}]"
        future = self._stub.name("tornado_pymongo.futures.CallFuture")
        return f"{future}[{', '.join(parameters)}]"

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
            found = ClassStub(self._stub, owner)._translated(name, DocumentType=item, Self=cursor)
            for i, node in enumerate(found):
                node.args.args[0].annotation = expression(this)
                if isinstance(node, ast.AsyncFunctionDef):
                    found[i] = self._with_future(node)
            nodes += documented(found, document(owner, name))
        return nodes


class FaceStub(ClassStub):
    """The stub of a class with a name of PyMongo Async's, whose methods are coroutine functions.

    To checkers it derives from PyMongo Async's class and not from ours as well: else they would not
    take a subclass's coroutine function for a method of ours, which returns a Future.
    """

    def __init__(self, stub: Stub, cls: Any) -> None:
        super().__init__(stub, cls)
        (self._ours,) = (ours for ours, face in FACES.items() if face is cls)
        self._base = FACES.get(self._ours.__bases__[0])
        self._owners = {  # by the name of a member, the first class of ours that has it
            name: ours
            for ours in reversed(self._ours.__mro__)
            if ours.__module__ in SHARED
            for name in ClassStub(Stub(stub.module), ours).names()
        }

    def names(self) -> list[str]:
        """Return the names of the members that its base among these classes does not have so."""
        known = FaceStub(self._stub, self._base)._owners if self._base else {}
        names = [name for name, owner in self._owners.items() if known.get(name) is not owner]
        return list(dict.fromkeys(names + members(by_hand, self._cls)))

    def _bases(self) -> list[str]:
        if self._cls.__name__ in by_hand.classes and by_hand.classes[self._cls.__name__].bases:
            return super()._bases()
        twin = vars(self._ours)["_async_class"]
        parameter = self._parameter() if is_generic(self._ours) else ""
        bases = [self._stub.name(full_name(twin)) + parameter]
        if self._base:
            base = self._stub.name(RENAMED_FACES[full_name(self._ours.__bases__[0])])
            bases.insert(0, base + (parameter or f"[{self._stub.name('typing.Any')}]"))
        return bases

    def member(self, name: str) -> list[Any]:
        """Return what declares a member: a coroutine function, or what ours has."""
        if by_hand.definitions(self._cls.__name__, name):
            return super()._translated(name)
        ours = ClassStub(self._stub, self._owners[name], self._cls)
        if is_async_def(inspect.getattr_static(self._cls, name, None)):
            return ours.coroutine_functions(name)
        return ours.member(name)

    def _passed_on(self, known: list[str]) -> list[Any]:
        return []


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
            futures = cursor_future.future_classes.values()
            variables = ["CursorT", "ItemT", "ReturnT"] if base in futures else ["DocumentType"]
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


def is_async_def(member: Any) -> bool:
    """Tell whether a method or property is a coroutine function, and not only marked as one."""
    code = getattr(getattr(member, "fget", member), "__code__", None)
    return code is not None and bool(code.co_flags & inspect.CO_COROUTINE)


def is_settable(cls: type, name: str) -> bool:
    """Tell whether PyMongo's asynchronous class lets an attribute of its objects be set."""
    member = inspect.getattr_static(vars(cls)["_async_class"], name, None)
    return isinstance(member, property) and member.fset is not None


def as_property(name: str, annotation: str) -> ast.stmt:
    """Return the declaration of a property that cannot be set."""
    return ast.parse(f"@property\ndef {name}(self) -> {annotation}: ...").body[0]


def add_argument(node: ast.FunctionDef, name: str, annotation: str, positional: bool) -> None:
    """Add an argument that is None by default to a function."""
    arguments = node.args.args if positional else node.args.kwonlyargs
    arguments.append(ast.arg(name, expression(annotation)))
    (node.args.defaults if positional else node.args.kw_defaults).append(expression("None"))


def formatted(code: str) -> str:
    """Return some code with its imports in order, and in the style of the house."""
    for command in ["check --fix --quiet --select F401,I,UP", "format"]:
        ruff = [sys.executable, "-m", "ruff", *command.split(), "--stdin-filename", "stub.pyi", "-"]
        code = subprocess.run(
            ruff, input=code, cwd=HOME, check=True, stdout=subprocess.PIPE, text=True
        ).stdout
    return code


def test() -> int:
    """Run mypy's stubtest, with a module for the stub that has none."""
    from mypy import stubtest

    module = types.ModuleType(TYPES)
    for name, home in HOMES.items():
        if home in SHARED:
            setattr(module, name, getattr(sys.modules[home], name))
    sys.modules[TYPES] = module
    inspect.iscoroutinefunction = is_async_def  # type: ignore[assignment]
    sys.argv[1:] = ["tornado_pymongo", "--allowlist", str(BY_HAND.with_name("stubtest.allow"))]
    return stubtest.main()


def main() -> int:
    """Write the stubs, or compare them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, show what differs")
    parser.add_argument("--test", action="store_true", help="write nothing, run mypy's stubtest")
    options = parser.parse_args()
    if options.test:
        return test()
    check = options.check
    differs = False
    for module in MODULES:
        path = HOME / f"{module.replace('.', '/')}.pyi"
        old = path.read_text() if path.exists() else ""
        renamed = RENAMED if module.startswith(MOTOR) else {}
        new = Stub(module, RENAMED_FACES if module in FACE_MODULES else renamed).text()
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
