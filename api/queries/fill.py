"""Ranges of candles in which no step is left out."""

from typing import Literal

import polars as pl

from resources.candle_view import CandleView
from resources.plan import Window

Stand = Literal["flat", "null"]
_PRICES = ("open", "high", "low", "close")
_SUMS = ("volume", "quote_volume", "trades")


def known_range(view: CandleView, end: int) -> Window:
    """From the first stored candle to the close of the last that opens before `end`.

    Nothing is known of what lies outside, so that nothing is filled there.
    """
    newest = view.last(1, end)
    if newest.is_empty():
        return Window(end, end)
    last = newest["open_time"].dt.epoch("ms").item()
    oldest = view.first(1, Window(0, last + 1))
    return Window(oldest["open_time"].dt.epoch("ms").item(), last + view.interval.ms)


def close_before(view: CandleView, at: int) -> float | None:
    """The close of the last candle that opens before `at`, which a flat candle there repeats."""
    before = view.last(1, at)["close"]
    return before.item() if len(before) else None


def filled(
    view: CandleView, window: Window, stand: Stand, before: float | None = None
) -> pl.DataFrame:
    """Every step of an aligned window, with a column `filled`: whether no candle is stored.

    `flat` repeats the close before, with a volume of 0; `null` leaves all numbers null. `before`
    is the close before the window, which is looked for where it is not given.
    """
    step = view.interval.ms
    opens = pl.int_range(window.start, window.end, step, eager=True).alias("open_time")
    grid = pl.select(opens.cast(pl.Datetime("ms", "UTC")).cast(pl.Datetime("us", "UTC")))
    stored = view.between(window).with_columns(filled=pl.lit(value=False))
    every = grid.join(stored, on="open_time", how="left", maintain_order="left")
    every = every.with_columns(pl.col("filled").fill_null(value=True))
    if stand == "null":
        return every
    before = close_before(view, window.start) if before is None else before
    close = pl.col("close").forward_fill()
    if before is not None:
        close = close.fill_null(before)
    return every.with_columns(
        *(pl.col(name).fill_null(close) for name in _PRICES),
        *(pl.when("filled").then(0).otherwise(name).alias(name) for name in _SUMS),
    )


def last_filled(view: CandleView, count: int, end: int, stand: Stand) -> pl.DataFrame:
    """The newest `count` steps that open before `end`."""
    known = known_range(view, end)
    wanted = Window(max(known.start, known.end - count * view.interval.ms), known.end)
    return filled(view, wanted, stand)
