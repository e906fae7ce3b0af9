"""The documentation's cheat sheet: each of its cells runs, and all of a row do the same."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import gridfs
import motor.motor_asyncio
import pymongo
import pytest
from pymongo import DeleteOne, InsertOne

import tornado_pymongo
import tornado_pymongo.motor.motor_asyncio

PAGE = Path(__file__).parents[1] / "docs" / "recipes" / "crud.rst"
TEAS = [
    {"_id": 1, "name": "Assam", "grams": 250},
    {"_id": 2, "name": "Sencha", "grams": 100},
    {"_id": 3, "name": "Keemun", "grams": 25},
]
NATIVE, MOTOR, ASYNC = range(3)

# What the page says that is imported, or leaves to its reader to import.
NAMES = ["MongoClient", "AsyncIOMotorClient", "AsyncMongoClient"]
NAMES += ["GridFSBucket", "AsyncIOMotorGridFSBucket", "AsyncGridFSBucket"]

# Each column, and the libraries that it is true of, by the module that their names come from.
WAYS = {
    "native": (NATIVE, [tornado_pymongo]),
    "motor": (MOTOR, [motor.motor_asyncio]),
    "motor, here": (MOTOR, [tornado_pymongo.motor.motor_asyncio]),
    "pymongo async": (ASYNC, [pymongo, gridfs]),
    "pymongo async, here": (ASYNC, [tornado_pymongo]),
}


def rows():
    """Yield the name of each operation, and its code in each column."""
    for row in re.split(r"^   \* - ", PAGE.read_text(), flags=re.M)[2:]:
        name, *cells = [cell.strip() for cell in row.partition("\n\n")[0].split("\n     - ")]
        assert len(cells) == 3
        codes = []
        for cell in cells:
            code = re.fullmatch("``(.+)``", cell)
            assert code or cell in ("same", "same as Motor"), cell
            codes.append(code[1] if code else codes[0 if cell == "same" else MOTOR])
        yield name, codes


async def run(code, names):
    """Run the code of a cell; return the value of an expression."""
    code += "\n    pass" if code.endswith(":") else ""
    try:
        compiled = compile(code, PAGE.name, "eval", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError:
        compiled = compile(code, PAGE.name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    result = eval(compiled, names)
    return await result if inspect.iscoroutine(result) else result


def told(result):
    """Return what can be compared of a result: a reply has the time of the server as well.

    PyMongo 4.9's `did_upsert` fails if the id is a number.
    """
    if not hasattr(result, "acknowledged"):
        return repr(result)
    left_out = "_|raw_result|bulk_api_result|did_upsert"
    names = [name for name in dir(result) if not re.match(left_out, name)]
    return {name: getattr(result, name) for name in names}


@pytest.fixture(scope="module")
def results():
    """What the cells of each row have given so far, and left in the collection."""
    return {}


@pytest.mark.parametrize("way", WAYS)
async def test_each_cell_runs_and_does_what_its_row_does(
    way, results, mongo_server, mongo_client, blockbuster
):
    blockbuster.deactivate()  # Motor blocks, and so does this test itself
    column, modules = WAYS[way]
    mongo_client.delegate.drop_database("shop")
    names = {"uri": mongo_server.uri, "InsertOne": InsertOne, "DeleteOne": DeleteOne}
    for module in modules:
        names |= {name: getattr(module, name) for name in NAMES if hasattr(module, name)}
    for name, codes in rows():
        if name == "import":
            _, source, _, imported = codes[column].split()
            assert hasattr(motor.motor_asyncio if column == MOTOR else pymongo, imported) or (
                source == "tornado_pymongo"
            )
            continue
        blocking = mongo_client.delegate.shop.teas
        blocking.delete_many({})
        blocking.insert_many(TEAS)
        result = await run(codes[column], names)
        if name == "close" and result is not None:
            result = await result  # with Motor it is over, here it may be awaited
        done = told(result), list(blocking.find().sort("_id"))
        assert done == results.setdefault(name, done), codes[column]
    assert len(results) > 25
