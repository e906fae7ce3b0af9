"""A service that can be deployed: health, readiness, metrics, and a graceful shutdown.

MONGODB_URI=mongodb://localhost:27017 PORT=8888 python service.py
"""

import asyncio
import os

import pymongo
from pymongo.errors import PyMongoError
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

import tornado_pymongo
from tornado_pymongo.metrics import MetricsHandler
from tornado_pymongo.web import GracefulHTTPServer


class Health(RequestHandler):
    """The process lives. It does not ask MongoDB: a restart would not bring that back."""

    def get(self) -> None:
        self.write("ok")


class Ready(RequestHandler):
    """The process can serve: 503 takes it out of the load balancer."""

    def initialize(self, client: tornado_pymongo.MongoClient) -> None:
        self.client = client

    async def get(self) -> None:
        try:
            with pymongo.timeout(1):
                await self.client.admin.command("ping")
        except PyMongoError:  # TooManyCalls is one
            self.set_status(503)


class Orders(RequestHandler):
    def initialize(self, client: tornado_pymongo.MongoClient) -> None:
        self.orders = client.shop.orders

    async def post(self) -> None:
        result = await self.orders.insert_one({"item": self.get_argument("item")})
        self.write({"id": str(result.inserted_id)})


async def main() -> None:
    """Serve until SIGTERM, let the requests in progress end, and close the client."""
    uri = os.environ.get("MONGODB_URI", "mongodb://localhost:27017")
    async with tornado_pymongo.MongoClient(
        uri, serverSelectionTimeoutMS=2000, timeoutMS=10_000, maxPoolSize=50
    ) as client:
        application = Application(
            [
                ("/health", Health),
                ("/ready", Ready, {"client": client}),
                ("/metrics", MetricsHandler, {"clients": {"shop": client}}),
                ("/orders", Orders, {"client": client}),
            ]
        )
        server = GracefulHTTPServer(application)
        sockets = bind_sockets(int(os.environ.get("PORT", "8888")))
        server.add_sockets(sockets)
        print(f"Serving on port {sockets[0].getsockname()[1]}", flush=True)
        await server.run_until_signal(limit_seconds=20)


if __name__ == "__main__":
    asyncio.run(main())
