"""Threads are kept on one core if, and as long as, that makes more calls a second."""

from __future__ import annotations

import _thread
import asyncio
import ctypes
import errno
import logging
import multiprocessing
import os
import subprocess
import sys
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep

import pytest
from interpreter import FREE_THREADED

from tornado_pymongo import MongoClient
from tornado_pymongo.executor import Executor, affinity, core_locks, shared_core
from tornado_pymongo.executor.effects import start_thread
from tornado_pymongo.executor.shared_core import SharedCore

ALL = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()

pytestmark = pytest.mark.skipif(
    len(ALL) < 2 or FREE_THREADED, reason="threads are kept on one core of several, under the GIL"
)

FREE, KEPT = 2000, 4000  # calls a second

# Python tells from 3.12 on that a thread is started.
SEES_STARTS = sys.version_info >= (3, 12)
where_seen = pytest.mark.skipif(not SEES_STARTS, reason="nothing tells that a thread is started")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Return the folder of the locks, which no other process uses."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / f"tornado_pymongo-{os.getuid()}"


@pytest.fixture
def locks(folder):
    """Return a list of locks that are released after the test."""
    locks = []
    yield locks
    for lock in locks:
        core_locks.unlock(lock)


class Member:
    """A thread that has entered, until it is told to leave."""

    def __init__(self, shared: SharedCore, enters: bool = True) -> None:
        self._shared = shared
        self._thread = ThreadPoolExecutor(1)
        if enters:
            self.do(shared.enter)

    def do(self, function, *args):
        return self._thread.submit(function, *args).result()

    def sees(self) -> set[int]:
        return self.do(os.sched_getaffinity, 0)

    def starts(self, start, report: Path) -> set[int]:
        """Start something that writes a report; return the cores that it has."""
        self.do(start, report)
        while not report.exists() or not report.read_text().endswith("\n"):
            sleep(0.005)
        return parse(report)

    def leave(self) -> None:
        self.do(self._shared.leave)


@pytest.fixture
def make_shared():
    """Return a function that makes some that no executor has; their counts are told by hand."""
    made = []

    def make(threads):
        made.append(SharedCore(threads))
        return made[-1]

    yield make
    for each in made:
        each.rest()


@pytest.fixture
def shared(make_shared):
    """Return one for workers."""
    return make_shared("workers")


@pytest.fixture
def shared_by_all(make_shared):
    """Return one for workers and callers."""
    return make_shared("all")


@pytest.fixture
def records(caplog, monkeypatch):
    """Return a function that returns our records; what is said once is said in each test."""
    monkeypatch.setattr(shared_core, "_not_told", deque([None]))
    caplog.set_level(logging.INFO)
    return lambda: [each for each in caplog.records if each.name == "tornado_pymongo"]


def is_kept(member: Member) -> bool:
    return len(member.sees()) == 1


def until_tried(shared: SharedCore, member: Member, free: float, kept: float, caller=None):
    """Count as the supervisor does, so many calls a second, for a trial and the hold before it.

    Return where the thread was in the windows in which it was to be counted. The caller calls in
    each of them.
    """
    windows = []
    for _ in range(1 + shared_core._HOLD):  # or a first window
        if shared._wanted != shared_core._SETTLE:
            shared.count(0, shared._wanted)
    for _ in range(12):
        place = is_kept(member)
        seconds = shared._wanted
        windows.append(place)
        if caller:
            caller.do(shared.called)
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


def test_a_worker_that_was_started_by_a_kept_one_does_not_inherit_that(shared):
    """It would stay there if the others are let go before it enters."""
    starter = Member(shared)
    until_tried(shared, starter, FREE, KEPT)
    seen = []
    thread = threading.Thread(target=lambda: seen.append(os.sched_getaffinity(0)))
    starter.do(start_thread, thread, print)
    thread.join()
    assert seen == [ALL]


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


@pytest.mark.parametrize("options", [{"share_core": "none"}, {"time_slices": True}])
def test_threads_of_an_executor_without_it_are_left_alone(options):
    shared = Executor(2, 2, **options).shared_core
    member = Member(shared)
    assert not any(until_tried(shared, member, FREE, KEPT))


def test_a_system_without_the_call_is_left_alone(monkeypatch):
    monkeypatch.delattr(os, "sched_setaffinity")
    shared = SharedCore("all")
    member = Member(shared)
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
    threads = shared._workers.copy()
    assert threads
    await mongo_client.close()
    assert shared._workers == set()


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
        await asyncio.to_thread(shared._move, min(ALL))
        assert not rests.is_set()
        gate.opened.set()
        await asyncio.gather(first, second)
        await rests.wait()
        (thread,) = shared._workers
        assert os.sched_getaffinity(thread) == ALL


