# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

from typing import overload

from tornado_pymongo.bridge import Callback, CallFuture
from tornado_pymongo.call import Call
from tornado_pymongo.derive import Closing

async def until_over(call: Call) -> None: ...

class Exclusive(Closing): ...

class Stream(Exclusive):
    @overload
    def close(self, callback: None = None) -> CallFuture[None]: ...
    @overload
    def close(self, callback: Callback[None]) -> None: ...
