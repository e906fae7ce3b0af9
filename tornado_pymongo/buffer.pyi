# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code="assignment, misc, override"

from tornado_pymongo._types import Buffer as Buffer
from tornado_pymongo._types import Consumable as Consumable
from tornado_pymongo._types import Fetch as Fetch
from tornado_pymongo._types import Want as Want
from tornado_pymongo._types import WantIfAny as WantIfAny
from tornado_pymongo._types import WantMany as WantMany
from tornado_pymongo._types import WantToKnow as WantToKnow
from tornado_pymongo.executor import Call

def is_fruitless(fetch: Call | None) -> bool:
    """Tell whether a fetch is over and has found nothing, which is what its function returns."""
