"""Large replies, decoded in slices: the same results, and others get in between."""

from __future__ import annotations

import asyncio
import collections
import datetime
import gc
import os
import re
import subprocess
import sys
import threading
import uuid
from collections.abc import MutableMapping

import bson
import pymongo
import pymongo.monitoring
import pytest
from bson import CodecOptions, Decimal128, Int64, ObjectId, Regex, Timestamp
from bson.codec_options import DatetimeConversion, TypeDecoder, TypeRegistry
from bson.errors import InvalidBSON
from bson.raw_bson import RawBSONDocument
from bson.son import SON
from hypothesis import given, settings
from hypothesis import strategies as st
from interpreter import FREE_THREADED
from pymongo.encryption import Algorithm, AutoEncryptionOpts, ClientEncryption

from tornado_pymongo.internals import contract, decoding
from tornado_pymongo.internals.decoding import Slicer

pytestmark = pytest.mark.skipif(FREE_THREADED, reason="there, nothing is held up")

SLICE = 4096


def various(number):
    """Return a document with every type of BSON."""
    return {
        "_id": ObjectId(f"{number:024x}"),
        "number": number,
        "long": Int64(number << 40),
        "float": number / 7,
        "text": "Grüße " * (number % 50),
        "document": {"inner": {"n": number}, "list": [{"n": n} for n in range(number % 5)]},
        "list": [number, "one", [2.0, None]],
        "bytes": b"\x03100\x00\x05\x00\x00\x00" * (number % 9),
        "binary": bson.Binary(b"abc", 0x80),
        "uuid": bson.Binary.from_uuid(uuid.UUID(int=number)),
        "yes": bool(number % 2),
        "date": datetime.datetime(2020, 1, 1) + datetime.timedelta(minutes=number),
        "nothing": None,
        "regex": Regex("^a", "i"),
        "code": bson.Code("f()"),
        "scope": bson.Code("f()", {"n": number}),
        "timestamp": Timestamp(number, 1),
        "decimal": Decimal128(f"{number}.5"),
        "least": bson.MinKey(),
        "most": bson.MaxKey(),
    }


@pytest.fixture
def things(db):
    """Return a collection of 1,500 various documents."""
    db.delegate.things.insert_many(various(number) for number in range(1500))
    return db.things


@pytest.fixture
def runs(monkeypatch):
    """Return a list that grows with the size of every run that is decoded."""
    runs = []
    unpack = decoding._unpack

    def recorded(reply, *options):
        runs.append(len(reply))
        return unpack(reply, *options)

    monkeypatch.setattr(decoding, "_unpack", recorded)
    return runs


@pytest.fixture
def blocking(mongo_server):
    """Return a function that makes PyMongo's own clients, which are closed after the test."""
    clients = []

    def blocking(**options):
        clients.append(pymongo.MongoClient(mongo_server.uri, **options))
        return clients[-1]

    yield blocking
    for client in clients:
        client.close()


def typed(value):
    """Return something that is equal for values which are the same, with their types."""
    if isinstance(value, RawBSONDocument):
        return RawBSONDocument, bytes(value.raw)
    if isinstance(value, (dict, MutableMapping)):
        return type(value), [(key, typed(each)) for key, each in value.items()]
    if isinstance(value, (list, tuple)):
        return type(value), [typed(each) for each in value]
    if isinstance(value, float):
        return float, repr(value)
    return type(value), value


class Wordy(MutableMapping):
    """A document with methods of its own."""

    def __init__(self):
        self._items = {}

    def __setitem__(self, key, value):
        self._items[key] = tuple(value) if isinstance(value, list) else value

    def __getitem__(self, key):
        return self._items[key]

    def __delitem__(self, key):
        del self._items[key]

    def __iter__(self):
        return iter(self._items)

    def __len__(self):
        return len(self._items)


def decoder(of, function):
    """Return a registry that decodes one type with a function."""
    members = {"bson_type": of, "transform_bson": lambda self, value: function(value)}
    return TypeRegistry([type("Decoder", (TypeDecoder,), members)()])


