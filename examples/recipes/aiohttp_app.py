"""An API with aiohttp: the client lives as long as the application."""

import os
from collections.abc import AsyncIterator

from aiohttp import web

import tornado_pymongo

CLIENT = web.AppKey("CLIENT", tornado_pymongo.MongoClient)


async def client_of(app: web.Application) -> AsyncIterator[None]:
    """Make the client before the first request, and close it after the last one."""
    uri = os.environ.get("MONGODB_URI", "mongodb://localhost:27017")
    async with tornado_pymongo.MongoClient(uri, serverSelectionTimeoutMS=2000) as client:
        app[CLIENT] = client
        yield


async def list_teas(request: web.Request) -> web.Response:
    """Return all teas by name."""
    cursor = request.app[CLIENT].shop.teas.find({}, {"_id": False}).sort("name")
    return web.json_response([tea async for tea in cursor])


def make_app() -> web.Application:
    """Return the application."""
    app = web.Application()
    app.cleanup_ctx.append(client_of)
    app.router.add_get("/teas", list_teas)
    return app


if __name__ == "__main__":
    web.run_app(make_app(), shutdown_timeout=20)