def test_after_a_rest_it_is_tried_anew(shared):
    member = Member(shared)
    until_tried(shared, member, FREE, KEPT)
    shared.rest()
    assert not is_kept(member)
    shared.count(KEPT, shared_core._WINDOW)
    assert shared._wanted == shared_core._SETTLE  # a trial, rather than the rest of the hold
    until_tried(shared, member, FREE, KEPT)
    assert is_kept(member)


async def test_run_in_worker_is_on_any_core_while_calls_are_kept(mongo_server):
    async with MongoClient(mongo_server.uri, max_workers=1) as client:
        shared = client._runtime.executor.shared_core
        await client.admin.command("ping")
        await asyncio.to_thread(shared._move, min(ALL))
        seen = lambda: (os.sched_getaffinity(0), threading.get_native_id() in shared._workers)  # noqa: E731
        assert await client.run_in_worker(seen) == (ALL, False)
        (thread,) = shared._workers
        assert os.sched_getaffinity(thread) == {min(ALL)}


# Masks


def test_a_thread_has_its_own_mask_again(shared):
    """Not that of the main thread; and one that lacks the core is not moved."""
    members = [Member(shared) for _ in range(3)]
    own = [{min(ALL)}, {max(ALL)}, ALL]
    for member, mask in zip(members, own, strict=True):
        member.do(os.sched_setaffinity, 0, mask)
    until_tried(shared, members[2], FREE, KEPT)
    assert [member.sees() for member in members[:2]] == own[:2]
    assert is_kept(members[2])
    shared.rest()
    assert [member.sees() for member in members] == own


def test_a_mask_that_somebody_has_changed_meanwhile_stays(shared):
    member, other = Member(shared), Member(shared)
    until_tried(shared, member, FREE, KEPT)
    changed = ALL - member.sees()
    member.do(os.sched_setaffinity, 0, changed)
    shared.rest()
    assert member.sees() == changed
    assert other.sees() == ALL


def test_a_thread_that_has_ended_is_forgotten(shared):
    member = Member(shared)
    thread = threading.Thread(target=shared.enter)
    until_tried(shared, member, FREE, KEPT)
    thread.start()
    thread.join()
    until_tried(shared, member, FREE, KEPT)
    shared.rest()
    assert not affinity.masks._moved


