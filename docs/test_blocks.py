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


def blocks_of(page: str) -> list[Block]:
    """Return the blocks of a page of the site."""
    soup = BeautifulSoup((SITE / page).read_text(), "html.parser")
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
    name: blocks
    for name in sorted(str(path.relative_to(SITE)) for path in SITE.rglob("*.html"))
    if (blocks := blocks_of(name))
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


def test_what_is_not_run_is_known_and_has_a_reason():
    marks = [(block.at.partition(":")[0], block.mark) for page in PAGES.values() for block in page]
    assert {each for each in marks if each[1].startswith("not run")} == {
        ("guide/encryption.rst", "not run: crypt_shared comes with MongoDB Enterprise"),
        ("guide/tracing.rst", "not run: the agent is not among what the documentation needs"),
    }


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
