"""The members that Motor's classes have beyond PyMongo's, on top of ours.

Motor makes its classes twice, for Tornado and for asyncio, from common bases. Here one class stands
for all three; only the clients differ, in the loop that they take.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar
from weakref import WeakValueDictionary

import pymongo.mongo_client  # noqa: F401 - Motor does, and code written for it relies on that
from gridfs import DEFAULT_CHUNK_SIZE
from pymongo.collection import Collection
from pymongo.driver_info import DriverInfo
from pymongo.errors import ConfigurationError, InvalidOperation

import tornado_pymongo
from tornado_pymongo.bridge import Callback, check_callback, tornado_loop, with_callback
from tornado_pymongo.cursor_future import ChangeStreamFuture, CursorFuture
from tornado_pymongo.derive import Derived
from tornado_pymongo.executor import DRAIN
from tornado_pymongo.internals.cursors import is_closed, is_tailable
from tornado_pymongo.proxy import Function, Operation, wrap
from tornado_pymongo.unbound import running_loop

version = "3.7.1"  # of the Motor whose names these are


# The classes that a Motor client gives in the place of this library's.
_substitutes: dict[type, type] = {}

# The clients of this package, by the `id` of PyMongo's.
_clients: WeakValueDictionary[int, AgnosticClient] = WeakValueDictionary()


class AgnosticBase(Derived):
    """The members that all of Motor's classes have."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__ == __name__:  # no class of the user's
            _substitutes[cls.__bases__[-1]] = cls

    def __init__(self, *args: Any, _delegate: Any = None, **options: Any) -> None:
        """Make PyMongo's object or, as subclasses that were written for Motor have it, take it."""
        first: Any = args[0] if args else None
        if len(args) == 1 and isinstance(first, self._sync_class):  # a database or a collection
            database: Any = first.database if isinstance(first, Collection) else first
            _delegate, first = first, _clients.get(id(database.client))
        if _delegate is None or first is None:
            super().__init__(*args, **options)
        else:
            self._stand_for(_delegate, first)

    def get_io_loop(self) -> Any:
        """Return the loop that the client was made with, or else that of the caller."""
        return self._runtime.client.get_io_loop()

    def wrap(self, obj: Any) -> Any:
        """Return the object of this package for one of PyMongo's, and others as they are."""
        return wrap(obj, self)

    def __repr__(self) -> str:
        prefix = self._runtime.client._prefix
        return f"{prefix}{type(self).__name__.removeprefix(prefix)}({self._redacted()})"


class AgnosticBaseProperties(AgnosticBase):
    """The members that a client, a database and a collection share."""

    def watch(self, *args: Any, callback: Callback | None = None, **kwargs: Any) -> Any:
        """Return a Future of a change stream, to be used as the stream: see PyMongo's `watch`.

        The stream is opened when the Future is first used.
        """
        return self._when_used("watch", args, kwargs, callback)

    def _when_used(self, name: str, args: Any, kwargs: Any, callback: Callback | None) -> Any:
        check_callback(callback)
        latent = self._runtime.future(_LATENT[name], callback)
        latent._unsent = Operation(self, name, args, kwargs)
        return with_callback(latent, callback)


class AgnosticClient(AgnosticBaseProperties, tornado_pymongo.MongoClient):
    """A MongoClient that takes Motor's arguments.

    :param io_loop: the loop of calls that are made while none runs. Other calls are of the loop
        that runs, whichever that is.
    :param max_workers: by default what the environment variable ``MOTOR_MAX_WORKERS`` says, if
        it is set, but not more than ``maxPoolSize``.
    :param driver: what the server is told of this driver; by default, Motor's name.
    """

    _substitutes = _substitutes
    _loop_type: ClassVar[type]
    _loop_name: ClassVar[str]
    _prefix: ClassVar[str] = ""  # of the names of Motor's classes
    _platform: ClassVar[str] = f"tornado_pymongo {tornado_pymongo.__version__}"

    def __init__(self, *args: Any, io_loop: Any = None, **options: Any) -> None:
        if io_loop is not None and not isinstance(io_loop, self._loop_type):
            raise TypeError(f"io_loop must be instance of {self._loop_name}, not {io_loop!r}")
        self._io_loop = io_loop
        options.setdefault("driver", DriverInfo("Motor", version, self._platform))
        super().__init__(*args, **options)
        _clients[id(self.delegate)] = self

    def _default_loop(self) -> Any:
        return getattr(self._io_loop, "asyncio_loop", self._io_loop)

    def _default_workers(self, most: int) -> int:
        limit = int(os.environ.get("MOTOR_MAX_WORKERS", 0))
        return min(limit, most or limit) or super()._default_workers(most)

    @staticmethod
    def _current_loop() -> Any:
        return running_loop() or tornado_loop()

    def get_io_loop(self) -> Any:
        """Return the loop that this client was made with, or else that of the caller."""
        return self._current_loop() if self._io_loop is None else self._io_loop

    io_loop = property(get_io_loop)

    def close(self, callback: Callback | None = None, *, drain_seconds: float = DRAIN) -> Any:
        """Close the client. Returns None, as Motor's does, if no loop runs that could wait."""
        if running_loop() is None:
            self._close(drain_seconds)
            return None
        return super().close(callback, drain_seconds=drain_seconds)


