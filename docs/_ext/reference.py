"""The API reference, made from the code: for each member, what runs where.

``.. bridged:: tornado_pymongo.Collection`` describes a class derived from one of PyMongo's:
of each member, whether it runs in a worker or at once, what it returns, what it does in a sentence
(PyMongo's, or all of this library's own docstring), its parameters with their types, its errors,
its source, and where PyMongo's documentation has it. The types are from the stubs.

Whatever is not derived is described by autodoc, whose docstrings come through here as well: their
names in backticks become links where they lead somewhere, and code where they do not. References
to names of PyMongo lead to its documentation.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import re
import textwrap
from collections.abc import Container, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from pydoc import locate
from types import ModuleType
from typing import Any

import pymongo
import sources
import stubs
import upstream
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole

import tornado_pymongo
from tornado_pymongo import derive
from tornado_pymongo.proxy import Proxy
from tornado_pymongo.pymongo_async.core import faces

# The modules whose public names are all in the reference.
MODULES = [
    "tornado_pymongo",
    "tornado_pymongo.aiohttp",
    "tornado_pymongo.errors",
    "tornado_pymongo.metrics",
    "tornado_pymongo.motor",
    "tornado_pymongo.motor.aiohttp",
    "tornado_pymongo.motor.core",
    "tornado_pymongo.motor.motor_asyncio",
    "tornado_pymongo.motor.motor_gridfs",
    "tornado_pymongo.motor.motor_tornado",
    "tornado_pymongo.motor.web",
    "tornado_pymongo.pymongo_async",
    "tornado_pymongo.pytest_plugin",
    "tornado_pymongo.testing",
    "tornado_pymongo.web",
]

# What the chips of the pages say, and the legend of them.
RUNS = {"worker": "in a worker", "future": "see below", "loop": "at once"}


@functools.cache
def public_names(module: ModuleType) -> list[str]:
    """Return the names that a module has for its users: in ``__all__``, or made there."""
    names = set(getattr(module, "__all__", ()))
    # Those of Motor's modules that have no ``__all__`` hold what others there have made.
    homes = {module.__name__} if names else {module.__name__, "tornado_pymongo.motor.core"}
    for name, value in vars(module).items():
        constant = rf"^{name}(: [^=]+)? = "
        made_here = getattr(value, "__module__", None) in homes or (
            isinstance(value, (str, int, tuple))
            and re.search(constant, inspect.getsource(module), re.MULTILINE)
        )
        if made_here and not name.startswith("_"):
            names.add(name)
    return sorted(names)


def other_names(value: Any) -> list[str]:
    """Return all names under which a class or function is public."""
    if not inspect.isclass(value) and not inspect.isroutine(value):
        return []
    modules = map(import_module, MODULES)
    return [
        f"{module.__name__}.{name}"
        for module in modules
        for name in public_names(module)
        if getattr(module, name) is value
    ]


def bridged_members(cls: type[Any]) -> list[str]:
    """Return the names of the public members that none of its public bases has just as it has."""
    bases = [base for base in cls.__mro__[1:] if entry_of(base)]
    return [
        name
        for name in dir(cls)
        if not name.startswith("_")
        and not any(
            _same(inspect.getattr_static(cls, name), inspect.getattr_static(base, name, None))
            for base in bases
        )
    ]


def entry_of(cls: type) -> str | None:
    """Return the name under which a derived class has an entry of its own, if it has one."""
    if not issubclass(cls, Proxy):
        return None
    if getattr(tornado_pymongo, cls.__name__, None) is cls:
        return f"tornado_pymongo.{cls.__name__}"
    if cls.__module__.startswith("tornado_pymongo.motor.") and not cls.__name__.startswith("_"):
        return f"{cls.__module__}.{cls.__name__}"
    return None


def _same(member: Any, inherited: Any) -> bool:
    """Tell whether it is inherited, or was derived anew with the same outcome."""
    if member is inherited:
        return True
    if not _is_derived(member) or not _is_derived(inherited):
        return False
    return (
        type(member) is type(inherited)
        and _function(member).__code__ is _function(inherited).__code__
    )


def _function(member: Any) -> Any:
    member = getattr(member, "fget", member)  # of a property
    return getattr(member, "__func__", member)


def _is_derived(member: Any) -> bool:
    code = getattr(_function(member), "__code__", None)
    return code is None or code.co_filename == derive.__file__


def runs_where(cls: type[Any], name: str) -> str:
    """Return "worker", "loop" or, of what is written by hand and waits, "future"."""
    member = inspect.getattr_static(cls, name)
    if _is_derived(member):
        if inspect.isroutine(member):
            return "loop" if hasattr(member, "is_immediate") else "worker"
        names = member.fget.__code__.co_names if isinstance(member, property) else ()
        return "worker" if "_start" in names else "loop"
    return "future" if re.search("Future|Latent", stubs.returned(cls, name) or "") else "loop"


# Docstrings


def linked(
    text: str, cls: type | None = None, full_name: str = "", parameters: Container[str] = ()
) -> str:
    """Return a docstring with its names in backticks as links, or else as code."""
    text = re.sub(
        r"\s*The\s+source\s+is\s+(PyMongo's|the)?\s*`[\w.]+`(\s+of\s+\w+'s\s+class)?\.", "", text
    )

    def link(match: re.Match[str]) -> str:
        name = match[1]
        entry = None if name in parameters else _entry_of(name, cls, full_name)
        return f":py:obj:`{name} <{entry}>`" if entry else f"``{name}``"

    return re.sub(r"(?<![`:\w])`([\w.]+)`(?![`_])", link, text)


def _entry_of(name: str, cls: type | None, full_name: str) -> str | None:
    """Return the entry of the reference that a name in a docstring of `cls` means, if any."""
    if cls is not None and hasattr(cls, name):
        for base in cls.__mro__:
            owner = full_name if base is cls else entry_of(base)
            if owner and (entry_of(base) is None or name in bridged_members(base)):
                return f"{owner}.{name}"
        return None
    if re.match(r"(pymongo|gridfs)\.", name):
        return name if upstream.url(name) else None
    if name.startswith("tornado_pymongo."):
        return name if locate(name) is not None else None
    head, _, member = name.partition(".")
    value = getattr(tornado_pymongo, head, None)
    if value is None or isinstance(value, ModuleType) or (member and not hasattr(value, member)):
        return None
    if value in faces.values():
        member = ""  # their members have no entries
    return f"tornado_pymongo.{value.__name__}" + (f".{member}" if member else "")


def own_docstring(member: Any, source: Any) -> str:
    """Return the part of a docstring that is this library's."""
    doc = inspect.getdoc(member) or ""
    return doc.removesuffix(inspect.getdoc(source) or "\0").strip()


