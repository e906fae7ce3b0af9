"""Derives this library's classes from PyMongo's.

Every blocking class of PyMongo has an asynchronous one, from which it is generated. So PyMongo
itself says what blocks: a member does if it is a coroutine function there. Such a member becomes a
call in a worker. All others are passed on to the PyMongo object as they are. Members that cannot be
derived are written by hand in the body of the class, and derivation leaves them alone.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any

from pymongo.errors import InvalidOperation

from tornado_pymongo.bridge import Callback
from tornado_pymongo.cursor_future import future_classes
from tornado_pymongo.errors import TooManyCalls
from tornado_pymongo.futures import CallFuture
from tornado_pymongo.internals import contract
from tornado_pymongo.proxy import Operation, Proxy, Read, wrap, wrappers

# Besides the public members, these are passed on if PyMongo's class has them. The methods of
# iteration and of the with statement have asynchronous counterparts.
_SPECIAL_MEMBERS = {"__bool__", "__call__", "__copy__", "__deepcopy__", "__getitem__", "_id"}


class Derived(Proxy):
    """A proxy whose members are derived from PyMongo's class."""

    def __init_subclass__(
        cls, sync_class: type | None = None, async_class: type | None = None, **kwargs: Any
    ) -> None:
        super().__init_subclass__(**kwargs)
        if sync_class is None or async_class is None:  # a class of the user's
            return
        cls._sync_class = sync_class
        cls._async_class = async_class
        cls.__doc__ = inspect.cleandoc(cls.__doc__ or "") + f"\n\n{inspect.getdoc(sync_class)}"
        for name in dir(sync_class):
            if (not name.startswith("_") or name in _SPECIAL_MEMBERS) and not _defines(cls, name):
                setattr(cls, name, _derive(sync_class, async_class, name))
        for name in dir(async_class):
            by_hand: Any = getattr(cls, name, None)
            is_method = not name.startswith("_") and inspect.isfunction(by_hand)
            if is_method and is_blocking(async_class, name):
                mark_coroutine_function(by_hand)
        wrappers[sync_class] = cls

    def __getattr__(self, name: str) -> Any:
        sync_class, is_public = self._sync_class, not name.startswith("_")
        # Python asks for special methods; the others are not there yet, or failed.
        if not (name.startswith("__") or name == "delegate" or _defines(type(self), name)):
            if is_public and hasattr(sync_class, name):
                # PyMongo's class has got it after it was derived.
                setattr(type(self), name, _derive(sync_class, self._async_class, name))
                return getattr(self, name)
            if hasattr(sync_class, "__getattr__"):
                if is_public and hasattr(sync_class, "__getitem__"):
                    return self[name]  # which a subclass may have made its own
                self._check_at_hand(name)
                return wrap(sync_class.__getattr__(self.delegate, name), self)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def _check_at_hand(self, name: str) -> None:
        """Raise if reading this attribute, which is no coroutine of PyMongo's, would block."""


class Closing(Derived):
    """A PyMongo object that does something at the end of ``async with``."""

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *exc_info: Any) -> Any:
        try:
            # A caller who gives up waiting for it must not undo it.
            return await asyncio.shield(self._exit(exc_info))
        except (InvalidOperation, TooManyCalls):
            # There is no worker, as the client is closed: no reason to hide the error for which
            # the block was left.
            if exc_info[0] is None:
                raise

    async def _exit(self, exc_info: tuple[Any, ...]) -> Any:
        return await self._start(Operation(self, "__exit__", exc_info))


def _defines(cls: type, name: str) -> bool:
    return any(name in vars(base) for base in cls.__mro__[:-1])


def is_blocking(async_class: type, name: str) -> bool:
    """Tell whether PyMongo's asynchronous class waits in this member."""
    member = inspect.getattr_static(async_class, name, None)
    if member is None:
        # An attribute of its objects does not. Of anything else PyMongo has not said so.
        return not any(name in inspect.get_annotations(base) for base in async_class.__mro__)
    if isinstance(member, property):
        member = member.fget
    return inspect.iscoroutinefunction(getattr(member, "__func__", member))


