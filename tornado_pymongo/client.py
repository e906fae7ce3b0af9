"""Client, database and collection: what cannot be derived of them."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

import pymongo
import pymongo.asynchronous.collection
import pymongo.asynchronous.database
import pymongo.asynchronous.mongo_client
import pymongo.collection
import pymongo.database
from pymongo.cursor import CursorType
from pymongo.errors import ConfigurationError, InvalidOperation

from tornado_pymongo.bridge import Callback, check_callback, follow, with_callback
from tornado_pymongo.cursor_future import CursorFuture
from tornado_pymongo.derive import Derived, blocking_method, mark_coroutine_function
from tornado_pymongo.executor import DRAIN, Executor, ThreadFuture
from tornado_pymongo.executor.statistics import Statistics
from tornado_pymongo.futures import DetachedFuture
from tornado_pymongo.internals.clients import connect, make_client, with_key_vault
from tornado_pymongo.internals.cursors import exhaust_selects_server
from tornado_pymongo.internals.decoding import with_slices
from tornado_pymongo.internals.pool import interruptible
from tornado_pymongo.options import WrapCall, check_options, notice_many_clients, with_suggestion
from tornado_pymongo.proxy import Function, Operation, Proxy, unwrap
from tornado_pymongo.runtime import CLEAN_UP, Runtime

# How many calls may wait by default. It guards the memory against a program that runs away, rather
# than shape the load: at 3,000 short calls a second it is half a minute's work.
_MAX_WAITING = 100_000

# How many threads there may be, by default, if maxPoolSize=0 sets no limit to the connections.
_MAX_WORKERS = 100

# How many more may wait for changes, by default, but at most a sixth of maxPoolSize. A choice: each
# one takes a connection from the other calls while it waits, and fewer have streams take turns.
_MAX_STREAM_WORKERS = 16

# How much of a reply is decoded at a time, by default, in bytes. Measured with documents of 260
# bytes: it takes three milliseconds; with half of it scans are 3 to 5 % slower.
_SLICE = 512 * 1024


class MongoClient(
    Derived,
    sync_class=pymongo.MongoClient,
    async_class=pymongo.asynchronous.mongo_client.AsyncMongoClient,
):
    """PyMongo's MongoClient for Tornado and asyncio.

    Takes all arguments of PyMongo's MongoClient. Making a client does not wait and needs no loop:
    the first call, or `open`, connects in a worker. One client serves any number of loops and
    threads. (For a ``mongodb+srv://`` address, PyMongo before 4.12 looks it up in its constructor:
    make such a client before the loop runs.)

    :param max_workers: the limit of threads that run calls, from 1 to ``maxPoolSize``. The default
        is ``maxPoolSize``. While calls wait for changes, fewer threads run calls, because the waits
        use connections too.
    :param max_waiting: the limit of calls that wait for a thread. The next call fails at once with
        `tornado_pymongo.errors.TooManyCalls`.
    :param max_stream_workers: the limit of additional threads that wait for changes. If there are
        more change streams and tailable cursors than threads, they take turns. The default is 16,
        or a sixth of a ``maxPoolSize`` below 96.
    :param abort_on_cancel: whether a call that is cancelled while it runs is interrupted, and its
        connection closed. If False, the call goes on in its worker, and its result is dropped.
    :param slice_bytes: the size, in bytes, of the slices in which a large result is decoded. The
        event loop runs between slices. None or 0 decodes each batch in one piece, as PyMongo does.
    :param spare_collector: whether the documents of large results are promoted to the oldest
        generation of Python's garbage collector, slice by slice. This uses ``gc.freeze()`` and
        ``gc.unfreeze()``, which affect the whole process. It does not happen if the program has
        frozen objects itself, nor on Python 3.14.0 to 3.14.4, whose collector is another one.
    :param read_ahead: whether a cursor fetches its next batch while you consume the current one,
        from the second batch on. `Cursor.read_ahead` sets this for one cursor.
    :param share_core: whether the threads that run calls are kept on one core while that makes
        more calls a second, which the client measures now and then while calls wait. Threads that
        run a function of yours are left alone. Works only on Linux, under the GIL.
    :param wrap_call: a function that gets, before each call, the function that the worker will run,
        and returns the function that the worker runs instead. Both take no arguments. It runs in
        the caller's thread and context. The function that it returns must pass on the result and
        the errors, and may run several times if the call waits for changes. If `wrap_call` raises
        an error, the call fails with it and does not start.

    PyMongo's ``waitQueueTimeoutMS`` limits the time, in milliseconds, that a call waits for a
    worker. ``timeoutMS`` and `pymongo.timeout` include that time.
    """

    def __init__(
        self,
        *args: Any,
        max_workers: int | None = None,
        max_waiting: int = _MAX_WAITING,
        max_stream_workers: int | None = None,
        abort_on_cancel: bool = True,
        slice_bytes: int | None = _SLICE,
        spare_collector: bool = True,
        read_ahead: bool = True,
        share_core: bool = True,
        wrap_call: WrapCall | None = None,
        **kwargs: Any,
    ) -> None:
        check_options(locals())
        given = inspect.signature(pymongo.MongoClient).bind(*args, **kwargs)
        given.arguments["connect"] = False
        options = given.arguments.setdefault("kwargs", {})
        encryption = with_key_vault(options.get("auto_encryption_opts"), unwrap)
        options["auto_encryption_opts"] = encryption
        for name, hook in with_slices(interruptible(), slice_bytes, spare_collector).items():
            options.setdefault(name, hook)
        try:
            self.delegate = make_client(*given.args, **given.kwargs)
        except ConfigurationError as error:
            raise with_suggestion(error, options) from None
        pool = self.delegate.options.pool_options
        most = pool.max_pool_size or sys.maxsize
        if (max_workers or 0) + (max_stream_workers or 0) > most:
            raise ConfigurationError(
                f"max_workers={max_workers} and max_stream_workers={max_stream_workers} are more"
                f" than maxPoolSize={most}: the threads would wait for connections; raise"
                " maxPoolSize or lower max_workers"
            )
        if max_stream_workers is None:
            rest = most - max_workers if max_workers else most // 6
            max_stream_workers = min(max(rest, 1), _MAX_STREAM_WORKERS)
        if max_workers is None:
            max_workers = self._default_workers(pool.max_pool_size)
        make = partial(Executor, max_waiting=max_waiting, abort_on_cancel=abort_on_cancel)
        streams = make(max_stream_workers, name="tornado_pymongo_stream", time_slices=True)
        executor = make(
            max_workers,
            wait_seconds=pool.wait_queue_timeout,
            shares=(most, streams) if pool.max_pool_size else None,
            share_core=share_core,
        )
        self._runtime = Runtime(
            self,
            executor,
            streams,
            timeout=self.delegate.options.timeout,
            read_ahead=read_ahead,
            wrap_call=wrap_call,
            loop=self._default_loop(),
            substitutes=self._substitutes,
        )
        notice_many_clients()

    # Of a subclass: what stands in the place of this library's classes.
    _substitutes: ClassVar[dict[type, type]] = {}

    def _default_loop(self) -> Any:
        """Return the loop of calls that are made while none runs, or None if they have none."""
        return None

    def _default_workers(self, most: int) -> int:
        return most or _MAX_WORKERS

    def _ping(self) -> MongoClient:
        delegate = self.delegate
        delegate.admin.command("ping", read_preference=delegate.read_preference)
        return self

    @mark_coroutine_function
    def open(self, callback: Callback | None = None) -> Any:
        """Connect to the server; return a Future of this client.

        Other calls do not need it. It fails early if there is no server. It sends a "ping" from a
        worker, within ``serverSelectionTimeoutMS``.

        :raises pymongo.errors.PyMongoError: if the server cannot be used.
        """
        return self._start(Function(self, "open", self._ping), callback)

    def aconnect(self, callback: Callback | None = None) -> Any:
        """Begin to connect, in a worker; return a Future of None.

        The source is PyMongo's `AsyncMongoClient.aconnect`.
        """
        return self._start(Function(self, "aconnect", partial(connect, self.delegate)), callback)

    def close(self, callback: Callback | None = None, *, drain_seconds: float = DRAIN) -> Any:
        """Close the client; return a Future of None. It starts at once, awaited or not.

        Calls that wait for a worker fail with `pymongo.errors.InvalidOperation`, and so do later
        calls. Running calls have `drain_seconds` to finish, and then fail with the same error;
        calls that wait for changes fail at once. The client disconnects, which can take 5 seconds
        if the server does not answer, and its threads end. All this happens in a thread of its own.
        The source is PyMongo's `MongoClient.close`.
        """
        check_callback(callback)
        if isinstance(drain_seconds, bool) or not isinstance(drain_seconds, (int, float)):
            raise ConfigurationError(f"drain_seconds must be a number, not {drain_seconds!r}")
        future = self._runtime.future(DetachedFuture, callback)
        future.call = self._close(drain_seconds).call
        if future.call is None:
            future.set_result(None)
        else:
            follow(future, future.call)
        return with_callback(future, callback)

    def _close(self, drain_seconds: float = DRAIN) -> ThreadFuture:
        """Begin to close; return the Future of its end."""
        streams = self._runtime.streams.close()

        def disconnect() -> None:
            streams.result()
            with pymongo.timeout(CLEAN_UP):
                self.delegate.close()

        return self._runtime.executor.close(disconnect, drain_seconds)

    aclose = close

    @mark_coroutine_function
    def run_in_worker(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Run a blocking function of yours in a worker; return a Future of its result.

        It gets a thread like any call of this client, and a copy of the caller's context. Give it
        PyMongo's objects (`delegate`) to make several blocking calls in one trip to a thread::

            def transfer(accounts):
                accounts.update_one({"_id": 1}, {"$inc": {"balance": -5}})
                accounts.update_one({"_id": 2}, {"$inc": {"balance": 5}})

            await client.run_in_worker(transfer, client.bank.accounts.delegate)

        :raises tornado_pymongo.errors.TooManyCalls: if too many calls wait already.
        """
        owner = getattr(function, "__self__", None)
        name = getattr(function, "__name__", "")
        if blocking_method(owner, name):
            cls = type(owner).__name__
            raise InvalidOperation(
                f"{cls}.{name} runs in a worker by itself: await it, or give run_in_worker the"
                f" blocking method of {cls}.delegate"
            )
        if (
            not callable(function)
            or inspect.iscoroutinefunction(function)
            or inspect.isasyncgenfunction(function)
        ):
            raise InvalidOperation(
                f"run_in_worker needs a function that blocks, not {function!r}: await that on the"
                " loop, or give the function itself rather than what it returns"
            )
        name = getattr(function, "__qualname__", type(function).__qualname__)
        run = self._runtime.executor.shared_core.outside
        return _UserFunction(self, name, partial(run, function, *args, **kwargs)).start()

    async def __aenter__(self) -> MongoClient:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()


