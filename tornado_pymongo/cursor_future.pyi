# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

from tornado_pymongo._types import CursorFuture as CursorFuture
from tornado_pymongo._types import each as each
