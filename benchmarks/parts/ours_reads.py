"""Reads of the lake as the API makes them, without HTTP. Answers are the rows as JSON."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import polars as pl

from api.params import now_ms
from api.queries import prices
from api.queries.candles import CandleView, to_rows
from benchmarks.written_lake import opened
from resources.market import Interval
from resources.plan import Window

# One more than a page: the API sees by it whether there is a next.
_PAGE = 10_001


class Ours:
    def __init__(self, home: Path) -> None:
        self._lake, self._ledger = opened(home)

    def last(self, market: str) -> bytes:
        return _json(self._view(market).last(500, now_ms()))

    def between(self, market: str, window: Window) -> bytes:
        return _json(self._view(market).first(_PAGE, window))

    def newest(self, assets: Sequence[str]) -> bytes:
        return msgspec.json.encode(list(prices.newest(self._ledger, assets).values()))

    def _view(self, market: str) -> CandleView:
        return CandleView(self._lake, market, Interval.H1)


def _json(frame: pl.DataFrame) -> bytes:
    return msgspec.json.encode(to_rows(frame, Interval.H1))
