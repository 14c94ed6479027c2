"""Hand-made candles and transfers for tests of the lake."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import polars as pl

from resources.schemas import CANDLES, LARGE_TRANSFERS, bucket_of

START = datetime(2024, 1, 1, tzinfo=UTC)


def candles(
    symbol: str,
    hours: Sequence[int],
    close: float = 100.0,
    known_hours: int = 0,
    provider: str = "binance",
    mode: str = "sandbox",
) -> pl.DataFrame:
    """One 1h candle per hour after 2024-01-01, all with the same close."""
    opens = [START + timedelta(hours=hour) for hour in hours]
    known = START + timedelta(days=60, hours=known_hours)
    rows = pl.DataFrame({"open_time": opens}, schema={"open_time": CANDLES.schema["open_time"]})
    values = dict.fromkeys(("open", "high", "low", "close"), close)
    return rows.with_columns(
        interval=pl.lit("1h"),
        bucket=pl.lit(bucket_of(symbol), pl.Int32),
        period=pl.col("open_time").dt.strftime("%Y-%m"),
        symbol=pl.lit(symbol),
        **{name: pl.lit(value) for name, value in values.items()},
        volume=pl.lit(1.0),
        quote_volume=pl.lit(None, pl.Float64),
        trades=pl.lit(7, pl.Int64),
        provider=pl.lit(provider),
        mode=pl.lit(mode),
        fetched_at=pl.lit(known, CANDLES.schema["fetched_at"]),
        known_at=pl.lit(known, CANDLES.schema["known_at"]),
    ).select(CANDLES.schema.names())


def transfers(names: Sequence[str], minute: int, height: int | None) -> pl.DataFrame:
    """Transfers that are told to have moved in one minute of 2024-01-01."""
    at = START + timedelta(minutes=minute)
    row = {
        "day": "2024-01-01", "chain": "bitcoin", "asset": "BTC", "amount": 150.0, "height": height,
        "moved_at": at, "usd": None, "provider": "acme", "mode": "live",
        "fetched_at": at, "known_at": at,
    }  # fmt: skip
    return pl.DataFrame([{**row, "hash": name} for name in names], schema=LARGE_TRANSFERS.schema)
