"""Funding and open interest of perpetual futures."""

from typing import Any

import polars as pl

from api.queries.feeds import newest
from api.queries.rows import iso, source_of
from resources.errors import UnknownSymbol
from resources.lake import Lake
from resources.ledger import Ledger
from resources.market import Registry
from resources.schemas import FUNDING_RATES, OPEN_INTERESTS

_CONTRACT = ("provider", "mode", "contract", "asset", "quote")


def about(registry: Registry, spelling: str | None) -> pl.Expr:
    """The perpetuals that a spelling means: of an asset all, of a market those on it.

    Raises as the registry does.
    """
    if spelling is None:
        return pl.lit(True)
    try:
        return pl.col("asset") == registry.asset(spelling).ticker
    except UnknownSymbol:
        market = registry.market(spelling)
        return (pl.col("asset") == market.base) & (pl.col("quote") == market.quote)


def perpetuals(lake: Lake, ledger: Ledger, wanted: pl.Expr) -> list[dict[str, Any]]:
    """A row per perpetual that the newest collection found, those of one asset together.

    What a venue has not told of one is null, and a rate that was paid in that hour stands where
    none that moves was collected.
    """
    rates = newest(lake, ledger, FUNDING_RATES).filter(wanted).sort("paid")
    sizes = newest(lake, ledger, OPEN_INTERESTS).filter(wanted)
    funding = rates.unique(_CONTRACT, keep="first", maintain_order=True).select(
        *_CONTRACT,
        iso("at").alias("at"),
        pl.col("rate").alias("funding_rate"),
        pl.col("hours").alias("funding_hours"),
        pl.col("annualised").alias("funding_annualised"),
        iso("funding_at").alias("funding_at"),
    )
    opened = sizes.select(
        *_CONTRACT,
        iso("at").alias("open_interest_at"),
        pl.col("base").alias("open_interest"),
        pl.col("usd").alias("open_interest_usd"),
    )
    joined = funding.join(opened, on=_CONTRACT, how="full", coalesce=True)
    rows = joined.sort("asset", "open_interest_usd", descending=[False, True], nulls_last=True)
    return [_row(row) for row in rows.to_dicts()]


def _row(row: dict[str, Any]) -> dict[str, Any]:
    source = source_of(row.pop("provider"), row.pop("mode"))
    symbol = f"{row['asset']}/{row['quote']}"
    at = row.pop("open_interest_at")
    return {"symbol": symbol, **row, "at": row["at"] or at, "source": source}
