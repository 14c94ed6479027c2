"""Candles: one row per closed candle of a market and interval."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

import dagster as dg
from pydantic import Field

from assets.boundary import asset_boundary
from assets.collect import FLUSH_SECONDS, Collector
from assets.collected import Collected, Collecting
from assets.collection import logged
from assets.freshness import freshness_of
from assets.interrupting import run_interruptibly
from assets.partitions import MONTHS, to_window
from assets.registration import Registration, registered
from assets.table import tables_metadata
from resources import demand
from resources.dagster_resources import FeedsResource
from resources.errors import NotFound, StoreUnavailable
from resources.flush import Flushed
from resources.lake import Lake
from resources.ledger import Ledger, gaps
from resources.ledger.collections import ENDED
from resources.market import Interval, Symbol, load_registry
from resources.plan import MODES, OHLCV_ASSET, Cost, Window
from resources.room import estimated_bytes, require_room
from resources.schemas import CANDLES

Todo = Mapping[Interval, Mapping[Symbol, Sequence[Window]]]


# How many providers are asked for a candle before it counts as one that does not exist; more
# where that is what a run is about.
_OPINIONS = 2
_OPINIONS_ON_GAPS = 4


class OhlcvConfig(dg.Config):
    """What to collect of the chosen months; empty means all that is missing of all that is
    active."""

    mode: str = Field(
        "",
        description=f"One of {', '.join(MODES)}: all up to a day, what follows the newest candle, "
        "or what lies between candles. Empty: all that is missing.",
    )
    symbols: list[str] = Field([], description="Markets in any spelling; empty: all active ones.")
    interval: str = Field(
        "", description=f"One of {', '.join(Interval)}; empty: HEADWATER_COLLECTION_INTERVALS."
    )
    start: str = Field("", description="First day, YYYY-MM-DD, UTC; empty: of the first month.")
    end: str = Field("", description="Last day, likewise; empty: of the last month.")


@dg.asset(
    name=OHLCV_ASSET,
    partitions_def=MONTHS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    kinds={"deltalake", "polars"},
    owners=["team:headwater"],
    group_name="market",
    description="One row per closed candle of a market and interval: what providers said it was, "
    "with provider, fetch time and the time it became known. Prices in the quote currency, UTC.",
    metadata=tables_metadata(CANDLES),
    freshness_policy=freshness_of(OHLCV_ASSET),
)
def ohlcv(
    context: dg.AssetExecutionContext,
    config: OhlcvConfig,
    feeds: FeedsResource,
    lake: dg.ResourceParam[Lake],
    ledger: dg.ResourceParam[Ledger],
) -> dg.MaterializeResult[None]:
    with (
        registered(ledger, context.run, config.mode, context.retry_number) as registration,
        asset_boundary(context.retry_number, ledger.now()),
        logged(ledger, OHLCV_ASSET, context.run.run_id) as collection,
    ):
        window = _window(context, config, ledger.now())
        todo = _todo(config, feeds, ledger, window)
        needed = sum(
            estimated_bytes(interval, (one for some in markets.values() for one in some))
            for interval, markets in todo.items()
        )
        require_room(lake.url, needed)
        collected = run_interruptibly(
            _collect(context, feeds, lake, ledger, todo, window, registration, config.mode)
        )
        collection.records = sum(one.flushed.rows for one in collected.values())
        failures = _failures(collected)
        collection.failures.update(failures)
        for name, error in failures.items():
            context.log.warning(f"{name}: {error}")
        _raise_where_all_failed(collected)
        return dg.MaterializeResult(metadata=_metadata(collected))


def _window(context: dg.AssetExecutionContext, config: OhlcvConfig, now: int) -> Window:
    """The chosen months, up to now and between the days of the configuration."""
    months = to_window(context.partition_time_window).clip(Window(0, now))
    return months.clip(demand.days(config.start, config.end, now))


def _todo(config: OhlcvConfig, feeds: FeedsResource, ledger: Ledger, window: Window) -> Todo:
    intervals = [Interval(one) for one in feeds.intervals]
    markets = demand.markets(
        ledger,
        load_registry(),
        feeds.top_n,
        intervals,
        symbols=config.symbols,
        interval=config.interval,
        watched=feeds.watched,
    )
    return {
        interval: demand.ranges(ledger, config.mode, interval, symbols, window)
        for interval, symbols in markets.items()
    }


async def _collect(
    context: dg.AssetExecutionContext,
    feeds: FeedsResource,
    lake: Lake,
    ledger: Ledger,
    todo: Todo,
    window: Window,
    registration: Registration,
    mode: str,
) -> dict[Interval, Collected]:
    opinions = _OPINIONS_ON_GAPS if mode == "gap_fill" else _OPINIONS
    how = Collecting(feeds.mode, feeds.retries, feeds.tolerance, opinions)
    collected = {}
    async with feeds.open_feeds(ledger) as open_feeds:
        for interval, ranges in todo.items():
            collector = Collector(
                open_feeds,
                lake,
                ledger,
                interval,
                how,
                progress=partial(_tell, context, interval),
                announce=partial(_announce, context, interval),
                tell=registration.tell,
            )
            collected[interval] = await collector.collect(ranges, window)
            if collected[interval].flushed.absent:
                await _classify(ledger, interval, registration)
    return collected


async def _classify(ledger: Ledger, interval: Interval, registration: Registration) -> None:
    """Find the reasons of gaps; of very many that takes a minute, in which we go on."""
    classifying = asyncio.create_task(asyncio.to_thread(gaps.classify, ledger, interval))
    while not classifying.done():
        await asyncio.wait([classifying], timeout=FLUSH_SECONDS)
        # A word that is lost is made good by the next.
        with suppress(StoreUnavailable):
            registration.tell(())
    classifying.result()


def _tell(context: dg.AssetExecutionContext, interval: Interval, flushed: Flushed) -> None:
    context.log.info(
        f"stored {flushed.rows} {interval} candles, revised {flushed.revised}, "
        f"quarantined {flushed.quarantined}, disputed {flushed.disputed}, absent {flushed.absent}"
    )


def _announce(
    context: dg.AssetExecutionContext, interval: Interval, plan: Mapping[str, Cost]
) -> None:
    for provider, cost in plan.items():
        context.log.info(f"planned of {provider} for {interval}: {cost}")


def _failures(collected: Mapping[Interval, Collected]) -> dict[str, str]:
    return {
        f"{symbol} {interval}": str(error)
        for interval, one in collected.items()
        for symbol, error in one.errors.items()
    }


def _raise_where_all_failed(collected: Mapping[Interval, Collected]) -> None:
    """What was fetched is stored, and one market that fails fails no run; where not one could
    be collected, for passing reasons, the run is worth another try."""
    states = [state for one in collected.values() for state in one.states]
    # NotFound: no provider has the market, and no retry will change that.
    passing = [
        error
        for one in collected.values()
        for error in one.errors.values()
        if not isinstance(error, NotFound)
    ]
    if passing and all(state.status in ("failed", "skipped") for state in states):
        raise passing[0]


def _metadata(collected: Mapping[Interval, Collected]) -> dict[str, dg.MetadataValue]:
    flushed = Flushed()
    for one in collected.values():
        flushed.add(one.flushed)
    states = [state for one in collected.values() for state in one.states]
    not_complete = [
        {
            "symbol": state.symbol,
            "interval": state.interval,
            "status": state.status,
            "records": state.records,
            "retries": state.retries,
            "missing": [[_iso(one.start), _iso(one.end)] for one in state.missing],
            "error": state.error,
        }
        for state in states
        if state.status != "complete"
    ]
    counts: dict[str, dg.MetadataValue] = {
        status: dg.MetadataValue.int(sum(state.status == status for state in states))
        for status in ENDED
    }
    return {
        "dagster/row_count": dg.MetadataValue.int(flushed.rows),
        "intervals": dg.MetadataValue.text(", ".join(collected)),
        **counts,
        "not_complete": dg.MetadataValue.json(not_complete),
        "retries": dg.MetadataValue.int(sum(state.retries for state in states)),
        "pages": dg.MetadataValue.int(sum(one.pages for one in collected.values())),
        "revised": dg.MetadataValue.int(flushed.revised),
        "disputed": dg.MetadataValue.int(flushed.disputed),
        "absent": dg.MetadataValue.int(flushed.absent),
        "quarantined": dg.MetadataValue.json(dict(flushed.quarantined_by_reason)),
    }


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat().replace("+00:00", "Z")
