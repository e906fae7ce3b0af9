"""Draws results: bars relative to PyMongo Async, latencies, and how late the event loop is."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from benchmarks.peers import (
    BLOCKING,
    EXECUTOR,
    GEVENT,
    GREENLETS,
    MOTOR,
    ONE_CORE,
    OURS,
    OURS_SHARING_ALL,
    PLACEMENT_TITLES,
    PYMONGO_ASYNC,
    THREADS,
    base_of,
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
    EXECUTOR: "#f0e442",
    OURS_SHARING_ALL: "#e69f00",
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

# The plots of ratios: name, title, patterns of workloads, what their peers' names end with.
_RATIOS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("find_one", "find_one on a local server, calls in flight", ("find_one-local-*",), ""),
    (
        "find_one_one_core",
        "find_one with each process on one core: delay, calls in flight",
        ("find_one-local-*", "find_one-1ms-*", "find_one-10ms-*"),
        ONE_CORE,
    ),
    (
        "slow_server",
        "find_one on a slow server: delay, calls in flight",
        ("find_one-*ms-*",),
        "",
    ),
    ("writes", "Writes", ("mixed-*", "insert_*", "bulk_*", "gridfs-*"), ""),
    ("scans", "Scans of 50,000 documents, how many at once", ("scan-*",), ""),
    ("official", "MongoDB's driver benchmark", ("official-*",), ""),
    ("web", "A web application: framework, processes", ("web-*",), ""),
    ("web_one_core", "A web application, each process on one core", ("web-*",), ONE_CORE),
)
_PREFIXES = ("find_one-local-", "find_one-", "scan-", "official-", "web-", "latency-", "arrivals-")

# Whose latencies are drawn.
_LATENCIES = (MOTOR, PYMONGO_ASYNC, OURS)


def draw(results: Results, folder: Path, kinds: Sequence[str] = ("svg", "png")) -> None:
    """Draw all plots for which there are results, in these formats, into a folder."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(_STYLE):
        for name, title, patterns, suffix in _RATIOS:
            workloads = _matching(results, patterns, suffix)
            if workloads:
                width = max(6.0, 1.2 + 1.1 * len(workloads))
                figure, axes = pyplot.subplots(figsize=(width, 4.2), layout="constrained")
                _draw_ratios(axes, results, workloads, title, suffix)
                _save(figure, folder / name, kinds)
        for kind, title in (
            ("latency", "calls in flight"),
            ("arrivals", "% of what the slowest can"),
        ):
            _draw_latencies(pyplot, results, kind, title, folder, kinds)
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


def _matching(results: Results, patterns: tuple[str, ...], suffix: str = "") -> list[str]:
    return [
        name
        for name in results.workloads
        if any(fnmatch(name, pattern) for pattern in patterns)
        and results.values(name, OURS + suffix, "rate")
    ]


def _ratio(results: Results, workload: str, bar: str, suffix: str) -> Spread | None:
    """Return by how much a bar's peer is as fast as PyMongo Async."""
    peers = (BLOCKING, *THREADS) if bar == _LIMIT else (bar,)
    best = results.best(workload, [peer + suffix for peer in peers], "rate")
    return results.ratio(workload, best, base_of(best), "rate") if best else None


def _draw_ratios(
    axes: Any, results: Results, workloads: list[str], title: str, suffix: str = ""
) -> None:
    """Draw a group of bars for each workload; a thin line is the range of the rounds."""
    width = 0.86 / len(_COLOURS)
    for group, workload in enumerate(workloads):
        spreads = {bar: _ratio(results, workload, bar, suffix) for bar in _COLOURS}
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
        if any(_ratio(results, workload, bar, suffix) for workload in workloads):
            axes.bar(0, 0, color=colour, label=title_of(bar) if bar != _LIMIT else _LIMIT)
    axes.legend(frameon=False, fontsize=8, ncols=3, loc="upper left")
    axes.margins(x=0.02, y=0.28)


def _short(workload: str) -> str:
    for prefix in _PREFIXES:
        workload = workload.removeprefix(prefix)
    return workload.replace("ms-", " ms-").replace("-", ", ").replace("1000", "1,000")


def _draw_latencies(
    pyplot: Any, results: Results, kind: str, title: str, folder: Path, kinds: Sequence[str]
) -> None:
    """Draw how long calls take, for both placements: from p50 to p99.9, with a mark at p99."""
    workloads = [name for name in results.workloads if name.startswith(f"{kind}-")]
    placements = {
        suffix: placement
        for suffix, placement in PLACEMENT_TITLES.items()
        if any(results.values(name, OURS + suffix, "latency_p50_ms") for name in workloads)
    }
    if not placements:
        return
    shape: dict[str, Any] = {"figsize": (5.2 * len(placements), 3.8), "squeeze": False}
    figure, grid = pyplot.subplots(1, len(placements), layout="constrained", sharey=True, **shape)
    for axes, (suffix, placement) in zip(grid[0], placements.items(), strict=True):
        for group, workload in enumerate(workloads):
            for place, peer in enumerate(_LATENCIES):
                points = [
                    results.spread(workload, peer + suffix, f"latency_{each}_ms")
                    for each in ("p50", "p99", "p999")
                ]
                values = [point.median for point in points if point]
                x = group + (place - (len(_LATENCIES) - 1) / 2) * 0.22
                colour = _COLOURS[peer]
                axes.plot([x] * len(values), values, color=colour, linewidth=3, zorder=2)
                axes.plot([x] * len(values), values, "o", color=colour, markersize=5, zorder=3)
        axes.set_xticks(range(len(workloads)), [_short(workload) for workload in workloads])
        axes.set_xlabel(title)
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set_title(placement)
        axes.grid(axis="y", linewidth=0.4)
        for peer in _LATENCIES:
            if not any(results.values(each, peer + suffix, "latency_p50_ms") for each in workloads):
                continue
            axes.plot([], [], color=_COLOURS[peer], linewidth=3, label=title_of(peer))
    grid[0][0].set_ylabel("ms: p50, p99, p99.9")
    grid[0][0].legend(frameon=False, fontsize=8, loc="upper left")
    _save(figure, folder / kind, kinds)


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
