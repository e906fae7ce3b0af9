# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code="assignment, misc, override"

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import pymongo.asynchronous.encryption
from bson.binary import Binary
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo._kms_connect_shared import KMSConnectCallback
from pymongo.encryption_options import RangeOpts, StringOpts
from pymongo.encryption_shared import RewrapManyDataKeyResult
from pymongo.results import DeleteResult
from pymongo.synchronous.encryption import ClientEncryption
from pymongo.typings import _DocumentTypeArg
from typing_extensions import Self

from tornado_pymongo._types import DocumentType
from tornado_pymongo.pymongo_async.core import (
    AsyncCollection,
    AsyncCursor,
    AsyncDatabase,
    AsyncMongoClient,
)

class AsyncClientEncryption(pymongo.asynchronous.encryption.AsyncClientEncryption[DocumentType]):
    """Explicit client-side field level encryption.

    PyMongo's `AsyncClientEncryption`, by a `tornado_pymongo.ClientEncryption`.

    What waits is a coroutine function, and runs in a worker thread when it is awaited.

    Encrypts and decrypts, with the keys in a collection of `key_vault_client`."""

    def __init__(
        self,
        kms_providers: Mapping[str, Any],
        key_vault_namespace: str,
        key_vault_client: AsyncMongoClient[_DocumentTypeArg],
        codec_options: CodecOptions[_DocumentTypeArg],
        kms_tls_options: Mapping[str, Any] | None = None,
        key_expiration_ms: int | None = None,
        kms_connect_callback: KMSConnectCallback | None = None,
    ) -> None: ...
    def __eq__(self, other: object) -> Any: ...
    def __hash__(self) -> int: ...
    def __repr__(self) -> str: ...
    delegate: ClientEncryption[DocumentType]
    __iter__: None

    def __init_subclass__(
        cls, sync_class: type | None = None, async_class: type | None = None, **kwargs: Any
    ) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *exc_info: Any) -> Any: ...
    async def add_key_alt_name(self, id: Binary, key_alt_name: str) -> Any:
        """Add ``key_alt_name`` to the alternate names in the key document with UUID ``key_id``.

        Runs in a worker thread when it is awaited."""

    async def close(self) -> None:
        """Release resources.

        Runs in a worker thread when it is awaited."""

    async def create_data_key(
        self,
        kms_provider: str,
        master_key: Mapping[str, Any] | None = None,
        key_alt_names: Sequence[str] | None = None,
        key_material: bytes | None = None,
    ) -> Binary:
        """Create and insert a new data key into the key vault collection.

        Runs in a worker thread when it is awaited."""

    async def create_encrypted_collection(
        self,
        database: AsyncDatabase[_DocumentTypeArg],
        name: str,
        encrypted_fields: Mapping[str, Any],
        kms_provider: str | None = None,
        master_key: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> tuple[AsyncCollection[_DocumentTypeArg], Mapping[str, Any]]:
        """Create a collection with encryptedFields.

        Runs in a worker thread when it is awaited."""

    async def decrypt(self, value: Binary) -> Any:
        """Decrypt an encrypted value.

        Runs in a worker thread when it is awaited."""

    async def delete_key(self, id: Binary) -> DeleteResult:
        """Delete a key document in the key vault collection that has the given ``key_id``.

        Runs in a worker thread when it is awaited."""

    async def encrypt(
        self,
        value: Any,
        algorithm: str,
        key_id: Binary | UUID | None = None,
        key_alt_name: str | None = None,
        query_type: str | None = None,
        contention_factor: int | None = None,
        range_opts: RangeOpts | None = None,
        string_opts: StringOpts | None = None,
    ) -> Binary:
        """Encrypt a BSON value with a given key and algorithm.

        Runs in a worker thread when it is awaited."""

    async def encrypt_expression(
        self,
        expression: Mapping[str, Any],
        algorithm: str,
        key_id: Binary | UUID | None = None,
        key_alt_name: str | None = None,
        query_type: str | None = None,
        contention_factor: int | None = None,
        range_opts: RangeOpts | None = None,
    ) -> RawBSONDocument:
        """Encrypt a BSON expression with a given key and algorithm.

        Runs in a worker thread when it is awaited."""

    async def get_key(self, id: Binary) -> RawBSONDocument | None:
        """Get a data key by id.

        Runs in a worker thread when it is awaited."""

    async def get_key_by_alt_name(self, key_alt_name: str) -> RawBSONDocument | None:
        """Get a key document in the key vault collection that has the given ``key_alt_name``.

        Runs in a worker thread when it is awaited."""

    def get_keys(self) -> AsyncCursor[RawBSONDocument]:
        """Get all of the data keys.

        Runs at once, in the caller's thread: it does not wait."""

    async def remove_key_alt_name(self, id: Binary, key_alt_name: str) -> RawBSONDocument | None:
        """Remove ``key_alt_name`` from the set of keyAltNames in the key document with UUID
        ``id``.

        Runs in a worker thread when it is awaited."""

    async def rewrap_many_data_key(
        self,
        filter: Mapping[str, Any],
        provider: str | None = None,
        master_key: Mapping[str, Any] | None = None,
    ) -> RewrapManyDataKeyResult:
        """Decrypts and encrypts all matching data keys in the key vault.

        Runs in a worker thread when it is awaited."""
