"""Which market or asset a spelling means."""

from collections.abc import Sequence

import sqlalchemy as sa

from resources.errors import UnknownSymbol
from resources.ledger import Ledger
from resources.ledger.tables import coverage
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
    interval) were collected of.
    """
    try:
        asset = registry.asset(spelling)
    except UnknownSymbol:
        return str(registry.market(spelling))
    dollars = [str(Symbol(asset.ticker, quote)) for quote in MAIN_QUOTES if quote != asset.ticker]
    collected = _collected(ledger, dollars, interval)
    known = (market for market in dollars if market in collected)
    return next(known, str(registry.main_market(asset)))


def _collected(ledger: Ledger, markets: Sequence[str], interval: Interval | None) -> set[str]:
    query = sa.select(coverage.c.symbol).where(coverage.c.symbol.in_(markets)).distinct()
    if interval is not None:
        query = query.where(coverage.c.interval == interval)
    with ledger.read() as connection:
        return set(connection.execute(query).scalars())
