"""Client, database and collection: what cannot be derived of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pymongo
import pymongo.asynchronous.collection
import pymongo.asynchronous.database
import pymongo.asynchronous.mongo_client
import pymongo.collection
import pymongo.database
from pymongo.cursor import CursorType
from pymongo.encryption_options import AutoEncryptionOpts
from pymongo.errors import ConfigurationError

from tornado_pymongo.bridge import (
    Callback,
    CallFuture,
    call_in_worker,
    check_callback,
    current_loop,
    follow,
    with_callback,
)
from tornado_pymongo.cursor import Cursor, CursorFuture
from tornado_pymongo.derive import Bridged, run_method
from tornado_pymongo.executor import Executor
from tornado_pymongo.internals import connect, exhaust_selects_server, unwrap_key_vault

# How many calls may wait by default. It guards the memory against a program that runs away, rather
# than shape the load: at 3,000 short calls a second it is half a minute's work.
_MAX_WAITING = 100_000

# How many threads there may be, by default, where maxPoolSize=0 sets no limit to the connections.
_MAX_WORKERS = 100


class MongoClient(
    Bridged,
    source=pymongo.MongoClient,
    twin=pymongo.asynchronous.mongo_client.AsyncMongoClient,
):
    """PyMongo's MongoClient for Tornado and asyncio.

    Takes all arguments of PyMongo's MongoClient. It connects in a worker, for the first call or
    for `open`; making it does not wait, and needs no loop. One client serves any number of loops
    and threads. (Before 4.12, PyMongo looks up a ``mongodb+srv://`` address in its constructor:
    make such a client before the loop runs.)

    :param max_workers: the most threads that run calls: from 1 to ``maxPoolSize``, which is the
        default.
    :param max_waiting: the most calls that wait when `max_workers` others run. One more fails at
        once with `tornado_pymongo.errors.TooManyCalls`.
    """

    def __init__(
        self,
        *args: Any,
        max_workers: int | None = None,
        max_waiting: int = _MAX_WAITING,
        **kwargs: Any,
    ) -> None:
        given = inspect.signature(pymongo.MongoClient).bind(*args, **kwargs)
        given.arguments["connect"] = False
        options = given.arguments.get("kwargs", {})
        if isinstance(options.get("auto_encryption_opts"), AutoEncryptionOpts):
            options["auto_encryption_opts"] = unwrap_key_vault(options["auto_encryption_opts"])
        self.delegate = pymongo.MongoClient(*given.args, **given.kwargs)
        self._client = self
        most = self.delegate.options.pool_options.max_pool_size
        if max_workers is None:
            max_workers = self._default_workers(most)
        _check_limit("max_workers", max_workers, least=1)
        _check_limit("max_waiting", max_waiting, least=0)
        if most and max_workers > most:
            raise ConfigurationError(
                f"max_workers={max_workers} is more than maxPoolSize={most}: the threads would wait"
                " for connections; raise maxPoolSize or lower max_workers"
            )
        self._executor = Executor(max_workers, max_waiting)

    def _default_workers(self, most: int) -> int:
        return most or _MAX_WORKERS

    def open(self, callback: Callback | None = None) -> Any:
        """Connect to the server; return a Future of this client.

        It is not needed before other calls, but tells early if there is no server. Sends a "ping"
        from a worker, within ``serverSelectionTimeoutMS``.

        :raises pymongo.errors.PyMongoError: where the server cannot be used.
        """
        return self._start(callback, CallFuture, _ping, self)

    def aconnect(self, callback: Callback | None = None) -> Any:
        """Begin to connect, in a worker; return a Future of None.

        The source is PyMongo's `AsyncMongoClient.aconnect`.
        """
        return self._start(callback, CallFuture, connect, self.delegate)

    def close(self, callback: Callback | None = None) -> Any:
        """Close the client; return a Future of None. It starts at once, awaited or not.

        Calls that wait for a worker fail with `pymongo.errors.InvalidOperation`, as do later ones.
        Calls that run have 5 seconds to finish before the client disconnects, which can take 30
        seconds more where the server does not answer. Both take place in a thread of their own.
        The source is PyMongo's `MongoClient.close`.
        """
        check_callback(callback)
        future = CallFuture(loop=current_loop())
        follow(future, self._executor.close(self.delegate.close))
        return with_callback(future, callback)

    aclose = close

    def run_in_worker(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Run a blocking function of yours in a worker; return a Future of its result.

        It gets a thread as any call of this client does, and a copy of the caller's context. Give
        it PyMongo's objects (`delegate`) for several blocking calls in one hop::

            def transfer(accounts):
                accounts.update_one({"_id": 1}, {"$inc": {"balance": -5}})
                accounts.update_one({"_id": 2}, {"$inc": {"balance": 5}})

            await client.run_in_worker(transfer, client.bank.accounts.delegate)

        :raises tornado_pymongo.errors.TooManyCalls: where too many calls wait already.
        """
        return call_in_worker(self._executor, CallFuture, function, args, kwargs)

    async def __aenter__(self) -> MongoClient:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()


