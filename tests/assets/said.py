"""What made-up providers say of assets, and what comes of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import polars as pl

from assets.consensus import LAST_PRICES, Consensus, consensus
from resources.quotes import Quotes
from resources.schemas import UTC_TIME

NOW = datetime(2026, 5, 1, 12, 0, 30, tzinfo=UTC)
MINUTE = NOW.replace(second=0)
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "symbol": pl.String, "quote": pl.String, "price": pl.Float64, "observed_at": UTC_TIME,
    "change_24h": pl.Float64, "fetched_at": UTC_TIME, "reason": pl.String,
}  # fmt: skip
ONE = timedelta(minutes=1)


def quotes(
    provider: str,
    *rows: tuple[str, str, float],
    reason: str | None = None,
    age: timedelta | None = None,
    source: str | None = None,
) -> Quotes:
    """One provider's quotes (asset, currency, price), observed so long ago."""
    observed_at = None if age is None else NOW - age
    data = [(symbol, quote, price, observed_at, None, NOW, reason) for symbol, quote, price in rows]
    return Quotes(provider, pl.DataFrame(data, schema=SCHEMA, orient="row"), source)


def dollars(values: Sequence[float], symbol: str = "BTC") -> list[Quotes]:
    """Each value of a provider of its own."""
    return [quotes(f"p{number}", (symbol, "USD", value)) for number, value in enumerate(values)]


def concluded(
    answers: Sequence[Quotes], last: Mapping[str, float] | None = None, ago: timedelta = ONE
) -> Consensus:
    rows = [(symbol, MINUTE - ago, price) for symbol, price in (last or {}).items()]
    known = pl.DataFrame(rows, schema=LAST_PRICES, orient="row")
    return consensus(answers, MINUTE, "live", known)


def prices(found: Consensus) -> dict[str, float]:
    return dict(found.prices.select("symbol", "price").iter_rows())


def rejected(found: Consensus, symbol: str = "BTC") -> dict[str, str]:
    """Why whose quotes of an asset were rejected."""
    rows = found.observations.filter(~pl.col("used") & (pl.col("symbol") == symbol))
    return dict(rows.select("provider", "reason").iter_rows())
