"""Finds a free-threaded Python, or builds one, and prints its path.

    python tools/free_threaded.py [--find] [--folder FOLDER]

It looks for python3.14t and python3.13t on PATH, among pyenv's versions, and in the folder of its
own earlier builds. Where there is none, it builds CPython 3.13 from Debian's source package, which
takes minutes. It needs apt, which checks Debian's signature and the checksums, and some packages,
and tells which of them are missing. It changes nothing of the system's, and need not be root.

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
from collections.abc import Iterator
from pathlib import Path

NAMES = ("python3.14t", "python3.13t")

# The release of Debian whose source is taken, and what it is called there.
RELEASE = "trixie"
MIRROR = "http://deb.debian.org/debian"
SOURCE = "python3.13"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# What CPython needs, some of it for modules that it leaves out without a word.
NEEDED = (
    *("build-essential", "debian-archive-keyring", "xz-utils"),
    *("libbz2-dev", "libffi-dev", "liblzma-dev", "libsqlite3-dev", "libssl-dev", "zlib1g-dev"),
)


def candidates(folder: Path) -> Iterator[Path]:
    """Yield where a free-threaded Python may be."""
    for name in NAMES:
        if (found := shutil.which(name)) is not None:
            yield Path(found)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for name in NAMES:
        yield from sorted(pyenv.glob(f"versions/*/bin/{name}"), reverse=True)
        yield folder / "bin" / name


def is_free_threaded(python: Path) -> bool:
    """Tell whether this is a Python that runs, and runs without the GIL."""
    code = "import sys, ssl, ctypes; sys.exit(sys._is_gil_enabled())"
    try:
        return subprocess.run([python, "-c", code], capture_output=True).returncode == 0
    except OSError:
        return False


def check_needs() -> None:
    """Exit where the build would fail, or lack something, for want of a package."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-query"):
        sys.exit("there is no free-threaded Python here, and no apt to get the source of one")
    query = ["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\n", *NEEDED]
    shown = subprocess.run(query, capture_output=True, text=True).stdout.splitlines()
    missing = [name for name in NEEDED if f"{name} installed" not in shown]
    if missing:
        sys.exit(f"to build a free-threaded Python: apt-get install {' '.join(missing)}")


def download(folder: Path) -> Path:
    """Download CPython as its authors released it, with apt; return the archive."""
    sources = folder / "sources.list"
    sources.write_text(f"deb-src [signed-by={KEYRING}] {MIRROR} {RELEASE} main\n")
    settings = {
        "Dir::Etc::SourceList": sources,
        "Dir::Etc::SourceParts": "-",
        "Dir::State::Lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "root",  # or _apt would have to read this folder
    }
    options = [f"--option={name}={value}" for name, value in settings.items()]
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    run(folder, "apt-get", *options, "update")
    run(folder, "apt-get", *options, "source", "--download-only", SOURCE)
    [archive] = folder.glob("*.orig.tar.xz")
    return archive


def build(folder: Path) -> Path:
    """Build a free-threaded CPython in a temporary folder and install it; return its path."""
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        archive = download(work)
        tree = work / "cpython"
        tree.mkdir()
        run(tree, "tar", "--extract", "--strip-components=1", "--file", str(archive))
        without = ("--without-ensurepip", "--without-static-libpython", "--disable-test-modules")
        run(tree, "./configure", "--disable-gil", *without, f"--prefix={folder}")
        run(tree, "make", f"-j{os.cpu_count()}")
        run(tree, "make", "altinstall")
    # On PATH, it could be taken for one with the GIL.
    (folder / "bin" / SOURCE).unlink()
    return folder / "bin" / f"{SOURCE}t"


def run(folder: Path, *command: str) -> None:
    """Run a command; exit with its last words where it fails."""
    print("+", *command, file=sys.stderr, flush=True)
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        sys.exit("\n".join(done.stdout.splitlines()[-20:]))


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
    options = parser.parse_args()
    python = next((each for each in candidates(options.folder) if is_free_threaded(each)), None)
    if python is None:
        if options.find:
            sys.exit("there is no free-threaded Python here")
        check_needs()
        python = build(options.folder)
        if not is_free_threaded(python):
            sys.exit(f"{python} was built, but does not work")
    print(python)


if __name__ == "__main__":
    main()
