"""``.. tested-with::`` lists what this library is tested with, as tox.ini and setup.cfg have it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from configparser import ConfigParser
from itertools import product
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parents[2]


def settings_in(name: str) -> ConfigParser:
    """Return a configuration file of the top folder."""
    settings = ConfigParser(interpolation=None)
    settings.read(ROOT / name)
    return settings


def expanded(text: str) -> list[str]:
    """Return the environments in a list of tox's, such as ``py{310,311}-oldest, lint``."""
    names = []
    for name in re.split(r",\s*(?![^{]*})", text.strip()):
        parts = [part.strip("{}").split(",") for part in re.split(r"({.*?})", name)]
        names += ["".join(each) for each in product(*parts)]
    return names


def pythons() -> list[str]:
    """Return the tests' environments that are of a certain Python."""
    names = expanded(settings_in("tox.ini")["tox"]["env_list"])
    return [name for name in names if re.match(r"py\d", name)]


def pymongos() -> list[str]:
    """Return the tests' environments that are of a certain PyMongo."""
    return expanded(settings_in("tox.ini")["tox"]["labels"].partition("=")[2])


def version_of_python(environment: str) -> str:
    """Return the Python of an environment."""
    match = re.match(r"py3(\d+)(t?)", environment)
    assert match is not None
    return f"3.{match[1]}{', free-threaded' if match[2] else ''}"


def pinned(environment: str, package: str) -> str:
    """Return the version that an environment has of a package, by its factors."""
    for line in settings_in("tox.ini")["testenv"]["deps"].splitlines():
        factors, _, requirement = line.partition(": ")
        if set(factors.split("-")) <= set(environment.split("-")):
            name, _, version = requirement.partition("==")
            if name == package:
                return version.removesuffix(".*")
    return "newest"


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Return the rows of the table: Python, PyMongo, Tornado, how to run it."""
    for name in pythons():
        versions = pinned(name, "pymongo"), pinned(name, "tornado")
        yield version_of_python(name), *versions, f"``{name}``"
    each = [pinned(name, "pymongo") for name in pymongos()]
    yield "that of tox", f"each of {', '.join(each)}", "newest", "label ``pymongo``"


class TestedWith(SphinxDirective):
    """The table of what is tested with what."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        lines = [".. list-table::", "   :header-rows: 1", ""]
        for row in [("Python", "PyMongo", "Tornado", "of tox"), *rows()]:
            lines += [f"   {'-' if n else '* -'} {cell}" for n, cell in enumerate(row)]
        text = "\n".join(lines).replace("\n   - ", "\n     - ")
        return self.parse_text_to_nodes(text)


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive to Sphinx."""
    app.add_directive("tested-with", TestedWith)
    return {"parallel_read_safe": True}
