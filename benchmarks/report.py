"""Shows results on the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Any

from benchmarks import cpu_time
from benchmarks.peers import (
    OTHER_CHECKOUT,
    OTHER_PYTHON,
    OURS,
    PLACEMENTS,
    PYMONGO_ASYNC,
    base_of,
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
COLUMNS = {
    "cpu_us": "CPU µs",
    "switches": "switches",
    "arrivals": "arrivals/s",
    "latency_p50_ms": "p50 ms",
    "latency_p99_ms": "p99 ms",
    "latency_p999_ms": "p99.9 ms",
    "stall_p50_ms": "late p50",
    "stall_p99_ms": "late p99",
    "stall_max_ms": "late max ms",
    "bytes_per_call": "bytes/call",
    "import_ms": "import ms",
    "import_ratio": "÷ pymongo, tornado",
    "start_ms": "from start to first answer ms",
    "first_answer_ms": "without imports ms",
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
    for workload in results.workloads:
        for peer in results.peers(workload):
            if functions := results.functions(workload, peer):
                title = f"{WORKLOADS[workload].title}, {title_of(peer)}"
                console.print(f"{title}, µs: {groups_in_words(functions)}")
    console.print("CPU time and voluntary context switches are those of the client, per call.")
    for each in (results, earlier) if earlier else (results,):
        console.print(in_words(each.about), markup=False)
        for placement, suffix in PLACEMENTS.items():
            if least := each.least_difference(suffix):
                console.print(f"{placement}: a difference of less than {least:.0%} is none (A/A)")
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
        for figure in COLUMNS
        if any(results.values(workload, peer, figure) for peer in peers)
    ]
    has_rate = any(results.values(workload, peer, "rate") for peer in peers)
    title = f"{WORKLOADS[workload].title} ({workload})"
    table = Table(title=title, box=box.SIMPLE_HEAD, padding=0, title_justify="left")
    table.add_column("", no_wrap=True)
    headings = [f"{unit}/s", "range", "÷ Async", "range"] if has_rate else []
    for heading in headings + [COLUMNS[figure].format(unit=unit) for figure in columns]:
        table.add_column(heading, justify="right", no_wrap=True)
    for peer in peers:
        # On another interpreter everything is different.
        suffix = OTHER_PYTHON if peer.endswith(OTHER_PYTHON) else ""
        title = title_of(peer)
        if suffix:
            title += f", Python {results.python(workload, peer)}"
        cells: list[str] = []
        if has_rate:
            cells += cells_of(results.spread(workload, peer, "rate"))
            cells += cells_of(results.ratio(workload, peer, base_of(peer), "rate"), "{:.2f}")
        for figure in columns:
            median, ends = cells_of(results.spread(workload, peer, figure))
            cells.append(f"{median} ({ends})" if figure in _WITH_RANGE and median else median)
        table.add_row(title, *cells, style="bold" if peer == OURS else None)
    return table


def cells_of(spread: Spread | None, form: str | None = None) -> tuple[str, str]:
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
                cells = [cell for ratio in ratios for cell in cells_of(ratio, "{:.2f}")]
                table.add_row(workload, title_of(peer), *cells)
    return table


def comparison_table(results: Results, earlier: Results) -> Table:
    """Return a table of how this library compared with PyMongo Async, now and earlier."""
    from rich import box
    from rich.table import Table

    table = Table(
        box=box.SIMPLE_HEAD,
        title=f"This run, and that of {earlier.about['date']}, as below",
    )
    table.add_column("", no_wrap=True)
    table.add_column("", no_wrap=True)
    for heading in ("this run", "range", "the other", "range", "change"):
        table.add_column(heading, justify="right", no_wrap=True)
    for workload, suffix in product(results.workloads, PLACEMENTS.values()):
        for name, now, then in _compared(workload, suffix, results, earlier):
            if now is None or then is None:
                continue
            change = f"{now.median / then.median - 1:+.0%}"
            apart = now.low > then.high or now.high < then.low
            cells = (*cells_of(now), *cells_of(then))
            # Where the ranges overlap it may be chance.
            style = "bold" if apart else "dim"
            table.add_row(workload + suffix, name, *cells, change, style=style)
    return table


def groups_in_words(functions: dict[str, dict[str, Any]]) -> str:
    """Return whose functions take how many microseconds of CPU time."""
    return ", ".join(f"{group} {us:.0f}" for group, us in cpu_time.by_group(functions).items())


def _compared(
    workload: str, suffix: str, now: Results, then: Results
) -> Iterator[tuple[str, Spread | None, Spread | None]]:
    """Yield what of this library's is compared with another run: its name, here and there."""
    ours, base = OURS + suffix, PYMONGO_ASYNC + suffix
    for figure, title in (("rate", ""), ("latency_p999_ms", ", p99.9")):
        ratios = [each.ratio(workload, ours, base, figure) for each in (now, then)]
        yield f"÷ PyMongo Async{title}", ratios[0], ratios[1]
    for figure in ("switches", "stall_p99_ms", "stall_max_ms", "bytes_per_call", "import_ratio"):
        spreads = [each.spread(workload, ours, figure) for each in (now, then)]
        yield COLUMNS[figure], spreads[0], spreads[1]


def target_rows(results: Results) -> Iterator[tuple[str, str, str, str, bool | None]]:
    """Yield workload, bound, what was reached and its range, and whether that is enough."""
    for target in TARGETS:
        spread = target.reached(results)
        cells = cells_of(spread, "{:.2f}" if target.against else None)
        yield target.workload, target.bound, *cells, None if spread is None else target.met(spread)


def show_targets(results: Results) -> int:
    """Print what is to be reached and what was; return how many targets were missed."""
    from rich import box
    from rich.table import Table

    table = Table(title="Targets", box=box.SIMPLE_HEAD)
    for heading in ("", "target", "reached", "range", ""):
        right = heading in ("reached", "range")
        table.add_column(heading, justify="right" if right else "left", no_wrap=True)
    rows = list(target_rows(results))
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
