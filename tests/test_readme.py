"""The README's program runs, its links lead somewhere, and the prose checker finds faults."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.uri_parser import parse_uri

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.rst").read_text()
sys.path.append(str(ROOT))

from tools import prose  # noqa: E402


async def test_the_program_of_the_readme_runs_as_it_stands(mongo_server, monkeypatch, capsys):
    """With a server at the place of `MongoClient()`. This loop takes the place of `asyncio.run`."""
    (block,) = re.findall(r"\.\. code-block:: python\n\n((?: {4}.*\n|\n)+)", README)
    source = "\n".join(line[4:] for line in block.splitlines())
    assert source.count("asyncio.run(main())") == 1
    (node,) = parse_uri(mongo_server.uri)["nodelist"]
    monkeypatch.setattr(MongoClient, "HOST", node[0])
    monkeypatch.setattr(MongoClient, "PORT", node[1])
    program = ast.parse(source.replace("asyncio.run(main())", ""))
    names: dict[str, object] = {}
    exec(compile(program, "README.rst", "exec"), names)
    await names["main"]()  # type: ignore[operator]
    assert capsys.readouterr().out.count("'item': 'tea'") >= 2


def test_the_links_of_the_readme_lead_to_files_of_the_repository():
    links = re.findall(r"^\.\. _.*: (?!http)(\S+)$", README, re.M)
    assert len(links) > 5
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_command_that_runs_the_tests_can_be_found():
    """`.ci/run` takes the first indented "python3" line after "Run the tests"."""
    after = README[README.index("\nRun the tests") :]
    (command, *_) = re.findall(r"^    (python3 .*)$", after, re.M)
    assert command.endswith("tox run -e py")


FAULTY = [
    "Where a call fails, the caller gets the error.",
    "Threads are added only where calls wait.",
    "What waits becomes a call.",
    "Whoever reads this is a user.",
    "It tells those who read it.",
    "The option is not unused.",
    "Call it in order to close the client.",
    "word " * 31 + ".",
]

FAULTLESS = [
    "What is a call?",
    "If a call fails, the caller gets the error.",
    "The place where you have a server is yours.",
    "``where x:: y`` is code.",
]


@pytest.mark.parametrize("sentence", FAULTY)
def test_each_rule_finds_its_fault(sentence):
    words, rules, _ = prose.read_rules()
    assert len(list(prose.faults(sentence, words, rules))) == 1


@pytest.mark.parametrize("sentence", FAULTLESS)
def test_plain_sentences_have_no_fault(sentence):
    words, rules, _ = prose.read_rules()
    assert list(prose.faults(sentence, words, rules)) == []


def test_paragraphs_cells_and_items_are_prose_and_code_is_not():
    text = """\
Title
=====

A paragraph
of two lines::

    code

- an item
  of two lines
- ``another``

term
    A definition
    of two lines

=====  ======
a      b
       c
d      e
=====  ======

.. code-block:: python

    code

.. seealso:: A page.
"""
    found = [paragraph for _, paragraph in prose.paragraphs_of_rst(text)]
    assert found == [
        "Title",
        "A paragraph of two lines::",
        "an item of two lines",
        "``another``",
        "term",
        "A definition of two lines",
        "a",
        "b c",
        "d",
        "e",
    ]


def test_docstrings_and_comments_are_prose():
    source = '"""A module."""\n\n# A comment\n# of two lines.\nx = 1  # another  \n'
    assert list(prose.paragraphs_of_python(source)) == [
        (1, "A module."),
        (3, "A comment of two lines."),
        (5, "another"),
    ]
