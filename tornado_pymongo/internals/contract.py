"""The undocumented names of PyMongo, Python and Tornado that this library uses: all of them.

A `Need` lists the names that one feature uses, and what happens if one of them is missing. It is
checked when the first client is made, or else when the feature is first used:

- A class must have the name, or mention it in its code, as it does if it gives it to its objects.
- A name with parameters must have these parameters.
- If this does not tell enough, the module that uses the names tries them out: see `Need.trial`.

Only a trial makes objects, and none of these is seen by an application. If anything differs, the
feature is switched off, and the log has one warning that says so. `REQUIRED` alone has no
substitute: without one of its names this module cannot be imported, and the error names the
installed PyMongo.

`tests/test_contract.py` takes each name away, and fails if a module uses one that is not here.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from inspect import signature, unwrap
from pkgutil import resolve_name
from typing import Any

import pymongo

from tornado_pymongo import log


class Need:
    """The undocumented names that one feature uses.

    :param used_by: the modules that use them.
    :param rows: each is a module or a class, a colon, and names in it. ``name(a,b)`` has these
        parameters. ``name|other`` are names of different versions, of which one is enough.
    :param event: the name of the log record if one is missing.
    :param without: what happens then: the beginning of the record's message.
    """

    # If all names are there, this tries them out. It returns what differs, or "" for nothing.
    trial: Callable[[], str] = str

    def __init__(self, used_by: str, *rows: str, event: str = "", without: str = "") -> None:
        self.used_by: list[str] = used_by.split()
        self.event: str = event
        self.without: str = without
        self.names: list[str] = [
            "|".join(f"{owner[:-1]}.{each}" for each in name.split("|"))
            for owner, *names in map(str.split, rows)
            for name in names
        ]


# A cursor's documents: with `_data` and `_refresh` the event loop knows whether the next one is
# here, and a worker fetches a batch without taking a document out of it.
REQUIRED = Need(
    "internals.cursors futures executor.executor executor.lifecycle",
    "pymongo.synchronous.cursor.Cursor: _data _empty _killed _refresh()",
    "pymongo.synchronous.command_cursor.CommandCursor: _data _killed _refresh()",
    "asyncio.Future: _asyncio_future_blocking",
    "threading: _register_atexit",
    "_thread.RLock: _is_owned",  # threading.RLock() makes one
)

INTERRUPTS = Need(
    "internals.pool",
    "pymongo.synchronous.mongo_client.MongoClient: _pool_class _condition_class",
    "pymongo.synchronous.pool._CancellationContext: cancelled cancel()",
    "pymongo.synchronous.pool.Pool: _get_conn(checkout_started_time,handler) connect(handler)"
    " checkin(conn) active_contexts size_cond _max_connecting_cond lock",
    # Up to 4.11 `conn` is the socket. Later it is an object whose `conn` is the socket.
    "pymongo.synchronous.pool.Connection: cancel_context close_conn(reason) conn",
    event="calls_not_interruptible",
    without="a call that is cancelled goes on until the server answers, and no reads are buffered",
)

ORPHANS = Need(
    "internals.pool",
    "pymongo.synchronous.mongo_client: _ClientCheckout.session|_MongoClientErrorHandler.session",
    "pymongo.synchronous.client_session.ClientSession: _server_session _implicit",
    "pymongo: synchronous.client_session._ServerSession.mark_dirty()"
    "|client_session_shared._ServerSession.mark_dirty()",
    event="orphans_not_killed",
    without="the server goes on with an interrupted operation, and a later call may wait for it",
)

BUFFERED_READS = Need(
    "internals.sockets",
    "pymongo.synchronous.pool.Connection: receive_message(request_id) _raise_connection_failure",
    "pymongo._csot: get_timeout()",
    "pymongo.message._OpMsg: unpack(msg) OP_CODE",
    event="reads_not_buffered",
    without="connections have no buffered reads: operations take a little longer",
)

SLICES = Need(
    "internals.decoding",
    "pymongo.synchronous.mongo_client.MongoClient: _pool_class",
    "pymongo.synchronous.pool: Pool.connect(handler) Connection.receive_message(request_id)",
    "pymongo.message._OpMsg: unpack_response payload_document",
    "bson.codec_options.TypeRegistry: _decoder_map",
    event="results_not_sliced",
    without="large results are not decoded in slices, and may hold up the event loop",
)

READ_AHEAD = Need(
    "internals.cursors",
    "pymongo.synchronous.cursor.Cursor: _id _sock_mgr _exhaust _max_await_time_ms",
    "pymongo.synchronous.command_cursor.CommandCursor: _id _sock_mgr _max_await_time_ms"
    " _postbatchresumetoken",
    event="batches_not_read_ahead",
    without="the next batch of a cursor is not fetched while the one before it is used",
)

WAITS = Need(
    "internals.cursors",
    "pymongo.synchronous.cursor.Cursor: _query_flags _max_await_time_ms",
    "pymongo.synchronous.command_cursor.CommandCursor: _max_await_time_ms",
    "pymongo.synchronous.change_stream.ChangeStream: _cursor _max_await_time_ms",
    event="waits_not_limited",
    without="a change stream, or a tailable cursor, holds its thread while the server waits",
)

CHANGES = Need(
    "internals.cursors",
    "pymongo.synchronous.change_stream.ChangeStream: _cursor _closed",
    event="changes_not_buffered",
    without="each change takes a thread, and a stream that is being closed ends after that only",
)

FILES = Need(
    "internals.cursors",
    "gridfs.synchronous.grid_file.GridOut: _file _chunk_iter _chunks _buffer _buffer_pos"
    " _position _read_size_or_line(size,line)",
    "gridfs.synchronous.grid_file.GridIn: _coll _buffered_docs_size",
    event="files_not_buffered",
    without="files come in large batches, lines byte by byte, attributes may hold up the loop",
)

TIMEOUTS = Need(
    "internals.clients",
    "pymongo._csot: get_timeout() _TimeoutContext(timeout) TIMEOUT.set DEADLINE.set",
    event="timeouts_begin_late",
    without="pymongo.timeout() and timeoutMS do not count the time that a call waits for a thread",
)

THREADS = Need(
    "internals.clients",
    "pymongo.synchronous.mongo_client.MongoClient: _monitor_class _get_topology() _opened",
    "pymongo.synchronous.monitor.Monitor: open()",
    event="threads_inherit_context",
    without="where threads inherit contexts, PyMongo's may keep the deadline of the first call",
)

CONNECT = Need(
    "internals.clients",
    "pymongo.synchronous.mongo_client.MongoClient: _connect()",
    event="connect_sends_ping",
    without='aconnect() sends a "ping", and so waits for a server',
)

OPTIONS = Need(
    "internals.clients",
    "pymongo.client_options.ClientOptions: _options",
    event="options_not_shown",
    without="the repr of a client, and of what it makes, has no options, as some may be secret",
)

KEY_VAULT = Need(
    "internals.clients",
    "pymongo.encryption_options.AutoEncryptionOpts: _key_vault_client",
    event="key_vault_not_unwrapped",
    without="AutoEncryptionOpts must be given PyMongo's own client, the delegate of ours",
)

TRANSFORMS = Need(
    "web",
    "tornado.web.RequestHandler: _transforms",
    event="files_compressed",
    without="Tornado may compress a file while it is sent, in the event loop",
)

MARKS = Need(
    "derive",
    *(["asyncio.coroutines: _is_coroutine"] if sys.version_info < (3, 12) else []),
    event="methods_not_marked",
    without="libraries may take methods that return Futures for functions that are done",
)

# Names that tell versions apart. Without them the code goes the way of the other version.
# The first two rows are of clients that encrypt by themselves.
OF_SOME_VERSIONS = Need(
    "internals.clients internals.cursors internals.decoding unbound",
    "pymongo.synchronous.mongo_client.MongoClient: _encrypter",
    "pymongo.synchronous.encryption._Encrypter: _auto_encrypter _internal_client",
    "pymongo.message: _check_exhaust_supported",
    "pymongo.synchronous.pool: command",
    "bson.raw_bson.RawBSONDocument: _type_marker",
    "concurrent.futures.Future: _get_snapshot()",  # asyncio asks for it since Python 3.15
)

NEEDS: list[Need] = [each for each in vars().values() if isinstance(each, Need) and each.event]

_differences: dict[Need, str] = {}  # of the needs that were checked; "" if nothing differs
_lock = threading.Lock()

csot: Any = sys.modules.get("pymongo._csot")  # PyMongo imports it, if it exists


def check() -> None:
    """Check all needs whose modules are imported."""
    for need in NEEDS:
        if all(".".join(name.split(".")[:2]) in sys.modules for name in need.names):
            holds(need)


def holds(need: Need) -> bool:
    """Tell whether all names of a need are there, and do what is expected of them."""
    if need not in _differences:
        try:
            difference = _missing(need) or need.trial()
        except Exception as error:
            difference = repr(error)
        switch_off(need, difference)
    return not _differences[need]


def switch_off(need: Need, difference: str) -> None:
    """Store what differs, or "" for nothing. The first difference is logged, and stays."""
    with _lock:
        if _differences.get(need):
            return
        _differences[need] = difference
    if difference:
        log.warning(
            need.event,
            need.without + ". PyMongo %(pymongo)s differs from those we know in %(differs_in)s",
            pymongo=pymongo.version,
            differs_in=difference,
        )


def _missing(need: Need) -> str:
    return ", ".join(name for name in need.names if not any(map(_is_there, name.split("|"))))


def _is_there(name: str) -> bool:
    path, _, parameters = name.rstrip(")").partition("(")
    owner, _, attribute = path.rpartition(".")
    try:
        found = resolve_name(owner)
        if name.endswith(")"):
            given = signature(getattr(found, attribute)).parameters
            return ",".join(each for each in given if each != "self") == parameters
        return hasattr(found, attribute) or _mentions(found, attribute)
    except Exception:
        return False


def _mentions(cls: type, name: str) -> bool:
    """Tell whether the code of a class mentions a name.

    Compiled code, such as Nuitka's, has no list of names: then each name is taken to be there.
    """
    functions = [unwrap(each) for base in cls.__mro__ for each in vars(base).values()]
    codes = [each.__code__ for each in functions if hasattr(each, "__code__")]
    words = {word for code in codes for word in (*code.co_names, *code.co_consts)}
    return name in words or (bool(codes) and not any(code.co_names for code in codes))


if _lacking := _missing(REQUIRED):
    raise ImportError(
        f"tornado_pymongo cannot work with PyMongo {pymongo.version} on Python"
        f" {sys.version.split()[0]}, which differ in {_lacking} from those that it knows: install a"
        " newer tornado_pymongo, or an older PyMongo"
    )
