"""The figures of the documentation and of the README: each of them is made here.

`pages` returns a text for each file of ``docs/benchmark``; `readme` what stands in the README
between two marks. So both can be made again from the file of results, and compared with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

from benchmarks import cpu_time
from benchmarks.peers import (
    AGAIN,
    BLOCKING,
    EXECUTOR,
    GEVENT,
    GREENLETS,
    MOTOR,
    ONE_CORE,
    OURS,
    OURS_SHARING_ALL,
    PLACEMENT_TITLES,
    PLACEMENTS,
    PYMONGO_ASYNC,
    THREADS,
    base_of,
    peer_of,
    title_of,
)
from benchmarks.report import COLUMNS, cells_of, number, target_rows
from benchmarks.results import Results, Spread, in_words
from benchmarks.workloads import WORKLOADS

RESULTS = "results.json"

# The results of another machine, if there are any: beside those above.
OTHER_MACHINE = "other-machine.json"

BEGIN, END = ".. figures: begin", ".. figures: end"
_MARKED = re.compile(rf"({BEGIN}[^\n]*\n).*?({END})", re.DOTALL)

_RAW = (BLOCKING, *THREADS)
_IN_FLIGHT = (1, 10, 100, 1000)

# The tables of throughput leave these out: they have tables of their own, or no throughput.
_OTHER_TABLES = ("hop-", "latency-", "arrivals-", "web-", "cpu-time-")

_LATENCIES = ("latency_p50_ms", "latency_p99_ms", "latency_p999_ms")

# The other figures of a workload that the documentation shows, and what they are.
_OTHERS = {
    ("stall_p50_ms", "stall_p99_ms", "stall_max_ms"): "How late the event loop is, in milliseconds",
    ("bytes_per_call",): "Memory, in bytes a call",
    ("import_ms", "import_ratio", "start_ms", "first_answer_ms"): "Time, in milliseconds",
}

# The functions that a table of CPU time names: those of each group that take the most.
_FUNCTIONS = 10


def pages(results: Results, folder: Path) -> dict[str, str]:
    """Return what the documentation includes: the name of each file, and its text.

    :param folder: where the results of another machine are, if there are any.
    """
    path = folder / OTHER_MACHINE
    other = Results.load(path) if path.exists() else None
    texts = {
        f"{page.__name__.removeprefix('_')}.txt": page(results)
        for page in (_summary, _throughput, _latency, _web, _costs, _cpu_time, _floors, _machine)
    }
    texts["machines.txt"] = _machines(results, other)
    return {name: "\n\n".join(paragraphs) + "\n" for name, paragraphs in texts.items()}


def write(results: Results, folder: Path) -> None:
    """Write them to a folder."""
    for name, text in pages(results, folder).items():
        (folder / name).write_text(text)


# The pages: each yields paragraphs and tables.


def _summary(results: Results) -> Iterator[str]:
    """The workloads in which it is ahead of PyMongo Async, and those in which it is behind."""
    for suffix, title in PLACEMENT_TITLES.items():
        kinds: dict[str, list[tuple[float, str]]] = {"ahead": [], "level": [], "behind": []}
        for workload in _of_throughput(results):
            ratio = results.ratio(workload, OURS + suffix, PYMONGO_ASYNC + suffix, "rate")
            if ratio:
                words = f"{WORKLOADS[workload].title} ({ratio.median:.2f})"
                kinds[kind_of(results, ratio, suffix)].append((ratio.median, words))
        least = results.least_difference(suffix)
        none = f" A difference of less than {least:.0%} is none." if least else ""
        lists = [
            f"- **{kind}**: " + "; ".join(words for _, words in sorted(found, reverse=True)) + "."
            for kind, found in kinds.items()
            if found
        ]
        if lists:
            yield f"With {title}, as a ratio to PyMongo Async's throughput.{none}"
            yield "\n".join(lists)


def kind_of(results: Results, ratio: Spread, suffix: str = "") -> str:
    """Return whether a ratio is "ahead", "behind", or "level": no more than the A/A difference."""
    least = results.least_difference(suffix) or 0
    if ratio.median > 1 + least:
        return "ahead"
    return "behind" if ratio.median < 1 / (1 + least) else "level"


def _throughput(results: Results) -> Iterator[str]:
    """Each workload, as ratios to PyMongo Async, in both placements."""
    for suffix, title in PLACEMENT_TITLES.items():
        groups: dict[str, tuple[str, ...]] = {
            "the same again": (PYMONGO_ASYNC + AGAIN,),
            "Motor": (MOTOR,),
            "greenlets": (GREENLETS,),
            "gevent": (GEVENT,),
            "raw threads": _RAW,
            'share_core="all"': (OURS_SHARING_ALL,),
            "this library": (OURS,),
        }
        rows = []
        for workload in _of_throughput(results):
            base = results.spread(workload, PYMONGO_ASYNC + suffix, "rate")
            if base is None:
                continue
            ratios = [
                _best_ratio(results, workload, [peer + suffix for peer in peers])
                for peers in groups.values()
            ]
            cells = [f"{ratio.median:.2f}" if ratio else "" for ratio in ratios]
            if ratios[-1] is not None:
                cells[-1] = f"**{cells[-1]}** ({ratios[-1].low:.2f} … {ratios[-1].high:.2f})"
            rate = f"{number(base.median)} {WORKLOADS[workload].unit}/s"
            rows.append([WORKLOADS[workload].title, rate, *cells])
        if rows:
            yield f"Throughput with {title}, as a ratio to PyMongo Async's:"
            yield rst_table(_without_empty([["", "PyMongo Async", *groups], *rows]))


def _latency(results: Results) -> Iterator[str]:
    """How long a call takes: with so many in flight, and at a fixed rate."""
    for kind, words in (("latency-", "Latency"), ("arrivals-", "Latency at a fixed rate")):
        names = [workload for workload in results.workloads if workload.startswith(kind)]
        for suffix, title in PLACEMENT_TITLES.items():
            rows = []
            for workload in names:
                arrivals = results.spread(workload, PYMONGO_ASYNC + suffix, "arrivals")
                for peer in (PYMONGO_ASYNC, MOTOR, OURS):
                    spreads = [results.spread(workload, peer + suffix, each) for each in _LATENCIES]
                    what = f"{WORKLOADS[workload].in_flight:,} in flight"
                    if arrivals:
                        percent = WORKLOADS[workload].load_percent
                        what = f"{percent:g} %: {number(arrivals.median)} calls/s"
                    if any(spreads):
                        rows.append([what, peer_of(peer).title, *map(_with_range, spreads)])
            if rows:
                yield f"{words} of find_one with {title}, in milliseconds (range of the rounds):"
                yield rst_table([["", "", *(COLUMNS[each] for each in _LATENCIES)], *rows])


def _web(results: Results) -> Iterator[str]:
    """A web application: requests a second, the slowest hundredth, the first answer."""
    heading = ["requests/s", "÷ PyMongo Async", "p99 ms", "CPU µs/request", "first answer ms"]
    for suffix, title in PLACEMENT_TITLES.items():
        rows = []
        for workload in results.workloads:
            if not workload.startswith("web-"):
                continue
            for peer in (PYMONGO_ASYNC, MOTOR, EXECUTOR, OURS):
                name = peer + suffix
                figures = ("rate", "latency_p99_ms", "cpu_us", "first_answer_ms")
                rate, p99, cpu, answer = (results.spread(workload, name, each) for each in figures)
                if rate:
                    ratio = results.ratio(workload, name, base_of(name), "rate")
                    cells = [_with_range(ratio, "{:.2f}"), *map(_median, (p99, cpu, answer))]
                    what = WORKLOADS[workload].title.removeprefix("a web application with ")
                    rows.append([what, peer_of(peer).title, _median(rate), *cells])
        if rows:
            yield f"A web application, three queries and one write a request, with {title}:"
            yield rst_table([["", "", *heading], *rows])


def _costs(results: Results) -> Iterator[str]:
    """How late the loop is, memory, the start."""
    for figures, text in _OTHERS.items():
        for workload in results.workloads:
            if workload.startswith("web-"):
                continue
            peers = [
                peer
                for peer in results.peers(workload)
                if results.values(workload, peer, figures[0])
            ]
            if peers:
                rows = [["", *(COLUMNS[figure] for figure in figures)]]
                for peer in peers:
                    spreads = [results.spread(workload, peer, figure) for figure in figures]
                    rows.append([title_of(peer), *map(_with_range, spreads)])
                yield f"{text}: {WORKLOADS[workload].title}."
                yield rst_table(rows)


def _cpu_time(results: Results) -> Iterator[str]:
    """Whose functions take a call's CPU time, and which."""
    for workload in results.workloads:
        profiles = {
            peer: functions
            for peer in results.peers(workload)
            if (functions := results.functions(workload, peer))
        }
        if not profiles:
            continue
        groups = {peer: cpu_time.by_group(each) for peer, each in profiles.items()}
        rows = [["", *map(title_of, profiles)]]
        rows += [
            [group, *(f"{each[group]:.0f}" for each in groups.values())]
            for group in cpu_time.GROUPS
        ]
        rows.append(["together", *(f"{sum(each.values()):.0f}" for each in groups.values())])
        yield f"CPU time, in µs a call: {WORKLOADS[workload].title}."
        yield rst_table(rows)
        # Those on one core, which are disturbed less, if there are any.
        for peer in [peer for peer in (OURS + ONE_CORE, OURS) if peer in profiles][:1]:
            functions = profiles[peer]
            rows = [["", "", "µs", "calls"]]
            for group in cpu_time.GROUPS[:-1]:
                own = [
                    (name, each)
                    for name, each in functions.items()
                    if each["group"] == group and not name.endswith(cpu_time.OTHERS)
                ]
                own.sort(key=lambda item: item[1]["us"], reverse=True)
                for name, each in own[:_FUNCTIONS]:
                    cells = [f"{each['us']:.1f}", f"{each['calls']:.2f}"]
                    rows.append([group, f"``{name}``", *cells])
            yield f"The functions of {title_of(peer)} that take most of it, each by itself:"
            yield rst_table(rows)


