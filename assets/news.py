"""News: one row per article, of all providers that have any."""

import dagster as dg

from assets.boundary import asset_boundary
from assets.collection import logged
from assets.feed import scope_of
from assets.freshness import freshness_of
from assets.interrupting import run_interruptibly
from assets.partitions import DAYS
from assets.table import column_schema
from resources.asking import Failures, Told
from resources.dagster_resources import FeedsResource, SentimentResource
from resources.flush import Flushed
from resources.flush_feed import quarantine_told
from resources.flush_news import flush_news
from resources.lake import Lake
from resources.ledger import Ledger
from resources.schemas import NEWS
from resources.schemas.news import NEWS_PAGE
from resources.scope import Scope


@dg.asset(
    name=NEWS.name,
    partitions_def=DAYS,
    kinds={"deltalake", "polars"},
    owners=["team:headwater"],
    group_name="sentiment",
    description="One row per article: what several providers carry is one. With the assets it "
    "mentions, its language and the sentiment of its title. All members of the pool are asked; "
    "those that do not answer keep nobody else's news from being stored.",
    metadata={"dagster/column_schema": column_schema(NEWS.schema), "table": NEWS.name},
    freshness_policy=freshness_of(NEWS.name),
)
def news(
    context: dg.AssetExecutionContext,
    feeds: FeedsResource,
    sentiment: SentimentResource,
    lake: dg.ResourceParam[Lake],
    ledger: dg.ResourceParam[Ledger],
) -> dg.MaterializeResult[None]:
    now = ledger.now()
    with (
        asset_boundary(context.retry_number, now),
        logged(ledger, NEWS.name, context.run.run_id) as collection,
    ):
        told, failures = run_interruptibly(_ask(feeds, ledger, scope_of(context, feeds, now)))
        collection.failures.update({name: str(error) for name, error in failures.items()})
        for name, reason in collection.failures.items():
            context.log.warning(f"no news of {name}: {reason}")
        quarantined = quarantine_told(ledger, NEWS_PAGE, told)
        flushed = flush_news(
            lake, ledger, told, feeds.mode, lambda texts: sentiment.open().score(texts)
        )
        collection.records = flushed.rows + flushed.revised
        return dg.MaterializeResult(metadata=_metadata(flushed, told, quarantined))


async def _ask(feeds: FeedsResource, ledger: Ledger, scope: Scope) -> tuple[list[Told], Failures]:
    async with feeds.open_pools(ledger) as asking:
        return await asking.each(NEWS_PAGE, scope)


def _metadata(flushed: Flushed, told: list[Told], quarantined: int) -> dict[str, dg.MetadataValue]:
    return {
        "dagster/row_count": dg.MetadataValue.int(flushed.rows),
        "told_by_more": dg.MetadataValue.int(flushed.revised),
        "stories": dg.MetadataValue.int(sum(one.frame.height for one in told)),
        "providers": dg.MetadataValue.json([one.provider for one in told]),
        "quarantined": dg.MetadataValue.int(quarantined),
    }
