"""`headwater export`: stored candles to files."""

import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl
from tqdm import tqdm

from pipelines.home import require_mode
from pipelines.output import say
from pipelines.stop import Stop, stoppable
from resources.candle_sets import Layout, file_name, find_layout
from resources.candle_view import CandleView, to_table
from resources.demand import day_end, day_start
from resources.errors import Conflict, InvalidInput, StoreUnavailable
from resources.lake import Lake
from resources.ledger import Ledger, coverage, resampled
from resources.market import Interval, load_registry
from resources.plan import Window
from resources.settings import Settings

_EVER = 32_503_680_000_000  # the year 3000
# Candles of a piece: all markets of a file together.
_PIECE = 100_000


def export_files(parsed: Namespace, settings: Settings) -> None:
    """Write one file a market, or one set of all where the layout is wide.

    Raises Conflict where a file is there already, InvalidInput where nothing is stored.
    """
    layout, interval = find_layout(parsed.layout), Interval.parse(parsed.interval)
    if not settings.home_dir.is_dir():
        raise InvalidInput(f"there is no home {settings.home_dir}: nothing is stored")
    require_mode(settings)
    window = Window(
        day_start(parsed.start) if parsed.start else 0,
        day_end(parsed.end) if parsed.end else _EVER,
    )
    symbols = _symbols(parsed.symbols, settings, interval)
    lake = Lake(settings.lake_url).frozen()
    views = [CandleView(lake, symbol, interval, resampled=True) for symbol in symbols]
    stored = [view for view in views if _holds(view, window)]
    for view in views:
        if view not in stored:
            say(f"{view.symbol} {interval}: nothing is stored")
    if not stored:
        raise InvalidInput("there is nothing to export")
    parts = [stored] if layout.wide else [[view] for view in stored]
    for part in parts:
        path = parsed.to / file_name(layout, part[0].symbol, interval)
        there = [one for one in layout.files(path) if one.exists()]
        if there and not parsed.overwrite:
            raise Conflict(f"{there[0]} is there already: --overwrite replaces it")
    with stoppable() as stop, _written(parsed.to, stop) as folder:
        for part in tqdm(parts, desc="writing", unit=" files", disable=not sys.stderr.isatty()):
            _write(layout, part, window, folder, stop)
            _publish(folder, parsed.to)


def _symbols(spelt: str | None, settings: Settings, interval: Interval) -> Sequence[str]:
    if spelt:
        named = [text for text in spelt.split(",") if text.strip()]
        return sorted({str(market) for market in load_registry().chosen(named, 0)})
    ledger = Ledger(settings.ledger_url)
    ledger.migrate()
    known = [*coverage.symbols_covered(ledger), *(what[:2] for what in resampled.spans(ledger))]
    return sorted({symbol for symbol, of in known if of == interval})


def _holds(view: CandleView, window: Window) -> bool:
    return not view.first(1, window).is_empty()


def _write(
    layout: Layout, views: Sequence[CandleView], window: Window, folder: Path, stop: Stop
) -> None:
    path = folder / file_name(layout, views[0].symbol, views[0].interval)
    layout.write(lambda: _frames(views, window, stop), path)


def _frames(views: Sequence[CandleView], window: Window, stop: Stop) -> Iterator[pl.DataFrame]:
    """The rows of all markets, a piece of time after the other."""
    interval = views[0].interval
    extents = [extent for view in views if (extent := view.extent(window)).length]
    start, end = min(one.start for one in extents), max(one.end for one in extents)
    step = max(1, _PIECE // len(views)) * interval.ms
    for at in range(start, end, step):
        stop.check()
        piece = Window(at, min(end, at + step))
        rows = [to_table(view.between(piece), view.symbol, interval) for view in views]
        found = pl.concat(rows)
        if found.height:
            yield found


@contextmanager
def _written(to: Path, stop: Stop) -> Iterator[Path]:
    """A folder for files that are not whole yet."""
    try:
        to.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=to, prefix=".headwater-") as folder:
            yield Path(folder)
    except (OSError, pl.exceptions.PolarsError) as error:
        # What a source of polars raises comes out as an error of polars.
        stop.check()
        raise StoreUnavailable(f"{to} cannot be written: {error}") from error


def _publish(folder: Path, to: Path) -> None:
    for one in sorted(folder.iterdir()):
        one.rename(to / one.name)
        say(str(to / one.name))
