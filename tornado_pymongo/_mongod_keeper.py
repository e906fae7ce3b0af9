"""Runs a mongod for as long as whoever started this script lives, then removes its files.

Run by `tornado_pymongo.testing` in a process of its own::

    python _mongod_keeper.py FOLDER MONGOD [ARGUMENT ...]

Its standard input is a pipe from that process. However that process ends, the pipe then does too,
so nothing is left behind even by a kill -9. It uses only the standard library. In FOLDER are

- data: mongod's data
- lib: libraries for mongod alone
- mongod.log: what mongod said
- ended: made when mongod ended by itself
"""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path


def main() -> None:
    folder = Path(sys.argv[1])
    ended = threading.Event()

    def wait_for(mongod: "subprocess.Popen[bytes]") -> None:
        mongod.wait()
        if not ended.is_set():
            (folder / "ended").touch()

    try:
        with open(folder / "mongod.log", "wb") as log:
            mongod = subprocess.Popen(
                sys.argv[2:],
                env={**os.environ, "LD_LIBRARY_PATH": str(folder / "lib")},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        threading.Thread(target=wait_for, args=[mongod], daemon=True).start()
        os.read(0, 1)  # until it is told to stop, or the pipe ends
        ended.set()
        # Its data is thrown away, so nothing is gained by an orderly shutdown, which takes seconds.
        mongod.kill()
        mongod.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
