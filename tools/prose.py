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


def paragraphs_of_rst(text: str) -> Iterator[Paragraph]:
    """Yield the paragraphs, list items and cells of reStructuredText, without its code."""
    lines = text.splitlines()
    skip_deeper_than = -1  # the indentation of a directive or "::" whose block is skipped
    start, words = 0, list[str]()
    for number, line in enumerate([*lines, ""], 1):
        stripped = line.strip()
        indentation = len(line) - len(line.lstrip())
        if skip_deeper_than >= 0 and stripped and indentation <= skip_deeper_than:
            skip_deeper_than = -1
        skipped = skip_deeper_than >= 0
        rule_of_table = re.fullmatch(r"[=\-~^\"' ]{3,}", stripped)
        item = re.match(r"([-*] )+(- )*|#\. |\d+\. |:[^:]+:( |$)|\|? ?☐ ", stripped)
        directive = re.match(r"\.\. (\S*)", stripped)
        if (not stripped or skipped or rule_of_table or item or directive) and words:
            yield start, " ".join(words)
            words = []
        if not stripped or skipped or rule_of_table:
            continue
        if directive:
            # The contents of these are prose; of all others, such as code-block, they are not.
            if directive[1] not in ("list-table::", "seealso::", "note::", "warning::"):
                skip_deeper_than = indentation
            continue
        if item:
            stripped = stripped[item.end() :]
        for cell in re.split(r"(?<=\S) {3,}(?=\S)", stripped):  # of a simple table
            if words and cell is not stripped and not stripped.startswith(cell):
                yield start, " ".join(words)
                words = []
            start = start if words else number
            words.append(cell)
        if stripped.endswith("::"):
            skip_deeper_than = indentation
    if words:
        yield start, " ".join(words)


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
    plain = re.sub(r"``.*?``|:[\w:]+:`[^`]*`|`[^`]*`_{0,2}|\|[^|]*\|", "Name", paragraph)
    return re.split(r"(?<=[.?!:])[\"')*]*\s+", plain.replace("**", ""))


def faults(paragraph: str, most_words: int, rules: list[Rule]) -> Iterator[str]:
    """Yield what is wrong with a paragraph."""
    for sentence in sentences(paragraph):
        number = len(re.findall(r"[\w'’.,/+-]*\w[\w'’.,/+-]*", sentence))
        if number > most_words:
            yield f"{number} words, more than {most_words}: {sentence}"
        for rule in rules:
            for match in rule.pattern.finditer(sentence):
                yield f'"{match[0]}": {rule.advice}'


def tracked(include: list[str]) -> list[Path]:
    """Return the files of the repository that match these patterns; "!" excludes."""
    patterns = [f":(glob,exclude){each[1:]}" if each[0] == "!" else f":(glob){each}" for each in include]
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
    """Check these files, or all; return the number of files with faults."""
    most_words, rules, include = read_rules()
    paths = [Path(name).resolve() for name in names] or tracked(include)
    found = [check(path, most_words, rules) for path in paths]
    for fault in sum(found, []):
        print(fault)
    return sum(map(bool, found))


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