class _UserFunction(Function):
    """A function of the user's: timeoutMS counts for each operation in it."""

    __slots__ = ()

    has_timeout = False

    def __call__(self) -> Any:
        """Run it, in a worker."""
        return self._function()

    def call_name(self) -> str:
        """Return the name by which messages know it."""
        return f"client.run_in_worker({self.name}, ...)"


def _add_parameters(cls: type, init: Callable[..., Any]) -> None:
    """Let the signature of a class show PyMongo's parameters besides those of `init`."""
    source = inspect.signature(cls._sync_class)  # type: ignore[attr-defined]
    ours = inspect.signature(init).parameters.values()
    *parameters, keywords = source.parameters.values()
    parameters += [parameter for parameter in ours if parameter.kind is parameter.KEYWORD_ONLY]
    cls.__signature__ = source.replace(parameters=[*parameters, keywords])  # type: ignore[attr-defined]


_add_parameters(MongoClient, MongoClient.__init__)


def close_blocking(client: MongoClient) -> None:
    """Close a client, and wait for it in this thread."""
    client._close().result()


def statistics(client: MongoClient) -> Statistics:
    """Return what the threads of a client have done since it was made, and do now.

    Runs at once, in the caller's thread.
    """
    runtime = client._runtime
    return Statistics(calls=runtime.executor.statistics(), streams=runtime.streams.statistics())


