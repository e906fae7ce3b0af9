"""What PyMongo says of its members, in short, and where its documentation and source have them."""

from __future__ import annotations

import builtins
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from pydoc import locate
from types import ModuleType
from typing import Any

import pymongo
import pymongo.errors

SITE = "https://pymongo.readthedocs.io/en/stable/api"
SOURCE = f"https://github.com/mongodb/mongo-python-driver/blob/{pymongo.version}"

# What PyMongo itself says nothing of.
UNDOCUMENTED = {
    "Collection.next": "Raises ``TypeError``: a collection cannot be iterated over.",
    "Database.next": "Raises ``TypeError``: a database cannot be iterated over.",
    "MongoClient.next": "Raises ``TypeError``: a client cannot be iterated over.",
    "MongoClient.eq_props": "Return the properties by which two clients are compared.",
    "GridIn.read": "Raises ``io.UnsupportedOperation``: a file is written only.",
    "GridIn.readable": "Return False: a file is written only.",
    "GridIn.seekable": "Return False.",
    "GridIn.set": "Set an attribute, which is stored when the file is closed.",
    "GridIn.writeable": "Return True.",
    "GridOut.closed": "Whether the file is closed.",
    "GridOut.write": "Raises ``io.UnsupportedOperation``: a file is read only.",
}

# The errors of writing, by what a method returns or its name: PyMongo does not say them of each.
WRITING = {
    "InsertOneResult": ["DuplicateKeyError"],
    "InsertManyResult": ["BulkWriteError"],
    "BulkWriteResult": ["BulkWriteError"],
    "ClientBulkWriteResult": ["ClientBulkWriteException"],
    "UpdateResult": ["WriteError"],
    "DeleteResult": ["WriteError"],
    "find_one_and_(update|replace)": ["DuplicateKeyError"],
}


def url(name: str) -> str | None:
    """Return where PyMongo's documentation has a name, if there is such a thing."""
    if locate(name) is None and locate(name.rpartition(".")[0]) is None:
        return None
    module, rest = name, ""
    while not isinstance(locate(module), ModuleType):
        module, _, last = module.rpartition(".")
        rest = f".{last}{rest}"
    page = module
    if module == "pymongo" and rest:
        if rest[1:].isupper():  # ASCENDING and the like
            page = "pymongo.collection"
        elif inspect.isclass(value := locate(name)):
            page = module = re.sub(r"\.synchronous|_shared", "", value.__module__)
    path = page.replace(".", "/") + ("" if "." in page else "/index")
    return f"{SITE}/{path}.html" + (f"#{module}{rest}" if rest else "")


def name_of(cls: type) -> str:
    """Return the name that PyMongo's documentation has for one of its classes."""
    module = cls.__module__.replace(".synchronous", "")
    if module == "gridfs.grid_file" and cls.__name__ in ("GridFS", "GridFSBucket"):
        module = "gridfs"
    return f"{module}.{cls.__name__}"


def source_url(function: Any) -> str | None:
    """Return where the source of a function of PyMongo's is, of the version that is installed."""
    function = getattr(function, "fget", function)  # of a property
    function = inspect.unwrap(getattr(function, "__func__", function))
    try:
        path, (_, line) = inspect.getsourcefile(function), inspect.getsourcelines(function)
    except (OSError, TypeError):  # written in C, or no function
        return None
    root = Path(str(pymongo.__file__)).parents[1]
    if path is None or not Path(path).is_relative_to(root):
        return None
    return f"{SOURCE}/{Path(path).relative_to(root).as_posix()}#L{line}"


# Docstrings


