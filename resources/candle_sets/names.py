"""What the name of a file says: BTC_USDT-1h.feather."""

import re
from contextlib import suppress
from pathlib import Path

from resources.candle_sets.shape import Layout
from resources.errors import AmbiguousSymbol, InvalidInput, UnknownSymbol
from resources.market import Interval, Symbol, load_registry
from resources.providers import load_providers

_NAME = re.compile(r"(?P<market>.+)[-_](?P<interval>\d+[A-Za-z]+)")
# Of a wide layout, the file of the closes stands for those of all fields.
_WIDE = "Close"


def file_name(layout: Layout, symbol: str, interval: Interval) -> str:
    """The name that the program of this layout looks for, by canonical symbol."""
    market = _WIDE if layout.wide else symbol.replace("/", "_")
    return f"{market}-{interval}{layout.suffix}"


def files_in(layout: Layout, folder: Path) -> list[Path]:
    """The files of a folder that are of this layout by their names, sorted; not those below it."""
    begin = f"{_WIDE}-" if layout.wide else ""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix == layout.suffix and path.name.startswith(begin) and path.is_file()
    )


def interval_of(path: Path) -> Interval:
    """Raises InvalidInput where the name tells none of ours."""
    found = _NAME.fullmatch(path.stem)
    if found is None:
        raise InvalidInput(
            f"its name tells no market and interval as BTC_USDT-1h{path.suffix} does: "
            "rename it, or give --symbol and --interval"
        )
    return Interval.parse(found["interval"])


def market_of(path: Path) -> Symbol:
    """The market before the interval, which the id of a provider may precede.

    Raises UnknownSymbol with the nearest spellings.
    """
    found = _NAME.fullmatch(path.stem)
    spelling = found["market"] if found else path.stem
    owner, _, rest = spelling.partition("_")
    try:
        return read_market(spelling)
    except UnknownSymbol:
        # Whether other words belong to the market nobody knows: 1000_PEPE_USDT is not PEPE.
        if owner.lower() not in load_providers():
            raise
        return read_market(rest)


def read_market(spelling: str) -> Symbol:
    """As the registry reads it, but for a bare asset: of what market its candles are nobody knows."""
    market = load_registry().market(spelling)
    with suppress(UnknownSymbol, AmbiguousSymbol):
        asset = load_registry().asset(spelling)
        raise InvalidInput(f"{spelling} is an asset: name a market, such as {asset.ticker}/USDT")
    return market
