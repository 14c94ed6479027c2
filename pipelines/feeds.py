"""The feeds that are told in pages: their assets, checks, jobs and schedules."""

import dagster as dg

from assets.defi import defi
from assets.derivatives import derivatives
from assets.fear_greed import fear_greed
from assets.feed_checks import feed_checks
from assets.market import market
from assets.news import news
from assets.nft import nft
from assets.onchain import onchain
from assets.sentiment import sentiment
from assets.social import social
from assets.trending import trending
from pipelines.ticks import busy
from resources.cadence import feeds_of
from resources.plan import HOURLY_JOB, MARKET_JOB, NEWS_JOB, SENTIMENT_ASSET, day_key
from resources.schemas import FEED_TABLES

FEED_ASSETS = [
    defi,
    derivatives,
    fear_greed,
    market,
    news,
    nft,
    onchain,
    sentiment,
    social,
    trending,
]
FEED_CHECKS = [check for feed in FEED_TABLES for check in feed_checks(feed)]
# By job: when it runs, UTC, at minutes at which little else begins.
_CRONS = {HOURLY_JOB: "11 * * * *", MARKET_JOB: "2-59/5 * * * *", NEWS_JOB: "8,38 * * * *"}


def _schedule(name: str, cron: str, feeds: str) -> dg.ScheduleDefinition:
    @dg.schedule(
        name=f"{name}_schedule",
        job_name=name,
        cron_schedule=cron,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"At {cron}: today's partition of {feeds}.",
    )
    def tick(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if busy(context, name):
            return dg.SkipReason("an earlier run is still going")
        at = int(context.scheduled_execution_time.timestamp() * 1000)
        return dg.RunRequest(partition_key=day_key(at))

    return tick


# What is made of the feeds of a job, in the same run.
_DERIVED = {NEWS_JOB: (SENTIMENT_ASSET,)}
_COLLECTED = {name: [feed for feed in feeds_of(name) if feed in FEED_TABLES] for name in _CRONS}
FEED_JOBS = [
    dg.define_asset_job(
        name,
        selection=dg.AssetSelection.assets(*feeds, *_DERIVED.get(name, ())),
        description=f"Collect {', '.join(feeds)}.",
    )
    for name, feeds in _COLLECTED.items()
]
FEED_SCHEDULES = [
    _schedule(name, _CRONS[name], ", ".join(feeds)) for name, feeds in _COLLECTED.items()
]
