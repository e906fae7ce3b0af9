"""A Future of a cursor, or of a change stream, that can be used as that without awaiting it."""

from __future__ import annotations

import asyncio
from asyncio import CancelledError
from collections.abc import AsyncIterator, Callable
from functools import partial
from operator import methodcaller
from typing import Any

from tornado_pymongo.bridge import Callback, check_callback, with_callback
from tornado_pymongo.futures import CallFuture, TakingFuture, named_as_call_future


class CursorFuture(CallFuture):
    """A Future of a cursor that can also be used as the cursor, without awaiting it first.

    ``async for document in collection.aggregate(...)`` and ``async for document in await
    collection.aggregate(...)`` do the same. What is asked of the cursor before it is there is done
    when it is.
    """

    # What it may become, to know its members before it is there.
    classes: tuple[type, ...] = ()

    # Of one that a method of another returned: the other one, and the method.
    _chained: tuple[CallFuture, Callable[[Any], Any]] | None = None

    def __iter__(self) -> Any:
        # Without this, the first document of a plain loop would be this Future itself.
        raise TypeError(f"{type(self).__name__!r} object is not iterable: use 'async for'")

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    def __anext__(self) -> Any:
        return self.result().__anext__() if self.done() else self._anext()

    async def _anext(self) -> Any:
        return await (await self).__anext__()

    async def __aenter__(self) -> Any:
        return await self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    @property
    def fetch_next(self) -> Any:
        """A Future of True if `next_object` has a document, and of False at the end."""
        return self._when_there(lambda cursor: cursor.fetch_next)

    def next_object(self) -> Any:
        """Return the next document of the batch at hand, or None: see `fetch_next`."""
        return self.result().next_object() if self.done() else None

    def each(self, callback: Callable[[Any, BaseException | None], Any]) -> None:
        """Call ``callback(document, None)`` for each document, as the cursor's `each` does."""
        each(self, callback, self.get_loop())

    def close(self, callback: Callback | None = None) -> Any:
        """Close the cursor, as soon as it is there; return a Future of None."""
        if not self.cancelled():
            return self.__getattr__("close")(callback=callback)
        check_callback(callback)
        closed: CallFuture = CallFuture(loop=self.get_loop())
        closed.set_result(None)  # there is no cursor
        return with_callback(closed, callback)

    def __getitem__(self, index: Any) -> Any:
        if not any(hasattr(cls, "__getitem__") for cls in self.classes):
            raise TypeError(f"{self.classes[0].__name__!r} object is not subscriptable")
        chain = self._chain if isinstance(index, slice) else self._later
        return chain("__getitem__", index)

    def __getattr__(self, name: str) -> Any:
        if self.done() and not self.cancelled() and self.exception() is None:
            return getattr(self.result(), name)
        for cls in self.classes:
            if (member := getattr(cls, name, None)) is not None:
                break
        else:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        if not callable(member):
            # What the cursor would say of itself before its first batch.
            return True if name == "alive" else None
        if getattr(member, "is_immediate", False):
            return partial(self._chain, name)
        return partial(self._later, name)

    def _chain(self, name: str, *args: Any, **kwargs: Any) -> CursorFuture:
        """Call a method that does not wait as soon as the cursor is there, before anything else."""
        chained = type(self)(loop=self.get_loop())
        chained._begin(self, methodcaller(name, *args, **kwargs))
        return chained

    def _begin(self, source: CallFuture, method: Callable[[Any], Any]) -> None:
        """Call a function with the cursor when that is there, and have what it returns."""
        self._chained = source, method

        def call_it(_: Any) -> None:
            if self.done():
                return
            try:
                self.set_result(method(source.result()))
            except CancelledError:
                self.cancel()
            except Exception as error:
                self.set_exception(error)

        source.add_done_callback(call_it)
        self.add_done_callback(lambda _: source.cancel() if self.cancelled() else None)

    def _can_move(self) -> bool:
        return self._chained is not None or super()._can_move()

    def _move_to(self, twin: Any) -> None:
        if self._chained is None:
            super()._move_to(twin)
        else:
            source, method = self._chained
            twin._begin(source.moved_to(twin.get_loop()), method)

    def _later(self, name: str, *args: Any, callback: Callback | None = None, **kwargs: Any) -> Any:
        """Call a method that waits when the cursor is there."""
        check_callback(callback)
        later = self._when_there(lambda cursor: getattr(cursor, name)(*args, **kwargs))
        return with_callback(later, callback)

    def _when_there(self, method: Callable[[Any], asyncio.Future[Any]]) -> _LaterFuture:
        future: _LaterFuture = _LaterFuture(loop=self.get_loop())
        future.begin(self, method)
        return future


class _LaterFuture(TakingFuture):
    """Of a call of a cursor that is not there yet."""

    _source: CallFuture  # of the cursor
    _method: Callable[[Any], asyncio.Future[Any]]
    _inner: Any = None  # the Future of the cursor's call

    def begin(self, source: CallFuture, method: Callable[[Any], asyncio.Future[Any]]) -> None:
        """Call a function with the cursor when that is there, and become what it returns."""
        self._source, self._method = source, method
        source.add_done_callback(self._cursor_is_there)

    def _cursor_is_there(self, source: asyncio.Future[Any]) -> None:
        if self.done():
            return
        try:
            self._inner = self._method(source.result())
        except CancelledError:
            self.cancel()
        except Exception as error:
            self.set_exception(error)
        else:
            self._inner.add_done_callback(self._inner_is_done)

    def _inner_is_done(self, inner: asyncio.Future[Any]) -> None:
        if self.done():
            return
        if inner.cancelled():
            super().cancel()
        elif (error := asyncio.Future.exception(inner)) is not None:
            self.set_exception(error)
        else:
            self.set_result(None)

    def exception(self) -> BaseException | None:
        """Return the error of the cursor's call, or why there was none."""
        error = asyncio.Future.exception(self)
        return error if self._inner is None else self._inner.exception()

    def result(self) -> Any:
        """Return the result of the cursor's call, which takes it out of its buffer."""
        self.exception()
        asyncio.Future.result(self)
        return self._inner.result()

    @property
    def demand(self) -> Any:  # type: ignore[override]
        """What the cursor's call demands."""
        return self._inner.demand

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel this Future, and the call that it waits for."""
        if not super().cancel(msg):
            return False
        (self._inner or self._source).cancel()
        return True

    def _can_move(self) -> bool:
        return self._inner is None

    def _move_to(self, twin: Any) -> None:
        twin.begin(self._source.moved_to(twin.get_loop()), self._method)


named_as_call_future(_LaterFuture)


def each(
    documents: AsyncIterator[Any],
    callback: Callable[[Any, BaseException | None], Any],
    loop: asyncio.AbstractEventLoop,
) -> None:
    """Call back for each document, and at the end or for an error, until it returns False."""
    if callback is None:
        raise TypeError("each() needs a function of (document, error), not None")
    check_callback(callback)

    async def call_back() -> None:
        while True:
            try:
                document = await documents.__anext__()
            except StopAsyncIteration:
                callback(None, None)
                return
            except Exception as error:
                callback(None, error)
                return
            if callback(document, None) is False:
                return

    def log(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            message = f"Exception in callback {callback!r} of each()"
            loop.call_exception_handler({"message": message, "exception": task.exception()})

    loop.create_task(call_back()).add_done_callback(log)
