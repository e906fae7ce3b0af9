"""TLS and passwords on a real server: what is right works, what is wrong is told, no secret is."""

from __future__ import annotations

import asyncio
import logging
import traceback
from importlib import import_module
from pathlib import Path
from urllib.parse import quote_plus

import pymongo
import pytest
from interpreter import EARLY, EARLY_REASON
from pymongo.errors import (
    OperationFailure,
    ServerSelectionTimeoutError,
)

import tornado_pymongo
from tornado_pymongo.testing import MongoServer

if EARLY:
    pytest.skip(EARLY_REASON, allow_module_level=True)

import trustme
from cryptography.hazmat.primitives import serialization

PASSWORD = "tea@4 o'clock/£5"
WRONG_PASSWORD = "coffee@5 o'clock/£6"
KEY_PASSWORD = "milk-first"
LIMIT = 1000  # milliseconds


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """Return the folder of the certificates: of the server, a client, and of others' client."""
    folder = tmp_path_factory.mktemp("certificates")
    ours, others = trustme.CA(), trustme.CA()
    ours.cert_pem.write_to_path(folder / "ca.pem")
    others.cert_pem.write_to_path(folder / "other-ca.pem")
    for name, ca in [("server", ours), ("client", ours), ("other-client", others)]:
        certificate = ca.issue_cert("127.0.0.1")
        certificate.private_key_and_cert_chain_pem.write_to_path(folder / f"{name}.pem")
        key = serialization.load_pem_private_key(certificate.private_key_pem.bytes(), None)
        encrypted = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(KEY_PASSWORD.encode()),
        )
        chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
        (folder / f"{name}-encrypted.pem").write_bytes(encrypted + chain)
    (folder / "members.key").write_text("c2hhcmVk" * 8)
    (folder / "members.key").chmod(0o600)
    return folder


def tls(folder, **files):
    """Return the options of a client that does everything right, but for some of them."""
    options = {
        "tls": True,
        "tlsCAFile": str(folder / files.get("ca", "ca.pem")),
        "serverSelectionTimeoutMS": LIMIT,
    }
    if certificate := files.get("certificate", "client.pem"):
        options["tlsCertificateKeyFile"] = str(folder / certificate)
    if "encrypted" in (certificate or ""):
        options["tlsCertificateKeyFilePassword"] = KEY_PASSWORD
    return options


@pytest.fixture(scope="module")
def server(certificates):
    """Return a server that wants TLS, a client's certificate, and a password."""
    options = [
        *("--tlsMode", "requireTLS", "--tlsCAFile", str(certificates / "ca.pem")),
        *("--tlsCertificateKeyFile", str(certificates / "server.pem")),
        *("--auth", "--keyFile", str(certificates / "members.key")),
    ]
    with MongoServer(options=options, connect_options=tls(certificates)) as server:
        with pymongo.MongoClient(server.uri, **tls(certificates)) as client:
            client.admin.command("createUser", "tea", pwd=PASSWORD, roles=["root"])
        yield server


def with_user(uri, password=PASSWORD):
    return uri.replace("mongodb://", f"mongodb://tea:{quote_plus(password)}@")


def soon(awaitable):
    return asyncio.wait_for(awaitable, 30)


@pytest.fixture
def secrets(certificates):
    """Return all that must not be told."""
    secrets = {(certificates / "members.key").read_text()}
    for password in PASSWORD, WRONG_PASSWORD, KEY_PASSWORD:
        secrets |= {password, repr(password)[1:-1], quote_plus(password)}
    for file in certificates.glob("*.pem"):
        lines = file.read_text().splitlines()
        if "-----BEGIN PRIVATE KEY-----" in lines:
            secrets |= set(lines[1 : lines.index("-----END PRIVATE KEY-----")])
    return secrets


@pytest.fixture
def check_silence(caplog, secrets):
    """Return a function that checks texts, and errors with their causes, and what was logged."""
    caplog.set_level(logging.DEBUG)

    def check(*tellers):
        told = [f"{record.getMessage()} {vars(record)}" for record in caplog.records]
        for teller in tellers:
            told += [str(teller), repr(teller)]
            while isinstance(teller, BaseException):
                told += [str(teller), repr(teller), *traceback.format_exception(teller)]
                told.append(repr(getattr(teller, "details", None)))
                teller = teller.__cause__ or teller.__context__
        for text in told:
            assert not [secret for secret in secrets if secret in text], text

    return check


