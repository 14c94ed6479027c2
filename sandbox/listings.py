"""Which markets a venue lists, since when and in which ticks: the same in every start."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from resources.market import Asset, Registry
from sandbox.coins import Coin, coin_of
from sandbox.model import DAY, Market
from sandbox.noise import fraction

_FIRST = int(datetime(2017, 8, 17, 4, tzinfo=UTC).timestamp()) // 60
_OLDEST = ("BTC", "ETH")  # listed from the first day on
_LISTING_DAYS = 1_500  # all others follow until the autumn of 2021
_EVERYWHERE = 5  # the largest coins are listed on every venue that has the quote
_MOST_BIAS = 4e-4
# Below this a tick of 8 decimals would be too coarse to follow the price.
_SMALLEST = 1e-4


@dataclass(frozen=True, slots=True)
class Rules:
    """How a venue lists: the part of all coins it has against each quote, and its ticks.

    `share` is its part of the world's turnover; it never lists the assets `absent`.
    """

    quotes: Mapping[str, float]
    share: float
    least_decimals: int = 2
    most_decimals: int = 8
    absent: tuple[str, ...] = ()


def list_markets(venue: str, rules: Rules, registry: Registry) -> dict[str, Market]:
    """The venue's markets by name ("BTC/USDT"), largest coins first."""
    by_ticker = {asset.ticker: asset for asset in registry.assets}
    bases = [asset for asset in registry.assets if asset.ticker not in rules.absent]
    bases.sort(key=lambda asset: (asset.rank or len(by_ticker), asset.ticker))
    pairs = [
        (base, by_ticker[quote])
        for base in bases
        for quote, part in rules.quotes.items()
        if quote in by_ticker and _lists(venue, base, by_ticker[quote], part)
    ]
    return {f"{b.ticker}/{q.ticker}": _market(venue, rules, b, q) for b, q in pairs}


def _lists(venue: str, base: Asset, quote: Asset, part: float) -> bool:
    if base.ticker == quote.ticker or base.kind == "fiat":
        return False
    if part == 1:
        return True
    if quote.kind == "coin":
        coarse = coin_of(base).price < _SMALLEST * coin_of(quote).price
        if base.kind != "coin" or base.rank < quote.rank or coarse:
            return False
    everywhere = 0 < base.rank <= _EVERYWHERE or base.ticker in ("USDT", "USDC")
    return everywhere or fraction("listed", venue, base.ticker, quote.ticker) < part


def _market(venue: str, rules: Rules, base: Asset, quote: Asset) -> Market:
    first, second = coin_of(base), coin_of(quote)
    magnitude = math.floor(math.log10(first.price / second.price))
    return Market(
        venue=venue,
        base=first,
        quote=second,
        bias=1 + _MOST_BIAS * (2 * fraction("bias", venue) - 1),
        share=rules.share,
        listed=_listed(venue, first),
        # About five significant digits, and lots worth some cents.
        price_decimals=min(max(4 - magnitude, rules.least_decimals), rules.most_decimals),
        size_decimals=min(max(math.floor(math.log10(first.price)) + 1, 0), 8),
        quote_decimals=4 if second.price < 10 else 8,
    )


def _listed(venue: str, coin: Coin) -> int:
    if coin.ticker in _OLDEST:
        return _FIRST
    return _FIRST + int(fraction("since", venue, coin.ticker) * _LISTING_DAYS) * DAY
