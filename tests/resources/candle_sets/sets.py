"""Candle sets for tests."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from hypothesis import strategies as st

from resources.candle_sets.shape import SET
from resources.schemas import UTC_TIME

# Written by other programs: freqtrade 2026.8 and pandas 3.1, five real candles each.
WRITTEN = Path(__file__).with_name("written")
START = int(datetime(2026, 5, 1, tzinfo=UTC).timestamp() * 1000)
HOUR = 3_600_000

_price = st.floats(1e-9, 1e9)


def frame(
    hours: range | list[int], symbol: str = "BTC/USDT", close: float = 10.0, **more: object
) -> pl.DataFrame:
    """Candles of these hours after START, as SET."""
    rows = [
        {"symbol": symbol, "interval": "1h", "open_time": START + hour * HOUR, "open": 10.0,
         "high": 12.0, "low": 8.0, "close": close, "volume": float(hour), **more}
        for hour in hours
    ]  # fmt: skip
    return pl.DataFrame(rows, schema={**SET, "open_time": pl.Int64}).with_columns(
        pl.from_epoch("open_time", "ms").dt.replace_time_zone("UTC").cast(UTC_TIME)
    )


@st.composite
def frames(draw: st.DrawFn, symbol: str = "BTC/USDT") -> pl.DataFrame:
    """Candles of ascending times with holes, and any prices."""
    hours = sorted(draw(st.sets(st.integers(0, 50), min_size=1, max_size=12)))
    prices = st.lists(_price, min_size=len(hours), max_size=len(hours))
    made = frame(hours, symbol)
    columns = ("open", "high", "low", "close", "volume")
    return made.with_columns(pl.Series(name, draw(prices)) for name in columns)
