"""Cancels one operation at a point that it names, and looks at what is left.

A point is a place in the life of an operation:

- *start*: its task exists, and has not had its first step;
- *step n*: the event loop has run n callbacks since the operation began;
- *delivery n*: a worker has woken the loop for the n-th time, and the loop has not run that yet;
- *wait n*: a worker is about to wait for the n-th time, or its wait is over and it does not know
  yet. These points are the events of PyMongo's listeners, which run in the worker, each request
  and each reply in a proxy before the server, and what functions of the operation call themselves.
  The worker, or the message, stays there until the operation is cancelled, or for longer.

A run without a cancel tells which points an operation has. Then it is run once for each of them.
"""

from __future__ import annotations

import asyncio
import random
import struct
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from itertools import count
from typing import Any

import pymongo
from pymongo.errors import PyMongoError
from pymongo.monitoring import CommandListener, ConnectionPoolListener

import tornado_pymongo

# A timeout that only the driver lets pass, in seconds.
NEVER = 1e6

# How long an operation, or what comes after it, may take before it counts as hanging, in seconds.
LIMIT = 15

# For how many callbacks a worker stays at its point after the cancel, but for no more than 20 ms.
STAYS = (0, 4, 1000)


class Fault(AssertionError):
    """What an operation has left is not what the model allows."""


class Loop(asyncio.SelectorEventLoop):
    """An event loop that tells of its steps and deliveries, and lets a timeout pass when told."""

    after_step: Callable[[], object] | None = None
    before_delivery: Callable[[], object] | None = None

    def __init__(self) -> None:
        super().__init__()
        self._owner = threading.get_ident()
        self._timeouts: list[tuple[asyncio.TimerHandle, Callable[..., object], Any]] = []

    def call_soon(self, callback, *args, context=None):
        return super().call_soon(self._step, callback, args, context=context)

    def call_soon_threadsafe(self, callback, *args, context=None):
        if self.before_delivery is not None and threading.get_ident() != self._owner:
            super().call_soon_threadsafe(self.before_delivery)
        return super().call_soon_threadsafe(self._step, callback, args, context=context)

    def call_at(self, when, callback, *args, context=None):
        handle = super().call_at(when, self._step, callback, args, context=context)
        if when - self.time() > NEVER / 2:
            self._timeouts.append((handle, callback, args))
        return handle

    def _step(self, callback, args):
        try:
            callback(*args)
        finally:
            if self.after_step is not None:
                self.after_step()

    def let_timeout_pass(self) -> None:
        """Do what is to be done when the newest timeout that has not ended is over."""
        while self._timeouts:
            handle, callback, args = self._timeouts.pop()
            if not handle.cancelled():
                handle.cancel()
                callback(*args)
                return


class Points:
    """Counts the points of a run, and cancels it at one of them."""

    def __init__(self, loop: Loop, at: tuple[str, int] | None, stay: int) -> None:
        self._loop = loop
        self._at = at
        self._stay = stay
        self._lock = threading.Lock()
        self._counting = False
        self._steps = self._deliveries = 0
        self._countdown: tuple[int, Future] | None = None
        self._held: list[Future] = []
        self.waits: list[str] = []  # the names of those that were met
        self.cancel: Callable[[], object] = lambda: None
        self.sample: Callable[[], object] = lambda: None
        self.fired = False
        self.seen: Exception | None = None  # what was wrong after a step

    def __iter__(self) -> Iterator[tuple[str, int]]:
        """All points that were met."""
        yield "start", 0
        yield from (("step", n) for n in range(1, self._steps + 1))
        yield from (("delivery", n) for n in range(1, self._deliveries + 1))
        yield from (("wait", n) for n in range(1, len(self.waits) + 1))

    def begin(self) -> None:
        self._counting = True
        self._loop.after_step = self._after_step
        self._loop.before_delivery = self._before_delivery
        if self._at == ("start", 0):
            self._fire()

    def end(self) -> None:
        with self._lock:
            self._counting = False
        self._loop.before_delivery = None

    def release(self) -> None:
        """Let go on what stays at a point."""
        self._loop.after_step = None
        for held in self._held:
            if not held.done():
                held.set_result(None)

    def _fire(self) -> None:
        self.fired = True
        self.cancel()

    def _after_step(self) -> None:
        try:
            self.sample()
        except (Fault, PyMongoError) as fault:
            self.seen = self.seen or fault
        if self._countdown is not None:
            left, held = self._countdown
            self._countdown = (left - 1, held) if left > 1 else None
            if left <= 1 and not held.done():
                held.set_result(None)
        if self._counting:
            self._steps += 1
            if self._at == ("step", self._steps):
                self._fire()

    def _before_delivery(self) -> None:
        if self._counting:
            self._deliveries += 1
            if self._at == ("delivery", self._deliveries):
                self._fire()

    def wait(self, name: str) -> Future | None:
        """Be at a point, in any thread; return what to wait for if this is the one."""
        with self._lock:
            if not self._counting:
                return None
            self.waits.append(name)
            if self._at != ("wait", len(self.waits)):
                return None
            held = Future()
            self._held.append(held)
        asyncio.SelectorEventLoop.call_soon_threadsafe(self._loop, self._fire_and_release, held)
        return held

    def _fire_and_release(self, held: Future) -> None:
        if self._counting:
            self._fire()
        if self._stay:
            self._countdown = self._stay, held
        else:
            held.set_result(None)
            return
        self._loop.call_later(0.02, lambda: held.done() or held.set_result(None))

    def stand(self, name: str) -> None:
        """Be at a point, in a worker: stay there if this is the one."""
        if (held := self.wait(name)) is not None:
            held.result(LIMIT)


