"""Soak test: a mixed load with faults, a model of what may come of it, and a look for leaks.

It starts a MongoDB of its own, lets coroutines on two event loops do what `workload` has, while
`faults` disturbs network and server, and compares what the process holds after a warm-up with what
it holds at the end. It exits with 1, and says why, where anything was not as it must be.

    python tests/soak [--seconds 600] [--seed N] [--quick] [--without KIND ...]

The choices of each coroutine, and the faults, come from the seed; when they meet does not.
"""

from __future__ import annotations

import argparse
import asyncio
import faulthandler
import logging
import os
import random
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import faults
import leaks
import pymongo
import workload
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

import tornado_pymongo
from tornado_pymongo.testing import MongoServer

sys.path.append(str(Path(__file__).parents[1]))
from proxy import Proxy

# After how many seconds a coroutine that does not get on hangs.
HANGS = 60

SERVER_OPTIONS = ["enableTestCommands=1", "transactionLifetimeLimitSeconds=10"]


class Soak:
    """A run: its server, clients, loops and workers."""

    def __init__(self, options: argparse.Namespace, server: Any, proxy: Any) -> None:
        self._options = options
        self._server, self._proxy = server, proxy
        self._direct = pymongo.MongoClient(server.uri)
        self._admin = self._direct.admin
        self._uri = f"{proxy.uri}&appName={faults.APP_NAME}&maxIdleTimeMS=2000"
        self._uri += "&heartbeatFrequencyMS=500&connectTimeoutMS=1000&socketTimeoutMS=5000"
        self._uri += "&serverSelectionTimeoutMS=5000"
        self._cursors = leaks.Cursors()
        self._faults: list[faults.Faults] = []
        self.reasons: list[str] = []
        self._dropped: Counter[str] = Counter()  # errors of calls that nobody awaited
        self._samples: list[int] = []
        self._loops = [asyncio.new_event_loop() for _ in range(2)]
        for loop in self._loops:
            loop.set_exception_handler(self._not_handled)
            threading.Thread(target=loop.run_forever, daemon=True).start()
        self._began = time.monotonic()

    def _connect(self, **options: Any) -> Any:
        client = tornado_pymongo.MongoClient(self._uri, event_listeners=[self._cursors], **options)
        if self._options.quick:
            for executor in client._runtime.executor, client._runtime.streams:
                state = executor.state
                state.crew.idle_seconds = state.supervisor._idle_seconds = 1.0
        return client

    def _not_handled(self, loop: Any, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, PyMongoError) and "never retrieved" in context["message"]:
            self._dropped[type(error).__name__] += 1
        else:
            self.reasons.append(f"an event loop reported {context}")

    def run(self) -> None:
        """Do it all."""
        database = self._direct.soak
        database.accounts.insert_many(
            {"_id": n, "balance": workload.BALANCE} for n in range(workload.ACCOUNTS)
        )
        database.log.create_index("source")
        self._main = self._connect(max_workers=12, max_stream_workers=3)
        self._small = self._connect(max_workers=1, max_waiting=3)
        number = 6 if self._options.quick else 12
        self._workers = [
            workload.Worker(
                f"w{n}", self._options.seed, self._main, self._small, self._connect, None
            )
            for n in range(number * len(self._loops))
        ]
        for n in range(len(self._workers)):
            database.create_collection(f"changes-w{n}")
            database.create_collection(f"tail-w{n}", capped=True, size=1_000_000)
            database[f"tail-w{n}"].insert_one({"n": -1})
        warm_up = min(self._options.seconds / 4, 60)
        self._phase("warm-up", warm_up)
        time.sleep(3 if self._options.quick else 15)  # until what is idle has ended
        before = self._holdings()
        self._samples.clear()
        self._phase("soak", self._options.seconds)
        try:
            self._check_documents()
            workload.check_statistics(self._main)
            workload.check_statistics(self._small)
        except workload.Violation as error:
            self.reasons.append(str(error))
        done, errors = self._counts()
        self._close(self._small)
        del self._small
        self._workers.clear()
        deadline = time.monotonic() + 30
        while leaked := leaks.leaked(before, after := self._holdings()):
            if time.monotonic() > deadline:
                break
            time.sleep(1)
        self.reasons += leaked
        for cursor in leaks.left_open(self._admin, self._cursors)[0]:
            story = self._cursors.story(cursor["cursorId"])
            print("the server cursor", cursor, *story, sep="\n    ")
        for name in after:
            if "'s " in name and after[name] > before[name]:
                print(name, *leaks.holders(name), sep="\n    ")
        first, last, grown = leaks.memory_grown(self._samples)
        if grown:
            self.reasons.append(f"memory has grown from {first:,.0f} to {last:,.0f} bytes")
        self._close(self._main)
        rows = [(name, f"{before[name]:,}", f"{after[name]:,}") for name in {**before, **after}]
        rows.append(("memory, MB", f"{first / 1e6:.1f}", f"{last / 1e6:.1f}"))
        print_table(("held", "after warm-up", "at the end"), rows)
        injected = sum((each.counts for each in self._faults), Counter())
        counted = {"done": done, "error": errors, "dropped": self._dropped, "fault": injected}
        rows = [(what, k, f"{n:,}") for what, each in counted.items() for k, n in each.items()]
        print_table(("what", "kind", "times, warm-up included"), rows)

    def _close(self, client: Any) -> None:
        async def close() -> None:
            await client.close()

        asyncio.run_coroutine_threadsafe(close(), self._loops[0]).result()

    def _holdings(self) -> Counter[str]:
        return leaks.holdings(self._admin, self._cursors, self._loops)

    # The load

    def _phase(self, name: str, seconds: float) -> None:
        """Have all workers work for so long, with faults; then have them end, without."""
        print(f"{name}: {seconds:.0f} s", flush=True)
        stopped = threading.Event()
        causes = faults.Faults(
            f"{self._options.seed}/{name}", self._server, self._proxy, self._admin
        )
        running = []
        for n, worker in enumerate(self._workers):
            worker._faults = causes
            loop = self._loops[n % len(self._loops)]
            running.append(asyncio.run_coroutine_threadsafe(worker.run(stopped), loop))
        self._faults.append(causes)
        causes.start()
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end and not self.reasons:
                time.sleep(min(5, max(end - time.monotonic(), 0)))
                self._look(running, causes)
                if not causes.is_alive():
                    self.reasons.append("the thread that makes the faults has failed")
        finally:
            causes.stop()
            stopped.set()
        while not all(each.done() for each in running) and not self.reasons:
            time.sleep(1)
            self._look(running, causes)
        if self.reasons:
            raise SystemExit(self._fail())

    def _look(self, running: list[Any], causes: Any) -> None:
        """Print how it goes; note what has failed, and what hangs."""
        for each in running:
            if each.done() and each.exception() is not None:
                error = each.exception()
                logging.error("a worker failed", exc_info=error)
                self.reasons.append(f"{type(error).__name__}: {error}")
        now = time.monotonic()
        for worker, each in zip(self._workers, running, strict=True):
            if not each.done() and now - worker.since > HANGS:
                self.reasons.append(f"{worker.name} hangs in {worker.doing}")
        self._samples.append(leaks.memory())
        done, errors = self._counts()
        print(
            f"{now - self._began:5.0f} s: {done.total()} done, {causes.counts.total()} faults,"
            f" {threading.active_count()} threads, {len(os.listdir('/proc/self/fd'))} files,"
            f" {self._samples[-1] / 1e6:.0f} MB,"
            f" errors: {dict(errors.most_common())}",
            flush=True,
        )

    def _counts(self) -> tuple[Counter[str], Counter[str]]:
        """Return how often what was done, and the errors that came of it."""
        done = sum((worker.counts for worker in self._workers), Counter())
        return done, sum((worker.errors for worker in self._workers), Counter())

    # The end

    def _check_documents(self) -> None:
        """Compare what is on the server with what each worker knows."""
        database = self._direct.soak
        found = {each["_id"]: each["n"] for each in database.things.find()}
        for worker in self._workers:
            for key, document in worker.documents.items():
                document.saw(found.pop(key, workload.ABSENT))
        if found:
            self.reasons.append(f"these documents should not exist: {found}")
        balances = Counter(dict.fromkeys(range(workload.ACCOUNTS), workload.BALANCE))
        for entry in database.log.find():
            balances[entry["source"]] -= entry["amount"]
            balances[entry["target"]] += entry["amount"]
        for account in database.accounts.find():
            if balances[account["_id"]] != account["balance"]:
                self.reasons.append(f"{account} has another balance than the log of transfers")

    def _fail(self) -> int:
        if any("hangs" in reason for reason in self.reasons):
            faulthandler.dump_traceback()
        print("the last faults:", *self._faults[-1].log, sep="\n    ")
        for reason in self.reasons:
            print(f"FAILED, seed {self._options.seed}: {reason}")
        return 1


