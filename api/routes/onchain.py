"""Fees, blocks and large transfers of chains."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.answers import Answer
from api.auth import OPEN
from api.models.base import documented
from api.models.feeds import Onchain
from api.queries import onchain as queries
from api.queries.rows import told_by
from api.services import ServicesDep
from resources.market.chains import CHAINS, find_chain

router = APIRouter(tags=["market"])


@router.get("/api/onchain", dependencies=[OPEN], responses=documented(Onchain, 404))
def onchain(
    services: ServicesDep,
    chain: Annotated[
        str | None,
        Query(max_length=64, description="bitcoin or BTC; all chains where not given."),
    ] = None,
    transfers: Annotated[int, Query(ge=0, le=100, description="Transfers of each chain.")] = 20,
) -> Answer:
    """What was told last of chains: fees, gas, the newest block, large transfers of a day."""
    wanted = list(CHAINS.values()) if chain is None else [find_chain(chain)]
    rows = queries.chains(services.lake, services.ledger, wanted, transfers)
    return Answer(
        {
            "success": True,
            "data": rows,
            "count": len(rows),
            "requested": chain,
            **told_by(queries.sources(rows)),
            "quote": "USD",
        }
    )
