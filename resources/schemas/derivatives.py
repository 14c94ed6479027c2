"""Perpetual futures: funding and open interest."""

from dataclasses import replace

import polars as pl

from resources.market import Interval
from resources.schemas.page import Page, Rules, snapshot_table
from resources.schemas.table import UTC_TIME, Thin

HOURS_A_YEAR = 8_760
_DAY = 86_400_000
_FIRST = pl.datetime(2016, 5, 13, time_zone="UTC")  # when BitMEX began with perpetuals
_HIGHEST_RATE = 0.1  # of the position, at one payment
_MOST = 1e15

# What a funding parser returns: one row per perpetual, in the provider's own spelling.
FUNDING = pl.Schema(
    {
        "native": pl.String(),
        "rate": pl.Float64(),  # a fraction of the position, per `hours`; longs pay where positive
        "hours": pl.Float64(),  # between two fundings, null where the provider does not say
        "funding_at": UTC_TIME,  # when the rate is or was paid, null where it does not say
    }
)

# What an open interest parser returns: one row per perpetual, in the provider's own spelling.
OPEN_INTEREST = pl.Schema(
    {
        "native": pl.String(),
        "amount": pl.Float64(),  # in the base asset, null where the provider counts otherwise
        "value": pl.Float64(),  # in the quote asset, null where the provider does not say
        "observed_at": UTC_TIME,  # null where the provider does not say
    }
)

# Which perpetual a row is about: in the provider's spelling and in our tickers.
_CONTRACT = {"contract": pl.String(), "asset": pl.String(), "quote": pl.String()}


def _outside(time: str, now_ms: int) -> pl.Expr:
    return (pl.col(time) < _FIRST) | (pl.col(time).dt.epoch("ms") > now_ms + 2 * _DAY)


def _funding_rules(now_ms: int) -> Rules:
    return (
        (pl.col("rate").is_null(), "missing value"),
        (pl.col("rate").abs() > _HIGHEST_RATE, "insane rate"),
        (~((pl.col("hours") > 0) & (pl.col("hours") <= 24)), "impossible hours"),
        (_outside("funding_at", now_ms), "impossible time"),
    )


def _open_interest_rules(now_ms: int) -> Rules:
    sizes = pl.col("amount", "value")
    return (
        (pl.all_horizontal(sizes.is_null()), "missing value"),
        (pl.any_horizontal(sizes < 0), "negative value"),
        (pl.any_horizontal(sizes > _MOST), "insane magnitude"),
        (_outside("observed_at", now_ms), "impossible time"),
    )


# One row per perpetual of the assets that are asked for.
FUNDING_PAGE = Page(
    "funding",
    "derivatives",
    pl.Schema(
        {
            **_CONTRACT,
            **{name: kind for name, kind in FUNDING.items() if name != "native"},
            "paid": pl.Boolean(),  # whether it was paid at funding_at, or still moves until then
        }
    ),
    named="contract",
    rules=_funding_rules,
)
OPEN_INTEREST_PAGE = Page(
    "open_interest",
    "derivatives",
    pl.Schema(
        {**_CONTRACT, **{name: kind for name, kind in OPEN_INTEREST.items() if name != "native"}}
    ),
    named="contract",
    rules=_open_interest_rules,
)

# Who pays every 4 or 8 hours pays at 00:00, 04:00 UTC and so on: these rows stay.
_THIN = Thin(after_days=90, to=Interval.H4)
_RATES = snapshot_table(FUNDING_PAGE, ("provider", "contract", "paid"), thin=_THIN)
_SIZES = snapshot_table(OPEN_INTEREST_PAGE, ("provider", "contract"), thin=_THIN)
# One row per perpetual and hour of a collection, the rate that moves, and one per hour of a payment
# on a past day that was collected, the rate that was paid. `annualised` is the rate times the fundings of a year, HOURS_A_YEAR / hours.
FUNDING_RATES = replace(_RATES, schema=pl.Schema({**_RATES.schema, "annualised": pl.Float64()}))
# One row per perpetual and hour. `base` is in the base asset, `usd` in US dollars; what the
# provider does not tell of the two is made by our own prices, null where there is no fresh one.
OPEN_INTERESTS = replace(
    _SIZES, schema=pl.Schema({**_SIZES.schema, "base": pl.Float64(), "usd": pl.Float64()})
)
