"""Cancels each kind of operation at each of its points, with seeds.

    python tests/cancelling [--seeds 1000] [--first 0] [--kind NAME] [--most N]

It starts a MongoDB of its own, prints each fault with its seed, and exits with 1 if there is one.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
import warnings
from collections import Counter

import pymongo
from driver import Proxy, run_seed
from operations import KINDS, prepare
from pymongo.uri_parser import parse_uri

from tornado_pymongo.testing import MongoServer


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=1000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--kind", help="of the operations; all by default")
    parser.add_argument("--most", type=int, help="how many points of each; all by default")
    options = parser.parse_args()
    kinds = [kind for kind in KINDS if options.kind in (None, kind.__name__)]
    began, found = time.monotonic(), Counter()
    # A coroutine that was never awaited, a client that was never closed.
    warnings.simplefilter("error")
    ignored: list[str] = []
    sys.unraisablehook = lambda unraisable: ignored.append(repr(unraisable.exc_value))
    with MongoServer() as server:
        ((host, port),) = parse_uri(server.uri)["nodelist"]
        with pymongo.MongoClient(server.uri) as direct, Proxy(host, port) as proxy:
            prepare(direct)
            for seed in range(options.first, options.first + options.seeds):
                if (seed - options.first) % 100 == 99:
                    print(f"seed {seed}, {time.monotonic() - began:.0f} s", flush=True)
                faults = run_seed(seed, kinds, direct, proxy, options.most)
                while ignored:
                    faults.append(f"seed {seed} or before: warning: {ignored.pop()}")
                for fault in faults:
                    print(fault, flush=True)
                    found[re.split("[(,]", fault.split(": ")[1])[0]] += 1
    print(f"{options.seeds} seeds, {time.monotonic() - began:.0f} s; faults: {dict(found)}")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
