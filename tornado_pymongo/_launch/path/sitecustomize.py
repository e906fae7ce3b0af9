"""Installs a face of this library as Python starts: see `tornado_pymongo._launch`.

Then it runs the ``sitecustomize`` that Python would have found without it.
"""

import importlib
import os
import sys


def install() -> None:
    """Install what the environment names; end this process if that is refused."""
    faces = [name for name in os.environ.get("TORNADO_PYMONGO_INSTALL", "").split(",") if name]
    try:
        modules = [importlib.import_module(f"tornado_pymongo.{name}") for name in faces]
    except ImportError:
        return  # the program has started another Python, which does not have this library
    try:
        for module in modules:
            module.install()
    except ImportError as error:
        # Python would say so and go on.
        print(f"tornado_pymongo is not installed: {error}", file=sys.stderr, flush=True)
        os._exit(1)


def run_next() -> None:
    """Run the next ``sitecustomize`` on the path, if there is one."""
    folder = os.path.dirname(__file__)
    path, this = list(sys.path), sys.modules.pop("sitecustomize")
    sys.path[:] = [place for place in path if os.path.abspath(place) != folder]
    try:
        importlib.import_module("sitecustomize")
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
    finally:
        sys.path[:] = path
        sys.modules.setdefault("sitecustomize", this)


if __name__ == "sitecustomize":  # and not a part of the library
    install()
    run_next()
