"""What the examples share: a MongoDB, a client of it, a web server, and how they end.

An example is an asynchronous context manager, given a client, of a Tornado application::

    @asynccontextmanager
    async def shop(client):
        ...  # before it opens
        yield serve.application([("/", Index)])  # in a `try`, if something must be ended

    serve.run(shop, __doc__)

It starts a MongoDB of its own, or uses the one that MONGODB_URI names, and listens on this machine
only.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from pymongo.errors import ConnectionFailure, ExecutionTimeout, PyMongoError
from tornado.log import app_log
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler

import tornado_pymongo
from tornado_pymongo.testing import MongoServer
from tornado_pymongo.web import GracefulHTTPServer

FOLDER = Path(__file__).parent

# A page gets nothing from elsewhere, runs no script that stands in it, and is in nobody's frame.
POLICY = (
    "default-src 'none'; connect-src 'self'; img-src 'self'; media-src 'self'; script-src 'self';"
    " style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

# What PyMongo raises when the server is away or too slow, and what tornado_pymongo raises when more
# calls wait for it than may.
UNAVAILABLE = (ConnectionFailure, ExecutionTimeout, tornado_pymongo.TooManyCalls)
SORRY = "MongoDB cannot answer now: try again later"

# Set when this process is told to stop: a response without an end must then come to one.
stopping = asyncio.Event()


class Refusal(HTTPError):
    """A request that cannot be met, and what its sender is told."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status)
        self.message = message


class Handler(RequestHandler):
    """A handler whose errors are pages of one sentence, and fit for people."""

    def set_default_headers(self) -> None:
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("X-Content-Type-Options", "nosniff")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None))[1]
        message = error.message if isinstance(error, Refusal) else HTTPStatus(status_code).phrase
        if isinstance(error, UNAVAILABLE):
            self.set_status(503)
            message = SORRY
        self.finish_with(message)

    def finish_with(self, message: str) -> None:
        """Tell what went wrong: override it to answer in another way."""
        self.render("error.html", message=message)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if isinstance(value, UNAVAILABLE):
            app_log.warning("MongoDB cannot answer now: %s", value)  # no bug, so no traceback
        else:
            super().log_exception(typ, value, tb)


class Page(Handler):
    """A page that is the same for everybody."""

    def initialize(self, template: str) -> None:
        self.template = template

    def get(self) -> None:
        self.render(self.template)


class NotFound(Handler):
    def prepare(self) -> None:
        raise Refusal(404, "there is nothing here")


def application(routes: Sequence[Any], **settings: Any) -> Application:
    """Return an application with the pages' templates, style and scripts."""
    return Application(
        list(routes),
        **{
            "default_handler_class": NotFound,
            "static_path": FOLDER / "static",
            "template_path": FOLDER / "templates",
            "xsrf_cookies": True,
            "xsrf_cookie_kwargs": {"httponly": True, "samesite": "Strict"},
            "websocket_ping_interval": 20,
            **settings,
        },
    )


Example = Callable[[tornado_pymongo.MongoClient], AbstractAsyncContextManager[Application]]


async def main(example: Example, client: tornado_pymongo.MongoClient, options: Any) -> None:
    """Serve an example until this process is told to stop."""
    async with client:
        await client.admin.command("ping")  # where there is no MongoDB, it is said at once
        async with example(client) as served:
            await serve(served, options)


async def serve(served: Application, options: Any) -> None:
    """Serve, and let the requests that are under way come to their ends."""
    server = GracefulHTTPServer(served)
    sockets = bind_sockets(options.port, "127.0.0.1")
    server.add_sockets(sockets)
    address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    serving = asyncio.create_task(server.run_until_signal(limit_seconds=5, on_stop=stopping.set))
    await asyncio.sleep(0)  # from now on it handles signals
    if options.show is not None:
        await options.show(address)
    if options.once:
        await server.shut_down()
        serving.cancel()
    else:
        print(f"Open {address}/ in a browser. Ctrl-C stops it.", flush=True)
        await serving


def run(
    example: Example,
    description: str | None,
    *,
    show: Callable[[str], Awaitable[None]] | None = None,
    mongod_options: Sequence[str] = (),
    **client_options: Any,
) -> None:
    """Start MongoDB, before there is a loop that this could hold up, and serve.

    :param show: is called with the address once it serves, and may be all that is done.
    :param mongod_options: options that MongoDB needs; it is then one of its own in any case.
    :param client_options: options of the client.
    """
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=0, help="0, the default, is any free one")
    parser.set_defaults(once=False, show=show)
    if show is not None:
        parser.add_argument("--once", action="store_true", help="stop when it has shown itself")
    options = parser.parse_args()
    logging.getLogger("tornado.access").setLevel(logging.ERROR)  # a 404 is no news here
    # Without limits a request waits half a minute for a MongoDB that is gone, and for ever for one
    # that is stuck.
    limits: dict[str, Any] = {"serverSelectionTimeoutMS": 5000, "timeoutMS": 5000}
    try:
        with MongoServer(options=mongod_options) as mongodb:
            client = tornado_pymongo.MongoClient(mongodb.uri, **limits | client_options)
            asyncio.run(main(example, client, options))
    except KeyboardInterrupt:
        pass
    except (OSError, PyMongoError) as error:
        sys.exit(f"It cannot start: {error}")
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # PyMongo takes half a second to leave
