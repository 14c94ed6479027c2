"""Which market or asset a spelling means."""

from collections.abc import Sequence

import sqlalchemy as sa

from resources.candle_view import CandleView
from resources.errors import UnknownSymbol
from resources.lake import Lake
from resources.ledger import Ledger
from resources.ledger.tables import coverage, resampled_spans
from resources.market import Asset, Interval, Registry, Symbol
from resources.market.registry import MAIN_QUOTES


def find_asset(registry: Registry, spelling: str) -> Asset:
    """The asset of a spelling; of a market's spelling its base. Raises as the registry does."""
    try:
        return registry.asset(spelling)
    except UnknownSymbol:
        return registry.asset(registry.market(spelling).base)


def find_market(
    ledger: Ledger, registry: Registry, spelling: str, interval: Interval | None = None
) -> str:
    """The canonical market of a spelling. Raises as the registry does.

    An asset means its main market: the first of its dollar markets that candles (of the
    interval) were collected of, else made of lower ones.
    """
    try:
        asset = registry.asset(spelling)
    except UnknownSymbol:
        return str(registry.market(spelling))
    dollars = [str(Symbol(asset.ticker, quote)) for quote in MAIN_QUOTES if quote != asset.ticker]
    found = collected(ledger, dollars, interval) or resampled(ledger, dollars, interval)
    known = (market for market in dollars if market in found)
    return next(known, str(registry.main_market(asset)))


def is_settled(
    ledger: Ledger, registry: Registry, spelling: str, market: str, interval: Interval
) -> bool:
    """Whether `find_market` will find this market for ever: it was spelt out, or nothing that is
    collected later comes before it."""
    try:
        asset = registry.asset(spelling)
    except UnknownSymbol:
        return True
    first = next(quote for quote in MAIN_QUOTES if quote != asset.ticker)
    return market == str(Symbol(asset.ticker, first)) and bool(
        collected(ledger, [market], interval)
    )


def candles_of(
    lake: Lake, ledger: Ledger, market: str, interval: Interval, as_of: int | None = None
) -> CandleView:
    """The candles of a market, with those made of its lower intervals where any were."""
    made = bool(resampled(ledger, [market], interval))
    return CandleView(lake, market, interval, as_of, made)


def collected(ledger: Ledger, markets: Sequence[str], interval: Interval | None) -> set[str]:
    """Those of the markets that candles (of the interval) were collected of."""
    return _found(ledger, coverage, markets, interval)


def resampled(ledger: Ledger, markets: Sequence[str], interval: Interval | None) -> set[str]:
    """Those of the markets that candles (of the interval) were made of lower ones of."""
    return _found(ledger, resampled_spans, markets, interval)


def _found(
    ledger: Ledger, table: sa.Table, markets: Sequence[str], interval: Interval | None
) -> set[str]:
    query = sa.select(table.c.symbol).where(table.c.symbol.in_(markets)).distinct()
    if interval is not None:
        query = query.where(table.c.interval == interval)
    with ledger.read() as connection:
        return set(connection.execute(query).scalars())