def print_table(titles: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print it, with rich where that is installed."""
    try:
        from rich.console import Console
        from rich.table import Table
    except ImportError:
        for row in (titles, *rows):
            print(*(f"{cell:<40}" for cell in row))
        return
    table = Table(*titles)
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def main() -> int:
    """Run it; return the status to exit with."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=600, help="of the load after the warm-up")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--quick", action="store_true", help="fewer coroutines, shorter pauses")
    parser.add_argument("--without", nargs="*", default=[], choices=list(workload.KINDS))
    options = parser.parse_args()
    for kind in options.without:
        workload.KINDS[kind] = 0
    # Its monitors' errors, and cursors that it could not kill, are what faults lead to.
    logging.getLogger("pymongo").setLevel(logging.CRITICAL)
    print(f"seed {options.seed}, PyMongo {pymongo.version}, Python {sys.version.split()[0]}")
    arguments = [each for option in SERVER_OPTIONS for each in ("--setParameter", option)]
    with MongoServer(options=arguments) as server:
        ((host, port),) = parse_uri(server.uri)["nodelist"]
        with Proxy(host, port) as proxy:
            soak = Soak(options, server, proxy)
            soak.run()
            return soak._fail() if soak.reasons else 0


if __name__ == "__main__":
    sys.exit(main())
