"""The Python blocks of each page of the built site run as it shows them. After `sphinx-build`.

A page's blocks are pasted into one prompt, in their order, those that are folded among them; a file
runs by itself. What they print is what the page says.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

SITE = Path(__file__).with_name("_build")


@dataclass
class Block:
    """A block as a reader sees it."""

    kind: str
    mark: str
    source: str
    at: str


def blocks_of(page: Path) -> list[Block]:
    """Return the blocks of a page of the site."""
    soup = BeautifulSoup(page.read_text(), "html.parser")
    return [
        Block(
            kind=next(each for each in found["class"] if each != "block").removeprefix("block-"),
            mark=found.select_one(".mark").text,
            source=found.select_one("pre").text.removesuffix("\n"),
            at=found["data-at"],
        )
        for found in soup.select("div.block")
    ]


PAGES = {
    str(path.relative_to(SITE)): blocks_of(path)
    for path in sorted(SITE.rglob("*.html"))
    if 'class="block ' in path.read_text()
}


@pytest.mark.parametrize("page", PAGES)
def test_the_blocks_of_a_page_run_as_they_are_shown(prompt, page):
    for block in PAGES[page]:
        path, _, line = block.at.partition(":")
        if block.kind == "repl":
            prompt.paste(block.source, path, int(line))
        elif block.kind == "file":
            prompt.run_file(block.source, path, int(line))
        elif block.kind == "output":
            assert prompt.printed(block.source) == block.source, block.at


def test_a_block_that_is_not_run_has_a_reason_that_readers_see():
    marks = {block.mark for page in PAGES.values() for block in page if block.kind == "skipped"}
    assert "not run: crypt_shared comes with MongoDB Enterprise" in marks
    assert all(re.match(r"not run: \w+ \w+", mark) for mark in marks)


def test_the_tutorial_can_be_pasted_into_python(prompt):
    """Into ``python -m asyncio`` itself, of which the other tests have an imitation."""
    blocks = PAGES["tutorial-asyncio.html"]
    pasted = "".join(block.source + "\n\n" for block in blocks if block.kind == "repl")
    repl = subprocess.run(
        [sys.executable, "-m", "asyncio"],
        input=pasted.replace("localhost:27017", prompt.address),
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert "Error" not in repl.stderr, repl.stderr
    printed = [re.sub(r"^((>>>|\.\.\.) )*", "", line) for line in repl.stdout.split("\n")]
    for block in blocks:
        if block.kind == "output":
            for line in block.source.split("\n"):
                printed = printed[printed.index(line) + 1 :]  # in their order, among the echoes