def _floors(results: Results) -> Iterator[str]:
    """The targets, and what was reached."""
    rows = [["workload", "target", "reached", "range", ""]]
    for *cells, met in target_rows(results):
        if met is not None:
            rows.append([*cells, "yes" if met else "**no**"])
    missed = sum(row[-1] != "yes" for row in rows[1:])
    yield f"{missed} of {len(rows) - 1} are missed."
    if len(rows) > 1:
        yield rst_table(rows)


def _machine(results: Results) -> Iterator[str]:
    """The machine, the versions, the A/A differences."""
    yield in_words(results.about) + "."
    for placement, suffix in PLACEMENTS.items():
        least = results.least_difference(suffix)
        if least is not None:
            title = PLACEMENT_TITLES[suffix]
            ratios = results.same_twice(suffix)
            words = ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items())
            yield (
                f"A/A with {title}: PyMongo Async against itself differs by up to {least:.0%}"
                f" ({placement}: {words})."
            )


def _machines(results: Results, other: Results | None) -> Iterator[str]:
    """The ratios of two machines side by side, in both placements."""
    if other is None:
        yield "Only one machine has been measured."
        return
    both = (results, other)
    columns = list(product(("this machine", "the other one"), PLACEMENT_TITLES.values()))
    rows = []
    for workload in results.workloads:
        figure = "latency_p999_ms" if workload.startswith(("latency-", "arrivals-")) else "rate"
        ratios = [
            each.ratio(workload, OURS + suffix, PYMONGO_ASYNC + suffix, figure)
            for each, suffix in product(both, PLACEMENT_TITLES)
        ]
        if any(ratios[:2]) and any(ratios[2:]):
            what = ", slowest thousandth" if figure != "rate" else ""
            cells = [_with_range(ratio, "{:.2f}") for ratio in ratios]
            rows.append([WORKLOADS[workload].title + what, *cells])
    yield f"This machine is {in_words(results.about)}."
    yield f"The other one is {in_words(other.about)}."
    yield "These are ratios to PyMongo Async:"
    yield rst_table([["", *(", ".join(column) for column in columns)], *rows])


