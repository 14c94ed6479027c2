"""Candles of any length of time, read a piece at a time: memory holds one, whatever is asked."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from api.params import Fill, now_ms
from api.queries import fill
from resources.candle_view import EMPTY, CandleView, to_table
from resources.plan import Window

# Steps that are read at once: of all columns, and of those that tell a candle from others.
_STEPS = 50_000
_MARKED_STEPS = 200_000
_HASHES = 2**64


@dataclass(frozen=True, slots=True)
class History:
    """The first rows of a question, by what is stored when it is asked.

    `rows` is their number, `following` the open time (ms) of the first that is left out, None
    where there is none. `tag` is the same whenever rows and `following` are.
    """

    view: CandleView
    window: Window
    stand: Fill
    rows: int
    following: int | None
    tag: str

    @property
    def schema(self) -> pl.Schema:
        """Of the tables."""
        empty = EMPTY if self.stand == "none" else EMPTY.with_columns(filled=pl.lit(value=False))
        return self._table(empty).schema

    def tables(self) -> Iterator[pl.DataFrame]:
        """The rows as tables of files have them, oldest first."""
        return map(self._table, self._frames())

    def _table(self, frame: pl.DataFrame) -> pl.DataFrame:
        return to_table(frame, self.view.symbol, self.view.interval)

    def _frames(self) -> Iterator[pl.DataFrame]:
        before: float | None = None
        for piece in _cut(self.window, _STEPS * self.view.interval.ms):
            if self.stand == "none":
                yield self.view.between(piece)
                continue
            frame = fill.filled(self.view, piece, self.stand, before)
            before = frame["close"][-1]
            yield frame


def history(view: CandleView, window: Window, stand: Fill, limit: int | None = None) -> History:
    """Looks through the open times of the window once; `limit` bounds the rows."""
    frozen = view.frozen()
    if stand == "none":
        return _plain(frozen, frozen.extent(window), limit)
    wanted = fill_window(frozen, window)
    end = wanted.end if limit is None else min(wanted.end, wanted.start + limit * view.interval.ms)
    page = Window(wanted.start, end)
    before = fill.close_before(frozen, page.start) if stand == "flat" and page.length else None
    stored = _plain(frozen, page, None)
    following = end if end < wanted.end else None
    tag = _tag(stored.tag, stand, page.start, end, before, following)
    return History(frozen, page, stand, page.length // view.interval.ms, following, tag)


def fill_window(view: CandleView, window: Window) -> Window:
    """The steps of a window that can be filled."""
    aligned = Window(view.interval.ceil(window.start), view.interval.ceil(window.end))
    known = aligned.clip(fill.known_range(view, now_ms()))
    return Window(known.start, known.start + known.length)


def _plain(view: CandleView, window: Window, limit: int | None) -> History:
    rows = hashes = 0
    following = None
    for piece in _cut(window, _MARKED_STEPS * view.interval.ms):
        marks = view.marks(piece)
        left = marks.height if limit is None else limit - rows
        if marks.height > left:
            following = int(marks["open_time"].dt.epoch("ms")[left])
            marks = marks.head(left)
        rows += marks.height
        # A sum, since where pieces are cut moves with the window.
        hashes = (hashes + int(marks.hash_rows().sum())) % _HASHES
        if following is not None:
            break
    end = window.end if following is None else following
    tag = _tag(view.symbol, view.interval, rows, hashes, following)
    return History(view, Window(window.start, end), "none", rows, following, tag)


def _cut(window: Window, length: int) -> Iterator[Window]:
    for start in range(window.start, window.end, length):
        yield Window(start, min(window.end, start + length))


def _tag(*parts: object) -> str:
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()
