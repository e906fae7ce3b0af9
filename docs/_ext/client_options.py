"""``.. client-options:: GROUP`` lists options of ``MongoClient``: default, unit, and in short what.

The groups are ours, and PyMongo's: those of its own documentation, and of the large first one those
that a pattern of names takes out.
"""

from __future__ import annotations

import inspect
import re
from typing import Any

import reference
import upstream
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import tornado_pymongo

# What the names of the first group's options have in them, for whom PyMongo has no group.
NAMES = {
    "pool": r"Pool|Idle|maxConnecting",
    "timeouts": r"timeout|heartbeat",
    "retries": r"^retry|retries|retarget",
    "srv": r"^srv",
    "documents": r"document_class|^tz|type_registry|datetime|uuid|unicode",
    "compression": r"compress",
    "watching": r"appname|driver|event_listeners|server_api",
    "servers": r"^host$|^port$|^connect$|directConnection|replicaSet|server|load|^read|max|local",
    "authentication": r"^username$|^password$|^auth[SM]",
    "tls": r"^tls|^ssl$",
    "writes": r"^w$|wTimeoutMS|journal|fsync",
    "encryption": r"encryption",
}
# What PyMongo's own documentation of its client lacks: defaults, and whole options.
DEFAULTS = {
    "max_workers": "maxPoolSize",
    "max_stream_workers": "16",
    "host": "localhost",
    "port": "27017",
    "tz_aware": "False",
    "directConnection": "False",
    "timeoutMS": "None",
    "heartbeatFrequencyMS": "10000",
    "uuidRepresentation": "unspecified",
}
MISSING = {
    "localThresholdMS": (
        "``15``",
        "How much slower than the nearest a server may be and be chosen.",
    ),
    "loadBalanced": ("``False``", "Whether the address is that of a load balancer."),
    "tzinfo": ("``None``", "The time zone of datetimes in documents, if ``tz_aware`` is True."),
    "username": ("", "The name of the user, not percent-escaped, unlike in an address."),
    "password": ("", "The password, not percent-escaped, unlike in an address."),
}
UNITS = {"MS": "ms", "_bytes": "bytes", "Seconds": "s"}


def ours() -> dict[str, tuple[str, str]]:
    """Return the default and the text of each option that PyMongo has not."""
    text = reference.own_docstring(
        tornado_pymongo.MongoClient, tornado_pymongo.MongoClient._sync_class
    )
    found = {
        match[1]: " ".join(match[2].split())
        for match in re.finditer(r"^:param (\w+):(.*?)(?=^\S|\Z)", text, re.M | re.S)
    }
    parameters = inspect.signature(tornado_pymongo.MongoClient).parameters
    return {
        name: (f"``{parameters[name].default!r}``", reference.linked(each, parameters=found))
        for name, each in found.items()
    }


def of_pymongo() -> dict[str, tuple[str, str]]:
    """Return the default and a sentence of each option of PyMongo's."""
    found = {}
    for _, options in upstream.client_options():
        for name, text in options:
            default = re.search(
                r"[Dd]efault(?:s to| is|s)\s+(``?[^`]*``?|'[^']*'|\"[^\"]*\"|-?\d+)", text
            )
            text = re.sub(r"^(\*\*DEPRECATED\*\*)?\s*(\([^)]*\)[:,]?)\s*", r"\1 ", text).strip()
            shown = f"``{default[1].strip('`')}``" if default else ""
            found[name] = (shown, upstream.first_sentence(text))
    return found | MISSING


def group_of(name: str) -> str:
    """Return the group of an option of PyMongo's."""
    order = ["writes", "pool", "timeouts", *NAMES]
    return next(group for group in order if re.search(NAMES[group], name, re.I))


def group(name: str) -> dict[str, tuple[str, str]]:
    """Return the options of a group."""
    if name == "ours":
        return ours()
    return {option: each for option, each in of_pymongo().items() if group_of(option) == name}


class ClientOptions(SphinxDirective):
    """The table of a group."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        self.env.note_dependency(__file__)
        lines = [".. list-table::", "   :header-rows: 1", "   :widths: 30 18 52", ""]
        lines += ["   * - option", "     - default", "     - meaning"]
        for name, (default, text) in group(self.arguments[0]).items():
            default = f"``{DEFAULTS[name]}``" if name in DEFAULTS else default
            unit = next((unit for end, unit in UNITS.items() if name.endswith(end)), "")
            lines += [
                f"   * - ``{name}``",
                f"     - {default} {unit}".rstrip(),
                f"     - {text[:1].upper()}{text[1:]}",
            ]
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive to Sphinx."""
    app.add_directive("client-options", ClientOptions)
    return {"parallel_read_safe": True}
