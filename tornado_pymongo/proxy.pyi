# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

from tornado_pymongo._types import Function as Function
from tornado_pymongo._types import Operation as Operation
from tornado_pymongo._types import Proxy as Proxy
from tornado_pymongo._types import Read as Read
from tornado_pymongo._types import bound_session as bound_session
from tornado_pymongo._types import runtime_of as runtime_of
from tornado_pymongo._types import start as start
from tornado_pymongo._types import unwrap as unwrap
from tornado_pymongo._types import unwrap_all as unwrap_all
from tornado_pymongo._types import wrap as wrap
from tornado_pymongo._types import wrapper_of as wrapper_of
from tornado_pymongo._types import wrappers as wrappers
