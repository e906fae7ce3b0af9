"""Shows results: tables on the terminal, and one for the README."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from benchmarks.peers import (
    BLOCKING,
    GEVENT,
    GREENLETS,
    MOTOR,
    OTHER_CHECKOUT,
    OTHER_PYTHON,
    OURS,
    PYMONGO_ASYNC,
    THREADS,
    title_of,
)
from benchmarks.results import Results, Spread, in_words
from benchmarks.targets import TARGETS
from benchmarks.workloads import WORKLOADS

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_WIDTH = 135

# The figures beside the rate, and what their columns are called.
_COLUMNS = {
    "cpu_us": "CPU µs",
    "switches": "switches",
    "latency_p99_ms": "p99 ms",
    "stall_p50_ms": "late p50",
    "stall_p99_ms": "late p99",
    "stall_max_ms": "late max ms",
    "bytes_per_call": "bytes/call",
    "import_ms": "import ms",
    "import_ratio": "÷ pymongo, tornado",
    "first_answer_ms": "first answer ms",
}

# Those of them of which the range is shown.
_WITH_RANGE = ("stall_p99_ms", "stall_max_ms", "bytes_per_call", "import_ms", "import_ratio")


def number(value: float) -> str:
    """Return a number with three digits, or all before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def show(results: Results, earlier: Results | None = None) -> None:
    """Print a table for each workload, and what has changed since an earlier run."""
    console = _console()
    for workload in results.workloads:
        console.print(workload_table(results, workload))
    if any(each["peer"].endswith(OTHER_CHECKOUT) for each in results.measured):
        console.print(checkouts_table(results))
    if earlier is not None:
        console.print(comparison_table(results, earlier))
    console.print("CPU time and voluntary context switches are those of the client, per call.")
    console.print(in_words(results.about), markup=False)
    for error in results.errors:
        last_line = error["error"].strip().rpartition("\n")[2]
        what = f"round {error['round'] + 1}: {error['workload']}, {error['peer']} failed"
        console.print(f"{what}: {last_line}", markup=False, style="red")


def _console() -> Console:
    from rich.console import Console

    # Lines that are too long for a terminal are better than figures that are cut.
    return Console(width=max(Console().width, _WIDTH))


def workload_table(results: Results, workload: str) -> Table:
    """Return a table of all peers' figures."""
    from rich import box
    from rich.table import Table

    unit = WORKLOADS[workload].unit
    peers = results.peers(workload)
    columns = [
        figure
        for figure in _COLUMNS
        if any(results.values(workload, peer, figure) for peer in peers)
    ]
    has_rate = any(results.values(workload, peer, "rate") for peer in peers)
    title = f"{WORKLOADS[workload].title} ({workload})"
    table = Table(title=title, box=box.SIMPLE_HEAD, padding=0, title_justify="left")
    table.add_column("", no_wrap=True)
    headings = [f"{unit}/s", "range", "÷ Async", "range"] if has_rate else []
    for heading in headings + [_COLUMNS[figure].format(unit=unit) for figure in columns]:
        table.add_column(heading, justify="right", no_wrap=True)
    for peer in peers:
        # On another interpreter everything is different.
        suffix = OTHER_PYTHON if peer.endswith(OTHER_PYTHON) else ""
        title = title_of(peer)
        if suffix:
            title += f", Python {results.python(workload, peer)}"
        cells: list[str] = []
        if has_rate:
            cells += _cells(results.spread(workload, peer, "rate"))
            cells += _cells(results.ratio(workload, peer, PYMONGO_ASYNC + suffix, "rate"), "{:.2f}")
        for figure in columns:
            median, ends = _cells(results.spread(workload, peer, figure))
            cells.append(f"{median} ({ends})" if figure in _WITH_RANGE and median else median)
        table.add_row(title, *cells, style="bold" if peer == OURS else None)
    return table


