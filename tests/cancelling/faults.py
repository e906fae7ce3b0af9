"""Faults that the library once had, to be put back: the driver is believed as it finds each.

Each has the kind of operation that shows it.
"""

from __future__ import annotations

from operations import Changes, Cursors, Download, FindOne, Tailable, Transaction

from tornado_pymongo.buffer import Buffer
from tornado_pymongo.change_stream import ChangeStream
from tornado_pymongo.futures import CallFuture
from tornado_pymongo.gridfs import GridOut
from tornado_pymongo.internals import pool
from tornado_pymongo.session import ClientSession
from tornado_pymongo.taking import TakingFuture


def token_of_what_was_fetched(patch) -> None:
    """A stream's `resume_token` is that of PyMongo's stream, which is ahead of what was taken."""
    token = property(lambda self: self.delegate.resume_token)
    patch.setattr(ChangeStream, "resume_token", token)


def taken_by_a_future(patch) -> None:
    """A Future takes its thing as soon as that is here, and not when somebody takes its result."""

    def set_result(future, result):
        CallFuture.set_result(future, result)
        future.result()

    patch.setattr(TakingFuture, "set_result", set_result, raising=False)


def read_on_after_what_was_given_up(patch) -> None:
    """A file is read on from where PyMongo's file is, and what nobody has taken is dropped."""
    patch.setattr(GridOut, "_go_back", lambda self: self._buffer.clear())


def broken_and_forgotten(patch) -> None:
    """A cursor of which a fetch was aborted is at its end, as PyMongo's cursor is."""
    patch.setattr(Buffer, "is_broken", property(lambda self: False, lambda self, value: None))


def transaction_goes_on(patch) -> None:
    """An aborted operation does not abort its transaction, though it may be half done."""
    patch.setattr(ClientSession, "_abort_with", lambda self, call, future=None: None)


def taken_for_a_failure_of_the_server(patch) -> None:
    """PyMongo is not told that its connection was interrupted, and clears the pool."""
    patch.setattr(pool._Interruptible, "cancel", pool._CancellationContext.cancel)


FAULTS = [
    (token_of_what_was_fetched, Changes),
    (taken_by_a_future, Cursors),
    (taken_by_a_future, Tailable),
    (taken_by_a_future, Changes),
    (read_on_after_what_was_given_up, Download),
    (broken_and_forgotten, Cursors),
    (transaction_goes_on, Transaction),
    (taken_for_a_failure_of_the_server, FindOne),
]
