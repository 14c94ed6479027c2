"""What is recorded of coinbase_exchange."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.resources.providers.recorded.base import SECONDS, Recorded, Rows, at


def market_of(line: Mapping[str, str]) -> str:
    named = re.match(r"/products/([^/]+)/", line["path"])
    return named[1] if named else ""


def candles(payload: Any, _: str) -> Rows:
    return [
        (at(opened * 1000), first, high, low, last, volume, None, None)
        for opened, low, high, first, last, volume in reversed(payload)
    ]


def tickers(payload: Any, asked: str) -> Rows:
    time = datetime.fromisoformat(payload["time"])
    whole = time.replace(microsecond=time.microsecond // 1000 * 1000)
    return [(asked, float(payload["price"]), whole, None)]


def markets(payload: Any, _: str) -> Rows:
    return [
        (product["id"], product["base_currency"], product["quote_currency"])
        for product in payload
        if product.get("status", "online") == "online" and not product.get("trading_disabled")
    ]


RECORDED = {
    "candles": Recorded(
        r"api\.exchange\.coinbase\.com/products/[^/]+/candles",
        candles,
        sound=[
            [SECONDS + 3600, 11, 11, 11, 11, 0.5],
            [SECONDS, 9.25, 12, 10.5, 11, 3.5],
        ],
    ),
    "tickers": Recorded(
        r"api\.(exchange\.coinbase|gdax)\.com/products/[^/]+/ticker",
        tickers,
        sound={"price": "11", "time": "2023-11-14T22:13:20.123456Z"},
        market_of=market_of,
    ),
    "markets": Recorded(
        r"api\.(exchange\.coinbase|pro\.coinbase|gdax)\.com/products",
        markets,
        sound=[
            {
                "id": "BTC-USD",
                "base_currency": "BTC",
                "quote_currency": "USD",
                "status": "online",
                "trading_disabled": False,
            }
        ],
    ),
}
