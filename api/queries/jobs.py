"""The jobs that callers may start, and what each means in Dagster."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.answers import iso
from resources.cadence import FEED_JOB_NAMES
from resources.errors import UnknownName
from resources.graphql import JobState
from resources.plan import (
    CLEANUP_JOB,
    DISCOVERY_JOB,
    HEALTH_JOB,
    HOURLY_JOB,
    MARKET_JOB,
    METRICS_JOB,
    NEWS_JOB,
    OHLCV_ASSET,
    OHLCV_JOB,
    PRICES_ASSET,
    PRICES_JOB,
    RATE_LIMITS_JOB,
    SNAPSHOTS_ASSET,
    SNAPSHOTS_JOB,
    day_key,
)
from resources.schedules import Schedule


@dataclass(frozen=True, slots=True)
class Job:
    """One job: `name` is Dagster's; `categories` are those of the providers that it looks at."""

    id: str
    title: str
    name: str
    categories: tuple[str, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)

    def tags(self, now: int) -> dict[str, str]:
        """Which partitions a run is about that starts now (ms); as the schedules do."""
        if self.name in (PRICES_JOB, *FEED_JOB_NAMES):
            return {"dagster/partition": day_key(now)}
        return {}


def _looking(job_id: str, title: str, *categories: str) -> Job:
    config = {"ops": {SNAPSHOTS_ASSET: {"config": {"categories": list(categories)}}}}
    return Job(job_id, title, SNAPSHOTS_JOB, categories, config)


JOBS = (
    Job(HEALTH_JOB, "Health checks of providers", HEALTH_JOB),
    Job("market_data", "Market data: the present prices", PRICES_JOB),
    Job("market_overview", "The largest coins and the whole market", MARKET_JOB),
    Job("hourly_feeds", "The feeds of every hour", HOURLY_JOB),
    Job("news_collection", "News and their sentiment", NEWS_JOB),
    _looking("sentiment_collection", "Sentiment providers that are due", "sentiment"),
    Job(RATE_LIMITS_JOB, "How much of each budget is used", RATE_LIMITS_JOB),
    Job(METRICS_JOB, "Totals of the system", METRICS_JOB),
    Job(CLEANUP_JOB, "Deletion of what is old", CLEANUP_JOB),
    Job(DISCOVERY_JOB, "Probes of providers that are switched off", DISCOVERY_JOB),
    Job(PRICES_ASSET, "Prices", PRICES_JOB),
    Job(OHLCV_ASSET, "Candles", OHLCV_JOB),
    Job(SNAPSHOTS_ASSET, "All providers that are due", SNAPSHOTS_JOB),
)


def find_job(job_id: str) -> Job:
    """A job by its id, in any case. Raises UnknownName with the nearest ids."""
    by_id = {job.id: job for job in JOBS}
    text = job_id.strip().lower()
    if text not in by_id:
        raise UnknownName("job", job_id, difflib.get_close_matches(text, by_id, 5))
    return by_id[text]


def to_row(
    job: Job, states: Mapping[str, JobState], schedules: Sequence[Schedule]
) -> dict[str, Any]:
    """A job with its times; null is what Dagster does not say now."""
    if job.categories:
        return _of_providers(job, schedules)
    state = states.get(job.name, JobState())
    return {
        "id": job.id,
        "name": job.title,
        "next_run": _iso(state.next_run),
        "trigger": f"cron: {state.schedule}" if state.schedule else None,
        "last_run": _iso(state.last_run),
        "last_status": state.last_status.lower() if state.last_status else None,
    }


def _of_providers(job: Job, schedules: Sequence[Schedule]) -> dict[str, Any]:
    """Their providers are looked at one by one, each when it is due."""
    mine = [one for one in schedules if one.provider.category in job.categories]
    due = [one.row.next_due for one in mine if one.active and one.row.next_due]
    looked = [one for one in mine if one.row.last_at]
    newest = max(looked, key=lambda one: one.row.last_at or 0, default=None)
    return {
        "id": job.id,
        "name": job.title,
        "next_run": _iso(min(due, default=None)),
        "trigger": "each provider at its own interval",
        "last_run": _iso(newest.row.last_at if newest else None),
        "last_status": newest.row.last_status if newest else None,
    }


def _iso(at: int | None) -> str | None:
    return None if at is None else iso(at)
