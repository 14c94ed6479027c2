"""The index of fear and greed by day."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.answers import Answer, iso
from api.auth import OPEN
from api.models.base import documented
from api.models.sentiment import FearGreedHistory
from api.params import DAY_MS, DaysQuery, now_ms
from api.queries.fear_greed import indexes
from api.queries.sentiment import fear_greed as days_of
from api.queries.sentiment import index_row
from api.services import ServicesDep
from resources.plan import Window

router = APIRouter(tags=["sentiment"])


@router.get(
    "/api/sentiment/fear-greed", dependencies=[OPEN], responses=documented(FearGreedHistory, 404)
)
def fear_greed(
    services: ServicesDep,
    days: DaysQuery = 30,
    source: Annotated[
        str | None,
        Query(
            max_length=100,
            description="Whose index; of those that tell of these days, the one that goes back furthest.",
        ),
    ] = None,
) -> Answer:
    """From 0, extreme fear, to 100, extreme greed: a row per day, oldest first, today included."""
    stored = indexes(services.lake)
    end = now_ms() // DAY_MS * DAY_MS + DAY_MS
    told = days_of(services.lake, Window(end - days * DAY_MS, end))
    telling = (name for name in stored if name in set(told["provider"]))
    wanted = services.directory.provider(source).id if source else next(telling, "")
    rows = [
        {"day": iso(int(row["of"].timestamp() * 1000)), **index_row(row)}
        for row in told.filter(provider=wanted).to_dicts()
    ]
    return Answer(
        {
            "success": True,
            "data": rows,
            "count": len(rows),
            "days": days,
            "source": rows[-1]["source"] if rows else None,
            "sources": list(stored.values()),
        }
    )
