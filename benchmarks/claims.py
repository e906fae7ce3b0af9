"""Sentences about speed, and what holds them to the results.

In a page, or the README, a comment before a paragraph says what of the results it is taken from::

    .. held: scan-* > 1; find_one-local-1 < 1; latency-100@one-core latency_p999_ms <= 1/3

Each claim is the median of a ratio of this library to PyMongo Async, or to another one (``of
motor``); of throughput, unless it names another figure. A pattern stands for all workloads of that
name. `unheld` finds the sentences that compare speeds and have no such comment, `broken` the claims
that are not so.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from fractions import Fraction

from benchmarks.pages import BEGIN, END
from benchmarks.peers import ONE_CORE, OURS, PEERS, PYMONGO_ASYNC
from benchmarks.results import Results
from benchmarks.workloads import WORKLOADS

_HELD = re.compile(r"^( *)\.\. held: *(?P<claims>.*(?:\n\1 +\S.*)*)$", re.MULTILINE)
_CLAIM = re.compile(
    rf"(?P<workload>[\w*-]+)(?P<suffix>{ONE_CORE})?(?: (?P<figure>[a-z]\w+))?"
    r" (?P<sign>[<>]=?) (?P<bound>[\d./]+)(?: of (?P<peer>[\w-]+))?"
)
_SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}

_GENERATED = re.compile(rf"{BEGIN}.*?{END}", re.DOTALL)

_SPEED = re.compile(
    r"""\b( faster | fastest | slower | slowest | quicker | throughput | latenc(y|ies)
    | as\ (fast|slow|long|many)\ as | times\ (as|the) | ahead | behind | op/s | twice\ as
    ) \b""",
    re.VERBOSE | re.IGNORECASE,
)
_SENTENCES = re.compile(r"(?<=[.:;?!])\s+|^\s*(?:[-*]|#\.)\s", re.MULTILINE)

_OTHERS = re.compile(
    r"PyMongo\s+(Async|by\s+itself)|\bMotor\b|gevent|greenlet|raw\s+threads|than\s+both|of\s+both"
)


def claims_of(text: str) -> Iterator[str]:
    """Yield all claims of a page."""
    for held in _HELD.finditer(text):
        for claim in held["claims"].split(";"):
            yield " ".join(claim.split())


def measurements_of(claim: str) -> list[tuple[str, str]]:
    """Return what has to be measured for a claim: workloads and peers."""
    parsed = _CLAIM.fullmatch(claim)
    assert parsed is not None, claim
    workloads = [name for name in WORKLOADS if fnmatch(name, parsed["workload"])]
    peers = (OURS, parsed["peer"] or PYMONGO_ASYNC)
    return [(name, peer + (parsed["suffix"] or "")) for name in workloads for peer in peers]


def broken(claim: str, results: Results) -> str | None:
    """Return what is wrong with a claim, None if it is so."""
    parsed = _CLAIM.fullmatch(claim)
    if parsed is None:
        return "this is no claim"
    base = parsed["peer"] or PYMONGO_ASYNC
    if base not in PEERS:
        return f"there is no {base}"
    suffix, figure = parsed["suffix"] or "", parsed["figure"] or "rate"
    ratios = {
        workload: ratio.median
        for workload in results.workloads
        if fnmatch(workload, parsed["workload"])
        if (ratio := results.ratio(workload, OURS + suffix, base + suffix, figure))
    }
    if not ratios:
        return "that was not measured"
    holds, bound = _SIGNS[parsed["sign"]], float(Fraction(parsed["bound"]))
    wrong = [f"{name} is {ratio:.2f}" for name, ratio in ratios.items() if not holds(ratio, bound)]
    return ", ".join(wrong) or None


def unheld(text: str) -> Iterator[str]:
    """Yield the sentences of a page that compare speeds, and are neither held nor generated."""
    held = False
    for paragraph in re.split(r"\n[ \t]*\n", _GENERATED.sub("", text)):
        if _HELD.match(paragraph.lstrip("\n")):
            # The comment may stand alone, or on top of what it is about.
            held = len(_HELD.sub("", paragraph).strip()) == 0
            continue
        if not held and not paragraph.lstrip().startswith(".."):
            for sentence in _SENTENCES.split(paragraph):
                if _SPEED.search(sentence) and _OTHERS.search(sentence):
                    yield " ".join(sentence.split())
        held = False
