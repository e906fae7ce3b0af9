"""What Motor sends when it is first used: `aggregate` and `watch`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tornado_pymongo.change_stream import ChangeStreamFuture, UnboundChangeStreamFuture
from tornado_pymongo.cursor_future import CursorFuture, UnboundCursorFuture
from tornado_pymongo.proxy import Operation


class Latent:
    """What is used before it is there; until then its `delegate` is None, as in Motor."""

    # What is sent when this Future is first used.
    unsent: Operation | None = None

    def _send(self: Any) -> None:
        operation, self.unsent = self.unsent, None
        if operation is not None and not self.done():
            try:
                operation.start_into(self)
            except Exception as error:
                self.set_exception(error)

    # Whatever waits for it goes by one of these.

    def add_done_callback(self, fn: Callable[[Any], object], **context: Any) -> None:
        """Have a function called when it is there."""
        self._send()
        super().add_done_callback(fn, **context)  # type: ignore[misc]

    def __await__(self) -> Any:
        self._send()
        return super().__await__()  # type: ignore[misc]

    def send(self, value: Any) -> Any:
        """Have the task that steps through this go on."""
        self._send()
        return super().send(value)  # type: ignore[misc]

    def result(self, *timeout: float | None) -> Any:
        """Return what was sent for."""
        self._send()
        return super().result(*timeout)  # type: ignore[misc]

    @property
    def delegate(self: Any) -> Any:
        """The PyMongo object."""
        there = self.done() and not self.cancelled() and self.exception() is None
        return self.result().delegate if there else None


class LatentCursor(Latent):
    """A cursor."""

    classes: tuple[type, ...] = ()

    async def __aenter__(self) -> Any:
        return self

    def batch_size(self: Any, batch_size: int) -> Any:
        """Set how many documents a batch has; the first one too, if it is not yet asked for."""
        if self.unsent is None:
            return self._chain("batch_size", batch_size)
        self.unsent.kwargs["batchSize"] = batch_size
        return self


class MotorLatentCommandCursor(LatentCursor, CursorFuture):
    """A Future of a cursor that can also be used as the cursor."""


class UnboundLatentCursor(LatentCursor, UnboundCursorFuture):
    """The same of a call that was made where no event loop runs."""


class LatentStream(Latent):
    """A change stream."""

    async def next(self: Any) -> Any:
        """Return the next change. Nothing is asked for before this is awaited."""
        return await (await self).next()

    def __enter__(self) -> Any:
        raise RuntimeError("use a change stream in 'async with', not 'with'")

    def __exit__(self, *exc_info: object) -> None: ...


class LatentChangeStream(LatentStream, ChangeStreamFuture):
    """A Future of a change stream that can also be used as the stream."""


class UnboundLatentChangeStream(LatentStream, UnboundChangeStreamFuture):
    """The same of a call that was made where no event loop runs."""


MotorLatentCommandCursor.unbound = UnboundLatentCursor
LatentChangeStream.unbound = UnboundLatentChangeStream
