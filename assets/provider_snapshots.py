"""Snapshots: what each provider answered when it was looked at, kept raw in the ledger."""

from collections.abc import Iterator, Sequence

import dagster as dg
from pydantic import Field

from assets.collection import collecting
from assets.interrupting import run_interruptibly
from resources.dagster_resources import CallsResource, SnapshotsResource
from resources.directory import Directory
from resources.ledger import Ledger, forced_updates, snapshots
from resources.plan import SNAPSHOTS_ASSET
from resources.schedules import Schedules
from resources.snapshots import AHEAD_MS, Look, Looks, is_news

PROVIDERS = dg.DynamicPartitionsDefinition(name="providers")


class SnapshotsConfig(dg.Config):
    """Whom to look at; empty, and without a partition: all that are due."""

    providers: list[str] = Field([], description="Ids of providers to look at now, due or not.")
    categories: list[str] = Field([], description="Only those due of these categories.")


@dg.asset(
    name=SNAPSHOTS_ASSET,
    partitions_def=PROVIDERS,
    # One run looks at several providers, and which of them answer is known at its end.
    output_required=False,
    backfill_policy=dg.BackfillPolicy.single_run(),
    kinds={"sqlite"},
    owners=["team:headwater"],
    group_name="providers",
    description="One row per look at a provider: what its first endpoint answered, raw. A run "
    "without partitions looks at all providers that are due; one with partitions at these, now.",
    metadata={"tables": [snapshots.TABLE]},
)
def provider_snapshots(
    context: dg.AssetExecutionContext,
    config: SnapshotsConfig,
    calls: CallsResource,
    snapshot_bounds: SnapshotsResource,
    ledger: dg.ResourceParam[Ledger],
) -> Iterator[dg.AssetMaterialization]:
    directory = Directory(ledger)
    _register(context.instance, sorted(directory.providers()))
    schedules = Schedules(ledger, directory, sandboxed=calls.sandbox_url is not None)
    named = _named(context, config)
    with collecting(context, ledger, SNAPSHOTS_ASSET) as collection:
        try:
            looks = run_interruptibly(
                _look(ledger, calls, snapshot_bounds, schedules, named, config)
            )
        finally:
            if named:
                forced_updates.ended(ledger, context.run.run_id)
        collection.failures.update({look.provider.id: look.reason for look in looks if look.reason})
        collection.records = len(looks) - len(collection.failures)
    for look in looks:
        if look.reason:
            context.log.warning(f"{look.provider.id}: {look.reason}")
        elif named or is_news(look.provider.id, look.before, look.began):
            yield _materialized(look)
    _require_answers(named, looks)


def _named(context: dg.AssetExecutionContext, config: SnapshotsConfig) -> list[str]:
    chosen = context.has_partition_key or context.has_partition_key_range
    return [*config.providers, *(context.partition_keys if chosen else ())]


def _register(instance: dg.DagsterInstance, providers: Sequence[str]) -> None:
    """Each provider is a partition, and one that is gone is none any more."""
    name = str(PROVIDERS.name)
    known = set(instance.get_dynamic_partitions(name))
    if new := [provider for provider in providers if provider not in known]:
        instance.add_dynamic_partitions(name, new)
    for gone in sorted(known.difference(providers)):
        instance.delete_dynamic_partition(name, gone)


async def _look(
    ledger: Ledger,
    calls: CallsResource,
    kept: SnapshotsResource,
    schedules: Schedules,
    named: Sequence[str],
    config: SnapshotsConfig,
) -> list[Look]:
    async with calls.open(ledger) as client:
        looks = Looks(client, ledger, schedules, kept.bounds, kept.max_kb * 1_000)
        if named:
            return await looks.now(named)
        due = schedules.due(ledger.now() + AHEAD_MS, config.categories)
        done = await looks.when_due(due)
    with ledger.write() as connection:
        snapshots.delete_older(connection, ledger, kept.days)
    return done


def _materialized(look: Look) -> dg.AssetMaterialization:
    answered = look.answered
    metadata = {
        "size": dg.MetadataValue.int(answered.size if answered else 0),
        "http_status": dg.MetadataValue.int((answered.http_status if answered else 0) or 0),
    }
    return dg.AssetMaterialization(SNAPSHOTS_ASSET, partition=look.provider.id, metadata=metadata)


def _require_answers(named: Sequence[str], looks: Sequence[Look]) -> None:
    """A run that was asked for by name is no success where a provider did not answer."""
    answered = {look.provider.id for look in looks if look.status == "success"}
    reasons = {look.provider.id: look.reason for look in looks}
    missing = [one for one in named if one not in answered]
    if missing:
        said = (f"{one}: {reasons.get(one, 'it is disabled or has no key')}" for one in missing)
        raise dg.Failure("; ".join(said), allow_retries=False)
