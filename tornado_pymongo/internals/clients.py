"""What is asked of a client: its deadlines, its options."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from copy import copy
from typing import Any

from pymongo import _csot


def begin_timeout(context: Context, seconds: float | None) -> float | None:
    """Begin a client's timeoutMS in a copy of the caller's context, unless that has a timeout.

    Return when the time is over, as `time.monotonic` tells it, or None for never.
    """
    try:
        timeout = _csot.get_timeout()
        if timeout is None:
            if seconds is None:
                return None
            context.run(_csot._TimeoutContext(seconds).__enter__)
            timeout = seconds
        return context[_csot.DEADLINE] if timeout else None  # 0 is for ever
    except (AttributeError, KeyError):
        return None  # it counts from when the worker begins


def without_deadline(context: Context) -> Context:
    """Return the context, in which a deadline of PyMongo's holds no more."""
    with suppress(AttributeError):
        context.run(_csot.TIMEOUT.set, None)
        context.run(_csot.DEADLINE.set, float("inf"))
    return context


def connect(client: Any) -> None:
    """Begin to connect, as a client made with ``connect=True`` does at once."""
    client._connect()


def redacted(text: str, client: Any) -> str:
    """Return the text, the `repr` of something of a client's, without what must not be told.

    PyMongo 4.9, at least, tells these options in full.
    """
    options = client.options._options
    for name in _SECRET_OPTIONS & set(options):
        text = text.replace(f"{name}={options[name]!r}", f"{name}=<redacted>")
    return text


_SECRET_OPTIONS = {
    *("authmechanismproperties", "proxypassword", "proxyusername"),
    "tlscertificatekeyfilepassword",
}


def with_key_vault(options: Any, unwrap: Callable[[Any], Any]) -> Any:
    """Return AutoEncryptionOpts whose key vault client is PyMongo's, in the place of ours.

    PyMongo has its say about what is something else.
    """
    if not hasattr(options, "_key_vault_client"):
        return options
    options = copy(options)
    options._key_vault_client = unwrap(options._key_vault_client)
    return options
