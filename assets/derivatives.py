"""What is paid for positions in perpetual futures, and how much is open."""

import polars as pl

from assets.feed import Part, feed_asset
from assets.own_prices import own_prices
from resources.ledger import Ledger
from resources.schemas import FUNDING_RATES, OPEN_INTERESTS
from resources.schemas.derivatives import FUNDING_PAGE, HOURS_A_YEAR, OPEN_INTEREST_PAGE


def _by_hour(frame: pl.DataFrame, _: Ledger) -> pl.DataFrame:
    """What was paid stands under its own hour, what still moves under that of the collection."""
    hour = pl.when("paid").then(pl.col("funding_at").dt.truncate("1h")).otherwise("at")
    timed = frame.with_columns(
        at=hour.alias("at"),
        annualised=pl.col("rate") * HOURS_A_YEAR / pl.col("hours"),
    )
    return timed.with_columns(day=pl.col("at").dt.strftime("%Y-%m-%d"))


def _in_dollars(frame: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    """With `base` and `usd`, by our own prices where the provider tells only one of them."""
    of_asset = own_prices(ledger, "asset", "asset_price")
    of_quote = own_prices(ledger, "quote", "quote_price")
    joined = frame.join(of_asset, on="asset", how="left", maintain_order="left")
    joined = joined.join(of_quote, on="quote", how="left", maintain_order="left")
    value = pl.col("value") * pl.col("quote_price")
    usd = pl.coalesce(value, pl.col("amount") * pl.col("asset_price"))
    base = pl.coalesce("amount", value / pl.col("asset_price"))
    return joined.with_columns(usd=usd, base=base).drop("asset_price", "quote_price")


derivatives = feed_asset(
    "derivatives",
    [
        Part(FUNDING_PAGE, FUNDING_RATES, each=True, shape=_by_hour),
        Part(OPEN_INTEREST_PAGE, OPEN_INTERESTS, each=True, shape=_in_dollars),
    ],
    group="derivatives",
    description="funding: one row per perpetual and hour, the rate that moves or, of past days, "
    "the one that was paid. open_interest: one row per perpetual and hour, in the base asset and "
    "in US dollars.",
)
