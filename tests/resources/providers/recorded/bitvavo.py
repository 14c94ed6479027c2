"""What is recorded of bitvavo: nothing."""

from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://docs.bitvavo.com/docs/rest-api"
_MARKETS = "on no recording; documentation read: https://github.com/bitvavo/node-bitvavo-api"


def candles(payload: Any, _: str) -> Rows:
    return [(at(time), *map(float, values), None, None) for time, *values in reversed(payload)]


def tickers(payload: Any, _: str) -> Rows:
    return [
        (
            t["market"],
            float(t["last"]),
            at(t["timestamp"]),
            (float(t["last"]) / float(t["open"]) - 1) * 100,
        )
        for t in payload
    ]


def markets(payload: Any, _: str) -> Rows:
    return [(m["market"], m["base"], m["quote"]) for m in payload if m["status"] == "trading"]


RECORDED = {
    "candles": Recorded(
        r"api\.bitvavo\.com/v2/[^/]+/candles",
        candles,
        sound=[
            [START + HOUR, "11", "11", "11", "11", "0"],
            [START, "10.5", "12", "9.25", "11", "3.5"],
        ],
        native="BTC-EUR",
        unrecorded=_READ,
    ),
    "tickers": Recorded(
        r"api\.bitvavo\.com/v2/ticker/24h",
        tickers,
        sound=[{"market": "BTC-EUR", "open": "10", "last": "11", "timestamp": START}],
        native="BTC-EUR",
        unrecorded=_READ,
    ),
    "markets": Recorded(
        r"api\.bitvavo\.com/v2/markets",
        markets,
        sound=[{"market": "BTC-EUR", "status": "trading", "base": "BTC", "quote": "EUR"}],
        unrecorded=_MARKETS,
    ),
}