OPTIONS = {
    "none": {},
    "SON": {"document_class": SON},
    "OrderedDict": {"document_class": collections.OrderedDict},
    "tz_aware": {"tz_aware": True},
    "tzinfo": {
        "tz_aware": True,
        "tzinfo": datetime.timezone(datetime.timedelta(hours=2)),
    },
    "uuid": {"uuid_representation": bson.UuidRepresentation.STANDARD},
    "legacy uuid": {"uuid_representation": bson.UuidRepresentation.JAVA_LEGACY},
    "ms": {"datetime_conversion": DatetimeConversion.DATETIME_MS},
    "decimals": {"type_registry": decoder(Decimal128, Decimal128.to_decimal)},
    "words": {"type_registry": decoder(str, str.upper)},
    "dicts": {"type_registry": decoder(dict, lambda value: sorted(value))},
    "decimals in a SON": {
        "document_class": SON,
        "type_registry": decoder(Decimal128, Decimal128.to_decimal),
    },
}
WHOLE = {
    "raw": {"document_class": RawBSONDocument},
    "wordy": {"document_class": Wordy},
    "lists": {"type_registry": decoder(list, lambda value: value[::-1])},
}


@pytest.mark.parametrize("name", [*OPTIONS, *WHOLE])
async def test_results_are_pymongos(name, make_client, things, blocking, runs):
    """With all codec options; where slices could be told, or are not needed, there are none."""
    options = CodecOptions(**{**OPTIONS, **WHOLE}[name])
    theirs = blocking()[things.database.name].get_collection("things", codec_options=options)
    client = make_client(slice_bytes=SLICE)
    ours = client[things.database.name].get_collection("things", codec_options=options)
    every = typed(await asyncio.to_thread(theirs.find().to_list))
    assert typed(await ours.find().to_list()) == every
    assert bool(runs) is (name in OPTIONS)
    every = await asyncio.to_thread(lambda: theirs.aggregate([], batchSize=2000).to_list())
    aggregated = await ours.aggregate([], batchSize=2000)
    assert typed(await aggregated.to_list()) == typed(every)
    assert bool(runs) is (name in OPTIONS)


async def test_every_run_is_at_most_a_slice_and_a_document_long(make_client, things, runs):
    largest = max(len(bson.encode(various(number))) for number in range(60))
    documents = await make_client(slice_bytes=SLICE)[things.database.name].things.find().to_list()
    assert len(documents) == 1500
    assert max(runs) <= SLICE + largest + 400  # what a reply has besides
    assert len(runs) > sum(runs) / (SLICE + largest)


async def test_every_way_to_a_large_reply_has_slices(make_client, things, blocking, runs):
    db = make_client(slice_bytes=SLICE)[things.database.name]
    their_db = blocking()[things.database.name]
    every = await asyncio.to_thread(their_db.things.find().to_list)
    find = {"find": "things", "batchSize": 2000}
    exhaust = pymongo.CursorType.EXHAUST
    reads_by_itself = hasattr(pymongo.synchronous.pool, "command")

    def by_command():
        """Up to PyMongo 4.17, this one is decoded at once."""
        return db.cursor_command(find)

    for ask in (
        lambda: db.things.find(batch_size=1000),
        lambda: db.things.find(cursor_type=exhaust, batch_size=700),
        lambda: db.things.aggregate([], batchSize=700),
        by_command,
    ):
        runs.clear()
        assert await ask().to_list() == every
        assert len(runs) > 100 or (ask is by_command and reads_by_itself)
    runs.clear()
    distinct = await db.things.distinct("document")
    assert distinct == await asyncio.to_thread(their_db.things.distinct, "document")
    assert len(runs) > 10
    assert (await db.command(find))["cursor"]["firstBatch"] == every
    one_by_one = [document async for document in db.things.find()]
    assert one_by_one == every


async def test_raw_batches_are_pymongos(make_client, things, blocking, runs):
    ours = make_client(slice_bytes=SLICE)[things.database.name].things
    theirs = blocking()[things.database.name].things
    every = await asyncio.to_thread(theirs.find_raw_batches().to_list)
    assert await ours.find_raw_batches().to_list() == every
    batches = await ours.aggregate_raw_batches([], batchSize=1400)
    assert b"".join(await batches.to_list()) == b"".join(every)
    assert max(runs, default=0) < SLICE


