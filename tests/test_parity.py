"""The derived classes are PyMongo's, whatever PyMongo is installed."""

from __future__ import annotations

import asyncio
import importlib
import inspect

import gridfs
import pymongo.asynchronous.collection
import pymongo.asynchronous.encryption
import pymongo.change_stream
import pymongo.client_session
import pymongo.collection
import pymongo.command_cursor
import pymongo.cursor
import pymongo.database
import pymongo.encryption
import pymongo.mongo_client
import pytest

import tornado_pymongo
from tornado_pymongo import derive, proxy
from tornado_pymongo.futures import CallFuture

CLASSES = sorted(
    {
        cls
        for cls in (
            getattr(tornado_pymongo, name)
            for name in tornado_pymongo.__all__
            if not name.startswith("Async")  # see test_pymongo_async.py
        )
        if isinstance(cls, type) and issubclass(cls, derive.Derived)
    },
    key=lambda cls: cls.__name__,
)

# PyMongo's public modules that have classes which block.
MODULES = [
    pymongo,
    gridfs,
    pymongo.change_stream,
    pymongo.client_session,
    pymongo.collection,
    pymongo.command_cursor,
    pymongo.cursor,
    pymongo.database,
    pymongo.encryption,
    pymongo.mongo_client,
]

# The members that are not derived but written by hand, and why.
HAND_WRITTEN = {
    "ClientSession.bind": "sets a context variable of the caller's",
    "ClientSession.start_transaction": "is cheap, and chained on in Motor's code",
    "ClientSession.with_transaction": "its callback is a coroutine function",
    "Cursor.__getitem__": "blocks for an index but not for a slice",
    "Cursor.add_option": "blocks for the exhaust flag only, and is chained on in Motor's code",
    "Cursor.rewind": "is chained on in Motor's code, and blocks where a cursor is open only",
    "GridOut.open": "returns the file in Motor",
    "MongoClient.close": "closes the executor as well, which must not take it for a call",
    "Stream.close": "waits for a running call",
}

# Those that hand out what exists only once, or speak of it: it goes through a buffer of ours.
ONCE = {
    *(f"ChangeStream.{name}" for name in ("next", "resume_token", "try_next")),
    "CommandCursor.try_next",
    "Cursor.retrieved",
    *(f"GridOut.{name}" for name in ("read", "readchunk", "readline", "readlines", "seek", "tell")),
    *(f"_BaseCursor.{name}" for name in ("alive", "cursor_id", "next", "to_list")),
}


def source_of(cls):
    return cls._sync_class


def twin_of(cls):
    return cls._async_class


def public_names(cls):
    return [name for name in dir(cls) if not name.startswith("_")]


def unwrapped(member):
    """Return what a property or a decorated function is made of."""
    return inspect.unwrap(member.fget if isinstance(member, property) else member)


def is_coroutine(cls, name):
    member = inspect.getattr_static(twin_of(cls), name, None)
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
    assert is_hand_written(cls, name) == bool(names & {*HAND_WRITTEN, *ONCE})


def test_there_are_few_exceptions_and_all_are_needed():
    written = {
        f"{base.__name__}.{name}"
        for cls in CLASSES
        for name in dir(source_of(cls))
        for base in cls.__mro__
        if name in vars(base) and is_hand_written(base, name)
    }
    # PyMongo has bind() from 4.17 on.
    assert written | {"ClientSession.bind"} >= {*HAND_WRITTEN, *ONCE}
    assert len(HAND_WRITTEN) <= 15


def test_every_public_class_of_pymongo_that_blocks_is_here():
    """Those that have an asynchronous twin, under both names."""
    for module in MODULES:
        for name in getattr(module, "__all__", dir(module)):
            source = getattr(module, name)
            if not inspect.isclass(source):
                continue
            twins = importlib.import_module(
                source.__module__.replace(".synchronous.", ".asynchronous.")
            )
            if (twin := getattr(twins, f"Async{name}", None)) is None:
                continue
            cls = getattr(tornado_pymongo, name)
            assert source_of(cls) is source
            assert twin_of(cls) is twin
            face = getattr(tornado_pymongo, twin.__name__)
            assert issubclass(face, cls) and issubclass(face, twin)
            assert {name, twin.__name__} <= set(tornado_pymongo.__all__)


def test_whoever_replaces_the_import_finds_what_pymongo_exports():
    about_pymongo = {"get_version_string", "has_c", "version", "version_tuple", "__version__"}
    about_pymongo |= {"MAX_SUPPORTED_WIRE_VERSION", "MIN_SUPPORTED_WIRE_VERSION"}
    assert set(pymongo.__all__) - about_pymongo <= set(tornado_pymongo.__all__)


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

    session = None
    _query_flags = 0

    def __getattr__(self, name):
        return lambda *args, **kwargs: (name, args, kwargs)


@pytest.mark.parametrize(
    ("cls", "name"),
    [
        member
        for member in MEMBERS
        if is_coroutine(*member.values) and not is_hand_written(*member.values)
    ],
)
async def test_a_coroutine_there_is_a_future_here(cls, name, mongo_client):
    thing = cls.__new__(cls)
    thing.delegate = Anything()
    thing._runtime = mongo_client._runtime
    member = getattr(thing, name)
    if not isinstance(inspect.getattr_static(cls, name), property):
        member = member()
    assert isinstance(member, CallFuture)
    await member


def test_the_signature_is_pymongos_with_callback():
    update_one = inspect.signature(tornado_pymongo.Collection.update_one)
    pymongos = inspect.signature(pymongo.collection.Collection.update_one)
    assert [*update_one.parameters] == [*pymongos.parameters, "callback"]
    *_, callback, kwargs = inspect.signature(tornado_pymongo.Database.command).parameters.values()
    assert callback.kind is callback.KEYWORD_ONLY
    assert kwargs.kind is kwargs.VAR_KEYWORD
    bound = inspect.signature(tornado_pymongo.MongoClient().shop.orders.drop)
    assert str(bound).startswith("(session: ")
    assert ", *, callback=None)" in str(bound)


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


async def test_what_pymongo_adds_tomorrow_is_bridged_without_a_change(
    db, mongo_client, monkeypatch
):
    monkeypatch.setitem(proxy.wrappers, CollectionOfTomorrow, None)

    class Collection(
        derive.Derived, sync_class=CollectionOfTomorrow, async_class=AsyncCollectionOfTomorrow
    ):
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


@pytest.mark.filterwarnings("ignore:'asyncio.iscoroutinefunction' is deprecated")
async def test_what_is_added_to_a_class_that_was_derived_is_bridged_too(db, monkeypatch):
    twin, source = pymongo.asynchronous.collection.AsyncCollection, pymongo.collection.Collection
    monkeypatch.setattr(twin, "frobnicate", AsyncCollectionOfTomorrow.frobnicate, raising=False)
    monkeypatch.setattr(source, "frobnicate", CollectionOfTomorrow.frobnicate, raising=False)
    try:
        future = db.things.frobnicate(1)
        assert isinstance(future, CallFuture)
        assert await future == 2
        assert asyncio.iscoroutinefunction(db.things.frobnicate)
    finally:
        del tornado_pymongo.Collection.frobnicate
    monkeypatch.undo()
    assert db.things.frobnicate == db["things.frobnicate"]


def test_what_is_imported_later_is_listed_and_nothing_else_is_there():
    assert set(tornado_pymongo.__all__) <= set(dir(tornado_pymongo))
    with pytest.raises(AttributeError, match="'tornado_pymongo' has no attribute 'AsyncNothing'"):
        tornado_pymongo.AsyncNothing  # noqa: B018
