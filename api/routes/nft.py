"""Collections of NFTs."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.answers import Answer
from api.auth import OPEN
from api.models.base import documented
from api.models.feeds import Nft
from api.queries import nft as queries
from api.queries.rows import told_by
from api.services import ServicesDep

router = APIRouter(tags=["market"])


@router.get("/api/nft", dependencies=[OPEN], responses=documented(Nft))
def nft(
    services: ServicesDep,
    limit: Annotated[int, Query(ge=1, le=500, description="Collections at most.")] = 20,
) -> Answer:
    """Floor price and volume of collections, as marketplaces told in the newest hour.

    Those with the largest volume of 24 hours come first. What two marketplaces tell of stands twice.
    """
    rows = queries.collections(services.lake, services.ledger, limit)
    return Answer(
        {
            "success": True,
            "collections": rows,
            "count": len(rows),
            "quote": "USD",
            **told_by(row["source"] for row in rows),
        }
    )
