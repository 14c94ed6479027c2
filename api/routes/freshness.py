"""How fresh the newest data of each feed are."""

from typing import Any

from fastapi import APIRouter

from api.answers import Answer, iso
from api.auth import OPEN
from api.models.base import documented
from api.models.quality import Freshness
from api.services import ServicesDep
from resources.monitoring.freshness import TARGETS, newest, stale

router = APIRouter(tags=["monitoring"])


@router.get("/api/freshness", dependencies=[OPEN], responses=documented(Freshness))
def freshness(services: ServicesDep) -> Answer:
    """Of each feed the time of its newest data, their age and how old they may be, in seconds.

    `status` is `fresh`, `stale`, or `unknown` where there have been no data yet. What was stored
    under a clock that was ahead has an age below zero; beyond five minutes it is `stale`.
    """
    found = newest(services.ledger)
    now = services.ledger.now()
    rows = [_row(feed, at, now) for feed, at in found.items()]
    held = [{**row, "age_seconds": None} for row in rows]
    return Answer({"feeds": rows}, held=held)


def _row(feed: str, at: int | None, now: int) -> dict[str, Any]:
    status = "unknown" if at is None else "stale" if stale(feed, at, now) else "fresh"
    return {
        "feed": feed,
        "newest": None if at is None else iso(at),
        "age_seconds": None if at is None else (now - at) / 1000,
        "target_seconds": TARGETS[feed] / 1000,
        "status": status,
    }
