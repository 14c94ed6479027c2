"""Funding and open interest of perpetual futures."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.answers import Answer
from api.auth import OPEN
from api.models.base import documented
from api.models.feeds import Derivatives
from api.queries import derivatives as queries
from api.queries.rows import told_by
from api.services import ServicesDep

router = APIRouter(tags=["market"])


@router.get("/api/derivatives", dependencies=[OPEN], responses=documented(Derivatives, 404, 409))
def derivatives(
    services: ServicesDep,
    symbol: Annotated[
        str | None,
        Query(max_length=64, description="BTC, or BTC/USDT; all perpetuals where not given."),
    ] = None,
) -> Answer:
    """What venues told last of the main perpetuals: funding rate and open interest."""
    wanted = queries.about(services.registry, symbol)
    rows = queries.perpetuals(services.lake, services.ledger, wanted)
    return Answer(
        {
            "success": True,
            "data": rows,
            "count": len(rows),
            "requested": symbol,
            **told_by(row["source"] for row in rows),
            "quote": "USD",
        }
    )
