"""Starts a program that one cannot change, with a face of this library installed.

The program is a Python of its own, and so are the processes that it starts (workers of a server,
`multiprocessing`). Each of them finds ``path/sitecustomize.py`` on its ``PYTHONPATH``, and installs
what an environment variable names before anything else is imported.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

# The names of the faces, with commas; `path/sitecustomize.py` reads it.
VARIABLE = "TORNADO_PYMONGO_INSTALL"

_USAGE = """\
usage: python -m tornado_pymongo.{face} [what Python takes]

Runs a program with tornado_pymongo.{face} installed, in its process and in those that it starts:

    python -m tornado_pymongo.{face} -m uvicorn app:app --workers 4
    python -m tornado_pymongo.{face} script.py arguments
    python -m tornado_pymongo.{face} -c "import app"
"""


def launch(face: str) -> NoReturn:
    """Run Python with the arguments of this process, with a face installed; does not return."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help"):
        print(_USAGE.format(face=face), end="")
        sys.exit(0 if arguments else 2)
    if sys.flags.ignore_environment or sys.flags.no_site:
        sys.exit(
            f"python -m tornado_pymongo.{face} works by way of PYTHONPATH and of Python's site"
            " module: start it without -E, -I and -S"
        )
    environment = os.environ.copy()
    faces = filter(None, os.environ.get(VARIABLE, "").split(","))
    environment[VARIABLE] = ",".join(dict.fromkeys([*faces, face]))
    paths = [str(Path(__file__).with_name("path"))]
    if sys.path[0] == str(Path(__file__).parents[2]):
        paths.append(sys.path[0])  # this library is not installed but in the current folder
    paths += filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    environment["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))
    # The options of this Python, such as -X dev, are those of the program's.
    options = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
    command = [sys.executable, *options, *arguments]
    if sys.platform == "win32":  # exec would end this process for its parent
        sys.exit(subprocess.call(command, env=environment))
    sys.stdout.flush()  # what it has printed would go with this process
    sys.stderr.flush()
    os.execve(sys.executable, command, environment)
