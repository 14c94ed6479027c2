"""What feeds have in common: their providers are asked, what they tell is checked and stored."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import dagster as dg
import polars as pl

from assets.collection import Collection, collecting
from assets.freshness import freshness_of
from assets.interrupting import run_interruptibly
from assets.partitions import DAYS, is_present, launched_at, to_window
from assets.table import tables_metadata
from resources.asking import Asking, Told, quarantine_told, reasons_of
from resources.cadence import CADENCES
from resources.dagster_resources import FeedsResource
from resources.errors import NotFound, Unavailable
from resources.flush import Flushed
from resources.flush_feed import flush_rows, snapshot_of
from resources.lake import Lake
from resources.ledger import Ledger
from resources.market import load_registry
from resources.schemas import Table
from resources.schemas.page import Page
from resources.scope import Scope

# Makes a table's rows of what was told; the ledger knows what else is known.
Shape = Callable[[pl.DataFrame, Ledger], pl.DataFrame]


def by_year(frame: pl.DataFrame, _: Ledger) -> pl.DataFrame:
    """Rows of days with the partition that they lie in."""
    return frame.with_columns(year=pl.col("of").dt.strftime("%Y"))


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a feed, and the page that it is made of.

    The first member of the pool that answers is asked, or `each` of them. `judge` puts rows right
    by what is stored, and gives one that cannot be its `reason`: an answer of which it leaves none
    is refused, and the next member asked. `shape` makes the table's rows of
    the others. `also` are other tables that these rows tell of, each with its own shape. `names`
    are what answers are wanted of one by one, where a provider has one for each; `since` is up to
    when (ms) each provider's history is stored.
    """

    page: Page
    table: Table
    each: bool = False
    shape: Shape | None = None
    judge: Callable[[Told, Lake, Ledger], Told] | None = None
    also: Sequence[tuple[Table, Shape]] = ()
    names: Callable[[Lake, Scope], Sequence[str]] | None = None
    since: Callable[[Lake], Mapping[str, int]] | None = None


@dataclass(slots=True)
class Outcome:
    """What a run has done: counts by table, who has told, and what asks for a retry."""

    flushed: dict[str, Flushed] = field(default_factory=dict)
    providers: dict[str, list[str]] = field(default_factory=dict)
    quarantined: int = 0
    error: Unavailable | None = None

    @property
    def rows(self) -> int:
        return sum(one.rows + one.revised for one in self.flushed.values())


def feed_asset(
    feed: str, parts: Sequence[Part], *, group: str, description: str
) -> dg.AssetsDefinition:
    """The asset of a feed, by day: today's partition adds what is told now, a past one what
    providers tell of that day.

    Parts are independent: what one cannot have does not keep others from being stored. The run
    then asks for a retry, which stores nothing twice. A part that no provider tells of a past day
    is left out, as long as there is another.
    """
    tables = [table for part in parts for table in (part.table, *(also for also, _ in part.also))]

    @dg.asset(
        name=feed,
        partitions_def=DAYS,
        kinds={"deltalake", "polars"},
        owners=["team:headwater"],
        group_name=group,
        description=description,
        metadata=tables_metadata(*tables),
        freshness_policy=freshness_of(feed),
    )
    def collect(
        context: dg.AssetExecutionContext,
        feeds: FeedsResource,
        lake: dg.ResourceParam[Lake],
        ledger: dg.ResourceParam[Ledger],
    ) -> dg.MaterializeResult[None]:
        with collecting(context, ledger, feed) as collection:
            scope = scope_of(context, feeds, ledger.now())
            run = Run(feed, feeds, lake, ledger, scope, launched_at(context), collection)
            outcome = run_interruptibly(run.collect(parts))
            if outcome.error is not None:
                raise outcome.error
            return dg.MaterializeResult(metadata=metadata_of(outcome, collection))

    return collect


def scope_of(context: dg.AssetExecutionContext, feeds: FeedsResource, now: int) -> Scope:
    """What a run of a partition is about."""
    assets = tuple(load_registry().active(feeds.top_n))
    if is_present(context):
        return Scope(assets, now)
    window = to_window(context.partition_time_window)
    return Scope(assets, now, (window.start, window.end))


@dataclass(slots=True)
class Run:
    """One run of a feed, launched at `launched`, ms since 1970, UTC."""

    feed: str
    feeds: FeedsResource
    lake: Lake
    ledger: Ledger
    scope: Scope
    launched: int
    collection: Collection

    @property
    def at(self) -> int:
        """The time that its rows are of, ms: that of the launch, so that retries add nothing to
        what is stored."""
        if self.scope.past:
            return self.scope.past[0]
        return self.launched - self.launched % CADENCES[self.feed].every

    async def collect(self, parts: Sequence[Part]) -> Outcome:
        outcome, untold = Outcome(), list[NotFound]()
        async with self.feeds.open_pools(self.ledger) as asking:
            for part in parts:
                try:
                    await self._collect(asking, part, outcome)
                except Unavailable as error:
                    self.collection.failures[part.page.name] = str(error)
                    outcome.error = error
                except NotFound as error:
                    untold.append(error)
            outcome.quarantined += asking.quarantined
        if len(untold) == len(parts):
            raise untold[0]
        return outcome

    async def _collect(self, asking: Asking, part: Part, outcome: Outcome) -> None:
        told = await self._ask(asking, part)
        rows = snapshot_of(told, self.feeds.mode, self.at)
        if part.shape:
            rows = part.shape(rows, self.ledger)
        self._flush(part.table, rows, told, outcome)
        for table, shape in part.also:
            self._flush(table, shape(rows, self.ledger), told, outcome)
        outcome.quarantined += quarantine_told(self.ledger, part.page, told)

    def _flush(
        self, table: Table, frame: pl.DataFrame, told: Sequence[Told], outcome: Outcome
    ) -> None:
        flushed = flush_rows(self.lake, self.ledger, table, frame)
        outcome.flushed.setdefault(table.name, Flushed()).add(flushed)
        providers = outcome.providers.setdefault(table.name, [])
        providers += [one.provider for one in told if one.provider not in providers]
        self.collection.records += flushed.rows + flushed.revised

    async def _ask(self, asking: Asking, part: Part) -> list[Told]:
        since = part.since(self.lake) if part.since else {}
        names = tuple(part.names(self.lake, self.scope)) if part.names else ()
        scope = replace(self.scope, since=since, names=names)
        judge = partial(self._judged, part)
        if part.each:
            told, failures = await asking.each(part.page, scope, judge)
        else:
            told, failures = [await asking.first(part.page, scope, judge)], {}
        self.collection.failures.update(
            {f"{name}, {part.page.name}": why for name, why in reasons_of(told, failures).items()}
        )
        return told

    def _judged(self, part: Part, told: Told) -> Told:
        return part.judge(told, self.lake, self.ledger) if part.judge else told


def metadata_of(outcome: Outcome, collection: Collection) -> dict[str, dg.MetadataValue]:
    rows = {name: one.rows + one.revised for name, one in outcome.flushed.items()}
    return {
        "dagster/row_count": dg.MetadataValue.int(outcome.rows),
        "rows": dg.MetadataValue.json(rows),
        "providers": dg.MetadataValue.json(outcome.providers),
        "quarantined": dg.MetadataValue.int(outcome.quarantined),
        "failures": dg.MetadataValue.json(collection.failures),
    }
