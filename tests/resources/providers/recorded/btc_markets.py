"""What is recorded of btc_markets: nothing."""

from datetime import datetime
from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_CLIENTS = "on no recording; shape taken from public clients"
_KNOWN = "on no recording and no documentation at hand: from knowledge"


def candles(payload: Any, _: str) -> Rows:
    return [
        (datetime.fromisoformat(time), *map(float, values), None, None)
        for time, *values in reversed(payload)
    ]


def candle(opened: int, *values: str) -> list[str]:
    return [f"{at(opened):%Y-%m-%dT%H:%M:%S.%fZ}", *values]


def tickers(payload: Any, _: str) -> Rows:
    time = datetime.fromisoformat(payload["timestamp"])
    return [(payload["marketId"], float(payload["lastPrice"]), time, float(payload["pricePct24h"]))]


def markets(payload: Any, _: str) -> Rows:
    return [
        (market["marketId"], market["baseAssetName"], market["quoteAssetName"])
        for market in payload
        if market["status"] == "Online"
    ]


RECORDED = {
    "candles": Recorded(
        r"api\.btcmarkets\.net/v3/markets/[^/]+/candles",
        candles,
        sound=[
            candle(START + HOUR, "11", "11", "11", "11", "0"),
            candle(START, "10.5", "12", "9.25", "11", "3.5"),
        ],
        native="BTC-AUD",
        unrecorded=_CLIENTS,
    ),
    "tickers": Recorded(
        r"api\.btcmarkets\.net/v3/markets/[^/]+/ticker",
        tickers,
        sound={
            "marketId": "BTC-AUD",
            "lastPrice": "11",
            "pricePct24h": "-1.5",
            "timestamp": "2023-11-14T22:13:20.123000Z",
        },
        native="BTC-AUD",
        unrecorded=_CLIENTS,
    ),
    "markets": Recorded(
        r"api\.btcmarkets\.net/v3/markets",
        markets,
        sound=[
            {
                "marketId": "BTC-AUD",
                "baseAssetName": "BTC",
                "quoteAssetName": "AUD",
                "status": "Online",
            },
            {
                "marketId": "MCAU-AUD",
                "baseAssetName": "MCAU",
                "quoteAssetName": "AUD",
                "status": "Offline",
            },
        ],
        unrecorded=_KNOWN,
    ),
}
