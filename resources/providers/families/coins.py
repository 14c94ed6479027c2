"""For providers that quote coins in dollars, by an id of the coin."""

from collections.abc import Callable

from resources.errors import AmbiguousSymbol, UnknownSymbol
from resources.market import Asset, Symbol, load_registry


def coin_speller(identify: Callable[[Asset], str | None]) -> Callable[[Symbol], str | None]:
    """A `native` of what `identify` calls a coin; None for currencies and what nobody knows."""

    def native(symbol: Symbol) -> str | None:
        if symbol.quote != "USD":
            return None
        try:
            asset = load_registry().asset(symbol.base)
        except (UnknownSymbol, AmbiguousSymbol):
            return None
        return None if asset.kind == "fiat" else identify(asset)

    return native