async def test_a_document_larger_than_a_slice_is_decoded_at_once(make_client, db, runs):
    documents = [{"_id": n, "text": "x" * 10_000} for n in range(20)]
    await db.things.insert_many(documents)
    client = make_client(slice_bytes=SLICE)
    assert await client[db.name].things.find().to_list() == documents
    assert len(runs) == 1 + 20  # an empty one first
    assert await client[db.name].things.find_one() == documents[0]


async def test_small_replies_are_pymongos_business(make_client, db, monkeypatch):
    monkeypatch.setattr(decoding, "find", lambda data: pytest.fail("looked for a batch"))
    await db.things.insert_many([{"_id": n} for n in range(1000)])
    assert len(await make_client()[db.name].things.find().to_list()) == 1000


@pytest.mark.parametrize("slice_bytes", [None, 0])
async def test_slices_can_be_turned_off(slice_bytes, make_client, things, runs):
    client = make_client(slice_bytes=slice_bytes)
    assert len(await client[things.database.name].things.find().to_list()) == 1500
    assert not runs


async def test_compressed_replies_have_slices(make_client, things, runs):
    client = make_client(slice_bytes=SLICE, compressors="zlib")
    documents = await client[things.database.name].things.find().to_list()
    assert documents == await asyncio.to_thread(things.delegate.find().to_list)
    assert len(runs) > 100


async def test_listeners_see_the_same_replies(make_client, things, blocking):
    class Replies(pymongo.monitoring.CommandListener):
        def __init__(self):
            self.seen = []

        def started(self, event):
            self.seen.append((event.command_name, [*event.command]))

        def succeeded(self, event):
            reply = {**event.reply, "cursor": {**event.reply["cursor"], "id": 0}}
            for name in "$clusterTime", "operationTime":
                assert reply.pop(name)
            self.seen.append((event.command_name, typed(reply)))

        def failed(self, event):
            self.seen.append(event.failure)

    ours, theirs = Replies(), Replies()
    client = make_client(slice_bytes=SLICE, event_listeners=[ours])
    await client[things.database.name].things.find(batch_size=1000).to_list()
    their_things = blocking(event_listeners=[theirs])[things.database.name].things
    await asyncio.to_thread(their_things.find(batch_size=1000).to_list)
    assert ours.seen == theirs.seen
    assert len(ours.seen) == 4


async def test_what_was_encrypted_is_decrypted(make_client, db, blocking):
    providers = {"local": {"key": os.urandom(96)}}
    vault = f"{db.name}.keys"

    def encrypt():
        with ClientEncryption(providers, vault, blocking(), CodecOptions()) as encryption:
            key = encryption.create_data_key("local")
            algorithm = Algorithm.AEAD_AES_256_CBC_HMAC_SHA_512_Deterministic
            return [encryption.encrypt(f"secret {n}", algorithm, key_id=key) for n in range(300)]

    secrets = await asyncio.to_thread(encrypt)
    await db.things.insert_many([{"_id": n, "secret": secrets[n]} for n in range(300)])
    options = AutoEncryptionOpts(providers, vault, bypass_auto_encryption=True)
    things = make_client(slice_bytes=SLICE, auto_encryption_opts=options)[db.name].things
    every = [{"_id": n, "secret": f"secret {n}"} for n in range(300)]
    assert await things.find(batch_size=200).to_list() == every
    assert await (await things.aggregate([], batchSize=300)).to_list() == every


# Errors


def with_bad_text(number):
    """Return a document with something that is not UTF-8."""
    encoded = bson.encode({"_id": number, "text": "bad", "rest": "x" * 100})
    return RawBSONDocument(encoded.replace(b"bad", b"b\xffd"))


def with_bad_date(number):
    """Return a document with a date that datetime cannot be."""
    return {"_id": number, "date": bson.DatetimeMS(2**62), "rest": "x" * 100}


