"""Consensus prices."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from api.answers import Answer
from api.auth import OPEN, READ
from api.cursors import from_cursor, to_cursor
from api.models.base import documented
from api.models.prices import ExplainedPrice, PriceHistory, Prices
from api.params import (
    AtQuery,
    CursorQuery,
    DaysQuery,
    EndQuery,
    StartQuery,
    SymbolPath,
    now_ms,
    window_of,
)
from api.queries import explained_prices
from api.queries import prices as queries
from api.queries.markets import find_asset
from api.queries.rows import source_of
from api.services import ServicesDep
from resources.errors import InvalidInput, NotFound
from resources.plan import Window

router = APIRouter(tags=["market"])
_MOST_SYMBOLS = 500
_USD = "USD"


@router.get("/api/prices", dependencies=[OPEN], responses=documented(Prices, 404, 409))
def prices(
    services: ServicesDep,
    symbols: Annotated[
        str | None,
        Query(max_length=5_000, description="BTC,ETH; all stored ones where not given."),
    ] = None,
    convert: Annotated[
        str, Query(max_length=64, description="USD, or an asset whose price is stored.")
    ] = _USD,
) -> Answer:
    """The newest stored price of each asset, with its provenance.

    A market's spelling means its base asset; `missing` lists assets without a stored price.
    """
    spelt = {text: find_asset(services.registry, text).ticker for text in _split(symbols)}
    unit = find_asset(services.registry, convert).ticker
    wanted = {*spelt.values(), unit} if spelt else None
    stored = queries.newest(services.ledger, None if wanted is None else sorted(wanted))
    asked = spelt or {symbol: symbol for symbol in stored}
    rows = [{**stored[s], "requested": text} for text, s in asked.items() if s in stored]
    if unit != _USD:
        if unit not in stored:
            raise NotFound(f"no price of {unit} is stored to convert to")
        rows = [queries.converted(row, stored[unit]) for row in rows]
    return Answer(
        {
            "success": True,
            "data": rows,
            "missing": sorted({s for s in spelt.values() if s not in stored}),
            "quote": unit,
            "source": source_of("consensus", services.mode),
        }
    )


@router.get(
    "/api/prices/history/{symbol:path}",
    dependencies=[READ],
    responses=documented(PriceHistory, 409),
)
def price_history(
    services: ServicesDep,
    symbol: SymbolPath,
    days: DaysQuery = 30,
    resolution: Annotated[
        Literal["auto", "1m", "1h", "1d"],
        Query(description="Length of a step; auto takes the finest with at most 1,500 of them."),
    ] = "auto",
    start: StartQuery = None,
    end: EndQuery = None,
    cursor: CursorQuery = None,
    limit: Annotated[int, Query(ge=1, le=10_000, description="Rows of a page.")] = 5_000,
) -> Answer:
    """The stored prices of an asset in [start, end), oldest first.

    Of each step of the resolution the last price, under its own time.
    """
    asset = find_asset(services.registry, symbol).ticker
    asked = window_of(days, start, end)
    steps = queries.resolution_for(asked) if resolution == "auto" else resolution
    window = Window(from_cursor(cursor, "prices", asset), asked.end) if cursor else asked
    rows, following = queries.history(services.lake, asset, window, steps, limit)
    return Answer(
        {
            "symbol": asset,
            "requested": symbol,
            "quote": _USD,
            "days": days if start is None else None,
            "resolution": steps,
            "data": rows,
            "count": len(rows),
            "next_cursor": following and to_cursor(following, "prices", asset),
        }
    )


@router.get(
    "/api/prices/explain/{symbol:path}",
    dependencies=[OPEN],
    responses=documented(ExplainedPrice, 409),
)
def explain_price(services: ServicesDep, symbol: SymbolPath, at: AtQuery = None) -> Answer:
    """What is behind the newest price at or before a time: who was used, who was rejected and why."""
    asset = find_asset(services.registry, symbol).ticker
    moment = now_ms() if at is None else at
    found = explained_prices.explained(services.lake, services.ledger, asset, moment)
    if found is None:
        raise NotFound(f"no price of {asset} is stored" + (" of that time" if at else ""))
    return Answer({"symbol": asset, "requested": symbol, **found})


def _split(symbols: str | None) -> list[str]:
    spelt = [text.strip() for text in (symbols or "").split(",")]
    found = [text for text in spelt if text]
    if len(found) > _MOST_SYMBOLS:
        raise InvalidInput(f"at most {_MOST_SYMBOLS} symbols at once")
    return found
