"""Recorded candles instead of the model: a folder with INDEX.csv and one parquet file a series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

import polars as pl

from sandbox.config import ConfigError
from sandbox.exchange import Span, Stats, Ticker
from sandbox.model import DAY, MINUTE, Grid

_WIDTHS = {"1m": 1, "5m": 5, "15m": 15, "1h": 60, "4h": 240, "1d": DAY, "1w": 7 * DAY}
_QUOTES = ("USDT", "USDC", "USD", "EUR", "BTC", "ETH", "BNB")
_COLUMNS = ("ts_ms", "open", "high", "low", "close", "volume")
_AVERAGE_TRADE = 500.0


@dataclass(frozen=True, slots=True)
class Recorded:
    """One market and its files by minutes of the interval."""

    files: Mapping[int, Path]
    price_decimals: int = 8
    size_decimals: int = 8


class Tape:
    """Serves exactly the recorded candles, with the gaps they have, and nothing of other markets.

    The files hold ts_ms, open, high, low, close and volume. Quote volume and trades were not
    recorded: they are worked out from volume and price.
    """

    def __init__(self, listed: Mapping[str, Recorded]) -> None:
        self.listed = listed

    @classmethod
    def open(cls, folder: Path, exchange: str) -> Self | None:
        """The recordings of an exchange, None where the folder has none of it.

        Raises ConfigError without a readable INDEX.csv.
        """
        try:
            index = pl.read_csv(
                folder / "INDEX.csv", columns=["file", "exchange", "symbol", "interval"]
            )
        except (OSError, pl.exceptions.PolarsError) as error:
            raise ConfigError(f"{folder} has no readable INDEX.csv of candles: {error}") from None
        files: dict[str, dict[int, Path]] = {}
        for row in index.filter(pl.col("exchange") == exchange).iter_rows(named=True):
            name, width = _name(row["symbol"]), _WIDTHS.get(row["interval"])
            if name and width:
                files.setdefault(name, {})[width] = folder / row["file"]
        return cls({name: Recorded(paths) for name, paths in files.items()}) if files else None

    def candles(self, name: str, grid: Grid, span: Span, now: int) -> pl.DataFrame:
        file = self.listed[name].files.get(grid.width)
        if file is None:
            return _read(next(iter(self.listed[name].files.values()))).clear()
        end = now if span.end is None else min(span.end, now)
        start = 0 if span.start is None else span.start
        frame = _read(file).filter(pl.col("open_time").is_between(start, end))
        return frame.tail(span.limit) if span.start is None else frame.head(span.limit)

    def tickers(self, names: Sequence[str], now: int) -> list[Ticker]:
        """As of the last recorded candle."""
        return [self._ticker(name, now) for name in names]

    def _ticker(self, name: str, now: int) -> Ticker:
        width = min(self.listed[name].files)
        frame = self.candles(name, Grid(width), Span(None, None, max(DAY // width, 1)), now)
        last = frame["open_time"][-1] // MINUTE
        today = frame.filter(pl.col("open_time") >= last // DAY * DAY * MINUTE)
        return Ticker(name, frame["close"][-1], 1e-8, _stats(frame), _stats(today))


def _name(symbol: str) -> str | None:
    quote = next((quote for quote in _QUOTES if symbol.endswith(quote)), None)
    return f"{symbol.removesuffix(quote)}/{quote}" if quote else None


def _stats(frame: pl.DataFrame) -> Stats:
    return Stats(
        open=frame["open"][0],
        high=float(frame.select(pl.col("high").max()).item()),
        low=float(frame.select(pl.col("low").min()).item()),
        volume=float(frame["volume"].sum()),
        quote_volume=float(frame["quote_volume"].sum()),
        trades=int(frame["trades"].sum()),
    )


@lru_cache(maxsize=8)
def _read(file: Path) -> pl.DataFrame:
    typical = pl.mean_horizontal("open", "high", "low", "close") * pl.col("volume")
    return pl.read_parquet(file, columns=list(_COLUMNS)).select(
        pl.col("ts_ms").alias("open_time"),
        *_COLUMNS[1:],
        typical.round(8).alias("quote_volume"),
        (typical / _AVERAGE_TRADE).ceil().cast(pl.Int64).alias("trades"),
    )