@pytest.mark.parametrize("bad", [with_bad_text, with_bad_date])
@pytest.mark.parametrize("where", [0, 700, 999])
async def test_errors_are_pymongos(bad, where, make_client, db, blocking, runs):
    theirs = blocking()[db.name]
    good = [{"_id": n, "rest": "x" * 100} for n in range(1000)]
    documents = [*good[:where], bad(where), *good[where + 1 :]]
    await asyncio.to_thread(theirs.things.insert_many, documents)
    client = make_client(slice_bytes=SLICE)
    ours = client[db.name]
    with pytest.raises(InvalidBSON) as our_error:
        await ours.things.find(batch_size=1000).to_list()
    with pytest.raises(InvalidBSON) as their_error:
        await asyncio.to_thread(theirs.things.find(batch_size=1000).to_list)
    assert str(our_error.value) == str(their_error.value)
    assert runs
    # Where an option accepts it, it is as PyMongo has it.
    options = CodecOptions(
        unicode_decode_error_handler="replace", datetime_conversion=DatetimeConversion.DATETIME_AUTO
    )
    ours, theirs = (each.get_collection("things", options) for each in (ours, theirs))
    every = await asyncio.to_thread(theirs.find(batch_size=1000).to_list)
    assert await ours.find(batch_size=1000).to_list() == every


# Cutting

KEYS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=10)
    | st.binary(max_size=20)
    | st.sampled_from([b"\x03100\x00\x05\x00\x00\x00\x00\x03101\x00", "\x03" + "7"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=4,
)
# Few that differ, and many of them.
DOCUMENTS = st.builds(
    lambda documents, order: [documents[n % len(documents)] for n in order],
    st.lists(st.dictionaries(KEYS, VALUES, max_size=3), min_size=1, max_size=3),
    st.lists(st.integers(0, 2), max_size=40),
)
# What the server may put before the batch.
REPLIES = st.sampled_from(["first", "last", "distinct"])


# Always the same examples, however long they take.
EXAMPLES = settings(max_examples=300, deadline=None, derandomize=True, database=None)


def encode(documents, kind):
    """Return a reply of the server."""
    if kind == "distinct":
        return bson.encode({"values": documents, "ok": 1.0})
    if kind == "first":
        return bson.encode({"cursor": {"firstBatch": documents, "id": 0, "ns": "a.b"}, "ok": 1.0})
    cursor = {"id": Int64(1), "ns": "a.b", "partial": True, "nextBatch": documents}
    time = {"a": Timestamp(1, 1), "b": ObjectId("0" * 24)}
    return bson.encode({"$time": time, "cursor": cursor, "ok": 1})


@EXAMPLES
@given(documents=DOCUMENTS, kind=REPLIES, size=st.integers(1, 200))
def test_any_reply_is_decoded_as_pymongo_does(documents, kind, size):
    """However small the slices are."""
    reply = encode(documents, kind)
    decoded = Slicer(size, False).decode(reply, CodecOptions(), {"cursor": {"firstBatch": 1}})
    assert decoded is None or typed(decoded) == typed([bson.decode(reply)])
    array = len(bson.encode({"": documents})) - 7
    assert (decoded is None) is (array <= size or not documents)


@EXAMPLES
@given(
    documents=DOCUMENTS,
    kind=REPLIES,
    size=st.integers(1, 200),
    changes=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=3),
)
def test_of_a_corrupt_reply_nothing_else_is_made_than_pymongo_makes(documents, kind, size, changes):
    reply = bytearray(encode(documents, kind))
    for where, byte in changes:
        reply[int(where * len(reply))] = byte
    decoded = Slicer(size, False).decode(bytes(reply), CodecOptions(), None)
    if decoded is not None:
        assert repr(decoded) == repr([bson.decode(reply)])


def test_an_array_without_its_last_byte_is_refused_as_by_pymongo():
    """The runs were each given an end of their own, and that of the array was not looked at."""
    reply = bytearray(encode([{"n": n} for n in range(9)], "first"))
    end = reply.index(b"\x10id\0") - 1
    assert reply[end] == 0
    reply[end] = 1
    assert Slicer(30, False).decode(bytes(reply), CodecOptions(), None) is None


def test_the_array_is_not_mistaken_for_another_one():
    """Neither for one that a document before it, or the first one in it, contains."""
    documents = [{"values": [{"n": n}], "nextBatch": [{"n": n}]} for n in range(500)]
    other = {"cursor": {"firstBatch": [{"n": n} for n in range(50)]}, "values": [{"n": 1}]}
    for reply in (
        {"cursor": {"firstBatch": documents, "id": 0}},
        {"values": documents, "cursor": {"firstBatch": documents}},
    ):
        encoded = bson.encode(reply)
        assert Slicer(3000, False).decode(encoded, CodecOptions(), None) == [reply]
    for name in "other", "cursor":
        reply = bson.encode({name: other, "ok": 1})
        assert Slicer(30, False).decode(reply, CodecOptions(), None) is None