class NativeThread:
    """A thread that C starts, of which Python knows nothing."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None)
        self._ends = ctypes.create_string_buffer(64)
        self._libc.sem_init(self._ends, 0, 0)

    def start(self) -> None:
        """Start it, in this thread."""
        before = set(os.listdir("/proc/self/task"))
        self._pthread = ctypes.c_ulong()
        started = self._libc.pthread_create(
            ctypes.byref(self._pthread), None, self._libc.sem_wait, self._ends
        )
        assert started == 0
        (self._thread,) = set(os.listdir("/proc/self/task")) - before

    def sees(self) -> set[int]:
        """Return its cores."""
        return os.sched_getaffinity(int(self._thread))

    def end(self) -> None:
        """End it."""
        self._libc.sem_post(self._ends)
        self._libc.pthread_join(self._pthread, None)


@pytest.fixture
def native():
    """Return a thread that C starts."""
    native = NativeThread()
    yield native
    native.end()


@pytest.mark.parametrize("learn", [lambda shared: shared.count(0, 1), SharedCore.rest])
def test_a_thread_that_was_started_unseen_is_let_go_at_the_next_look(shared, native, learn):
    member = Member(shared)
    until_tried(shared, member, FREE, KEPT)
    member.do(native.start)
    assert native.sees() == member.sees() != ALL
    learn(shared)
    assert native.sees() == ALL


def test_a_thread_that_was_there_before_keeps_its_core(shared, native):
    """Its user has chosen it, though it is the same."""
    native.start()
    os.sched_setaffinity(int(native._thread), {min(ALL)})
    member = Member(shared)
    cores = set()
    while min(ALL) not in cores:
        until_tried(shared, member, FREE, KEPT)
        cores = member.sees()
        shared.rest()
    assert native.sees() == {min(ALL)}


# Callers


@where_seen
def test_with_all_the_callers_threads_are_kept_as_well(shared_by_all):
    worker, caller = Member(shared_by_all), Member(shared_by_all, enters=False)
    until_tried(shared_by_all, worker, FREE, KEPT, caller)
    assert is_kept(worker)
    assert caller.sees() == worker.sees()
    shared_by_all.rest()
    assert caller.sees() == ALL


@where_seen
def test_who_calls_no_more_is_let_go(shared_by_all):
    worker, caller = Member(shared_by_all), Member(shared_by_all, enters=False)
    until_tried(shared_by_all, worker, FREE, KEPT, caller)
    until_tried(shared_by_all, worker, FREE, KEPT)
    assert is_kept(worker)
    assert caller.sees() == ALL


@pytest.mark.skipif(SEES_STARTS, reason="before Python 3.12")
def test_before_3_12_all_is_the_workers(shared_by_all, records):
    assert not shared_by_all.has_callers
    member = Member(shared_by_all)
    until_tried(shared_by_all, member, FREE, KEPT)
    assert is_kept(member)
    assert not records()


@where_seen
async def test_only_threads_with_a_loop_are_callers(make_client):
    client = make_client(share_core="all")
    shared = client._runtime.executor.shared_core
    client._runtime.executor.submit(int).result()
    assert not shared._callers
    await client.admin.command("ping")
    assert shared._callers == {threading.get_native_id()}


@where_seen
async def test_after_a_load_every_thread_has_its_mask(make_client, monkeypatch):
    """And none has another one before calls wait."""
    monkeypatch.setattr(shared_core, "_HOLD", 1)  # a trial after the other
    client = make_client(share_core="all")
    shared = client._runtime.executor.shared_core
    await client.admin.command("ping")
    masks = lambda: {str(os.sched_getaffinity(int(each))) for each in os.listdir("/proc/self/task")}  # noqa: E731
    assert await asyncio.to_thread(masks) == {str(ALL)}
    this = threading.get_native_id()

    async def ask():
        while this not in affinity.masks._moved:
            await client.admin.command("ping")

    await asyncio.gather(*(ask() for _ in range(300)))
    while shared._claim:
        await asyncio.sleep(0.01)
    assert await asyncio.to_thread(masks) == {str(ALL)}


@where_seen
async def test_a_close_lets_callers_go(make_client, gate, monkeypatch):
    """One that has closed a client itself has started a thread for it, and is free anyway."""
    monkeypatch.setattr(shared_core, "_HOLD", 1)
    client = make_client(share_core="all", max_workers=1)
    shared = client._runtime.executor.shared_core
    caller = Member(shared, enters=False)
    calls = [client.run_in_worker(gate)]
    await gate.until_entered()
    while await asyncio.to_thread(caller.sees) == ALL:
        await asyncio.to_thread(caller.do, shared.called)
        calls.append(client.admin.command("ping"))  # which waits
    closing = client.close()
    gate.opened.set()
    await closing
    await asyncio.gather(*calls, return_exceptions=True)
    assert await asyncio.to_thread(caller.sees) == ALL


# What a kept thread starts

REPORT = "grep Cpus_allowed: /proc/self/status > {0}.tmp && mv {0}.tmp {0}"


def parse(report: Path) -> set[int]:
    """Return the cores that a report has."""
    mask = int(report.read_text().split()[1].replace(",", ""), 16)
    return {core for core in range(mask.bit_length()) if mask >> core & 1}


def write(report: Path) -> None:
    """Report which cores this thread has."""
    done = report.with_suffix(".tmp")
    mask = sum(1 << core for core in os.sched_getaffinity(0))
    done.write_text(f"Cpus_allowed: {mask:x}\n")
    done.rename(report)


def shell(report: Path) -> list[str]:
    """Return a command that reports which cores its process has."""
    return ["/bin/sh", "-c", REPORT.format(report)]


def thread(report):
    threading.Thread(target=write, args=(report,)).start()


def bare_thread(report):
    _thread.start_new_thread(write, (report,))


def pool(report):
    with ThreadPoolExecutor(1) as pool:
        pool.submit(write, report).result()


def popen(report):
    subprocess.run(shell(report), check=True)


def popen_with_preexec(report):
    subprocess.run(shell(report), check=True, preexec_fn=int)


def posix_spawn(report):
    os.waitpid(os.posix_spawn("/bin/sh", shell(report), os.environ), 0)


def system(report):
    os.system(REPORT.format(report))


def in_child(fork):
    def start(report):
        result = fork()
        child = result[0] if isinstance(result, tuple) else result
        if child == 0:
            write(report)
            os._exit(0)
        os.waitpid(child, 0)
        if result is not child:
            os.close(result[1])

    return start


def process(method):
    def start(report):
        process = multiprocessing.get_context(method).Process(target=write, args=(report,))
        process.start()
        process.join()

    return start


def asyncio_process(report):
    async def main():
        process = await asyncio.create_subprocess_exec(*shell(report))
        await process.wait()

    asyncio.run(main())


FORKS = {"fork": in_child(os.fork), "forkpty": in_child(os.forkpty), "mp_fork": process("fork")}
STARTS = {
    **{start.__name__: start for start in (thread, bare_thread, pool, popen)},
    **{start.__name__: start for start in (popen_with_preexec, posix_spawn, system)},
    **FORKS,
    "asyncio": asyncio_process,
}
# Unseen before 3.14.
NEW_PROCESSES = {"mp_spawn": process("spawn"), "mp_forkserver": process("forkserver")}
if sys.version_info >= (3, 14):
    STARTS |= NEW_PROCESSES


@where_seen
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("name", STARTS)
def test_what_a_kept_thread_starts_does_not_inherit_its_core(shared_by_all, tmp_path, name):
    worker, caller = Member(shared_by_all), Member(shared_by_all, enters=False)
    until_tried(shared_by_all, worker, FREE, KEPT, caller)
    for member in (worker, caller):
        assert is_kept(member)
        report = tmp_path / f"{name}-{member is worker}"
        assert member.starts(STARTS[name], report) == ALL


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("name", FORKS)
def test_a_fork_does_not_inherit_the_core_of_a_worker(shared, tmp_path, name):
    """On any Python, and with "workers"."""
    worker = Member(shared)
    until_tried(shared, worker, FREE, KEPT)
    assert worker.starts(FORKS[name], tmp_path / name) == ALL


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_forked_child_begins_anew(shared):
    """It has none of the threads, and none of the locks."""
    until_tried(shared, Member(shared), FREE, KEPT)
    assert affinity.masks._moved
    child = os.fork()
    if child == 0:
        os._exit(len(affinity.masks._moved) + 10 * len(core_locks._held))
    assert os.waitpid(child, 0)[1] == 0


@where_seen
def test_a_thread_that_has_started_something_stays_free_for_a_while(shared_by_all, monkeypatch):
    """The start comes after the event."""
    now = monotonic()
    monkeypatch.setattr(affinity, "monotonic", lambda: now)
    member = Member(shared_by_all)
    until_tried(shared_by_all, member, FREE, KEPT)
    assert is_kept(member)
    member.do(sys.audit, "os.system", b"")
    shared_by_all.count(KEPT, 1)
    assert member.sees() == ALL
    now += 2 * affinity._FREE
    shared_by_all.count(KEPT, 1)
    assert is_kept(member)


@where_seen
def test_the_hook_never_raises(shared_by_all, monkeypatch):
    def fail():
        raise ZeroDivisionError

    assert affinity.sees_starts()
    monkeypatch.setattr(affinity.masks, "before_start", fail)
    sys.audit("os.system", b"")


def test_a_start_does_not_wait_for_ever_for_a_change(shared):
    """Amid which a finalizer may wait for a lock that the starter holds."""
    member = Member(shared)
    with affinity.masks._lock:
        member._thread.submit(affinity.masks.before_start).result(20)


HOOK = """
import os, sys, logging
from tornado_pymongo import MongoClient
seen = []
def refuse(event, args):
    if event == "sys.addaudithook":
        seen.append(event)
        if {error}:
            raise {error}
