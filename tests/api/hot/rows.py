"""Rows of candles as answers have them, without a store."""

from typing import Any

from api.hot.encoded import EncodedCandles
from resources.ledger.commits import Commit, Key

Row = dict[str, Any]


def row(number: int, source: str = "binance") -> Row:
    return {
        "open_time": f"2024-01-01T{number % 24:02}:00:00Z",
        "open": number + 0.1,
        "volume": None,
        "trades": number,
        "closed": True,
        "source": source,
    }


def encoded(symbol: str = "BTC/USDT", count: int = 3, asked: int = 100) -> EncodedCandles:
    return EncodedCandles(symbol, "1h", [row(n) for n in range(count)], asked)


def commit(*symbols: str, table: str = "candles", interval: str = "1h") -> Commit:
    keys: list[Key] = [{"symbol": symbol, "interval": interval, "newest": 0} for symbol in symbols]
    return Commit(1, table, 1, keys, len(keys), 0)
