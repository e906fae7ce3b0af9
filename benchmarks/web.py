"""A small web application: three queries and one write a request, JSON out.

It is written for two frameworks, FastAPI under uvicorn and Tornado, and is the same for each way to
use MongoDB. Each of its processes has a port of its own, and the load generator gives each an equal
part, as a proxy does.

    python -m benchmarks.web '{"framework": "tornado", "peer": "motor", "uri": "mongodb://..."}'
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from typing import Any

from benchmarks.meter import Meter
from benchmarks.peers import PEERS, Peer
from benchmarks.workloads import DATABASE, Workload

FRAMEWORKS = ("fastapi", "tornado")

# How many requests are under way at a time, at all processes together.
REQUESTS = 64

# How long a process may take until its first answer.
LIMIT_SECONDS = 30


async def page(database: Any, n: int) -> dict[str, Any]:
    """Return the content of a page: three queries and a write, one after the other."""
    document = await database["documents"].find_one({"_id": n})
    nearby = database["documents"].find({"_id": {"$gt": n}}).limit(20)
    others = await nearby.to_list(None)
    details = await database["scanned"].find_one({"_id": n})
    await database["written"].update_one({"_id": n}, {"$inc": {"views": 1}}, upsert=True)
    return {"document": document, "others": others, "details": details}


async def serve_fastapi(peer: Peer, uri: str, sock: socket.socket) -> None:
    """Serve with FastAPI, on uvicorn."""
    import uvicorn
    from fastapi import FastAPI

    client = peer.connect(uri)
    database = client[DATABASE]
    application = FastAPI()

    async def get(n: int) -> dict[str, Any]:
        return await page(database, n)

    application.get("/pages/{n}")(get)
    # The loop is asyncio's for both frameworks.
    config = uvicorn.Config(application, loop="asyncio", log_level="error", access_log=False)
    await uvicorn.Server(config).serve(sockets=[sock])


async def serve_tornado(peer: Peer, uri: str, sock: socket.socket) -> None:
    """Serve with Tornado."""
    from tornado.httpserver import HTTPServer
    from tornado.web import Application, RequestHandler

    client = peer.connect(uri)
    database = client[DATABASE]

    class PageHandler(RequestHandler):
        async def get(self, n: str) -> None:
            self.write(await page(database, int(n)))

    settings: dict[str, Any] = {"log_function": lambda handler: None}
    server = HTTPServer(Application([(r"/pages/(\d+)", PageHandler)], **settings))
    sock.setblocking(False)
    server.add_socket(sock)
    await asyncio.Event().wait()


def main() -> None:
    """Run one process of the application; print its port, and when its imports were done."""
    options = json.loads(sys.argv[1])
    if options.get("core") is not None:
        os.sched_setaffinity(0, {options["core"]})
    peer = PEERS[options["peer"]]
    _import(peer, options["framework"])
    imported = time.monotonic()
    sock = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(json.dumps({"port": sock.getsockname()[1], "imported": imported}), flush=True)
    serve = {"fastapi": serve_fastapi, "tornado": serve_tornado}[options["framework"]]
    asyncio.run(serve(peer, options["uri"], sock))


def _import(peer: Peer, framework: str) -> None:
    exec(peer.imports, {})
    if framework == "fastapi":
        import fastapi
        import uvicorn

        assert fastapi
        assert uvicorn
    else:
        import tornado.httpserver
        import tornado.web

        assert tornado


class Process:
    """A process of the application, started.

    :param core: the one core that it has; None if it has all.
    """

    def __init__(self, framework: str, peer: str, uri: str, core: int | None) -> None:
        options = {"framework": framework, "peer": peer, "uri": uri, "core": core}
        self._began = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.web", json.dumps(options)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise OSError(f"the web application ended with {self._process.wait()}")
        said = json.loads(line)
        self.port: int = said["port"]
        self._imported: float = said["imported"]

    async def first_answer(self) -> dict[str, float]:
        """Return how long the first answer took: from the start, and from the end of imports."""
        from benchmarks.http_load import ask

        await asyncio.wait_for(ask(self.port), LIMIT_SECONDS)
        now = time.monotonic()
        return {
            "start_ms": (now - self._began) * 1000,
            "first_answer_ms": (now - self._imported) * 1000,
        }

    def cpu_seconds(self) -> float:
        """Return the CPU time of the process until now."""
        with open(f"/proc/{self._process.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()


class _WebMeter(Meter):
    """Looks at the CPU time of the application's processes as well."""

    def __init__(self, processes: list[Process], seconds: float, warm_up: float) -> None:
        super().__init__(seconds, warm_up, REQUESTS)
        self._processes = processes
        self._cpu: list[float] = []

    def start(self) -> None:
        super().start()
        self._look()

    def stop(self) -> None:
        super().stop()
        self._look()

    def _look(self) -> None:
        self._cpu.append(sum(process.cpu_seconds() for process in self._processes))

    def figures(self, workload: Workload) -> dict[str, float]:
        figures = super().figures(workload)
        del figures["switches"]  # those of the load generator
        return {**figures, "cpu_us": (self._cpu[1] - self._cpu[0]) * 1e6 / self.operations}


async def measure(peer: Peer, workload: Workload, options: dict[str, Any]) -> dict[str, float]:
    """Start the application, ask it for a first page, and put load on it."""
    from benchmarks.http_load import load

    assert workload.processes
    cores = options.get("cores") or [None]
    processes: list[Process] = []
    try:
        answers: dict[str, float] = {}
        for n in range(workload.processes):
            core = cores[n % len(cores)]
            processes.append(Process(workload.framework, peer.name, options["uri"], core))
            # The first process is alone on the machine when it starts.
            answers = answers or await processes[0].first_answer()
        meter = _WebMeter(processes, options["seconds"], workload.warm_up)
        await load([process.port for process in processes], meter, REQUESTS)
    except OSError:
        await asyncio.sleep(0.5)  # until the application has told the reason
        raise
    finally:
        for process in processes:
            process.end()
    return {**meter.figures(workload), **answers}


if __name__ == "__main__":
    main()
