"""The same reads of the same files by DuckDB. Answers are the rows as JSON."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import msgspec
from deltalake import DeltaTable

from api.queries.prices import to_row
from benchmarks.written_lake import NEWEST_DAY
from resources.market import Interval
from resources.plan import Window
from resources.schemas import bucket_of, utc

# Twice %, since the clauses of each read are filled in below.
_ISO = "'%%Y-%%m-%%dT%%H:%%M:%%SZ'"
_CANDLES = f"""
    SELECT strftime(t.open_time AT TIME ZONE 'UTC', {_ISO}) AS open_time,
        strftime((t.open_time + to_milliseconds($step)) AT TIME ZONE 'UTC', {_ISO}) AS close_time,
        open, high, low, close, volume, quote_volume, trades, true AS closed,
        CASE mode WHEN 'live' THEN provider ELSE mode || ':' || provider END AS source,
        strftime(t.fetched_at AT TIME ZONE 'UTC', {_ISO}) AS fetched_at
    FROM (SELECT * FROM read_parquet($files, hive_partitioning = true)
        WHERE interval = $interval AND bucket = $bucket AND symbol = $symbol %s) t
    ORDER BY t.open_time"""
_LAST = _CANDLES % "ORDER BY open_time DESC LIMIT 500"
_BETWEEN = _CANDLES % "AND open_time >= $start AND open_time < $end"
_NEWEST = """
    SELECT symbol, price, quote, change_24h, n_sources, spread_bps, quality, providers, mode,
        epoch_ms(t.minute) AS "at", epoch_ms(t.observed_at) AS observed_at,
        epoch_ms(t.fetched_at) AS fetched_at
    FROM read_parquet($files, hive_partitioning = true) t
    WHERE day >= $day AND symbol IN $symbols
    QUALIFY row_number() OVER (PARTITION BY symbol ORDER BY t.minute DESC) = 1 ORDER BY symbol"""


class Duck:
    """Reads the files of the newest version of a table, which it follows by its Delta log.

    It is handed all of them, its WHERE names the partitions; or, `chosen`, only those of the
    partitions.
    """

    def __init__(self, home: Path, interval: Interval, *, chosen: bool) -> None:
        self._interval = interval
        self._chosen = chosen
        self._connection = duckdb.connect()
        self._candles = DeltaTable(str(home / "lake" / "candles"))
        self._prices = DeltaTable(str(home / "lake" / "prices"))

    def last(self, market: str) -> bytes:
        return self._read_candles(_LAST, market)

    def between(self, market: str, window: Window) -> bytes:
        return self._read_candles(_BETWEEN, market, start=utc(window.start), end=utc(window.end))

    def newest(self, assets: Sequence[str]) -> bytes:
        files = _files(self._prices)
        if self._chosen:
            files = [file for file in files if file[file.index("/day=") :] >= f"/day={NEWEST_DAY}"]
        rows = self._rows(_NEWEST, files=files, day=NEWEST_DAY, symbols=assets)
        return msgspec.json.encode([to_row(row) for row in rows])

    def _read_candles(self, query: str, market: str, **more: object) -> bytes:
        bucket, files = bucket_of(market), _files(self._candles)
        if self._chosen:
            folder = f"/interval={self._interval}/bucket={bucket}/"
            files = [file for file in files if folder in file]
        named = {"interval": str(self._interval), "step": self._interval.ms}
        where = {**named, "bucket": bucket, "symbol": market, **more}
        return msgspec.json.encode(self._rows(query, files=files, **where))

    def _rows(self, query: str, **parameters: object) -> list[dict[str, Any]]:
        answer = self._connection.execute(query, parameters)
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def _files(table: DeltaTable) -> list[str]:
    table.update_incremental()
    return table.file_uris()
