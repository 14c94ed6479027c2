"""Candles of files into the lake, by the way that all candles go."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields

import polars as pl

from resources.candle_sets.shape import PRICES, Layout
from resources.candle_sets.survey import Named, Survey, located
from resources.flush import CandlePage, flush_candles
from resources.lake import Lake
from resources.ledger import Ledger
from resources.market import Interval
from resources.plan import Window
from resources.schemas import CANDLES, IMPORTED, bucket_of, check_candles

_MORE = ("quote_volume", "trades")
_ORIGIN = ("symbol", "source")


@dataclass(slots=True)
class Imported:
    """What became of the rows of files.

    `equal` were stored already, `changed` replaced imported ones, `kept` are stored otherwise by
    a provider, whose candle stays; `forming` have not closed yet and are left out.
    """

    rows: int = 0
    new: int = 0
    equal: int = 0
    changed: int = 0
    kept: int = 0
    quarantined: int = 0
    forming: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Imported") -> None:
        for name in (one.name for one in fields(self)):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def import_set(
    lake: Lake,
    ledger: Ledger,
    layout: Layout,
    found: Survey,
    named: Named,
    tolerance: float,
    into: Imported,
) -> Iterator[int]:
    """Store the candles of a file that was looked through; tells the rows of each piece when it
    is done, and counts what became of them in `into`.

    Coverage is extended by the candles that are there alone: holes stay missing. A repeat adds
    nothing. Raises StoreUnavailable; what `into` has counted by then is stored.
    """
    for frame in located(layout, found.path, named):
        for (interval,), rows in frame.group_by("interval", maintain_order=True):
            _store(lake, ledger, Interval(str(interval)), rows, tolerance, into)
            yield rows.height


def _store(
    lake: Lake,
    ledger: Ledger,
    interval: Interval,
    frame: pl.DataFrame,
    tolerance: float,
    total: Imported,
) -> None:
    now = ledger.now()
    checked = check_candles(frame, interval, now)
    broken, sound = checked.drop_nulls("reason"), checked.filter(pl.col("reason").is_null())
    closed = sound.filter(pl.col("open_time").dt.epoch("ms") + interval.ms <= now)
    pages = _pages(_completed(lake, closed, interval), interval, now)
    pages += [_page(rows, Window(0, 0), now) for rows in _split(broken, *_ORIGIN)]
    total.rows += frame.height
    total.forming += sound.height - closed.height
    if not pages:
        return
    flushed = flush_candles(lake, ledger, interval, pages, IMPORTED, tolerance)
    total.new += flushed.rows
    total.changed += flushed.revised
    total.kept += flushed.disputed
    total.equal += closed.height - flushed.rows - flushed.revised - flushed.disputed
    total.quarantined += flushed.quarantined
    total.reasons.update(flushed.quarantined_by_reason)


def _completed(lake: Lake, frame: pl.DataFrame, interval: Interval) -> pl.DataFrame:
    """The frame with the quote volumes and trades that are stored, where the rest is equal.

    Most layouts have none, which says nothing about them.
    """
    if not any(frame[name].null_count() for name in _MORE):
        return frame
    symbols = frame["symbol"].unique().to_list()
    periods = frame["open_time"].dt.strftime(interval.period_form).unique().to_list()
    where: dict[str, Sequence[str | int]] = {
        "interval": [str(interval)],
        "bucket": sorted({bucket_of(symbol) for symbol in symbols}),
        "period": periods,
    }
    stored = lake.scan(CANDLES, where).filter(pl.col("symbol").is_in(symbols))
    more = stored.select("symbol", "open_time", *PRICES, *_MORE).collect()
    same = ["symbol", "open_time", *PRICES]
    both = frame.join(more, on=same, how="left", suffix="_stored", maintain_order="left")
    filled = [pl.coalesce(name, f"{name}_stored").alias(name) for name in _MORE]
    return both.with_columns(filled).select(frame.columns)


def _pages(frame: pl.DataFrame, interval: Interval, now: int) -> list[CandlePage]:
    """One page a run of candles without a hole."""
    opens = pl.col("open_time").dt.epoch("ms")
    follows = (opens.diff() == interval.ms) & pl.all_horizontal(
        pl.col(name) == pl.col(name).shift(1) for name in _ORIGIN
    )
    runs = frame.sort(*_ORIGIN, "open_time").with_columns(
        run=(~follows.fill_null(value=False)).cum_sum()
    )
    found = []
    for rows in _split(runs, "run"):
        times = rows["open_time"].dt.epoch("ms")
        found.append(_page(rows, Window(int(times[0]), int(times[-1]) + interval.ms), now))
    return found


def _page(rows: pl.DataFrame, window: Window, now: int) -> CandlePage:
    candles = rows.select("open_time", *PRICES, *_MORE)
    return CandlePage(rows["symbol"][0], rows["source"][0], candles, window, now, now)


def _split(frame: pl.DataFrame, *by: str) -> Sequence[pl.DataFrame]:
    return frame.partition_by(by, maintain_order=True) if frame.height else []
