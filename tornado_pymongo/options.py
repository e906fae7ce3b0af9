"""The options of a client that are not PyMongo's, and the usual mistakes with clients."""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from pymongo.errors import ConfigurationError

from tornado_pymongo import log
from tornado_pymongo.executor.lifecycle import all_executors

# Takes the function that a worker will run, and returns the function that it runs instead.
WrapCall = Callable[[Callable[[], Any]], Callable[[], Any]]

# The least of those that are numbers, and whether they are.
_NUMBERS = {"max_workers": 1, "max_waiting": 0, "max_stream_workers": 1, "slice_bytes": 0}
_SWITCHES = ("abort_on_cancel", "read_ahead", "share_core", "spare_collector")

# How many clients that are open look as if each request made one. A choice: programs that mean it
# have one for each tenant or loop, and a server with a client a request passes this in seconds.
_MANY_CLIENTS = 50

# Taken by the first client that finds so many.
_not_told: deque[None] = deque([None])


def check_options(options: dict[str, Any]) -> None:
    """Raise ConfigurationError if one of ours cannot be; others may be among them."""
    for name, least in _NUMBERS.items():
        value = options[name]
        is_number = isinstance(value, int) and not isinstance(value, bool) and value >= least
        if not is_number and (value is not None or name == "max_waiting"):
            raise ConfigurationError(
                f"{name} must be a whole number from {least} on, not {value!r}"
            )
    for name in _SWITCHES:
        if not isinstance(options[name], bool):
            raise ConfigurationError(f"{name} must be True or False, not {options[name]!r}")
    hook = options["wrap_call"]
    if hook is not None and (not callable(hook) or inspect.iscoroutinefunction(hook)):
        raise ConfigurationError(f"wrap_call must be a function of a function, not {hook!r}")


def with_suggestion(error: ConfigurationError, options: dict[str, Any]) -> ConfigurationError:
    """Return PyMongo's error, with the option of ours that may be meant by an unknown one."""
    for option in options:
        meant = get_close_matches(option, [*_NUMBERS, *_SWITCHES, "wrap_call"], n=1)
        if meant and f"option: {option}" in str(error):
            return ConfigurationError(f"{error} Of tornado_pymongo's: did you mean {meant[0]}?")
    return error


def notice_many_clients() -> None:
    """Log, once, if so many clients are open that each request seems to make one."""
    clients = sum(not (each.closed or each.time_slices) for each in all_executors() if _not_told)
    if clients >= _MANY_CLIENTS:
        _not_told.clear()
        log.warning(
            "many_clients",
            "%(clients)d MongoClients are open in this process, each with threads and connections"
            " of its own: make one for the whole program, not one for each request",
            clients=clients,
        )
