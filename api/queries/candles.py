"""Candles as the rows of an answer."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from api.queries.rows import iso
from resources.candle_view import EMPTY, shaped
from resources.lake import Lake, collect
from resources.ledger.commits import Key
from resources.market import Interval
from resources.schemas import CANDLES, bucket_of, utc

Row = dict[str, Any]


def to_rows(frame: pl.DataFrame, interval: Interval) -> list[Row]:
    """The frame as the rows of an answer."""
    return (
        shaped(frame, interval)
        .with_columns(iso("open_time"), iso("close_time"), iso("fetched_at"))
        .to_dicts()
    )


def forming_row(row: Mapping[str, Any], interval: Interval) -> Row:
    """A row of the ledger's forming candles as a row of an answer."""
    times = {name: utc(row[name]) for name in ("open_time", "fetched_at")}
    values = {**row, **times}
    frame = pl.DataFrame({name: [values[name]] for name in EMPTY.columns}, schema=EMPTY.schema)
    return {**to_rows(frame, interval)[0], "closed": False}


def newest_rows(lake: Lake, keys: Iterable[Key]) -> dict[tuple[str, str, int], Row]:
    """The candles that keys of commits name, as rows with symbol and interval.

    By symbol, interval and open time; a candle that is gone by now is left out.
    """
    wanted: dict[Interval, set[tuple[str, int]]] = {}
    for key in keys:
        one = str(key["symbol"]), int(key["newest"])
        wanted.setdefault(Interval(str(key["interval"])), set()).add(one)
    found: dict[tuple[str, str, int], Row] = {}
    for interval, candles in wanted.items():
        frame = _read_named(lake, interval, candles)
        opens = frame["open_time"].dt.epoch("ms")
        rows = zip(frame["symbol"], opens, to_rows(frame.drop("symbol"), interval), strict=True)
        for symbol, opened, row in rows:
            named = {"symbol": symbol, "interval": str(interval)}
            found[symbol, str(interval), opened] = {**named, **row}
    return found


def _read_named(lake: Lake, interval: Interval, candles: set[tuple[str, int]]) -> pl.DataFrame:
    opens = [opened for _, opened in candles]
    where: dict[str, Sequence[str | int]] = {
        "interval": [str(interval)],
        "bucket": sorted({bucket_of(symbol) for symbol, _ in candles}),
        "period": sorted({interval.period(opened) for opened in opens}),
    }
    rows = lake.scan(CANDLES, where, utc(min(opens)), utc(max(opens) + 1))
    names = pl.DataFrame(
        {"symbol": [s for s, _ in candles], "open_time": [utc(t) for t in opens]},
        schema={"symbol": pl.String(), "open_time": CANDLES.schema["open_time"]},
    )
    named = rows.join(names.lazy(), on=["symbol", "open_time"], how="semi")
    return collect(named.select("symbol", *EMPTY.columns))
