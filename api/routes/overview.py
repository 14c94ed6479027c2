"""The market at a glance: its largest coins, and what people look for."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.answers import Answer
from api.auth import OPEN
from api.models.base import documented
from api.models.market import Market, Trending
from api.queries.overview import QUOTE
from api.services import ServicesDep
from resources.schemas.market import LARGEST

router = APIRouter(tags=["market"])
_MOST_TRENDING = 20


@router.get("/api/market", dependencies=[OPEN], responses=documented(Market))
def market(
    services: ServicesDep,
    limit: Annotated[int, Query(ge=1, le=LARGEST, description="Coins, the largest first.")] = 100,
) -> Answer:
    """The newest stored snapshot of the market, in USD; `at` is its time.

    Changes are of the price, in percent. `asset` is our ticker of a coin, null where the registry
    has none; `deviation` is how far, in percent, the price was from our consensus price, and
    beyond 50 `flags` has `off_consensus`.
    """
    return Answer(services.overview.market(limit))


@router.get("/api/trending", dependencies=[OPEN], responses=documented(Trending))
def trending(
    services: ServicesDep,
    limit: Annotated[
        int, Query(ge=1, le=_MOST_TRENDING, description="Coins, the most looked for first.")
    ] = 7,
) -> Answer:
    """The newest stored list of the coins that are looked for most, in USD; `at` is its time."""
    told = services.overview.trending()
    rows = told.rows[:limit]
    return Answer(
        {
            "trending": rows,
            "count": len(rows),
            "quote": QUOTE,
            "at": told.at,
            "source": told.source,
        }
    )
