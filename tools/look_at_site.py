"""Take pictures of the built documentation, to look at: each page on a desk and on a telephone.

::

    python tools/look_at_site.py FOLDER [PAGE...]

It needs Playwright and a Chromium: its own (``playwright install chromium``), or the one on PATH.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

SITE = Path(__file__).parents[1] / "docs" / "_build"
WINDOWS = {
    "desk": {"viewport": {"width": 1400, "height": 900}, "color_scheme": "light"},
    "desk-dark": {"viewport": {"width": 1400, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
    "phone-dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}


def look(folder: Path, pages: list[str]) -> None:
    """Write a picture of each page and window to the folder; say which page is too wide."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        for name, window in WINDOWS.items():
            tab = browser.new_context(**window).new_page()
            for page in pages:
                tab.goto((SITE / page).as_uri())
                picture = page.removesuffix(".html").replace("/", "-") + f"-{name}.png"
                tab.screenshot(path=folder / picture, full_page=True)
                excess = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
                if excess > 0:
                    print(f"{page} is {excess} pixels too wide for {name}")
        browser.close()


if __name__ == "__main__":
    every = sorted(str(path.relative_to(SITE)) for path in SITE.rglob("*.html"))
    look(Path(sys.argv[1]), sys.argv[2:] or every)
