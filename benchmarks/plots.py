"""Draws results: bars relative to PyMongo Async, and how late the event loop is."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from benchmarks.peers import (
    BLOCKING,
    GEVENT,
    GREENLETS,
    MOTOR,
    OURS,
    PYMONGO_ASYNC,
    THREADS,
    title_of,
)
from benchmarks.results import Results, Spread
from benchmarks.workloads import WORKLOADS

# The bars of each group, in their order. Colours that the colour-blind can tell apart (Okabe and
# Ito); this library's stands out.
_LIMIT = "raw threads"
_COLOURS = {
    MOTOR: "#56b4e9",
    PYMONGO_ASYNC: "#0072b2",
    GEVENT: "#cc79a7",
    GREENLETS: "#009e73",
    OURS: "#d55e00",
    _LIMIT: "#9a9a9a",
}

# An opaque card, so that a page's background, white or dark, is none of its business.
_STYLE: dict[Any, Any] = {
    "figure.facecolor": "#fbfbfa",
    "axes.facecolor": "#fbfbfa",
    "savefig.facecolor": "#fbfbfa",
    "text.color": "#222222",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "svg.hashsalt": "tornado_pymongo",  # the same figures give the same file
}

# The plots of ratios: name, title, patterns of workloads, what is left out of their names.
_RATIOS = (
    ("find_one", "find_one on a local server, calls in flight", ("find_one-local-*",)),
    (
        "slow_server",
        "find_one on a slow server: delay, calls in flight",
        ("find_one-*ms-*",),
    ),
    ("writes", "Writes", ("mixed-*", "insert_*", "bulk_*", "gridfs-*")),
    ("scans", "Scans of 50,000 documents, how many at once", ("scan-*",)),
    ("official", "MongoDB's driver benchmark", ("official-*",)),
)
_PREFIXES = ("find_one-local-", "find_one-", "scan-", "official-")


def draw(results: Results, folder: Path, kinds: Sequence[str] = ("svg", "png")) -> None:
    """Draw all plots for which there are results, in these formats, into a folder."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(_STYLE):
        for name, title, patterns in _RATIOS:
            workloads = _matching(results, patterns)
            if workloads:
                width = max(6.0, 1.2 + 1.1 * len(workloads))
                figure, axes = pyplot.subplots(figsize=(width, 4.2), layout="constrained")
                _draw_ratios(axes, results, workloads, title)
                _save(figure, folder / name, kinds)
        if stalls := _matching(results, ("stall-*",)):
            shape: dict[str, Any] = {"figsize": (4.2 * len(stalls), 3.4), "squeeze": False}
            figure, grid = pyplot.subplots(1, len(stalls), layout="constrained", **shape)
            for axes, workload in zip(grid[0], stalls, strict=True):
                title = WORKLOADS[workload].title
                _draw_stall(axes, results, workload, title.replace(" documents", "\ndocuments"))
            _save(figure, folder / "stall", kinds)
        finds = _matching(results, ("find_one-local-*",))
        stalls = _matching(results, ("stall-scan-gc-on",))
        if finds and stalls:  # for the README
            shape = {"figsize": (11, 4), "width_ratios": (3, 2)}
            figure, (left, right) = pyplot.subplots(1, 2, layout="constrained", **shape)
            _draw_ratios(left, results, finds, "find_one, calls in flight: more is better")
            title = "The loop's delay in 3 large scans"
            _draw_stall(right, results, stalls[0], title)
            _save(figure, folder / "benchmark", kinds)


def _matching(results: Results, patterns: tuple[str, ...]) -> list[str]:
    return [
        name
        for name in results.workloads
        if any(fnmatch(name, pattern) for pattern in patterns)
        and results.values(name, OURS, "rate")
    ]


def _ratio(results: Results, workload: str, bar: str) -> Spread | None:
    """Return by how much a bar's peer is as fast as PyMongo Async."""
    peers = (BLOCKING, *THREADS) if bar == _LIMIT else (bar,)
    best = results.best(workload, peers, "rate")
    return results.ratio(workload, best, PYMONGO_ASYNC, "rate") if best else None


def _draw_ratios(axes: Any, results: Results, workloads: list[str], title: str) -> None:
    """Draw a group of bars for each workload; a thin line is the range of the rounds."""
    width = 0.86 / len(_COLOURS)
    for group, workload in enumerate(workloads):
        spreads = {bar: _ratio(results, workload, bar) for bar in _COLOURS}
        measured = {bar: spread for bar, spread in spreads.items() if spread}
        for place, (bar, spread) in enumerate(measured.items()):
            x = group + (place - (len(measured) - 1) / 2) * width
            axes.bar(x, spread.median, width * 0.92, color=_COLOURS[bar])
            axes.plot([x, x], [spread.low, spread.high], color="#222222", linewidth=0.8)
            if bar == OURS:
                style = {"textcoords": "offset points", "ha": "center", "fontweight": "bold"}
                at = (x, spread.high)
                axes.annotate(f"{spread.median:.2f}", at, (0, 3), fontsize=9, zorder=9, **style)
    axes.axhline(1, color="#222222", linewidth=0.8, linestyle=":")
    names = [_short(workload) for workload in workloads]
    crowded = len(workloads) > 4 and max(map(len, names)) > 8
    axes.set_xticks(range(len(workloads)), names, rotation=25 if crowded else 0)
    if crowded:
        for tick in axes.get_xticklabels():
            tick.set_horizontalalignment("right")
    axes.set_ylabel("throughput ÷ PyMongo Async")
    axes.set_title(title)
    for bar, colour in _COLOURS.items():
        if any(_ratio(results, workload, bar) for workload in workloads):
            axes.bar(0, 0, color=colour, label=title_of(bar) if bar != _LIMIT else _LIMIT)
    axes.legend(frameon=False, fontsize=8, ncols=3, loc="upper left")
    axes.margins(x=0.02, y=0.28)


def _short(workload: str) -> str:
    for prefix in _PREFIXES:
        workload = workload.removeprefix(prefix)
    return workload.replace("ms-", " ms-").replace("-", ", ").replace("1000", "1,000")


def _draw_stall(axes: Any, results: Results, workload: str, title: str) -> None:
    """Draw how late the loop is: a bar to the 99th percentile, a line to the largest."""
    bars = [bar for bar in _COLOURS if results.values(workload, bar, "stall_p99_ms")]
    for place, bar in enumerate(bars):
        p99 = results.spread(workload, bar, "stall_p99_ms")
        largest = results.spread(workload, bar, "stall_max_ms")
        if p99 is None or largest is None:
            continue
        axes.barh(place, p99.median, 0.66, color=_COLOURS[bar])
        axes.plot([p99.median, largest.median], [place, place], color="#222222", linewidth=0.8)
        axes.plot(largest.median, place, "|", color="#222222")
        text = f" {p99.median:.3g} ms"
        end = max(p99.median, largest.median)
        weight = "bold" if bar == OURS else "normal"
        axes.annotate(text, (end, place), va="center", fontsize=9, fontweight=weight)
    axes.set_yticks(range(len(bars)), [title_of(bar) for bar in bars])
    axes.set_xlabel("lateness in ms: p99 (bar), largest (line)")
    axes.set_xscale("log")
    axes.set_xlim(1, 8 * max(axes.get_xlim()[1], 100))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_title(title)


def _save(figure: Any, path: Path, kinds: Sequence[str]) -> None:
    from matplotlib import pyplot

    for kind in kinds:
        metadata = {"Date": None} if kind == "svg" else None
        figure.savefig(path.with_suffix(f".{kind}"), metadata=metadata, dpi=144)
    pyplot.close(figure)
