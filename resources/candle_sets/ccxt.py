"""What ccxt's fetch_ohlcv returns, as JSON: the arrays of one market."""

from resources.candle_sets.arrays import read_arrays, write_arrays
from resources.candle_sets.shape import Layout

CCXT = Layout("ccxt", ".json", "ccxt", read_arrays, write_arrays)