def plain(text: str) -> str:
    """Return a text with its roles and links as words and code, fit for a page of ours."""
    text = " ".join(text.split())
    text = re.sub(r":\w+:`[~!]?(?:[\w.]+\.)?(\w+)(?:\(\))?`", r"``\1``", text)
    text = re.sub(r":\w+:`([^`<]+?)\s*<[^`]*>`", r"\1", text)
    text = re.sub(r"`([^`<]+?)\s*<[^`]*>`__?", r"\1", text)
    text = re.sub(r"(?<!`)`([^`<]+)`__?", r"\1", text)
    text = re.sub(r"(?<!\*)\*\*([^*]+)\*\*", r"\1", text)
    text = re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", text)
    written = ""
    for part in re.split(r"(``.+?``)", text):
        if part.startswith("``"):
            before = "\\ " if re.search(r"[^\s(\[{'\"/-]$", written) else ""
            written += before + part
        else:
            escaped = re.sub(r"([\\*|_`])", r"\\\1", part)
            written += (
                "\\ " if written and re.match(r"[^\s.,:;!?)\]}'\"/-]", part) else ""
            ) + escaped
    return written


def first_sentence(text: str) -> str:
    """Return the first sentence of the first paragraph of a text."""
    paragraph = re.split(r"\n\s*\n|\n\s*(?:- |>>>|\.\. )", text.strip())[0]
    match = re.match(
        r"(.+?(?<!e\.g)(?<!i\.e)(?<!etc)\.)(?=\s+[A-Z`:(*]|\s*$)", paragraph, re.DOTALL
    )
    sentence = plain((match[1] if match else paragraph).rstrip(": "))
    return sentence[:1].upper() + sentence[1:] + ("" if re.search(r"[.!?]$", sentence) else ".")


def summary(cls: type, name: str) -> str:
    """Return in a sentence what a member of one of PyMongo's classes does, or is."""
    doc = inspect.getdoc(getattr(cls, name, None)) or ""
    doc = re.sub(r"^\*\*(DEPRECATED)\*\*\s*[:-]*\s*", r"\1: ", doc)
    if doc:
        return first_sentence(doc)
    return UNDOCUMENTED.get(f"{cls.__name__}.{name}", "")


def parameters(doc: str) -> dict[str, str]:
    """Return in a sentence what each parameter is, as a docstring has it."""
    return {
        match[1]: first_sentence(re.sub(r"^\s*\(optional\):?\s*", "", match[2]))
        for match in re.finditer(r"^:param \**(\w+)`?:?(.*?)(?=^\S|\Z)", doc, re.M | re.S)
        if match[2].strip()
    }


def errors(name: str, doc: str, result: str) -> Iterator[str]:
    """Return the full names of a method's errors: its docstring's, and those of such writes."""
    found: dict[str, None] = {}
    for paragraph in re.split(r"\n\s*\n", doc):
        if re.search(r"\brais", paragraph, re.I):
            for role, code in re.findall(
                r":(?:class|exc):`[~!]?([\w.]+)`|``(\w+Error)``", paragraph
            ):
                found[role or code] = None
    for kind, names in WRITING.items():
        if re.search(rf"\b{kind}\b", result) or re.match(kind, name):
            found.update(dict.fromkeys(names))
    for each in found:
        for full in (each, f"pymongo.errors.{each}", f"gridfs.errors.{each}"):
            error = locate(full) or getattr(builtins, full, None)
            if inspect.isclass(error) and issubclass(error, Exception):
                yield full
                break


def client_options() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Return the options of a client by their groups, and what PyMongo says of each."""
    doc = inspect.getdoc(pymongo.MongoClient.__init__) or ""
    before, _, rest = doc.partition(":param kwargs:")
    yield "Documents and addresses", list(parameters(before).items())
    title, group = "Connections, timeouts and the rest", []
    pattern = r"^ +\| \*\*([^*:]+)|^ {0,4}- `(\w+)`(.*?)(?=^ {0,4}- `|^ +\| \*\*|^\S|\Z)"
    for match in re.finditer(pattern, rest, re.M | re.S):
        if match[1]:
            yield title, group
            title, group = match[1].strip(), []
        else:
            group.append((match[2], match[3].lstrip(": ")))
    yield title, group
