"""A pytest plugin: this library in the place of PyMongo Async, for PyMongo's own tests.

The tests also look into private names. Here, and only here, those are passed on to the PyMongo
object, and what they lead to (topology, pools, locks) becomes awaitable in the way in which this
library derives its classes: where the asynchronous twin's member is a coroutine function.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import re
import sys
import threading
import types
from typing import Any

import gridfs  # noqa: F401

import tornado_pymongo
from tornado_pymongo import derive
from tornado_pymongo.bridge import CallFuture

# What the objects of this library have of their own, whatever PyMongo's have.
OWN = ("delegate", "_client", "_executor")


class Private(derive.Bridged):
    """An object whose private names are those of the PyMongo object."""

    def __getattr__(self, name: str) -> Any:
        if name in OWN or (name.startswith("__") and name != "__del__"):
            raise AttributeError(name)
        if not name.startswith("_") and isinstance(self, LIBRARY):
            return super().__getattr__(name)
        member = inspect.getattr_static(self._source, name, None)
        if member is not None and (inspect.isroutine(member) or isinstance(member, property)):
            return derive._derive(self._source, self._twin, name).__get__(self)
        return wrap(getattr(self.delegate, name), self)

    @property
    def __dict__(self) -> dict[str, Any]:
        return vars(self.delegate)

    def __setattr__(self, name: str, value: Any) -> None:
        own = name in OWN or hasattr(type(self), name)
        private = name.startswith("_") or not isinstance(self, LIBRARY)
        if private and not own and hasattr(self.delegate, name):
            setattr(self.delegate, name, value)
        else:
            super().__setattr__(name, value)


class Mirror(types.ModuleType):
    """A module of PyMongo Async whose constants, set by a test, are set in its twin as well."""

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name.isupper():
            setattr(importlib.import_module(blocking(self.__name__)), name, value)


def blocking(name: str) -> str:
    """Return the name of the blocking twin of a module."""
    return name.replace(".asynchronous", ".synchronous")


class Lock:
    """A lock of PyMongo's as one of asyncio's."""

    def __init__(self, lock: Any, owner: derive.Bridged) -> None:
        self._lock = lock
        self._owner = owner

    async def __aenter__(self) -> None:
        await self._owner._start(None, CallFuture, self._lock.acquire)

    async def __aexit__(self, *exc_info: object) -> None:
        self._lock.release()


class ContextManager:
    """A context manager of PyMongo's as an asynchronous one."""

    def __init__(self, manager: Any, owner: derive.Bridged) -> None:
        self._manager = manager
        self._owner = owner

    async def __aenter__(self) -> Any:
        entered = await self._owner._start(None, CallFuture, self._manager.__enter__)
        return wrap(entered, self._owner)

    async def __aexit__(self, *exc_info: object) -> Any:
        return await self._owner._start(None, CallFuture, self._manager.__exit__, *exc_info)


def twin_of(source: type) -> type | None:
    """Return PyMongo's asynchronous class for a blocking one."""
    module = importlib.import_module(source.__module__.replace(".synchronous", ".asynchronous"))
    names = (f"Async{source.__name__}", source.__name__, f"_Async{source.__name__.lstrip('_')}")
    return next((getattr(module, name) for name in names if hasattr(module, name)), None)


def wrap(value: Any, owner: derive.Bridged) -> Any:
    """Return what stands for one of PyMongo's objects, or for a collection of them."""
    source = type(value)
    if isinstance(value, type(threading.Lock()) | type(threading.RLock())):
        return Lock(value, owner)
    if source in (list, tuple):
        return source([wrap(each, owner) for each in value])
    if isinstance(value, contextlib._GeneratorContextManager):
        return ContextManager(value, owner)
    if ".synchronous." in source.__module__ and source not in derive._wrappers:
        twin = twin_of(source)
        if twin is None:
            return value
        if hasattr(twin, "__aenter__"):
            return ContextManager(value, owner)
        type(source.__name__, (Private,), {}, source=source, twin=twin)
    return _wrap(value, owner)


_wrap = derive.wrap

LIBRARY = tuple(
    each
    for name, each in vars(tornado_pymongo).items()
    if isinstance(each, type) and issubclass(each, derive.Bridged) and name == each.__name__
)


def install() -> None:
    """Put this library's classes wherever PyMongo has those of PyMongo Async."""
    derive.wrap = wrap
    modules = [
        module
        for name, module in sys.modules.items()
        if name.split(".")[0] in ("pymongo", "gridfs")
    ]
    stand_ins: dict[type, type] = {}
    for cls in sorted(LIBRARY, key=lambda cls: len(cls.__mro__)):
        bases = [stand_ins[base] for base in cls.__mro__[1:] if base in stand_ins] or [Private]
        keywords = {"source": cls._source, "twin": cls._twin}
        stand_ins[cls] = type(cls._twin.__name__, (bases[0], cls), {}, **keywords)
    for module in modules:
        if ".asynchronous." in module.__name__:
            module.__class__ = Mirror
        for name, value in list(vars(module).items()):
            for cls, stand_in in stand_ins.items():
                if value is cls._twin:
                    setattr(module, name, stand_in)


install()  # now: pytest imports the tests' conftest.py before it calls any hook


def pytest_collection_finish() -> None:
    """Adapt what the tests take for granted of PyMongo Async beside the classes' names."""
    tests = sys.modules["test.asynchronous"]
    case = tests.AsyncPyMongoTestCase
    call_maybe_async = case._callMaybeAsync
    assert_raises_regex = case.assertRaisesRegex

    def await_future(self: Any, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Await clean-ups that return a Future; the tests go by ``iscoroutinefunction``."""
        if isinstance(getattr(function, "__self__", None), derive.Bridged):

            async def call() -> Any:
                result = function(*args, **kwargs)
                return await result if inspect.isawaitable(result) else result

            return tests.get_loop().run_until_complete(call())
        return call_maybe_async(self, function, *args, **kwargs)

    def take_both_names(self: Any, error: Any, pattern: str, *args: Any, **kwargs: Any) -> Any:
        """Allow PyMongo's messages to have the name of either twin."""
        pattern = re.sub(r"(\ban )?\bAsync(?=[A-Z])", "(an? )?(Async)?", pattern)
        return assert_raises_regex(self, error, pattern, *args, **kwargs)

    case._callMaybeAsync = await_future
    case.assertRaisesRegex = take_both_names
