"""The folders of freqtrade: one file a pair and timeframe, BTC_USDT-1h.feather.

Feather: columns date (UTC), open, high, low, close, volume. JSON: arrays in that order.
"""

from pathlib import Path

import polars as pl

from resources.candle_sets.arrays import read_arrays, write_arrays
from resources.candle_sets.shape import CHUNK, PRICES, Frames, Layout, Made, plain, shaped
from resources.candle_sets.tables import lazily, pieces


def _read_feather(path: Path) -> Frames:
    for first, rows in pieces(lambda: pl.scan_ipc(path, glob=False), "feather"):
        yield shaped(rows, first)


def _write_feather(frames: Made, path: Path) -> None:
    date = pl.col("date").cast(pl.Datetime("ms", "UTC"))
    rows = lazily(plain(frame, ("date", *PRICES)).with_columns(date) for frame in frames())
    if rows is not None:
        # pandas knows no string views, and programs of some years ago no zstd.
        oldest = pl.CompatLevel.oldest()
        rows.sink_ipc(path, compression="lz4", compat_level=oldest, record_batch_size=CHUNK)


FEATHER = Layout("freqtrade-feather", ".feather", "freqtrade", _read_feather, _write_feather)
JSON = Layout("freqtrade-json", ".json", "freqtrade", read_arrays, write_arrays)
