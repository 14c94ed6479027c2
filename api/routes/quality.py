"""How good the stored data is."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.answers import Answer
from api.auth import OPEN
from api.cursors import id_from_cursor, to_cursor
from api.models.base import documented
from api.models.quality import Quality, QualityEvents
from api.params import DAY_MS
from api.queries import quality
from api.queries.markets import find_asset, find_market
from api.services import ServicesDep
from resources.ledger.quality_events import Kind
from resources.market import Interval

router = APIRouter(tags=["monitoring"])

_SymbolQuery = Annotated[
    str | None, Query(max_length=64, description="One market or asset: BTC, BTC/USDT, btcusdt.")
]
_IntervalQuery = Annotated[Interval | None, Query(description="Candles of this length alone.")]
_CursorQuery = Annotated[
    str | None, Query(max_length=512, description="next_cursor of the page before.")
]
_LimitQuery = Annotated[int, Query(ge=1, le=1_000, description="Rows of a page.")]


@router.get("/api/quality", dependencies=[OPEN], responses=documented(Quality, 404, 409))
def quality_of_feeds(
    services: ServicesDep,
    symbol: _SymbolQuery = None,
    interval: _IntervalQuery = None,
    days: Annotated[int, Query(ge=1, le=366, description="How many days a window has.")] = 7,
    cursor: _CursorQuery = None,
    limit: _LimitQuery = 500,
) -> Answer:
    """How good each market's candles and each asset's prices are, by feed, symbol and interval."""
    now = services.ledger.now()
    market = asset = None
    if symbol is not None:
        market = find_market(services.ledger, services.registry, symbol, interval)
        asset = find_asset(services.registry, symbol).ticker
    since = now // DAY_MS * DAY_MS - days * DAY_MS
    rows = quality.of_candles(services.lake, since, market, interval)
    if interval is None:
        rows += quality.of_prices(services.lake, now, asset)
    of = ("quality", symbol or "", interval or "", str(days))
    first = id_from_cursor(cursor, *of) if cursor else ""
    left = [row for row in rows if _place(row) >= first]
    page, rest = left[:limit], left[limit:]
    counted = {"count": len(page), "next_cursor": to_cursor(_place(rest[0]), *of) if rest else None}
    return Answer({"data": page, **counted}, held=[*map(_held, page), counted])


@router.get(
    "/api/quality/events", dependencies=[OPEN], responses=documented(QualityEvents, 404, 409)
)
def quality_events(
    services: ServicesDep,
    symbol: _SymbolQuery = None,
    interval: _IntervalQuery = None,
    kind: Annotated[Kind | None, Query(description="Between providers, or resampled.")] = None,
    cursor: _CursorQuery = None,
    limit: _LimitQuery = 100,
) -> Answer:
    """Candles that sources do not agree on, the newest first."""
    market = None
    if symbol is not None:
        market = find_market(services.ledger, services.registry, symbol, interval)
    wanted = {"symbol": market, "interval": interval and str(interval), "kind": kind}
    of = ("quality events", *(value or "" for value in wanted.values()))
    after = id_from_cursor(cursor, *of) if cursor else None
    rows, last = quality.events(services.ledger, wanted, limit, after, services.mode)
    following = to_cursor(last, *of) if last else None
    return Answer({"data": rows, "count": len(rows), "next_cursor": following})


def _place(row: quality.Row) -> str:
    """Where a row stands in the list."""
    return f"{row['feed']} {row['symbol']} {row['interval']}"


def _held(row: quality.Row) -> quality.Row:
    """What counts for the ETag: the minutes of prices move on, also where nothing changes."""
    times = ("from", "to", "measured_at") if row["feed"] == "prices" else ()
    return {name: value for name, value in row.items() if name not in times}