# The README


def readme_table(results: Results) -> str:
    """Return find_one on a local server as a table for the README, with what it depends on."""
    numbers = [n for n in _IN_FLIGHT if f"find_one-local-{n}" in results.workloads]

    def rates(title: str, peers: Iterable[str], form: str = "{}") -> list[str]:
        peers = tuple(peers)
        spreads = [_best(results, f"find_one-local-{n}", peers) for n in numbers]
        return [title, *(form.format(number(each.median)) if each else "" for each in spreads)]

    def ratios(title: str, peer: str, base: str = PYMONGO_ASYNC) -> list[str]:
        spreads = [results.ratio(f"find_one-local-{n}", peer, base, "rate") for n in numbers]
        return [title, *(f"{each.median:.2f}" if each else "" for each in spreads)]

    def slowest(title: str, peer: str) -> list[str]:
        spreads = [results.spread(f"latency-{n}", peer, "latency_p999_ms") for n in numbers]
        return [title, *(number(each.median) if each else "" for each in spreads)]

    rows = [
        rates("raw threads, the best number", _RAW),
        *(rates(title_of(peer), (peer,)) for peer in (PYMONGO_ASYNC, MOTOR, GREENLETS, GEVENT)),
        rates("**tornado_pymongo**", (OURS,), "**{}**"),
        ratios("÷ PyMongo Async", OURS),
        ratios('the same with share_core="all"', OURS_SHARING_ALL),
        ratios("the same, each process on one core", OURS + ONE_CORE, PYMONGO_ASYNC + ONE_CORE),
        slowest("slowest thousandth, ms: PyMongo Async", PYMONGO_ASYNC),
        slowest("slowest thousandth, ms: tornado_pymongo", OURS),
    ]
    rows = [row for row in rows if any(row[1:])]
    table = rst_table([["in flight", *(f"{n:,}" for n in numbers)], *rows])
    return f"{table}\n\n{in_words(results.about)}\n"


