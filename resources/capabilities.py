"""What each member of a pool can tell of one market's candles, and at what cost."""

from dataclasses import dataclass

from resources.market import Interval, Symbol
from resources.providers.base import CandleQuery, Provider


@dataclass(frozen=True, slots=True)
class Capability:
    """One provider's candles of a market and interval.

    A full page holds `page` candles and costs `weight` in `calls`; its limits allow `per_second`
    candles, None where it has none. Only the newest `depth` candles can be had, or those before
    `newest` (ms); None without a bound. Fewer than `least` are not asked of it. `listed` says whether
    its listing has the market, None where none is known.
    """

    provider: Provider
    native: str
    listed: bool | None
    files: bool
    calls: int
    page: int
    weight: int
    per_second: float | None
    least: int
    depth: int | None
    newest: int | None

    @property
    def per_weight(self) -> float:
        return self.page / self.weight


def capability(
    provider: Provider, symbol: Symbol, interval: Interval, listed: bool | None, now: int
) -> Capability | None:
    """None where the provider has no such interval, or cannot have the market."""
    candles, native = provider.candles, provider.native(symbol)
    if candles is None or native is None or interval not in candles.intervals:
        return None
    # Of files that is January, one of the longest months.
    query = CandleQuery(native, interval, 0, candles.page * interval.ms)
    page, weight = candles.holds(query), sum(call.weight for call in candles.calls(query))
    rates = [limit.amount / limit.seconds / weight for limit in provider.limits]
    return Capability(
        provider,
        native,
        listed,
        files=candles.files,
        calls=len(candles.calls(query)),
        page=page,
        weight=weight,
        per_second=page * min(rates) if rates else None,
        least=candles.least,
        depth=candles.depth,
        newest=candles.newest(now) if candles.newest else None,
    )
