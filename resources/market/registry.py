"""The registry of assets, where every spelling is resolved."""

import difflib
import functools
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from resources.errors import AmbiguousSymbol, InvalidInput, UnknownSymbol
from resources.market.asset import Asset, Symbol

_SEED = Path(__file__).with_name("assets.toml")
# A bare asset is asked for candles: the market that most history is kept of.
MAIN_QUOTES = ("USDT", "USD", "USDC", "EUR")
_SEPARATORS = "/-_"
# No spelling is longer, and looking for near ones costs with the length.
_LONGEST = 64


class Registry:
    """Resolves `BTC`, `BTC/USDT`, `BTC-USDT`, `BTCUSDT` and `btcusdt`, ids and aliases.

    An id or ticker means one asset; an alias may mean several and is refused then.
    """

    def __init__(self, assets: Iterable[Asset]) -> None:
        self.assets = tuple(assets)
        self.quotes = tuple(a for a in self.assets if a.kind != "coin" or a.quotes)
        self._spelt: dict[str, list[Asset]] = defaultdict(list)
        for asset in self.assets:
            for spelling in {asset.id.upper(), asset.ticker, *asset.aliases}:
                self._spelt[spelling].append(asset)
        for asset in self.assets:
            for spelling in (asset.id.upper(), asset.ticker):
                if len(self._spelt[spelling]) > 1:
                    raise InvalidInput(f"{spelling} of {asset.id} means another asset too")
        self._quote_spellings = {
            spelling: found[0]
            for spelling, found in self._spelt.items()
            if len(found) == 1 and found[0] in self.quotes
        }

    def asset(self, spelling: str) -> Asset:
        """Raises UnknownSymbol with the nearest spellings, AmbiguousSymbol with the candidates."""
        text = spelling.strip().upper()
        found = self._spelt.get(text, [])
        if not found:
            raise UnknownSymbol(spelling, self._nearest(text))
        if len(found) > 1:
            raise AmbiguousSymbol(spelling, [asset.id for asset in found])
        return found[0]

    def is_asset(self, spelling: str) -> bool:
        """Whether `asset` knows what is meant, be it ambiguous; asks for no nearest spellings."""
        return spelling.strip().upper() in self._spelt

    def market(self, spelling: str) -> Symbol:
        """The market of a spelling; a bare asset means its main market. Raises as `asset` does."""
        text = spelling.strip().upper()
        if text in self._spelt:
            return self.main_market(self.asset(spelling))
        found = self._readings(text)
        if not found:
            raise UnknownSymbol(spelling, self._nearest_markets(text))
        if len(found) > 1:
            raise AmbiguousSymbol(spelling, [f"{base.id}/{quote.ticker}" for base, quote in found])
        base, quote = found[0]
        return Symbol(base.ticker, quote.ticker)

    def main_market(self, asset: Asset) -> Symbol:
        quotes = (self.asset(ticker) for ticker in MAIN_QUOTES)
        return Symbol(asset.ticker, next(q.ticker for q in quotes if _tradable(asset, q)))

    def chosen(self, spellings: Iterable[str], count: int) -> list[Symbol]:
        """The markets of these spellings, sorted, each once; of none, the main markets of the
        `count` largest coins, largest first. Raises as `asset` does."""
        if named := sorted({self.market(spelling) for spelling in spellings}):
            return named
        return [self.main_market(asset) for asset in self.active(count)]

    def markets(self) -> Iterator[Symbol]:
        """Every market that could be: each asset in each quote."""
        for base in self.assets:
            for quote in self.quotes:
                if _tradable(base, quote):
                    yield Symbol(base.ticker, quote.ticker)

    def active(self, count: int) -> list[Asset]:
        """The `count` largest coins, largest first."""
        coins = sorted((a for a in self.assets if a.rank), key=lambda asset: asset.rank)
        return coins[:count]

    def _readings(self, text: str) -> list[tuple[Asset, Asset]]:
        """Every base and quote that a spelling, separated or joined, may mean."""
        found = []
        for ending, quote in self._quote_spellings.items():
            head = text.removesuffix(ending)
            if head != text:
                head = head[:-1] if head.endswith(tuple(_SEPARATORS)) else head
                bases = self._spelt.get(head, ())
                found += [(base, quote) for base in bases if _tradable(base, quote)]
        return found

    def _nearest(self, text: str) -> list[str]:
        sure = [spelling for spelling, found in self._spelt.items() if len(found) == 1]
        return difflib.get_close_matches(text[:_LONGEST], sure, 5)

    def _nearest_markets(self, text: str) -> list[str]:
        endings = [ending for ending in self._quote_spellings if text.endswith(ending)]
        if not endings:
            return self._nearest(text.partition("/")[0])
        quote = max(endings, key=len)
        near = self._nearest(text.removesuffix(quote).rstrip(_SEPARATORS))
        pairs = (f"{base}/{quote}" for base in near)
        return [pair for pair in pairs if len(self._readings(pair)) == 1]


def _tradable(base: Asset, quote: Asset) -> bool:
    """Dollar coins are priced in dollars, never dollars in them: USDTUSD is not USD/TUSD."""
    return base is not quote and not (base.ticker == "USD" and quote.kind == "stable")


@functools.cache
def load_registry() -> Registry:
    """The registry that `assets.toml` seeds."""
    entries = tomllib.loads(_SEED.read_text())["asset"]
    return Registry(Asset(**{**e, "aliases": tuple(e.get("aliases", ()))}) for e in entries)
