"""The deadlines and the options of a client, as far as PyMongo does not tell them."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from copy import copy
from typing import Any

from tornado_pymongo.internals import contract
from tornado_pymongo.internals.contract import csot


def begin_timeout(context: Context, seconds: float | None) -> float | None:
    """Begin a client's timeoutMS in a copy of the caller's context, unless that has a timeout.

    Return when the time is over, as `time.monotonic` tells it, or None for never.
    """
    if not contract.holds(contract.TIMEOUTS):
        return None  # it counts from when the worker begins
    timeout = csot.get_timeout()
    if timeout is None and seconds is not None:
        context.run(csot._TimeoutContext(seconds).__enter__)
        timeout = seconds
    return context.get(csot.DEADLINE) if timeout else None  # 0 is for ever


def without_deadline(context: Context) -> Context:
    """Return the context, in which a deadline of PyMongo's holds no more."""
    if contract.holds(contract.TIMEOUTS):
        context.run(csot.TIMEOUT.set, None)
        context.run(csot.DEADLINE.set, float("inf"))
    return context


def connect(client: Any) -> None:
    """Begin to connect, as a client made with ``connect=True`` does at once."""
    if contract.holds(contract.CONNECT):
        client._connect()
    else:
        client.admin.command("ping")


def redacted(text: str, client: Any) -> str:
    """Return the `repr` of something that a client has made, without the secrets in it.

    PyMongo 4.9, at least, shows these options in full.
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
    """Return AutoEncryptionOpts whose key vault client is PyMongo's, in the place of ours.

    PyMongo has its say about what is something else.
    """
    if contract.holds(contract.KEY_VAULT) and hasattr(options, "_key_vault_client"):
        options = copy(options)
        options._key_vault_client = unwrap(options._key_vault_client)
    return options
