"""Collections of candles that somebody asks for: checked first, then launched, one at a time."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from resources import demand
from resources.demand import Markets, day_end, day_start
from resources.errors import Conflict, HeadwaterError, InvalidInput, NothingLeft
from resources.graphql import BEHIND_SCHEDULES, Dagster, partition_range
from resources.ledger import Ledger, collections
from resources.ledger.collections import Collection
from resources.market import load_registry
from resources.plan import (
    COLLECTION_TAG,
    MODE_TAG,
    MODES,
    OHLCV_ASSET,
    OHLCV_JOB,
    ORIGIN_TAG,
    Window,
    day_key,
    month_key,
)
from resources.settings import Settings

# Dagster's partitions of candles begin here.
_FIRST_DAY = 1_356_998_400_000  # 2013-01-01


@dataclass(frozen=True, slots=True)
class Request:
    """What is collected: of these markets by interval what `mode` misses in `window`.

    `config` is that of the asset.
    """

    mode: str
    markets: Markets
    window: Window
    config: Mapping[str, Any]

    @property
    def run_config(self) -> dict[str, Any]:
        return {"ops": {OHLCV_ASSET: {"config": dict(self.config)}}}

    def tags(self, origin: str) -> dict[str, str]:
        """The tags of its run, which name the months that it is about."""
        months = partition_range(month_key(self.window.start), month_key(self.window.end - 1))
        return {**months, MODE_TAG: self.mode, ORIGIN_TAG: origin}


def asked(
    ledger: Ledger,
    settings: Settings,
    mode: str,
    *,
    start: str = "",
    end: str = "",
    symbols: Sequence[str] | None = None,
    interval: str = "",
) -> Request:
    """A collection, checked. `start` and `end` are days, both included; `symbols` in any spelling.

    What is not given is as the settings and the watchlist say. Raises as the registry does,
    InvalidInput, also for an empty list, and NothingLeft where the days hold nothing for the mode.
    """
    if mode not in MODES:
        raise InvalidInput(f"mode {mode!r} is none of {', '.join(MODES)}")
    if symbols is not None and not symbols:
        raise InvalidInput("symbols is an empty list: name some, or leave it out for all markets")
    now = ledger.now()
    given = _days(settings, start, end, now)
    named = [str(one) for one in sorted(set(map(load_registry().market, symbols or ())))]
    wanted = demand.markets(
        ledger,
        load_registry(),
        settings.top_n,
        settings.collection_intervals,
        symbols=named,
        interval=interval,
        watched=settings.watched,
    )
    # The start of the settings bounds no history that is stored already.
    bounds = given if start else Window(_FIRST_DAY, given.end)
    window = demand.span(ledger, mode, wanted, given.start, now).clip(bounds)
    if not window.length:
        told = f"from {start or 'then'} to {end or 'now'}"
        raise NothingLeft(f"nothing is left to collect {mode} {told}")
    days = {"start": day_key(window.start), "end": day_key(window.end - 1)}
    config = {"mode": mode, "symbols": named, "interval": str(interval), **days}
    return Request(mode, wanted, window, config)


@dataclass(frozen=True, slots=True)
class Launched:
    collection_id: str
    run_id: str


def launch(dagster: Dagster, ledger: Ledger, request: Request, origin: str) -> Launched:
    """Start the run that collects it.

    Raises Conflict while any collection is going or waits for its turn, whoever has started
    it, and Unavailable where Dagster does not answer.
    """
    if waiting := dagster.runs_waiting(OHLCV_JOB):
        raise Conflict(f"a collection is going already (run {waiting[0].id})")
    _end_unbegun(dagster, ledger)
    with claimed(ledger, request, origin) as (collection_id, tags):
        run_id = dagster.launch(OHLCV_JOB, {**tags, **BEHIND_SCHEDULES}, request.run_config)
        collections.launched(ledger, collection_id, run_id)
    return Launched(collection_id, run_id)


def _end_unbegun(dagster: Dagster, ledger: Ledger) -> None:
    """One whose run was killed before it began cannot say itself that it is over."""
    for one in collections.going(ledger):
        run = dagster.run(one.run_id) if one.run_id and one.state == "launching" else None
        if run is None or run.going:
            continue
        # It may have begun, and ended, since it was looked at.
        now = collections.find(ledger, one.id)
        if now is not None and now.state == "launching":
            collections.end(ledger, one.id, "failure", "its run ended before it began")


@contextmanager
def claimed(
    ledger: Ledger, request: Request, origin: str
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The id of a collection, and the tags of the run that is launched for it in the block.

    Raises Conflict while any collection is going; one whose launch fails has failed.
    """
    collection_id = collections.claim(ledger, request.mode, origin)
    try:
        yield collection_id, {**request.tags(origin), COLLECTION_TAG: collection_id}
    except HeadwaterError as error:
        collections.end(ledger, collection_id, "failure", str(error))
        raise


def cancel(dagster: Dagster, ledger: Ledger, going: Collection) -> None:
    """End a collection that is going; what it has stored stays.

    Raises Conflict while it has no run yet, Unavailable where Dagster does not answer.
    """
    run = dagster.run(going.run_id) if going.run_id else None
    if run is None:
        raise Conflict("the collection is being launched: try again in some seconds")
    dagster.terminate([run])
    if going.state == "launching":
        # One that never began cannot say itself that it was ended.
        collections.end(ledger, going.id, "canceled")


def current(ledger: Ledger) -> Collection | None:
    """The newest collection that is going, else the newest of all; None before the first."""
    return next(iter(collections.going(ledger) or collections.newest(ledger)), None)


def _days(settings: Settings, start: str, end: str, now: int) -> Window:
    """From the first day to the end of the last one, at most until now."""
    default = datetime.combine(settings.collection_start_date, time.min, UTC)
    first = day_start(start) if start else int(default.timestamp() * 1000)
    last = day_end(end) if end else now
    if start and first > now:
        raise InvalidInput(f"the start {start} lies in the future")
    if start and first < _FIRST_DAY:
        raise InvalidInput(f"the start {start} lies before 2013-01-01: no older candles are kept")
    if last <= first:
        told = start or f"{settings.collection_start_date}, the start date of the settings"
        raise InvalidInput(f"the end {end} lies before the start {told}")
    return Window(first, min(last, now))
