"""News: one row per article, of all providers that have any."""

import dagster as dg

from assets.collection import Collection, collecting
from assets.feed import scope_of
from assets.freshness import freshness_of
from assets.interrupting import run_interruptibly
from assets.partitions import DAYS
from assets.table import tables_metadata
from resources.asking import Told, quarantine_told, reasons_of
from resources.dagster_resources import FeedsResource, SentimentResource
from resources.flush import Flushed
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
    metadata=tables_metadata(NEWS),
    freshness_policy=freshness_of(NEWS.name),
)
def news(
    context: dg.AssetExecutionContext,
    feeds: FeedsResource,
    sentiment: SentimentResource,
    lake: dg.ResourceParam[Lake],
    ledger: dg.ResourceParam[Ledger],
) -> dg.MaterializeResult[None]:
    with collecting(context, ledger, NEWS.name) as collection:
        scope = scope_of(context, feeds, ledger.now())
        told, quarantined = run_interruptibly(_ask(feeds, ledger, scope, collection))
        for name, reason in collection.failures.items():
            context.log.warning(f"{name}: {reason}")
        flushed = flush_news(
            lake, ledger, told, feeds.mode, lambda texts: sentiment.open().score(texts)
        )
        collection.records = flushed.rows + flushed.revised
        return dg.MaterializeResult(metadata=_metadata(flushed, told, quarantined, collection))


async def _ask(
    feeds: FeedsResource, ledger: Ledger, scope: Scope, collection: Collection
) -> tuple[list[Told], int]:
    """What is told, and how many of all rows were quarantined."""
    async with feeds.open_pools(ledger) as asking:
        told, failures = await asking.each(NEWS_PAGE, scope)
        collection.failures.update(reasons_of(told, failures))
        return told, asking.quarantined + quarantine_told(ledger, NEWS_PAGE, told)


def _metadata(
    flushed: Flushed, told: list[Told], quarantined: int, collection: Collection
) -> dict[str, dg.MetadataValue]:
    return {
        "dagster/row_count": dg.MetadataValue.int(flushed.rows),
        "told_by_more": dg.MetadataValue.int(flushed.revised),
        "stories": dg.MetadataValue.int(sum(one.frame.height for one in told)),
        "providers": dg.MetadataValue.json([one.provider for one in told]),
        "quarantined": dg.MetadataValue.int(quarantined),
        "failures": dg.MetadataValue.json(collection.failures),
    }
