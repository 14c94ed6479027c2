"""What the market is worth: a row per coin of its largest, and the sums over all of them. In USD."""

from dataclasses import replace

import polars as pl

from resources.market import Interval
from resources.schemas.page import Page, Rules, snapshot_table
from resources.schemas.table import UTC_TIME, Thin

# How many coins a snapshot holds at most, the largest first.
LARGEST = 250
_MOST = 1e15
_CHANGES = ("change_1h", "change_24h", "change_7d")
_THIN = Thin(after_days=90, to=Interval.H1)


def _coin_rules(_: int) -> Rules:
    price = pl.col("price")
    return (
        (price.is_null(), "missing value"),
        (price <= 0, "price not positive"),
        ((pl.col("market_cap") < 0) | (pl.col("circulating_supply") < 0), "negative market cap"),
        (pl.col("volume_24h") < 0, "negative volume"),
        (pl.col("rank") < 1, "rank not positive"),
        (pl.any_horizontal(~_sane(name) for name in _CHANGES), "impossible change"),
        (pl.max_horizontal("price", "market_cap", "volume_24h") > _MOST, "insane magnitude"),
    )


def _total_rules(_: int) -> Rules:
    shares = ("btc_dominance", "eth_dominance")
    outside = (~pl.col(name).is_between(0, 100) for name in shares)
    return (
        (pl.col("market_cap") <= 0, "market cap not positive"),
        ((pl.col("volume_24h") < 0) | (pl.col("coins") < 0), "negative volume or number of coins"),
        (pl.any_horizontal(outside), "dominance not between 0 and 100"),
        (~_sane("change_24h"), "impossible change"),
        (pl.max_horizontal("market_cap", "volume_24h") > _MOST, "insane magnitude"),
    )


def _sane(change: str) -> pl.Expr:
    """Nothing falls by more than all of it; a listing may begin with a thousandfold."""
    return pl.col(change).is_between(-100, 1e6)


# What a parser returns: one row per coin. The key is the provider's own id of a coin, which stays
# when it is renamed and is another one for another coin of the same ticker.
MARKET_PAGE = Page(
    "market",
    "market",
    pl.Schema(
        {
            "native": pl.String(),
            "symbol": pl.String(),  # the provider's ticker of it, in capitals
            "name": pl.String(),
            "rank": pl.Int64(),  # by market cap from 1 on; null where the provider gives none
            "price": pl.Float64(),
            "market_cap": pl.Float64(),  # null where the provider does not know the supply
            "volume_24h": pl.Float64(),
            "circulating_supply": pl.Float64(),
            "change_1h": pl.Float64(),  # of the price, in percent, null where it does not say
            "change_24h": pl.Float64(),
            "change_7d": pl.Float64(),
            "observed_at": UTC_TIME,  # as the provider says, null where it does not
        }
    ),
    named="native",
    rules=_coin_rules,
)

# What a parser returns: one row, of the whole market.
MARKET_TOTALS_PAGE = Page(
    "market_totals",
    "market",
    pl.Schema(
        {
            "market_cap": pl.Float64(),
            "volume_24h": pl.Float64(),
            "btc_dominance": pl.Float64(),  # percent of the market cap
            "eth_dominance": pl.Float64(),  # null where the provider does not say
            "coins": pl.Int64(),  # how many the provider counts
            "change_24h": pl.Float64(),  # of the market cap, in percent
        }
    ),
    named="market_cap",
    rules=_total_rules,
)

_COINS = snapshot_table(MARKET_PAGE, ("provider", "native"), thin=_THIN)
# One row per coin, provider and collection. `deviation` is how far, in percent, the price is from
# our consensus price of that time, null where there is none.
MARKET = replace(_COINS, schema=pl.Schema({**_COINS.schema, "deviation": pl.Float64()}))
# One row per provider and collection.
MARKET_TOTALS = snapshot_table(MARKET_TOTALS_PAGE, ("provider",), thin=_THIN)
