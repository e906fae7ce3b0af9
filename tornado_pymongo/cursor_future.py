"""A Future of a cursor, or of a change stream, that can be used as that without awaiting it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import InvalidStateError
from contextlib import suppress
from functools import partial
from operator import methodcaller
from typing import TYPE_CHECKING, Any, ClassVar

from tornado_pymongo.bridge import Callback, check_callback, loop_of_caller, with_callback
from tornado_pymongo.futures import CallFuture, named_as
from tornado_pymongo.taking import ResumedFuture
from tornado_pymongo.unbound import UnboundFuture, running_loop


class CursorFuture(CallFuture):
    """A Future of a cursor that can also be used as the cursor, without awaiting it first.

    ``async for document in collection.aggregate(...)`` and ``async for document in await
    collection.aggregate(...)`` do the same. A method of the cursor that is called before the cursor
    is there runs as soon as it is.
    """

    # The classes that it may become, to know its members before it is there.
    classes: tuple[type, ...] = ()

    # Whether its call is given up with a call of the cursor that waits for it.
    is_given_up: ClassVar[bool] = True

    def __iter__(self) -> Any:
        # Without this, the first document of a plain loop would be this Future itself.
        raise TypeError(f"{type(self).__name__!r} object is not iterable: use 'async for'")

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    def __anext__(self) -> Any:
        return self.result().__anext__() if self.done() else self._anext()

    async def _anext(self: Any) -> Any:
        return await (await self).__anext__()

    async def __aenter__(self: Any) -> Any:
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
        each(self, callback, self.get_loop() if isinstance(self, CallFuture) else None)

    def close(self, callback: Callback | None = None) -> Any:
        """Close the cursor, as soon as it is there; return a Future of None."""
        if not self.cancelled():
            return self.__getattr__("close")(callback=callback)
        check_callback(callback)
        closed = self.another(CallFuture)
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
            # The attribute of the cursor before its first batch.
            return True if name == "alive" else None
        if getattr(member, "is_immediate", False):
            return partial(self._chain, name)
        return partial(self._later, name)

    def _chain(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method that does not wait as soon as the cursor is there, before anything else."""
        chained, method = self.sibling(), methodcaller(name, *args, **kwargs)
        _call_when_there(self, chained, lambda cursor: chained.set_result(method(cursor)))
        chained.add_done_callback(lambda _: self.cancel() if chained.cancelled() else None)
        return chained

    def _later(self, name: str, *args: Any, callback: Callback | None = None, **kwargs: Any) -> Any:
        """Call a method that waits when the cursor is there."""
        check_callback(callback)
        if callback is not None and isinstance(self, UnboundFuture) and running_loop() is None:
            begin = partial(self._later, name, *args, callback=callback, **kwargs)
            loop_of_caller(None, callback).call_soon(begin)
            return None
        later = self._when_there(lambda cursor: getattr(cursor, name)(*args, **kwargs))
        return with_callback(later, callback)

    def _when_there(self, method: Callable[[Any], Any]) -> Any:
        later = self.another(_LaterFuture)
        later.source = self
        _call_when_there(self, later, lambda cursor: later.become(method(cursor)))
        return later


def _call_when_there(source: Any, future: Any, function: Callable[[Any], object]) -> None:
    """Call a function with the cursor when that is there; if it never is, neither is the Future."""

    def call_it(_: Any) -> None:
        with suppress(InvalidStateError):  # cancelled in another thread
            if future.done():
                pass
            elif source.cancelled():
                future.cancel()
            elif (error := source.exception()) is not None:
                future.set_exception(error)
            else:
                try:
                    function(source.result())
                except Exception as error:
                    future.set_exception(error)

    source.add_done_callback(call_it)


class ChangeStreamFuture(CursorFuture):
    """A Future of a change stream that can also be used as the stream."""

    classes: tuple[type, ...] = ()
    is_given_up = False  # it opens for the next call of the stream


# By the annotated result of PyMongo's coroutine function, if a plain Future will not do: the
# class of our Future.
future_classes: dict[str, type[CallFuture]] = {
    "CommandCursor": CursorFuture,
    "RawBatchCursor": CursorFuture,
    "ChangeStream": ChangeStreamFuture,
}


class _Later:
    """Of a call of a cursor that is not there yet."""

    source: Any  # the Future of the cursor
    _inner: Any = None  # the Future of the cursor's call

    if TYPE_CHECKING:
        done: Callable[[], bool]
        set_result: Callable[[None], None]

    def become(self, inner: Any) -> None:
        """Be done when the cursor's call is, and have its result."""
        self._inner = inner
        inner.add_done_callback(self._inner_is_done)

    def _inner_is_done(self, inner: Any) -> None:
        if self.done():
            return
        if inner.cancelled():
            self.cancel()
        else:
            self.set_result(None)

    def exception(self, *timeout: float | None) -> BaseException | None:
        """Return the error of the cursor's call, or why there was none."""
        error: BaseException | None = super().exception(*timeout)  # type: ignore[misc]
        return error if self._inner is None else self._inner.exception()

    def result(self, *timeout: float | None) -> Any:
        """Return the result of the cursor's call, which takes it out of its buffer."""
        super().result(*timeout)  # type: ignore[misc]
        return self._inner.result()

    def again(self) -> Any:
        """Return a new Future of the same."""
        return self._inner.again()

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel this Future, and the call that it waits for."""
        if not super().cancel(msg):  # type: ignore[misc]
            return False
        if self._inner is not None:
            self._inner.cancel()
        elif self.source.is_given_up:
            self.source.cancel()
        return True


class _LaterFuture(_Later, ResumedFuture):
    """Of a call of a cursor that is not there yet; a Future of the caller's loop."""


named_as("CallFuture", _LaterFuture)


def each(
    documents: AsyncIterator[Any],
    callback: Callable[[Any, BaseException | None], Any],
    default: asyncio.AbstractEventLoop | None,
) -> None:
    """Call back for each document, and at the end or for an error, until it returns False.

    :param default: the loop, if none runs.
    """
    if callback is None:
        raise TypeError("each() needs a function of (document, error), not None")
    check_callback(callback)
    loop: Any = loop_of_caller(default, callback)

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
