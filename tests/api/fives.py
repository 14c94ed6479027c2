"""5m candles of one market, a provider's own and such that were made of 1m."""

from collections.abc import Sequence

import polars as pl

from resources.lake import Lake
from resources.ledger import Ledger, resampled
from resources.plan import Window
from resources.schemas import CANDLES, CANDLES_RESAMPLED
from tests.api.minutes import MINUTE, SINCE, minute_candles

SYMBOL = "SOL/USD"
# The n-th candle closes at 5 n + 1, a provider's own so much above.
ABOVE = 0.25


def _rows(numbers: Sequence[int], fetched_at: int) -> pl.DataFrame:
    minutes = minute_candles(SYMBOL, range(max(numbers) * 5 + 1), fetched_at)
    return minutes[[5 * n for n in numbers]].with_columns(interval=pl.lit("5m"))


def put_made(lake: Lake, ledger: Ledger, numbers: Sequence[int], fetched_at: int = SINCE) -> None:
    made = _rows(numbers, fetched_at).with_columns(
        provider=pl.lit("resampled:1m"),
        parts=pl.lit(5, pl.Int32()),
        providers=pl.lit(["kraken"]),
    )
    lake.merge(CANDLES_RESAMPLED, made.select(CANDLES_RESAMPLED.schema.names()))
    window = Window(SINCE, SINCE + (max(numbers) + 1) * 5 * MINUTE)
    with ledger.write() as connection:
        resampled.add(connection, [((SYMBOL, "5m", "1m"), [window])])


def put_own(
    lake: Lake, numbers: Sequence[int], fetched_at: int = SINCE, above: float = ABOVE
) -> None:
    lake.merge(CANDLES, _rows(numbers, fetched_at).with_columns(close=pl.col("close") + above))
