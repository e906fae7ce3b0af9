"""Coroutines that write and read until they are told to stop, and note what becomes of it."""

from __future__ import annotations

import asyncio
import itertools

from pymongo import ReturnDocument, WriteConcern


class Load:
    """Has calls in flight all the time; used with ``async with``.

    Its calls are find_one, insert_one and find_one_and_update; writes are acknowledged by a
    majority of the members, from their journals. An error ends no coroutine.
    """

    def __init__(self, collection, inserters: int = 10, readers: int = 5) -> None:
        self._things = collection.with_options(write_concern=WriteConcern(w="majority", j=True))
        self._ids = itertools.count()
        self._going_on = True
        self._numbers = inserters, readers
        self.acknowledged = []  # the ids of the documents whose insertion was
        self.found = []  # what the reads returned
        self.counted = []  # the values of a counter after each time that 1 was added
        self.errors = []

    async def __aenter__(self) -> Load:
        await self._things.insert_one({"_id": "counter", "n": 0})
        inserters, readers = self._numbers
        self._work = [
            *(self._repeat(self._insert, self.acknowledged) for _ in range(inserters)),
            *(self._repeat(self._find, self.found) for _ in range(readers)),
            self._repeat(self._count, self.counted),
        ]
        self._work = [asyncio.ensure_future(work) for work in self._work]
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._going_on = False
        await asyncio.wait_for(asyncio.gather(*self._work), 60)  # or one hangs

    async def _repeat(self, call, results) -> None:
        while self._going_on:
            (result,) = await asyncio.gather(call(), return_exceptions=True)
            (self.errors if isinstance(result, BaseException) else results).append(result)

    async def _insert(self):
        return (await self._things.insert_one({"_id": next(self._ids)})).inserted_id

    async def _find(self):
        return await self._things.find_one({"_id": "counter"})

    async def _count(self):
        query, update = {"_id": "counter"}, {"$inc": {"n": 1}}
        after = ReturnDocument.AFTER
        return (await self._things.find_one_and_update(query, update, return_document=after))["n"]

    async def more(self, number: int = 50) -> None:
        """Wait until so many more inserts and reads have succeeded from now on."""
        goals = [(results, len(results) + number) for results in (self.acknowledged, self.found)]
        while any(len(results) < goal for results, goal in goals):
            await asyncio.sleep(0.01)

    async def check(self, raised) -> None:
        """Check, after the end, that nothing was lost, nothing done twice, and each error seen.

        :param raised: the errors that PyMongo raised.
        """
        there = {document["_id"] async for document in self._things.find()}
        lost = set(self.acknowledged) - there
        assert not lost, f"{len(lost)} acknowledged inserts are lost: {sorted(lost)}"
        # A write whose error left open whether it took place may have added 1, and no other.
        steps = [after - before for before, after in itertools.pairwise([0, *self.counted])]
        assert min(steps) == 1, f"acknowledged updates are lost: {steps}"
        assert sum(steps) - len(steps) <= len(self.errors), f"updates were made twice: {steps}"
        counts = f"{len(raised)} errors were raised, {len(self.errors)} seen"
        assert len(self.errors) == len(raised), counts
        assert {id(error) for error in self.errors} == {id(error) for error in raised}
