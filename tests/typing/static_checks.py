# mypy: enable-error-code="unused-awaitable, truthy-bool"
# pyright: reportArgumentType=false, reportGeneralTypeIssues=false, reportIndexIssue=false
# pyright: reportOperatorIssue=false, reportOptionalSubscript=false
"""What mypy finds of the usual mistakes, each of which it reports in the marked line."""

from typing import TypedDict

from tornado_pymongo import Collection, MongoClient


class Tea(TypedDict):
    """A document."""

    name: str
    grams: int


async def mistakes(client: MongoClient[Tea]) -> None:
    """Make each mistake once."""
    teas: Collection[Tea] = client.shop.teas
    teas.insert_one({"name": "Assam", "grams": 250})  # type: ignore[unused-awaitable]
    if teas.find_one({"name": "Assam"}):  # type: ignore[truthy-bool]
        pass
    print(teas.find_one()["grams"])  # type: ignore[index]
    print((await teas.find_one())["grams"])  # type: ignore[index]
    for tea in teas.find():  # type: ignore[misc]
        print(tea)
    await teas.insert_one({"name": "Assam", "ounces": 9})  # type: ignore[arg-type]
    print(teas.count_documents({}) > 3)  # type: ignore[operator]
