"""What candles would cost, told without asking any provider."""

from collections.abc import Mapping
from dataclasses import dataclass

from resources import demand
from resources.collecting import Request
from resources.feeds import build_feeds
from resources.http.client import Client
from resources.ledger import Ledger
from resources.plan import Cost, Demand
from resources.room import estimated_bytes
from resources.settings import Settings


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of a collection: each provider's share by its id, candles at most, bytes on the disk."""

    costs: Mapping[str, Cost]
    candles: int
    bytes: int


def estimate(settings: Settings, ledger: Ledger, request: Request) -> Estimate:
    """What it costs to fetch what is missing of a request."""
    feeds = build_feeds(Client(ledger, sandbox_url=settings.sandbox_url), ledger)
    demands = [
        Demand(symbol, interval, gap)
        for interval, symbols in request.markets.items()
        for symbol, gaps in demand.ranges(
            ledger, request.mode, interval, symbols, request.window
        ).items()
        for gap in gaps
    ]
    size = sum(estimated_bytes(one.interval, [one.window]) for one in demands)
    candles = sum(one.window.length // one.interval.ms for one in demands)
    return Estimate(feeds.cost(demands), candles, size)
