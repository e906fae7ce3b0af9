"""Uses the installed wheel as a stranger would, for ``tox run -e build``."""

import asyncio
import sys
from pathlib import Path

import tornado_pymongo
import tornado_pymongo.motor.motor_asyncio
from tornado_pymongo.testing import MongoServer

(wheel,) = Path(sys.argv[1]).glob("*.whl")
assert wheel.name == f"tornado_pymongo-{tornado_pymongo.__version__}-py3-none-any.whl", wheel.name
assert "site-packages" in tornado_pymongo.__file__, tornado_pymongo.__file__
for file in "py.typed", "client.pyi", "motor/core.pyi":
    assert (Path(tornado_pymongo.__file__).parent / file).exists()
assert tornado_pymongo.motor.version == "3.7.1"


async def main(uri: str) -> None:
    """Write a document and read it."""
    async with tornado_pymongo.MongoClient(uri) as client:
        await client.wheel.things.insert_one({"_id": 1})
        print(wheel.name, "found", await client.wheel.things.find_one({"_id": 1}))


with MongoServer(own=True) as server:
    asyncio.run(main(server.uri))
