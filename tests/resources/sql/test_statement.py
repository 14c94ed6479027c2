"""What a statement may contain, read by the engine's own parser."""

import duckdb
import pytest

from resources.sql.statement import NotAllowed, tables_of

_OFFERED = ("prices", "candles")


@pytest.mark.parametrize(
    ("sql", "read"),
    [
        ("SELECT 1", []),
        ("FROM prices, main.CANDLES", ["candles", "prices"]),
        ("WITH a AS (FROM prices), b AS (FROM a) FROM b", ["prices"]),
        ("WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) FROM t", []),
        ("WITH prices AS (FROM candles) FROM prices", ["candles", "prices"]),
        ('WITH tables AS (SELECT 1), "my columns" AS (FROM tables) FROM "my columns"', []),
    ],
)
def test_a_statement_reads_what_is_offered(sql: str, read: list[str]) -> None:
    with duckdb.connect() as connection:
        assert tables_of(connection, sql, _OFFERED) == read


def test_no_name_of_the_engines_own_can_be_made() -> None:
    """Else it would count as made where it is not in scope, and be read of the engine."""
    with duckdb.connect() as connection:
        rows = connection.execute(
            "SELECT view_name FROM duckdb_views() UNION SELECT table_name FROM duckdb_tables() "
            "UNION SELECT DISTINCT function_name FROM duckdb_functions()"
        ).fetchall()
        own = [name for (name,) in rows if _is_read(connection, name)]
        assert len(own) > 30
        for name in own:
            for spelling in (name, name.upper()):
                with pytest.raises(NotAllowed):
                    tables_of(connection, f'WITH "{spelling}" AS (SELECT 1) SELECT 1', _OFFERED)


def _is_read(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    try:
        connection.execute(f'FROM "{name}" LIMIT 0')
    except duckdb.Error:
        return False
    return True
