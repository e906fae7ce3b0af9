"""Checks the prose: the README, the documentation, docstrings and comments.

    python tools/prose.py [FILE ...]

The rules are in ``tools/prose.ini``. Code, tables of figures and literals are not prose: a literal
counts as one word. Nothing but Python is needed.
"""

from __future__ import annotations

import ast
import configparser
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
RULES = Path(__file__).with_suffix(".ini")

Paragraph = tuple[int, str]  # the number of its first line, and its text in one line


@dataclass(frozen=True)
class Rule:
    """A pattern that no sentence may have, and the advice to the writer."""

    pattern: re.Pattern[str]
    advice: str


def read_rules() -> tuple[int, list[Rule], list[str]]:
    """Return the greatest number of words in a sentence, the rules, and the files to check."""
    config = configparser.ConfigParser(interpolation=None, strict=True)
    config.read(RULES)
    rules = []
    for name, section in config.items():
        if name not in ("DEFAULT", "sentences", "files"):
            pattern = " ".join(section["find"].split())
            rules.append(Rule(re.compile(pattern), section["write"]))
    return config.getint("sentences", "words"), rules, config.get("files", "include").split()


# Directives whose contents are prose; those of all others, such as code-block, are not.
PROSE = {"list-table", "note", "seealso", "warning"}


def without_code(text: str) -> list[str]:
    """Return the lines of reStructuredText; directives, code and comments are empty lines."""
    lines = []
    deeper_than = None  # the indentation of the line whose block is left out
    for line in text.splitlines():
        indentation = len(line) - len(line.lstrip())
        if deeper_than is not None and line.strip() and indentation <= deeper_than:
            deeper_than = None
        directive = re.match(r"\s*\.\. *([\w-]*)(?!\w)", line)
        is_code = deeper_than is not None
        lines.append("" if is_code or directive else line)
        if not is_code and (
            (directive and directive[1] not in PROSE) or line.rstrip().endswith("::")
        ):
            deeper_than = indentation
    return lines


def cells(row: list[str], columns: list[slice]) -> list[str]:
    """Return the cells of one row of a simple table, which may have several lines."""
    return [" ".join(line[column].strip() for line in row).strip() for column in columns]


def paragraphs_of_rst(text: str) -> Iterator[Paragraph]:
    """Yield the paragraphs, list items and cells of tables of reStructuredText, without code."""
    start, words = 0, list[str]()
    columns, row = list[slice](), list[str]()  # of the table, and the lines of its current row
    is_rule, indentation = None, 0  # of the line before
    for number, line in enumerate([*without_code(text), ""], 1):
        stripped = line.strip()
        if not stripped and is_rule:
            columns = []
        is_rule = re.fullmatch(r"[=\-~^]{3,}( +[=\-~^]+)*", stripped)
        is_item = re.match(r"([-*] )+(- )*☐?|(#|\d+)\. |:[^:`]+:(?: |$)", stripped)
        if columns and (is_rule or line[columns[0]].strip()) and row:
            yield from ((number - len(row), cell) for cell in cells(row, columns) if cell)
            row = []
        is_definition = len(line) - len(stripped) > indentation
        if words and (not stripped or is_rule or is_item or is_definition or columns):
            yield start, " ".join(words)
            words = []
        if is_rule and " " in stripped:
            columns = [slice(*match.span()) for match in re.finditer(r"\S+", line)]
            columns[-1] = slice(columns[-1].start, None)
        elif columns and not is_rule:
            row.append(line)
        elif stripped and not is_rule:
            start = start if words else number
            words.append(stripped[is_item.end() :].strip() if is_item else stripped)
            # The second line of an item is indented, which does not make it a definition.
            indentation = len(line) if is_item else len(line) - len(stripped)


def paragraphs_of_python(text: str) -> Iterator[Paragraph]:
    """Yield the paragraphs of the docstrings and the comments of Python source."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node)
            if docstring is not None:
                first = node.body[0].lineno
                for number, paragraph in paragraphs_of_rst(docstring):
                    yield first + number - 1, paragraph
    start, words, previous = 0, list[str](), -1
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT:
            continue
        number = token.start[0]
        goes_on = number == previous + 1 and not token.line[: token.start[1]].strip()
        if words and not goes_on:
            yield start, " ".join(words)
            words = []
        start, previous = start if words else number, number
        comment = token.string.lstrip("#:! ").strip()
        if not re.match(r"noqa|type: |pragma|pyright", comment):
            words.append(comment)
    if words:
        yield start, " ".join(words)


def sentences(paragraph: str) -> list[str]:
    """Return the sentences of a paragraph; each literal and each reference is one word."""
    plain = re.sub(r"``.*?``|:[\w:]+:`[^`]*`|`[^`]*`_{0,2}", "Name", paragraph)
    return re.split(r"(?<=[.?!:])[\"')*]*\s+", plain.replace("**", ""))


def faults(paragraph: str, most_words: int, rules: list[Rule]) -> Iterator[str]:
    """Yield what is wrong with a paragraph."""
    for sentence in sentences(paragraph):
        number = sum(any(map(str.isalnum, word)) for word in sentence.split())
        if number > most_words:
            yield f"{number} words, more than {most_words}: {sentence}"
        for rule in rules:
            for match in rule.pattern.finditer(sentence):
                yield f'"{match[0]}": {rule.advice}'


def tracked(include: list[str]) -> list[Path]:
    """Return the files of the repository that match these patterns; "!" excludes."""
    patterns = [
        f":(glob,exclude){each[1:]}" if each[0] == "!" else f":(glob){each}" for each in include
    ]
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / name for name in sorted(set(listed.stdout.splitlines()))]


def check(path: Path, most_words: int, rules: list[Rule]) -> list[str]:
    """Return the faults of a file, each with its line."""
    text = path.read_text()
    paragraphs = (paragraphs_of_python if path.suffix == ".py" else paragraphs_of_rst)(text)
    name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    return [
        f"{name}:{number}: {fault}"
        for number, paragraph in paragraphs
        for fault in faults(paragraph, most_words, rules)
    ]


def main(names: list[str]) -> int:
    """Check these files, or all; return the number of faults."""
    most_words, rules, include = read_rules()
    paths = [Path(name).resolve() for name in names] or tracked(include)
    found = [fault for path in paths for fault in check(path, most_words, rules)]
    print("\n".join(found) or f"{len(paths)} files: no faults")
    return len(found)


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
