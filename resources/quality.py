"""How good a day's candles are: outliers, and one score of what was counted."""

import polars as pl

from resources.market import Interval
from resources.schemas import UTC_TIME, utc

# How far a return is judged by those before it.
LOOK_BACK_MS = 30 * 86_400_000
# Scaled MADs. Of 119,184 hourly returns of 30 markets of an exchange 0.2 % lie beyond 10; the
# 3.5 that is customary for normal data would name every livelier day.
OUTLYING = 10.0
# What a MAD is multiplied with to estimate a normal distribution's standard deviation.
_TO_SIGMA = 1.4826
_FEWEST_RETURNS = 20
# Of the score. What could not be measured is left out, and the others weigh more.
WEIGHTS = {"completeness": 60, "agreement": 20, "calm": 10, "settled": 10}


def outliers(candles: pl.DataFrame, interval: Interval, since: int) -> pl.DataFrame:
    """How many closes since a moment (ms) are far from the one before: symbol, outliers.

    A log return counts that lies more than OUTLYING scaled MADs from the median of all that
    are given (the modified z-score of Iglewicz and Hoaglin, How to Detect and Handle Outliers,
    1993). `candles` has symbol, open_time and close. Null where there are fewer than 20
    returns, or where most of them are equal.
    """
    step = pl.duration(milliseconds=interval.ms)
    follows = (pl.col("open_time").diff() == step).over("symbol")
    log_return = pl.when(follows).then(pl.col("close").log().diff().over("symbol"))
    returns = (
        candles.unique(["symbol", "open_time"], keep="last")
        .sort("symbol", "open_time")
        .select("symbol", "open_time", change=log_return)
        .drop_nulls()
    )
    away = (pl.col("change") - pl.col("change").median().over("symbol")).abs()
    mad = pl.col("away").median()
    far = (pl.col("away") > OUTLYING * _TO_SIGMA * mad) & (
        pl.col("open_time") >= pl.lit(utc(since), UTC_TIME)
    )
    known = (pl.len() >= _FEWEST_RETURNS) & (mad > 0)
    return (
        returns.with_columns(away=away)
        .group_by("symbol")
        .agg(outliers=pl.when(known).then(far.sum().cast(pl.Int64)))
    )


def apart(close: pl.Expr, other: pl.Expr, tolerance: float) -> pl.Expr:
    """Whether another close is further away than this share of the one that is stored."""
    return (close - other).abs() > tolerance * close


def scored(counts: pl.DataFrame) -> pl.DataFrame:
    """The counts of CANDLE_QUALITY with completeness, agreement and score.

    The score is 100 times the weighted mean of completeness, agreement, and the shares of
    candles that are no outliers and that were not revised; 0 where no candle is stored.
    Candles that are stored twice take their share off it.
    """
    present = pl.col("present")
    shares = counts.with_columns(
        completeness=present / pl.col("expected"),
        agreement=pl.when(pl.col("comparisons") > 0).then(
            1 - pl.col("disagreements") / pl.col("comparisons")
        ),
        calm=1 - pl.col("outliers") / present,
        settled=(1 - pl.col("revisions") / present).clip(0, 1),
    )
    total = pl.sum_horizontal(pl.col(name) * weight for name, weight in WEIGHTS.items())
    weights = pl.sum_horizontal(
        pl.when(pl.col(name).is_not_null()).then(weight).otherwise(0)
        for name, weight in WEIGHTS.items()
    )
    unique = present / (present + pl.col("duplicates"))
    score = pl.when(present > 0).then((100 * total / weights * unique).round(2)).otherwise(0.0)
    return shares.with_columns(score=score).drop("calm", "settled")
