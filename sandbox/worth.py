"""What the coins of the sandbox are worth altogether, of which all venues tell alike."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resources.market import Asset, load_registry
from sandbox.coins import Coin, coin_of
from sandbox.exchange import Source, Ticker
from sandbox.families.numbers import percent
from sandbox.model import DAY, MINUTE, SEED
from sandbox.noise import fraction, key_of, level

# How many units there are, rounded from what was told in the summer of 2026.
_SUPPLIES = {
    "BTC": 20.05e6, "ETH": 120.7e6, "USDT": 184e9, "BNB": 134e6, "USDC": 73.3e9, "XRP": 61.3e9,
    "SOL": 585e6, "TRX": 94.7e9, "DOGE": 154e9, "ADA": 36.5e9, "HYPE": 251e6, "XLM": 32.6e9,
    "BCH": 20e6, "XMR": 18.4e6, "ZEC": 16.5e6, "LINK": 708e6, "LTC": 77e6, "DAI": 5.1e9,
    "USDE": 6e9, "AVAX": 430e6, "SUI": 4.05e9, "HBAR": 43.8e9, "TON": 2.6e9, "SHIB": 589e12,
    "PYUSD": 3.9e9, "FDUSD": 5e8, "TUSD": 4.9e8, "BUSD": 5e7,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Wrapped:
    """A token that stands for a coin, of which so much of the supply is wrapped."""

    id: str
    symbol: str
    name: str
    of: str
    part: float


# Beyond the registry; one has the ticker of the coin that it stands for.
_WRAPPED = (
    _Wrapped("staked-ether", "STETH", "Lido Staked Ether", "ETH", 0.078),
    _Wrapped("wrapped-bitcoin", "WBTC", "Wrapped Bitcoin", "BTC", 0.0063),
    _Wrapped("binance-peg-dogecoin", "DOGE", "Binance-Peg Dogecoin", "DOGE", 0.0135),
)


@dataclass(frozen=True, slots=True)
class Worth:
    """A coin by the venue's name of it: figures in USD, changes of the price in percent."""

    coin: str
    symbol: str
    name: str
    price: float
    supply: float
    volume: float
    change_1h: float
    change_24h: float
    change_7d: float
    wrapped: bool = False

    @property
    def cap(self) -> float:
        return self.price * self.supply


@dataclass(frozen=True, slots=True)
class Total:
    """All coins together; wrapped ones count as what they stand for."""

    cap: float
    volume: float
    btc: float  # percent of the cap
    eth: float
    coins: int
    change_24h: float


def worths(source: Source, coins: Mapping[str, str], now: int) -> list[Worth]:
    """What a venue's coins, from its names to its markets in dollars, are worth; the largest first."""
    assets = {asset.ticker: asset for asset in load_registry().assets}
    tickers = source.tickers(list(coins.values()), now)
    found = {}
    for coin, ticker in zip(coins, tickers, strict=True):
        asset = assets[ticker.name.partition("/")[0]]
        found[asset.ticker] = _worth(coin, asset, ticker, now)
    wrapped = [_wrapped(one, found[one.of]) for one in _WRAPPED if one.of in found]
    return sorted([*found.values(), *wrapped], key=lambda one: -one.cap)


def total(told: Sequence[Worth]) -> Total:
    coins = [one for one in told if not one.wrapped]
    cap = sum(one.cap for one in coins)
    before = sum(one.cap / (1 + one.change_24h / 100) for one in coins)
    caps = {one.symbol: one.cap for one in coins}
    return Total(
        cap=cap,
        volume=sum(one.volume for one in coins),
        btc=caps.get("BTC", 0.0) / cap * 100,
        eth=caps.get("ETH", 0.0) / cap * 100,
        coins=len(told),
        change_24h=(cap / before - 1) * 100,
    )


def looked_for(told: Sequence[Worth], now: int) -> list[Worth]:
    """The coins that people look for in this hour, the most looked for first: those that moved,
    and some by chance."""
    hour = str(now // (60 * MINUTE))

    def interest(one: Worth) -> float:
        return abs(one.change_24h) + 6 * fraction("looked for", one.coin, hour)

    return sorted((one for one in told if not one.wrapped), key=interest, reverse=True)


def supply_of(ticker: str) -> float:
    """How many units there are of the coin with this ticker of ours."""
    asset = load_registry().asset(ticker)
    return _supply(asset, coin_of(asset))


def _worth(coin: str, asset: Asset, ticker: Ticker, now: int) -> Worth:
    modelled, minute = coin_of(asset), now // MINUTE
    return Worth(
        coin=coin,
        symbol=asset.ticker,
        name=asset.name,
        price=ticker.last,
        supply=_supply(asset, modelled),
        volume=ticker.day.quote_volume,
        change_1h=_change(modelled, minute, 60),
        change_24h=percent(ticker),
        change_7d=_change(modelled, minute, 7 * DAY),
    )


def _wrapped(one: _Wrapped, of: Worth) -> Worth:
    changes = (of.change_1h, of.change_24h, of.change_7d)
    held = of.supply * one.part
    return Worth(
        one.id, one.symbol, one.name, of.price, held, of.volume / 50, *changes, wrapped=True
    )


def _supply(asset: Asset, coin: Coin) -> float:
    """From the table above, or such that the value falls with the rank as it does in life."""
    known = _SUPPLIES.get(asset.ticker)
    return known or float(round(1e12 / max(asset.rank, 20) ** 1.9 / coin.price))


def _change(coin: Coin, minute: int, minutes: int) -> float:
    """How the price has changed since so many minutes ago, in percent."""
    key = key_of(SEED, coin.ticker)
    walked = level(key, minute) - level(key, minute - minutes)
    return (math.exp(coin.volatility * walked) - 1) * 100
