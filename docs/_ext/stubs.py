"""What the package's stubs say: the types of results and parameters, fit to be read."""

from __future__ import annotations

import ast
import functools
import re
import sys
from pathlib import Path

import tornado_pymongo


@functools.cache
def _stub(module: str) -> dict[str, dict[str, ast.FunctionDef | ast.AnnAssign]]:
    """Return the members of each class in the stub of a module."""
    path = Path(str(sys.modules[module].__file__))
    if path.with_suffix(".pyi").exists():
        path = path.with_suffix(".pyi")
    text = path.read_text()
    if "_types" in text and not module.startswith("tornado_pymongo.motor."):  # they are all there
        text = Path(tornado_pymongo.__file__).with_name("_types.pyi").read_text()
    classes: dict[str, dict[str, ast.FunctionDef | ast.AnnAssign]] = {}
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.ClassDef):
            members = classes[statement.name] = {}
            for member in statement.body:
                if isinstance(member, ast.FunctionDef) and member.returns is not None:
                    members.setdefault(member.name, member)
                elif isinstance(member, ast.AnnAssign):
                    members[ast.unparse(member.target)] = member
    return classes


def _in_stub(cls: type, name: str) -> ast.FunctionDef | ast.AnnAssign | None:
    for base in cls.__mro__:
        if base.__module__ in sys.modules and base.__module__.startswith("tornado_pymongo"):
            found = _stub(base.__module__).get(base.__name__, {}).get(name)
            if found is not None:
                return found
    return None


def returned(cls: type, name: str) -> str | None:
    """Return the type of what a member returns without ``callback=``, as the stubs have it."""
    member = _in_stub(cls, name)
    if member is None:
        return None
    annotation = member.annotation if isinstance(member, ast.AnnAssign) else member.returns
    return None if annotation is None else ast.unparse(annotation)


def types_of_parameters(cls: type, name: str) -> dict[str, str]:
    """Return the types of a method's parameters, as the stubs have them, in their order."""
    member = _in_stub(cls, name)
    if not isinstance(member, ast.FunctionDef):
        return {}
    given = member.args
    every = [*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg]
    return {
        each.arg: readable(ast.unparse(each.annotation))
        for each in every
        if each is not None and each.annotation is not None
    }


# What PyMongo's aliases stand for.
ALIASES = {
    "_Sort": "str | Sequence[str | tuple[str, int]]",
    "_IndexList": "str | Sequence[str | tuple[str, int]]",
    "_IndexKeyHint": "str | Sequence[str | tuple[str, int]]",
    "_Hint": "str | Sequence[str | tuple[str, int]]",
    "_CollationIn": "Collation | Mapping",
    "_Pipeline": "Sequence[Mapping]",
    "_ServerMode": "ReadPreference",
    "_Address": "tuple[str, int]",
}


def readable(annotation: str) -> str:
    """Return an annotation as a page shows it."""
    annotation = re.sub(r"\b(builtins|(pymongo|bson|tornado_pymongo)(\.\w+)+)\.", "", annotation)
    annotation = re.sub(r"\b(_?Document|_Codec)Type\w*\b", "document", annotation)
    annotation = re.sub(r"\[(document|_\w+|ItemT|Any)\]", "", annotation)  # a Cursor of documents
    annotation = re.sub(r"\b_T\b", "what the function returns", annotation)
    annotation = re.sub(r"\b_\w+", lambda found: ALIASES.get(found[0], found[0][1:]), annotation)
    return "itself" if annotation == "Self" else f"``{annotation}``"
