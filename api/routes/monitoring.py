"""How the platform works: budgets, logs, alerts, failures, and its own database."""

from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.answers import Answer, Download, iso, now_iso
from api.auth import OPEN, READ, WRITE
from api.cursors import from_cursor, to_cursor
from api.models.alerts import Acknowledged, Alerts
from api.models.base import documented
from api.models.monitoring import (
    Failures,
    LimitUse,
    LogLine,
    Logs,
    MetricSnapshot,
    PlatformStatistics,
    ProviderLimits,
    StatisticsFile,
)
from api.models.system import ConfigurationStatistics, DatabaseHealth, DatabaseSize
from api.params import CursorQuery, FromQuery, HoursQuery, ToQuery
from api.problems import problem
from api.queries.database import size
from api.queries.monitoring import alert_row, failures_row, log_row, steady, tightest, usage_row
from api.queries.statistics import configured, summary
from api.readiness import failed
from api.services import ServicesDep
from resources.errors import UnknownName
from resources.ledger import alerts, logs, metrics, usage
from resources.ledger.statistics import HOUR_MS
from resources.monitoring import analysis

router = APIRouter(tags=["monitoring"])
LOG_TYPES = ("connection", "failure", "collection", "rate_limit")
ProviderQuery = Annotated[
    str | None, Query(max_length=100, description="Id or name of a provider.")
]
LimitQuery = Annotated[int, Query(ge=1, le=1_000, description="Most rows.")]


@router.get("/api/status/metrics", dependencies=[OPEN], responses=documented(list[MetricSnapshot]))
def metric_snapshots(services: ServicesDep, hours: HoursQuery = 24) -> Answer:
    """The totals that were stored each hour, oldest first."""
    found = metrics.read(services.ledger, "metrics", hours)
    return Answer([{"timestamp": iso(at), **totals} for at, totals in found], stamped=False)


@router.get("/api/stats", dependencies=[OPEN], responses=documented(PlatformStatistics))
def stats(services: ServicesDep) -> Answer:
    """The last 24 hours: all calls, those of each provider that was called, and the pools."""
    return Answer(summary(services.directory, services.ledger))


@router.get("/api/stats/export", dependencies=[READ], responses=documented(StatisticsFile))
def export_stats(services: ServicesDep) -> Download:
    """The same as a JSON file."""
    content = msgspec.json.format(msgspec.json.encode(summary(services.directory, services.ledger)))
    return Download(content, "application/json", f"stats_{now_iso()[:10]}.json", {})


@router.get("/api/rate-limits", dependencies=[OPEN], responses=documented(list[LimitUse]))
def rate_limits(services: ServicesDep) -> Answer:
    """Every window of every provider's limits, and how much of it is used."""
    now = services.ledger.now()
    found = usage.usage(services.ledger, services.directory.providers().values())
    rows = [usage_row(one, now) for one in found]
    return Answer(rows, stamped=False, held=[steady(row) for row in rows])


@router.get(
    "/api/rate-limits/{provider_id}", dependencies=[OPEN], responses=documented(ProviderLimits)
)
def rate_limit(
    services: ServicesDep,
    provider_id: Annotated[str, Path(max_length=100, description="Id or name of a provider.")],
) -> Answer:
    """The window of a provider with least left, and all of its windows."""
    provider = services.directory.provider(provider_id)
    now = services.ledger.now()
    rows = [usage_row(one, now) for one in usage.usage(services.ledger, [provider])]
    held = tightest([steady(row) for row in rows], provider.id)
    return Answer(tightest(rows, provider.id), held=held)


@router.get("/api/logs", dependencies=[READ], responses=documented(Logs, 404))
def read_logs(
    services: ServicesDep,
    level: Annotated[
        Literal["info", "warning", "error"] | None, Query(description="One level.")
    ] = None,
    category: Annotated[str | None, Query(max_length=64, description="Of the provider.")] = None,
    provider_id: ProviderQuery = None,
    start: FromQuery = None,
    end: ToQuery = None,
    search: Annotated[str | None, Query(max_length=200, description="Part of the message.")] = None,
    cursor: CursorQuery = None,
    limit: LimitQuery = 100,
) -> Answer:
    """Lines of the logs, newest first."""
    directory = services.directory
    wanted = logs.Wanted(
        level=level,
        category=None if category is None else directory.category(category),
        provider=None if provider_id is None else directory.provider(provider_id).id,
        start=start,
        end=end,
        search=search,
    )
    before = from_cursor(cursor, "logs") if cursor else None
    found, following = logs.read(services.ledger, wanted, limit, before)
    following_cursor = None if following is None else to_cursor(following, "logs")
    pages = {"limit": limit, "count": len(found), "next_cursor": following_cursor}
    return Answer({"logs": [log_row(one) for one in found], "pagination": pages, **pages})


