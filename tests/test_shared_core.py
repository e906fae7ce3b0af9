"""Worker threads are kept on one core where, and as long as, that makes more calls a second."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from interpreter import FREE_THREADED

from tornado_pymongo import MongoClient
from tornado_pymongo.executor import Executor, shared_core
from tornado_pymongo.executor.shared_core import SharedCore

ALL = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()

pytestmark = pytest.mark.skipif(
    len(ALL) < 2 or FREE_THREADED, reason="threads are kept on one core of several, under the GIL"
)

FREE, KEPT = 2000, 4000  # calls a second


class Member:
    """A thread that has entered, until it is told to leave."""

    def __init__(self, shared: SharedCore) -> None:
        self.cores = ALL
        self._shared = shared
        self._thread = ThreadPoolExecutor(1)
        self.do(shared.enter)

    def do(self, function, *args):
        return self._thread.submit(function, *args).result()

    def sees(self) -> set[int]:
        return self.do(os.sched_getaffinity, 0)

    def leave(self) -> None:
        self.do(self._shared.leave)


@pytest.fixture
def shared():
    """Return one that no executor has, to which its supervisor's counts are told by hand."""
    return SharedCore(enabled=True)


def is_kept(member: Member) -> bool:
    return len(member.sees()) == 1


def until_tried(shared: SharedCore, member: Member, free: float, kept: float) -> list[bool]:
    """Count as the supervisor does, so many calls a second, for a trial and the hold before it.

    Return where the thread was in the windows in which it was to be counted.
    """
    windows = []
    shared.count(0, shared._wanted)  # the hold
    for _ in range(12):
        place = is_kept(member)
        seconds = shared._wanted
        windows.append(place)
        shared.count(round(seconds * (kept if place else free)), seconds)
    return windows


def test_both_ways_are_tried_as_often(shared):
    windows = until_tried(shared, Member(shared), FREE, KEPT)
    assert windows.count(True) == windows.count(False) == 6


def test_threads_are_kept_on_one_core_where_that_is_faster(shared):
    members = [Member(shared) for _ in range(3)]
    until_tried(shared, members[0], FREE, KEPT)
    cores = [member.sees() for member in members]
    assert len(cores[0]) == 1
    assert cores[0] <= ALL
    assert cores.count(cores[0]) == 3


@pytest.mark.parametrize("kept", [1000, 2000, 2160])
def test_threads_are_on_all_cores_where_it_is_no_faster(shared, kept):
    member = Member(shared)
    until_tried(shared, member, FREE, kept)
    assert member.sees() == ALL


def test_threads_are_on_all_cores_while_calls_take_long(shared):
    member = Member(shared)
    until_tried(shared, member, 400, 800)
    assert member.sees() == ALL


def test_threads_that_are_kept_are_let_go_when_it_is_slower(shared):
    member = Member(shared)
    until_tried(shared, member, FREE, KEPT)
    until_tried(shared, member, FREE, 2100)
    assert is_kept(member)  # not faster enough to begin with it, but there is no reason to end it
    until_tried(shared, member, FREE, 1900)
    assert member.sees() == ALL


def test_a_thread_that_comes_later_is_kept_as_well(shared):
    member = Member(shared)
    until_tried(shared, member, FREE, KEPT)
    assert Member(shared).sees() == member.sees()


def test_a_thread_that_was_started_by_a_kept_one_is_not_kept_for_that(shared):
    """It inherits that core, and must not stay there if the others are let go meanwhile.

    1. A kept thread starts another one. 2. All are let go. 3. The new one enters.
    """
    starter = Member(shared)
    until_tried(shared, starter, FREE, KEPT)
    may_enter = threading.Event()
    seen = []

    def work():
        seen.append(os.sched_getaffinity(0))
        assert may_enter.wait(20)
        shared.enter()
        seen.append(os.sched_getaffinity(0))
        seen.append(shared.outside(os.sched_getaffinity, 0))

    thread = threading.Thread(target=work)
    starter.do(thread.start)
    shared.rest()
    may_enter.set()
    thread.join()
    assert len(seen[0]) == 1
    assert seen[1:] == [ALL, ALL]


def test_a_thread_that_has_left_is_left_alone(shared):
    member, gone = Member(shared), Member(shared)
    until_tried(shared, member, FREE, KEPT)
    gone.leave()
    assert gone.sees() == ALL
    until_tried(shared, member, FREE, KEPT)
    assert gone.sees() == ALL


