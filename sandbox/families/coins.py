"""Venues that quote coins in dollars, by names of their own."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from resources.market import Asset, load_registry
from sandbox.exchange import Source, Ticker
from sandbox.families.routes import Routed
from sandbox.listings import Rules


class CoinVenue(Routed):
    """`coins` are its markets by its names, largest first."""

    rules: ClassVar[Rules] = Rules({"USD": 1.0}, share=1.0, most_decimals=12)

    def __init__(self, source: Source, limits: Sequence[tuple[int, int]]) -> None:
        super().__init__(source, limits)
        assets = {asset.ticker: asset for asset in load_registry().assets}
        named = {name: self.coin(assets[name.partition("/")[0]]) for name in source.listed}
        self.coins = {coin: name for name, coin in named.items() if coin}

    @abstractmethod
    def coin(self, asset: Asset) -> str | None:
        """The venue's name of a coin, None for one that it has not."""

    def quoted(self, coins: Sequence[str], now: int) -> list[tuple[str, Ticker]]:
        """Those of the coins that it has; others it leaves out."""
        known = [coin for coin in coins if coin in self.coins]
        tickers = self.source.tickers([self.coins[coin] for coin in known], now)
        return list(zip(known, tickers, strict=True))
