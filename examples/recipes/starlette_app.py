"""An API with Starlette: the client is part of the state that each request has."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

import tornado_pymongo


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
    """Make the client before the first request, and close it after the last one."""
    uri = os.environ.get("MONGODB_URI", "mongodb://localhost:27017")
    async with tornado_pymongo.MongoClient(uri, serverSelectionTimeoutMS=2000) as client:
        yield {"teas": client.shop.teas}


async def list_teas(request: Request) -> JSONResponse:
    """Return all teas by name."""
    cursor = request.state.teas.find({}, {"_id": False}).sort("name")
    return JSONResponse([tea async for tea in cursor])


app = Starlette(routes=[Route("/teas", list_teas)], lifespan=lifespan)
