# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

from collections.abc import Mapping, Sequence
from typing import Any, Generic, overload
from uuid import UUID

import pymongo.synchronous.encryption
from bson.binary import Binary
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo._kms_connect_shared import KMSConnectCallback
from pymongo.encryption_options import RangeOpts, StringOpts
from pymongo.encryption_shared import RewrapManyDataKeyResult
from pymongo.results import DeleteResult
from pymongo.typings import _DocumentTypeArg

from tornado_pymongo.bridge import Callback, CallFuture
from tornado_pymongo.client import Collection, Database, MongoClient
from tornado_pymongo.cursor import Cursor
from tornado_pymongo.derive import Closing, _DocumentType

class ClientEncryption(Closing, Generic[_DocumentType]):
    delegate: pymongo.synchronous.encryption.ClientEncryption[_DocumentType]
    def __init__(
        self,
        kms_providers: Mapping[str, Any],
        key_vault_namespace: str,
        key_vault_client: MongoClient[_DocumentTypeArg],
        codec_options: CodecOptions[_DocumentTypeArg],
        kms_tls_options: Mapping[str, Any] | None = None,
        key_expiration_ms: int | None = None,
        kms_connect_callback: KMSConnectCallback | None = None,
    ) -> None: ...
    @overload
    def add_key_alt_name(
        self, id: Binary, key_alt_name: str, *, callback: None = None
    ) -> CallFuture[Any]: ...
    @overload
    def add_key_alt_name(
        self, id: Binary, key_alt_name: str, *, callback: Callback[Any]
    ) -> None: ...
    @overload
    def close(self, *, callback: None = None) -> CallFuture[None]: ...
    @overload
    def close(self, *, callback: Callback[None]) -> None: ...
    @overload
    def create_data_key(
        self,
        kms_provider: str,
        master_key: Mapping[str, Any] | None = None,
        key_alt_names: Sequence[str] | None = None,
        key_material: bytes | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[Binary]: ...
    @overload
    def create_data_key(
        self,
        kms_provider: str,
        master_key: Mapping[str, Any] | None = None,
        key_alt_names: Sequence[str] | None = None,
        key_material: bytes | None = None,
        *,
        callback: Callback[Binary],
    ) -> None: ...
    @overload
    def create_encrypted_collection(
        self,
        database: Database[_DocumentTypeArg],
        name: str,
        encrypted_fields: Mapping[str, Any],
        kms_provider: str | None = None,
        master_key: Mapping[str, Any] | None = None,
        *,
        callback: None = None,
        **kwargs: Any,
    ) -> CallFuture[tuple[Collection[_DocumentTypeArg], Mapping[str, Any]]]: ...
    @overload
    def create_encrypted_collection(
        self,
        database: Database[_DocumentTypeArg],
        name: str,
        encrypted_fields: Mapping[str, Any],
        kms_provider: str | None = None,
        master_key: Mapping[str, Any] | None = None,
        *,
        callback: Callback[tuple[Collection[_DocumentTypeArg], Mapping[str, Any]]],
        **kwargs: Any,
    ) -> None: ...
    @overload
    def decrypt(self, value: Binary, *, callback: None = None) -> CallFuture[Any]: ...
    @overload
    def decrypt(self, value: Binary, *, callback: Callback[Any]) -> None: ...
    @overload
    def delete_key(self, id: Binary, *, callback: None = None) -> CallFuture[DeleteResult]: ...
    @overload
    def delete_key(self, id: Binary, *, callback: Callback[DeleteResult]) -> None: ...
    @overload
    def encrypt(
        self,
        value: Any,
        algorithm: str,
        key_id: Binary | UUID | None = None,
        key_alt_name: str | None = None,
        query_type: str | None = None,
        contention_factor: int | None = None,
        range_opts: RangeOpts | None = None,
        string_opts: StringOpts | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[Binary]: ...
    @overload
    def encrypt(
        self,
        value: Any,
        algorithm: str,
        key_id: Binary | UUID | None = None,
        key_alt_name: str | None = None,
        query_type: str | None = None,
        contention_factor: int | None = None,
        range_opts: RangeOpts | None = None,
        string_opts: StringOpts | None = None,
        *,
        callback: Callback[Binary],
    ) -> None: ...
    @overload
    def encrypt_expression(
        self,
        expression: Mapping[str, Any],
        algorithm: str,
        key_id: Binary | UUID | None = None,
        key_alt_name: str | None = None,
        query_type: str | None = None,
        contention_factor: int | None = None,
        range_opts: RangeOpts | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[RawBSONDocument]: ...
    @overload
    def encrypt_expression(
        self,
        expression: Mapping[str, Any],
        algorithm: str,
        key_id: Binary | UUID | None = None,
        key_alt_name: str | None = None,
        query_type: str | None = None,
        contention_factor: int | None = None,
        range_opts: RangeOpts | None = None,
        *,
        callback: Callback[RawBSONDocument],
    ) -> None: ...
    @overload
    def get_key(
        self, id: Binary, *, callback: None = None
    ) -> CallFuture[RawBSONDocument | None]: ...
    @overload
    def get_key(self, id: Binary, *, callback: Callback[RawBSONDocument | None]) -> None: ...
    @overload
    def get_key_by_alt_name(
        self, key_alt_name: str, *, callback: None = None
    ) -> CallFuture[RawBSONDocument | None]: ...
    @overload
    def get_key_by_alt_name(
        self, key_alt_name: str, *, callback: Callback[RawBSONDocument | None]
    ) -> None: ...
    def get_keys(self) -> Cursor[RawBSONDocument]: ...
    @overload
    def remove_key_alt_name(
        self, id: Binary, key_alt_name: str, *, callback: None = None
    ) -> CallFuture[RawBSONDocument | None]: ...
    @overload
    def remove_key_alt_name(
        self, id: Binary, key_alt_name: str, *, callback: Callback[RawBSONDocument | None]
    ) -> None: ...
    @overload
    def rewrap_many_data_key(
        self,
        filter: Mapping[str, Any],
        provider: str | None = None,
        master_key: Mapping[str, Any] | None = None,
        *,
        callback: None = None,
    ) -> CallFuture[RewrapManyDataKeyResult]: ...
    @overload
    def rewrap_many_data_key(
        self,
        filter: Mapping[str, Any],
        provider: str | None = None,
        master_key: Mapping[str, Any] | None = None,
        *,
        callback: Callback[RewrapManyDataKeyResult],
    ) -> None: ...
