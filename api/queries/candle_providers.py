"""Who can tell the candles of a market: how much at once, how deep, and at what cost."""

from typing import Any

import sqlalchemy as sa

from api.answers import iso
from api.services import Services
from resources.capabilities import Capability, capability
from resources.ledger import Ledger, pools
from resources.ledger.tables import listings
from resources.market import Interval, Symbol
from resources.pools import living

Row = dict[str, Any]


def rows(services: Services, market: Symbol, interval: Interval, now: int) -> list[Row]:
    """The living members of the pool that have such candles, in the order of their priority."""
    listed, known = _listings(services.ledger, market)
    providers, sandboxed = services.directory.providers(), services.mode == "sandbox"
    members = pools.read(services.ledger, "ohlcv").members
    found = []
    for member in sorted(members, key=lambda one: (one.priority, -one.weight, one.provider)):
        provider = providers.get(member.provider)
        if provider is None or not living(services.directory, provider, sandboxed=sandboxed):
            continue
        has = provider.id in listed if provider.id in known else None
        if one := capability(provider, market, interval, has, now):
            found.append({**_row(one), "priority": member.priority})
    return found


def _listings(ledger: Ledger, market: Symbol) -> tuple[set[str], set[str]]:
    """Who lists the market, and whose listing is known at all."""
    providers = sa.select(listings.c.provider).distinct()
    with ledger.read() as connection:
        listed = set(
            connection.execute(providers.where(listings.c.symbol == str(market))).scalars()
        )
        return listed, set(connection.execute(providers).scalars())


def _row(one: Capability) -> Row:
    return {
        "provider_id": one.provider.id,
        "provider_name": one.provider.name,
        "native": one.native,
        "listed": one.listed,
        "files": one.files,
        "page": one.page,
        "calls": one.calls,
        "weight": one.weight,
        "candles_per_weight": round(one.per_weight, 1),
        "candles_per_second": None if one.per_second is None else round(one.per_second, 1),
        "least": one.least,
        "depth": one.depth,
        "newest": None if one.newest is None else iso(one.newest),
    }
