"""How much is written about each asset."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.answers import Answer
from api.auth import OPEN
from api.models.base import documented
from api.models.sentiment import Social
from api.queries import social as queries
from api.queries.markets import find_asset
from api.queries.rows import told_by
from api.services import ServicesDep

router = APIRouter(tags=["sentiment"])


@router.get("/api/social", dependencies=[OPEN], responses=documented(Social, 404, 409))
def social(
    services: ServicesDep,
    symbol: Annotated[
        str | None, Query(max_length=64, description="One asset; all where not given.")
    ] = None,
) -> Answer:
    """The posts that mention an asset, by source, as counted in the newest hour."""
    asset = None if symbol is None else find_asset(services.registry, symbol).ticker
    rows = queries.posts(services.lake, services.ledger, asset)
    return Answer(
        {
            "success": True,
            "data": rows,
            "count": len(rows),
            "symbol": asset,
            "requested": symbol,
            **told_by(row["source"] for row in rows),
        }
    )
