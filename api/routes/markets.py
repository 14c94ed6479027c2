"""What is known of one market."""

from fastapi import APIRouter

from api.answers import Answer
from api.auth import OPEN
from api.models.base import documented
from api.models.market import KnownMarket
from api.params import SymbolPath
from api.queries.markets import find_market
from api.queries.statuses import known_of
from api.services import ServicesDep

router = APIRouter(tags=["market"])


@router.get(
    "/api/markets/{symbol:path}", dependencies=[OPEN], responses=documented(KnownMarket, 409)
)
def one_market(services: ServicesDep, symbol: SymbolPath) -> Answer:
    """Who lists a market, what it was when, and which of its candles are stored."""
    market = find_market(services.ledger, services.registry, symbol)
    found = known_of(services.ledger, services.lake, services.registry, market)
    return Answer({"symbol": market, "requested": symbol, **found})
