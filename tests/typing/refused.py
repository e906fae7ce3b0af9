"""Wrong calls, each of which a checker must refuse: an ignore that is not needed is an error."""

from typing import TypedDict

from pymongo import InsertOne
from pymongo.collection import Collection as BlockingCollection
from typing_extensions import assert_type

from tornado_pymongo import ClientSession, Collection, GridFSBucket, MongoClient, statistics


class Movie(TypedDict):
    """A document."""

    title: str
    year: int


def takes_number(number: int | None, error: BaseException | None) -> None:
    """Take a number."""


async def refused(
    client: MongoClient[Movie],
    movies: Collection[Movie],
    session: ClientSession,
    blocking: BlockingCollection[Movie],
) -> None:
    """Each line is wrong."""
    # Documents of another type, or none at all.
    movies.insert_one({"title": "Metropolis"})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    movies.insert_one(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    movies.insert_many({"title": "Metropolis", "year": 1927})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    movies.bulk_write([InsertOne({"title": "Metropolis"})])  # type: ignore[typeddict-item]  # pyright: ignore[reportArgumentType]
    # Arguments that there are not, or of another type.
    movies.find(filtre={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    movies.find({}, limit="5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    movies.find(sort=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    movies.find_one({}, no_such_option=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    movies.update_one({})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    movies.aggregate({"$match": {}})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    movies.count_documents()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.close(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.drop_database(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    MongoClient(host=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    MongoClient(max_workers="5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    MongoClient(share_core=True)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    # PyMongo's objects in the place of ours, and the other way round.
    GridFSBucket(blocking.database)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    movies.find_one(session=blocking.database.client.start_session())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    statistics(blocking.database.client)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    # What waits has to be waited for.
    assert_type(movies.find_one(), Movie | None)  # type: ignore[assert-type]  # pyright: ignore[reportAssertTypeFailure]
    movies.find_one()["title"]  # type: ignore[index]  # pyright: ignore[reportIndexIssue]
    len(movies.find())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    for _ in movies.find():  # type: ignore[misc]  # pyright: ignore[reportGeneralTypeIssues]
        pass
    with client:  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        pass
    with movies.find():  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        pass
    await movies.find()  # type: ignore[misc]  # pyright: ignore[reportGeneralTypeIssues]
    # What is not there.
    movies.no_such_method()  # type: ignore[operator]  # pyright: ignore[reportCallIssue]
    movies.find().no_such_method()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    movies.aggregate([]).no_such_method()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    session.no_such_method()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    movies.next()  # type: ignore[operator]  # pyright: ignore[reportCallIssue]
    # What there is of other cursors only. Here mypy does not look at the type of self.
    movies.aggregate([]).sort("year")  # pyright: ignore[reportAttributeAccessIssue]
    movies.watch().to_list()  # pyright: ignore[reportAttributeAccessIssue]
    # What cannot be a callback, or one for this.
    movies.find_one(callback=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    movies.find_one({}, 5, callback=print("done"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    movies.find_one(callback=takes_number)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    movies.count_documents({}, callback=lambda number: None)  # type: ignore[arg-type, misc]  # pyright: ignore[reportArgumentType]
    # What returns None, as it has a callback. Pyright does not refuse it.
    await movies.count_documents({}, callback=takes_number)  # type: ignore[misc]
    movies.find(callback=takes_number)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    # What only a coroutine function can be.
    session.with_transaction(takes_number)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    # Results that are of another type.
    number: str = await movies.count_documents({})  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    document: dict[str, int] = await movies.find_one({})  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    print(number, document)
