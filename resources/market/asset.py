"""Assets and markets under names of our own."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Asset:
    """One coin or currency.

    `id` is ours and never changes; `ticker` is unique in the registry and no other
    asset's alias; `aliases` are other tickers it goes or went by, which may mean
    other assets too. Assets
    of `kind` "stable" and "fiat" are what markets are quoted in; so are coins
    with `quotes` set. `rank` orders coins by size, 0 for currencies.
    """

    id: str
    ticker: str
    name: str
    kind: Literal["coin", "stable", "fiat"] = "coin"
    aliases: tuple[str, ...] = ()
    quotes: bool = False
    rank: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Symbol:
    """One market: an asset traded against another, written BTC/USDT."""

    base: str
    quote: str

    def __str__(self) -> str:
        return f"{self.base}/{self.quote}"

    @classmethod
    def canonical(cls, text: str) -> "Symbol":
        """Reads the spelling that `str` writes and tables hold; users' spellings go to Registry."""
        base, _, quote = text.partition("/")
        return cls(base, quote)