def test_a_function_of_the_users_and_what_it_starts_may_use_all_cores(shared):
    def start():
        thread = ThreadPoolExecutor(1)
        program = "import os; print(os.sched_getaffinity(0))"
        process = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
        return (
            os.sched_getaffinity(0),
            thread.submit(os.sched_getaffinity, 0).result(),
            eval(process.stdout),
        )

    member = Member(shared)
    until_tried(shared, member, FREE, KEPT)
    assert member.do(shared.outside, start) == (ALL, ALL, ALL)
    assert is_kept(member)


def test_a_function_of_the_users_that_fails_gives_its_thread_back(shared):
    member = Member(shared)
    until_tried(shared, member, FREE, KEPT)
    with pytest.raises(ZeroDivisionError):
        member.do(shared.outside, lambda: 1 / 0)
    assert is_kept(member)


def test_other_threads_are_left_alone(shared):
    until_tried(shared, Member(shared), FREE, KEPT)
    assert os.sched_getaffinity(0) == ALL


def test_threads_use_the_cores_that_the_main_thread_has(shared):
    member = Member(shared)
    core = min(ALL)
    os.sched_setaffinity(0, {core})
    try:
        until_tried(shared, member, FREE, KEPT)
        assert member.sees() == ALL  # as it was made: with one core there is nothing to try
    finally:
        os.sched_setaffinity(0, ALL)


@pytest.mark.parametrize("options", [{"share_core": False}, {"time_slices": True}])
def test_threads_of_an_executor_without_it_are_left_alone(options):
    shared = Executor(2, 2, **options).shared_core
    member = Member(shared)
    assert not any(until_tried(shared, member, FREE, KEPT))


def test_a_system_without_the_call_is_left_alone(monkeypatch):
    monkeypatch.delattr(os, "sched_setaffinity")
    shared = SharedCore(enabled=True)
    member = Member(shared)
    until_tried(shared, member, FREE, KEPT)
    assert member.sees() == ALL


def test_a_system_that_refuses_it_does_no_harm(shared, monkeypatch):
    def refuse(*_):
        raise PermissionError

    member = Member(shared)
    monkeypatch.setattr(os, "sched_setaffinity", refuse)
    until_tried(shared, member, FREE, KEPT)
    assert member.sees() == ALL


async def test_calls_that_wait_have_it_tried(mongo_client, db):
    """And those that run then give the same results, in threads that are all let go in the end."""
    shared = mongo_client._runtime.executor.shared_core
    tried = asyncio.Event()
    loop = asyncio.get_running_loop()
    move = shared._move

    def see(core):
        move(core)
        loop.call_soon_threadsafe(tried.set)

    shared._move = see
    await db.things.insert_one({"_id": 1})

    async def ask():
        while not tried.is_set():
            assert await db.things.find_one() == {"_id": 1}

    await asyncio.gather(*(ask() for _ in range(300)))
    threads = shared._threads.copy()
    assert threads
    await mongo_client.close()
    assert shared._threads == set()


async def test_threads_are_let_go_when_no_calls_wait_any_more(mongo_server, gate):
    """Those that run then may be few long ones."""
    async with MongoClient(mongo_server.uri, max_workers=1) as client:
        shared = client._runtime.executor.shared_core
        rests = asyncio.Event()
        loop = asyncio.get_running_loop()
        rest = shared.rest
        shared.rest = lambda: (rest(), loop.call_soon_threadsafe(rests.set))
        first = client.run_in_worker(gate)
        second = client.admin.command("ping")  # waits, so that the supervisor watches
        await gate.until_entered()
        shared._move(min(ALL))
        assert not rests.is_set()
        gate.opened.set()
        await asyncio.gather(first, second)
        await rests.wait()
        (thread,) = shared._threads
        assert os.sched_getaffinity(thread) == ALL


def test_after_a_rest_it_is_tried_anew(shared):
    member = Member(shared)
    until_tried(shared, member, FREE, KEPT)
    assert shared._wanted == shared_core._HOLD
    shared.rest()
    assert shared._wanted == shared_core._WINDOW
    assert not is_kept(member)
    until_tried(shared, member, FREE, KEPT)
    assert is_kept(member)


async def test_run_in_worker_is_on_any_core_while_calls_are_kept(mongo_server):
    async with MongoClient(mongo_server.uri, max_workers=1) as client:
        shared = client._runtime.executor.shared_core
        await client.admin.command("ping")
        shared._move(min(ALL))
        seen = lambda: (os.sched_getaffinity(0), threading.get_native_id() in shared._threads)  # noqa: E731
        assert await client.run_in_worker(seen) == (ALL, False)
        (thread,) = shared._threads
        assert os.sched_getaffinity(thread) == {min(ALL)}