@pytest.mark.parametrize("certificate", ["client.pem", "client-encrypted.pem"])
async def test_the_right_certificate_and_password_work_and_nothing_tells_them(
    server, clients, certificates, check_silence, caplog, certificate
):
    options = tls(certificates, certificate=certificate)
    client = clients(with_user(server.uri), **options)
    things = client.db.things
    insert = things.insert_one({"_id": certificate})
    running = repr(insert)
    assert (await soon(insert)).acknowledged
    find = things.find_one({"_id": certificate})
    assert await soon(find) == {"_id": certificate}
    status = await soon(client.admin.command("connectionStatus"))
    assert status["authInfo"]["authenticatedUsers"] == [{"user": "tea", "db": "admin"}]
    cursor = things.find()
    await soon(cursor.next())
    async with client.start_session() as session:
        check_silence(client, client.db, things, cursor, session, running, insert, find, status)
    loggers = {record.name for record in caplog.records}
    assert {"pymongo.command", "pymongo.connection", "pymongo.serverSelection"} <= loggers


async def fails(client, error, match):
    """Have a call fail in time; return its Future, and the error."""
    call = client.db.things.find_one()
    with pytest.raises(error, match=match) as caught:
        await soon(call)
    return call, caught.value


async def test_a_wrong_password_is_told_but_not_which(server, clients, certificates, check_silence):
    client = clients(with_user(server.uri, WRONG_PASSWORD), **tls(certificates))
    check_silence(*await fails(client, OperationFailure, "Authentication failed"), client)
    client = clients(server.uri, username="tea", password=WRONG_PASSWORD, **tls(certificates))
    check_silence(*await fails(client, OperationFailure, "Authentication failed"), client)


async def test_no_password_is_told(server, clients, certificates, check_silence):
    client = clients(server.uri, **tls(certificates))
    check_silence(*await fails(client, OperationFailure, "requires authentication"), client)


@pytest.mark.parametrize(
    ("files", "match"),
    [
        ({"certificate": "other-client.pem"}, "connection closed|reset|alert|Broken pipe"),
        ({"certificate": None}, "connection closed|reset|alert|Broken pipe"),
        ({"ca": "other-ca.pem"}, "certificate verify failed"),
    ],
    ids=["a client's certificate of others", "no client's certificate", "the CA of others"],
)
async def test_certificates_that_are_not_trusted_are_told_in_time(
    server, clients, certificates, check_silence, files, match
):
    client = clients(with_user(server.uri), **tls(certificates, **files))
    check_silence(*await fails(client, ServerSelectionTimeoutError, match), client)


async def test_what_is_no_tls_is_told_in_time(server, clients, certificates, check_silence):
    client = clients(with_user(server.uri), serverSelectionTimeoutMS=LIMIT)
    match = "connection closed|reset"
    check_silence(*await fails(client, ServerSelectionTimeoutError, match), client)


async def test_a_server_of_which_this_is_asked_restarts_as_any_other(server, clients, certificates):
    assert "tls" not in server.uri and "@" not in server.uri
    client = clients(with_user(server.uri), **tls(certificates))
    await soon(client.db.things.insert_one({}))
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.restart)
    assert await asyncio.to_thread(server.primary) == 0
    assert await soon(client.db.things.find_one())


@pytest.mark.parametrize("compressors", ["", "zlib"])
async def test_a_call_is_aborted_over_tls_as_without(server, clients, certificates, compressors):
    options = {"compressors": compressors} if compressors else {}
    client = clients(with_user(server.uri), max_workers=1, **tls(certificates), **options)
    await soon(client.db.things.replace_one({"_id": 1}, {"_id": 1}, upsert=True))
    for _ in range(3):
        call = client.db.things.find_one({"$where": "sleep(20000) || true"})
        sleeping = [{"$currentOp": {}}, {"$match": {"command.filter.$where": {"$exists": True}}}]
        other = clients(with_user(server.uri), **tls(certificates))
        while not await soon(other.admin.aggregate(sleeping).to_list()):
            await asyncio.sleep(0.01)
        call.cancel()
        assert await soon(client.db.things.find_one({"_id": 1})) == {"_id": 1}
    counts = tornado_pymongo.statistics(client).calls
    assert (counts.aborted, counts.failed) == (3, 0)


async def test_the_program_of_the_documentation_connects(server, certificates, monkeypatch, capsys):
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "examples" / "recipes")
    for name, value in {
        "URI": server.uri,
        "USER": "tea",
        "PASSWORD": PASSWORD,
        "CA_FILE": str(certificates / "ca.pem"),
        "CERTIFICATE": str(certificates / "client.pem"),
    }.items():
        monkeypatch.setenv(f"MONGODB_{name}", value)
    recipe = import_module("connect")
    await soon(recipe.main())
    assert capsys.readouterr().out == "connected as tea\n"
    monkeypatch.delenv("MONGODB_CERTIFICATE")
    assert recipe.make_client().options.pool_options.max_pool_size == 100  # it is optional
