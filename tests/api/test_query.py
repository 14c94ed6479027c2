"""SQL over the tables: what it answers."""

import csv
import io
from typing import Any

import httpx
import polars as pl
import pytest

from resources.ledger.alerts import News, tell
from resources.sql.offered import offered
from tests.api.asking import answered, ask
from tests.api.server import Store, served
from tests.api.world import HOURS
from tests.markdown import code, read, rows, section


def test_who_has_no_key_is_not_answered(asker: httpx.Client) -> None:
    with httpx.Client(base_url=asker.base_url, trust_env=False) as anyone:
        assert ask(anyone, "SELECT 1").status_code == 401
        assert anyone.get("/api/query/tables").status_code == 401


def test_a_statement_is_answered_with_its_columns_and_rows(asker: httpx.Client) -> None:
    sql = "SELECT symbol, close, open_time FROM candles WHERE interval = '1h' ORDER BY open_time"
    answer = ask(asker, sql).json()
    assert answer["columns"] == [
        {"name": "symbol", "type": "VARCHAR"},
        {"name": "close", "type": "DOUBLE"},
        {"name": "open_time", "type": "TIMESTAMP WITH TIME ZONE"},
    ]
    assert (answer["row_count"], answer["truncated"]) == (len(HOURS), False)
    assert answer["rows"][0] == ["BTC/USDT", 100.0, "2024-01-30T00:00:00Z"]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1.50::DECIMAL(5, 2)", 1.5),
        ("sum(2)", 2),
        ("170141183460469231731687303715884105727::HUGEINT", 2**127 - 1),
        ("'nan'::DOUBLE", None),
        ("'-infinity'::DOUBLE", None),
        ("NULL", None),
        ("TIMESTAMP '2024-01-02 03:04:05.5'", "2024-01-02T03:04:05.5Z"),
        ("TIMESTAMPTZ '2024-01-02 03:04:05+02'", "2024-01-02T01:04:05Z"),
        ("'infinity'::TIMESTAMPTZ", "infinity"),
        ("TIMESTAMP '290000-01-02 00:00:00'", "290000-01-02T00:00:00Z"),
        ("DATE '2024-01-02'", "2024-01-02"),
        ("TIME '03:04:05'", "03:04:05"),
        ("INTERVAL 2 DAY", "2 days"),
        ("'\\xFFa'::BLOB", "/2E="),
        ("[1, NULL, 3]", [1, None, 3]),
        ("['nan'::DOUBLE]", [None]),
        ("{'a': 1, 'b': ['x']}", {"a": 1, "b": ["x"]}),
        ("MAP {'k': 1}", {"k": 1}),
        ("'{\"a\": [1]}'::JSON", {"a": [1]}),
        ("'x'::ENUM('x', 'y')", "x"),
        ("'101'::BIT", "101"),
        ("'00000000-0000-0000-0000-000000000001'::UUID", "00000000-0000-0000-0000-000000000001"),
        ("'naïve \U0001f4a9 \" \\'", "naïve \U0001f4a9 \" \\"),
        ("true", True),
    ],
)  # fmt: skip
def test_each_kind_of_value_has_its_json(asker: httpx.Client, expression: str, value: Any) -> None:
    answer = ask(asker, f"SELECT {expression}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["rows"] == [[value]]
    for form in ("csv", "parquet", "arrow"):
        answer = ask(asker, f"SELECT {expression}", format=form)
        assert answer.status_code == 200, answer.text


def test_columns_may_have_one_name(asker: httpx.Client) -> None:
    answer = ask(asker, "SELECT 1 AS a, 2 AS a").json()
    assert [one["name"] for one in answer["columns"]] == ["a", "a"]
    assert answer["rows"] == [[1, 2]]
    content = ask(asker, "SELECT 1 AS a, 2 AS a", format="parquet").content
    assert pl.read_parquet(io.BytesIO(content)).to_dict(as_series=False) == {"a": [1], "a_1": [2]}


@pytest.mark.parametrize(
    ("sql", "parameters", "found"),
    [
        ("SELECT ? + ?", [1, 2], [[3]]),
        ("SELECT $a || $b", {"a": "x", "b": "'; DROP"}, [["x'; DROP"]]),
        ("SELECT count(*) FROM candles WHERE symbol = ?", ["' OR 1 = 1"], [[0]]),
        ("SELECT 1", [], [[1]]),
        ("SELECT 1 -- the end;", None, [[1]]),
        ("/* a */ SELECT 1 /* b */ ; /* c */", None, [[1]]),
        ("WITH t AS (SELECT 1 AS a) SELECT a FROM t", None, [[1]]),
        ("FROM (VALUES (1), (2)) ORDER BY 1 DESC", None, [[2], [1]]),
        ("SELECT count(*) FROM range(10)", None, [[10]]),
        ("SELECT unnest([1, 2])", None, [[1], [2]]),
    ],
)
def test_statements_take_parameters(
    asker: httpx.Client, sql: str, parameters: Any, found: list[list[Any]]
) -> None:
    assert answered(asker, sql, parameters=parameters) == found


@pytest.mark.parametrize(
    "parameters", [[1, 2], {"a": 1}, [[{"a": 1}]], None, [None], ["x" * 5_000]]
)
def test_parameters_that_do_not_fit_are_invalid_input(asker: httpx.Client, parameters: Any) -> None:
    answer = ask(asker, "SELECT CAST(? AS INTEGER) + 1 WHERE 1 = ?", parameters=parameters)
    assert answer.status_code in (200, 422)
    assert (answer.status_code == 200) == (parameters == [1, 2])


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (str(2**64 - 1), 200),
        (str(-(2**63)), 200),
        (str(2**64), 422),
        (str(-(2**63) - 1), 422),
        (str(10**23), 422),
        (f"[[{10**23}]]", 422),
        (f'{{"a": {10**23}}}', 422),
        ("1" + "0" * 5_000, 422),
        ("1e308", 200),
        ("1e400", 422),
        ("NaN", 422),
        ("-Infinity", 422),
        ('"\\u0000"', 200),
        ('"\\ud800"', 422),
        ('{"\\udfff": 1}', 422),
        (f'"{"x" * 900_000}"', 200),
        ("[" * 100 + "]" * 100, 200),
        ("[" * 900 + "]" * 900, 422),
        ("[" * 5_000 + "]" * 5_000, 422),
        ('[1, "a", null]', 200),
        ('[1, {"a": 1}]', 422),
        ('{"a": 1, "A": 2}', 422),
        ('{"key": [null], "value": [1]}', 422),
        ('{"": 1}', 200),
        ("{}", 200),
        ("[]", 200),
    ],
    ids=lambda value: str(value)[:24],
)
def test_no_parameter_breaks_the_engine(asker: httpx.Client, value: str, status: int) -> None:
    content = f'{{"sql": "SELECT ?", "parameters": [{value}]}}'
    answer = asker.post("/api/query", content=content)
    assert answer.status_code == status, answer.text[:500]
    if status == 422:
        assert answer.json()["type"] == "urn:headwater:invalid-input"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"sql": ""},
        {"sql": 1},
        {"sql": "SELECT 1", "format": "xlsx"},
        {"sql": "SELECT 1", "limit": 0},
        {"sql": "SELECT 1", "more": 1},
        {"sql": "SELECT 1", "parameters": [1] * 101},
        {"sql": "SELECT " + "1" * 20_000},
    ],
)
def test_a_body_that_is_no_statement_is_invalid_input(asker: httpx.Client, body: Any) -> None:
    assert asker.post("/api/query", json=body).status_code == 422


