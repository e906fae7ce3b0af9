"""The first command of the README ends well: a Ctrl-C of the terminal is for the example alone."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"

# Who has started the example fails if a Ctrl-C reaches it, as tox does.
STARTER = """
import subprocess, sys
try:
    sys.exit(subprocess.call(sys.argv[1:]))
except KeyboardInterrupt:
    print("the starter was interrupted")
    sys.exit(3)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no terminals of this kind")
def test_ctrl_c_ends_the_demo_with_success_and_one_line(mongo_server):
    import pty

    environment = os.environ | {"MONGODB_URI": mongo_server.uri, "TOX_ENV_NAME": "demo"}
    demo = [sys.executable, "-W", "error", str(EXAMPLES), "guestbook"]
    pid, terminal = pty.fork()
    if pid == 0:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.execve(sys.executable, [sys.executable, "-c", STARTER, *demo], environment)
    said = b""
    try:
        while b"Ctrl-C" not in said:
            more = _read(terminal)
            assert more, said
            said += more
        os.write(terminal, b"\x03")
        while more := _read(terminal):
            said += more
    finally:
        os.close(terminal)
        _, status = os.waitpid(pid, 0)
    assert said.decode().partition("^C")[2].strip() == (
        "guestbook has ended. Next: `.venv/bin/tox run -e demo -- gallery`, or read docs/start.rst."
    )
    assert os.waitstatus_to_exitcode(status) == 0


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # all others have closed it
        return b""
