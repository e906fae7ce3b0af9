"""Run the examples of Motor's documentation, as they are and moved here as our guide says.

::

    tox run -e motor-examples                     # all: with Motor, with this library, a table
    tox run -e motor-examples -- tutorial bulk    # of the pages with these words in their names

The pages and programs come from Motor's source distribution (see `run.fetch`), the docstrings from
the installed Motor. They are moved by the ``sed`` command in docs/migration/motor.rst. An example
is each program in doc/examples, and each block of Python on a page or in a docstring. A block ran
if it raised nothing, and no coroutine function did that it defines, without arguments, for the
reader to run. What ran with Motor has to run here, and to print the same. What does not run with
Motor, or not here, stands in motor_examples.txt, with a reason.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import contextlib
import doctest
import importlib.metadata
import importlib.util
import inspect
import io
import json
import os
import re
import runpy
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import Any

import pymongo
from pymongo.uri_parser import parse_uri
from run import fetch

from tornado_pymongo.testing import MongoServer

HERE = Path(__file__).resolve().parent
GUIDE = HERE.parent.parent / "docs" / "migration" / "motor.rst"
REASONS = HERE / "motor_examples.txt"
WAYS = ("motor", "here")
SECONDS = 5  # for a block; what runs longer has no end, such as watching a collection
ENDLESS = "endless"

# These show the code of older Motors, with what has become of it.
HISTORY = ("changelog", "migrate-to-motor-2", "migrate-to-motor-3")


# The blocks of a page.

BLOCK = re.compile(
    r"^(?P<indent> *)(?:\.\. (?P<kind>doctest|testsetup|code-block)::(?P<argument>.*)|.*[^:\s]::)$"
)


def blocks(text: str) -> Iterator[tuple[int, str, str]]:
    """Give the line, the group and the source of each block of Python in a page."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if not (match := BLOCK.match(line)) or line.lstrip().startswith((".. note", ".. warning")):
            continue
        kind, argument = match["kind"], (match["argument"] or "").strip()
        if kind == "code-block" and not argument.startswith("py"):
            continue
        indent = len(match["indent"])
        body = []
        for below in lines[number + 1 :]:
            if below.strip() and len(below) - len(below.lstrip()) <= indent:
                break
            body.append("" if re.match(r" *:\w+:", below) else below)
        source = textwrap.dedent("\n".join(body)).strip("\n") + "\n"
        if ">>>" in source:
            examples = doctest.DocTestParser().get_examples(source)
            source = "".join(example.source for example in examples)
        if is_program(source):
            group = argument if kind in ("doctest", "testsetup") else ""
            yield number + 1, group, source


