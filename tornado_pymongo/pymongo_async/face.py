"""A class with the name of one of PyMongo Async's, made of ours and of that.

It derives from ours, whose members it has, and from PyMongo Async's, for `isinstance`, type checks
at run time, and dispatch by class. Nothing of the latter runs: what blocks is a coroutine function
round ours, and the names that only PyMongo Async has are masked.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable
from typing import Any, Generic, NoReturn

from tornado_pymongo.derive import is_blocking

# The members of PyMongo Async's that may run, unless they wait: all that they do is complain.
_COMPLAINTS = {"__iter__", "__next__", "next"}

# From where the classes can be imported.
MODULE = __name__.rpartition(".")[0]


class Mask:
    """A name that PyMongo Async's objects have and these do not.

    It is no data descriptor, so an object of ours may have an attribute of the same name.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type) -> NoReturn:
        raise AttributeError(f"type object {owner.__name__!r} has no attribute {self._name!r}")


def make_face(cls: Any, by_hand: type | None = None, base: type | None = None) -> Any:
    """Return the class that has the name of PyMongo Async's class for `cls`.

    :param by_hand: what is not derived of it.
    :param base: the face of the base of `cls`, if it has one.
    """
    twin: type = cls._async_class
    members: dict[str, Any] = {"__module__": MODULE, "__doc__": _document(cls, twin)}
    for name in dir(twin):
        source = inspect.getattr_static(twin, name)
        if by_hand is not None and name in vars(by_hand):
            continue
        if not name.startswith("_") and hasattr(cls, name) and is_blocking(twin, name):
            members[name] = _coroutine_member(cls, source, name)
        elif name in _COMPLAINTS:
            members[name] = source
        elif _waits(base, name) and not _waits(cls, name):
            members[name] = _function(getattr(cls, name), source)  # it waits in the base alone
        elif _has(cls, name):
            continue
        elif name == "__del__":
            members[name] = _do_nothing
        elif inspect.isfunction(source) and hasattr(object, name):
            members[name] = getattr(object, name)
        elif not name.startswith("__") and not hasattr(Generic, name):
            members[name] = Mask(name)
    bases = tuple(each for each in (by_hand, base, cls, twin) if each is not None)
    return types.new_class(twin.__name__, bases, exec_body=lambda body: body.update(members))


def _waits(cls: type | None, name: str) -> bool:
    code = getattr(getattr(cls, name, None), "__code__", None)  # a mark does not tell
    return code is not None and bool(code.co_flags & inspect.CO_COROUTINE)


def _has(cls: type, name: str) -> bool:
    return any(name in vars(base) for base in cls.__mro__[:-1])


def _do_nothing(self: object) -> None:
    """Do nothing: PyMongo's own object cleans up by itself."""


def _function(method: Callable[..., Any], source: Callable[..., Any]) -> Any:
    """Return a function that does not wait, with the signature of PyMongo Async's."""

    @functools.wraps(source)
    def function(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        return method(self, *args, **kwargs)

    return function


def _coroutine_member(cls: type, source: Any, name: str) -> Any:
    """Return a coroutine function, or a property that is one, round a member of ours."""
    if inspect.isfunction(source):
        return _coroutine_function(getattr(cls, name), source)
    getter = inspect.getattr_static(cls, name).fget
    return property(_coroutine_function(getter, source.fget), doc=source.__doc__)


def _coroutine_function(method: Callable[..., Any], source: Callable[..., Any]) -> Any:
    """Return a coroutine function with the signature and the name of PyMongo Async's."""

    @functools.wraps(source)
    async def coroutine_function(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        # Ours takes a callback where PyMongo Async's does not.
        if "callback" in kwargs and "callback" not in inspect.signature(source).parameters:
            raise TypeError(f"{source.__qualname__}() takes no callback: await it")
        return await method(self, *args, **kwargs)

    coroutine_function.__doc__ = (
        "Runs in a worker thread when it is awaited.\n\n"
        f"PyMongo's documentation of its source, `{source.__qualname__}`:\n\n"
        f"{inspect.getdoc(source) or ''}"
    )
    return coroutine_function


def _document(cls: type, twin: type) -> str:
    return (
        f"PyMongo's `{twin.__name__}`, by a `tornado_pymongo.{cls.__name__}`.\n\n"
        f"What waits is a coroutine function, and runs in a worker thread when it is awaited.\n\n"
        f"{inspect.getdoc(cls)}"
    )
