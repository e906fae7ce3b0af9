"""The faces of client, database, collection, cursors, sessions and change streams."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from tornado_pymongo import change_stream, client, cursor, session
from tornado_pymongo.executor import DRAIN
from tornado_pymongo.pymongo_async.face import make_face

# The classes that a client gives in the place of ours.
faces: dict[type, type] = {}


def add_face(cls: type, by_hand: type | None = None) -> Any:
    """Make the face of a class of ours, and have clients give it."""
    faces[cls] = make_face(cls, by_hand, faces.get(cls.__bases__[0]))
    return faces[cls]


class _Client:
    _substitutes: ClassVar[dict[type, type]] = faces

    async def close(self, *, drain_seconds: float = DRAIN) -> None:
        """Close the client, in a thread of its own; see `tornado_pymongo.MongoClient.close`.

        :param drain_seconds: how long the calls that run may take to finish.
        """
        await super().close(drain_seconds=drain_seconds)  # type: ignore[misc]

    aclose = close


class _Collection:
    name: str

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        # In PyMongo's words.
        above, _, name = self.name.rpartition(".")
        owner = "AsyncCollection" if above else "AsyncDatabase"
        raise TypeError(
            f"'AsyncCollection' object is not callable. If you meant to call the {name!r} method on"
            f" an {owner!r} object it is failing because no such method exists."
        )


AsyncMongoClient = add_face(client.MongoClient, _Client)
AsyncDatabase = add_face(client.Database)
AsyncCollection = add_face(client.Collection, _Collection)
AsyncCursor = add_face(cursor.Cursor)
AsyncRawBatchCursor = add_face(cursor.RawBatchCursor)
AsyncCommandCursor = add_face(cursor.CommandCursor)
AsyncRawBatchCommandCursor = add_face(cursor.RawBatchCommandCursor)
AsyncClientSession = add_face(session.ClientSession)
AsyncChangeStream = add_face(change_stream.ChangeStream)
AsyncCollectionChangeStream = add_face(change_stream.CollectionChangeStream)
AsyncDatabaseChangeStream = add_face(change_stream.DatabaseChangeStream)
AsyncClusterChangeStream = add_face(change_stream.ClusterChangeStream)