# Yielding the GIL


async def test_the_loop_runs_between_two_slices(make_client, things, runs, monkeypatch):
    """Whoever decodes waits, between slices, until the loop has done what it had to."""
    loop = asyncio.get_running_loop()
    loop_ran = []

    def sleep(_):
        ran = threading.Event()
        loop.call_soon_threadsafe(ran.set)
        assert ran.wait(20), "the loop was not let in"
        loop_ran.append(len(runs))

    monkeypatch.setattr(decoding, "sleep", sleep)
    client = make_client(slice_bytes=SLICE)
    assert len(await client[things.database.name].things.find(batch_size=1500).to_list()) == 1500
    assert loop_ran == [*range(2, len(runs) + 1)]  # not after the first one, which is empty


async def young_documents(client, name):
    """Return how many documents of a result the collector has still before it, of 1,500."""
    gc.collect()
    documents = await client[name].things.find({}, {"document": 1}, batch_size=2000).to_list()
    assert len(documents) == 1500
    young = {id(each) for n in range(2) for each in gc.get_objects(generation=n)}
    return sum(id(document) in young for document in documents)


async def test_the_collector_is_spared_a_large_result(make_client, things):
    name = things.database.name
    assert not await young_documents(make_client(slice_bytes=SLICE), name)


async def test_the_collector_is_left_alone_on_demand(make_client, things, monkeypatch):
    """Without the option no object of the process is frozen or promoted."""
    promoted = []
    monkeypatch.setattr(decoding, "promote", promoted.append)
    client = make_client(slice_bytes=SLICE, spare_collector=False)
    assert await young_documents(client, things.database.name)
    assert not promoted


class Decoder(threading.Thread):
    """A thread that wants to decode a reply of about this size."""

    def __init__(self, order, name, size=1, gate=None):
        super().__init__()
        self._order, self._called, self._size, self._gate = order, name, size, gate
        self.start()

    def run(self):
        reply = bson.encode({"values": [{"text": "x" * self._size}]})
        assert Slicer(1, False).decode(reply, CodecOptions(), None) == "decoded"

    def decode(self):
        self._order.append(self._called)
        if self._gate:
            self._gate()
        return "decoded"


@pytest.fixture
def by_decoders(monkeypatch):
    """Have a `Decoder` that has its turn decode in its own way."""
    monkeypatch.setattr(Slicer, "_decode_span", lambda *_: threading.current_thread().decode())


def is_free(lock):
    """Tell whether another thread could have the lock now."""
    got = []

    def acquire():
        got.append(lock.acquire(blocking=False))
        if got[0]:
            lock.release()

    thread = threading.Thread(target=acquire)
    thread.start()
    thread.join(20)
    return got[0]


def test_one_thread_decodes_at_a_time(gate, by_decoders, monkeypatch):
    monkeypatch.setattr(decoding, "_PATIENCE", 20.0)
    order = []
    first = Decoder(order, 0, gate=gate)
    assert gate.entered.acquire(timeout=20)
    assert not is_free(decoding._decoding)
    others = [Decoder(order, number) for number in (1, 2, 3)]
    gate.opened.set()
    for thread in (first, *others):
        thread.join(20)
    assert sorted(order) == [0, 1, 2, 3]
    assert is_free(decoding._decoding)


def test_who_waits_longer_than_its_size_tells_decodes_all_the_same(gate, by_decoders, monkeypatch):
    """The one whose turn it is may wait, in a decoder of the user's, for what we hold."""
    monkeypatch.setattr(decoding, "_PATIENCE", 0.01)
    order = []
    first = Decoder(order, "first", gate=gate)
    assert gate.entered.acquire(timeout=20)
    large = Decoder(order, "large", size=10_000)
    Decoder(order, "small").join(20)
    assert order == ["first", "small"]
    assert not is_free(decoding._decoding)
    gate.opened.set()
    for thread in first, large:
        thread.join(20)
    assert order == ["first", "small", "large"]
    assert is_free(decoding._decoding)


