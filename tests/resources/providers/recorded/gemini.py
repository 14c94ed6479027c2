"""What is recorded of gemini."""

from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://docs.gemini.com/rest/market-data"


def candles(payload: Any, _: str) -> Rows:
    return [(at(time), *map(float, values), None, None) for time, *values in sorted(payload)]


def tickers(payload: Any, _: str) -> Rows:
    return [(one["pair"].lower(), float(one["price"]), None, None) for one in payload]


def markets(payload: Any, _: str) -> Rows:
    return [(symbol, symbol[:-3].upper(), symbol[-3:].upper()) for symbol in payload]


RECORDED = {
    "candles": Recorded(
        r"api\.gemini\.com/v2/candles/\w+/\w+",
        candles,
        sound=[[START + HOUR, 11, 11, 11, 11, 0.5], [START, 10.5, 12, 9.25, 11, 3.5]],
        unrecorded=_READ,
        native="btcusd",
    ),
    "tickers": Recorded(
        r"api\.gemini\.com/v1/pricefeed",
        tickers,
        sound=[
            {"pair": "BTCUSD", "price": "11", "percentChange24h": "0.5"},
            {"pair": "ETHUSD", "price": "2", "percentChange24h": "0"},
        ],
        unrecorded=_READ,
    ),
    "markets": Recorded(
        r"api\.gemini\.com/v1/symbols",
        markets,
        sound=["btcusd", "ethbtc"],
        unrecorded=_READ,
    ),
}
