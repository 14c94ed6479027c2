"""Gaps of candles, and why there are no candles in them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.answers import Answer, iso
from api.auth import READ
from api.cursors import from_cursor, to_cursor
from api.models.base import documented
from api.models.candles import CandleGaps
from api.params import CursorQuery, EndQuery, IntervalQuery, StartQuery, SymbolPath
from api.queries import gaps
from api.queries.markets import candles_of, find_market
from api.queries.statuses import statuses
from api.services import ServicesDep
from resources.errors import InvalidInput
from resources.ledger.gap_ranges import Gap
from resources.market import Interval, Symbol

router = APIRouter(tags=["market"])


@router.get(
    "/api/ohlcv/gaps/{symbol:path}", dependencies=[READ], responses=documented(CandleGaps, 409)
)
def candle_gaps(
    services: ServicesDep,
    symbol: SymbolPath,
    interval: IntervalQuery = Interval.H1,
    start: StartQuery = None,
    end: EndQuery = None,
    cursor: CursorQuery = None,
    limit: Annotated[int, Query(ge=1, le=10_000, description="Gaps of a page.")] = 1_000,
) -> Answer:
    """How many closed candles there should be in [start, end), how many are stored, and why the
    others are not. By default from the first stored candle to the close of the last."""
    if start is not None and end is not None and start > end:
        raise InvalidInput("start must not be after end")
    market = find_market(services.ledger, services.registry, symbol, interval)
    view = candles_of(services.lake, services.ledger, market, interval)
    found = gaps.completeness(services.ledger, view, start, end)
    of = ("gaps", market, interval)
    after = from_cursor(cursor, *of) if cursor else 0
    left = [gap for gap in found.gaps if gap.window.start >= after]
    return Answer(
        {
            "symbol": market,
            "requested": symbol,
            "interval": interval,
            "quote": Symbol.canonical(market).quote,
            "from": iso(found.window.start) if found.window.length else None,
            "to": iso(found.window.end) if found.window.length else None,
            "expected": found.expected,
            "present": found.present,
            "missing": [_row(gap, interval) for gap in left[:limit]],
            "status": statuses(services.ledger, market),
            "next_cursor": to_cursor(left[limit].window.start, *of) if len(left) > limit else None,
        }
    )


def _row(gap: Gap, interval: Interval) -> dict[str, Any]:
    window = gap.window
    times = {"from": iso(window.start), "to": iso(window.end)}
    counted = {"candles": window.length // interval.ms, "reason": gap.reason}
    return {**times, **counted, "providers": gap.providers}
