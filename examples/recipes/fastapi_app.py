"""An API with FastAPI: the client lives as long as the application, and handlers depend on it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import pymongo
from bson import ObjectId
from bson.errors import InvalidId
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from pymongo.errors import ConnectionFailure

import tornado_pymongo


class Tea(BaseModel):
    name: str
    grams: int


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Make the client before the first request, and close it after the last one."""
    uri = os.environ.get("MONGODB_URI", "mongodb://localhost:27017")
    async with tornado_pymongo.MongoClient(uri, serverSelectionTimeoutMS=2000) as client:
        app.state.client = client
        yield


def get_teas(request: Request) -> Any:
    """Return the collection: a test can replace this dependency."""
    return request.app.state.client.shop.teas


Teas = Annotated[tornado_pymongo.Collection, Depends(get_teas)]
app = FastAPI(lifespan=lifespan)


@app.post("/teas", status_code=201)
async def add_tea(tea: Tea, teas: Teas) -> dict[str, str]:
    """Insert a tea."""
    result = await teas.insert_one(tea.model_dump())
    return {"id": str(result.inserted_id)}


@app.get("/teas/{tea_id}")
async def get_tea(tea_id: str, teas: Teas) -> Tea:
    """Return one tea, or 404."""
    try:
        tea = await teas.find_one({"_id": ObjectId(tea_id)})
    except InvalidId:
        tea = None
    if tea is None:
        raise HTTPException(404)
    return Tea(**tea)


@app.get("/ready")
async def ready(request: Request) -> dict[str, bool]:
    """Answer 200 if MongoDB answers within a second."""
    with pymongo.timeout(1):
        await request.app.state.client.admin.command("ping")
    return {"ready": True}


@app.exception_handler(ConnectionFailure)
@app.exception_handler(tornado_pymongo.TooManyCalls)
async def unavailable(request: Request, error: Exception) -> JSONResponse:
    """Answer 503 if MongoDB is away, or too many calls wait for it."""
    return JSONResponse({"detail": "try again later"}, 503, {"Retry-After": "5"})
