"""What is behind a price: every observation of its minute, used or rejected."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from api.answers import iso
from api.queries.prices import Row, price_source
from api.queries.rows import iso as iso_column
from api.queries.rows import source_of
from resources.lake import Lake, collect
from resources.ledger import Ledger, latest
from resources.price_rules import NO_AGREEMENT, RULES
from resources.schemas import PRICE_OBSERVATIONS, PRICES, Table, utc

# Prices come once a minute.
_LOOK_BACK, _FURTHER = timedelta(minutes=10), 8
# What was said before that tells nothing of the price of a moment.
_SAID_WITHIN = timedelta(days=1)
_DERIVED = "derived"
_OBSERVED = ("price", "quote", "rate", "usd", "away_bps", "observed_at", "fetched_at")
_NOT_STORED = "the run ended before its price was stored"


def explained(lake: Lake, ledger: Ledger, symbol: str, at: int) -> Row | None:
    """The newest price of an asset at or before `at` (ms), with what is behind it.

    None where neither a price nor an observation of the day before is stored. `unpriced` is the
    newest minute after it in which what was said made no price; where there is no price at all,
    that minute is told.
    """
    frozen = lake.frozen()
    # Of an asset that never had a price all of them would be read in vain.
    priced = latest.read_prices(ledger, [symbol])
    price = _newest(frozen, PRICES, symbol, at) if priced else pl.DataFrame(schema=PRICES.schema)
    said = _newest(frozen, PRICE_OBSERVATIONS, symbol, at, _SAID_WITHIN)
    if price.is_empty():
        if said.is_empty():
            return None
        return {**_without_price(said), "unpriced": None, "method": method("none")}
    row = price.row(0, named=True)
    is_later = not said.is_empty() and said["minute"][0] > row["minute"]
    return {
        **_priced(row, _behind(frozen, row)),
        "unpriced": _without_price(said) if is_later else None,
        "method": method(row["quality"]),
    }


def method(quality: str) -> Row:
    """How such a price was made, with the figures that hold now."""
    name = "close of a stored candle" if quality == _DERIVED else "median of those who agree"
    return {"name": name, "parameters": RULES.told(), "documentation": "docs/consensus.md"}


def _newest(
    lake: Lake, table: Table, symbol: str, at: int, within: timedelta = timedelta.max
) -> pl.DataFrame:
    """An asset's rows of the newest minute at or before `at`, looking back ever further.

    No further than `within` before the table's newest row by then.
    """
    ends = lake.times(table, {})
    if ends is None or ends[0] > utc(at):
        return pl.DataFrame(schema=table.schema)
    end, back = min(utc(at), ends[1]), _LOOK_BACK
    furthest = end - min(within, end - ends[0])
    while True:
        start = max(end - back, furthest)
        first, last = (f"{moment:%Y-%m-%d}" for moment in (start, end))
        days = [day for day in lake.periods(table) if first <= day <= last]
        rows = lake.scan(table, {"day": days}, start, end + timedelta(milliseconds=1))
        mine = rows.filter(pl.col("symbol") == symbol)
        found = collect(mine.filter(pl.col("minute") == pl.col("minute").max()))
        if found.height or start == furthest:
            return found
        back *= _FURTHER


def _behind(lake: Lake, price: Mapping[str, Any]) -> pl.DataFrame:
    """The observations that a price was made of: a later run of its minute has others."""
    minute: datetime = price["minute"]
    rows = lake.scan(PRICE_OBSERVATIONS, {"day": [price["day"]]}, minute)
    wanted = (pl.col("symbol") == price["symbol"]) & (pl.col("minute") == minute)
    return collect(rows.filter(wanted & (pl.col("known_at") == price["known_at"])))


def _priced(row: Mapping[str, Any], behind: pl.DataFrame) -> Row:
    used, price, mode = behind.filter("used"), row["price"], row["mode"]
    kept = used.height > 0
    plain = ("price", "quote", "quality", "n_sources", "spread_bps")
    return {
        **{name: row[name] for name in plain},
        "at": _iso(row["minute"]),
        **{name: _iso(row[name]) for name in ("observed_at", "fetched_at")},
        "source": price_source(row["providers"], mode),
        "used": _told(used, price) if kept else _names(row["providers"], mode),
        "rejected": _told(behind.filter(~pl.col("used")), price),
        "observations_kept": kept,
    }


def _without_price(said: pl.DataFrame) -> Row:
    """A minute in which what was said made no price."""
    return {
        "price": None,
        "quote": "USD",
        "at": _iso(said["minute"][0]),
        "reason": _main_reason(said["reason"].drop_nulls()),
        "used": _told(said.filter("used"), None),
        "rejected": _told(said.filter(~pl.col("used")), None),
        "observations_kept": True,
    }


def _main_reason(reasons: Iterable[str]) -> str:
    """Why there is no price: those who had a vote did not agree, else what most were rejected for."""
    told = sorted(reasons)
    return NO_AGREEMENT if NO_AGREEMENT in told else max(told, key=told.count, default=_NOT_STORED)


def _told(rows: pl.DataFrame, price: float | None) -> list[Row]:
    usd = pl.col("price") * pl.col("rate")
    away = (usd / price - 1) * 10_000 if price else pl.lit(None, pl.Float64)
    shown = rows.sort("provider", "known_at").with_columns(
        usd=usd,
        away_bps=away.round(2),
        observed_at=iso_column("observed_at"),
        fetched_at=iso_column("fetched_at"),
    )
    return [
        {
            "source": source_of(row["provider"], row["mode"]),
            **{name: row[name] for name in _OBSERVED},
            **({"reason": row["reason"]} if row["reason"] else {}),
        }
        for row in shown.to_dicts()
    ]


def _names(providers: Iterable[str], mode: str) -> list[Row]:
    """Who was used, of a price whose observations are not kept."""
    return [{"source": source_of(one, mode), **dict.fromkeys(_OBSERVED)} for one in providers]


def _iso(moment: datetime) -> str:
    return iso(round(moment.timestamp() * 1000))
