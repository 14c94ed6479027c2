"""Who can tell candles."""

from fastapi import APIRouter

from api.answers import Answer
from api.auth import OPEN
from api.models.base import documented
from api.models.candles import CandleProviders
from api.params import IntervalQuery, SymbolPath, now_ms
from api.queries import candle_providers as queries
from api.queries.markets import find_market
from api.services import ServicesDep
from resources.market import Interval, Symbol

router = APIRouter(tags=["market"])


@router.get(
    "/api/ohlcv/providers/{symbol:path}",
    dependencies=[OPEN],
    responses=documented(CandleProviders, 409),
)
def candle_providers(
    services: ServicesDep, symbol: SymbolPath, interval: IntervalQuery = Interval.H1
) -> Answer:
    """Whose candles of a market can be had: how many at once, how deep, and at what cost."""
    market = Symbol.canonical(find_market(services.ledger, services.registry, symbol, interval))
    found = queries.rows(services, market, interval, now_ms())
    names = {"symbol": str(market), "requested": symbol, "interval": interval}
    return Answer({**names, "data": found, "count": len(found)})
