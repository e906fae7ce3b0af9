"""The source of what the reference describes: a page of ours, or PyMongo's on GitHub."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from pydoc import locate
from types import CodeType
from typing import Any

import upstream
from sphinx.application import Sphinx

import tornado_pymongo
from tornado_pymongo import derive

PACKAGE = Path(tornado_pymongo.__file__).parent


def place(domain: str, info: dict[str, str]) -> str | None:
    """Return where the source of a described object is, for ``sphinx.ext.linkcode``."""
    if domain != "py" or not info["module"]:
        return None
    owner = locate(info["module"])
    *classes, name = info["fullname"].split(".")
    for each in classes:
        owner = getattr(owner, each, None)
    try:
        value = inspect.getattr_static(owner, name)
    except AttributeError:
        return None
    if inspect.isclass(value):
        path, line = str(inspect.getsourcefile(value)), inspect.getsourcelines(value)[1]
        if not Path(path).is_relative_to(PACKAGE):
            return upstream.source_url(value)
    elif (code := _code(value)) is not None:
        path, line = code.co_filename, code.co_firstlineno
    else:
        source = getattr(getattr(owner, "_sync_class", None), name, None)
        return None if source is None else upstream.source_url(source)
    return f"../{_page(Path(path))}.html#line-{max(line, 1)}"


def _code(member: Any) -> CodeType | None:
    """Return the code of a function or property that is written here, not derived."""
    function = getattr(member, "fget", member)
    function = getattr(function, "__func__", function)
    while function is not None:
        code = getattr(function, "__code__", None)
        path = getattr(code, "co_filename", derive.__file__)
        if path != derive.__file__ and Path(path).is_relative_to(PACKAGE):
            return code
        function = getattr(function, "__wrapped__", None)  # of a decorator
    return None


def pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield a page for each module, with a target for each line."""
    for path in sorted(PACKAGE.rglob("*.py")):
        highlighted = app.builder.highlighter.highlight_block(path.read_text(), "python")
        head, start, code = highlighted.partition("<pre>")
        lines = [f'<span id="line-{n}"></span>{line}' for n, line in enumerate(code.split("\n"), 1)]
        name = path.relative_to(PACKAGE.parent).as_posix()
        body = f"<h1>{name}</h1>{head}{start}" + "\n".join(lines)
        yield _page(path), {"title": name, "body": body}, "page.html"


def _page(path: Path) -> str:
    return f"_source/{path.relative_to(PACKAGE.parent).with_suffix('').as_posix()}"
