"""The derived classes are PyMongo's, whatever PyMongo is installed."""

from __future__ import annotations

import asyncio
import inspect

import pymongo.asynchronous.collection
import pymongo.collection
import pytest

import tornado_pymongo
from tornado_pymongo import derive
from tornado_pymongo.bridge import CallFuture

CLASSES = [
    tornado_pymongo.Collection,
    tornado_pymongo.CommandCursor,
    tornado_pymongo.Cursor,
    tornado_pymongo.Database,
    tornado_pymongo.MongoClient,
    tornado_pymongo.RawBatchCommandCursor,
    tornado_pymongo.RawBatchCursor,
]

# The members that are not derived but written by hand, and why.
HAND_WRITTEN = {
    "Collection.find": "PyMongo selects a server in it for an exhaust cursor",
    "Collection.find_raw_batches": "PyMongo selects a server in it for an exhaust cursor",
    "CommandCursor.close": "needs no worker where nothing is open, and waits for a running call",
    "CommandCursor.next": "takes a document that is at hand without a worker",
    "Cursor.__getitem__": "blocks for an index but not for a slice",
    "Cursor.add_option": "blocks for the exhaust flag only, and is chained on in Motor's code",
    "Cursor.close": "needs no worker where nothing is open, and waits for a running call",
    "Cursor.next": "takes a document that is at hand without a worker",
    "Cursor.rewind": "is chained on in Motor's code, and blocks where a cursor is open only",
    "MongoClient.close": "closes the executor as well, which must not take it for a call",
}


def source_of(cls):
    return cls._source


def twin_of(cls):
    return cls._twin


def public_names(cls):
    return [name for name in dir(cls) if not name.startswith("_")]


def unwrapped(member):
    """Return what a property or a decorated function is made of."""
    return inspect.unwrap(member.fget if isinstance(member, property) else member)


def is_coroutine(cls, name):
    member = inspect.getattr_static(twin_of(cls), name)
    return inspect.iscoroutinefunction(unwrapped(member))


def is_hand_written(cls, name):
    member = inspect.getattr_static(cls, name)
    code = getattr(member.fget if isinstance(member, property) else member, "__code__", None)
    return code is not None and code.co_filename != derive.__file__


MEMBERS = [
    pytest.param(cls, name, id=f"{cls.__name__}.{name}")
    for cls in CLASSES
    for name in public_names(source_of(cls))
]


@pytest.mark.parametrize(("cls", "name"), MEMBERS)
def test_every_public_member_of_pymongos_class_is_here(cls, name):
    assert hasattr(cls, name)


@pytest.mark.parametrize(("cls", "name"), MEMBERS)
def test_a_member_is_derived_or_has_a_reason_not_to_be(cls, name):
    names = {f"{base.__name__}.{name}" for base in cls.__mro__}
    assert is_hand_written(cls, name) == bool(names & set(HAND_WRITTEN))


def test_the_reasons_are_for_members_that_pymongo_has():
    for member in HAND_WRITTEN:
        cls, name = member.split(".")
        assert hasattr(source_of(getattr(tornado_pymongo, cls)), name)
    assert len(HAND_WRITTEN) <= 15


def test_no_name_is_added_that_could_be_a_database_or_a_collection():
    """Beyond PyMongo's own: what PyMongo Async or Motor have, and `run_in_worker`."""
    added = {
        f"{cls.__name__}.{name}"
        for cls in (
            tornado_pymongo.MongoClient,
            tornado_pymongo.Database,
            tornado_pymongo.Collection,
        )
        for name in public_names(cls)
        if not hasattr(source_of(cls), name)
    }
    assert added == {
        f"MongoClient.{name}" for name in ["aclose", "aconnect", "open", "run_in_worker"]
    }


class Anything:
    """Stands for a PyMongo object in which every member can be called and returns at once."""

    def __getattr__(self, name):
        return lambda *args, **kwargs: (name, args, kwargs)


@pytest.mark.parametrize(
    ("cls", "name"),
    [member for member in MEMBERS if is_coroutine(*member.values)],
)
async def test_a_coroutine_there_is_a_future_here(cls, name, mongo_client):
    thing = cls.__new__(cls)
    thing.delegate = Anything()
    thing._client = mongo_client
    if cls is tornado_pymongo.MongoClient and name == "close":
        return  # tested for real
    member = getattr(thing, name)
    if not isinstance(inspect.getattr_static(cls, name), property):
        member = member(1) if name == "add_option" else member()
    assert isinstance(member, CallFuture)
    await member


# A PyMongo of tomorrow


class AsyncCollectionOfTomorrow(pymongo.asynchronous.collection.AsyncCollection):
    async def frobnicate(self, number):
        """Frobnicate."""

    async def frobnicators(self) -> pymongo.asynchronous.command_cursor.AsyncCommandCursor:
        """List them."""

    def is_frobnicated(self):
        """Tell."""

    @property
    async def frobnication(self):
        """Have it."""


class CollectionOfTomorrow(pymongo.collection.Collection):
    def frobnicate(self, number):
        """Frobnicate."""
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop()  # not in the loop's thread
        return number + 1

    def frobnicators(self):
        return self.aggregate([])

    def is_frobnicated(self):
        asyncio.get_running_loop()
        return True

    @property
    def frobnication(self):
        return 5


async def test_what_pymongo_adds_tomorrow_is_bridged_without_a_change(mongo_client, monkeypatch):
    monkeypatch.setattr(derive, "_wrappers", dict(derive._wrappers))

    class Collection(derive.Bridged, source=CollectionOfTomorrow, twin=AsyncCollectionOfTomorrow):
        """Derived from the classes of tomorrow."""

    things = Collection(mongo_client.tornado_pymongo_test, "things")
    assert await things.frobnicate(1) == 2
    assert await things.frobnication == 5
    assert things.is_frobnicated() is True
    assert [each async for each in things.frobnicators()] == []
    assert "Frobnicate." in Collection.frobnicate.__doc__
    called = asyncio.get_running_loop().create_future()
    assert things.frobnicate(2, callback=lambda *args: called.set_result(args)) is None
    assert await called == (3, None)


async def test_what_is_added_to_a_class_that_was_derived_is_bridged_too(db, monkeypatch):
    twin, source = pymongo.asynchronous.collection.AsyncCollection, pymongo.collection.Collection
    monkeypatch.setattr(twin, "frobnicate", AsyncCollectionOfTomorrow.frobnicate, raising=False)
    monkeypatch.setattr(source, "frobnicate", CollectionOfTomorrow.frobnicate, raising=False)
    try:
        future = db.things.frobnicate(1)
        assert isinstance(future, CallFuture)
        assert await future == 2
    finally:
        del tornado_pymongo.Collection.frobnicate
    monkeypatch.undo()
    assert db.things.frobnicate == db["things.frobnicate"]
