# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

import tornado_pymongo._types
from tornado_pymongo.executor import Call

Buffer = tornado_pymongo._types.Buffer
Consumable = tornado_pymongo._types.Consumable
Fetch = tornado_pymongo._types.Fetch

def is_fruitless(fetch: Call | None) -> bool: ...

Want = tornado_pymongo._types.Want
WantIfAny = tornado_pymongo._types.WantIfAny
WantToKnow = tornado_pymongo._types.WantToKnow
WantMany = tornado_pymongo._types.WantMany