def readme(text: str, results: Results) -> str:
    """Return a README with the figures of these results between its marks."""
    if not _MARKED.search(text):
        raise ValueError(f"there is no {BEGIN!r} with {END!r} after it")
    return _MARKED.sub(lambda found: f"{found[1]}\n{readme_table(results)}\n{found[2]}", text)


# Cells and tables


def _of_throughput(results: Results) -> list[str]:
    return [name for name in results.workloads if not name.startswith(_OTHER_TABLES)]


def _best(results: Results, workload: str, peers: tuple[str, ...]) -> Spread | None:
    best = results.best(workload, peers, "rate")
    return results.spread(workload, best, "rate") if best else None


def _best_ratio(results: Results, workload: str, names: list[str]) -> Spread | None:
    best = results.best(workload, names, "rate")
    return results.ratio(workload, best, base_of(best), "rate") if best else None


def _median(spread: Spread | None) -> str:
    return number(spread.median) if spread else ""


def _with_range(spread: Spread | None, form: str | None = None) -> str:
    median, ends = cells_of(spread, form)
    if spread is None or spread.low == spread.high:
        return median
    return f"{median} ({ends})"


def _without_empty(rows: list[list[str]]) -> list[list[str]]:
    """Leave out columns that have a heading only."""
    kept = [n for n in range(len(rows[0])) if any(row[n] for row in rows[1:])]
    return [[row[n] for n in kept] for row in rows]


def rst_table(rows: list[list[str]]) -> str:
    """Return a simple table, of which the first row is the heading."""
    # An empty first cell would make a row the continuation of the one before.
    rows = [[row[0] or "\\", *row[1:]] for row in rows]
    widths = [max(1, *(len(row[column]) for row in rows)) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    ruler = "  ".join("=" * width for width in widths)
    return "\n".join([ruler, lines[0], ruler, *lines[1:], ruler])
