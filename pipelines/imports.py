"""`headwater import`: the candles of files into the lake."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from tqdm import tqdm

from pipelines.home import require_mode, written
from pipelines.output import say, table
from pipelines.stop import Stop, stoppable
from resources.candle_sets import (
    Imported,
    Layout,
    Named,
    Survey,
    files_in,
    find_layout,
    import_set,
    read_market,
    survey,
)
from resources.errors import HeadwaterError, InvalidInput
from resources.lake import Lake
from resources.ledger import Ledger
from resources.market import Interval
from resources.plan import Window
from resources.room import estimated_bytes, require_room
from resources.settings import Settings

_COUNTS = tuple(one.name for one in fields(Imported) if one.name != "reasons")


def import_files(parsed: Namespace, settings: Settings) -> None:
    """Look through all files, then store those that can be read, and tell what became of each.

    Raises InvalidInput at the end where a file was refused.
    """
    layout = find_layout(parsed.layout)
    named = Named(
        read_market(parsed.symbol) if parsed.symbol else None,
        Interval.parse(parsed.interval) if parsed.interval else None,
        parsed.source,
    )
    paths = [path for given in parsed.paths for path in _files(layout, given)]
    with written(settings):
        settings.home_dir.mkdir(parents=True, exist_ok=True)
        require_mode(settings)
    ledger = Ledger(settings.ledger_url)
    ledger.migrate()
    with stoppable() as stop:
        found = _surveyed(layout, paths, named, ledger.now(), stop)
        _require_room(found, settings)
        _store(layout, found, named, settings, ledger, stop)
    if refused := len(paths) - len(found):
        raise InvalidInput(
            f"{refused} of {len(paths)} files are refused: nothing of them is stored"
        )


def _files(layout: Layout, given: Path) -> Sequence[Path]:
    if not given.is_dir():
        return [given]
    if not (found := files_in(layout, given)):
        raise InvalidInput(f"{given} holds no *{layout.suffix} files of the layout {layout.name}")
    return found


def _require_room(found: Sequence[Survey], settings: Settings) -> None:
    needed = sum(
        estimated_bytes(interval, [Window(0, rows * interval.ms)])
        for one in found
        for (_, interval), rows in one.markets.items()
    )
    require_room(settings.lake_url, needed)


def _surveyed(
    layout: Layout, paths: Sequence[Path], named: Named, now: int, stop: Stop
) -> list[Survey]:
    """What the files hold that can be read; of the others it is said why not."""
    found = []
    for path in tqdm(paths, desc="reading", unit=" files", disable=not sys.stderr.isatty()):
        stop.check()
        try:
            found.append(survey(layout, path, named, now))
        except HeadwaterError as error:
            tqdm.write(f"{path}: {error}", file=sys.stderr)
    return found


def _store(
    layout: Layout,
    found: Sequence[Survey],
    named: Named,
    settings: Settings,
    ledger: Ledger,
    stop: Stop,
) -> None:
    lake = Lake(settings.lake_url)
    done: dict[Path, Imported] = {}
    rows = sum(one.rows for one in found)
    bar = tqdm(total=rows, desc="storing", unit=" rows", disable=not sys.stderr.isatty())
    try:
        for one in found:
            into = done[one.path] = Imported()
            for stored in import_set(
                lake, ledger, layout, one, named, settings.candle_tolerance, into
            ):
                bar.update(stored)
                stop.check()
    finally:
        # However it ends: what was stored is told.
        bar.close()
        _summary(done)


def _summary(done: dict[Path, Imported]) -> None:
    if not done:
        return
    total = Imported()
    for one in done.values():
        total.add(one)
    named = [*((str(path), one) for path, one in done.items()), ("in all", total)]
    say(table(("file", *_COUNTS), [(name, *_cells(one)) for name, one in named]))
    for reason, count in total.reasons.most_common():
        say(f"quarantined: {count:,} {reason}")


def _cells(one: Imported) -> list[str]:
    return [f"{getattr(one, name):,}" for name in _COUNTS]
