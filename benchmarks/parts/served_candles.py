"""The same candles behind three servers: our lake, Datasette's SQLite, ROAPI's memory."""

import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import polars as pl

from api.queries.candles import to_rows
from benchmarks.klines_server import START
from benchmarks.parts.served import Server, api, serving
from benchmarks.written_lake import candle_page, opened
from pipelines.processes import free_port
from resources.candle_view import CandleView
from resources.flush import flush_candles
from resources.ledger import keys
from resources.market import Interval, load_registry
from resources.plan import Window

MOST = 500
INTERVAL = Interval.H1
Rows = list[dict[str, Any]]
_SQLITE, _PARQUET = "candles.db", "candles.parquet"
# A commit of a collection holds as many.
_STEP = 500
_UNBOUNDED = 100_000_000


@dataclass(frozen=True, slots=True)
class Rival:
    """How it is started over a home folder, asked for a market, and what its answer says."""

    start: Callable[[Path], AbstractContextManager[Server]]
    path: Callable[[str], str]
    rows: Callable[[httpx.Response], Rows]


def fill(home: Path, markets: int, length: int) -> list[str]:
    """So many hourly candles of each of the largest coins; returns their markets."""
    registry = load_registry()
    found = [str(registry.main_market(asset)) for asset in registry.active(markets)]
    lake, ledger = opened(home)
    for first in range(0, length, _STEP):
        count = min(_STEP, length - first)
        pages = [
            replace(candle_page(f"C{number:03d}", INTERVAL, first, count), symbol=market)
            for number, market in enumerate(found)
        ]
        flush_candles(lake, ledger, INTERVAL, pages, "live")
    ledger.close()
    _export(home, found, Window(START, START + length * INTERVAL.ms))
    return found


def fresh_key(home: Path) -> str:
    _, ledger = opened(home)
    key = keys.create(ledger, "bench", ("read",), "pro")
    ledger.close()
    return key


def _export(home: Path, markets: Sequence[str], window: Window) -> None:
    lake, ledger = opened(home)
    frames = []
    for market in markets:
        rows = to_rows(CandleView(lake, market, INTERVAL).between(window), INTERVAL)
        frames.append(pl.DataFrame(rows).select(pl.lit(market).alias("symbol"), pl.all()))
    ledger.close()
    table = pl.concat(frames)
    table.write_parquet(home / _PARQUET, row_group_size=8192)
    with sqlite3.connect(home / _SQLITE) as database:
        columns = ", ".join(table.columns)
        marks = ", ".join("?" * table.width)
        key = "PRIMARY KEY (symbol, open_time)"
        database.execute(f"CREATE TABLE candles ({columns}, {key}) WITHOUT ROWID")
        database.executemany(f"INSERT INTO candles VALUES ({marks})", table.rows())
        database.execute("ANALYZE")
    database.close()


def _ours(home: Path) -> AbstractContextManager[Server]:
    # Required, so that loopback is not let through without a look.
    limits = {f"limit_{tier}": _UNBOUNDED for tier in ("pro_minute", "pro_day")}
    return api(home, api_key_required="true", providers="live", **limits)


def _datasette(home: Path) -> AbstractContextManager[Server]:
    port = free_port()
    program = [sys.executable, "-m", "datasette", "serve", "--immutable", str(home / _SQLITE)]
    return serving([*program, "--port", str(port)], port, "/-/versions.json")


def _roapi(home: Path) -> AbstractContextManager[Server]:
    port = free_port()
    program = str(Path(sys.executable).with_name("roapi"))
    table = f"candles={home / _PARQUET}"
    # A line for each request would be charged to it.
    more = {"RUST_LOG": "warn"}
    return serving([program, "-t", table, "-a", f"127.0.0.1:{port}"], port, "/health", more)


_COLUMNS = "open_time, close_time, open, high, low, close, volume, quote_volume, trades, closed, source, fetched_at"


def _datasette_path(market: str) -> str:
    sql = f"select {_COLUMNS} from candles where symbol = :symbol order by open_time desc limit {MOST}"
    return "/candles.json?" + urlencode({"sql": sql, "symbol": market, "_shape": "array"})


def _roapi_path(market: str) -> str:
    asked = {
        "columns": _COLUMNS.replace(" ", ""),
        "filter[symbol]": f"'{market}'",
        "sort": "-open_time",
        "limit": MOST,
    }
    return "/api/tables/candles?" + urlencode(asked)


def _ours_path(market: str) -> str:
    return "/api/ohlcv?" + urlencode({"symbol": market, "interval": INTERVAL, "limit": MOST})


def _listed(answer: httpx.Response) -> Rows:
    """Newest first; SQLite knows no booleans."""
    return [{**row, "closed": bool(row["closed"])} for row in reversed(answer.json())]


RIVALS = {
    "ours": Rival(_ours, _ours_path, lambda answer: list(answer.json()["data"])),
    "Datasette": Rival(_datasette, _datasette_path, _listed),
    "ROAPI": Rival(_roapi, _roapi_path, _listed),
}
