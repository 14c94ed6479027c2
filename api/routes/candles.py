"""Candles and their history."""

from typing import Annotated, Any, Literal

import polars as pl
from fastapi import APIRouter, Query, Request
from fastapi.routing import APIRoute
from starlette.datastructures import URL
from starlette.responses import Response

from api.answers import Answer
from api.auth import OPEN, READ
from api.cursors import from_cursor, to_cursor
from api.files import TableFile
from api.hot.candles import Question
from api.hot.encoded import EncodedCandles
from api.models.base import documented
from api.models.candles import FILES, CandleHistory, NewestCandles
from api.params import (
    AsOfQuery,
    CursorQuery,
    DaysQuery,
    EndQuery,
    Fill,
    FillQuery,
    IntervalQuery,
    StartQuery,
    SymbolPath,
    SymbolQuery,
    now_ms,
    window_of,
)
from api.queries import candles, fill
from api.queries.history import History, fill_window, history
from api.queries.markets import candles_of, find_market, is_settled
from api.services import Services, ServicesDep
from resources.candle_view import CandleView
from resources.errors import InvalidInput
from resources.ledger import latest
from resources.market import Interval, Symbol
from resources.plan import Window

router = APIRouter(tags=["market"])
_JSON_ROWS = 10_000
_FILE_ROWS = 100_000_000
_PageQuery = Annotated[
    int | None,
    Query(
        ge=1,
        le=_FILE_ROWS,
        description=f"Most rows of the answer: by default {_JSON_ROWS} as JSON, which are the most "
        "there, and all as a file.",
    ),
]

_FormatQuery = Annotated[
    Literal["json", "csv", "parquet", "arrow"], Query(description="JSON, or a file of this kind.")
]


@router.get("/api/ohlcv", dependencies=[OPEN], responses=documented(NewestCandles, 404, 409))
def newest_candles(
    services: ServicesDep,
    symbol: SymbolQuery = "BTC",
    interval: IntervalQuery = Interval.H1,
    limit: Annotated[int, Query(ge=1, le=1000, description="Rows of the answer.")] = 100,
    end: EndQuery = None,
    forming: Annotated[bool, Query(description="Add the candle that has not closed.")] = False,
    fill: FillQuery = "none",
    as_of: AsOfQuery = None,
) -> Response:
    """The newest closed candles that open before `end`, oldest first."""
    if not forming and (end, fill, as_of) == (None, "none", None):
        return _newest_stored(services, symbol, interval, limit)
    if forming and as_of is not None:
        raise InvalidInput("what a forming candle was at as_of is not kept")
    view = _candles(services, symbol, interval, as_of)
    last = now_ms() if end is None else end
    growing = _forming(services, view, last) if forming else []
    frame = _newest(view, limit - len(growing), last, fill)
    rows = [*candles.to_rows(frame, interval), *growing]
    return Answer({"success": True, **_listed(view, symbol, rows)})


# The route of which `HotAnswers` knows most answers.
NEWEST = next(one for one in router.routes if isinstance(one, APIRoute))


@router.get(
    "/api/ohlcv/history/{symbol:path}",
    dependencies=[READ],
    responses=documented(CandleHistory, 409, files=FILES),
)
def candle_history(
    request: Request,
    services: ServicesDep,
    symbol: SymbolPath,
    interval: IntervalQuery = Interval.D1,
    days: DaysQuery = 90,
    start: StartQuery = None,
    end: EndQuery = None,
    fill: FillQuery = "none",
    as_of: AsOfQuery = None,
    cursor: CursorQuery = None,
    limit: _PageQuery = None,
    format: _FormatQuery = "json",  # noqa: A002 (the contract's name)
) -> Response:
    """The closed candles that open in [start, end), oldest first.

    A file that does not hold all of them has a Link header to the next.
    """
    view = _candles(services, symbol, interval, as_of)
    window = window_of(days, start, end)
    if cursor:
        window = Window(from_cursor(cursor, "candles", view.symbol, interval), window.end)
    if format != "json":
        found = history(view, window, fill, limit)
        return _file(request, services, found, format, _cursor(view, found.following))
    frame, following = _page(view, window, min(limit or _JSON_ROWS, _JSON_ROWS), fill)
    rows = candles.to_rows(frame, interval)
    return Answer({**_listed(view, symbol, rows), "next_cursor": _cursor(view, following)})


