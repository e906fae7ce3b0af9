"""Finds a free-threaded Python, or builds one, and prints its path.

    python tools/free_threaded.py [--find] [--folder FOLDER] [3.15 | 3.14 | 3.13]

Without a version it takes the newest that there is. It looks on PATH, among pyenv's versions, and
in the folder of its own earlier builds. If there is none, it builds CPython, by default 3.13,
from Debian's source package, which takes minutes. (The sources of 3.14 and 3.15 are those of
Debian's unstable release, which not each mirror has.) It needs apt, which checks Debian's signature
and the checksums, and some packages, and tells which of them are missing. It changes nothing of the
system's, and need not be root.

tox finds the interpreter by its name where its folder is on PATH::

    PATH=$PATH:$(dirname $(python3 tools/free_threaded.py)) tox run -e py313t
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from debian_python import Apt, candidates, run, works

# The versions, the wanted ones first, and which release of Debian has the source of each.
RELEASES = {"3.15": "sid", "3.14": "sid", "3.13": "trixie"}

# Packages to build CPython, which silently leaves out some modules without theirs.
NEEDED = (
    *("build-essential", "debian-archive-keyring", "xz-utils"),
    *("libbz2-dev", "libffi-dev", "liblzma-dev", "libsqlite3-dev", "libssl-dev", "zlib1g-dev"),
)


def check_needs() -> None:
    """Exit where the build would fail, or lack something, for want of a package."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-query"):
        sys.exit("there is no free-threaded Python here, and no apt to get the source of one")
    query = ["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\n", *NEEDED]
    shown = subprocess.run(query, capture_output=True, text=True).stdout.splitlines()
    missing = [name for name in NEEDED if f"{name} installed" not in shown]
    if missing:
        sys.exit(f"to build a free-threaded Python: apt-get install {' '.join(missing)}")


def build(version: str, folder: Path) -> None:
    """Build a free-threaded CPython in a temporary folder and install it."""
    name = f"python{version}"
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        archive = Apt(work, RELEASES[version], "deb-src").source(name)
        tree = work / "cpython"
        tree.mkdir()
        run(tree, "tar", "--extract", "--strip-components=1", "--file", str(archive))
        without = ("--without-ensurepip", "--without-static-libpython", "--disable-test-modules")
        run(tree, "./configure", "--disable-gil", *without, f"--prefix={folder}")
        run(tree, "make", f"-j{os.cpu_count()}")
        run(tree, "make", "altinstall")
    # On PATH, it could be taken for one with the GIL.
    (folder / "bin" / name).unlink()


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--find", action="store_true", help="build none")
    parser.add_argument(
        "--folder",
        type=lambda text: Path(text).resolve(),
        default=Path.home() / ".cache/tornado_pymongo/free-threaded",
        help="where to install what is built; by default %(default)s",
    )
    parser.add_argument("version", nargs="?", choices=RELEASES, help="which one")
    options = parser.parse_args()

    def find() -> Path | None:
        wanted = [options.version] if options.version else list(RELEASES)
        named = candidates([f"python{version}t" for version in wanted], options.folder)
        return next((each for each in named if works(each, "not sys._is_gil_enabled()")), None)

    python = find()
    if python is None:
        if options.find:
            sys.exit("there is no such free-threaded Python here")
        check_needs()
        build(options.version or "3.13", options.folder)
        if (python := find()) is None:
            sys.exit("a free-threaded Python was built, but does not work")
    print(python)


if __name__ == "__main__":
    main()
