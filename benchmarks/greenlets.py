"""Greenlet wrapping: PyMongo's blocking code without threads, as the first Motor did it.

Every call runs in a greenlet of its own, PyMongo's code unchanged. Where that would wait for the
server, a `_Socket` in the place of PyMongo's pauses the greenlet, and the greenlet that runs the
loop goes on; where it would wait for a free connection or for the topology, a `_Condition` does.
PyMongo's locks stay: no greenlet pauses while it holds one. Its monitors stay in their threads.

It is here to be compared with: no TLS, and as many methods as the workloads need.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import greenlet
import gridfs
import gridfs.asynchronous
import pymongo
import pymongo.asynchronous.collection
import pymongo.asynchronous.cursor
import pymongo.asynchronous.database
import pymongo.asynchronous.mongo_client
from pymongo.network_layer import NetworkingInterface
from pymongo.synchronous import collection, cursor, database, mongo_client, pool

# So large is what a connection reads ahead. What PyMongo wants more of is read where it wants it.
_BUFFER = 1 << 16

getcurrent: Any = greenlet.getcurrent


def connect(uri: str, **options: Any) -> Wrapped:
    """Return a client for coroutines of the running loop."""
    options |= {"_pool_class": _Pool, "_condition_class": _Condition}
    client: Wrapped = wrap(pymongo.MongoClient(uri, **options))
    return client


def spawn(function: Callable[..., Any], *args: Any, **kwargs: Any) -> asyncio.Future[Any]:
    """Run a function in a greenlet, until it first pauses; return a Future of its result."""
    future = asyncio.get_running_loop().create_future()

    def run() -> None:
        try:
            result = wrap(function(*args, **kwargs))
        except Exception as error:
            if not future.done():
                future.set_exception(error)
        else:
            if not future.done():
                future.set_result(result)

    greenlet.greenlet(run).switch()
    return future


def _pause() -> Any:
    """Let the loop go on until somebody switches to this greenlet; return what they give."""
    return getcurrent().parent.switch()


def _wait_for(coroutine: Any) -> Any:
    """Pause this greenlet until a coroutine is done; return its result."""
    task = asyncio.get_running_loop().create_task(coroutine)
    task.add_done_callback(getcurrent().switch)
    _pause()
    return task.result()


class _Socket(asyncio.BufferedProtocol):
    """What PyMongo takes for a socket: a transport of the loop and a waiting greenlet, if any."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._transport: Any = None
        self._buffer = memoryview(bytearray(_BUFFER))
        self._begin = self._end = 0  # of what was read ahead
        self._target: Any = None  # where the waiting greenlet wants its data, if that is large
        self._waiter: Any = None
        self._drained = True
        self._error: Exception | None = None
        self._timeout: float | None = None
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None

    # What PyMongo calls, in a greenlet

    def settimeout(self, timeout: float | None) -> None:
        self._timeout = timeout

    def gettimeout(self) -> float | None:
        return self._timeout

    def sendall(self, data: bytes) -> None:
        if self._error is not None:
            raise self._error
        self._transport.write(data)
        while not self._drained:
            self._wait()

    def recv_into(self, view: memoryview) -> int:
        if self._begin == self._end:
            if self._error is not None:
                return 0
            if len(view) >= _BUFFER:
                self._target = view
                try:
                    return self._wait()
                finally:
                    self._target = None
            self._wait()
        size = min(len(view), self._end - self._begin)
        view[:size] = self._buffer[self._begin : self._begin + size]
        self._begin += size
        if self._begin == self._end:
            if self._end == _BUFFER:
                self._transport.resume_reading()
            self._begin = self._end = 0
        return size

    def fileno(self) -> int:
        if self._error is not None:
            return -1
        return self._transport.get_extra_info("socket").fileno()  # type: ignore[no-any-return]

    def is_closing(self) -> bool:
        return self._error is not None

    def close(self) -> None:
        self._error = self._error or OSError("the connection is closed")
        if threading.get_ident() == self._thread:
            self._transport.abort()
        elif not self._loop.is_closed():  # a monitor has cleared the pool
            self._loop.call_soon_threadsafe(self._transport.abort)

    def _wait(self) -> int:
        """Pause until data came, were sent, the connection is lost, or it took too long."""
        if self._timeout is not None:
            self._deadline = self._loop.time() + self._timeout
            # PyMongo sets a timeout for each reply. One timer that looks at the deadline now and
            # then is cheaper than one that is set and cancelled for each.
            if self._timer is None:
                self._timer = self._loop.call_at(self._deadline, self._look_at_deadline)
        self._waiter = getcurrent()
        return _pause()  # type: ignore[no-any-return]

    def _resume(self, received: int = 0) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None:
            waiter.switch(received)

    def _look_at_deadline(self) -> None:
        self._timer = None
        if self._waiter is None or self._timeout is None:
            return
        if self._loop.time() < self._deadline:
            self._timer = self._loop.call_at(self._deadline, self._look_at_deadline)
            return
        waiter, self._waiter = self._waiter, None
        waiter.throw(TimeoutError("timed out"))

    # What the loop calls

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:
        if self._target is not None:
            return self._target  # type: ignore[no-any-return]
        return self._buffer[self._end :]

    def buffer_updated(self, nbytes: int) -> None:
        if self._target is None:
            self._end += nbytes
            if self._end == _BUFFER:
                self._transport.pause_reading()
        self._resume(nbytes)

    def pause_writing(self) -> None:
        self._drained = False

    def resume_writing(self) -> None:
        self._drained = True
        self._resume()

    def connection_lost(self, exc: Exception | None) -> None:
        self._error = exc or self._error or OSError("the connection was lost")
        self._drained = True
        self._resume()


