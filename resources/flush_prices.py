"""One commit of a minute's prices: the observations behind them first, then the prices, then the
ledger. A kill in between leaves observations that no price is made of, or a price that was never
acknowledged; the next run adds its own."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import polars as pl

from resources.flush import Flushed
from resources.lake import Lake, collect
from resources.ledger import Ledger, commits, latest
from resources.schemas import PRICE_OBSERVATIONS, PRICES


def flush_prices(
    lake: Lake, ledger: Ledger, frame: pl.DataFrame, observations: pl.DataFrame | None = None
) -> Flushed:
    """Store consensus prices; what is stored for a minute already stays."""
    behind = None if observations is None else lake.merge(PRICE_OBSERVATIONS, observations)
    merged = lake.merge(PRICES, frame)
    stored = frame if merged.inserted == frame.height else _stored(lake, frame)
    newest = stored.sort("minute").unique("symbol", keep="last", maintain_order=True)
    with ledger.write() as connection:
        if behind is not None and behind.version is not None:
            table, count = PRICE_OBSERVATIONS.name, behind.inserted
            commits.record(connection, ledger, table, behind.version, [], count)
        if merged.version is not None:
            latest.put_prices(connection, ledger, [price_row(row) for row in newest.to_dicts()])
            keys: list[commits.Key] = [{"symbol": symbol} for symbol in sorted(newest["symbol"])]
            commits.record(connection, ledger, PRICES.name, merged.version, keys, merged.inserted)
    return Flushed(rows=merged.inserted, commits=int(merged.version is not None))


def _stored(lake: Lake, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of these keys as they are stored, which may be those of an earlier run."""
    if frame.is_empty():
        return frame
    (low, high) = frame.select(pl.col("minute").min(), pl.col("minute").max().alias("high")).row(0)
    days = frame["day"].unique().to_list()
    rows = collect(lake.scan(PRICES, {"day": days}, low, high + timedelta(microseconds=1)))
    return rows.join(frame, on=PRICES.key, how="semi")


def price_row(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row of PRICES as one of `latest_prices`."""
    columns = ("symbol", "price", "quote", "change_24h", "providers", "n_sources", "spread_bps")
    times = {"at": "minute", "observed_at": "observed_at", "fetched_at": "fetched_at"}
    kept = {name: row[name] for name in (*columns, "quality", "mode")}
    return {**kept, **{name: int(row[column].timestamp() * 1000) for name, column in times.items()}}
