# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

from tornado_pymongo._types import Closing as Closing
from tornado_pymongo._types import Derived as Derived
from tornado_pymongo._types import blocking_method as blocking_method
from tornado_pymongo._types import future_classes as future_classes
from tornado_pymongo._types import is_blocking as is_blocking
