"""What is known of one market: who lists it, what it was when, what of it is stored."""

from collections.abc import Sequence
from typing import Any

from api.answers import iso
from api.params import now_ms
from api.queries.fill import known_range
from resources.candle_view import CandleView
from resources.lake import Lake
from resources.ledger import Ledger, coverage, listings, market_statuses
from resources.market import Interval, Registry, Symbol
from resources.market.redenominations import redenominations
from resources.plan import Window

# Of a market whose quarantined candles cut its coverage into ever more ranges.
_MOST_RANGES = 1_000


def statuses(ledger: Ledger, market: str) -> list[dict[str, Any]]:
    """What a market was from when to when, oldest first; `to` is null while it lasts.

    `listed` by some provider or `delisted` by all. Beside it `redenominated`: from then on
    `factor` units are one of the units before.
    """
    told = market_statuses.statuses(ledger, market)
    rows = [(s.start, {"status": s.status, **_span(s.start, s.end)}) for s in told]
    for one in redenominations(Symbol.canonical(market).base):
        said = {"factor": one.factor, "note": one.note, "docs_url": one.docs_url}
        rows.append((one.at, {"status": "redenominated", **_span(one.at, None), **said}))
    return [row for _, row in sorted(rows, key=lambda row: row[0])]


def known_of(ledger: Ledger, lake: Lake, registry: Registry, market: str) -> dict[str, Any]:
    """What is known of a market beside its name."""
    symbol = Symbol.canonical(market)
    return {
        "base": symbol.base,
        "quote": symbol.quote,
        "aliases": registry.asset(symbol.base).aliases,
        "providers": listings.who_lists(ledger, market),
        "statuses": statuses(ledger, market),
        "candles": [
            _stored(CandleView(lake, market, interval), covered)
            for interval in Interval
            if (covered := coverage.covered(ledger, market, interval))
        ],
    }


def _stored(view: CandleView, covered: Sequence[Window]) -> dict[str, Any]:
    known = known_range(view, now_ms())
    return {
        "interval": view.interval,
        "first": iso(known.start) if known.length else None,
        "last": iso(known.end - view.interval.ms) if known.length else None,
        "ranges": len(covered),
        "covered": [_span(one.start, one.end) for one in covered[-_MOST_RANGES:]],
    }


def _span(start: int, end: int | None) -> dict[str, Any]:
    return {"from": iso(start), "to": None if end is None else iso(end)}
