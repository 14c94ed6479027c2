"""Our own prices, beside what providers tell in coins."""

from dataclasses import replace

import polars as pl

from resources.asking import Told
from resources.lake import Lake
from resources.ledger import Ledger, latest
from resources.price_rules import CONSENSUS

# An older consensus price says nothing about what is told now.
_FRESH = 600_000
# Fewer coins prove nothing: a ticker may mean another coin there.
_COMPARED = 5
_FAR = 0.5
_REFUSED = "most prices are far from our own"


def own_prices(ledger: Ledger, column: str, price: str, age_ms: int = _FRESH) -> pl.DataFrame:
    """The consensus prices in US dollars, no older than `age_ms`: assets in `column`, what they
    cost in `price`. What one or two providers say is none: one who lies would move it."""
    oldest = ledger.now() - age_ms
    stored = latest.read_prices(ledger).values()
    known = {
        row["symbol"]: row["price"]
        for row in stored
        if row["quality"] == CONSENSUS and row["at"] >= oldest
    }
    rows = list({**known, "USD": 1.0}.items())
    return pl.DataFrame(rows, schema={column: pl.String, price: pl.Float64}, orient="row")


def near_our_own(told: Told, _: Lake, ledger: Ledger) -> Told:
    """Refuse an answer as a whole where of the coins that have a consensus price, at least five,
    more than half are told to cost over 50 % more or less: the others are then wrong as well."""
    sound = told.frame.filter(pl.col("reason").is_null(), pl.col("price").is_not_null())
    compared = sound.join(own_prices(ledger, "asset", "consensus"), on="asset")
    far = compared.filter((pl.col("price") / pl.col("consensus") - 1).abs() > _FAR).height
    if compared.height < _COMPARED or far * 2 <= compared.height:
        return told
    reason = pl.coalesce("reason", pl.lit(_REFUSED)).alias("reason")
    return replace(told, frame=told.frame.with_columns(reason))
