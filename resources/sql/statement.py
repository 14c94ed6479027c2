"""What a statement may contain: one SELECT over the tables that are offered.

It is read as the tree that DuckDB makes of it, never as text, and what is not known to be harmless
is refused: a table function that is not listed here can open files, run text as SQL or tell of the
settings, paths among them.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import msgspec

_TABLE_FUNCTIONS = frozenset({
    "generate_series", "range", "unnest", "repeat", "repeat_row", "json_each", "json_tree",
})  # fmt: skip
# They tell of settings, paths and the process, plan text as SQL, write, or wait.
_FUNCTIONS = frozenset({
    "current_setting", "getenv", "getvariable", "set_config", "current_connection_id",
    "current_query", "current_query_id", "json_serialize_plan", "json_execute_serialized_sql",
    "write_log", "parse_duckdb_log_message", "pg_conf_load_time", "pg_postmaster_start_time",
    "pg_sleep", "sleep_ms", "nextval", "currval", "setval", "stats", "hive_partition_component",
    "query", "query_table", "which_secret", "inet_client_addr", "inet_server_addr",
})  # fmt: skip
# How names of the engine's own views begin. They tell of settings, paths and text of views.
_OWN = ("duckdb_", "pg_", "pragma_", "sqlite_")


class NotAllowed(Exception):
    """`str(error)` is what a caller is told."""


def tables_of(connection: duckdb.DuckDBPyConnection, sql: str, offered: Sequence[str]) -> list[str]:
    """The offered tables that a statement reads. Raises NotAllowed, and duckdb.Error for what
    cannot be read as SQL."""
    if "\0" in sql:
        raise NotAllowed("sql holds a NUL, which no statement does")
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        raise NotAllowed(f"sql must hold one statement, and holds {len(statements)}")
    kind = statements[0].type
    if kind != duckdb.StatementType.SELECT:
        raise NotAllowed(f"only a SELECT is answered, and this is {kind.name}")
    nodes = list(_nodes(_tree(connection, sql)))
    for node in nodes:
        _check(node)
    made = {_made(str(one["key"])) for node in nodes for one in _entries(node.get("cte_map"))}
    return _read(nodes, {name.lower() for name in offered}, made)


def without_end(sql: str) -> str:
    """One statement without its semicolons, so that it can stand within another."""
    text = bytearray(sql.encode())
    for offset, kind in duckdb.tokenize(sql):
        if kind == duckdb.token_type.operator and text[offset : offset + 1] == b";":
            text[offset : offset + 1] = b" "
    return text.decode()


def _tree(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:
    found = connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchone() or ("{}",)
    try:
        tree = msgspec.json.decode(found[0])
    except RecursionError as error:
        raise NotAllowed("the statement is nested too deeply") from error
    if tree.get("error", True):
        raise NotAllowed(f"the statement is not read: {tree.get('error_message', 'unknown')}")
    return tree


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object in it. What users write stands in values alone, never in names of members."""
    left = [tree]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            yield one
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)


def _check(node: dict[str, Any]) -> None:
    if node.get("type") == "SHOW_REF":
        raise NotAllowed("DESCRIBE, SHOW and SUMMARIZE are not answered: see /api/query/tables")
    if node.get("type") == "TABLE_FUNCTION":
        name = str(node["function"]["function_name"]).lower()
        if name not in _TABLE_FUNCTIONS:
            raise NotAllowed(f"the table function {name} may not be used")
    if node.get("class") == "FUNCTION" and str(node["function_name"]).lower() in _FUNCTIONS:
        raise NotAllowed(f"the function {node['function_name']} may not be used")


def _entries(ctes: Any) -> list[dict[str, Any]]:
    return list(ctes["map"]) if isinstance(ctes, dict) else []


def _made(name: str) -> str:
    """A name that WITH makes: it counts in the whole statement, so that where it is not in scope
    it must mean nothing else, neither a view of the engine nor a file."""
    found = name.lower()
    if found.startswith(_OWN) or "." in found:
        raise NotAllowed(f"WITH may not make the name {found[:64]!r}")
    return found


def _read(nodes: Sequence[dict[str, Any]], offered: set[str], made: set[str]) -> list[str]:
    read = set()
    for node in nodes:
        if node.get("type") != "BASE_TABLE":
            continue
        *schema, name = (str(part).lower() for part in node["qualified_name"]["path"])
        known = {(): offered | made, ("main",): offered}.get(tuple(schema), set())
        if name not in known:
            shown = ".".join([*schema, name])[:64]
            raise NotAllowed(f"there is no table {shown!r}; there are {', '.join(sorted(offered))}")
        read.add(name)
    return sorted(read & offered)
