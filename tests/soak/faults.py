"""Faults of the network and the server, one after the other, from a seed."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from random import Random
from typing import Any

# After how many seconds nothing is a consequence of a fault any more: a guess, for a busy machine.
AFTERMATH = 10.0

# Of a hundred faults so many are followed by a calm in which no error is explained by any.
CALMS = 8

APP_NAME = "soak"

COMMANDS = [
    *("find", "getMore", "aggregate", "distinct", "count", "killCursors", "endSessions", "hello"),
    *("insert", "update", "delete", "findAndModify", "commitTransaction", "abortTransaction"),
]

# Codes of which PyMongo tries again after the first ones, and not after the last ones.
RETRYABLE = [6, 89, 91, 189, 10107, 11600]
FINAL = [8, 13, 50, 64, 112, 11601]


class Faults(threading.Thread):
    """Does something bad for a while, heals it, waits a little, and so on until `stop`.

    :param server: the MongoServer, whose process is stopped for a while, too.
    :param admin: PyMongo's database admin, of a client that does not go through the proxy.
    """

    def __init__(self, seed: Any, server: Any, proxy: Any, admin: Any) -> None:
        super().__init__(name="faults", daemon=True)
        self._random = Random(f"{seed}/faults")
        self._server, self._proxy, self._admin = server, proxy, admin
        self._stopped = threading.Event()
        self._active_until = 0.0
        self.counts: Counter[str] = Counter()
        self.log: deque[str] = deque(maxlen=10)

    def run(self) -> None:
        """Do it, until `stop`."""
        wait, random = self._stopped.wait, self._random
        while not self._stopped.is_set():
            names = random.sample(sorted(_FAULTS), random.choice([1, 1, 1, 2]))
            names.sort(key="paused server".__eq__)  # others need the server
            seconds = random.uniform(0.1, 2.5)
            gap = AFTERMATH + 5 if random.random() * 100 < CALMS else random.uniform(0.1, 2)
            self._active_until = float("inf")
            for name in names:
                self.counts[name] += 1
                self.log.append(f"{time.monotonic():.3f}: {name} for {seconds:.1f} s")
                _FAULTS[name](self)
            wait(seconds)
            self.heal()
            wait(gap)

    def heal(self) -> None:
        """End what is wrong."""
        self._server.resume()
        self._proxy.heal()
        self._admin.command("configureFailPoint", "failCommand", mode="off")
        self._active_until = time.monotonic()

    def stop(self) -> None:
        """Heal for good."""
        self._stopped.set()
        self.join()

    def explain(self, since: float) -> bool:
        """Tell whether what has gone wrong since then may be the consequence of a fault."""
        return self._active_until + AFTERMATH > since

    def _fail(self, **how: Any) -> None:
        random = self._random
        names = random.sample(COMMANDS, random.randint(1, 6))
        data = {"failCommands": names, "appName": APP_NAME, **how}
        mode = {"times": random.randint(1, 8)}
        self.log.append(f"{mode}, {data}")
        self._admin.command("configureFailPoint", "failCommand", mode=mode, data=data)

    # The faults

    def _closed_connections(self) -> None:
        self._fail(closeConnection=True)

    def _retryable_errors(self) -> None:
        self._fail(errorCode=self._random.choice(RETRYABLE), errorLabels=["RetryableWriteError"])

    def _final_errors(self) -> None:
        self._fail(errorCode=self._random.choice(FINAL))

    def _write_concern_errors(self) -> None:
        error = {"code": self._random.choice([64, 91, 189]), "errmsg": "made to fail"}
        self._fail(writeConcernError=error)

    def _blocked_commands(self) -> None:
        self._fail(blockConnection=True, blockTimeMS=self._random.randint(50, 1500))

    def _slow_network(self) -> None:
        self._proxy.to_server_delay = self._random.uniform(0, 0.1)
        self._proxy.to_client_delay = self._random.uniform(0, 0.1)

    def _dropped_connections(self) -> None:
        self._proxy.drop()

    def _cut_replies(self) -> None:
        command = self._random.choice(COMMANDS).encode() + b"\0"
        self._proxy.cut(self._random.choice([0, 3, 16, 40, 200]), command)

    def _black_hole(self) -> None:
        self._proxy.black_hole()

    def _refused_connections(self) -> None:
        self._proxy.refuse()
        self._proxy.drop()

    def _paused_server(self) -> None:
        self._admin.command("ping")  # what is to be told the server is told before
        self._server.pause()


_FAULTS = {
    "closed connections": Faults._closed_connections,
    "retryable errors": Faults._retryable_errors,
    "final errors": Faults._final_errors,
    "write concern errors": Faults._write_concern_errors,
    "blocked commands": Faults._blocked_commands,
    "slow network": Faults._slow_network,
    "dropped connections": Faults._dropped_connections,
    "cut replies": Faults._cut_replies,
    "black hole": Faults._black_hole,
    "refused connections": Faults._refused_connections,
    "paused server": Faults._paused_server,
}
