# Generated from PyMongo 4.20.1 by tools/make_stubs.py: do not edit.
# mypy: disable-error-code=override

import tornado_pymongo._types

Exclusive = tornado_pymongo._types.Exclusive

async def until_free(proxy: tornado_pymongo._types.Exclusive) -> None: ...

Stream = tornado_pymongo._types.Stream
