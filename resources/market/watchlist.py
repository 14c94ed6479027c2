"""A person's own markets, collected beside the largest coins."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from resources.errors import AmbiguousSymbol, InvalidInput, UnknownSymbol
from resources.market.asset import Symbol
from resources.market.interval import Interval
from resources.market.registry import load_registry

_MOST = 500
_PARTS = ("symbols", "intervals")


@dataclass(frozen=True, slots=True)
class Watchlist:
    """Each of these markets is collected in each of these intervals."""

    symbols: Sequence[Symbol] = ()
    intervals: Sequence[Interval] = ()


EMPTY = Watchlist()


def read_watchlist(given: Mapping[str, Sequence[str]], usual: Iterable[Interval] = ()) -> Watchlist:
    """What a person wrote: `symbols` in any spelling, and `intervals`, of none the `usual` ones.

    Raises InvalidInput for a symbol or interval that there is not, and for other parts.
    """
    if unknown := sorted(set(given) - set(_PARTS)):
        raise InvalidInput(f"a watchlist has {' and '.join(_PARTS)}, and not {unknown[0]!r}")
    spelt = given.get("symbols", ())
    if not spelt and given.get("intervals"):
        raise InvalidInput("a watchlist with intervals has symbols too")
    if len(spelt) > _MOST:
        raise InvalidInput(f"a watchlist has at most {_MOST} symbols")
    named = {Interval.parse(text) for text in given.get("intervals", ())} or set(usual)
    intervals = tuple(sorted(named, key=lambda interval: interval.ms)) if spelt else ()
    return Watchlist(tuple(read_markets(spelt)), intervals)


def read_markets(spellings: Iterable[str]) -> list[Symbol]:
    """The markets of these spellings, sorted, each once.

    Raises InvalidInput: in what a person sent, a symbol that there is not is a mistake.
    """
    try:
        return sorted({load_registry().market(spelling) for spelling in spellings})
    except (UnknownSymbol, AmbiguousSymbol) as error:
        raise InvalidInput(str(error)) from error
