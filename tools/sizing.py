"""Calculates what a service needs: processes, threads, connections, memory.

    python tools/sizing.py --rate 5000 --latency-ms 4 --streams 500 --members 3

The costs that it calculates with were measured by ``tox run -e sizing``, and stand in
docs/sizing.json: those of another machine can be given with ``--costs``, or one by one. Nothing
but Python is needed. docs/sizing.rst explains the results.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COSTS = Path(__file__).parents[1] / "docs" / "sizing.json"

# How much of one core the calls of a process shall take, as only one thread of it computes at a
# time. A rule of thumb: in the simplest queue, at 0.6, each waits 1.5 times as long as it computes.
LOAD = 0.6

# How many times as many calls as on average are in flight when it matters: a rule of thumb.
PEAK = 3


@dataclass(frozen=True)
class Load:
    """The work of a service.

    :param rate: calls a second, in all processes.
    :param latency: seconds that a call waits for the server.
    :param cpu: seconds of CPU time that a call takes in its process.
    :param streams: open change streams, in all processes.
    :param members: servers that a client connects to: of a replica set, its members; of a sharded
        cluster, the mongos of its URI.
    :param processes: how many there are to be, at least.
    :param queue: the most calls that wait for a thread, in each process (``max_waiting``).
    """

    rate: float
    latency: float
    cpu: float
    streams: int = 0
    members: int = 1
    processes: int = 1
    queue: int = 10_000


@dataclass(frozen=True)
class Size:
    """The needs of a service: of each process, unless another is named."""

    processes: int  # in all
    cpu_share: float  # of one core, by calls
    in_flight: float  # calls at the server, on average
    max_workers: int
    max_stream_workers: int
    max_pool_size: int
    most_calls_per_second: float
    connections_per_server: int  # from all processes, at most
    memory: float  # bytes, at most, without what the calls return
    memory_at_server: float  # bytes, at each server, for connections and streams, at most


def size(load: Load, costs: dict[str, float]) -> Size:
    """Return what a load needs, at the least."""
    processes = max(load.processes, math.ceil(load.rate * load.cpu / LOAD))
    rate = load.rate / processes
    in_flight = rate * load.latency  # Little's law
    # One thread that computes, besides those that wait for the server.
    workers = max(2, math.ceil(in_flight * PEAK) + 1)
    streams = math.ceil(load.streams / processes)
    stream_workers = min(16, max(1, streams))
    pool = workers + stream_workers
    threads = workers + (stream_workers if streams else 0)
    connections = pool + costs["monitor_connections"]
    return Size(
        processes=processes,
        cpu_share=rate * load.cpu,
        in_flight=in_flight,
        max_workers=workers,
        max_stream_workers=stream_workers,
        max_pool_size=pool,
        most_calls_per_second=min(1 / load.cpu, workers / (load.latency + load.cpu)),
        connections_per_server=math.ceil(processes * connections),
        memory=(
            costs["process_bytes"]
            + threads * costs["thread_and_connection_bytes"]
            + (load.members * connections - threads) * costs["connection_bytes"]
            + load.queue * costs["waiting_call_bytes"]
            + streams * costs["stream_bytes"]
        ),
        memory_at_server=(
            processes * connections * costs["connection_bytes_at_server"]
            + load.streams * costs["stream_bytes_at_server"]
        ),
    )


def megabytes(size: float) -> str:
    """Return a size in bytes as people like to read it."""
    return f"{size / 1e6:,.0f} MB"


def show(size: Size) -> dict[str, str]:
    """Return what is to be said of it, and how much it is."""
    return {
        "processes": f"{size.processes:,}",
        "of one core, each": f"{size.cpu_share:.0%}",
        "calls at the server, each, on average": f"{size.in_flight:,.1f}",
        "max_workers": f"{size.max_workers:,}",
        "max_stream_workers": f"{size.max_stream_workers:,}",
        "maxPoolSize": f"{size.max_pool_size:,}",
        "most calls a second, each": f"{size.most_calls_per_second:,.0f}",
        "memory, each, without results": megabytes(size.memory),
        "connections at each server, at most": f"{size.connections_per_server:,}",
        "memory there, for them": megabytes(size.memory_at_server),
    }


# The worked table of the documentation.
EXAMPLES = {
    "a small site": "--rate 200 --latency-ms 2",
    "a busy one": "--rate 2000 --latency-ms 2 --members 3",
    "its database far away": "--rate 2000 --latency-ms 30 --members 3",
    "four mongos": "--rate 10000 --latency-ms 5 --members 4",
    "1,000 streams": "--rate 500 --latency-ms 5 --members 3 --streams 1000 --processes 2",
}


def measured_table(results: dict[str, dict[str, Any]]) -> str:
    """Return the costs, and where they were measured, as a page shows them."""
    costs, about = results["figures"], results["about"]
    rows = {
        "what": ("in the process", "at the server"),
        "a process with a client": (megabytes(costs["process_bytes"]), ""),
        "a connection": tuple(
            f"{costs[name] / 1e3:,.0f} KB"
            for name in ("connection_bytes", "connection_bytes_at_server")
        ),
        "a call that waits for the server, with its thread and connection": (
            f"{costs['thread_and_connection_bytes'] / 1e3:,.0f} KB",
            "",
        ),
        "a call that waits for a thread": (f"{costs['waiting_call_bytes'] / 1e3:,.1f} KB", ""),
        "an idle change stream": tuple(
            f"{costs[name] / 1e3:,.0f} KB" for name in ("stream_bytes", "stream_bytes_at_server")
        ),
        "connections of PyMongo's own, for each client and server": (
            "",
            f"{costs['monitor_connections']:.0f}",
        ),
        "CPU time of ``find_one`` by ``_id``": (microseconds(costs["find_one_cpu_seconds"]), ""),
        "CPU time of ``insert_one``": (microseconds(costs["insert_one_cpu_seconds"]), ""),
        "CPU time of a ``find`` of 100 documents": (
            microseconds(costs["find_100_cpu_seconds"]),
            "",
        ),
    }
    where = (
        f"{about['date']}, tornado_pymongo {about['tornado_pymongo']}, Python {about['python']},"
        f" PyMongo {about['pymongo']}, Tornado {about['tornado']}, MongoDB {about['mongodb']};"
        f" {about['cores']}; {about['system']}."
    )
    table = rst_table([(name, *cells) for name, cells in rows.items()])
    return f"{table}\n{textwrap.fill(where, 115)}\n"


def microseconds(seconds: float) -> str:
    """Return a time as people like to read it."""
    return f"{seconds * 1e6:,.0f} µs"


def worked_table(costs: dict[str, float]) -> str:
    """Return the examples, worked with these costs, as a page shows them."""
    loads = [parse(arguments.split())[0] for arguments in EXAMPLES.values()]
    sizes = [show(size(load, costs)) for load in loads]
    rows = [("", *EXAMPLES)]
    rows.append(("calls a second", *[f"{load.rate:,.0f}" for load in loads]))
    rows.append(("latency", *[f"{load.latency * 1e3:,.0f} ms" for load in loads]))
    rows.append(("members, or mongos", *[str(load.members) for load in loads]))
    rows += [(name, *[each[name] for each in sizes]) for name in sizes[0]]
    return rst_table(rows)


def rst_table(rows: list[tuple[str, ...]]) -> str:
    """Return rows, of which the first is the heading, as reStructuredText."""
    rows = [(row[0] or "\\ ", *row[1:]) for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    rule = "  ".join("=" * width for width in widths)
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return "\n".join([rule, lines[0], rule, *lines[1:], rule]) + "\n"


def tables(path: Path) -> dict[Path, str]:
    """Return the tables of the documentation: for each file what it holds, from a JSON file."""
    results = json.loads(path.read_text())
    return {
        path.with_name("sizing-measured.txt"): measured_table(results),
        path.with_name("sizing-worked.txt"): worked_table(results["figures"]),
    }


def parse(arguments: list[str] | None = None) -> tuple[Load, dict[str, float]]:
    """Return what the command line says, and the costs that it says to take."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rate", type=float, required=True, help="calls a second, in all")
    parser.add_argument(
        "--latency-ms", type=float, required=True, help="that a call waits for the server"
    )
    parser.add_argument(
        "--cpu-us", type=float, help="CPU time of a call; by default, the measured one of find_one"
    )
    parser.add_argument("--streams", type=int, default=0, help="open change streams, in all")
    parser.add_argument(
        "--members", type=int, default=1, help="of the replica set, or mongos in the URI"
    )
    parser.add_argument("--processes", type=int, default=1, help="at least")
    parser.add_argument("--queue", type=int, default=10_000, help="max_waiting of each process")
    parser.add_argument("--costs", type=Path, default=COSTS, help="JSON of tox run -e sizing")
    options = parser.parse_args(arguments)
    costs = json.loads(options.costs.read_text())["figures"]
    cpu = costs["find_one_cpu_seconds"] if options.cpu_us is None else options.cpu_us / 1e6
    load = Load(
        rate=options.rate,
        latency=options.latency_ms / 1e3,
        cpu=cpu,
        streams=options.streams,
        members=options.members,
        processes=options.processes,
        queue=options.queue,
    )
    return load, costs


def main() -> None:
    """Print what a load needs or, with --tables, write those of the documentation."""
    if sys.argv[1:] == ["--tables"]:
        for path, table in tables(COSTS).items():
            path.write_text(table)
        return
    for what, how_much in show(size(*parse())).items():
        print(f"{what:40} {how_much:>10}")


if __name__ == "__main__":
    main()