def test_an_answer_ends_where_it_must_and_says_so(asker: httpx.Client) -> None:
    answer = ask(asker, "SELECT * FROM range(1000000000)").json()
    assert (answer["row_count"], answer["truncated"], len(answer["rows"])) == (1_000, True, 1_000)
    answer = ask(asker, "SELECT * FROM range(3)", limit=2).json()
    assert (answer["rows"], answer["truncated"]) == ([[0], [1]], True)
    assert ask(asker, "SELECT * FROM range(3)", limit=10**12).json()["truncated"] is False
    answer = ask(asker, "SELECT * FROM range(3000)", format="csv")
    assert answer.headers["X-Truncated"] == "true"
    assert answer.headers["X-Row-Count"] == "1000"
    assert len(answer.text.splitlines()) == 1_001


def test_files_hold_what_the_json_tells(asker: httpx.Client) -> None:
    sql = "SELECT open_time, symbol, close FROM candles ORDER BY ALL"
    told = answered(asker, sql)
    parquet = pl.read_parquet(io.BytesIO(ask(asker, sql, format="parquet").content))
    arrow = pl.read_ipc(
        io.BytesIO(asker.post("/api/query?format=arrow", json={"sql": sql}).content)
    )
    assert parquet.equals(arrow)
    assert parquet["close"].to_list() == [row[2] for row in told]
    lines = ask(asker, sql, format="csv").text.splitlines()
    assert lines[0] == '"open_time","symbol","close"'
    assert next(csv.reader(lines[1:])) == [str(value) for value in told[0]]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum(a)", "\t=1", "  =1", "＝1"])  # noqa: RUF001
