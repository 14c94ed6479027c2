"""The layouts there are, by name."""

from collections.abc import Mapping

from resources.candle_sets.ccxt import CCXT
from resources.candle_sets.freqtrade import FEATHER, JSON
from resources.candle_sets.shape import Layout
from resources.candle_sets.tables import CSV, PARQUET
from resources.candle_sets.vectorbt import VECTORBT, WIDE
from resources.errors import UnknownName

LAYOUTS: Mapping[str, Layout] = {
    layout.name: layout for layout in (PARQUET, CSV, FEATHER, JSON, CCXT, VECTORBT, WIDE)
}


def find_layout(name: str) -> Layout:
    """Raises UnknownName with the names there are."""
    if name not in LAYOUTS:
        raise UnknownName("layout", name, list(LAYOUTS))
    return LAYOUTS[name]