class _Condition(threading.Condition):
    """A condition that pauses the greenlet that waits, and its thread where there is none."""

    def wait(self, timeout: float | None = None) -> bool:
        if getcurrent().parent is None:
            return super().wait(timeout)
        waiter = _Waiter(timeout)
        waiters: Any = self._waiters  # type: ignore[attr-defined]
        waiters.append(waiter)
        self.release()
        try:
            notified: bool = _pause()
        finally:
            self.acquire()
        if waiter.timer is not None:
            waiter.timer.cancel()
        if not notified and waiter in waiters:
            waiters.remove(waiter)
        return notified


class _Waiter:
    """What a condition keeps of a greenlet that waits: it takes it for a lock to release."""

    def __init__(self, timeout: float | None) -> None:
        self._greenlet: Any = getcurrent()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self.timer = None
        if timeout is not None:
            self.timer = self._loop.call_later(timeout, self._resume, False)

    def release(self) -> None:
        if threading.get_ident() == self._thread:
            self._loop.call_soon(self._resume, True)
        else:
            self._loop.call_soon_threadsafe(self._resume, True)

    def _resume(self, notified: bool) -> None:
        paused, self._greenlet = self._greenlet, None
        if paused is not None:
            paused.switch(notified)


class _Pool(pool.Pool):
    """A pool of such sockets; that of a monitor's connections, in its thread, is PyMongo's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.size_cond = _Condition(self.lock)
        self._max_connecting_cond = _Condition(self.lock)


def _open_socket(address: Any, options: Any, *args: Any) -> NetworkingInterface:
    """Take the place of the function with which PyMongo's pool opens a connection."""
    if getcurrent().parent is None:
        return _pymongo_opens(address, options, *args)  # type: ignore[no-any-return]
    loop = asyncio.get_running_loop()
    opening = loop.create_connection(_Socket, *address)
    _, protocol = _wait_for(asyncio.wait_for(opening, options.connect_timeout))
    protocol.settimeout(options.socket_timeout)
    return NetworkingInterface(protocol)


# A pool class has no hook for just this.
_module: Any = pool
_pymongo_opens = _module._configured_socket_interface
_module._configured_socket_interface = _open_socket


_TWINS: dict[type, type] = {
    mongo_client.MongoClient: pymongo.asynchronous.mongo_client.AsyncMongoClient,
    database.Database: pymongo.asynchronous.database.AsyncDatabase,
    collection.Collection: pymongo.asynchronous.collection.AsyncCollection,
    cursor.Cursor: pymongo.asynchronous.cursor.AsyncCursor,
    gridfs.GridFSBucket: gridfs.asynchronous.AsyncGridFSBucket,
    gridfs.GridOut: gridfs.asynchronous.AsyncGridOut,
}


def wrap(thing: Any) -> Any:
    """Return what coroutines get in the place of an object of PyMongo's."""
    twin = _TWINS.get(type(thing))
    return thing if twin is None else Wrapped(thing, twin)


class Wrapped:
    """An object of PyMongo's, of which what blocks, as its asynchronous twin tells, is spawned."""

    def __init__(self, delegate: Any, twin: type) -> None:
        self.delegate = delegate
        self._twin = twin

    def __getattr__(self, name: str) -> Any:
        member = getattr(self.delegate, name)
        blocks = inspect.iscoroutinefunction(getattr(self._twin, name, None))

        def method(*args: Any, **kwargs: Any) -> Any:
            return spawn(member, *args, **kwargs) if blocks else wrap(member(*args, **kwargs))

        attribute = method if inspect.ismethod(member) else wrap(member)
        setattr(self, name, attribute)
        return attribute

    def __getitem__(self, name: str) -> Any:
        return wrap(self.delegate[name])

    async def __aiter__(self) -> AsyncIterator[Any]:
        """Iterate over a cursor: a greenlet for each batch, none for each document."""
        while await spawn(self.delegate._refresh):
            while self.delegate._data:
                yield self.delegate.next()
