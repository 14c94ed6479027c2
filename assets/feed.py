"""What feeds have in common: their providers are asked, what they tell is checked and stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import dagster as dg
import polars as pl

from assets.boundary import asset_boundary
from assets.collection import Collection, logged
from assets.freshness import freshness_of
from assets.interrupting import run_interruptibly
from assets.partitions import DAYS, to_window
from assets.table import column_schema
from resources.asking import Asking, Told
from resources.cadence import CADENCES
from resources.dagster_resources import FeedsResource
from resources.errors import NotFound, Unavailable
from resources.flush import Flushed
from resources.flush_feed import flush_rows, quarantine_told, snapshot_of
from resources.lake import Lake
from resources.ledger import Ledger, feed_times
from resources.market import load_registry
from resources.plan import day_key
from resources.schemas import Table
from resources.schemas.page import Page
from resources.scope import Scope

# A run that was launched just before midnight is still about the present.
_LATEST_START = 600_000


def _same(frame: pl.DataFrame) -> pl.DataFrame:
    return frame


def _alone(frame: pl.DataFrame, _: Ledger) -> pl.DataFrame:
    return frame


def _as_told(told: Told, _: Lake) -> Told:
    return told


def _nothing(_: Lake, __: Scope) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a feed, and the page that it is made of.

    The first member of the pool that answers is asked, or `each` of them. `shape` makes the rows
    of the table of those of the answers, `compare` adds what they are beside what else is known,
    `judge` gives a row that cannot be after what is stored its `reason`. `also` are other tables
    that the same rows tell of, each with its own shape. `names` are what answers are wanted of
    one by one, where a provider has one for each.
    """

    page: Page
    table: Table
    each: bool = False
    shape: Callable[[pl.DataFrame], pl.DataFrame] = field(default=_same)
    compare: Callable[[pl.DataFrame, Ledger], pl.DataFrame] = field(default=_alone)
    judge: Callable[[Told, Lake], Told] = field(default=_as_told)
    also: Sequence[tuple[Table, Callable[[pl.DataFrame], pl.DataFrame]]] = ()
    names: Callable[[Lake, Scope], Sequence[str]] = field(default=_nothing)


@dataclass(slots=True)
class Outcome:
    """What a run has done: counts by table, who has told, and why others have not."""

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

    @dg.asset(
        name=feed,
        partitions_def=DAYS,
        kinds={"deltalake", "polars"},
        owners=["team:headwater"],
        group_name=group,
        description=description,
        metadata=tables_of(parts),
        freshness_policy=freshness_of(feed),
    )
    def collect(
        context: dg.AssetExecutionContext,
        feeds: FeedsResource,
        lake: dg.ResourceParam[Lake],
        ledger: dg.ResourceParam[Ledger],
    ) -> dg.MaterializeResult[None]:
        now = ledger.now()
        with (
            asset_boundary(context.retry_number, now),
            logged(ledger, feed, context.run.run_id) as collection,
        ):
            scope = scope_of(context, feeds, now)
            run = Run(feed, feeds, lake, ledger, scope, collection)
            outcome = run_interruptibly(run.collect(parts))
            if outcome.error is not None:
                raise outcome.error
            return dg.MaterializeResult(metadata=metadata_of(outcome))

    return collect


def tables_of(parts: Sequence[Part]) -> dict[str, dg.TableSchema | list[str]]:
    """The columns of the first table, and the names of all."""
    tables = [table for part in parts for table in (part.table, *(also for also, _ in part.also))]
    return {
        "dagster/column_schema": column_schema(parts[0].table.schema),
        "tables": list(dict.fromkeys(table.name for table in tables)),
    }


def scope_of(context: dg.AssetExecutionContext, feeds: FeedsResource, now: int) -> Scope:
    """What a run of a partition is about."""
    assets = tuple(load_registry().active(feeds.top_n))
    if context.partition_key in {day_key(now), day_key(now - _LATEST_START)}:
        return Scope(assets, now)
    window = to_window(context.partition_time_window)
    return Scope(assets, now, (window.start, window.end))


@dataclass(slots=True)
class Run:
    """One run of a feed."""

    feed: str
    feeds: FeedsResource
    lake: Lake
    ledger: Ledger
    scope: Scope
    collection: Collection

    @property
    def at(self) -> int:
        """The time that its rows are of, ms: retries of a run add nothing to what is stored."""
        if self.scope.past:
            return self.scope.past[0]
        return self.scope.now - self.scope.now % CADENCES[self.feed].every

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
        if len(untold) == len(parts):
            raise untold[0]
        return outcome

    async def _collect(self, asking: Asking, part: Part, outcome: Outcome) -> None:
        try:
            asked = await self._ask(asking, part)
        finally:
            outcome.quarantined += quarantine_told(self.ledger, part.page, asking.broken)
            asking.broken.clear()
        told = [part.judge(one, self.lake) for one in asked]
        shaped = part.shape(snapshot_of(told, self.feeds.mode, self.at))
        self._flush(part.table, part.compare(shaped, self.ledger), told, outcome)
        for table, shape in part.also:
            self._flush(table, shape(shaped), told, outcome)
        outcome.quarantined += quarantine_told(self.ledger, part.page, told)

    def _flush(
        self, table: Table, frame: pl.DataFrame, told: Sequence[Told], outcome: Outcome
    ) -> None:
        flushed = flush_rows(self.lake, self.ledger, table, frame)
        before = outcome.flushed.get(table.name, Flushed())
        outcome.flushed[table.name] = replace(
            flushed,
            rows=flushed.rows + before.rows,
            revised=flushed.revised + before.revised,
            commits=flushed.commits + before.commits,
        )
        providers = outcome.providers.setdefault(table.name, [])
        providers += [one.provider for one in told if one.provider not in providers]
        self.collection.records += flushed.rows + flushed.revised

    async def _ask(self, asking: Asking, part: Part) -> list[Told]:
        since = feed_times.read(self.ledger).get(part.table.name)
        names = tuple(part.names(self.lake, self.scope))
        scope = replace(self.scope, since=since, names=names)
        if not part.each:
            return [await asking.first(part.page, scope)]
        told, failures = await asking.each(part.page, scope)
        self.collection.failures.update({name: str(error) for name, error in failures.items()})
        return told


def metadata_of(outcome: Outcome) -> dict[str, dg.MetadataValue]:
    rows = {name: one.rows + one.revised for name, one in outcome.flushed.items()}
    return {
        "dagster/row_count": dg.MetadataValue.int(outcome.rows),
        "rows": dg.MetadataValue.json(rows),
        "providers": dg.MetadataValue.json(outcome.providers),
        "quarantined": dg.MetadataValue.int(outcome.quarantined),
    }
