"""Consensus prices: the newest of each asset, and their history."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import polars as pl

from api.answers import iso
from api.queries.rows import iso as iso_column
from api.queries.rows import source_of
from resources.lake import Lake, collect
from resources.ledger import Ledger, latest
from resources.plan import Window
from resources.schemas import PRICES, utc

DAY_MS = 86_400_000
Resolution = Literal["1m", "1h", "1d"]
STEPS: Mapping[Resolution, int] = {"1m": 60_000, "1h": 3_600_000, "1d": DAY_MS}
# "auto" answers with the finest of these that keeps a chart under about 1,500 points.
_POINTS = 1_500

Row = dict[str, Any]


def newest(ledger: Ledger, symbols: Sequence[str] | None = None) -> dict[str, Row]:
    """The newest stored price per asset ticker, in USD, as rows of an answer."""
    return {symbol: to_row(row) for symbol, row in latest.read_prices(ledger, symbols).items()}


def to_row(stored: Mapping[str, Any]) -> Row:
    """A row of the ledger's latest prices as a row of an answer."""
    plain = ("symbol", "price", "quote", "change_24h", "n_sources", "spread_bps", "quality")
    return {
        **{name: stored[name] for name in plain},
        "source": price_source(stored["providers"], stored["mode"]),
        "sources": [source_of(provider, stored["mode"]) for provider in stored["providers"]],
        **{name: iso(stored[name]) for name in ("at", "observed_at", "fetched_at")},
    }


def price_source(providers: Sequence[str], mode: str) -> str:
    """The one provider behind a price, or "consensus"; with the mode where it is not live."""
    return source_of(providers[0] if len(providers) == 1 else "consensus", mode)


def converted(row: Row, unit: Row) -> Row:
    """A price in the asset whose price is `unit`, both in the same quote.

    The provenance stays that of the priced asset.
    """
    changes = row["change_24h"], unit["change_24h"]
    change = None
    if None not in changes and changes[1] > -100:
        change = ((1 + changes[0] / 100) / (1 + changes[1] / 100) - 1) * 100
    price = row["price"] / unit["price"]
    return {**row, "price": price, "quote": unit["symbol"], "change_24h": change}


def resolution_for(window: Window) -> Resolution:
    fine = (name for name, step in STEPS.items() if window.length / step <= _POINTS)
    return next(fine, "1d")


def history(
    lake: Lake, symbol: str, window: Window, resolution: Resolution, limit: int
) -> tuple[list[Row], int | None]:
    """Up to `limit` prices of an asset, oldest first, and where the next page begins.

    Each step of the resolution has the last price stored in it, under its own time, so that
    none is known before it was.
    """
    frame = _gather(lake, symbol, window, resolution, limit + 1)
    if frame.height <= limit:
        return _rows(frame), None
    following = frame["minute"].dt.truncate(resolution).dt.epoch("ms")[limit]
    return _rows(frame.head(limit)), following


def _gather(
    lake: Lake, symbol: str, window: Window, resolution: Resolution, count: int
) -> pl.DataFrame:
    """The oldest `count` rows, reading ever more days at once until there are as many."""
    first, last = (f"{utc(at):%Y-%m-%d}" for at in (window.start, window.end - 1))
    days = [day for day in lake.periods(PRICES) if first <= day <= last]
    columns = (
        "minute",
        "price",
        "quote",
        "providers",
        "n_sources",
        "spread_bps",
        "quality",
        "mode",
    )
    frames = [pl.DataFrame(schema={name: PRICES.schema[name] for name in columns})]
    rows, at, size = 0, 0, 1 + count * STEPS[resolution] // DAY_MS
    while at < len(days) and rows < count:
        where = {"day": days[at : at + size]}
        stored = lake.scan(PRICES, where, utc(window.start), utc(window.end))
        mine = stored.filter(pl.col("symbol") == symbol).select(columns).sort("minute")
        steps = pl.col("minute").dt.truncate(resolution)
        frames.append(collect(mine.unique(steps, keep="last", maintain_order=True)))
        rows += frames[-1].height
        at, size = at + size, size * 2
    return pl.concat(frames).head(count)


def _rows(frame: pl.DataFrame) -> list[Row]:
    rows = frame.rename({"minute": "at"}).with_columns(iso_column("at")).to_dicts()
    for row in rows:
        mode, providers = row.pop("mode"), row.pop("providers")
        row["source"] = price_source(providers, mode)
        row["sources"] = [source_of(provider, mode) for provider in providers]
    return rows
