"""Browsers: any number of them, each with a store of its own, as of different people.

``--screenshots`` writes the pictures of the documentation anew.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pymongo
import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from example import Example, running
from find_chromium import MISSING, find_chromium

SCREENSHOTS = Path(__file__).parents[2] / "docs" / "_static" / "screenshots"
DESKTOP = {"width": 1000, "height": 760}
PHONE = {"width": 390, "height": 780}

expect.set_options(timeout=20_000)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption("--screenshots", action="store_true", help="write the documentation's")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a Chromium."""
    path = find_chromium()
    assert path is not None, MISSING
    with sync_playwright() as playwright:
        # In a container, and as root, there is no sandbox; it visits this machine only.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def blockbuster() -> None:
    """Let things block here: the loop that runs is Playwright's, which waits for the browser."""


@pytest.fixture
def start(mongo_server, tmp_path) -> Iterator[Callable[..., Example]]:
    """Return a function that starts an example, with an empty database."""
    programs = []

    def start(name: str, database: str | None = None) -> Example:
        with pymongo.MongoClient(mongo_server.uri) as client:
            client.drop_database(f"tornado_pymongo_{database or name}")
        program = running(name, tmp_path, MONGODB_URI=mongo_server.uri)
        programs.append(program)
        return program.__enter__()

    yield start
    for program in programs:
        program.__exit__(None, None, None)


@pytest.fixture
def visit(browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens an example in a browser of its own.

    The test fails where a page logs an error or a warning, throws one, or asks for anything that
    is not on this machine. A text in `but` is expected among what it logs.
    """
    contexts = []
    complaints = []

    def visit(example: Example, *, but: str | None = None, **options: object) -> Page:
        context = browser.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce"} | options)
        contexts.append(context)
        page = context.new_page()

        def complain(text: str) -> None:
            if but is None or but not in text:
                complaints.append(text)

        page.on("console", lambda said: said.type in ("error", "warning") and complain(said.text))
        page.on("pageerror", lambda error: complain(str(error)))
        page.on(
            "request",
            lambda request: "//127.0.0.1:" in request.url or complain(f"asked for {request.url}"),
        )
        page.goto(f"http://{example.address}/")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def screenshot(request) -> Callable[[Page | Locator, str], None]:
    """Return a function that writes a picture for the documentation, where that is wished."""

    def screenshot(what: Page | Locator, name: str) -> None:
        if request.config.getoption("--screenshots"):
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            what.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")

    return screenshot