def _newest_stored(services: Services, spelling: str, interval: Interval, limit: int) -> Response:
    """The simplest question, whose answer is kept: `HotAnswers` answers it from then on."""
    question = Question(spelling, str(interval), limit)
    market = find_market(services.ledger, services.registry, spelling, interval)
    settled = is_settled(services.ledger, services.registry, spelling, market, interval)
    services.hot_candles.spell(question, market, settled=settled)
    kept = services.hot_candles.find(market, question)
    if kept is None:
        ticket = services.hot_candles.ticket(market, question.interval)
        view = candles_of(services.lake, services.ledger, market, interval)
        rows = candles.to_rows(view.last(question.size, now_ms()), interval)
        kept = EncodedCandles(market, question.interval, rows, question.size)
        services.hot_candles.put(ticket, kept)
    return kept.answer(spelling, limit).response()


def _candles(
    services: Services, spelling: str, interval: Interval, as_of: int | None
) -> CandleView:
    market = find_market(services.ledger, services.registry, spelling, interval)
    return candles_of(services.lake, services.ledger, market, interval, as_of)


def _cursor(view: CandleView, following: int | None) -> str | None:
    return to_cursor(following, "candles", view.symbol, view.interval) if following else None


def _file(
    request: Request, services: Services, found: History, form: str, next_cursor: str | None
) -> Response:
    view = found.view
    name = f"{view.symbol}_{view.interval}".replace("/", "-")
    table = TableFile(name, found.schema, found.rows, found.tables)
    link = {}
    if next_cursor:
        # Without the host, which may be no host at all.
        asked = URL(f"?{request.scope['query_string'].decode('latin-1')}")
        rest = asked.include_query_params(cursor=next_cursor).query
        link = {"Link": f'<{request.scope["path"]}?{rest}>; rel="next"'}
    return services.downloads.answer(table, form, found.tag, link)


def _names(view: CandleView, requested: str) -> dict[str, Any]:
    names = {"symbol": view.symbol, "requested": requested, "interval": view.interval}
    return {**names, "quote": Symbol.canonical(view.symbol).quote}


def _newest(view: CandleView, count: int, end: int, stand: Fill) -> pl.DataFrame:
    if stand == "none":
        return view.last(count, end)
    return fill.last_filled(view, count, end, stand)


def _page(
    view: CandleView, window: Window, count: int, stand: Fill
) -> tuple[pl.DataFrame, int | None]:
    """The first rows of a window, and where the next page begins."""
    if stand != "none":
        wanted = fill_window(view, window)
        page = wanted.clip(Window(wanted.start, wanted.start + count * view.interval.ms))
        return fill.filled(view, page, stand), page.end if page.end < wanted.end else None
    frame = view.first(count + 1, window)
    if frame.height <= count:
        return frame, None
    return frame.head(count), int(frame["open_time"].dt.epoch("ms")[count])


def _forming(services: Services, view: CandleView, end: int) -> list[candles.Row]:
    """The candle that is open now; one that should have closed since it was seen is no candle."""
    row = latest.read_forming(services.ledger, view.symbol, view.interval)
    if row is None or not view.interval.floor(now_ms()) <= row["open_time"] < end:
        return []
    return [candles.forming_row(row, view.interval)]


def _listed(view: CandleView, requested: str, rows: list[candles.Row]) -> dict[str, Any]:
    """Rows of a market; `source` is everyone any of them is from, null where there is none."""
    sources = sorted({row["source"] for row in rows if row["source"]})
    counted = {"data": rows, "count": len(rows), "source": ",".join(sources) or None}
    return {**_names(view, requested), **counted}