class _Container(AgnosticBaseProperties):
    """A database or a collection."""

    def aggregate(self, *args: Any, callback: Callback | None = None, **kwargs: Any) -> Any:
        """Return a Future of a cursor, to be used as the cursor: see PyMongo's `aggregate`.

        The command is sent when the Future is first used, so that a `batch_size` can be chained.
        """
        return self._when_used("aggregate", args, kwargs, callback)


class MotorDatabase(_Container, tornado_pymongo.Database):
    """A Database under Motor's name."""


class MotorCollection(_Container, tornado_pymongo.Collection):
    """A Collection under Motor's name."""

    def __init__(self, database: MotorDatabase, name: str, *args: Any, **options: Any) -> None:
        try:
            super().__init__(database, name, False, *args, **options)
        except ConfigurationError as error:  # to be created on the server
            raise TypeError(str(error)) from None

    # A subclass that was written for Motor may set it.
    database = tornado_pymongo.Collection.database.setter(  # type: ignore[attr-defined]
        lambda self, database: self._stand_for(self.delegate, database)
    )


class MotorClientSession(AgnosticBase, tornado_pymongo.ClientSession):
    """A ClientSession under Motor's name."""

    def __enter__(self) -> Any:
        raise AttributeError(
            "use Motor's sessions like 'async with await client.start_session()', not 'with'"
        )

    def __exit__(self, *exc_info: object) -> None: ...


class MotorClientEncryption(AgnosticBase, tornado_pymongo.ClientEncryption):
    """A ClientEncryption that takes Motor's arguments."""

    io_loop = property(AgnosticBase.get_io_loop)

    def __init__(self, *args: Any, io_loop: Any = None, **options: Any) -> None:
        # Motor has io_loop in the fifth place.
        super().__init__(*args[:4], *args[5:], **options)

    def get_keys(self) -> Any:
        """Return a Future of a cursor over all keys."""
        return self._runtime.completed(super().get_keys(), CursorFuture)  # type: ignore[misc]


class AgnosticBaseCursor(AgnosticBase):
    """The members that all of Motor's cursors have."""

    @property
    def fetch_next(self) -> Any:
        """The same as `Cursor.fetch_next`; deprecated, as in Motor."""
        # The words begin as Motor's do, for which its users have filters.
        warnings.warn("The fetch_next property is deprecated: use async for", DeprecationWarning, 2)
        return super().fetch_next  # type: ignore[misc]

    @property
    def started(self) -> bool:
        """Whether the query was sent."""
        return self.delegate.cursor_id is not None

    @property
    def closed(self) -> bool:
        """Whether it is closed, by `close` or at its end on the server."""
        return is_closed(self.delegate)

    def to_list(self, length: int | None = None, callback: Callback | None = None) -> Any:
        """Return a Future of a list of at most `length` documents, which may be 0 as in Motor."""
        if is_tailable(self.delegate):
            raise InvalidOperation("to_list cannot be used on a tailable cursor: it has no end")
        if length != 0:
            return super().to_list(length, callback)  # type: ignore[misc]
        check_callback(callback)
        return self._runtime.completed([], callback=callback)


class MotorCursor(AgnosticBaseCursor, tornado_pymongo.Cursor):
    """A Cursor under Motor's name."""

    def rewind(self, callback: Callback | None = None) -> Any:
        """Make this cursor as if no query had been sent, and return it, at once."""
        super().rewind(callback)
        return self


class MotorRawBatchCursor(AgnosticBaseCursor, tornado_pymongo.RawBatchCursor):
    """A RawBatchCursor under Motor's name."""


class MotorCommandCursor(AgnosticBaseCursor, tornado_pymongo.CommandCursor):
    """A CommandCursor under Motor's name."""


class MotorRawBatchCommandCursor(AgnosticBaseCursor, tornado_pymongo.RawBatchCommandCursor):
    """A RawBatchCommandCursor under Motor's name."""


class MotorChangeStream(AgnosticBase, tornado_pymongo.ChangeStream):
    """A ChangeStream under Motor's name."""


for _cls in (
    tornado_pymongo.CollectionChangeStream,
    tornado_pymongo.DatabaseChangeStream,
    tornado_pymongo.ClusterChangeStream,
):
    type("MotorChangeStream", (MotorChangeStream, _cls), {})


