"""``.. settings::`` lists options, with the default and the unit of each, as the code has them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import pymongo
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import tornado_pymongo
from tornado_pymongo.web import GracefulHTTPServer, GridFSUploadHandler

# A choice and a function have no unit, nor has a switch.
WITHOUT_UNIT = {"share_core", "wrap_call", "on_stop"}

# The unit of each number.
UNITS = {
    "max_workers": "threads",
    "max_waiting": "calls",
    "max_stream_workers": "threads",
    "slice_bytes": "bytes",
    "drain_seconds": "seconds",
    "limit_seconds": "seconds",
    "max_size": "bytes",
}

Row = tuple[str, str, str, str]  # the option, its default, the unit, what it does


def parameters(function: Callable[..., Any], docstring: str | None) -> list[Row]:
    """Return the options that a function takes by name alone, if they have a default."""
    rows = []
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.default is not parameter.empty:
            rows.append((name, shown(parameter.default), unit(parameter), meaning(name, docstring)))
    return rows


def unit(parameter: inspect.Parameter) -> str:
    """Return the unit of an option; KeyError if it must have one."""
    if isinstance(parameter.default, bool) or parameter.name in WITHOUT_UNIT:
        return ""
    return UNITS[parameter.name]


def shown(value: object) -> str:
    """Return a default as a cell shows it."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:,.0f}"
    return "none" if value is None else str(value)


def meaning(name: str, docstring: str | None) -> str:
    """Return the first sentence that a docstring has of a parameter."""
    text = inspect.cleandoc(docstring or "")
    found = re.search(rf"^:param {name}: (.*?)(?=\n\n|\n:|\Z)", text, re.M | re.S)
    assert found is not None, f"the docstring says nothing of {name}"
    sentence = re.split(r"(?<=\.)\s", " ".join(found[1].split()))[0]
    return re.sub(r"(?<!`)`([\w.]+)`(?!`)", r"``\1``", sentence.rstrip("."))


def of_clients() -> list[Row]:
    """Return the options of this library's MongoClient."""
    cls = tornado_pymongo.MongoClient
    rows = parameters(cls.__init__, cls.__doc__)
    client = cls()
    statistics = tornado_pymongo.statistics(client)
    client._close()
    # The defaults that depend on maxPoolSize, as they are with its own.
    computed = {
        "max_workers": statistics.calls.max_workers,
        "max_stream_workers": statistics.streams.max_workers,
    }
    return [
        (name, shown(computed[name]) if name in computed else default, unit, text)
        for name, default, unit, text in rows
    ]


def of_pymongo() -> list[Row]:
    """Return PyMongo's options that a service sets, with the defaults of the installed one."""
    client: pymongo.MongoClient[Any] = pymongo.MongoClient(connect=False)
    options, pool = client.options, client.options.pool_options
    client.close()

    def milliseconds(seconds: float | None) -> float | None:
        return None if seconds is None else seconds * 1000

    values = {
        "timeoutMS": milliseconds(options.timeout),
        "serverSelectionTimeoutMS": milliseconds(options.server_selection_timeout),
        "connectTimeoutMS": milliseconds(pool.connect_timeout),
        "socketTimeoutMS": milliseconds(pool.socket_timeout),
        "waitQueueTimeoutMS": milliseconds(pool.wait_queue_timeout),
        "maxPoolSize": pool.max_pool_size,
        "minPoolSize": pool.min_pool_size,
        "maxIdleTimeMS": milliseconds(pool.max_idle_time_seconds),
        "maxConnecting": pool.max_connecting,
        "heartbeatFrequencyMS": milliseconds(options.heartbeat_frequency),
        "localThresholdMS": options.local_threshold_ms,
        "retryReads": options.retry_reads,
        "retryWrites": options.retry_writes,
    }
    return [(name, shown(value), *PYMONGO[name]) for name, value in values.items()]


PYMONGO = {
    "timeoutMS": (
        "milliseconds",
        "the most that one operation may take, with its retries and its wait for a thread",
    ),
    "serverSelectionTimeoutMS": (
        "milliseconds",
        "how long to look for a server that can take the operation",
    ),
    "connectTimeoutMS": ("milliseconds", "how long to open a connection, with TLS"),
    "socketTimeoutMS": ("milliseconds", "how long to wait for one reply"),
    "waitQueueTimeoutMS": ("milliseconds", "how long a call may wait for a thread"),
    "maxPoolSize": ("connections", "the most to each server, and so the most threads; 0: no limit"),
    "minPoolSize": ("connections", "how many to each server stay open"),
    "maxIdleTimeMS": ("milliseconds", "after how long an idle connection is closed"),
    "maxConnecting": ("connections", "how many to a server are opened at once"),
    "heartbeatFrequencyMS": ("milliseconds", "how often each server is asked for its state"),
    "localThresholdMS": (
        "milliseconds",
        "how much farther than the nearest server another one may be, to be used",
    ),
    "retryReads": ("", "whether a read is tried once more after a network error"),
    "retryWrites": ("", "whether a write is tried once more after a network error"),
}


def of_others() -> list[Row]:
    """Return the options of what is not the client."""
    rows = [
        ("MongoClient.close", tornado_pymongo.MongoClient.close, CLOSE),
        ("GracefulHTTPServer.shut_down", GracefulHTTPServer.shut_down, None),
        ("GridFSUploadHandler", GridFSUploadHandler.initialize, None),
    ]
    return [
        (f"{name}`` of ``{place}", *rest)
        for place, function, text in rows
        for name, *rest in parameters(function, text or function.__doc__)
    ]


# Its docstring tells of the parameter in the text.
CLOSE = ":param drain_seconds: how long the calls that run may take to finish"

TABLES: dict[str, Callable[[], list[Row]]] = {
    "client": of_clients,
    "pymongo": of_pymongo,
    "others": of_others,
}


class Settings(SphinxDirective):
    """A table of options: client, pymongo, or others."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        rows = TABLES[directives.choice(self.arguments[0], tuple(TABLES))]()
        lines = [".. list-table::", "   :header-rows: 1", "   :widths: 30 14 16 60", ""]
        for option, *cells in [("option", "default", "unit", ""), *rows]:
            lines.append(f"   * - {option if option == 'option' else f'``{option}``'}")
            lines += [f"     - {cell}" for cell in cells]
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app: Sphinx) -> dict[str, Any]:
    """Add it to Sphinx."""
    app.add_directive("settings", Settings)
    return {"version": pymongo.version, "parallel_read_safe": True}
