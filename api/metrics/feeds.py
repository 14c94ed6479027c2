"""How fresh everything is: feeds, runs, backups; and what people were told of."""

import sqlalchemy as sa

from api.metrics.families import Collected, gauge, plain
from api.metrics.scrape import Scrape
from resources.backups.store import newest_at
from resources.ledger.alerts import SEVERITIES
from resources.ledger.tables import alerts
from resources.monitoring.freshness import TARGETS, newest

_SCHEDULER = {"running": 1, "stopped": 0}


def collect(scrape: Scrape) -> Collected:
    """Feeds, the newest backup, alerts that are open."""
    services = scrape.services
    ledger = services.ledger
    found, now = newest(ledger), ledger.now()
    yield gauge(
        "feed_age_seconds", "Age of the newest data of a feed; none where it has none yet.",
        ("feed",), [((feed,), (now - at) / 1000) for feed, at in found.items() if at is not None],
    )  # fmt: skip
    yield gauge(
        "feed_target_seconds", "How old the newest data of a feed may be.", ("feed",),
        [((feed,), target / 1000) for feed, target in TARGETS.items()],
    )  # fmt: skip
    at = newest_at(services.settings.backup_dir)
    yield plain(
        "backup_age_seconds", "Age of the newest backup; none where there is none.",
        None if at is None else (now - at) / 1000,
    )  # fmt: skip
    open_ones = sa.select(alerts.c.severity, sa.func.count()).where(alerts.c.resolved_at.is_(None))
    with ledger.read() as connection:
        rows = connection.execute(open_ones.group_by(alerts.c.severity))
        told = {severity: count for severity, count in rows}  # noqa: C416 (rows are no tuples)
    yield gauge(
        "alerts_open", "Alerts that are not resolved, by severity.", ("severity",),
        [((severity,), told.get(severity, 0)) for severity in SEVERITIES],
    )  # fmt: skip


def collect_runs(scrape: Scrape) -> Collected:
    """What Dagster has said within the last minute; nothing of what it did not answer."""
    yield plain(
        "scheduler_up", "1 where Dagster's scheduler runs, 0 where it has stopped; none where "
        "Dagster does not answer.", _SCHEDULER.get(scrape.scheduler),
    )  # fmt: skip
    yield gauge(
        "job_last_run_timestamp_seconds", "When the newest run of a job began.", ("job",),
        [((job,), one.last_run and one.last_run / 1000) for job, one in scrape.jobs.items()],
    )  # fmt: skip
    yield gauge(
        "job_last_run_failed", "1 where the newest run of a job has failed.", ("job",),
        [
            ((job,), float(one.last_status == "FAILURE"))
            for job, one in scrape.jobs.items()
            if one.last_status
        ],
    )  # fmt: skip
