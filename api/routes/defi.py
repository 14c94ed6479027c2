"""Value locked in decentralised finance."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.answers import Answer
from api.auth import OPEN, READ
from api.models.base import documented
from api.models.defi import Defi, ProtocolHistory, TvlChart
from api.params import DaysQuery, now_ms
from api.queries import defi as queries
from api.services import ServicesDep

router = APIRouter(tags=["market"])
_USD = "USD"
ChainQuery = Annotated[
    str | None, Query(max_length=64, description="Ethereum; all chains where not given.")
]


@router.get("/api/defi", dependencies=[OPEN], responses=documented(Defi, 404))
def defi(
    services: ServicesDep,
    chain: ChainQuery = None,
    limit: Annotated[int, Query(ge=1, le=300, description="Protocols, the largest ones.")] = 20,
) -> Answer:
    """What is locked altogether, or in one chain, and the protocols with most of it."""
    of = queries.find_chain(services.lake, services.ledger, chain)
    whole = queries.locked(services.lake, services.ledger, of) or {}
    rows = queries.protocols(services.lake, services.ledger, of, limit)
    return Answer(
        {
            "chain": of,
            "total_tvl": whole.get("tvl"),
            "quote": _USD,
            "protocols": rows,
            "count": len(rows),
            "source": whole.get("source") or queries.source(rows),
        }
    )


@router.get("/api/defi/tvl-chart", dependencies=[OPEN], responses=documented(TvlChart, 404))
def tvl_chart(services: ServicesDep, chain: ChainQuery = None, days: DaysQuery = 30) -> Answer:
    """What was locked on each of the last days, altogether or in one chain, oldest first."""
    of = queries.find_chain(services.lake, services.ledger, chain)
    rows = queries.chart(services.lake, of, days, now_ms())
    return Answer(
        {
            "chain": of,
            "quote": _USD,
            "days": days,
            "data": rows,
            "count": len(rows),
            "change_pct": queries.change(rows),
            "source": queries.source(rows),
        }
    )


@router.get(
    "/api/defi/history/{protocol}", dependencies=[READ], responses=documented(ProtocolHistory)
)
def protocol_history(
    services: ServicesDep,
    protocol: Annotated[str, Path(max_length=128, description="Slug or name: aave-v3, Aave V3.")],
    days: DaysQuery = 30,
) -> Answer:
    """What was locked in a protocol on each of the last days, oldest first."""
    slug, name = queries.find_protocol(services.lake, services.ledger, protocol)
    rows = queries.history(services.lake, slug, days, now_ms())
    return Answer(
        {
            "protocol": slug,
            "name": name,
            "requested": protocol,
            "quote": _USD,
            "days": days,
            "data": rows,
            "count": len(rows),
            "change_pct": queries.change(rows),
            "source": queries.source(rows),
        }
    )
