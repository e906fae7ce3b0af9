"""What is derived from each minor version of PyMongo, written down.

``python tests/test_derived_table.py`` adds the installed PyMongo, which must be the newest so far,
to the table.
"""

from __future__ import annotations

import inspect
from pathlib import Path

import pymongo
import pytest

import tornado_pymongo
from tornado_pymongo import derive

TABLE = Path(__file__).with_name("derived_table.txt")


def kind_of(cls, name):
    member = inspect.getattr_static(cls, name)
    if isinstance(member, property):
        getter = member.fget.__code__
        if getter.co_filename == derive.__file__:
            return "awaitable attribute" if "_start" in getter.co_names else "attribute"
    elif not inspect.isroutine(member):
        return "attribute"
    elif member.__code__.co_filename == derive.__file__:
        return "immediate" if hasattr(member, "is_immediate") else "worker"
    return "by hand"


def derived_table():
    """Return {"Class.member": kind} for the installed PyMongo."""
    return {
        f"{cls.__name__}.{name}": kind_of(cls, name)
        for cls in (
            getattr(tornado_pymongo, name)
            for name in tornado_pymongo.__all__
            if not name.startswith("Async")
        )
        if isinstance(cls, type) and issubclass(cls, derive.Derived)
        for name in dir(cls._sync_class)
        if not name.startswith("_")
    }


def written_table():
    """Return {version: what PyMongo had from then on} from the file."""
    versions = {}
    table = {}
    for line in TABLE.read_text().splitlines() if TABLE.exists() else []:
        sign, _, rest = line.partition(" ")
        name, _, kind = rest.partition(" ")
        if sign == "+":
            table[name] = kind
        elif sign == "-":
            del table[name]
        else:
            table = versions[sign] = dict(table)
    return versions


def changes(old, new):
    """Return the lines that tell how one table became another."""
    lost = [f"- {name}" for name in sorted(old.keys() - new.keys())]
    changed = [name for name in sorted(new) if old.get(name) != new[name]]
    return lost + [f"+ {name} {new[name]}" for name in changed]


VERSION = f"{pymongo.version_tuple[0]}.{pymongo.version_tuple[1]}"


def test_what_is_derived_is_what_was_written_down():
    versions = written_table()
    if VERSION not in versions:
        news = changes(list(versions.values())[-1], derived_table())
        pytest.skip(f"PyMongo {VERSION} is new; it changes {news or 'nothing'}")
    assert changes(versions[VERSION], derived_table()) == []


if __name__ == "__main__":
    last = list(written_table().values())[-1:] or [{}]
    with TABLE.open("a") as file:
        print(VERSION, *changes(last[0], derived_table()), sep="\n", file=file)
