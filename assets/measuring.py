"""A day's candles, counted: one row of `candle_quality` per market and interval."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from resources.holes import holes_between
from resources.lake import Lake
from resources.ledger import Ledger, coverage, quarantine
from resources.market import Interval
from resources.plan import Window, without
from resources.quality import LOOK_BACK_MS, outliers, scored
from resources.schemas import CANDLE_QUALITY, CANDLE_REVISIONS, CANDLES, UTC_TIME, bucket_of, utc

# How long a market counts that is collected no more.
_FORGOTTEN_MS = 7 * 86_400_000
# A candle must open in the day that it is of.
INTERVALS = [interval for interval in Interval if interval.ms <= Interval.D1.ms]

# How many candles of (symbol, interval) another provider was asked about, and told otherwise.
Compared = Mapping[tuple[str, str], tuple[int, int]]


class Day:
    """The markets of one day, as they are stored when they are measured.

    A market counts from its first candle that was asked for until a week after its last.
    """

    def __init__(self, lake: Lake, ledger: Ledger, start: int, now: int) -> None:
        self.window = Window(start, min(start + Interval.D1.ms, now))
        self._lake = lake
        self._ledger = ledger
        self._now = now
        self.covered: dict[Interval, Mapping[str, Sequence[Window]]] = {}
        everything = coverage.covered_by_interval(ledger)
        for interval in INTERVALS:
            have = everything.get(interval, {})
            mine = {symbol: windows for symbol, windows in have.items() if self._counts(windows)}
            if mine:
                self.covered[interval] = mine

    def _counts(self, windows: Sequence[Window]) -> bool:
        first, last = windows[0].start, windows[-1].end
        return first < self.window.end and last > self.window.start - _FORGOTTEN_MS

    def main_intervals(self) -> dict[str, Interval]:
        """The shortest interval of at least an hour that each market is collected in."""
        long = [interval for interval in reversed(INTERVALS) if interval.ms >= Interval.H1.ms]
        return {s: interval for interval in long for s in self.covered.get(interval, ())}

    def stored(self, interval: Interval, symbol: str) -> pl.DataFrame:
        """The day's candles of a market: open_time, close, provider."""
        rows = self._scan(interval, bucket_of(symbol), self.window)
        mine = rows.filter(pl.col("symbol") == symbol)
        return mine.select("open_time", "close", "provider").collect()

    def rows(self, compared: Compared, mode: str) -> pl.DataFrame:
        """The rows of CANDLE_QUALITY; markets of which no candle can be there yet have none."""
        frames = [
            self._measured(interval, bucket, symbols, compared)
            for interval, covered in self.covered.items()
            for bucket, symbols in _by_bucket(covered).items()
        ]
        found = [frame for frame in frames if frame.height]
        if not found:
            return pl.DataFrame(schema=CANDLE_QUALITY.schema)
        at = utc(self.window.start)
        return (
            scored(pl.concat(found))
            .with_columns(
                period=pl.lit(f"{at:%Y-%m}"),
                day=pl.lit(at, UTC_TIME),
                provider=pl.lit("headwater"),
                mode=pl.lit(mode),
                known_at=pl.lit(utc(self._now), UTC_TIME),
            )
            .select(pl.col(name).cast(kind) for name, kind in CANDLE_QUALITY.schema.items())
        )

    def _measured(
        self, interval: Interval, bucket: int, symbols: Sequence[str], compared: Compared
    ) -> pl.DataFrame:
        """The counts of the markets of one bucket."""
        before = Window(self.window.start - LOOK_BACK_MS, self.window.end)
        rows = self._scan(interval, bucket, before).filter(pl.col("symbol").is_in(symbols))
        candles = rows.select("symbol", "open_time", "close").collect()
        today = candles.filter(pl.col("open_time") >= utc(self.window.start))
        opens = {
            str(symbol): part["open_time"].dt.epoch("ms")
            for (symbol,), part in today.group_by("symbol")
        }
        empty = pl.Series([], dtype=pl.Int64)
        counted = [self._counted(interval, symbol, opens.get(symbol, empty)) for symbol in symbols]
        if not any(counted):
            return pl.DataFrame()
        frame = pl.DataFrame(_with_comparisons(counted, compared), infer_schema_length=None)
        return (
            frame.with_columns(pl.col("comparisons", "disagreements").cast(pl.Int64))
            .join(self._revisions(interval, symbols), on="symbol", how="left")
            .with_columns(pl.col("revisions").fill_null(0).cast(pl.Int64))
            .join(outliers(candles, interval, self.window.start), on="symbol", how="left")
        )

    def _counted(self, interval: Interval, symbol: str, opens: pl.Series) -> dict[str, Any]:
        """What there should be of a market and what there is; empty where it should be nothing."""
        have, step = self.covered[interval][symbol], interval.ms
        span = Window(
            max(interval.ceil(self.window.start), have[0].start), interval.floor(self.window.end)
        )
        if not span.length:
            return {}
        holes = holes_between(opens, span, step)
        unknown = without(holes, have)
        broken = self._quarantined(symbol, interval, unknown) if unknown else 0
        missing, left_out = (sum(w.length // step for w in some) for some in (holes, unknown))
        return {
            "symbol": symbol,
            "interval": str(interval),
            "expected": span.length // step,
            "present": span.length // step - missing,
            "gaps": len(holes),
            "not_fetched": left_out - broken,
            "quarantined": broken,
            "not_there": missing - left_out,
            "duplicates": len(opens) - opens.n_unique(),
        }

    def _quarantined(self, symbol: str, interval: Interval, holes: Sequence[Window]) -> int:
        times = quarantine.candle_times(self._ledger, symbol, interval)
        return sum(any(w.start <= at < w.end for w in holes) for at in times)

    def _revisions(self, interval: Interval, symbols: Sequence[str]) -> pl.DataFrame:
        times = utc(self.window.start), utc(self.window.end)
        rows = self._lake.scan(CANDLE_REVISIONS, {"interval": [str(interval)]}, *times)
        mine = rows.filter(pl.col("symbol").is_in(symbols))
        return mine.group_by("symbol").agg(revisions=pl.len()).collect()

    def _scan(self, interval: Interval, bucket: int, window: Window) -> pl.LazyFrame:
        where: dict[str, Sequence[str | int]] = {"interval": [str(interval)], "bucket": [bucket]}
        return self._lake.scan(CANDLES, where, utc(window.start), utc(window.end))


def _with_comparisons(
    counted: Iterable[Mapping[str, Any]], compared: Compared
) -> Iterator[dict[str, Any]]:
    for row in counted:
        if row:
            asked, apart = compared.get((row["symbol"], row["interval"]), (0, 0))
            yield {**row, "comparisons": asked, "disagreements": apart}


def _by_bucket(symbols: Iterable[str]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for symbol in symbols:
        found.setdefault(bucket_of(symbol), []).append(symbol)
    return found
