"""One object of each kind that `contract` looks at, made without any network."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from importlib import import_module
from inspect import isfunction, signature
from types import SimpleNamespace
from typing import Any

import pymongo
from bson.codec_options import DEFAULT_CODEC_OPTIONS
from pymongo import message
from pymongo.change_stream import CollectionChangeStream
from pymongo.command_cursor import CommandCursor
from pymongo.errors import ConfigurationError
from pymongo.pool_options import PoolOptions
from pymongo.synchronous import mongo_client, pool

csot: Any
try:
    csot = import_module("pymongo._csot")
except ImportError:
    csot = None


class Samples(dict[str, Any]):
    """The objects, by name, each made when it is first asked for."""

    def __missing__(self, name: str) -> Any:
        self[name] = sample = _MAKE[name](self)
        return sample

    def have(self, name: str) -> bool:
        """Tell whether there is a name as `contract` has it: ``object.method(parameters)|...``."""
        return any(self._has(*each.split(".")) for each in name.split("|"))

    def _has(self, sample: str, *path: str) -> bool:
        try:
            found = self[sample]
            for step in path:
                attribute, _, parameters = step.rstrip(")").partition("(")
                if attribute in _LATE:
                    return _mentions(type(found), attribute)
                found = getattr(found, attribute)
            return not step.endswith(")") or ", ".join(signature(found).parameters) == parameters
        except Exception:
            return False


# What an object gets later than it is made.
_LATE = {"_cursor", "_transforms"}


def _mentions(cls: type, attribute: str) -> bool:
    functions = [each for base in cls.__mro__ for each in vars(base).values() if isfunction(each)]
    return any(attribute in function.__code__.co_names for function in functions)


class _Condition(threading.Condition):
    """What is given for an option that takes a class."""


class _Pool(pool.Pool):
    """The same."""


def _make_option(samples: Samples) -> Any:
    options: Any = {"_pool_class": _Pool, "_condition_class": _Condition}
    settings = pymongo.MongoClient(connect=False, **options)._topology_settings
    arrived = {"_pool_class": settings.pool_class, "_condition_class": settings.condition_class}
    return SimpleNamespace(**{name: True for name in arrived if arrived[name] is options[name]})


def make_pool(pool_class: Any) -> Any:
    """Return a pool of which no listener and no log is told."""
    is_sdam = "is_sdam" in signature(pool.Pool).parameters  # up to 4.12 "handshake", its opposite
    return pool_class(("localhost", 27017), PoolOptions(), is_sdam)


def make_connection(of: Any, sock: socket.socket) -> Any:
    """Return a connection of a pool with a socket that need not be connected."""
    interface = getattr(import_module("pymongo.network_layer"), "NetworkingInterface", None)
    given: Any = (interface(sock) if interface else sock, of, of.address, 0, False)
    return pool.Connection(*given[: len(signature(pool.Connection).parameters)])


def _make_connection(samples: Samples) -> Any:
    with socket.socket() as sock:
        return make_connection(samples["Pool"], sock)


def _make_change_stream(samples: Samples) -> Any:
    parameters = signature(CollectionChangeStream).parameters.values()
    required = [each for each in parameters if each.default is each.empty]
    return CollectionChangeStream(samples["Collection"], *[None] * (len(required) - 1))


def _make_encryption_options(samples: Samples) -> Any:
    try:
        encryption = import_module("pymongo.encryption_options")
        return encryption.AutoEncryptionOpts({"local": {"key": bytes(96)}}, "keys.keys")
    except ConfigurationError:  # pymongocrypt is not installed: nobody can have any
        return SimpleNamespace(_key_vault_client=None)


def _make_file(samples: Samples) -> Any:
    return import_module("gridfs").GridOut(samples["Collection"], file_document={"length": 0})


def _make_new_file(samples: Samples) -> Any:
    return import_module("gridfs").GridIn(samples["Collection"])


def _make_handler(samples: Samples) -> Any:
    return object.__new__(import_module("tornado.web").RequestHandler)


_MAKE: dict[str, Callable[[Samples], Any]] = {
    "AutoEncryptionOpts": _make_encryption_options,
    "ChangeStream": _make_change_stream,
    "ClientOptions": lambda samples: samples["MongoClient"].options,
    "ClientSession": lambda samples: samples["MongoClient"].start_session(),
    "CodecOptions": lambda samples: DEFAULT_CODEC_OPTIONS,
    "Collection": lambda samples: samples["MongoClient"]["database"]["collection"],
    "CommandCursor": lambda samples: CommandCursor(
        samples["Collection"], {"id": 0, "ns": "database.collection", "firstBatch": []}, None
    ),
    "Connection": _make_connection,
    "Cursor": lambda samples: samples["Collection"].find(),
    "GridIn": _make_new_file,
    "GridOut": _make_file,
    "MongoClient": lambda samples: pymongo.MongoClient(connect=False),
    "Pool": lambda samples: make_pool(pool.Pool),
    "RLock": lambda samples: threading.RLock(),
    "RequestHandler": _make_handler,
    "_csot": lambda samples: csot,
    "asyncio": lambda samples: asyncio,
    "message": lambda samples: message,
    "mongo_client": lambda samples: mongo_client,
    "option": _make_option,
    "pool": lambda samples: pool,
    "threading": lambda samples: threading,
}
