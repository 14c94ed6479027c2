"""From quotes of several providers to one price in USD. docs/consensus.md tells the method."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from resources.price_rules import (
    AHEAD,
    CONSENSUS,
    FAR_FROM_LAST,
    NO_AGREEMENT,
    NO_RATE,
    OUTLIER,
    RULES,
    SAME_SOURCE,
    STALE,
)
from resources.quotes import Quotes
from resources.schemas import PRICE_OBSERVATIONS, PRICES, UTC_TIME

QUOTE = "USD"
# The newest consensus per asset, as `consensus` wants it.
LAST_PRICES = pl.Schema({"symbol": pl.String(), "minute": UTC_TIME, "price": pl.Float64()})

_reason = pl.col("reason")
_usd = pl.col("price") * pl.col("rate")


@dataclass(frozen=True, slots=True)
class Consensus:
    """PRICES rows, and the PRICE_OBSERVATIONS rows of all that was said in their minute."""

    prices: pl.DataFrame
    observations: pl.DataFrame


def consensus(
    answers: Sequence[Quotes], minute: datetime, mode: str, last: pl.DataFrame
) -> Consensus:
    """One price per asset on which those who quote it agree, and what became of each quote.

    `minute` is the minute that the prices stand for. `last` (LAST_PRICES) is the newest price of
    quality "consensus" per asset: a price may not be far from it unless the group agrees, and that
    of a stablecoin turns quotes in it into USD where this minute has no better. One that is too
    old is none. The order of the answers does not matter.
    """
    if not answers:
        return Consensus(
            pl.DataFrame(schema=PRICES.schema), pl.DataFrame(schema=PRICE_OBSERVATIONS.schema)
        )
    quotes = _checked(pl.concat(_named(answer) for answer in answers))
    age = pl.lit(minute, UTC_TIME) - pl.col("minute")
    recent = last.filter(age <= timedelta(milliseconds=RULES.last_price_age_ms))
    rates = _rates(quotes, recent, recent.filter(age <= timedelta(milliseconds=RULES.rate_age_ms)))
    judged = _judged(quotes.join(rates, on="quote", how="left", maintain_order="left"), recent)
    at = {
        "day": pl.lit(f"{minute:%Y-%m-%d}"),
        "minute": pl.lit(minute, UTC_TIME),
        "mode": pl.lit(mode),
        "known_at": pl.lit(judged["fetched_at"].max(), UTC_TIME),
    }
    observations = judged.with_columns(**at, used=_reason.is_null())
    return Consensus(
        _priced(judged).with_columns(**at, quote=pl.lit(QUOTE)).select(PRICES.schema.names()),
        observations.select(PRICE_OBSERVATIONS.schema.names()),
    )


def _named(answer: Quotes) -> pl.DataFrame:
    return answer.frame.with_columns(
        provider=pl.lit(answer.provider), source=pl.lit(answer.source or answer.provider)
    )


def _checked(quotes: pl.DataFrame) -> pl.DataFrame:
    """One row per asset and provider, sorted; with a reason where it has no vote."""
    age = pl.col("fetched_at").max() - pl.coalesce("observed_at", "fetched_at")
    limit = timedelta(milliseconds=RULES.quote_age_ms)
    # Of what a provider says twice the newest counts; nulls are older than anything.
    once = quotes.sort("symbol", "provider", "observed_at", "price").unique(
        ["symbol", "provider"], keep="last", maintain_order=True
    )
    timely = once.with_columns(
        reason=pl.coalesce(
            _reason,
            pl.when(age > limit).then(pl.lit(STALE)),
            pl.when(age < -limit).then(pl.lit(AHEAD)),
        )
    )
    # The provider itself before those that repeat it.
    ranked = timely.sort("symbol", pl.col("provider") != pl.col("source"), "provider")
    votes = _reason.is_null()
    again = votes & (votes.cum_sum().over("symbol", "source") > 1)
    return ranked.with_columns(reason=pl.when(again).then(pl.lit(SAME_SOURCE)).otherwise(_reason))


def _rates(quotes: pl.DataFrame, last: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """USD of one of each currency that is quoted in: `quote` and `rate`, null where unknown.

    A stablecoin's is the consensus of the quotes of it in USD, else its stored price: one or two
    who quote it could move all that is quoted in it.
    """
    dollar = pl.DataFrame({"quote": [QUOTE], "rate": [1.0]})
    currencies = quotes.select("quote").unique().filter(pl.col("quote") != QUOTE)
    direct = quotes.filter(pl.col("quote") == QUOTE).join(
        currencies, left_on="symbol", right_on="quote", how="semi"
    )
    priced = _priced(_judged(direct.with_columns(rate=pl.lit(1.0)), last))
    measured = priced.filter(pl.col("quality") == CONSENSUS)
    known = pl.concat(
        [measured.select(quote="symbol", rate="price"), stored.select(quote="symbol", rate="price")]
    ).unique("quote", keep="first", maintain_order=True)
    return pl.concat([dollar, currencies.join(known, on="quote", how="left")])


def _judged(quotes: pl.DataFrame, last: pl.DataFrame) -> pl.DataFrame:
    """The quotes with the last price (`last`) and with a reason where they are not used."""
    known = quotes.join(
        last.select("symbol", last="price"), on="symbol", how="left", maintain_order="left"
    ).with_columns(
        reason=pl.coalesce(_reason, pl.when(pl.col("rate").is_null()).then(pl.lit(NO_RATE)))
    )
    votes = known.filter(_reason.is_null())
    return pl.concat([known.filter(_reason.is_not_null()), _agreed(votes)]).sort(
        "symbol", "provider"
    )


def _agreed(votes: pl.DataFrame) -> pl.DataFrame:
    """The votes with a reason where their group does not agree with them.

    Where at least half of a group is near the last price, these alone are compared. Else all are,
    and the price moves only where two thirds of the group agree, and enough of them.
    """
    here, usd, median = "symbol", pl.col("usd"), pl.col("median")
    rows = votes.with_columns(usd=_usd).with_columns(
        near=((usd / pl.col("last") - 1).abs() <= RULES.jump).fill_null(value=True),
        n=pl.len().over(here),
    )
    calm = 2 * pl.col("near").sum().over(here) >= pl.col("n")
    rows = rows.with_columns(calm=calm).with_columns(heard=pl.col("near") | ~pl.col("calm"))
    heard = pl.col("heard")
    rows = rows.with_columns(median=usd.filter(heard).median().over(here))
    rows = rows.with_columns(away=(usd - median).abs())
    mad = pl.col("away").filter(heard).median().over(here)
    reach = (RULES.deviations * mad).clip(
        RULES.least_distance * median, RULES.most_distance * median
    )
    rows = rows.with_columns(agrees=heard & (pl.col("away") <= reach))
    agreeing = pl.col("agrees").sum().over(here)
    moved = (agreeing >= RULES.agreeing) & (3 * agreeing >= 2 * pl.col("n"))
    settled = (2 * agreeing > heard.sum().over(here)) & (pl.col("calm") | moved)
    far = ~pl.col("near") & (pl.col("calm") | pl.col("agrees"))
    reason = (
        pl.when(settled & pl.col("agrees"))
        .then(pl.lit(None, pl.String))
        .when(far)
        .then(pl.lit(FAR_FROM_LAST))
        .when(settled)
        .then(pl.lit(OUTLIER))
        .otherwise(pl.lit(NO_AGREEMENT))
    )
    return rows.with_columns(reason=reason).select(votes.columns)


def _priced(judged: pl.DataFrame) -> pl.DataFrame:
    """What PRICES says of each asset with a quote that is used, sorted by symbol."""
    n = pl.col("n_sources")
    quality = (
        pl.when(n >= RULES.agreeing)
        .then(pl.lit(CONSENSUS))
        .when(pl.col("unconfirmed"))
        .then(pl.lit("unconfirmed"))
        .when(n > 1)
        .then(pl.lit("pair"))
        .otherwise(pl.lit("single"))
    )
    # A mean of two has digits that nobody quoted.
    price = pl.col("price").round_sig_figs(12)
    spread = pl.when(n > 1).then(pl.col("width") / pl.col("price") * 10_000)
    counted = _counted(judged).filter(n > 0).sort("symbol")
    return counted.with_columns(price=price, spread_bps=spread, quality=quality)


def _counted(judged: pl.DataFrame) -> pl.DataFrame:
    """The votes of each asset taken together.

    The median of those used, and no further out than liars could bring the median of all, were
    they less than a third: then it lies between honest quotes, whatever is rejected.
    """
    used, usd = _reason.is_null(), pl.col("usd")
    votes = judged.with_columns(usd=_usd).filter(used | _reason.is_in([FAR_FROM_LAST, OUTLIER]))
    values, liars = usd.sort(), (pl.len() - 1) // 3
    mine = usd.filter(used)
    return votes.group_by("symbol").agg(
        price=mine.median().clip(values.get(liars), values.get(pl.len() - 1 - liars)),
        width=mine.max() - mine.min(),
        change_24h=pl.col("change_24h").filter(used).median(),
        providers=pl.col("provider").filter(used).sort(),
        n_sources=used.sum().cast(pl.Int32),
        unconfirmed=pl.col("last").is_null().all(),
        observed_at=pl.min_horizontal("observed_at", "fetched_at").filter(used).max(),
        fetched_at=pl.col("fetched_at").filter(used).max(),
    )


def derived(candles: pl.DataFrame) -> pl.DataFrame:
    """PRICES rows out of stored candles: each close is the price of the minute it closed in.

    For days that no price was observed on; `quality` is "derived". A close in a stablecoin
    counts at par with the dollar, as nobody was asked what it cost. `candles` has the columns of CANDLES and `close_time`.
    """
    base = pl.col("symbol").str.split("/").list.first()
    return candles.with_columns(
        minute=pl.col("close_time"),
        day=pl.col("close_time").dt.strftime("%Y-%m-%d"),
        symbol=base,
        price=pl.col("close"),
        quote=pl.lit(QUOTE),
        change_24h=pl.lit(None, pl.Float64),
        providers=pl.concat_list("provider"),
        n_sources=pl.lit(1, pl.Int32),
        spread_bps=pl.lit(None, pl.Float64),
        observed_at=pl.col("close_time"),
        quality=pl.lit("derived"),
    ).select(PRICES.schema.names())
