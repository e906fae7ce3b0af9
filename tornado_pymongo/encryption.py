"""Encryption of fields by hand; `MongoClient` takes PyMongo's options for the automatic one."""

from __future__ import annotations

import pymongo.asynchronous.encryption
import pymongo.encryption

from tornado_pymongo.derive import Closing


class ClientEncryption(
    Closing,
    sync_class=pymongo.encryption.ClientEncryption,
    async_class=pymongo.asynchronous.encryption.AsyncClientEncryption,
):
    """Encrypts and decrypts, with the keys in a collection of `key_vault_client`."""