@router.get("/api/logs/{log_type}", dependencies=[READ], responses=documented(list[LogLine]))
def logs_of_type(
    services: ServicesDep,
    log_type: Annotated[str, Path(max_length=32, description=f"One of {', '.join(LOG_TYPES)}.")],
    hours: HoursQuery = 1,
    limit: LimitQuery = 100,
    provider: ProviderQuery = None,
) -> Answer:
    """The newest lines of one type, newest first."""
    kind = log_type.lower()
    if kind not in LOG_TYPES:
        raise UnknownName("type of logs", log_type, LOG_TYPES)
    wanted = logs.Wanted(
        log_type=kind,
        provider=None if provider is None else services.directory.provider(provider).id,
        start=services.ledger.now() - hours * HOUR_MS,
    )
    found, _ = logs.read(services.ledger, wanted, limit)
    return Answer([log_row(one) for one in found], stamped=False)


@router.get("/api/alerts", dependencies=[OPEN], responses=documented(Alerts, 404))
def read_alerts(
    services: ServicesDep,
    acknowledged: Annotated[bool | None, Query(description="Whether somebody has seen it.")] = None,
    hours: HoursQuery = 24,
    severity: Annotated[
        Literal["info", "warning", "critical"] | None, Query(description="One severity.")
    ] = None,
    provider: ProviderQuery = None,
    limit: LimitQuery = 100,
    cursor: CursorQuery = None,
) -> Answer:
    """Alerts, newest first."""
    wanted = alerts.Wanted(
        acknowledged,
        severity,
        None if provider is None else services.directory.provider(provider).id,
        services.ledger.now() - hours * HOUR_MS,
    )
    before = from_cursor(cursor, "alerts") if cursor else None
    found, following = alerts.read(services.ledger, wanted, limit, before)
    return Answer(
        {
            "alerts": [alert_row(one) for one in found],
            "total": alerts.count(services.ledger, wanted),
            "next_cursor": None if following is None else to_cursor(following, "alerts"),
        }
    )


@router.post(
    "/api/alerts/{alert_id}/acknowledge", dependencies=[WRITE], responses=documented(Acknowledged)
)
def acknowledge(
    services: ServicesDep,
    alert_id: Annotated[int, Path(ge=1, le=2**53, description="Id of an alert.")],
) -> Answer:
    """Note that somebody has seen an alert; a repeat changes nothing."""
    at = alerts.acknowledge(services.ledger, alert_id)
    return Answer({"success": True, "alert_id": alert_id, "acknowledged_at": iso(at)})


@router.get("/api/analytics/failures", dependencies=[OPEN], responses=documented(Failures))
def failure_analysis(services: ServicesDep, hours: HoursQuery = 24) -> Answer:
    """Why calls failed in the last hours, and what can be done about it."""
    return Answer(failures_row(analysis.failures(services.ledger, hours)))


@router.get("/api/database/stats", dependencies=[OPEN], responses=documented(DatabaseSize))
def database_stats(services: ServicesDep) -> Answer:
    """How large the ledger is, and the rows of each of its tables."""
    return Answer(size(services.ledger))


@router.get("/api/database/health", dependencies=[OPEN], responses=documented(DatabaseHealth))
async def database_health(request: Request, services: ServicesDep) -> Response:
    """Whether ledger and lake can be read; 503 with the reasons."""
    checks = await services.readiness.readable()
    if reasons := failed(checks):
        return problem(request, 503, "Not available now", "; ".join(reasons), checks=checks)
    return Answer({"status": "healthy", "checks": checks})


@router.get("/api/config/stats", dependencies=[OPEN], responses=documented(ConfigurationStatistics))
def config_stats(services: ServicesDep) -> Answer:
    """How many providers there are, of which categories, and for how many a key is set."""
    return Answer(configured(services.directory))
