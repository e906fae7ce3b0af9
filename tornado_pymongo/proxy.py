"""Objects of ours that stand for PyMongo's, and what one call does with them.

A database may have a collection of any name, so all attributes of a proxy but `delegate` are
private. Other modules use the functions of this one, and the public methods of `Operation`.
"""

from __future__ import annotations

import asyncio
import inspect
import re
import sys
import types
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from pymongo.errors import ConfigurationError, InvalidOperation

from tornado_pymongo.bridge import Callback, call_in_worker, check_callback, with_callback
from tornado_pymongo.executor import Executor, running_call
from tornado_pymongo.futures import CallFuture
from tornado_pymongo.internals.clients import redacted
from tornado_pymongo.runtime import Runtime

# The session that all calls have got if they are made in its `bind`.
bound_session: ContextVar[Any] = ContextVar("bound_session", default=None)

# The modules of PyMongo's classes that block, which must not reach a coroutine without a proxy.
_BLOCKING_MODULES = re.compile(r"(pymongo|gridfs)\.synchronous\.")

# For code that blocks, such as a library's, there is PyMongo's object.
_ASYNC_HINT = ": use 'async {}', or .delegate in code that blocks, which runs in a worker"


class Operation:
    """A method of a PyMongo object, with the arguments of one call."""

    __slots__ = ("args", "kwargs", "name", "proxy")

    # Whether the client's timeoutMS counts from when it is called.
    has_timeout: ClassVar[bool] = True

    def __init__(
        self, proxy: Proxy, name: str, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> None:
        self.proxy = proxy
        self.name = name
        self.args = args
        self.kwargs: dict[str, Any] = kwargs or {}

    def start(self, callback: Callback | None = None) -> Any:
        """Start it in a worker; return a Future or, if there is a callback, None."""
        return self.proxy._start(self, callback)

    def start_into(self, future: CallFuture) -> None:
        """Start it in a worker, and have a Future get the result."""
        self.proxy._start_into(future, self)

    def wrapped(self) -> Callable[[], Any]:
        """Return what the worker runs: this or, if the client has a `wrap_call`, what that makes.

        An error of `wrap_call` is raised as it is.
        """
        wrap_call = self.proxy._runtime.wrap_call
        if wrap_call is None:
            return self
        function = wrap_call(self)
        if not callable(function):
            raise ConfigurationError(
                f"wrap_call must return a function, not {type(function).__name__}"
            )
        named: Any = partial(function)
        named.call_name = self.call_name
        return named  # type: ignore[no-any-return]

    def __call__(self) -> Any:
        """Run it: in a worker if it blocks, else in the caller's thread."""
        try:
            return self._run()
        except StopIteration:
            # The end of a cursor, as an asynchronous iterator raises it.
            raise StopAsyncIteration from None
        except asyncio.CancelledError:
            self._was_aborted()
            raise

    def _run(self) -> Any:
        method = getattr(self.proxy.delegate, self.name)
        args, kwargs = unwrap_all(self.args, self.kwargs)
        return wrap(method(*args, **kwargs), self.proxy)

    def _was_aborted(self) -> None:
        self.proxy._was_aborted()

    def call_name(self) -> str:
        """Return the name by which messages know it."""
        cls = type(self.proxy).__name__
        return f"{cls}[...]" if self.name == "__getitem__" else f"{cls}.{self.name}(...)"


class Read(Operation):
    """A property of a PyMongo object, which blocks."""

    __slots__ = ()

    def _run(self) -> Any:
        return wrap(getattr(self.proxy.delegate, self.name), self.proxy)

    def call_name(self) -> str:
        """Return the name by which messages know it."""
        return f"{type(self.proxy).__name__}.{self.name}"


class Function(Operation):
    """A function of ours, under the name of a method of the proxy."""

    __slots__ = ("_function",)

    def __init__(self, proxy: Proxy, name: str, function: Callable[..., Any]) -> None:
        super().__init__(proxy, name)
        self._function = function

    def _run(self) -> Any:
        return self._function()


class Proxy:
    """A PyMongo object whose blocking members return Futures.

    `delegate` is the PyMongo object.
    """

    # PyMongo's blocking class, of which `delegate` is an instance, and the asynchronous one, which
    # says what blocks.
    _sync_class: ClassVar[type]
    _async_class: ClassVar[type]

    delegate: Any
    _runtime: Runtime

    # The objects of ours that it was made of, such as a cursor's collection, database and client.
    _parents: tuple[Proxy, ...] = ()

    # Whether a method of it is one operation, for which the client's timeoutMS counts from when it
    # is called. Otherwise it counts for each operation by itself, as PyMongo has it.
    _is_operation: ClassVar[bool] = True

    # Whether it must be the same object each time that PyMongo's is come across.
    _has_state: ClassVar[bool] = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Makes PyMongo's object, with the arguments of its class. No docstring: in an editor it
        # would hide that of a subclass.
        ours = [arg for arg in (*args, *kwargs.values()) if isinstance(arg, Proxy)]
        args, kwargs = unwrap_all(args, kwargs)
        delegate = self._sync_class(*args, **kwargs)
        if not ours:
            raise TypeError(
                f"{type(self).__name__} needs a client, database or collection of tornado_pymongo,"
                " not of PyMongo"
            )
        self._stand_for(delegate, ours[0])

    def _stand_for(self, delegate: Any, parent: Proxy) -> None:
        """Become the object of ours for one of PyMongo's, which was made of `parent`."""
        parents = (parent, *parent._parents)
        vars(self).update(delegate=delegate, _parents=parents, _runtime=parent._runtime)

    def _copy(self, delegate: Any) -> Proxy | None:
        """Return an object like this one for PyMongo's copy of `delegate`, None if it is none."""
        copy = object.__new__(type(self))
        vars(copy).update(vars(self), delegate=delegate)
        return copy

    def _start(
        self, operation: Operation, callback: Callback | None = None, future_class: Any = CallFuture
    ) -> Any:
        """Start an operation in a worker; return a Future of its result."""
        check_callback(callback)
        future = self._runtime.future(future_class, callback)
        return with_callback(self._start_into(future, operation), callback)

    def _start_into(self, future: CallFuture, operation: Operation) -> CallFuture:
        """Have a Future get the result of an operation: all that blocks comes through here."""
        args = (*operation.args, *operation.kwargs.values(), bound_session.get())
        used = [arg for arg in args if isinstance(arg, Proxy)]
        for proxy in used:
            proxy._check_usable()
        try:
            function = operation.wrapped()
        except Exception as error:
            # Without this frame, which holds the Future, which holds the error.
            future.set_exception(error.with_traceback(error.__traceback__.tb_next))  # type: ignore[union-attr]
            return future
        timeout = self._runtime.timeout if self._is_operation and operation.has_timeout else None
        call_in_worker(self._executor_for(operation), future, function, timeout)
        for proxy in used:
            proxy._used_by(future)
        return future

    def _executor_for(self, operation: Operation) -> Executor:
        """Return the threads that run an operation."""
        return self._runtime.executor

    def _check_usable(self) -> None:
        """Raise if this object must not be among the arguments of a call now."""

    def _used_by(self, future: CallFuture) -> None:
        """Take note of a call that has this object among its arguments."""

    def _do(self, operation: Operation) -> Any:
        """Run an operation that does not wait, and return its result."""
        return operation()

    def _was_aborted(self) -> None:
        """Clean up after the running call, which was aborted. It must not wait."""
        call = running_call()
        if call is not None and call.orphaned_session is not None:
            self._runtime.session_killer.kill_soon(call.orphaned_session)

    @property
    def _timeout(self) -> Any:
        """The attribute that PyMongo's coroutines ask for, if one of them runs on our object."""
        return self._runtime.timeout

    def __iter__(self) -> Any:
        # Without this, Python would take __getitem__ for that of a sequence, and never end.
        hint = _ASYNC_HINT.format("for") if hasattr(type(self), "__aiter__") else ""
        raise TypeError(f"{type(self).__name__!r} object is not iterable{hint}")

    def __enter__(self) -> Any:
        hint = _ASYNC_HINT.format("with") if hasattr(type(self), "__aenter__") else ""
        raise TypeError(f"{type(self).__name__!r} object does not support 'with'{hint}")

    def __exit__(self, *exc_info: object) -> None:
        """Do nothing: without it, Python would not come to `__enter__`."""

    def __eq__(self, other: object) -> Any:
        if not isinstance(other, Proxy):
            return NotImplemented
        return self.delegate == other.delegate

    def __hash__(self) -> int:
        return hash(self.delegate)

    def __repr__(self) -> str:
        return f"tornado_pymongo.{type(self).__name__}({self._redacted()})"

    def _redacted(self) -> str:
        return redacted(repr(self.delegate), self._runtime.client.delegate)

    __class_getitem__: Any = classmethod(types.GenericAlias)

    if TYPE_CHECKING:  # derived

        def __getitem__(self, key: Any) -> Any: ...


def used_by(proxy: Proxy, future: CallFuture) -> None:
    """Have an object take note of a call that uses it."""
    proxy._used_by(future)


# PyMongo's classes and, for each, this library's. None stands for what needs none.
wrappers: dict[type, type[Proxy] | None] = {}


def wrapper_of(cls: type) -> type[Proxy] | None:
    """Return the class that stands for `cls` here, or None if `cls` does not block.

    :raises pymongo.errors.InvalidOperation: if `cls` blocks and has no class here.
    """
    if cls in wrappers:
        return wrappers[cls]
    for base in cls.__mro__:
        if base in wrappers:
            break
        if _BLOCKING_MODULES.match(base.__module__) and _waits(base):
            raise InvalidOperation(
                f"{base.__name__} is not bridged yet: use it in a worker, with"
                " client.run_in_worker() and the PyMongo objects that are called .delegate here"
            )
    return wrappers.setdefault(cls, wrappers.get(base))


def _waits(cls: type) -> bool:
    """Tell whether PyMongo's asynchronous counterpart of `cls` waits in anything."""
    module = sys.modules.get(cls.__module__.replace(".synchronous.", ".asynchronous."))
    twin = getattr(module, f"Async{cls.__name__}", None) or getattr(module, cls.__name__, None)
    return any(inspect.iscoroutinefunction(member) for member in vars(twin or object).values())


def wrap(value: Any, owner: Proxy) -> Any:
    """Return this library's object for one that PyMongo gave to `owner`, and others as they are."""
    cls = wrapper_of(type(value))
    if cls is None:
        if type(value) in (list, tuple) and value and wrapper_of(type(value[0])):
            return type(value)(wrap(each, owner) for each in value)
        return value
    runtime = owner._runtime
    for known in (owner, *owner._parents, runtime.client):
        if value is known.delegate:
            return known
    if type(value) is type(owner.delegate) and (copy := owner._copy(value)) is not None:
        return copy
    if cls._has_state and (known := runtime.known.get(id(value))) is not None:
        return known
    cls = runtime.substitutes.get(cls, cls)
    wrapped = cls.__new__(cls)
    wrapped._stand_for(value, owner)
    if cls._has_state:
        runtime.known[id(value)] = wrapped
    return wrapped


def unwrap(value: Any) -> Any:
    """Return PyMongo's object for one of this library's, and others as they are."""
    return value.delegate if isinstance(value, Proxy) else value


def unwrap_all(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return the arguments with PyMongo's objects in the place of this library's."""
    return tuple(map(unwrap, args)), {name: unwrap(arg) for name, arg in kwargs.items()}