def test_no_cell_of_a_csv_is_a_formula(asker: httpx.Client, text: str) -> None:
    answer = ask(asker, 'SELECT ? AS "=1", -1.5 AS b', parameters=[text], format="csv").text
    assert answer.splitlines()[0] == '"\'=1","b"'
    assert answer.splitlines()[1] == f'"\'{text}",-1.5'


def test_an_empty_lake_has_empty_tables(store: Store) -> None:
    with served(store.settings) as client:
        client.headers["X-API-Key"] = store.key("read")
        for table in offered():
            answer = ask(client, f"SELECT * FROM {table.name} LIMIT 1").json()
            told = {one["name"]: one["type"] for one in answer["columns"]}
            assert told == dict(table.columns), table.name


def test_each_table_has_the_columns_that_are_told(asker: httpx.Client) -> None:
    tables = asker.get("/api/query/tables").json()["tables"]
    assert {one["name"] for one in tables} >= {
        "prices", "candles", "ohlcv", "defi_protocols", "news", "providers", "api_calls",
    }  # fmt: skip
    for table in tables:
        answer = ask(asker, f"SELECT * FROM {table['name']} LIMIT 3")
        assert answer.status_code == 200, (table["name"], answer.text)
        assert answer.json()["columns"] == table["columns"], table["name"]


def test_the_document_lists_each_table_with_its_columns() -> None:
    text = read("docs/query.md")
    for table in offered():
        told = section(text, table.name)
        assert table.about in told, table.name
        assert [row[:2] for row in rows(told)] == [list(one) for one in table.columns.items()]


@pytest.mark.parametrize("number", range(len(code(read("docs/query.md"), "sql"))))
def test_each_example_of_the_document_is_answered(asker: httpx.Client, number: int) -> None:
    answer = ask(asker, code(read("docs/query.md"), "sql")[number])
    assert answer.status_code == 200, answer.text


def test_the_view_has_the_candle_of_a_provider_before_a_made_one(asker: httpx.Client) -> None:
    own = answered(asker, "SELECT count(*) FROM candles")
    made = answered(asker, "SELECT count(*) FROM candles_resampled")
    both = answered(
        asker, "SELECT count(*), count(DISTINCT (symbol, interval, open_time)) FROM ohlcv"
    )
    assert both[0][0] == both[0][1]
    assert own[0][0] <= both[0][0] <= own[0][0] + made[0][0]


def test_what_is_stored_later_is_seen_at_once(market: Store, asker: httpx.Client) -> None:
    sql = "SELECT count(*) FROM alerts"
    before = answered(asker, sql)[0][0]
    with market.ledger.write() as connection:
        tell(connection, market.ledger, News("of this test", "provider_status", "info", "told"))
    assert answered(asker, sql)[0][0] == before + 1