def _own_part(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Put a docstring that autodoc has found in order."""
    owner = obj if inspect.isclass(obj) else locate(name.rpartition(".")[0])
    if not inspect.isclass(owner):
        owner = None
    owner_name = name if inspect.isclass(obj) else name.rpartition(".")[0]
    lines[:] = linked("\n".join(lines), owner, owner_name).split("\n")


# The pages


def _without_addresses(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, signature: str, returns: str
) -> tuple[str, str] | None:
    """Show "..." for a default that has no other name, in a signature that autodoc has found."""
    return (re.sub(r"<[^<>]*>", "...", signature), returns) if signature else None


def signature_of(member: Any) -> str:
    """Return the parameters of a method or class, without types: those are in the stubs."""
    signature = inspect.signature(member).replace(return_annotation=inspect.Signature.empty)
    parameters = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in signature.parameters.values()
        if parameter.name != "self"
    ]
    return re.sub(
        r"<[^<>]*>|\w+\(.*?\)(?=[,)])", "...", str(signature.replace(parameters=parameters))
    )


class Bridged(SphinxDirective):
    """Describe a class that was derived from one of PyMongo's, and its members."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the description."""
        self._name = self.arguments[0]
        self._class: Any = locate(self._name)
        for path in (__file__, *Path(tornado_pymongo.__file__).parent.rglob("*.py*")):
            self.env.note_dependency(str(path))  # so that the next build says it anew
        module, _, name = self._name.rpartition(".")
        lines = [f".. py:currentmodule:: {module}", ""]
        lines += [f".. py:class:: {name}{self._signature()}", ""]
        lines += _indented(self._class_lines())
        return self.parse_text_to_nodes("\n".join(lines))

    def _signature(self) -> str:
        if "__init__" in vars(self._class):
            return signature_of(self._class)
        # Without a constructor of its own it takes PyMongo's arguments, if it is there to be made.
        made = self._class.__name__.endswith(("Database", "GridFS", "GridFSBucket", "Encryption"))
        return signature_of(self._class._sync_class) if made else ""

    def _class_lines(self) -> Iterator[str]:
        cls = self._class
        yield linked(own_docstring(cls, cls._sync_class), cls, self._name)
        yield ""
        facts = []
        others = [f"``{name}``" for name in other_names(cls) if name != self._name]
        if others:
            facts.append(f"Also {', '.join(others)}.")
        nearest = (next(filter(entry_of, base.__mro__), None) for base in cls.__bases__)
        if bases := list(filter(None, nearest)):
            links = [f":py:obj:`{base.__name__} <{entry_of(base)}>`" for base in bases]
            facts.append(f"Has all members of {' and '.join(links)}.")
        uses = [text for special, text in _SPECIAL.items() if hasattr(cls, special)]
        if uses:
            facts.append(f"To be used with {' and '.join(uses)}.")
        source = upstream.name_of(cls._sync_class)
        facts.append(f"PyMongo's: `{source} <{upstream.url(source)}>`__.")
        yield " ".join(facts)
        yield ""
        members = bridged_members(cls)
        for runs, text in _OVERVIEW.items():
            links = [
                f":py:obj:`{each} <{self._name}.{each}>`"
                for each in members
                if runs_where(cls, each) == runs
            ]
            if links:
                yield f":runs:`{runs}` {text}: {' '.join(links)}"
                yield ""
        # What PyMongo has not comes first.
        for each in sorted(members, key=lambda each: hasattr(cls._sync_class, each)):
            yield from self._member_lines(each)

    def _member_lines(self, name: str) -> Iterator[str]:
        cls = self._class
        member = inspect.getattr_static(cls, name)
        is_method = inspect.isroutine(member)
        kind = "method" if is_method else "attribute"
        yield f".. py:{kind}:: {name}{signature_of(getattr(cls, name)) if is_method else ''}"
        yield ""
        runs = runs_where(cls, name)
        facts = [f":runs:`{runs}`"]
        if (result := stubs.returned(cls, name)) is not None:
            facts.append(_returns(result, is_method))
        if hasattr(cls._sync_class, name):
            place = upstream.url(f"{upstream.name_of(cls._sync_class)}.{name}")
            facts.append(f"`PyMongo's docs <{place}>`__")
        doc, parameters = "", {}
        if not _is_derived(member):
            doc = own_docstring(_function(member), getattr(cls._sync_class, name, None))
        if is_method:
            parameters = inspect.signature(member).parameters
            if doc and member.__name__ != name:
                doc = f"Another name of `{member.__name__}`."
        doc = linked(doc, cls, self._name, parameters) or upstream.summary(cls._sync_class, name)
        more = [*self._parameter_lines(name, parameters), *self._error_lines(name, runs)]
        yield from _indented([" · ".join(facts), "", doc, "", *more])

    def _parameter_lines(self, name: str, parameters: Iterable[str]) -> Iterator[str]:
        """Yield a folded list: of each parameter its type, and what it is in a sentence."""
        types = stubs.types_of_parameters(self._class, name)
        texts = upstream.parameters(self._upstream_doc(name))
        shown = [each for each in parameters if each not in ("self", "callback") and each in types]
        if shown:
            yield from (".. fold:: Parameters", "")
        for each in shown:
            text = f": {texts[each]}" if each in texts else ""
            yield f"   - ``{each}`` ({types[each]}){text}"
        yield ""

    def _error_lines(self, name: str, runs: str) -> Iterator[str]:
        """Yield a line of the errors that a member is known for."""
        result = stubs.returned(self._class, name) or ""
        known = []
        for error in upstream.errors(name, self._upstream_doc(name), result):
            last = error.rpartition(".")[2]
            known.append(f":py:exc:`{last} <{error}>`" if "." in error else f"``{error}``")
        any_call = "" if runs == "loop" else "the errors of :doc:`any call </reference/errors>`"
        if any_call or known:
            yield f"Raises {' and '.join(filter(None, [', '.join(known), any_call]))}."

    def _upstream_doc(self, name: str) -> str:
        return inspect.getdoc(getattr(self._class._sync_class, name, None)) or ""


_SPECIAL = {"__aiter__": "``async for``", "__aenter__": "``async with``"}

_OVERVIEW = {
    "worker": "run in a worker thread and return a Future",
    "future": "return a Future, and run where it says below",
    "loop": "run at once, in the caller's thread",
}


def _returns(annotation: str, is_method: bool) -> str:
    match = re.match(r"(\w+)\[(.*)\]$", annotation, re.DOTALL)
    if match is None or not match[1].endswith(("Future", "LatentCommandCursor")):
        return stubs.readable(annotation)
    if match[1] != "CallFuture":
        what = "change stream" if "Stream" in match[1] else "cursor"
        return f"a Future of a {what} that can be used as the {what}, too"
    result = match[2].removesuffix(", R")  # R is what a callback returns
    return f"a Future of {stubs.readable(result)}" + ("" if is_method else ": await the attribute")


def _indented(lines: Any) -> Iterator[str]:
    for line in lines:
        yield textwrap.indent(line, "   ")


class Reexports(SphinxDirective):
    """List what the package has from PyMongo as it is."""

    def run(self) -> list[nodes.Node]:
        """Return an entry for each name, with a link to PyMongo's documentation."""
        lines = [".. py:currentmodule:: tornado_pymongo", "", ".. container:: one-line-each", ""]
        for name in tornado_pymongo.__all__:
            value = getattr(tornado_pymongo, name)
            if value is getattr(pymongo, name, None):
                is_function = inspect.isroutine(value)
                kind = "class" if inspect.isclass(value) else "function" if is_function else "data"
                lines += [f"   .. py:{kind}:: {name}{'(seconds)' if is_function else ''}", ""]
                lines += [f"      `PyMongo's docs <{upstream.url(f'pymongo.{name}')}>`__", ""]
        return self.parse_text_to_nodes("\n".join(lines))


class Faces(SphinxDirective):
    """List the classes that have PyMongo Async's names."""

    def run(self) -> list[nodes.Node]:
        """Return an entry for each, with a link to the class of ours."""
        lines = [".. py:currentmodule:: None", ""]
        for cls, face in faces.items():
            name, module = face.__name__, face._async_class.__module__
            lines += [f".. py:class:: tornado_pymongo.pymongo_async.{name}"]
            lines += [f"              tornado_pymongo.{name}", ""]
            ours = f":py:obj:`{cls.__name__} <{entry_of(cls)}>`"
            lines += [f"   A subclass of {ours} and of PyMongo's ``{module}.{name}``.", ""]
        return self.parse_text_to_nodes("\n".join(lines))


class Statistics(SphinxDirective):
    """List the fields of the statistics of a client's threads."""

    def run(self) -> list[nodes.Node]:
        """Return an entry for each field: what it counts, and whether it only grows."""
        lines = []
        for field in dataclasses.fields(tornado_pymongo.WorkerStatistics):
            lines += [f".. py:attribute:: {field.name}"]
            lines += [f"   :type: {field.type}", ""]
            lines += [f"   {field.metadata['text']} *({field.metadata['kind']})*", ""]
        return self.parse_text_to_nodes("\n".join(lines))


class Runs(SphinxRole):
    """A chip that says what runs where."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the chip."""
        text = RUNS[self.text]
        return [nodes.inline(text, text, classes=["runs", f"runs-{self.text}"])], []


def _to_pymongo(app: Sphinx, env: Any, node: Any, content: Any) -> nodes.reference | None:
    """Resolve a reference to a name of PyMongo."""
    target = node.get("reftarget", "")
    if not re.match(r"(pymongo|gridfs|bson)(\.\w+)+$", target):
        return None
    url = upstream.url(target)
    return None if url is None else nodes.reference("", "", content, refuri=url, internal=False)


def _note_other_names(app: Sphinx, doctree: nodes.document) -> None:
    """Have the other names of what is described here lead here, too."""
    domain = app.env.domains.python_domain
    for signature in doctree.findall(addnodes.desc_signature):
        for node_id in signature["ids"]:
            if (known := domain.objects.get(node_id)) is not None:
                for name in {*other_names(locate(node_id))} - domain.objects.keys():
                    domain.note_object(name, known.objtype, node_id, aliased=True)


def setup(app: Sphinx) -> dict[str, Any]:
    """Add it all to Sphinx."""
    for name in MODULES:
        import_module(name)
    app.add_directive("bridged", Bridged)
    app.add_directive("faces", Faces)
    app.add_directive("reexports", Reexports)
    app.add_directive("statistics", Statistics)
    app.add_role("runs", Runs())
    app.connect("autodoc-process-docstring", _own_part)
    app.connect("autodoc-process-signature", _without_addresses)
    app.connect("missing-reference", _to_pymongo)
    app.connect("doctree-read", _note_other_names)
    app.connect("html-collect-pages", sources.pages)
    app.config.linkcode_resolve = sources.place
    return {"version": pymongo.version, "parallel_read_safe": True}