def is_program(source: str) -> bool:
    """Tell Python from other languages, and from what a program prints."""
    try:
        tree = compile(source, "", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError:
        return False
    literals = (ast.Constant, ast.Dict, ast.List, ast.Name, ast.Set, ast.Tuple)
    return not all(
        isinstance(node, ast.Expr) and isinstance(node.value, literals) for node in tree.body
    )


def docstrings(path: Path) -> Iterator[tuple[int, str]]:
    """Give the line and the text of each string of a module that is long enough to hold a block."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" in node.value:
            yield node.lineno, node.value


def extract(folder: Path, to: Path) -> None:
    """Write each block to a file of its own: page/group/line.py."""
    for path in sorted((folder / "doc").rglob("*.rst")):
        if path.stem in HISTORY:
            continue
        for line, group, source in blocks(path.read_text()):
            page = path.relative_to(folder / "doc").with_suffix("")
            write(to / page / f"_{group}" / f"{line:04}.py", source)
    package = Path(importlib.util.find_spec("motor").origin).parent  # type: ignore[union-attr, arg-type]
    for path in sorted(package.rglob("*.py")):
        for first, text in docstrings(path):
            for line, group, source in blocks(text):
                page = path.relative_to(package.parent).with_suffix("")
                write(to / page / f"{first}{group}" / f"{first + line - 1:04}.py", source)
    for path in sorted((folder / "doc" / "examples").glob("*.py")):
        write(to / "programs" / path.name, path.read_text())
    templates = "tornado_change_stream_templates"
    shutil.copytree(folder / "doc" / "examples" / templates, to / "programs" / templates)


def write(path: Path, source: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)


def move_in(folder: Path) -> None:
    """Do to all files what the guide says."""
    (command,) = re.findall(r"^ +(sed .+)$", GUIDE.read_text(), re.M)
    words = shlex.split(command.partition(" $(")[0])
    subprocess.run([*words, *map(str, folder.rglob("*.py"))], check=True)


# What belongs together on a page, in a process of its own.


def run_group(group: Path, way: str) -> dict[str, tuple[str, str]]:
    """Run the blocks of a page that share their names; return what became of each."""
    with pymongo.MongoClient() as client:
        for name in client.list_database_names():
            if name not in ("admin", "config", "local"):
                client.drop_database(name)
    never = [pattern for pattern, reason in reasons().items() if reason.startswith("never")]
    page = "/".join(group.parts[group.parts.index(way) + 1 : -1])
    signal.signal(signal.SIGALRM, give_up)
    names = names_at_hand()
    results = {}
    for path in sorted(group.iterdir()):
        if any(fnmatch(f"{page}:{path.stem}", pattern) for pattern in never):
            results[path.stem] = ("not run", "")
        else:
            results[path.stem] = run_block(path, names)
    return results


def give_up(*_: object) -> None:
    """End a block that lets the loop run for ever."""
    raise asyncio.TimeoutError


def names_at_hand() -> dict[str, Any]:
    """Return what the pages take for granted, as the settings of Motor's own doctests do."""
    names: dict[str, Any] = {"__name__": "example"}
    program = """
        import asyncio, datetime, pprint, sys
        from datetime import timedelta
        from functools import reduce
        import aiohttp.web, bson, gridfs, pymongo, tornado.ioloop, tornado.web
        from bson import SON, ObjectId
        from pymongo import *
        from pymongo.errors import *
        from pymongo.read_preferences import ReadPreference, Secondary
        from tornado import gen
        from tornado.ioloop import IOLoop
        from motor import MotorClient
        from tornado import web
        from motor.aiohttp import *
        from motor.motor_asyncio import *
        from motor.motor_tornado import *
        import motor.web
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        sync_client = pymongo.MongoClient()
        client = MotorClient()
        database = db = client.test_database
        coll = collection = my_collection = motor_coll = db.test_collection
        collection_name = "test_collection"
        fs = bucket = MotorGridFSBucket(db)
        cursor = collection.find()
        change_stream = collection.watch()
    """
    exec(textwrap.dedent(program), names)
    names["loop of the group"] = names["loop"]
    return names


def run_block(path: Path, names: dict[str, Any]) -> tuple[str, str]:
    """Run a block, and then what it defines to be run."""
    source = path.read_text().replace("27017", str(pymongo.MongoClient.PORT))
    tree = compile(source, path.name, "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    signal.alarm(2 * SECONDS)
    loop = names["loop of the group"]
    asyncio.set_event_loop(loop)  # a block may have had another one
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            code = compile(tree, path.name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            result = eval(code, names)
            if inspect.iscoroutine(result):
                loop.run_until_complete(asyncio.wait_for(result, SECONDS))
            for function in defined(tree, names):
                loop.run_until_complete(asyncio.wait_for(function(), SECONDS))
    except asyncio.TimeoutError:
        return ENDLESS, ""
    except Exception as error:
        return f"{type(error).__name__}: {error}".splitlines()[0], ""
    finally:
        signal.alarm(0)
    return "", without_chance(printed.getvalue())


def defined(tree: Any, names: dict[str, Any]) -> list[Callable[[], Any]]:
    """Return the coroutine functions that a block defines and leaves to the reader to run."""
    outside = [node for node in tree.body if not hasattr(node, "body")]
    used = {node.id for each in outside for node in ast.walk(each) if isinstance(node, ast.Name)}
    functions = [
        names[node.name]
        for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name not in used
    ]
    coroutine = names["gen"].is_coroutine_function
    return [
        function
        for function in functions
        if (inspect.iscoroutinefunction(function) or coroutine(function))
        and not inspect.signature(function).parameters
    ]


def without_chance(text: str) -> str:
    """Leave out of what was printed what is different each time."""
    text = re.sub(r"Binary\(.*?, 6\)|request id \d+|in \d+ microseconds", "?", text)
    text = re.sub(r"ObjectId\('\w+'\)|Timestamp\(.*?\)|datetime\(.*?\)|0x\w+", "?", text)
    text = re.sub(r"(127\.0\.0\.1|localhost)(:|', )\d+", "?", text)
    return re.sub(r"tornado_pymongo\.(?=motor)", "", text)


# The programs, each in a process of its own.


def run_program(path: Path, server: MongoServer) -> tuple[str, str]:
    """Run a program; return what became of it, and what it showed."""
    port = free_port()
    command = [sys.executable, __file__, "--program", str(path), "--port", str(port)]
    command.append(f"--mongo={server.uri}")
    with subprocess.Popen(
        command, cwd=path.parent, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        shown = ""
        try:
            if use := USES.get(path.name):
                try:
                    shown = use(port, server)
                except OSError as error:
                    return str(error), ""
                process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    if process.returncode and not shown:
        return err.strip().splitlines()[-1], ""
    return "", without_chance(shown or out)


def free_port() -> int:
    """Return the number of a port that nobody has."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]  # type: ignore[no-any-return]


def get(path: str, port: int, server: MongoServer) -> str:
    """Return the page that a program serves, when it does."""
    for _ in range(300):
        if serves(port):
            break
        time.sleep(0.1)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as response:
        return f"{response.headers['Content-Encoding']} {response.read()!r}"


def serves(port: int) -> bool:
    """Tell whether somebody listens."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def see_a_change(port: int, server: MongoServer) -> str:
    """Return what the browser is told when somebody inserts a document."""
    from tornado.websocket import websocket_connect

    get("/", port, server)

    async def change() -> str:
        browser = await websocket_connect(f"ws://127.0.0.1:{port}/socket")
        told = asyncio.ensure_future(browser.read_message())
        with pymongo.MongoClient(server.uri) as client:
            # The program may not watch yet.
            while not told.done():
                client.test.test.insert_one({"item": "tea"})
                await asyncio.wait([told], timeout=0.2)
        browser.close()
        return str(json.loads(str(await told))["operationType"])

    return asyncio.run(change())


# What to do with the programs that serve something.
USES: dict[str, Callable[[int, MongoServer], str]] = {
    "aiohttp_example.py": partial(get, "/pages/page-one"),
    "aiohttp_gridfs_example.py": partial(get, "/fs/my_file"),
    "tornado_change_stream_example.py": see_a_change,
}


def start_program(path: str, port: int, arguments: list[str]) -> None:
    """Be that program, with the web server on a port that is free."""
    import aiohttp.web

    sys.argv = [path, f"--port={port}", *arguments]
    aiohttp.web.run_app = partial(aiohttp.web.run_app, port=port)  # type: ignore[assignment]
    runpy.run_path(path, run_name="__main__")


# All of them.


def use_the_server(uri: str) -> None:
    """Make ``MongoClient()`` mean our server."""
    ((host, port),) = parse_uri(uri)["nodelist"]
    pymongo.MongoClient.HOST, pymongo.MongoClient.PORT = host, port  # type: ignore[misc]
    pymongo.common.SERVER_SELECTION_TIMEOUT = 2


def in_a_process(group: Path, way: str) -> dict[str, tuple[str, str]]:
    """Run a group in a process, where ``import motor`` gives what it is to give."""
    command = [sys.executable, "-W", "ignore", __file__, "--group", str(group), "--way", way]
    process = subprocess.run(command, capture_output=True, text=True, timeout=100)
    if process.returncode:
        raise RuntimeError(f"{group}: {process.stderr}")
    return json.loads(process.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def reasons() -> dict[str, str]:
    """Return the reasons why examples do not run, by pattern."""
    lines = REASONS.read_text().splitlines()
    return dict(line.split(" ", 1) for line in lines if line and not line.startswith("#"))


def compare(found: dict[str, dict[str, dict[str, tuple[str, str]]]], *, whole: bool) -> bool:
    """Print the table, and what is not as it should be; tell whether all is."""
    patterns = reasons()
    needed: set[str] = set()
    wrong = []
    rows: dict[str, list[int]] = {}
    for page, with_motor in found["motor"].items():
        row = rows[page] = [0, 0, 0, 0]
        for line, (error, printed) in with_motor.items():
            error_here, printed_here = found["here"][page][line]
            ran, ran_here = error in ("", ENDLESS), error_here in ("", ENDLESS)
            row[0] += 1
            row[1] += ran
            row[2] += ran and ran_here
            row[3] += ran_here and not ran
            name = f"{page}:{line}"
            listed = [pattern for pattern in patterns if fnmatch(name, pattern)]
            if not (ran and ran_here):
                needed.update(listed)
                if not listed:
                    wrong.append(f"{name}\n    with Motor: {error}\n    here: {error_here}")
            elif any(patterns[pattern].startswith("varies") for pattern in listed):
                needed.update(listed)
            elif error != error_here or printed != printed_here:
                wrong.append(f"{name}\n    Motor's output: {printed!r}\n    here: {printed_here!r}")
    print(f"{'':44}{'examples':>10}{'with Motor':>12}{'of these here':>15}{'here alone':>12}")
    total = [sum(column) for column in zip(*rows.values(), strict=True)]
    for page, row in (*rows.items(), ("all", total)):
        print(f"{page:44}{row[0]:10}{row[1]:12}{row[2]:15}{row[3]:12}")
    for each in wrong:
        print(each)
    if whole:
        for pattern in sorted(patterns.keys() - needed):
            wrong.append(pattern)
            print(f"{pattern}: runs, so it must leave {REASONS.name}")
    return not wrong


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("words", nargs="*")
    parser.add_argument("--group", type=Path)
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("--program")
    parser.add_argument("--port", type=int)
    parser.add_argument("--cache", type=Path, default=Path(sys.prefix) / "upstream")
    options, others = parser.parse_known_args()
    if options.group or options.program:
        use_the_server(os.environ["EXAMPLES_URI"])
    if options.program:
        start_program(options.program, options.port, others)
        return 0
    if options.group:
        if options.way == "here":  # for names_at_hand: the examples name the package themselves
            import tornado_pymongo.motor

            tornado_pymongo.motor.install()
        print(json.dumps(run_group(options.group, options.way)), flush=True)
        os._exit(0)
    folder = fetch("motor", options.cache)
    work = options.cache / "examples"
    shutil.rmtree(work, ignore_errors=True)
    for way in WAYS:
        extract(folder, work / way)
    move_in(work / "here")
    found: dict[str, dict[str, dict[str, tuple[str, str]]]] = defaultdict(dict)
    for way in WAYS:
        with MongoServer() as server:
            os.environ["EXAMPLES_URI"] = server.uri
            pages = {path.parent.parent for path in (work / way).rglob("*.py")} - {work / way}
            for page in sorted(pages):
                name = str(page.relative_to(work / way))
                if name != "." and (
                    not options.words or any(word in name for word in options.words)
                ):
                    print(f"{time.strftime('%X')} {way}: {name}", file=sys.stderr, flush=True)
                    found[way][name] = {}
                    for group in sorted(page.iterdir()):
                        found[way][name].update(in_a_process(group, way))
            for path in sorted((work / way / "programs").glob("*.py")):
                if not options.words or "programs" in options.words:
                    found[way].setdefault("programs", {})[path.name] = run_program(path, server)
    return int(not compare(found, whole=not options.words))


if __name__ == "__main__":
    sys.exit(main())