sys.addaudithook(refuse)
logging.basicConfig(format="%(message)s", stream=sys.stdout)
for share_core in ("none", "workers"):
    MongoClient(share_core=share_core)
assert not seen, seen
for _ in range(2):
    shared = MongoClient(share_core="all")._runtime.executor.shared_core
print(shared.has_callers, shared._trials is not None, len(seen))
"""
REFUSED = (
    'an audit hook of this program refuses another one, so share_core="all" keeps only workers on'
    " one core\n"
)


@where_seen
@pytest.mark.parametrize(
    ("error", "printed"),
    [
        ("None", "True True 1\n"),
        ("RuntimeError", f"{REFUSED}False True 1\n"),  # which Python suppresses
        ("SystemError", f"{REFUSED}False True 1\n"),
    ],
)
def test_the_hook_is_installed_with_all_alone_and_may_be_refused(error, printed):
    program = HOOK.format(error=error)
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ran.stdout, ran.stderr) == (printed, "")


# If it cannot be done


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOSYS, errno.EINVAL])
def test_a_system_that_refuses_it_does_no_harm(shared, monkeypatch, records, number):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    member = Member(shared)
    monkeypatch.setattr(os, "sched_setaffinity", refuse)
    assert not any(until_tried(shared, member, FREE, KEPT))
    (record,) = records()
    assert record.mongo_event == "core_not_shared"
    assert os.strerror(number) in record.getMessage()


def test_a_system_that_refuses_it_later_has_all_let_go(shared, monkeypatch, locks):
    """By a sandbox, say, that the program enters; and the core is given back."""

    def refuse(thread, cores):
        if len(cores) == 1:
            raise PermissionError
        setaffinity(thread, cores)

    member = Member(shared)
    until_tried(shared, member, FREE, KEPT)
    assert is_kept(member)
    setaffinity = os.sched_setaffinity
    monkeypatch.setattr(os, "sched_setaffinity", refuse)
    late = Member(shared)
    shared.count(KEPT, 1)
    assert member.sees() == late.sees() == ALL
    locks.extend(core_locks.lock_one(ALL)[1] for _ in ALL)


def test_without_proc_nothing_is_moved(make_shared, monkeypatch, records):
    listdir = os.listdir
    monkeypatch.setattr(os, "listdir", lambda path: listdir(path + "/no"))
    for _ in range(2):
        shared = make_shared("workers")
        assert not any(until_tried(shared, Member(shared), FREE, KEPT))
    (record,) = records()
    assert "/proc/self/task" in record.getMessage()


@pytest.mark.parametrize(
    ("quota", "is_limited"),
    [("max 100000\n", False), ("150000 100000\n", True), ("-1\n", False), ("50000\n", True)],
)
def test_in_a_container_with_a_quota_nothing_is_moved(
    shared, tmp_path, monkeypatch, records, quota, is_limited
):
    path = tmp_path / "quota"
    path.write_text(quota)
    monkeypatch.setattr(shared_core, "_QUOTAS", (tmp_path / "none", path))
    assert any(until_tried(shared, Member(shared), FREE, KEPT)) is not is_limited
    assert len(records()) == is_limited


# One core, one process


def test_no_two_clients_are_on_one_core(make_shared):
    cores = []
    for n in range(len(ALL) + 1):
        shared = make_shared("workers")
        member = Member(shared)
        until_tried(shared, member, FREE, KEPT)
        assert is_kept(member) is (n < len(ALL))
        cores.append(member.sees())
    assert set().union(*cores[:-1]) == ALL


def test_a_core_is_given_back(make_shared, locks):
    """At rest, and if keeping threads there is no faster."""
    locks.extend(core_locks.lock_one(ALL)[1] for _ in range(len(ALL) - 1))
    first, second = make_shared("workers"), make_shared("workers")
    members = [Member(first), Member(second)]
    until_tried(first, members[0], FREE, KEPT)
    until_tried(second, members[1], FREE, KEPT)
    assert list(map(is_kept, members)) == [True, False]
    first.rest()
    until_tried(second, members[1], FREE, KEPT)
    assert list(map(is_kept, members)) == [False, True]
    until_tried(second, members[1], FREE, FREE - 1)
    until_tried(first, members[0], FREE, KEPT)
    assert list(map(is_kept, members)) == [True, False]


def test_a_core_is_given_back_though_a_child_has_the_lock_open(locks):
    core, lock = core_locks.lock_one(ALL)
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=[lock]):
        core_locks.unlock(lock)
        locks.append(core_locks.lock_one({core})[1])


OTHER = """
import os, sys
from tornado_pymongo.executor.core_locks import lock_one
cores = os.sched_getaffinity(0)
locks = [lock_one(cores) for _ in cores]
if os.fork() == 0:
    print("forked", flush=True)
    os.execvp("sleep", ["sleep", "1000"]) if sys.argv[1:] else sys.stdin.read()
sys.stdin.read()
"""


def test_processes_keep_off_each_others_core(shared):
    """Until they end; what they have forked has no lock of theirs."""
    member = Member(shared)
    with subprocess.Popen(
        [sys.executable, "-c", OTHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"forked\n"
        assert not any(until_tried(shared, member, FREE, KEPT))
        other.kill()
        other.wait()  # the child waits for its end of file
        assert any(until_tried(shared, member, FREE, KEPT))
    assert is_kept(member)


@pytest.mark.parametrize("spoil", [Path.touch, lambda path: path.mkdir(0o755)])
def test_a_folder_that_others_may_write_is_not_used(shared, folder, records, spoil):
    spoil(folder)
    assert not any(until_tried(shared, Member(shared), FREE, KEPT))
    assert str(folder) in records()[0].getMessage()
    assert not folder.is_dir() or not list(folder.iterdir())
