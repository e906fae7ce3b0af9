"""The undocumented names of PyMongo, Python and Tornado that this library uses: all of them.

A `Need` lists the names that one feature uses, and what happens if one of them is missing. When the
first client is made, or else a feature is first used, each name is looked for on a real object that
is made for this purpose, without any network. If a name is missing, the feature that needs it is
switched off, and the log has one warning that says so. `REQUIRED` alone has no substitute: without
one of its names this module cannot be imported, and the error names the installed PyMongo.

`tests/test_contract.py` takes each name away, and fails if a module uses one that is not here.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass

import pymongo

from tornado_pymongo import log
from tornado_pymongo.internals.samples import Samples


@dataclass(frozen=True, eq=False)
class Need:
    """The undocumented names that one feature uses.

    :param used_by: the modules that use them.
    :param names: each as ``object.attribute``, with the objects of `samples`; a method may be
        followed by its parameters, which are then compared; ``|`` is between names of different
        versions.
    :param event: the name of the log record if one is missing.
    :param without: what happens then: the beginning of the record's message.
    :param package: without which, imported, there is nothing to look at yet.
    """

    used_by: tuple[str, ...]
    names: tuple[str, ...]
    event: str = ""
    without: str = ""
    package: str = "pymongo"


# A cursor's documents: with `_data` and `_refresh` the event loop knows whether the next one is
# here, and a worker fetches a batch without taking a document out of it.
REQUIRED = Need(
    ("internals.cursors", "futures", "executor.executor", "executor.lifecycle"),
    (
        "Cursor._data",
        "Cursor._empty",
        "Cursor._killed",
        "Cursor._refresh()",
        "CommandCursor._data",
        "CommandCursor._killed",
        "CommandCursor._refresh()",
        "asyncio.Future._asyncio_future_blocking",
        "threading._register_atexit",
        "RLock._is_owned",
    ),
)

INTERRUPTS = Need(
    ("internals.pool",),
    (
        "option._pool_class",
        "option._condition_class",
        "pool._CancellationContext",
        "Pool._get_conn(checkout_started_time, handler)",
        "Pool.connect(handler)",
        "Pool.checkin(conn)",
        "Pool.active_contexts",
        "Pool.size_cond",
        "Pool._max_connecting_cond",
        "Pool.lock",
        "Connection.cancel_context.cancelled",
        "Connection.cancel_context.cancel()",
        "Connection.close_conn(reason)",
        "Connection.conn.get_conn|Connection.conn.detach",  # up to 4.12 the socket itself
    ),
    "calls_not_interruptible",
    "calls that run cannot be interrupted when they are cancelled: they go on until the server"
    " answers, and their connections have no buffered reads",
)

ORPHANS = Need(
    ("internals.pool",),
    (
        "mongo_client._ClientCheckout.session|mongo_client._MongoClientErrorHandler.session",
        "ClientSession._server_session.mark_dirty()",
        "ClientSession._implicit",
    ),
    "orphans_not_killed",
    "what an interrupted call has begun on the server is not killed there, and the next call that"
    " gets its session may wait for it",
)

BUFFERED_READS = Need(
    ("internals.sockets",),
    (
        "Connection.conn.conn|Connection.conn.detach",
        "Connection.receive_message(request_id)",
        "Connection._raise_connection_failure(error)",
        "_csot.get_timeout()",
        "message._OpMsg.unpack(msg)",
        "message._OpMsg.OP_CODE",
    ),
    "reads_not_buffered",
    "connections have no buffered reads: operations take a little longer",
)

SLICES = Need(
    ("internals.decoding",),
    (
        "option._pool_class",
        "Pool.connect(handler)",
        "Connection.receive_message(request_id)",
        "message._OpMsg.unpack_response",
        "CodecOptions.type_registry._decoder_map",
    ),
    "results_not_sliced",
    "large results are not decoded in slices, and may hold up the event loop",
)

READ_AHEAD = Need(
    ("internals.cursors",),
    (
        "Cursor._id",
        "Cursor._sock_mgr",
        "Cursor._exhaust",
        "Cursor._max_await_time_ms",
        "CommandCursor._id",
        "CommandCursor._sock_mgr",
        "CommandCursor._max_await_time_ms",
        "CommandCursor._postbatchresumetoken",
    ),
    "batches_not_read_ahead",
    "the next batch of a cursor is not fetched while the one before it is used",
)

WAITS = Need(
    ("internals.cursors",),
    (
        "Cursor._query_flags",
        "Cursor._max_await_time_ms",
        "CommandCursor._max_await_time_ms",
        "ChangeStream._cursor",
        "ChangeStream._max_await_time_ms",
    ),
    "waits_not_limited",
    "a change stream holds its thread for as long as the server waits, and a tailable cursor does"
    " so in a thread for ordinary calls",
)

CHANGES = Need(
    ("internals.cursors",),
    ("ChangeStream._cursor", "ChangeStream._closed"),
    "changes_not_buffered",
    "each change takes a thread, the last batch's too, and a stream that is being closed ends when"
    " its thread has closed it",
)

FILES = Need(
    ("internals.cursors",),
    (
        "GridOut._file",
        "GridOut._chunk_iter",
        "GridOut._chunks.find",
        "GridOut._buffer",
        "GridOut._buffer_pos",
        "GridIn._coll.files",
        "GridIn._buffered_docs_size",
    ),
    "files_not_buffered",
    "files are sent and read in PyMongo's batches, their lines are read in a thread one by one;"
    " to ask one that is not open for an attribute may hold up the event loop",
    package="gridfs",
)

TIMEOUTS = Need(
    ("internals.clients",),
    (
        "_csot.get_timeout()",
        "_csot._TimeoutContext(timeout)",
        "_csot.TIMEOUT.set",
        "_csot.DEADLINE.set",
    ),
    "timeouts_begin_late",
    "the time that a call waits for a thread does not count for pymongo.timeout() and timeoutMS",
)

CONNECT = Need(
    ("internals.clients",),
    ("MongoClient._connect()",),
    "connect_sends_ping",
    'aconnect() sends a "ping", and so waits for a server',
)

OPTIONS = Need(
    ("internals.clients",),
    ("ClientOptions._options",),
    "options_not_shown",
    "the repr of a client, and of what is made from it, has no options, as some may be secret",
)

KEY_VAULT = Need(
    ("internals.clients",),
    ("AutoEncryptionOpts._key_vault_client",),
    "key_vault_not_unwrapped",
    "AutoEncryptionOpts must be given PyMongo's own client, which is the delegate of ours",
    package="pymongo.encryption_options",
)

COROUTINES = Need(
    ("internals.clients",),
    ("Collection._timeout",),
    "coroutines_may_fail",
    "coroutines of PyMongo's own that run on our objects, such as uploads from an asynchronous"
    " source, may fail",
)

TRANSFORMS = Need(
    ("web",),
    ("RequestHandler._transforms",),
    "files_compressed",
    "Tornado may compress a file while it is sent, in the event loop",
    package="tornado.web",
)

MARKS = Need(
    ("aiohttp",),
    ("asyncio.coroutines._is_coroutine",) if sys.version_info < (3, 12) else (),
    "handlers_not_marked",
    "aiohttp may warn that our handlers are no coroutine functions",
    package="aiohttp",
)

NEEDS = (
    INTERRUPTS,
    ORPHANS,
    BUFFERED_READS,
    SLICES,
    READ_AHEAD,
    WAITS,
    CHANGES,
    FILES,
    TIMEOUTS,
    CONNECT,
    OPTIONS,
    KEY_VAULT,
    COROUTINES,
    TRANSFORMS,
    MARKS,
)

# Names that only versions before or after another one have: both ways are PyMongo's own.
OF_SOME_VERSIONS = Need(
    ("internals.cursors", "internals.decoding"),
    ("message._check_exhaust_supported", "pool.command", "RawBSONDocument._type_marker"),
)

# Made when this is imported, as a global listener of PyMongo's is told of each client that is made.
_samples = Samples()
_samples.have("option._pool_class")

_differences: dict[Need, str] = {}  # what is missing of those that were looked for
_lock = threading.Lock()


def check() -> None:
    """Look for all names, of which the packages are imported, and log what is missing."""
    for need in NEEDS:
        if need.package in sys.modules:
            _check(need)


def holds(need: Need) -> bool:
    """Tell whether all names of a need are there."""
    if need not in _differences:
        _check(need)
    return not _differences[need]


def switch_off(need: Need, difference: str) -> None:
    """Switch a feature off, because of something that differs and that only its use can tell."""
    if holds(need):
        _differences[need] = difference
        _warn(need, difference)


def _check(need: Need) -> None:
    with _lock:
        if need in _differences:
            return
        _differences[need] = difference = _missing(need)
    if difference:
        _warn(need, difference)


def _warn(need: Need, difference: str) -> None:
    log.warning(
        need.event,
        need.without + ". PyMongo %(pymongo)s differs from those that we know in %(differs_in)s",
        pymongo=pymongo.version,
        differs_in=difference,
    )


def _missing(need: Need) -> str:
    return ", ".join(name for name in need.names if not _samples.have(name))


if _lacking := _missing(REQUIRED):
    raise ImportError(
        f"tornado_pymongo cannot work with PyMongo {pymongo.version} on Python"
        f" {sys.version.split()[0]}, which differ in {_lacking} from those that it knows: install a"
        " newer tornado_pymongo, or an older PyMongo"
    )