class Listener(CommandListener, ConnectionPoolListener):
    """Tells of the points of workers, and counts what becomes of the connections."""

    def __init__(self) -> None:
        self.stand: Callable[[str], object] = lambda name: None
        self.checked_out = self.cleared = 0
        self._lock = threading.Lock()

    def _change(self, number: int) -> None:
        with self._lock:
            self.checked_out += number

    def started(self, event):
        if event.command_name != "killSessions":
            self.stand(f"{event.command_name} started")

    def succeeded(self, event):
        if event.command_name != "killSessions":
            self.stand(f"{event.command_name} succeeded")

    def connection_created(self, event):
        self.stand("connection created")

    def connection_checked_out(self, event):
        self._change(1)
        self.stand("checked out")

    def connection_checked_in(self, event):
        self._change(-1)
        self.stand("checked in")

    def pool_cleared(self, event):
        self.cleared += 1

    def _ignore(self, event):
        pass

    failed = pool_created = pool_ready = pool_closed = connection_ready = connection_closed = (
        _ignore
    )
    connection_check_out_started = connection_check_out_failed = _ignore


class Proxy:
    """Passes each message on, and tells of it before it does; in a thread of its own."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._serve()])
        self.wait: Callable[[str], Future | None] = lambda name: None
        self.outstanding = 0  # requests whose reply has not come from the server

    def __enter__(self) -> Proxy:
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()
        self._loop.close()

    async def _serve(self) -> None:
        self._stopped = asyncio.Event()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        self.uri = f"mongodb://127.0.0.1:{port}/?directConnection=true"
        self._started.set()
        await self._stopped.wait()
        server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, reader, writer) -> None:
        from_server, to_server = await asyncio.open_connection(*self._target)
        asked: deque[str] = deque()
        back = asyncio.ensure_future(self._pass_back(from_server, writer, asked))
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while True:
                    message, name = await _read(reader)
                    asked.append(name)
                    if name:
                        self.outstanding += 1
                        await self._stand(f"{name} asked")
                    to_server.write(message)
            # The server goes on with what it was asked though nobody waits for it any more.
            while any(asked) and not back.done():
                await asyncio.sleep(0.001)
        finally:
            back.cancel()
            await asyncio.gather(back, return_exceptions=True)
            self.outstanding -= sum(map(bool, asked))
            writer.close()
            to_server.close()

    async def _pass_back(self, reader, writer, asked) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                message, _ = await _read(reader)
                if asked and asked[0]:
                    await self._stand(f"{asked[0]} answered")
                    self.outstanding -= 1
                if asked:
                    asked.popleft()
                if not writer.is_closing():
                    writer.write(message)
        writer.close()

    async def _stand(self, name: str) -> None:
        if (held := self.wait(name)) is not None:
            await asyncio.wrap_future(held)


async def _read(reader: asyncio.StreamReader) -> tuple[bytes, str]:
    """Read a message; return it with the name of its command if a point is made of that."""
    head = await reader.readexactly(16)
    length, _, _, code = struct.unpack("<iiii", head)
    body = await reader.readexactly(length - 16)
    name = body[10 : body.index(0, 10)].decode("latin1") if code == 2013 else ""
    return head + body, "" if name in _NO_POINTS else name


# Handshakes and heartbeats; and what is asked behind the back of the operation.
_NO_POINTS = {"hello", "ismaster", "isMaster", "killSessions", "ok"}


class Scene:
    """A server, a client behind the proxy, and a loop; for one operation after the other."""

    def __init__(self, direct: pymongo.MongoClient, proxy: Proxy, rng: random.Random) -> None:
        self.direct = direct
        self.proxy = proxy
        self.rng = rng
        self.loop = Loop()
        self.loop.set_exception_handler(self._note)
        self.noted: list[str] = []
        self.listener = Listener()
        self.points = Points(self.loop, None, 0)
        self.client = self.make_client()
        self.db = self.client.cancelling

    def make_client(self) -> tornado_pymongo.MongoClient:
        workers = self.rng.choice([1, 2, 4])
        ahead = self.rng.random() < 0.5
        listeners = [self.listener]
        return tornado_pymongo.MongoClient(
            self.proxy.uri, event_listeners=listeners, max_workers=workers, read_ahead=ahead
        )

    def close(self) -> None:
        self.loop.run_until_complete(self._close())
        self.loop.close()

    async def _close(self) -> None:
        await asyncio.wait([self.loop.create_task(self.client.close(drain_seconds=1))], timeout=5)

    def _note(self, _: Any, context: dict[str, Any]) -> None:
        if "never retrieved" not in context["message"]:
            self.noted.append(f"{context['message']}: {context.get('exception')!r}")

    def counts(self, name: str) -> int:
        """One of the numbers that the client tells of its threads."""
        statistics = tornado_pymongo.statistics(self.client)
        return getattr(statistics.calls, name) + getattr(statistics.streams, name)

    def run(self, operation: Any, way: Way, at: tuple[str, int] | None, stay: int = 0) -> Points:
        """Run an operation and what comes after it; return the points that it has met."""
        self.points = points = Points(self.loop, at, stay)
        self.listener.stand = points.stand
        self.proxy.wait = points.wait
        operation.prepare()
        try:
            self.loop.run_until_complete(self._drive(operation, way, points))
        except BaseException:
            points.end()
            points.release()
            self.loop.run_until_complete(asyncio.wait_for(operation.leave(), LIMIT))
            raise
        operation.check()
        return points

    async def _drive(self, operation: Any, way: Way, points: Points) -> None:
        await in_time(operation.begin(), "its beginning")
        operation.aborted_before = self.counts("aborted")
        points.sample = operation.sample
        task = way(operation, points, self.loop)
        points.begin()
        await until_over(task, "the operation")
        points.end()
        operation.outcome = error = task.exception() if not task.cancelled() else None
        operation.cancelled = task.cancelled() or isinstance(error, _CANCELS)
        if error is not None and not operation.cancelled:
            raise Fault("the operation has failed") from error
        if operation.cancelled and not points.fired:
            raise Fault("the operation was cancelled by itself") from error
        await in_time(operation.go_on(), "what comes after it", operation)
        points.release()
        await in_time(operation.end(), "its end")
        if points.seen is not None:
            raise Fault(str(points.seen)) from points.seen
        await in_time(self._settle(), "the rest")

    async def _settle(self) -> None:
        """See that nothing is held: threads, connections, tasks, the server."""
        rest = [lambda: self.counts("busy"), lambda: self.counts("waiting")]
        rest.append(lambda: self.proxy.outstanding)
        rest.append(lambda: self.listener.checked_out)
        rest.append(lambda: len(asyncio.all_tasks()) - 2)  # this one and who waits for it
        names = "busy threads", "waiting calls", "unanswered requests", "connections", "tasks"
        try:
            for name, left in zip(names, rest, strict=True):
                for n in count():
                    if left() <= 0:
                        break
                    if n > 5000:
                        raise Fault(f"{left()} {name} are left")
                    await asyncio.sleep(0.001)
            if self.listener.checked_out:
                raise Fault(f"{self.listener.checked_out} connections are checked out")
            if self.listener.cleared:
                raise Fault("the pool was cleared")
            if await self.db.numbers.find_one({"_id": 3}) != {"_id": 3}:
                raise Fault("find_one does not find what is there")
            if self.noted:
                raise Fault(f"the loop was told of {self.noted}")
        finally:
            self.listener.cleared = 0
            self.noted.clear()


async def until_over(task: asyncio.Task, what: str, operation: Any = None) -> None:
    """Wait for a task, whatever becomes of it; one that hangs is a fault."""
    await asyncio.wait([task], timeout=LIMIT)
    if not task.done():
        stack = "".join(traceback.format_list(traceback.extract_stack(task.get_stack()[-1])))
        reason = getattr(operation, "reason", None)
        raise Fault(f"{what} hangs: {stack}") from reason


async def in_time(coroutine: Any, what: str, operation: Any = None) -> None:
    task = asyncio.ensure_future(coroutine)
    await until_over(task, what, operation)
    task.result()


# Ways to cancel. Each starts the operation, and says how it is cancelled. The operation gives what
# it awaits to `awaiting` first.

Way = Callable[[Any, Points, Loop], asyncio.Task]


class Failure(Exception):
    """Of another task of a TaskGroup."""


class Dropped(Exception):
    """The operation holds the call no more."""


_CANCELS: tuple[type[BaseException], ...] = (asyncio.CancelledError, asyncio.TimeoutError, Dropped)
if sys.version_info >= (3, 11):
    _CANCELS += (BaseExceptionGroup,)  # noqa: F821 - the oldest Python has none


def plain(call: Any) -> Any:
    return call


def by_task(operation: Any, points: Points, loop: Loop, awaiting: Any = plain) -> asyncio.Task:
    task = loop.create_task(operation.run(awaiting))
    points.cancel = task.cancel
    return task


def by_wait_for(operation: Any, points: Points, loop: Loop) -> asyncio.Task:
    points.cancel = loop.let_timeout_pass
    return loop.create_task(operation.run(lambda call: asyncio.wait_for(call, NEVER)))


def by_task_in_wait_for(operation: Any, points: Points, loop: Loop) -> asyncio.Task:
    return by_task(operation, points, loop, lambda call: asyncio.wait_for(call, NEVER))


def by_timeout(operation: Any, points: Points, loop: Loop) -> asyncio.Task:
    async def in_timeout(call):
        async with asyncio.timeout(NEVER):
            return await call

    points.cancel = loop.let_timeout_pass
    return loop.create_task(operation.run(in_timeout))


def by_group(operation: Any, points: Points, loop: Loop) -> asyncio.Task:
    failing = loop.create_future()

    async def both():
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
            await group.create_task(operation.run(plain))
            failing.done() or failing.set_result(None)

    async def fail():
        await failing

    points.cancel = lambda: failing.done() or failing.set_exception(Failure())
    return loop.create_task(both())


def by_drop(operation: Any, points: Points, loop: Loop) -> asyncio.Task:
    """Let go of the Future, which nobody has awaited; a coroutine is awaited by a task."""
    dropped = asyncio.Event()

    async def hold(call):
        if not asyncio.isfuture(call):
            return await call
        done = asyncio.Event()
        call.add_done_callback(lambda _: done.set())
        waiting = [loop.create_task(each.wait()) for each in (done, dropped)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()
        if dropped.is_set():
            raise Dropped
        return await call

    points.cancel = dropped.set
    return loop.create_task(operation.run(hold))


def by_gather(operation: Any, points: Points, loop: Loop) -> asyncio.Task:
    async def gathered(call):
        return (await asyncio.gather(call))[0]

    return by_task(operation, points, loop, gathered)


def by_shield(operation: Any, points: Points, loop: Loop) -> asyncio.Task:
    return by_task(operation, points, loop, asyncio.shield)


def by_subtask(operation: Any, points: Points, loop: Loop) -> asyncio.Task:
    async def in_subtask(call):
        return await loop.create_task(call)

    return by_task(operation, points, loop, in_subtask)


WAYS: list[Way] = [by_task, by_wait_for, by_task_in_wait_for, by_drop]
if sys.version_info >= (3, 11):
    WAYS += [by_timeout, by_group]

# What these have taken is theirs, though the operation was cancelled.
TAKING: list[Way] = [by_gather, by_shield, by_subtask]

# What these have taken they return, but a step of the loop later, if it is from a coroutine.
RETURNING: list[Way] = []
if sys.version_info < (3, 12):
    RETURNING = [by_wait_for, by_task_in_wait_for]


def run_seed(
    seed: int, kinds: list[type], direct: Any, proxy: Proxy, most: int | None = None
) -> list[str]:
    """Run one kind, cancelled in one way at each of its points, or `most` of them; return faults.

    The kinds take turns, so that no row of seeds is without one of them.
    """
    rng = random.Random(seed)
    kind = kinds[seed % len(kinds)]
    way = rng.choice(WAYS if rng.random() < 0.8 else TAKING)
    is_sampled = way not in TAKING + RETURNING
    choices = rng.random()
    scene = Scene(direct, proxy, random.Random(choices))
    faults: list[str] = []

    def run(at, stay):
        nonlocal scene
        operation = kind(scene, random.Random(choices), way in TAKING, is_sampled)
        try:
            return scene.run(operation, way, at, stay)
        except Exception as error:
            where = "without a cancel" if at is None else "{} {}".format(*at)
            if at is not None and at[0] == "wait":
                where += f" ({scene.points.waits[at[1] - 1 : at[1]]}, stays {stay})"
            cause = f" ({error.__cause__!r})" if error.__cause__ is not None else ""
            name = type(error).__name__
            faults.append(
                f"seed {seed}: {operation}, {way.__name__}, {where}: {name}: {error}{cause}"
            )
            scene.close()
            scene = Scene(direct, proxy, random.Random(choices))
            return None

    try:
        run(None, 0)  # makes connections, and threads
        met = run(None, 0)
        points = list(met or [])
        if most is not None and len(points) > most:
            points = rng.sample(points, most)
        for at in points:
            run(at, rng.choice(STAYS))
    finally:
        scene.close()
    return faults