def _cells(spread: Spread | None, form: str | None = None) -> tuple[str, str]:
    """Return the median and the range, as they are shown."""
    if spread is None:
        return "", ""
    median, low, high = (
        form.format(each) if form else number(each)
        for each in (spread.median, spread.low, spread.high)
    )
    return median, f"{low} … {high}"


def checkouts_table(results: Results) -> Table:
    """Return a table of this checkout's figures, as ratios to those of the other one."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, title="This checkout ÷ the other one, round by round")
    for heading in ("", "", "rate", "range", "CPU time", "range"):
        right = heading in ("rate", "range", "CPU time")
        table.add_column(heading, justify="right" if right else "left", no_wrap=True)
    for workload in results.workloads:
        for peer in results.peers(workload):
            other = peer + OTHER_CHECKOUT
            ratios = [results.ratio(workload, peer, other, each) for each in ("rate", "cpu_us")]
            if any(ratios):
                cells = [cell for ratio in ratios for cell in _cells(ratio, "{:.2f}")]
                table.add_row(workload, title_of(peer), *cells)
    return table


def comparison_table(results: Results, earlier: Results) -> Table:
    """Return a table of how this library compared with PyMongo Async, now and earlier."""
    from rich import box
    from rich.table import Table

    table = Table(
        box=box.SIMPLE_HEAD,
        title=f"tornado_pymongo, now and {earlier.about['date']}",
    )
    table.add_column("", no_wrap=True)
    table.add_column("", no_wrap=True)
    for heading in ("now", "range", "earlier", "range", "change"):
        table.add_column(heading, justify="right", no_wrap=True)
    for workload in results.workloads:
        for name, now, then in _compared(workload, results, earlier):
            if now is None or then is None:
                continue
            change = f"{now.median / then.median - 1:+.0%}"
            apart = now.low > then.high or now.high < then.low
            cells = (*_cells(now), *_cells(then))
            # Where the ranges overlap it may be chance.
            table.add_row(workload, name, *cells, change, style="bold" if apart else "dim")
    return table


def _compared(
    workload: str, now: Results, then: Results
) -> Iterator[tuple[str, Spread | None, Spread | None]]:
    """Yield what of this library's is compared with an earlier run: its name, now and then."""
    ratios = [each.ratio(workload, OURS, PYMONGO_ASYNC, "rate") for each in (now, then)]
    yield "÷ PyMongo Async", ratios[0], ratios[1]
    for figure in ("switches", "stall_p99_ms", "stall_max_ms", "bytes_per_call", "import_ratio"):
        spreads = [each.spread(workload, OURS, figure) for each in (now, then)]
        yield _COLUMNS[figure], spreads[0], spreads[1]


def _target_rows(results: Results) -> Iterator[tuple[str, str, str, str, bool | None]]:
    """Yield workload, bound, what was reached and its range, and whether that is enough."""
    for target in TARGETS:
        spread = target.reached(results)
        cells = _cells(spread, "{:.2f}" if target.against else None)
        yield target.workload, target.bound, *cells, None if spread is None else target.met(spread)


def show_targets(results: Results) -> int:
    """Print what is to be reached and what was; return how many targets were missed."""
    from rich import box
    from rich.table import Table

    table = Table(title="Targets", box=box.SIMPLE_HEAD)
    for heading in ("", "target", "reached", "range", ""):
        right = heading in ("reached", "range")
        table.add_column(heading, justify="right" if right else "left", no_wrap=True)
    rows = list(_target_rows(results))
    measured = [row for row in rows if row[-1] is not None]
    for *cells, met in measured:
        table.add_row(*cells, "[green]yes" if met else "[red]no")
    console = _console()
    console.print(table)
    missed = sum(not met for *_, met in measured)
    console.print(
        f"{missed} of {len(measured)} targets missed, {len(rows) - len(measured)} not measured"
    )
    return missed


