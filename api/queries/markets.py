"""Which market or asset a spelling means."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from resources.candle_view import CandleView
from resources.lake import Lake
from resources.ledger import Ledger
from resources.ledger.tables import coverage, resampled_spans
from resources.market import Asset, Interval, Registry, Symbol
from resources.market.registry import MAIN_QUOTES


def find_asset(registry: Registry, spelling: str) -> Asset:
    """The asset of a spelling; of a market's spelling its base. Raises as the registry does."""
    if registry.is_asset(spelling):
        return registry.asset(spelling)
    return registry.asset(registry.market(spelling).base)


def find_market(
    ledger: Ledger, registry: Registry, spelling: str, interval: Interval | None = None
) -> str:
    """The canonical market of a spelling. Raises as the registry does.

    An asset means its main market: the first of its dollar markets that candles (of the
    interval) were collected of, else made of lower ones.
    """
    (market,) = find_markets(ledger, registry, [spelling], interval)
    return market


def find_markets(
    ledger: Ledger, registry: Registry, spellings: Iterable[str], interval: Interval | None = None
) -> list[str]:
    """What `find_market` says of each of them, asked of the ledger together."""
    meant = [_meant(registry, spelling) for spelling in spellings]
    dollars = {asset: _dollars(asset) for asset in meant if isinstance(asset, Asset)}
    asked = sorted({market for markets in dollars.values() for market in markets})
    first = collected(ledger, asked, interval) if asked else set()
    left = [one for markets in dollars.values() if first.isdisjoint(markets) for one in markets]
    found = first | (resampled(ledger, left, interval) if left else set())
    return [
        next((one for one in dollars[asset] if one in found), str(registry.main_market(asset)))
        if isinstance(asset, Asset)
        else str(asset)
        for asset in meant
    ]


def _meant(registry: Registry, spelling: str) -> Asset | Symbol:
    return registry.asset(spelling) if registry.is_asset(spelling) else registry.market(spelling)


def _dollars(asset: Asset) -> list[str]:
    return [str(Symbol(asset.ticker, quote)) for quote in MAIN_QUOTES if quote != asset.ticker]


def is_settled(
    ledger: Ledger, registry: Registry, spelling: str, market: str, interval: Interval
) -> bool:
    """Whether `find_market` will find this market for ever: it was spelt out, or nothing that is
    collected later comes before it."""
    if not registry.is_asset(spelling):
        return True
    asset = registry.asset(spelling)
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
