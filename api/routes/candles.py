"""Candles, their history and their gaps."""

from typing import Annotated, Any, Literal

import polars as pl
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.answers import Answer, iso
from api.auth import OPEN, READ
from api.cursors import from_cursor, to_cursor
from api.files import FILE_FORMATS, file_of
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
from api.queries import candles, fill, gaps
from api.queries.candles import CandleView
from api.queries.markets import find_market
from api.services import Services, ServicesDep
from resources.errors import InvalidInput
from resources.ledger import latest
from resources.market import Interval, Symbol
from resources.plan import Window

router = APIRouter(tags=["market"])
_JSON_ROWS = 10_000
_FILE_ROWS = 500_000
_PageQuery = Annotated[
    int | None,
    Query(
        ge=1,
        le=_FILE_ROWS,
        description=f"Rows of a page, by default as many as there may be: {_JSON_ROWS} as JSON, "
        f"{_FILE_ROWS} as a file.",
    ),
]


@router.get("/api/ohlcv", dependencies=[OPEN])
def newest_candles(
    services: ServicesDep,
    symbol: SymbolQuery = "BTC",
    interval: IntervalQuery = Interval.H1,
    limit: Annotated[int, Query(ge=1, le=1000, description="Rows of the answer.")] = 100,
    end: EndQuery = None,
    forming: Annotated[bool, Query(description="Add the candle that has not closed.")] = False,
    fill: FillQuery = "none",
    as_of: AsOfQuery = None,
) -> Answer:
    """The newest closed candles that open before `end`, oldest first."""
    if forming and as_of is not None:
        raise InvalidInput("what a forming candle was at as_of is not kept")
    view = _view(services, symbol, interval, as_of)
    last = now_ms() if end is None else end
    growing = _forming(services, view, last) if forming else []
    frame = _newest(view, limit - len(growing), last, fill)
    rows = [*candles.to_rows(frame, interval), *growing]
    return Answer({"success": True, **_listed(view, symbol, rows)})


@router.get("/api/ohlcv/history/{symbol:path}", dependencies=[READ])
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
    format: Literal["json", "csv", "parquet", "arrow"] = "json",  # noqa: A002 (the contract's name)
) -> Response:
    """The closed candles that open in [start, end), oldest first.

    A file that does not hold all of them has a Link header to the next.
    """
    view = _view(services, symbol, interval, as_of)
    window = window_of(days, start, end)
    if cursor:
        window = Window(from_cursor(cursor, "candles", view.symbol, interval), window.end)
    most = _JSON_ROWS if format == "json" else _FILE_ROWS
    frame, following = _page(view, window, min(limit or most, most), fill)
    next_cursor = to_cursor(following, "candles", view.symbol, interval) if following else None
    if format in FILE_FORMATS:
        table = candles.to_table(frame, view.symbol, interval)
        rest = request.url.include_query_params(cursor=next_cursor) if next_cursor else None
        return file_of(table, format, f"{view.symbol}_{interval}", rest)
    rows = candles.to_rows(frame, interval)
    return Answer({**_listed(view, symbol, rows), "next_cursor": next_cursor})


@router.get("/api/ohlcv/gaps/{symbol:path}", dependencies=[READ])
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
    view = _view(services, symbol, interval, None)
    found = gaps.completeness(services.ledger, view, start, end)
    of = ("gaps", view.symbol, interval)
    after = from_cursor(cursor, *of) if cursor else 0
    left = [gap for gap in found.gaps if gap.window.start >= after]
    return Answer(
        {
            **_names(view, symbol),
            "from": iso(found.window.start) if found.window.length else None,
            "to": iso(found.window.end) if found.window.length else None,
            "expected": found.expected,
            "present": found.present,
            "missing": [_gap_row(gap, interval) for gap in left[:limit]],
            "next_cursor": to_cursor(left[limit].window.start, *of) if len(left) > limit else None,
        }
    )


def _view(services: Services, spelling: str, interval: Interval, as_of: int | None) -> CandleView:
    market = find_market(services.ledger, services.registry, spelling, interval)
    return CandleView(services.lake, market, interval, as_of)


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
        return _filled_page(view, window, count, stand)
    frame = view.first(count + 1, window)
    if frame.height <= count:
        return frame, None
    return frame.head(count), int(frame["open_time"].dt.epoch("ms")[count])


def _filled_page(
    view: CandleView, window: Window, count: int, stand: Literal["flat", "null"]
) -> tuple[pl.DataFrame, int | None]:
    step = view.interval.ms
    known = fill.known_range(view, now_ms())
    aligned = Window(view.interval.ceil(window.start), view.interval.ceil(window.end)).clip(known)
    page = aligned.clip(Window(aligned.start, aligned.start + count * step))
    frame = fill.filled(view, Window(page.start, max(page.start, page.end)), stand)
    return frame, page.end if page.end < aligned.end else None


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


def _gap_row(gap: gaps.Gap, interval: Interval) -> dict[str, Any]:
    window = gap.window
    times = {"from": iso(window.start), "to": iso(window.end)}
    return {**times, "candles": window.length // interval.ms, "reason": gap.reason}
