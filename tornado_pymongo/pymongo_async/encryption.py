"""The face of the encryption of fields by hand."""

from __future__ import annotations

from tornado_pymongo import encryption
from tornado_pymongo.pymongo_async.core import add_face

AsyncClientEncryption = add_face(encryption.ClientEncryption)
