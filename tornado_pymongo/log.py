"""Logs all records of the library, by the one logger ``tornado_pymongo``.

Each record has attributes for programs that read logs: `mongo_event`, the stable name of the event,
and the figures of its message, each as ``mongo_`` and its name there. The prefix avoids clashes:
logging raises KeyError if another component, such as an application's record factory, has set an
attribute of the same name.
"""

from __future__ import annotations

import logging

logger: logging.Logger = logging.getLogger("tornado_pymongo")

Figure = int | float | str  # what anybody can write as JSON, and what holds no reference


def warning(event: str, message: str, **figures: Figure) -> None:
    """Log that something is not as it should be, but harms no call, or what it harms is told.

    :param event: its name, as the documentation has it.
    :param message: the text, with the figures as ``%(name)s``.
    """
    _log(logging.WARNING, event, message, figures, with_error=False)


def error(event: str, message: str, with_error: bool = False, **figures: Figure) -> None:
    """Log that something went wrong that nobody else is told of.

    :param with_error: whether the error that is being handled belongs to it, with its traceback.
    """
    _log(logging.ERROR, event, message, figures, with_error)


def class_and_code(error: BaseException | None) -> str:
    """Return the class and the code of an error, but not its text, which may hold values."""
    code = getattr(error, "code", None)
    return type(error).__name__ + ("" if code is None else f" (code {code})")


def _log(
    level: int, event: str, message: str, figures: dict[str, Figure], with_error: bool
) -> None:
    logger.log(
        level,
        message,
        *([figures] if figures else []),
        exc_info=with_error or None,
        stacklevel=3,
        extra={"mongo_event": event, **{f"mongo_{name}": figures[name] for name in figures}},
    )
