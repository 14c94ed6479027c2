"""What a collection would cost, told without a call."""

from collections.abc import Mapping, Sequence

from resources.dagster_resources import build_feeds
from resources.http.client import Client
from resources.ledger import Ledger, coverage
from resources.market import Interval, Symbol, load_registry
from resources.plan import Cost, Demand, Window, missing
from resources.settings import Settings


def planned_cost(
    settings: Settings,
    ledger: Ledger,
    spelt: Sequence[str],
    interval: Interval,
    window: Window,
) -> Mapping[str, Cost]:
    """What the candles of a window that are missing cost each provider, by id.

    `spelt` are markets in any spelling; none means all active ones. Raises UnknownSymbol.
    """
    feeds = build_feeds(Client(ledger, sandbox_url=settings.sandbox_url), ledger)
    wanted = Window(interval.ceil(window.start), interval.floor(window.end))
    symbols = _symbols(spelt, settings.top_n_cryptos)
    have = coverage.covered_many(ledger, [str(symbol) for symbol in symbols], interval)
    return feeds.cost(
        Demand(symbol, interval, gap)
        for symbol in symbols
        for gap in missing(wanted, have.get(str(symbol), []))
    )


def _symbols(spelt: Sequence[str], top_n: int) -> list[Symbol]:
    registry = load_registry()
    if spelt:
        return [registry.market(spelling) for spelling in spelt]
    return [registry.main_market(asset) for asset in registry.active(top_n)]
