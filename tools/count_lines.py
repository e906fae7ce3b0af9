"""Counts the lines of code of the library, room by room: no blanks, comments, docstrings.

    python tools/count_lines.py

A room is a module, or a package of them. The total leaves out what is not the driver: Motor's
names, the web, the tools for tests.
"""

from __future__ import annotations

import ast
import io
import tokenize
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "tornado_pymongo"

NOT_THE_DRIVER = {
    "_form",
    "_http",
    "_launch",
    "_mongod",
    "_mongod_keeper",
    "_sending",
    "_serving",
    "aiohttp",
    "motor",
    "pymongo_async",
    "pytest_plugin",
    "testing",
    "web",
}

_NO_CODE = {
    tokenize.COMMENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
    tokenize.INDENT,
    tokenize.NEWLINE,
    tokenize.NL,
}


def count(source: str) -> int:
    """Return how many lines of a source have code."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            match node.body:
                case [ast.Expr(value=ast.Constant(value=str())) as docstring, *_]:
                    lines.difference_update(
                        range(docstring.lineno, (docstring.end_lineno or docstring.lineno) + 1)
                    )
    return len(lines)


def room_of(path: Path, package: Path = PACKAGE) -> str:
    """Return the room of a file: its module, or the package within the library that has it."""
    return path.relative_to(package).parts[0].partition(".")[0]


def count_rooms(package: Path = PACKAGE) -> dict[str, dict[Path, int]]:
    """Return the lines of each file of each room of the driver."""
    rooms: dict[str, dict[Path, int]] = {}
    for path in sorted(package.rglob("*.py")):
        if (room := room_of(path, package)) not in NOT_THE_DRIVER:
            rooms.setdefault(room, {})[path] = count(path.read_text())
    return rooms


def total(rooms: dict[str, dict[Path, int]]) -> int:
    """Return the lines of all rooms."""
    return sum(sum(files.values()) for files in rooms.values())


def main() -> None:
    """Print the table."""
    rooms = count_rooms()
    for room, files in rooms.items():
        print(f"{sum(files.values()):6,}  {room}")
        if len(files) > 1:
            for path, lines in files.items():
                print(f"{'':8}{lines:6,}  {path.name}")
    print(f"{total(rooms):6,}  all")


if __name__ == "__main__":
    main()
