"""Encryption, by hand and automatic."""

from __future__ import annotations

import os

import pytest
from bson import CodecOptions
from interpreter import EARLY, EARLY_REASON
from pymongo.encryption import Algorithm, AutoEncryptionOpts
from pymongo.errors import EncryptionError

import tornado_pymongo

if EARLY:
    pytest.skip(EARLY_REASON, allow_module_level=True)

KEY_VAULT = "tornado_pymongo_test.keys"


@pytest.fixture
def providers():
    """Return a key that is here and not at a cloud."""
    return {"local": {"key": os.urandom(96)}}


async def test_what_is_encrypted_by_hand_is_decrypted_so(mongo_client, db, providers):
    async with tornado_pymongo.ClientEncryption(
        providers, KEY_VAULT, mongo_client, CodecOptions()
    ) as encryption:
        key = await encryption.create_data_key("local", key_alt_names=["name"])
        algorithm = Algorithm.AEAD_AES_256_CBC_HMAC_SHA_512_Random
        secret = await encryption.encrypt("secret", algorithm, key_id=key)
        await db.things.insert_one({"_id": 1, "secret": secret})
        document = await db.things.find_one()
        assert document["secret"] == secret != "secret"
        assert await encryption.decrypt(secret) == "secret"
        assert [each["_id"] async for each in encryption.get_keys()] == [key]
        assert (await encryption.get_key_by_alt_name("name"))["_id"] == key
        with pytest.raises(EncryptionError):
            await encryption.encrypt("secret", algorithm, key_alt_name="nonsense")


async def test_it_is_decrypted_by_a_client_with_pymongos_options(
    mongo_client, make_client, db, providers
):
    encryption = tornado_pymongo.ClientEncryption(
        providers, KEY_VAULT, key_vault_client=mongo_client, codec_options=CodecOptions()
    )
    key = await encryption.create_data_key("local")
    algorithm = Algorithm.AEAD_AES_256_CBC_HMAC_SHA_512_Deterministic
    secret = await encryption.encrypt("secret", algorithm, key_id=key)
    await encryption.close()
    await db.things.insert_one({"_id": 1, "secret": secret})
    for key_vault_client in (None, mongo_client, mongo_client.delegate):
        options = AutoEncryptionOpts(
            providers, KEY_VAULT, key_vault_client=key_vault_client, bypass_auto_encryption=True
        )
        things = make_client(auto_encryption_opts=options)[db.name].things
        assert await things.find_one() == {"_id": 1, "secret": "secret"}
        assert options._key_vault_client is key_vault_client


async def test_a_client_of_pymongos_is_refused(mongo_client, providers):
    with pytest.raises(TypeError, match="ClientEncryption needs a client"):
        tornado_pymongo.ClientEncryption(
            providers, KEY_VAULT, mongo_client.delegate, CodecOptions()
        )