def blocking_method(proxy: Any, name: str) -> bool:
    """Tell whether this name is that of a method of PyMongo's which the proxy runs in a worker."""
    return (
        isinstance(proxy, Proxy)
        and hasattr(proxy._async_class, name)  # a subclass of the user's may have others
        and is_blocking(proxy._async_class, name)
    )


# Libraries await what a coroutine function returns, and take any other for one that is done when it
# returns. So what returns a Future is marked as a coroutine function. `inspect` sees the mark of
# Python 3.12, and asyncio the older one.
if sys.version_info >= (3, 12):
    mark_coroutine_function = inspect.markcoroutinefunction
else:

    def mark_coroutine_function(function: Any) -> Any:
        """Have asyncio take a function for a coroutine function."""
        if contract.holds(contract.MARKS):
            function._is_coroutine = asyncio.coroutines._is_coroutine  # type: ignore[attr-defined]
        return function


def _derive(sync_class: type, async_class: type, name: str) -> Any:
    """Return the member of this library's class for one of PyMongo's."""
    member = inspect.getattr_static(sync_class, name)
    blocks = is_blocking(async_class, name)
    if inspect.isdatadescriptor(member):
        doc = _document(member, blocks)
        return property(_awaitable_getter(name) if blocks else _getter(name), doc=doc)
    if not inspect.isroutine(member):
        return member
    if not blocks:
        return _immediate_method(getattr(sync_class, name), name)
    twin = getattr(async_class, name, None)
    returned = str(getattr(twin, "__annotations__", {}).get("return"))
    of_cursors = (cls for cursor, cls in future_classes.items() if cursor in returned)
    method = _awaitable_method(getattr(sync_class, name), name, next(of_cursors, CallFuture))
    method.__wrapped__ = twin or method.__wrapped__  # type: ignore[attr-defined] # for mocks
    return mark_coroutine_function(method)


def _awaitable_method(
    method: Callable[..., Any], name: str, future_class: Any
) -> Callable[..., Any]:
    @functools.wraps(method)
    def awaitable_method(
        self: Proxy, /, *args: Any, callback: Callback | None = None, **kwargs: Any
    ) -> Any:
        return self._start(Operation(self, name, args, kwargs), callback, future_class)

    awaitable_method.__doc__ = _document(method, blocks=True)
    awaitable_method.__signature__ = _with_callback(inspect.signature(method))  # type: ignore[attr-defined]
    return awaitable_method


def _with_callback(signature: inspect.Signature) -> inspect.Signature:
    *parameters, last = signature.parameters.values()
    callback = inspect.Parameter("callback", inspect.Parameter.KEYWORD_ONLY, default=None)
    parameters += [callback, last] if last.kind is last.VAR_KEYWORD else [last, callback]
    return signature.replace(parameters=parameters)


def _immediate_method(method: Callable[..., Any], name: str) -> Callable[..., Any]:
    @functools.wraps(method)
    def immediate_method(self: Proxy, /, *args: Any, **kwargs: Any) -> Any:
        return self._do(Operation(self, name, args, kwargs))

    immediate_method.__doc__ = _document(method, blocks=False)
    immediate_method.is_immediate = True  # type: ignore[attr-defined]
    return immediate_method


def _awaitable_getter(name: str) -> Callable[[Proxy], Any]:
    return lambda self: self._start(Read(self, name))


def _getter(name: str) -> Callable[[Derived], Any]:
    def get(self: Derived) -> Any:
        self._check_at_hand(name)
        return Read(self, name)()

    return get


def _document(member: Any, blocks: bool) -> str:
    """Return PyMongo's docstring, headed by what is different here."""
    where = "Runs at once, in the caller's thread: it does not wait."
    if blocks:
        where = "Runs in a worker thread; returns a Future of the caller's loop."
        if inspect.isroutine(member):
            where += (
                " With\n``callback=``, returns None and calls ``callback(result, error)`` on it."
            )
    name, doc = getattr(member, "fget", member).__qualname__, inspect.getdoc(member)
    return f"{where}\n\nPyMongo's documentation of its source, `{name}`:\n\n{doc or ''}"