def _add_parameters(cls: type, init: Callable[..., Any]) -> None:
    """Let the signature of a class show PyMongo's parameters besides those of `init`."""
    source = inspect.signature(cls._source)  # type: ignore[attr-defined]
    ours = inspect.signature(init).parameters.values()
    *parameters, keywords = source.parameters.values()
    parameters += [parameter for parameter in ours if parameter.kind is parameter.KEYWORD_ONLY]
    cls.__signature__ = source.replace(parameters=[*parameters, keywords])  # type: ignore[attr-defined]


_add_parameters(MongoClient, MongoClient.__init__)


def _check_limit(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ConfigurationError(f"{name} must be a whole number from {least} on, not {value!r}")


def _ping(client: MongoClient) -> MongoClient:
    delegate = client.delegate
    delegate.admin.command("ping", read_preference=delegate.read_preference)
    return client


class Database(
    Bridged,
    source=pymongo.database.Database,
    twin=pymongo.asynchronous.database.AsyncDatabase,
):
    """PyMongo's Database for Tornado and asyncio."""


class Collection(
    Bridged,
    source=pymongo.collection.Collection,
    twin=pymongo.asynchronous.collection.AsyncCollection,
):
    """PyMongo's Collection for Tornado and asyncio."""

    def __init__(self, database: Database, name: str, *args: Any, **kwargs: Any) -> None:
        """Make a Collection of `database`, with the arguments of PyMongo's class.

        :raises pymongo.errors.ConfigurationError: with ``create=True`` or options of a collection
            to be created: that waits for the server, so await `Database.create_collection`.
        """
        given = inspect.signature(self._source).bind(database, name, *args, **kwargs).arguments
        if given.get("create") or given.get("kwargs"):
            raise ConfigurationError(
                "a Collection cannot be created on the server here, which would block: await"
                f" database.create_collection({name!r}, ...) instead of create=True"
            )
        super().__init__(database, name, *args, **kwargs)

    def find(self, *args: Any, **kwargs: Any) -> Cursor | CursorFuture:
        """Return a Cursor for a query, which is sent for its first document.

        Runs at once, in the caller's thread, with one exception: for an exhaust cursor PyMongo up
        to 4.17 selects a server, so that runs in a worker, and what is returned is a Future of the
        Cursor which can be used as the Cursor. The source is PyMongo's `Collection.find`.
        """
        return self._find("find", args, kwargs)

    def find_raw_batches(self, *args: Any, **kwargs: Any) -> Cursor | CursorFuture:
        """Return a RawBatchCursor for a query, as `find` returns a Cursor.

        The source is PyMongo's `Collection.find_raw_batches`.
        """
        return self._find("find_raw_batches", args, kwargs)

    def _find(
        self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Cursor | CursorFuture:
        cursor_type = kwargs.get("cursor_type", args[5] if len(args) > 5 else None)
        if cursor_type == CursorType.EXHAUST and exhaust_selects_server:
            return self._start(None, CursorFuture, run_method, self, name, args, kwargs)  # type: ignore[no-any-return]
        return run_method(self, name, args, kwargs)  # type: ignore[no-any-return]

    for _method in find, find_raw_batches:
        _source_doc = inspect.getdoc(getattr(pymongo.collection.Collection, _method.__name__))
        _method.__doc__ = f"{_method.__doc__}\n\n{_source_doc}"
