"""The threads, deadlines and options of a client that PyMongo does not make public."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from copy import copy
from typing import Any
from weakref import ref

import pymongo
from pymongo.synchronous.monitor import Monitor

from tornado_pymongo.internals import contract
from tornado_pymongo.internals.contract import csot


def make_client(*args: Any, **kwargs: Any) -> Any:
    """Make a client of PyMongo's whose threads begin in an empty context.

    On some Pythons a thread inherits the context of the one that starts it: on free-threaded ones,
    from 3.14 on. PyMongo starts its threads amid the first call, so they would keep that call's
    deadline, and after it no monitor would find a server.
    """
    known = contract.holds(contract.THREADS)
    if known:
        kwargs.setdefault("_monitor_class", _Monitor)
    client = Context().run(pymongo.MongoClient, *args, **kwargs)
    if known:
        encrypter = getattr(client, "_encrypter", None)
        callback = getattr(getattr(encrypter, "_auto_encrypter", None), "callback", None)
        _isolate(client)
        _isolate(getattr(encrypter, "_internal_client", None))
        _isolate(getattr(callback, "mongocryptd_client", None))
    return client


class _Monitor(Monitor):
    """The monitor of a server: each call has it begin again if its thread has ended."""

    def open(self) -> None:
        Context().run(Monitor.open, self)


def _isolate(client: Any) -> None:
    """Have a client connect, and so start its threads, in an empty context, also after a fork."""
    if client is None:
        return
    get_topology, client_ref = type(client)._get_topology, ref(client)

    def connected() -> Any:
        client: Any = client_ref()
        return get_topology(client) if client._opened else Context().run(get_topology, client)

    client._get_topology = connected


def begin_timeout(context: Context, seconds: float | None) -> float | None:
    """Start a client's timeoutMS in a copy of the caller's context, unless that has a timeout.

    Return the deadline, in the time of `time.monotonic`, or None for none.
    """
    if not contract.holds(contract.TIMEOUTS):
        return None  # PyMongo starts it in the worker
    timeout = csot.get_timeout()
    if timeout is None and seconds is not None:
        context.run(csot._TimeoutContext(seconds).__enter__)
        timeout = seconds
    return context.get(csot.DEADLINE) if timeout else None  # 0 means no limit


def without_deadline(context: Context) -> Context:
    """Remove PyMongo's deadline from a context; return the context."""
    if contract.holds(contract.TIMEOUTS):
        context.run(csot.TIMEOUT.set, None)
        context.run(csot.DEADLINE.set, float("inf"))
    return context


def connect(client: Any) -> None:
    """Start to connect, as a client with ``connect=True`` does when it is made."""
    if contract.holds(contract.CONNECT):
        client._connect()
    else:
        client.admin.command("ping")


def redacted(text: str, client: Any) -> str:
    """Return the `repr` of an object that a client has made, without the client's secrets.

    PyMongo 4.9 shows these options in full.
    """
    if not contract.holds(contract.OPTIONS):
        return "..."
    options = client.options._options
    for name in _SECRETS.split():
        if name in options:
            text = text.replace(f"{name}={options[name]!r}", f"{name}=<redacted>")
    return text


_SECRETS = "authmechanismproperties proxypassword proxyusername tlscertificatekeyfilepassword"


def with_key_vault(options: Any, unwrap: Callable[[Any], Any]) -> Any:
    """Return a copy of AutoEncryptionOpts with PyMongo's key vault client in place of ours.

    Anything else is returned as it is: PyMongo checks it.
    """
    if contract.holds(contract.KEY_VAULT) and hasattr(options, "_key_vault_client"):
        options = copy(options)
        options._key_vault_client = unwrap(options._key_vault_client)
    return options
