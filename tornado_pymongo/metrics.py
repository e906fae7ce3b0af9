"""Statistics of clients for Prometheus, and a handler that serves them with Tornado.

::

    tornado.web.Application([("/metrics", MetricsHandler, {"clients": {"shop": client}})])

Each number of `WorkerStatistics` is a metric. Its name is ``tornado_pymongo_`` and that of the
field, and ``_total`` if it is a counter: ``tornado_pymongo_busy``,
``tornado_pymongo_waited_seconds_total``. Two labels tell whose it is: `client`, the name that you
give it, and `threads`, "calls" or "streams", as in `Statistics`. ``examples/grafana.json`` is a
dashboard of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from tornado.web import RequestHandler

from tornado_pymongo.client import MongoClient, statistics
from tornado_pymongo.executor.statistics import Statistics, WorkerStatistics

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def exposition(clients: Mapping[str, MongoClient[Any]]) -> str:  # type: ignore[type-arg]
    """Return the statistics of clients in Prometheus' text format, to send as `CONTENT_TYPE`.

    Runs at once, in the caller's thread, and asks no server; a closed client has statistics, too.
    Numbers are since the client was made; times are in seconds.

    :param clients: the clients by the names that they have in the label `client`: any text.
    :raises TypeError: if a name is no str, or a client not of this library.
    """
    _check_clients(clients)
    samples = []
    for name, client in clients.items():
        numbers = statistics(client)
        for kind in fields(Statistics):
            labels = f'{{client="{_escaped(name)}",threads="{kind.name}"}}'
            samples.append((labels, getattr(numbers, kind.name)))
    lines = []
    for field in fields(WorkerStatistics):
        suffix = "_total" if field.metadata["kind"] == "counter" else ""
        metric = f"tornado_pymongo_{field.name}{suffix}"
        lines.append(f"# HELP {metric} {field.metadata['text']}")
        lines.append(f"# TYPE {metric} {field.metadata['kind']}")
        lines += [f"{metric}{labels} {getattr(of, field.name)}" for labels, of in samples]
    return "\n".join([*lines, ""])


def _check_clients(clients: Any) -> None:
    """Refuse what is no mapping of names to clients."""
    if not isinstance(clients, Mapping):
        raise TypeError(f"clients must be a dict of clients by name, not {type(clients)}")
    for name, client in clients.items():
        if not isinstance(name, str):
            raise TypeError(f"the name of a client must be a str, not {name!r}")
        if not isinstance(client, MongoClient):
            what = f"clients[{name!r}] must be a tornado_pymongo.MongoClient"
            raise TypeError(f"{what}, not {type(client)}")


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


class MetricsHandler(RequestHandler):
    """Answers GET and HEAD with the `exposition` of clients.

    It shows how busy your application is: let only Prometheus in.
    """

    def initialize(self, clients: Mapping[str, MongoClient[Any]]) -> None:  # type: ignore[type-arg]
        """Take the argument of the URL pattern.

        :param clients: a dict of `tornado_pymongo.MongoClient` by name. It is looked at for each
            request, so clients may come and go.
        """
        self.clients = clients

    def get(self) -> None:
        """Answer, on the loop: nothing in it waits."""
        self.set_header("Content-Type", CONTENT_TYPE)
        self.write(exposition(self.clients))

    def head(self) -> None:
        """Answer with what GET has but its body."""
        self.get()
