"""What is logged: by one logger, each record with its name and its figures, all in the guide."""

from __future__ import annotations

import ast
import json
import logging
import re
from pathlib import Path

import pytest

import tornado_pymongo
from tornado_pymongo import log
from tornado_pymongo.internals import contract

PACKAGE = Path(tornado_pymongo.__file__).parent
GUIDE = Path(__file__).parents[1] / "docs" / "guide" / "tracing.rst"


def calls():
    """Return each call of the module `log` in the library."""
    return [
        node
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        if ast.unparse(node.func) in ("log.info", "log.warning", "log.error")
    ]


def figures_of(call):
    return {keyword.arg for keyword in call.keywords} - {"with_error"}


def records():
    """Return the level, the message and the figures of each record, by its name."""
    told = {}
    for call in calls():
        if isinstance(call.args[0], ast.Constant):
            event, message = (ast.literal_eval(argument) for argument in call.args)
            told[event] = (call.func.attr, message, figures_of(call))
        else:  # one call for all that `contract` lists
            _, message = call.args
            for need in contract.NEEDS:
                text = need.without + ast.literal_eval(message.right)
                told[need.event] = (call.func.attr, text, figures_of(call))
    return told


def test_nothing_is_logged_past_it():
    for path in PACKAGE.rglob("*.py"):
        if path.name != "log.py":
            imported = re.findall(r"^\s*(?:import|from) logging\b", path.read_text(), re.MULTILINE)
            assert not imported, f"{path} logs for itself"


def test_each_message_tells_its_figures_and_no_others():
    for _, message, figures in records().values():
        assert set(re.findall(r"%\((\w+)\)", message)) == figures


def test_the_guide_has_each_record_with_its_level_and_its_figures():
    rows = re.findall(
        r"^   \* - ``(\w+)``\n     - (info|warning|error)\n     -(.*)\n",
        GUIDE.read_text(),
        re.MULTILINE,
    )
    told = {event: (level, set(re.findall(r"``(\w+)``", names))) for event, level, names in rows}
    assert len(told) == len(rows)
    assert told == {
        event: (level, {f"mongo_{name}" for name in figures})
        for event, (level, _, figures) in records().items()
    }


def test_a_record_has_its_name_its_figures_and_where_it_comes_from(caplog):
    log.warning("something", "%(number)d of %(things)s", number=2, things="them")
    (record,) = caplog.records
    assert record.getMessage() == "2 of them"
    assert (record.name, record.levelname) == ("tornado_pymongo", "WARNING")
    assert (record.mongo_event, record.mongo_number, record.mongo_things) == (
        "something",
        2,
        "them",
    )
    assert record.funcName == "test_a_record_has_its_name_its_figures_and_where_it_comes_from"
    assert record.exc_info is None


def test_one_without_figures_may_have_percent_signs(caplog):
    log.warning("something", "100 %")
    assert caplog.messages == ["100 %"]


def test_an_error_can_have_its_traceback(caplog):
    try:
        raise ValueError("this one")
    except ValueError:
        log.error("something", "it failed", with_error=True)
    assert "ValueError: this one" in caplog.text
    assert caplog.records[0].levelname == "ERROR"


def test_attributes_of_an_application_are_not_in_the_way(caplog):
    """Logging raises a KeyError where an attribute is there already."""
    ordinary = logging.getLogRecordFactory()

    def make_record(*args, **kwargs):
        record = ordinary(*args, **kwargs)
        record.event = record.waiting = record.error = record.max_workers = "the application's"
        return record

    logging.setLogRecordFactory(make_record)
    try:
        log.warning("something", "%(waiting)d, %(max_workers)d", waiting=1, max_workers=2)
    finally:
        logging.setLogRecordFactory(ordinary)
    (record,) = caplog.records
    assert (record.waiting, record.mongo_waiting) == ("the application's", 1)


@pytest.mark.parametrize("figures", [{}, {"results": 3}])
def test_its_attributes_can_be_written_as_json(caplog, figures):
    log.warning("something", "...", **figures)
    attributes = {
        name: value for name, value in vars(caplog.records[0]).items() if name.startswith("mongo_")
    }
    assert json.loads(json.dumps(attributes)) == {
        "mongo_event": "something",
        **{f"mongo_{name}": value for name, value in figures.items()},
    }
