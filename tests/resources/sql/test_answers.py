"""The answer of a statement, made in the process of the test."""

import json
from collections.abc import Callable

import duckdb
import pytest

from resources.sql.answers import TooLong, told
from resources.sql.wire import Form

_MOST = 100_000


def nested(levels: int) -> str:
    """A statement whose type doubles with each level, and whose value is null."""
    sql = "SELECT NULL::INTEGER AS x"
    for _ in range(levels):
        sql = f"SELECT CASE WHEN false THEN {{'a': x, 'b': x}} END AS x FROM ({sql})"
    return sql


def many(levels: int) -> str:
    """A statement whose columns double with each level; it has no row."""
    sql = "SELECT 1 AS a_column_with_quite_a_name WHERE false"
    for _ in range(levels):
        sql = f"SELECT *, * FROM ({sql})"
    return sql


@pytest.mark.parametrize("form", ["json", "csv", "parquet", "arrow"])
@pytest.mark.parametrize("statement", [nested, many])
def test_names_and_types_count_too(statement: Callable[[int], str], form: Form) -> None:
    connection = duckdb.connect()
    small = told(connection.sql(statement(4)), form, 10, _MOST)
    assert len(small.body) + len(json.dumps(small.columns)) < _MOST
    with pytest.raises(TooLong):
        told(connection.sql(statement(14)), form, 10, _MOST)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("9" * 4_000, int("9" * 4_000)),
        ("9" * 6_000, "9" * 6_000),
        ("-" + "9" * 6_000, "-" + "9" * 6_000),
        ("1e999", None),
        ('"\\ud83d\\ude00"', "\N{GRINNING FACE}"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_no_json_of_a_statement_ends_its_process(value: str, expected: object) -> None:
    connection = duckdb.connect()
    for form in ("json", "csv", "parquet", "arrow"):
        for sql in (f"SELECT '{value}'::JSON", f"SELECT ['{value}'::JSON]"):
            answer = told(connection.sql(sql), form, 10, _MOST)
            if form == "json":
                assert json.loads(answer.body)[0] in (expected, [expected])
