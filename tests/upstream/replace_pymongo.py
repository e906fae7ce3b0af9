"""A pytest plugin: this library in the place of PyMongo Async, for PyMongo's own tests.

`tornado_pymongo.pymongo_async.install` puts it there, as it does for anybody. What the tests take
for granted beside that is replaced by name:

- Private names of objects: if a test asks, and only then, they are passed on to the PyMongo object,
  and what they lead to (topology, pools, locks) becomes awaitable where the twin's is.
- ``__del__`` of a cursor, if test_session.py calls it: it is the PyMongo object's.
- Constants of PyMongo Async's modules, which a test sets: they are set in the blocking ones too.
- ``assertRaisesRegex``: PyMongo's messages have the name of either twin.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
import types
from functools import partial
from typing import Any

from tornado_pymongo import proxy, pymongo_async
from tornado_pymongo.derive import Derived
from tornado_pymongo.proxy import Function, Proxy
from tornado_pymongo.pymongo_async.core import faces

# What the objects of this library have of their own, whatever PyMongo's have.
OWN = ("delegate", "_runtime")


class Private(Derived):
    """An object of this library whose private names, if a test asks, are PyMongo's."""

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") or is_library_asking():
            return super().__getattr__(name)
        if name in OWN or (name.startswith("__")):
            raise AttributeError(name)
        return look(self, name)

    def __del__(self) -> None:
        caller = sys._getframe().f_back
        if caller is not None and caller.f_code.co_name in ("delete", "test_gridfsbucket_cursor"):
            getattr(self.delegate, "__del__", int)()

    @property
    def __dict__(self) -> dict[str, Any]:
        own: dict[str, Any] = Proxy.__dict__["__dict__"].__get__(self)
        return own if is_library_asking() else vars(own["delegate"])

    def __setattr__(self, name: str, value: Any) -> None:
        own = name in OWN or hasattr(type(self), name)
        if name.startswith("_") and not own and hasattr(self.delegate, name):
            setattr(self.delegate, name, value)
        else:
            super().__setattr__(name, value)


def is_library_asking() -> bool:
    """Tell whether what called the caller is not a test."""
    name = sys._getframe(2).f_globals["__name__"]
    return name.split(".")[0] in ("tornado_pymongo", "pymongo", "gridfs")


class Inner(Derived):
    """An object inside PyMongo, such as a topology or a pool."""

    def __init__(self, source: Any, owner: Derived) -> None:
        vars(self).update(delegate=source, _runtime=owner._runtime)
        vars(self).update(_sync_class=type(source), _async_class=twin_of(type(source)))

    def __getattr__(self, name: str) -> Any:
        return look(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.delegate, name, getattr(value, "of_pymongo", value))


class InnerCall(Function):
    """A call of a method inside PyMongo, for which the client's timeoutMS does not count."""

    has_timeout = False


def look(owner: Derived, name: str) -> Any:
    """Return what a test asks for, awaitable where the twin's is a coroutine function."""
    if name == "_data" and owner._buffer:
        return owner._buffer.items  # a worker has moved them there
    waits = inspect.iscoroutinefunction(inspect.getattr_static(owner._async_class, name, None))
    value = getattr(owner.delegate, name)
    if not inspect.isroutine(value):
        return wrap(value, owner)

    def method(*args: Any, **kwargs: Any) -> Any:
        if not waits:
            return call(owner, value, args, kwargs)
        return InnerCall(owner, name, partial(call, owner, value, args, kwargs)).start()

    method.of_pymongo = value  # for a test that puts it back
    return method


def call(owner: Derived, method: Any, args: Any, kwargs: Any) -> Any:
    """Call a method of PyMongo's, as those of this library are."""
    args, kwargs = proxy.unwrap_all(args, kwargs)
    return wrap(method(*args, **kwargs), owner)


def wrap(value: Any, owner: Derived) -> Any:
    """Return what stands for one of PyMongo's objects."""
    ours = "tornado_pymongo.internals."  # PyMongo's classes, with hooks
    source = next(cls for cls in type(value).__mro__ if not cls.__module__.startswith(ours))
    if hasattr(source, "__enter__") and source not in proxy.wrappers:
        return AsyncContext(value, owner)
    if source in (list, tuple):
        return source([wrap(each, owner) for each in value])
    if ".synchronous." not in source.__module__ or source in proxy.wrappers:
        return proxy.wrap(value, owner)
    return Inner(value, owner) if twin_of(source) else value


def twin_of(source: type) -> type | None:
    """Return PyMongo's asynchronous class for a blocking one."""
    module = importlib.import_module(source.__module__.replace(".synchronous", ".asynchronous"))
    names = (f"Async{source.__name__}", source.__name__, f"_Async{source.__name__.lstrip('_')}")
    return next((getattr(module, name) for name in names if hasattr(module, name)), None)


class AsyncContext:
    """A lock of PyMongo's, or what its methods return for ``with``, to be used asynchronously."""

    def __init__(self, manager: Any, owner: Derived) -> None:
        self._manager = manager
        self._owner = owner

    async def __aenter__(self) -> Any:
        return wrap(await self._call(self._manager.__enter__), self._owner)

    async def __aexit__(self, *exc_info: object) -> Any:
        return await self._call(partial(self._manager.__exit__, *exc_info))

    def _call(self, function: Any) -> Any:
        return Function(self._owner, "with", function).start()


class Mirror(types.ModuleType):
    """A module of PyMongo Async whose constants, set by a test, are set in its twin as well."""

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name.isupper():
            twin = self.__name__.replace(".asynchronous", ".synchronous")
            setattr(importlib.import_module(twin), name, value)


def install() -> None:
    """Install the face, and have its objects tell tests their private names."""
    pymongo_async.install()
    tell_private_names: dict[type, type] = {}
    for cls, face in list(faces.items()):
        bases = [tell_private_names[base] for base in face.__mro__ if base in tell_private_names]
        stand_in = type(face.__name__, (*bases[:1], *([] if bases else [Private]), face), {})
        faces[cls] = tell_private_names[face] = stand_in
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] not in ("pymongo", "gridfs"):
            continue
        if ".asynchronous." in name:
            module.__class__ = Mirror
        for member, value in list(vars(module).items()):
            if isinstance(value, type) and value in tell_private_names:
                setattr(module, member, tell_private_names[value])


install()  # now: pytest imports the tests' conftest.py before it calls any hook


def pytest_collection_finish() -> None:
    """Adapt what the tests take for granted of PyMongo Async beside the classes' names."""
    tests = sys.modules["test.asynchronous"]
    case = tests.AsyncPyMongoTestCase
    assert_raises_regex = case.assertRaisesRegex

    def take_both_names(self: Any, error: Any, pattern: str, *args: Any, **kwargs: Any) -> Any:
        """Allow PyMongo's messages to have the name of either twin."""
        pattern = re.sub(r"(\ban )?\bAsync(?=[A-Z])", "(an? )?(Async)?", pattern)
        return assert_raises_regex(self, error, pattern, *args, **kwargs)

    case.assertRaisesRegex = take_both_names
