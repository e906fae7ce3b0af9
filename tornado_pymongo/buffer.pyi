# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

from tornado_pymongo._types import Buffer as Buffer
from tornado_pymongo._types import Consumable as Consumable
from tornado_pymongo._types import Fetch as Fetch
from tornado_pymongo._types import Want as Want
from tornado_pymongo._types import WantIfAny as WantIfAny
