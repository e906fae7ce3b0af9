"""Sees that the wheel and the source distribution hold what they should, and nothing else.

    python tools/check_dists.py FOLDER

They should hold files that git knows: the wheel the package, and the source distribution all files
but those that serve only the repository itself.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]

# Files of no use outside of the repository.
NOT_IN_SDIST = (".ci/", ".git")

# Files that setuptools adds, without the folder of the distribution's name.
ADDED_TO_WHEEL = {
    "METADATA",
    "RECORD",
    "WHEEL",
    "entry_points.txt",
    "licenses/LICENSE",
    "top_level.txt",
}
ADDED_TO_SDIST = {
    "PKG-INFO",
    *(
        f"tornado_pymongo.egg-info/{name}"
        for name in (
            "PKG-INFO",
            "SOURCES.txt",
            "dependency_links.txt",
            "entry_points.txt",
            "requires.txt",
            "top_level.txt",
        )
    ),
}


def tracked() -> set[str]:
    """Return the files of the repository, those that are new and not ignored among them."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return {name for name in listed.stdout.splitlines() if (ROOT / name).exists()}


def in_wheel(path: Path) -> set[str]:
    """Return the files of a wheel."""
    with zipfile.ZipFile(path) as wheel:
        return set(wheel.namelist())


def in_sdist(path: Path) -> set[str]:
    """Return the files of a source distribution, without the folder that they are in."""
    with tarfile.open(path) as sdist:
        return {each.name.partition("/")[2] for each in sdist.getmembers() if each.isfile()}


def differences(found: set[str], expected: set[str]) -> list[str]:
    """Return what is missing, and what should not be there."""
    return [f"missing: {name}" for name in sorted(expected - found)] + [
        f"not expected: {name}" for name in sorted(found - expected)
    ]


def check(folder: Path) -> list[str]:
    """Return what is wrong with the one wheel and the one source distribution in a folder."""
    (wheel,) = folder.glob("*.whl")
    (sdist,) = folder.glob("*.tar.gz")
    name = "-".join(wheel.name.split("-")[:2])
    files = tracked()
    package = {each for each in files if each.startswith("tornado_pymongo/")}
    wrong = differences(
        in_wheel(wheel), package | {f"{name}.dist-info/{each}" for each in ADDED_TO_WHEEL}
    )
    source = {each for each in files if not each.startswith(NOT_IN_SDIST)}
    wrong += differences(in_sdist(sdist), source | ADDED_TO_SDIST)
    if sdist.name != f"{name}.tar.gz":
        wrong.append(f"{sdist.name} is of another version than {wheel.name}")
    return wrong


if __name__ == "__main__":
    wrong = check(Path(sys.argv[1]))
    print("\n".join(wrong) or "the wheel and the source distribution hold what they should")
    sys.exit(bool(wrong))
