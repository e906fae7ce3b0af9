"""Derives this library's classes from PyMongo's.

Every blocking class of PyMongo has an asynchronous twin, from which it is generated. So PyMongo
itself says what blocks: a member does if its twin is a coroutine function. What does becomes a
call in a worker; all else is passed on to the PyMongo object as it is. What cannot be derived is
written by hand in the body of the class, and derivation leaves it alone.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import re
import sys
import types
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar

from pymongo.errors import InvalidOperation

from tornado_pymongo.bridge import (
    Callback,
    CallFuture,
    call_in_worker,
    check_callback,
    with_callback,
)
from tornado_pymongo.call import running_call
from tornado_pymongo.errors import TooManyCalls
from tornado_pymongo.executor import Executor
from tornado_pymongo.internals.clients import redacted, timeout_of

# Besides the public members, these are passed on where PyMongo's class has them. The methods of
# iteration and of the with statement have asynchronous counterparts. `__call__` is left out: all it
# does is complain, and make callable(database.anything) true.
_SPECIAL_MEMBERS = {"__bool__", "__copy__", "__deepcopy__", "__getitem__", "_id"}

# The session that all calls have got where they are made in its `bind`.
bound_session: ContextVar[Any] = ContextVar("bound_session", default=None)

# Where PyMongo's classes that block come from, which must not reach a coroutine unbridged.
_BLOCKING_MODULES = re.compile(r"(pymongo|gridfs)\.synchronous\.")


class Bridged:
    """A PyMongo object whose blocking members return Futures.

    `delegate` is the PyMongo object.
    """

    # PyMongo's blocking class, of which `delegate` is an instance, and the asynchronous one, which
    # says what blocks. All names but `delegate` are private: a database may have any other.
    _source: ClassVar[type]
    _twin: ClassVar[type]

    # Of a client's class: those it has in the place of this library's for what it gives.
    _substitutes: ClassVar[dict[type[Bridged], type[Bridged]]] = {}

    delegate: Any
    _client: Any  # the MongoClient whose threads run the calls

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make PyMongo's object, with the arguments of PyMongo's class, one of them from here."""
        clients = [arg._client for arg in (*args, *kwargs.values()) if isinstance(arg, Bridged)]
        args, kwargs = unwrap_all(args, kwargs)
        self.delegate = self._source(*args, **kwargs)
        if not clients:
            raise TypeError(
                f"{type(self).__name__} needs a client, database or collection of tornado_pymongo,"
                " not of PyMongo"
            )
        self._client = clients[0]

    def __init_subclass__(
        cls, source: type | None = None, twin: type | None = None, **kwargs: Any
    ) -> None:
        super().__init_subclass__(**kwargs)
        if source is None or twin is None:  # a class of the user's
            return
        cls._source = source
        cls._twin = twin
        cls.__doc__ = inspect.cleandoc(cls.__doc__ or "") + f"\n\n{inspect.getdoc(source)}"
        for name in dir(source):
            if (not name.startswith("_") or name in _SPECIAL_MEMBERS) and not _defines(cls, name):
                setattr(cls, name, _derive(source, twin, name))
        _wrappers[source] = cls

    def _start(
        self,
        callback: Callback | None,
        future_class: type[CallFuture],
        function: Callable[..., Any],
        /,
        *args: Any,
    ) -> Any:
        """Start a call in a worker: every blocking member comes through here."""
        if callback is not None:
            check_callback(callback)
        is_method = function is run_method
        executor = self._executor_for(args[1] if is_method else function)
        timeout = self._client._operation_timeout if self._is_operation else None
        used = []
        if is_method:
            _, _, arguments, keywords = args
            for arg in (*arguments, *keywords.values(), bound_session.get()):
                if isinstance(arg, Bridged):
                    arg._check_usable()
                    used.append(arg)
        future = call_in_worker(executor, future_class, function, args, {}, timeout)
        for arg in used:
            arg._used_by(future)
        return future if callback is None else with_callback(future, callback)

    # Whether a method of it is one operation, for which the client's timeoutMS counts from when it
    # is called. Otherwise it counts for each operation by itself, as PyMongo has it.
    _is_operation: ClassVar[bool] = True

    # Whether it must be the same object each time that PyMongo's is come across.
    _has_state: ClassVar[bool] = False

    def _executor_for(self, what: Any) -> Executor:
        """Return the threads for a method, by its name, or for a function."""
        return self._client._executor  # type: ignore[no-any-return]

    def _check_usable(self) -> None:
        """Raise where this object must not be among the arguments of a call now."""

    def _used_by(self, future: CallFuture) -> None:
        """Take note of a call that has this object among its arguments."""

    def _made_by(self, owner: Bridged) -> None:
        """Take over what PyMongo's object does not have."""

    def _was_aborted(self) -> None:
        """Put in order what the running call, which was aborted, has left. It must not wait."""
        call = running_call()
        if call is not None and call.left_behind is not None:
            self._client._kill_soon(call.left_behind)

    def __getattr__(self, name: str) -> Any:
        # Python asks for special methods; the others are not there yet, or failed.
        if name.startswith("__") or name == "delegate" or _defines(type(self), name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        if hasattr(self._source, name) and not name.startswith("_"):
            # PyMongo's class has got it after it was derived.
            setattr(type(self), name, _derive(self._source, self._twin, name))
            return getattr(self, name)
        if not hasattr(self._source, "__getattr__"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self._check_at_hand(name)
        return wrap(self._source.__getattr__(self.delegate, name), self)

    def _check_at_hand(self, name: str) -> None:
        """Raise where reading this attribute, which is no coroutine of the twin, would block."""

    @property
    def _timeout(self) -> Any:
        """What PyMongo asks of the objects of its coroutines, where one of them runs on ours."""
        return timeout_of(self.delegate)

    def __iter__(self) -> Any:
        # Without this, Python would take __getitem__ for that of a sequence, and never end.
        hint = ": use 'async for'" if hasattr(type(self), "__aiter__") else ""
        raise TypeError(f"{type(self).__name__!r} object is not iterable{hint}")

    def __enter__(self) -> Any:
        hint = ": use 'async with'" if hasattr(type(self), "__aenter__") else ""
        raise TypeError(f"{type(self).__name__!r} object does not support 'with'{hint}")

    def __exit__(self, *exc_info: object) -> None:
        """Do nothing: without it, Python would not come to `__enter__`."""

    def __eq__(self, other: object) -> Any:
        if not isinstance(other, Bridged):
            return NotImplemented
        return self.delegate == other.delegate

    def __hash__(self) -> int:
        return hash(self.delegate)

    def __repr__(self) -> str:
        return f"tornado_pymongo.{type(self).__name__}({self._redacted()})"

    def _redacted(self) -> str:
        return redacted(repr(self.delegate), self._client.delegate)

    __class_getitem__: Any = classmethod(types.GenericAlias)

    if TYPE_CHECKING:  # derived

        def __getitem__(self, key: Any) -> Any: ...


class Closing(Bridged):
    """A PyMongo object that does something at the end of ``async with``."""

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *exc_info: Any) -> Any:
        try:
            # Whoever gives up waiting for it must not undo it.
            return await asyncio.shield(self._exit(exc_info))
        except (InvalidOperation, TooManyCalls):
            # There is no worker to be had, as the client is closed: no reason to hide the error
            # for which the block was left.
            if exc_info[0] is None:
                raise

    async def _exit(self, exc_info: tuple[Any, ...]) -> Any:
        return await self._start(None, CallFuture, run_method, self, "__exit__", exc_info, {})


# PyMongo's classes and, for each, this library's. None stands for what needs none.
_wrappers: dict[type, type[Bridged] | None] = {}


def wrapper_of(cls: type) -> type[Bridged] | None:
    """Return the class that stands for `cls` here, or None where `cls` does not block.

    :raises pymongo.errors.InvalidOperation: where `cls` blocks and has no class here.
    """
    try:
        return _wrappers[cls]
    except KeyError:
        pass
    for base in cls.__mro__:
        if base in _wrappers:
            break
        if _BLOCKING_MODULES.match(base.__module__) and _waits(base):
            raise InvalidOperation(
                f"{base.__name__} is not bridged yet: use it in a worker, with"
                " client.run_in_worker() and the PyMongo objects that are called .delegate here"
            )
    return _wrappers.setdefault(cls, _wrappers.get(base))


def _waits(cls: type) -> bool:
    """Tell whether PyMongo's asynchronous counterpart of `cls` waits in anything."""
    module = sys.modules.get(cls.__module__.replace(".synchronous.", ".asynchronous."))
    twin = getattr(module, f"Async{cls.__name__}", None) or getattr(module, cls.__name__, None)
    return any(inspect.iscoroutinefunction(member) for member in vars(twin or object).values())


def wrap(value: Any, owner: Bridged) -> Any:
    """Return this library's object for one that PyMongo gave to `owner`, and others as they are."""
    cls = wrapper_of(type(value))
    if cls is None:
        if type(value) in (list, tuple) and value and wrapper_of(type(value[0])):
            return type(value)(wrap(each, owner) for each in value)
        return value
    for known in (owner, owner._client):
        if value is known.delegate:
            return known
    if cls._has_state and (known := owner._client._known.get(id(value))) is not None:
        return known
    cls = owner._client._substitutes.get(cls, cls)
    wrapped = cls.__new__(cls)
    wrapped.delegate = value
    wrapped._client = owner._client
    wrapped._made_by(owner)
    if cls._has_state:
        owner._client._known[id(value)] = wrapped
    return wrapped


def unwrap(value: Any) -> Any:
    """Return PyMongo's object for one of this library's, and others as they are."""
    return value.delegate if isinstance(value, Bridged) else value


def unwrap_all(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return the arguments with PyMongo's objects in the place of this library's."""
    if args:
        args = tuple([arg.delegate if isinstance(arg, Bridged) else arg for arg in args])
    if kwargs:
        kwargs = {
            name: arg.delegate if isinstance(arg, Bridged) else arg for name, arg in kwargs.items()
        }
    return args, kwargs


def run_method(owner: Bridged, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run a method of the PyMongo object: in a worker if it blocks, else in the caller's thread."""
    method = getattr(owner.delegate, name)
    if args or kwargs:
        args, kwargs = unwrap_all(args, kwargs)
    try:
        return wrap(method(*args, **kwargs), owner)
    except StopIteration:
        # The end of a cursor, told as an asynchronous iterator tells it.
        raise StopAsyncIteration from None
    except asyncio.CancelledError:
        owner._was_aborted()
        raise


def _read(owner: Bridged, name: str) -> Any:
    return wrap(getattr(owner.delegate, name), owner)


def _name_of_method(owner: Bridged, name: str, *arguments: Any) -> str:
    cls = type(owner).__name__
    return f"{cls}[...]" if name == "__getitem__" else f"{cls}.{name}(...)"


def _name_of_property(owner: Bridged, name: str) -> str:
    return f"{type(owner).__name__}.{name}"


# What messages call them: see Call.name.
run_method.name_of = _name_of_method  # type: ignore[attr-defined]
_read.name_of = _name_of_property  # type: ignore[attr-defined]


def _defines(cls: type, name: str) -> bool:
    return any(name in vars(base) for base in cls.__mro__[:-1])


def is_blocking(twin: type, name: str) -> bool:
    """Tell whether PyMongo's asynchronous class waits in this member."""
    member = inspect.getattr_static(twin, name, None)
    if member is None:
        # An attribute of its objects does not. Of anything else PyMongo has not said so.
        return not any(name in inspect.get_annotations(base) for base in twin.__mro__)
    if isinstance(member, property):
        member = member.fget
    return inspect.iscoroutinefunction(getattr(member, "__func__", member))


def _derive(source: type, twin: type, name: str) -> Any:
    """Return the member of this library's class for one of PyMongo's."""
    member = inspect.getattr_static(source, name)
    blocks = is_blocking(twin, name)
    if inspect.isdatadescriptor(member):
        doc = _document(getattr(member, "fget", member), blocks)
        if blocks:
            return property(_awaitable_getter(name), doc=doc)
        return property(_getter(name), doc=doc)
    if not inspect.isroutine(member):
        return member
    if not blocks:
        return _method(getattr(source, name), name)
    future_class = CallFuture
    for cursor, cursor_future in future_classes.items():
        if cursor in str(getattr(getattr(twin, name, None), "__annotations__", {}).get("return")):
            future_class = cursor_future
    return _awaitable_method(getattr(source, name), name, future_class)


# What a coroutine function of the twin is annotated to return, where a plain Future will not do,
# and the class of the Future that does.
future_classes: dict[str, type[CallFuture]] = {}


def _awaitable_method(
    method: Callable[..., Any], name: str, future_class: type[CallFuture]
) -> Callable[..., Any]:
    @functools.wraps(method)
    def awaitable_method(
        self: Bridged, /, *args: Any, callback: Callback | None = None, **kwargs: Any
    ) -> Any:
        return self._start(callback, future_class, run_method, self, name, args, kwargs)

    awaitable_method.__doc__ = _document(method, blocks=True)
    awaitable_method.__signature__ = _SignatureWithCallback(method)  # type: ignore[attr-defined]
    return awaitable_method


class _SignatureWithCallback(inspect.Signature):
    """The signature of a method with `callback`, made when it is asked for, as that takes long."""

    def __init__(self, method: Callable[..., Any]) -> None:
        super().__init__()
        self._method = method

    @property
    def parameters(self) -> types.MappingProxyType[str, inspect.Parameter]:
        return self.replace().parameters

    def replace(self, **changes: Any) -> inspect.Signature:  # type: ignore[override]
        """Return an ordinary signature, with these changes."""
        signature = inspect.signature(self._method)
        *parameters, last = signature.parameters.values()
        callback = inspect.Parameter("callback", inspect.Parameter.KEYWORD_ONLY, default=None)
        parameters += [callback, last] if last.kind is last.VAR_KEYWORD else [last, callback]
        return signature.replace(parameters=parameters).replace(**changes)


def _method(method: Callable[..., Any], name: str) -> Callable[..., Any]:
    @functools.wraps(method)
    def immediate_method(self: Bridged, /, *args: Any, **kwargs: Any) -> Any:
        return run_method(self, name, args, kwargs)

    immediate_method.__doc__ = _document(method, blocks=False)
    immediate_method.is_immediate = True  # type: ignore[attr-defined]
    return immediate_method


def _awaitable_getter(name: str) -> Callable[[Bridged], Any]:
    return lambda self: self._start(None, CallFuture, _read, self, name)


def _getter(name: str) -> Callable[[Bridged], Any]:
    def get(self: Bridged) -> Any:
        self._check_at_hand(name)
        return _read(self, name)

    return get


def _document(member: Any, blocks: bool) -> str:
    """Return PyMongo's docstring, headed by what is different here."""
    where = (
        "Runs in a worker thread; returns a Future of the caller's loop. With\n"
        "``callback=``, returns None and calls ``callback(result, error)`` on that loop."
        if blocks
        else "Runs at once, in the caller's thread: it does not wait."
    )
    return f"{where}\n\nPyMongo's documentation of its source, `{member.__qualname__}`:\n\n" + (
        inspect.getdoc(member) or ""
    )
