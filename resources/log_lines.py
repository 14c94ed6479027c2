"""Logs as lines of JSON on stderr, without secrets: the one set-up of all our processes.

    {"time":"2026-11-22T12:00:00.123Z","level":"warning","logger":"api.live.tail",
     "message":"new commits wait: the ledger cannot be used","run_id":"5f0c…"}

`run_id` stands in lines of a run of Dagster, `exception` where there is a trace; a line of the
access log has fields of its own. Text is escaped as JSON, in ASCII, so that nothing in it can
begin a line or move a cursor. Where stderr goes is decided by whoever starts the process.
"""

import json
import logging
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TextIO

from resources.redaction import Redaction

_ROOMS = ("api", "assets", "pipelines", "resources", "sandbox")
# They bring handlers of their own, which write no JSON.
_OF_SERVERS = ("uvicorn", "uvicorn.error", "uvicorn.access")
_LONGEST = 20_000
_run: list[str] = []
# `json.dumps` would make one for each line.
_encoded = json.JSONEncoder(default=str).encode


def configure(level: str, secrets: Iterable[str] = ()) -> None:
    """Write lines of `level` and graver, of other packages only warnings; `secrets` are masked.

    The last call holds.
    """
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, _ToStderr)]:
        root.removeHandler(handler)
    written = _ToStderr()
    written.setFormatter(JsonLines(Redaction(secrets)))
    root.addHandler(written)
    least = logging.getLevelNamesMapping()[level.upper()]
    root.setLevel(max(logging.WARNING, least))
    for room in _ROOMS:
        logging.getLogger(room).setLevel(least)
    for name in _OF_SERVERS:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def message_of(text: str) -> str:
    """The message of a line as we write it; of any other all of it."""
    try:
        return str(json.loads(text)["message"])
    except (ValueError, TypeError, KeyError):
        return text


@contextmanager
def in_run(run_id: str | None) -> Iterator[None]:
    """Lines that any thread of this process writes meanwhile carry the run's id."""
    if run_id is None:
        yield
        return
    _run.append(run_id)
    try:
        yield
    finally:
        _run.remove(run_id)


def line(
    logger: str, level: int, message: str, at: float, fields: Mapping[str, Any]
) -> logging.LogRecord:
    """A line of something that was at `at` (s since 1970, UTC), with `fields` of its own."""
    record = logging.LogRecord(logger, level, "", 0, message, None, None)
    record.created = at
    record.fields = fields
    return record


class JsonLines(logging.Formatter):
    """One line of JSON for each record, redacted."""

    def __init__(self, redaction: Redaction) -> None:
        super().__init__()
        self._redaction = redaction

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        said: dict[str, Any] = {
            "time": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._clean(record.getMessage()),
        }
        if _run:
            said["run_id"] = _run[-1]
        for name, value in getattr(record, "fields", {}).items():
            said[name] = self._clean(value) if isinstance(value, str) else value
        if record.exc_info:
            said["exception"] = self._clean(self.formatException(record.exc_info))
        return _encoded(said)

    def _clean(self, text: str) -> str:
        # Cut after it was cleaned: half of a secret would not be known for one.
        return self._redaction(text)[:_LONGEST]


class _ToStderr(logging.StreamHandler[TextIO]):
    """Writes to what sys.stderr is at the time: Dagster puts a file in its place for each step."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr
