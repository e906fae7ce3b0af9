"""What is released is of one version, and what the tests run with is written down."""

from __future__ import annotations

import configparser
import re
import sys
from pathlib import Path

import tornado_pymongo

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # pytest brings it

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))

from tools import sizing  # noqa: E402


def names(requirements: str) -> set[str]:
    """Return the names of the distributions in a text of requirements, as registries write them."""
    found = re.findall(r"^\s*([A-Za-z][\w.-]*)", re.sub(r"#.*|\\\n", "", requirements), re.M)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in found}


def test_the_version_stands_in_one_place():
    """The package has it; the changelog's first heading is of it, and nobody else names it."""
    version = tornado_pymongo.__version__
    headings = re.findall(r"^(\d\S*) \((\S+)\)\n-+$", (ROOT / "CHANGELOG.rst").read_text(), re.M)
    assert headings[0][0] == version
    assert all(re.fullmatch(r"unreleased|\d{4}-\d\d-\d\d", when) for _, when in headings)
    assert f'__version__ = "{version}"' in (ROOT / "tornado_pymongo" / "__init__.py").read_text()
    for name in "setup.cfg", "pyproject.toml", "tox.ini", "README.rst", "docs/conf.py":
        lines = (ROOT / name).read_text().splitlines()
        named = re.compile(rf"(?<![\d.]){re.escape(version)}(?![\d.])")
        assert not [line for line in lines if named.search(line)], name


def test_everything_that_the_tests_install_is_pinned():
    """But this package, and PyMongo and Tornado where an environment has a version of its own."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    extras = "\n".join(config["options.extras_require"].values())
    for group in tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"].values():
        extras += "\n" + "\n".join(each for each in group if isinstance(each, str))
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini")
    by_hand = "\n".join(section.get("deps", "") for section in map(tox.__getitem__, tox.sections()))
    by_hand = re.sub(r"^[\w.,-]+: *", "", by_hand, flags=re.M)
    drivers = names(config["options"]["install_requires"])
    pinned = {
        name: names((ROOT / "requirements" / name).read_text())
        for name in ("drivers.txt", "but-drivers.txt", "tox.in")
    }
    assert pinned["drivers.txt"] == drivers == {"pymongo", "tornado"}
    assert not drivers & pinned["but-drivers.txt"]
    assert names(by_hand) - drivers <= pinned["tox.in"]
    assert (names(extras) | pinned["tox.in"]) - drivers - {"tornado-pymongo"} <= (
        pinned["but-drivers.txt"]
    )


def test_the_extras_are_for_users_alone():
    """What develops this project is in dependency groups, of which a wheel says nothing."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    assert set(config["options.extras_require"]) == {"aiohttp", "mongod", "mongod-openssl3", "web"}
    for requirements in config["options.extras_require"].values():
        assert not names(requirements) & {"pytest", "sphinx", "ruff", "mypy", "motor", "uvicorn"}


COSTS = {
    "process_bytes": 40e6,
    "connection_bytes": 10e3,
    "connection_bytes_at_server": 100e3,
    "monitor_connections": 2,
    "thread_and_connection_bytes": 60e3,
    "waiting_call_bytes": 3e3,
    "stream_bytes": 20e3,
    "stream_bytes_at_server": 50e3,
}


def test_a_size_is_what_one_gets_by_hand():
    """Of 3,000 calls a second of 10 ms, 400 µs of them computing; 10 streams; three members."""
    load = sizing.Load(rate=3000, latency=0.01, cpu=400e-6, streams=10, members=3, queue=1000)
    found = sizing.size(load, COSTS)
    assert found.processes == 2  # 1.2 cores at 60 %
    assert found.cpu_share == 0.6
    assert found.in_flight == 15  # 1,500 calls a second, of 10 ms
    assert (found.max_workers, found.max_stream_workers, found.max_pool_size) == (46, 5, 51)
    assert found.most_calls_per_second == 2500  # by CPU time, not by threads
    assert found.connections_per_server == 2 * (51 + 2)
    threads, connections = 51, 3 * 53
    by_hand = 40e6 + threads * 60e3 + (connections - threads) * 10e3 + 1000 * 3e3 + 5 * 20e3
    assert found.memory == by_hand
    assert found.memory_at_server == 106 * 100e3 + 10 * 50e3


def test_too_few_threads_bound_the_calls_of_a_second():
    """By Little's law, where the server is slow and hardly any calls are expected."""
    found = sizing.size(sizing.Load(rate=1, latency=1, cpu=0.001), COSTS)
    assert found.max_workers == 4
    assert round(found.most_calls_per_second, 3) == round(4 / 1.001, 3)


def test_the_tables_of_the_page_are_made_from_the_measured_figures():
    for path, table in sizing.tables(sizing.COSTS).items():
        assert path.read_text() == table, "run: python tools/sizing.py --tables"


def test_the_calculator_prints_what_a_load_needs(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["sizing.py", "--rate", "3000", "--latency-ms", "10"])
    sizing.main()
    assert re.search(r"^maxPoolSize +\d+$", capsys.readouterr().out, re.M)
