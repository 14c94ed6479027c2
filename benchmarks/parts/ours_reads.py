"""Reads of the lake as the API makes them, without HTTP. Answers are the rows as JSON."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import polars as pl

from api.params import now_ms
from api.queries import prices
from api.queries.candles import to_rows
from benchmarks.written_lake import opened
from resources.candle_view import CandleView
from resources.market import Interval
from resources.plan import Window


class Ours:
    def __init__(self, home: Path, interval: Interval) -> None:
        self._lake, self._ledger = opened(home)
        self._interval = interval

    def last(self, market: str) -> bytes:
        return self._json(self._view(market).last(500, now_ms()))

    def between(self, market: str, window: Window) -> bytes:
        # One more than there are: the API sees by it whether there is a next page.
        return self._json(self._view(market).first(window.length // self._interval.ms + 1, window))

    def newest(self, assets: Sequence[str]) -> bytes:
        return msgspec.json.encode(list(prices.newest(self._ledger, assets).values()))

    def _view(self, market: str) -> CandleView:
        return CandleView(self._lake, market, self._interval)

    def _json(self, frame: pl.DataFrame) -> bytes:
        return msgspec.json.encode(to_rows(frame, self._interval))
