# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code="assignment, misc, override"

from tornado_pymongo._types import AnyClient
from tornado_pymongo._types import Collection as Collection
from tornado_pymongo._types import Database as Database
from tornado_pymongo._types import MongoClient as MongoClient
from tornado_pymongo.executor.statistics import Statistics

def close_blocking(client: MongoClient) -> None:
    """Close a client, and wait for it in this thread."""

def statistics(client: AnyClient) -> Statistics:
    """Return what the threads of a client have done since it was made, and do now.

    Runs at once, in the caller's thread."""
