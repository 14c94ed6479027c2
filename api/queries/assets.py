"""The assets of the registry, and where they are listed."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from resources.ledger import Ledger
from resources.ledger.tables import listings, market_statuses
from resources.market import Asset, Registry, Symbol

Row = dict[str, Any]


def found(registry: Registry, search: str) -> list[Asset]:
    """The assets whose id, ticker, name or alias holds the text, or all; coins come first, the
    largest first."""
    text = search.strip().casefold()
    hits = [asset for asset in registry.assets if any(text in name for name in _names(asset))]
    return sorted(hits, key=lambda asset: (asset.rank == 0, asset.rank, asset.id))


def rows(ledger: Ledger, assets: Sequence[Asset]) -> list[Row]:
    """The assets as rows of an answer.

    `status` is `listed` where some provider lists a market of it now, `delisted` where none does
    any more, `unknown` where no listing has told of it yet.
    """
    with ledger.read() as connection:
        told = connection.execute(sa.select(listings.c.symbol, listings.c.provider))
        listed = _by_asset((row.symbol, row.provider) for row in told)
        before = connection.execute(sa.select(market_statuses.c.symbol).distinct()).scalars()
        known = set(_by_asset((symbol, "") for symbol in before))
    return [_row(asset, sorted(listed.get(asset.ticker, ())), known) for asset in assets]


def _row(asset: Asset, providers: Sequence[str], known: set[str]) -> Row:
    gone = "delisted" if asset.ticker in known else "unknown"
    return {
        "id": asset.id,
        "symbol": asset.ticker,
        "name": asset.name,
        "kind": asset.kind,
        "aliases": asset.aliases,
        "rank": asset.rank or None,
        "listed_on": providers,
        "status": "listed" if providers else gone,
    }


def _by_asset(markets: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """The providers of markets by the assets on both sides of them."""
    providers: dict[str, set[str]] = {}
    for market, provider in markets:
        symbol = Symbol.canonical(market)
        for ticker in (symbol.base, symbol.quote):
            providers.setdefault(ticker, set()).add(provider)
    return providers


def _names(asset: Asset) -> list[str]:
    return [name.casefold() for name in (asset.id, asset.ticker, asset.name, *asset.aliases)]
