"""Run an example by its name, without one the shop: ``python examples [NAME] [OPTIONS]``."""

import os
import runpy
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = Path(__file__).parent
NOT_RUN = ("__main__", "samples", "serve")
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in NOT_RUN)


@contextmanager
def ctrl_c_for_this_process() -> Iterator[None]:
    """Have the terminal send Ctrl-C here, and not to tox as well, which would call it a failure.

    A terminal sends it to all of its foreground process group, which is tox's. So this process has
    a group of its own, and puts it into the foreground until it ends.
    """
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:  # there is no terminal, so no Ctrl-C
        yield
        return
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # who is not in the foreground may not ask for it
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)  # Ctrl-Z would stop this process, but not tox
    before = os.tcgetpgrp(terminal)
    os.setpgid(0, 0)
    os.tcsetpgrp(terminal, os.getpgrp())
    try:
        yield
    finally:
        os.tcsetpgrp(terminal, before)


def run(name: str, command: str) -> None:
    """Run an example, and say what else there is."""
    sys.argv[0] = str(FOLDER / f"{name}.py")
    runpy.run_path(sys.argv[0], run_name="__main__")
    other = "gallery" if name != "gallery" else "board"
    print(f"{name} has ended. Next: `{command} {other}`, or read docs/start.rst.")


if __name__ == "__main__":
    name = sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else "shop"
    if name not in NAMES:
        sys.exit(f"There is no example {name!r}, only {', '.join(NAMES)}.")
    if "TOX_ENV_NAME" in os.environ and hasattr(os, "tcsetpgrp"):
        with ctrl_c_for_this_process():
            run(name, ".venv/bin/tox run -e demo --")
    else:
        run(name, "python examples")