class _Latent:
    """An object that is used before it is there; until then `delegate` is None, as in Motor."""

    _unsent: Operation | None = None  # what is sent when this Future is first used

    def _send(self: Any) -> None:
        operation, self._unsent = self._unsent, None
        if operation is not None and not self.done():
            try:
                operation.start_into(self)
            except Exception as error:
                self.set_exception(error)

    # All ways to wait for it lead through one of these.

    def add_done_callback(self, fn: Callable[[Any], object], **context: Any) -> None:
        self._send()
        super().add_done_callback(fn, **context)  # type: ignore[misc]

    def __await__(self) -> Any:
        self._send()
        return super().__await__()  # type: ignore[misc]

    def send(self, value: Any) -> Any:
        self._send()
        return super().send(value)  # type: ignore[misc]

    def result(self, *timeout: float | None) -> Any:
        self._send()
        return super().result(*timeout)  # type: ignore[misc]

    @property
    def delegate(self: Any) -> Any:
        """The PyMongo object."""
        there = self.done() and not self.cancelled() and self.exception() is None
        return self.result().delegate if there else None


class MotorLatentCommandCursor(_Latent, CursorFuture):
    """A Future of a cursor that can also be used as the cursor."""

    classes: tuple[type, ...] = (MotorCommandCursor, MotorCursor)

    async def __aenter__(self) -> Any:
        return self

    def batch_size(self, batch_size: int) -> Any:
        """Set how many documents a batch has; the first one too, if it is not yet asked for."""
        if self._unsent is None:
            return self._chain("batch_size", batch_size)
        self._unsent.kwargs["batchSize"] = batch_size
        return self


class _LatentChangeStream(_Latent, ChangeStreamFuture):
    """A Future of a change stream that can also be used as the stream."""

    async def next(self) -> Any:
        """Return the next change. Nothing is asked for before this is awaited."""
        return await (await self).next()

    def __enter__(self) -> Any:
        raise RuntimeError("use a change stream in 'async with', not 'with'")

    def __exit__(self, *exc_info: object) -> None: ...


_LATENT = {"aggregate": MotorLatentCommandCursor, "watch": _LatentChangeStream}
_substitutes[CursorFuture] = MotorLatentCommandCursor
_substitutes[ChangeStreamFuture] = _LatentChangeStream


class MotorGridFSBucket(AgnosticBase, tornado_pymongo.GridFSBucket):
    """A GridFSBucket that takes Motor's arguments."""

    io_loop = property(AgnosticBase.get_io_loop)

    def __init__(
        self,
        database: MotorDatabase,
        bucket_name: str = "fs",
        chunk_size_bytes: int = DEFAULT_CHUNK_SIZE,
        write_concern: Any = None,
        read_preference: Any = None,
        collection: str | None = None,
    ) -> None:
        bucket_name = collection or bucket_name
        options = {"write_concern": write_concern, "read_preference": read_preference}
        super().__init__(database, bucket_name, chunk_size_bytes, **options)
        self.collection = database.get_collection(bucket_name, **options)


class MotorGridIn(AgnosticBase, tornado_pymongo.GridIn):
    """A GridIn under Motor's name."""

    io_loop = property(AgnosticBase.get_io_loop)

    def set(self, name: str, value: Any, callback: Callback | None = None) -> Any:
        """Set an attribute of the file, in a worker; return a Future of None."""
        return Function(self, "set", partial(setattr, self.delegate, name, value)).start(callback)

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(getattr(type(self), name, None), property):
            raise AttributeError(f"await grid_in.set({name!r}, ...) to set it")
        super().__setattr__(name, value)


class MotorGridOut(AgnosticBase, tornado_pymongo.GridOut):
    """A GridOut as Motor has it: iterated over by chunks, and positioned at once."""

    io_loop = property(AgnosticBase.get_io_loop)

    def seek(self, pos: int, whence: int = os.SEEK_SET) -> int:  # type: ignore[override]
        """Set the position in the file and return it, at once."""
        self._check_free()
        self._check_at_hand("length")
        return self._seek_at_once(pos, whence)

    async def __anext__(self) -> bytes:
        chunk: bytes = await self.readchunk()
        if chunk:
            return chunk
        raise StopAsyncIteration


class MotorGridOutCursor(AgnosticBaseCursor, tornado_pymongo.GridOutCursor):
    """A GridOutCursor under Motor's name."""


AgnosticChangeStream = MotorChangeStream
AgnosticClientEncryption = MotorClientEncryption
AgnosticClientSession = MotorClientSession
AgnosticCollection = MotorCollection
AgnosticCommandCursor = MotorCommandCursor
AgnosticCursor = MotorCursor
AgnosticDatabase = MotorDatabase
AgnosticLatentCommandCursor = MotorLatentCommandCursor
AgnosticRawBatchCommandCursor = MotorRawBatchCommandCursor
AgnosticRawBatchCursor = MotorRawBatchCursor