class Database(
    Derived,
    sync_class=pymongo.database.Database,
    async_class=pymongo.asynchronous.database.AsyncDatabase,
):
    """PyMongo's Database for Tornado and asyncio."""


class Collection(
    Derived,
    sync_class=pymongo.collection.Collection,
    async_class=pymongo.asynchronous.collection.AsyncCollection,
):
    """PyMongo's Collection for Tornado and asyncio.

    For an exhaust cursor PyMongo up to 4.17 selects a server in `find` and `find_raw_batches`. Then
    they run in a worker, and return a Future of the Cursor that can be used as the Cursor.
    """

    def __init__(self, database: Database, name: str, *args: Any, **kwargs: Any) -> None:
        """Make a Collection of `database`, with the arguments of PyMongo's class.

        :raises pymongo.errors.ConfigurationError: with ``create=True`` or options of a collection
            to be created: that waits for the server, so await `Database.create_collection`.
        """
        given = inspect.signature(self._sync_class).bind(database, name, *args, **kwargs).arguments
        if given.get("create") or given.get("kwargs"):
            raise ConfigurationError(
                "a Collection cannot be created on the server here, which would block: await"
                f" database.create_collection({name!r}, ...) instead of create=True"
            )
        super().__init__(database, name, *args, **kwargs)

    def _copy(self, delegate: Any) -> Proxy | None:
        return super()._copy(delegate) if delegate == self.delegate else None  # a sub-collection

    def _do(self, operation: Operation) -> Any:
        # To make an exhaust cursor, PyMongo up to 4.17 selects a server, which waits.
        if exhaust_selects_server and operation.name in ("find", "find_raw_batches"):
            args = operation.args
            cursor_type = operation.kwargs.get("cursor_type", args[5] if len(args) > 5 else None)
            if cursor_type == CursorType.EXHAUST:
                return self._start(operation, None, CursorFuture)
        return super()._do(operation)
