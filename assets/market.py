"""What the market is worth, by coin and altogether."""

import polars as pl

from assets.feed import Part, feed_asset
from assets.own_prices import near_our_own, own_prices
from resources.ledger import Ledger
from resources.schemas import MARKET, MARKET_TOTALS
from resources.schemas.market import MARKET_PAGE, MARKET_TOTALS_PAGE


def _beside_consensus(frame: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    """With `deviation`: who is far off may have mistaken a coin for another of its ticker."""
    consensus = own_prices(ledger, "asset", "consensus")
    joined = frame.join(consensus, on="asset", how="left", maintain_order="left")
    deviation = ((pl.col("price") / pl.col("consensus") - 1) * 100).round(4)
    return joined.with_columns(deviation=deviation).drop("consensus")


market = feed_asset(
    "market",
    [
        Part(MARKET_PAGE, MARKET, judge=near_our_own, shape=_beside_consensus),
        Part(MARKET_TOTALS_PAGE, MARKET_TOTALS),
    ],
    group="market",
    description="One row per coin and five minutes: the largest coins of the first provider that "
    "answers, with rank, price, changes, market cap and volume in USD. Beside it market_totals: "
    "one row per five minutes, of the whole market.",
)
