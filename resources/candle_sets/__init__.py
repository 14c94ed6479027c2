"""Candle sets: files of candles in layouts that other programs read and write."""

from resources.candle_sets.layouts import LAYOUTS, find_layout
from resources.candle_sets.names import file_name, files_in, read_market
from resources.candle_sets.shape import SET, Layout
from resources.candle_sets.store import Imported, import_set
from resources.candle_sets.survey import Named, Survey, survey

__all__ = [
    "LAYOUTS",
    "SET",
    "Imported",
    "Layout",
    "Named",
    "Survey",
    "file_name",
    "files_in",
    "find_layout",
    "import_set",
    "read_market",
    "survey",
]
