"""What is recorded of mexc."""

from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://www.mexc.com/api-docs/spot-v3"


def candles(payload: Any, _: str) -> Rows:
    return [
        (at(opened), *map(float, prices), float(quote_volume), None)
        for opened, *prices, _closed, quote_volume in payload
    ]


def tickers(payload: Any, _: str) -> Rows:
    return [
        (
            t["symbol"],
            float(t["lastPrice"]),
            at(t["closeTime"]),
            float(t["priceChangePercent"]) * 100,
        )
        for t in (payload if isinstance(payload, list) else [payload])
    ]


def markets(payload: Any, _: str) -> Rows:
    return [
        (one["symbol"], one["baseAsset"], one["quoteAsset"])
        for one in payload["symbols"]
        if one["status"] == "1"
    ]


def ticker(symbol: str, price: str, change: str) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "lastPrice": price,
        "priceChangePercent": change,
        "closeTime": START,
    }


RECORDED = {
    "candles": Recorded(
        r"api\.mexc\.com/api/v3/klines",
        candles,
        sound=[
            [START, "10.5", "12", "9.25", "11", "3.5", START + HOUR, "37.5"],
            [START + HOUR, "11", "11", "11", "11", "0", START + 2 * HOUR, "0"],
        ],
        unrecorded=_READ,
        native="BTCUSDT",
    ),
    "tickers": Recorded(
        r"api\.mexc\.com/api/v3/ticker/24hr",
        tickers,
        sound=[ticker("BTCUSDT", "11", "-0.015"), ticker("ETHUSDT", "2", "0")],
        unrecorded=_READ,
    ),
    "markets": Recorded(
        r"api\.mexc\.com/api/v3/exchangeInfo",
        markets,
        sound={
            "symbols": [
                {"symbol": "BTCUSDT", "status": "1", "baseAsset": "BTC", "quoteAsset": "USDT"},
                {"symbol": "BCCBTC", "status": "3", "baseAsset": "BCC", "quoteAsset": "BTC"},
            ]
        },
        unrecorded=_READ,
    ),
}
