"""How markets are spelt that have the tickers of base and quote in their name."""

from collections.abc import Callable, Collection, Mapping

from resources.market import Symbol

# Most exchanges gave the ticker of the old coin to the new one.
TICKERS = {"LUNA2": "LUNA", "STEPN": "GMT"}


def spelling(
    form: str, quotes: Collection[str], tickers: Mapping[str, str] = TICKERS
) -> Callable[[Symbol], str | None]:
    """A `native` after a form as "{base}-{quote}"; None for quotes that the provider has not."""

    def native(symbol: Symbol) -> str | None:
        if symbol.quote not in quotes:
            return None
        base, quote = (tickers.get(name, name) for name in (symbol.base, symbol.quote))
        return form.format(base=base, quote=quote)

    return native


def small(native: Callable[[Symbol], str | None]) -> Callable[[Symbol], str | None]:
    """The same in small letters."""

    def lower(symbol: Symbol) -> str | None:
        spelt = native(symbol)
        return spelt and spelt.lower()

    return lower
