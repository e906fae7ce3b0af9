"""The ways to use MongoDB that are compared, each as its own documentation advises.

All of them have at most 100 connections. What else was chosen:

- **PyMongo** in one thread, and **raw threads** that do nothing but call it, without a loop: the
  limit for whatever runs its code. How many threads are best depends on the load: several numbers.
- **PyMongo Async** with its defaults.
- **Motor** documents one knob, ``MOTOR_MAX_WORKERS``: by default five threads per core. That stays
  where the server answers at once; where it takes its time there are as many as connections, or
  the figure would be the knob's.
- **gevent** with ``python -m gevent.monkey``, which patches everything before anything is imported.
- **uvloop** with its ``uvloop.run``.
- **greenlets**: see `benchmarks.greenlets`.
- **run_in_executor** with asyncio's default executor, a call at a time: see `benchmarks.executed`.
- **hop-...**: what carries a function to a thread, without MongoDB: see `benchmarks.hop`.

Nothing is imported here before it is needed: each measurement runs in a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

CONNECTIONS = 100

OURS = "tornado_pymongo"
PYMONGO_ASYNC = "pymongo-async"
MOTOR = "motor"
GREENLETS = "greenlets"
BLOCKING = "pymongo"
GEVENT = "gevent"
OURS_SHARING_ALL = "tornado_pymongo-share-all"
EXECUTOR = "run_in_executor"
HOP, HOP_OF_EXECUTOR = "hop-bridge", "hop-run_in_executor"

# What is added to the name of a peer that runs on the interpreter of ``--python``.
OTHER_PYTHON = "@python"

# What is added to the name of a peer that runs this library from the checkout of ``--against``.
OTHER_CHECKOUT = "@against"

# Added to the name of a peer whose process, or each of whose processes, has one core.
ONE_CORE = "@one-core"

# Added to the name of a peer that is measured twice. A difference that is no larger than that of
# the two is none.
AGAIN = "@again"

# Each of these, and its words in tables and plots.
SUFFIXES = {
    AGAIN: ", again",
    ONE_CORE: ", one core",
    OTHER_CHECKOUT: ", other checkout",
    OTHER_PYTHON: "",
}

# The placements of processes, and what is added to the name of a peer for each.
PLACEMENTS = {"all-cores": "", "one-core": ONE_CORE}
PLACEMENT_TITLES = {"": "all cores", ONE_CORE: "each process on one core"}

# It tells the peers that run this library.
OUR_IMPORT = "import tornado_pymongo"


@dataclass(frozen=True)
class Peer:
    """A way to use MongoDB.

    :param name: what it is called on the command line and in results.
    :param title: what it is called in tables and plots.
    :param connect: returns a client.
    :param bucket: returns the GridFSBucket of a database.
    :param imports: the statement that imports it.
    :param loop: the event loop that runs its coroutines; none where it blocks.
    :param threads: the most threads that call it, where it blocks: no more than calls in flight.
    :param command: how Python is told to run a module for it.
    """

    name: str
    title: str
    connect: Callable[[str], Any]
    bucket: Callable[[Any], Any]
    imports: str
    loop: str | None = None
    threads: int = CONNECTIONS
    command: tuple[str, ...] = ("-m",)


def _connect_pymongo(uri: str) -> Any:
    import pymongo

    return pymongo.MongoClient(uri, maxPoolSize=CONNECTIONS)


def _pymongo_bucket(database: Any) -> Any:
    import gridfs

    return gridfs.GridFSBucket(database)


def _connect_pymongo_async(uri: str) -> Any:
    import pymongo

    return pymongo.AsyncMongoClient(uri, maxPoolSize=CONNECTIONS)


def _pymongo_async_bucket(database: Any) -> Any:
    from gridfs.asynchronous.grid_file import AsyncGridFSBucket

    return AsyncGridFSBucket(database)


def _connect_motor(uri: str) -> Any:
    import motor.motor_asyncio

    return motor.motor_asyncio.AsyncIOMotorClient(uri, maxPoolSize=CONNECTIONS)


def _motor_bucket(database: Any) -> Any:
    import motor.motor_asyncio

    return motor.motor_asyncio.AsyncIOMotorGridFSBucket(database)


def _connect_ours(uri: str) -> Any:
    import tornado_pymongo

    return tornado_pymongo.MongoClient(uri, maxPoolSize=CONNECTIONS)


def _connect_ours_sharing_all(uri: str) -> Any:
    import tornado_pymongo

    sharing: Any = {"share_core": "all"}
    return tornado_pymongo.MongoClient(uri, maxPoolSize=CONNECTIONS, **sharing)


def _connect_executed(uri: str) -> Any:
    from benchmarks import executed

    return executed.Executed(_connect_pymongo(uri))


def _our_bucket(database: Any) -> Any:
    import tornado_pymongo

    return tornado_pymongo.GridFSBucket(database)


def _connect_greenlets(uri: str) -> Any:
    from benchmarks import greenlets

    return greenlets.connect(uri, maxPoolSize=CONNECTIONS)


def _greenlet_bucket(database: Any) -> Any:
    from benchmarks import greenlets

    return greenlets.wrap(_pymongo_bucket(database.delegate))


def _hop(name: str, title: str, kind: str, imports: str = "import asyncio") -> Peer:
    def connect(uri: str) -> Any:
        from benchmarks import hop

        return getattr(hop, kind)(uri)

    return Peer(f"hop-{name}", title, connect, lambda database: None, imports, loop="asyncio")


def _blocking(name: str, title: str, **changes: Any) -> Peer:
    return Peer(name, title, _connect_pymongo, _pymongo_bucket, "import pymongo", **changes)


_ASYNCHRONOUS = [
    Peer(
        PYMONGO_ASYNC,
        "PyMongo Async",
        _connect_pymongo_async,
        _pymongo_async_bucket,
        "import pymongo",
    ),
    Peer(MOTOR, "Motor", _connect_motor, _motor_bucket, "import motor.motor_asyncio"),
    Peer(OURS, "tornado_pymongo", _connect_ours, _our_bucket, OUR_IMPORT),
    Peer(
        GREENLETS,
        "greenlet wrapping",
        _connect_greenlets,
        _greenlet_bucket,
        "import pymongo, greenlet",
    ),
]

_MORE = [
    Peer(
        OURS_SHARING_ALL,
        'tornado_pymongo, share_core="all"',
        _connect_ours_sharing_all,
        _our_bucket,
        OUR_IMPORT,
        loop="asyncio",
    ),
    Peer(
        EXECUTOR,
        "PyMongo, run_in_executor",
        _connect_executed,
        _pymongo_bucket,
        "import pymongo",
        loop="asyncio",
    ),
]

_HOPS = [
    _hop("future", "a bare Future, no thread", "of_a_future"),
    _hop("bare", "a bare bridge, 1 thread", "of_a_bare_bridge"),
    _hop("run_in_executor", "loop.run_in_executor, 2 threads", "of_run_in_executor"),
    _hop("run_in_worker", "run_in_worker", "of_run_in_worker", OUR_IMPORT),
    _hop("call", "a call without PyMongo", "of_a_call", OUR_IMPORT),
    _hop("bridge", "the hop of a call", "of_the_bridge", OUR_IMPORT),
]

_ALL = [
    _blocking(BLOCKING, "PyMongo, 1 thread", threads=1),
    *(_blocking(f"threads-{n}", f"PyMongo, {n} threads", threads=n) for n in (2, 4, 16, 100)),
    _blocking(GEVENT, "gevent", threads=10_000, command=("-m", "gevent.monkey", "--module")),
    *(replace(peer, loop="asyncio") for peer in _ASYNCHRONOUS),
    *(
        replace(peer, name=f"{peer.name}-uvloop", title=f"{peer.title}, uvloop", loop="uvloop")
        for peer in _ASYNCHRONOUS
    ),
    *_MORE,
    *_HOPS,
]

PEERS: dict[str, Peer] = {peer.name: peer for peer in _ALL}

THREADS = tuple(name for name in PEERS if name.startswith("threads-"))
HOPS = tuple(peer.name for peer in _HOPS)
ASYNCHRONOUS = tuple(peer.name for peer in _ASYNCHRONOUS)
UVLOOP = tuple(f"{name}-uvloop" for name in ASYNCHRONOUS)


def peer_of(name: str) -> Peer:
    """Return the peer of a name in results, whatever it runs on."""
    return PEERS[name.partition("@")[0]]


def placement_of(name: str) -> str:
    """Return what is added to a name in results for where its processes run."""
    return ONE_CORE if ONE_CORE in name else ""


def base_of(name: str) -> str:
    """Return what a name in results is compared with: PyMongo Async, placed like it."""
    python = OTHER_PYTHON if name.endswith(OTHER_PYTHON) else ""
    return PYMONGO_ASYNC + placement_of(name) + python


def title_of(name: str) -> str:
    """Return what a peer is called in tables and plots."""
    return peer_of(name).title + "".join(
        title for suffix, title in SUFFIXES.items() if suffix in name
    )
