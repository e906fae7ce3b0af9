"""Runs a mongod while the process that started this script lives, then removes its files.

Run by `tornado_pymongo.testing` in a process of its own::

    python _mongod_keeper.py FOLDER MONGOD [ARGUMENT ...]

Its standard input is a pipe from that process, which writes lines to it: kill, start, pause,
resume. Each is answered with an empty line when it is done. The line stop, or the end of the pipe,
is the end of mongod, whatever state it is in. However that process ends, the pipe then does too,
so nothing is left behind even by a kill -9. It uses only the standard library. In FOLDER are

- data: mongod's data
- lib: libraries for mongod alone
- mongod.log: what mongod said
- ended: there while mongod has ended by itself
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path


class Mongod:
    """The process, which can end and be started again."""

    def __init__(self, folder: Path, arguments: list[str]) -> None:
        self._folder = folder
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.kill()
        (self._folder / "ended").unlink(missing_ok=True)
        with open(self._folder / "mongod.log", "ab") as log:
            self._process = subprocess.Popen(
                self._arguments,
                env={**os.environ, "LD_LIBRARY_PATH": str(self._folder / "lib")},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        threading.Thread(target=self._watch, args=[self._process], daemon=True).start()

    def _watch(self, process: "subprocess.Popen[bytes]") -> None:
        process.wait()
        if process is self._process:  # it was not killed
            (self._folder / "ended").touch()

    def kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def pause(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)
            if hasattr(os, "waitid"):  # until all its threads have stopped
                with suppress(ChildProcessError):
                    os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WNOWAIT)

    def resume(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)


def main() -> None:
    folder = Path(sys.argv[1])
    mongod = Mongod(folder, sys.argv[2:])
    commands = {
        "kill": mongod.kill,
        "start": mongod.start,
        "pause": mongod.pause,
        "resume": mongod.resume,
    }
    try:
        mongod.start()
        for line in sys.stdin:  # until it is told to stop, or the pipe ends
            if line == "stop\n":
                break
            commands[line.rstrip()]()
            with suppress(BrokenPipeError):
                os.write(sys.stdout.fileno(), b"\n")
    finally:
        # Its data is thrown away, so nothing is gained by an orderly shutdown, which takes seconds.
        mongod.kill()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
