"""What is cancelled, at whichever point, loses nothing and leaves nothing behind."""

from __future__ import annotations

import pymongo
import pytest
from driver import Proxy, run_seed
from faults import FAULTS
from operations import KINDS, prepare
from pymongo.uri_parser import parse_uri

pytestmark = pytest.mark.slow

# How many points of a seed's operation are tried here. All of them, and 1,000 seeds: see
# ``tox run -e cancelling``.
MOST = 5


@pytest.fixture(scope="module")
def servers(mongo_server):
    """Return a client of PyMongo's, and a proxy, of the server."""
    ((host, port),) = parse_uri(mongo_server.uri)["nodelist"]
    with pymongo.MongoClient(mongo_server.uri) as direct, Proxy(host, port) as proxy:
        prepare(direct)
        yield direct, proxy
        direct.drop_database("cancelling")


@pytest.mark.parametrize("seed", range(60))
def test_nothing_is_lost_and_nothing_stays_behind(servers, seed):
    """An operation that is cancelled leaves what the model of its kind allows."""
    faults = run_seed(seed, KINDS, *servers, MOST)
    assert not faults, "\n".join(
        [*faults, f"again: python tests/cancelling --first {seed} --seeds 1"]
    )


@pytest.mark.parametrize(
    ("fault", "kind"), FAULTS, ids=[f"{fault.__name__}-{kind.__name__}" for fault, kind in FAULTS]
)
def test_it_finds_a_fault_that_is_put_back(servers, monkeypatch, fault, kind):
    """A driver that finds nothing proves nothing: a few seeds find each of these."""
    fault(monkeypatch)
    assert any(run_seed(seed, [kind], *servers, MOST) for seed in range(20))
