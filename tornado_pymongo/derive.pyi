# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, TypeAlias

from pymongo.operations import DeleteMany, DeleteOne, InsertOne, ReplaceOne, UpdateMany, UpdateOne
from typing_extensions import ParamSpec, Self, TypeVar

from tornado_pymongo.bridge import CallFuture
from tornado_pymongo.cursor import CommandCursor, Cursor, _BaseCursor

_DocumentType = TypeVar("_DocumentType", bound=Mapping[str, Any], default=dict[str, Any])
_P = ParamSpec("_P")
_T = TypeVar("_T")
_CursorT = TypeVar("_CursorT", default=Any)
_AnyT = TypeVar("_AnyT", bound=_BaseCursor[Any])
_ItemT = TypeVar("_ItemT", default=Any)
_QueryT = TypeVar("_QueryT", bound=Cursor[Any])
_CommandT = TypeVar("_CommandT", bound=CommandCursor[Any])
_WriteOp: TypeAlias = (
    InsertOne[_DocumentType]
    | DeleteOne
    | DeleteMany
    | ReplaceOne[_DocumentType]
    | UpdateOne
    | UpdateMany
)
bound_session: ContextVar[Any]

class Bridged:
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __init_subclass__(
        cls, source: type | None = None, twin: type | None = None, **kwargs: Any
    ) -> None: ...
    def __eq__(self, other: object) -> Any: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    delegate: Any
    __iter__: None

class Closing(Bridged):
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *exc_info: Any) -> Any: ...

def wrapper_of(cls: type) -> type[Bridged] | None: ...
def wrap(value: Any, owner: Bridged) -> Any: ...
def unwrap(value: Any) -> Any: ...
def unwrap_all(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any: ...
def run_method(owner: Bridged, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any: ...
def is_blocking(twin: type, name: str) -> bool: ...

future_classes: dict[str, type[CallFuture]]
