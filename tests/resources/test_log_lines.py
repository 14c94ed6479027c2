"""Logs are lines of JSON, whatever is logged."""

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.dagster_resources import LedgerResource
from resources.ledger import Ledger
from resources.log_lines import JsonLines, in_run, line, message_of
from resources.redaction import Redaction

PROGRAM = """
import logging
from resources import log_lines
log_lines.configure("{level}", ["the-provider-key"])
log_lines.configure("{level}", ["the-provider-key"])
log = logging.getLogger("resources.anything")
log.debug("debug")
log.info("one\\ntwo: %s", "the-provider-key")
logging.getLogger("foreign").info("not ours")
logging.getLogger("foreign").warning("https://u:p@host/")
logging.getLogger("uvicorn.error").error("from the server")
try:
    raise ValueError("api_key=12345678")
except ValueError:
    log.exception("failed")
"""


def said(record: logging.LogRecord) -> dict[str, Any]:
    text = JsonLines(Redaction()).format(record)
    assert text.isascii()
    assert "\n" not in text
    return dict(json.loads(text))


def record(message: str, *args: object) -> logging.LogRecord:
    return logging.LogRecord("api.x", logging.WARNING, "", 0, message, args, None)


def lines(level: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(level=level)],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == ""
    return [json.loads(one) for one in done.stderr.splitlines()]


def test_a_process_writes_each_line_once_and_no_secret() -> None:
    found = lines("info")
    assert [(one["level"], one["logger"], one["message"]) for one in found] == [
        ("info", "resources.anything", "one\ntwo: ***"),
        ("warning", "foreign", "https://***@host/"),
        ("error", "uvicorn.error", "from the server"),
        ("error", "resources.anything", "failed"),
    ]
    assert found[-1]["exception"].endswith("ValueError: api_key=***")
    assert all(one["time"].endswith("Z") for one in found)


@pytest.mark.parametrize(("level", "count"), [("debug", 5), ("warning", 3), ("error", 2)])
def test_the_level_is_that_of_the_settings(level: str, count: int) -> None:
    assert len(lines(level)) == count


@given(st.text())
def test_no_text_breaks_a_line(text: str) -> None:
    assert "message" in said(record("%s", text))


@pytest.mark.parametrize(
    "text", ["\ud800", "\x1b[2J", "\u2028", '"}\n{"level":"error"', "a" * 99_999]
)
def test_no_text_forges_a_line_or_moves_a_cursor(text: str) -> None:
    assert said(record("%s", text))["message"] == text[:20_000]


def test_lines_of_a_run_carry_its_id() -> None:
    with in_run("5f0c"):
        assert said(record("within"))["run_id"] == "5f0c"
    with in_run(None):
        assert "run_id" not in said(record("outside"))


def test_fields_of_a_line_are_its_own() -> None:
    made = line(
        "api.access_log", logging.INFO, "request", 0.5, {"path": "/hw_0123456789", "ms": 1.5}
    )
    assert said(made) == {
        "time": "1970-01-01T00:00:00.500Z", "level": "info", "logger": "api.access_log",
        "message": "request", "path": "/***", "ms": 1.5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [('{"message": "no port"}', "no port"), ("Traceback", "Traceback"), ("[]", "[]"), ("{}", "{}")],
)
def test_the_message_of_a_line_is_read_back(text: str, expected: str) -> None:
    assert message_of(text) == expected


def test_a_run_of_dagster_is_named_in_what_it_logs(tmp_path: Path) -> None:
    @dg.op
    def logging_op(ledger: dg.ResourceParam[Ledger]) -> str:
        assert ledger.now()
        return str(said(record("within"))["run_id"])

    @dg.job(resource_defs={"ledger": LedgerResource(url=f"sqlite:///{tmp_path / 'ledger.db'}")})
    def logging_job() -> None:
        logging_op()

    result = logging_job.execute_in_process()
    assert result.output_for_node("logging_op") == result.run_id
    assert "run_id" not in said(record("after"))
