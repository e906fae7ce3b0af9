"""Tests of the FastAPI application, with a MongoDB that tornado_pymongo starts for the tests."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from fastapi_app import app

from tornado_pymongo.testing import MongoServer


@pytest.fixture
def http(mongo_server: MongoServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Return a client of the application, whose lifespan is run."""
    monkeypatch.setenv("MONGODB_URI", mongo_server.uri)
    with TestClient(app) as client:
        yield client


def test_a_tea_is_found_again(http: TestClient) -> None:
    """By its id alone."""
    tea = {"name": "Assam", "grams": 250}
    added = http.post("/teas", json=tea)
    assert added.status_code == 201
    assert http.get(f"/teas/{added.json()['id']}").json() == tea
    assert http.get("/teas/nonsense").status_code == 404


def test_it_is_ready(http: TestClient) -> None:
    """If MongoDB answers."""
    assert http.get("/ready").json() == {"ready": True}
