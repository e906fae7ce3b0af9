"""Print the path of a Chromium; with --install, install Debian's where there is none.

The environment variable CHROMIUM can name one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
MISSING = (
    "There is no Chromium: set CHROMIUM to the path of one, or run `apt-get install chromium`."
)


def find_chromium() -> str | None:
    """Return the path of a Chromium, if there is one."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def install() -> None:
    """Install it, and a good font, from Debian's packages, if this may be done here."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    packages = ["chromium", "fonts-inter"]
    for command in ["update"], ["install", "-y", "--no-install-recommends", *packages]:
        options = ["-qq", "-o", "DPkg::Lock::Timeout=300"]
        subprocess.run(["apt-get", *options, *command], env=environment, check=False)


if __name__ == "__main__":
    if find_chromium() is None and "--install" in sys.argv:
        install()
    print(find_chromium() or sys.exit(MISSING))
