"""Hand-made rows for tests of maintenance."""

from collections.abc import Iterable
from datetime import UTC, datetime

import polars as pl

from resources.schemas import PRICES

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def prices(minutes: Iterable[datetime], *symbols: str, price: float = 1.0) -> pl.DataFrame:
    """One price of each symbol (BTC by default) at each of these times."""
    at = pl.DataFrame({"minute": list(minutes)}, schema={"minute": PRICES.schema["minute"]})
    rows = at.join(pl.DataFrame({"symbol": symbols or ("BTC",)}), how="cross")
    frame = rows.with_columns(
        day=pl.col("minute").dt.strftime("%Y-%m-%d"),
        price=pl.lit(price),
        quote=pl.lit("USD"),
        change_24h=pl.lit(None),
        providers=pl.lit(["kraken"]),
        n_sources=1,
        spread_bps=pl.lit(None),
        observed_at=pl.col("minute"),
        quality=pl.lit("single"),
        mode=pl.lit("live"),
        fetched_at=pl.col("minute"),
        known_at=pl.col("minute"),
    )
    # Columns that prices get later are of no interest here.
    more = {name: pl.lit(None) for name in PRICES.schema if name not in frame.columns}
    frame = frame.with_columns(**more)
    return frame.select(pl.col(name).cast(kind) for name, kind in PRICES.schema.items())