async def test_a_type_decoder_may_ask_the_server(make_client, things, runs, monkeypatch):
    """It would wait for its own turn, and for ever."""
    monkeypatch.setattr(decoding, "_PATIENCE", 1e-3)  # seconds a byte
    client = make_client(slice_bytes=SLICE)
    asked = []

    def ask(value):
        if not asked:
            asked.append(1)
            asked.extend(client.delegate[things.database.name].things.find().to_list())
        return value

    options = CodecOptions(type_registry=decoder(str, ask))
    asking = client[things.database.name].get_collection("things", codec_options=options)
    assert len(await asking.find().to_list()) == 1500
    assert len(asked) == 1501


async def test_a_cancelled_call_stops_between_two_slices(make_client, things, runs, monkeypatch):
    """Its worker is free then, its cursor is closed, and the client goes on."""
    client = make_client(slice_bytes=SLICE, max_workers=1)
    ours = client[things.database.name].things

    async def open_cursors():
        status = await client.admin.command("serverStatus")
        return status["metrics"]["cursor"]["open"]["total"]

    before = await open_cursors()
    for find in (
        lambda: ours.find(batch_size=1400).to_list(),
        lambda: ours.find(batch_size=1400, cursor_type=pymongo.CursorType.EXHAUST).to_list(),
        lambda: ours.aggregate([], batchSize=1400),
    ):
        inside, go_on = asyncio.Event(), threading.Event()
        loop = asyncio.get_running_loop()

        def sleep(_, loop=loop, inside=inside, go_on=go_on):
            loop.call_soon_threadsafe(inside.set)
            assert go_on.wait(20)

        monkeypatch.setattr(decoding, "sleep", sleep)
        runs.clear()
        call = asyncio.ensure_future(find())
        await asyncio.wait_for(inside.wait(), 20)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        go_on.set()
        assert await ours.find_one({"number": 7}, {"number": 1, "_id": 0}) == {"number": 7}
        assert len(runs) <= 3
        assert is_free(decoding._decoding)
    monkeypatch.setattr(decoding, "sleep", lambda _: None)
    assert len(await ours.find().to_list()) == 1500

    for _ in range(200):
        if await open_cursors() <= before:
            break
        await asyncio.sleep(0.1)
    else:
        pytest.fail("a cursor is still open")


def test_in_a_forked_child_it_is_nobodys_turn():
    code = (
        "import os, warnings\n"
        "warnings.simplefilter('ignore')\n"
        "import threading\n"
        "from tornado_pymongo.internals import decoding\n"
        "holder = threading.Thread(target=lambda: decoding._decoding.acquire())\n"
        "holder.start(), holder.join()\n"
        "assert not decoding._decoding.acquire(blocking=False)\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    os._exit(not decoding._decoding.acquire(blocking=False))\n"
        "raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=50).returncode == 0


# Where it cannot be done


@pytest.fixture
def known_anew(monkeypatch):
    """Have PyMongo looked at again, and once more after the test."""
    monkeypatch.setattr(contract, "_differences", {})


async def test_where_pymongo_has_other_insides_it_decodes(
    make_client, things, runs, monkeypatch, caplog, known_anew
):
    """There is one warning, and all works as without slices."""
    monkeypatch.setattr(decoding, "find", lambda data: None)
    for _ in range(2):
        client = make_client(slice_bytes=SLICE)
        assert len(await client[things.database.name].things.find().to_list()) == 1500
    assert not runs
    (record,) = caplog.records
    assert re.match("large results are not decoded in slices", record.getMessage())
    assert record.mongo_event == "results_not_sliced"


def test_where_pymongo_decodes_in_another_way_it_is_noticed(monkeypatch, caplog, known_anew):
    monkeypatch.setattr(decoding, "_unpack", lambda *args: [{"cursor": {"firstBatch": []}}])
    assert decoding.with_slices({}, SLICE, True) == {}
    assert len(caplog.records) == 1


def test_where_there_is_no_lock_to_be_held_there_are_no_slices(monkeypatch):
    assert decoding.with_slices({}, SLICE, True)
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    assert decoding.with_slices({}, SLICE, True) == {}
    monkeypatch.undo()
    monkeypatch.setattr(bson, "has_c", lambda: False)
    assert decoding.with_slices({}, SLICE, True) == {}


def test_pymongos_own_clients_are_left_alone(make_client, things, blocking, runs):
    make_client(slice_bytes=SLICE)
    assert len(blocking()[things.database.name].things.find().to_list()) == 1500
    assert not runs