def rst(results: Results) -> str:
    """Return find_one on a local server as a table for the README, with what it depends on."""
    numbers = [n for n in (1, 10, 100, 1000) if f"find_one-local-{n}" in results.workloads]

    def row(title: str, peers: tuple[str, ...], form: str = "{}") -> list[str]:
        rates = [_best(results, f"find_one-local-{n}", peers) for n in numbers]
        return [title, *(form.format(number(rate.median)) if rate else "" for rate in rates)]

    ratios = [results.ratio(f"find_one-local-{n}", OURS, PYMONGO_ASYNC, "rate") for n in numbers]
    rows = [
        ["in flight", *(f"{n:,}" for n in numbers)],
        row("raw threads, the best number", _RAW),
        *(row(title_of(peer), (peer,)) for peer in (PYMONGO_ASYNC, MOTOR, GREENLETS, GEVENT)),
        row("**tornado_pymongo**", (OURS,), "**{}**"),
        ["÷ PyMongo Async", *(f"{ratio.median:.2f}" if ratio else "" for ratio in ratios)],
    ]
    return f"{_rst_table(rows)}\n\n{in_words(results.about)}\n"


def rst_of_all(results: Results) -> str:
    """Return all that the documentation shows: throughput, lateness, memory and imports."""
    rows = [["", "PyMongo Async", "Motor", "greenlets", "gevent", "raw threads", "this library"]]
    for workload in results.workloads:
        base = results.spread(workload, PYMONGO_ASYNC, "rate")
        if base is None:
            continue
        peers = ((MOTOR,), (GREENLETS,), (GEVENT,), _RAW, (OURS,))
        bests = [results.best(workload, each, "rate") for each in peers]
        ratios = [
            results.ratio(workload, best, PYMONGO_ASYNC, "rate") if best else None for best in bests
        ]
        cells = [f"{ratio.median:.2f}" if ratio else "" for ratio in ratios]
        if ratios[-1] is not None:
            cells[-1] = f"**{cells[-1]}** ({ratios[-1].low:.2f} … {ratios[-1].high:.2f})"
        rate = f"{number(base.median)} {WORKLOADS[workload].unit}/s"
        rows.append([WORKLOADS[workload].title, rate, *cells])
    parts = ["Throughput, as a ratio to PyMongo Async's:", _rst_table(rows)]
    for figures, text in _OTHERS.items():
        for workload in results.workloads:
            peers_with = [
                peer
                for peer in results.peers(workload)
                if results.values(workload, peer, figures[0])
            ]
            if peers_with:
                heading = [_COLUMNS[figure] for figure in figures]
                rows = [["", *heading]]
                for peer in peers_with:
                    spreads = [results.spread(workload, peer, figure) for figure in figures]
                    rows.append([title_of(peer), *(" ".join(_in_range(each)) for each in spreads)])
                parts += [f"{text}: {WORKLOADS[workload].title}.", _rst_table(rows)]
    return "\n\n".join([*parts, in_words(results.about)]) + "\n"


_RAW = (BLOCKING, *THREADS)

# What else the documentation shows of a workload, and what that is.
_OTHERS = {
    ("stall_p50_ms", "stall_p99_ms", "stall_max_ms"): "How late the event loop is, in milliseconds",
    ("bytes_per_call",): "Memory, in bytes a call",
    ("import_ms", "import_ratio", "first_answer_ms"): "Time, in milliseconds",
}


def _in_range(spread: Spread | None) -> tuple[str, ...]:
    median, ends = _cells(spread)
    return (median, f"({ends})") if median else ()


def _best(results: Results, workload: str, peers: tuple[str, ...]) -> Spread | None:
    best = results.best(workload, peers, "rate")
    return results.spread(workload, best, "rate") if best else None


def _rst_table(rows: list[list[str]]) -> str:
    """Return a simple table, of which the first row is the heading."""
    # An empty first cell would make a row the continuation of the one before.
    rows = [[row[0] or "\\", *row[1:]] for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    ruler = "  ".join("=" * width for width in widths)
    return "\n".join([ruler, lines[0], ruler, *lines[1:], ruler])
