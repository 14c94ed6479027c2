"""What is recorded of binance."""

from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at


def candles(payload: Any, _: str) -> Rows:
    return [
        (at(opened), *map(float, prices), float(quote_volume), trades)
        for opened, *prices, _closed, quote_volume, trades, _, _, _ in sorted(payload)
    ]


def tickers(payload: Any, _: str) -> Rows:
    return [
        (t["symbol"], float(t["lastPrice"]), at(t["closeTime"]), float(t["priceChangePercent"]))
        for t in (payload if isinstance(payload, list) else [payload])
    ]


def markets(payload: Any, _: str) -> Rows:
    return [
        (market["symbol"], market["baseAsset"], market["quoteAsset"])
        for market in payload["symbols"]
        if market["status"] == "TRADING"
    ]


RECORDED = {
    "candles": Recorded(
        r"api\.binance\.(com|us)/api/v3/klines",
        candles,
        sound=[
            [
                START,
                "10.5",
                "12",
                "9.25",
                "11",
                "3.5",
                START + HOUR - 1,
                "37.5",
                42,
                "1",
                "11",
                "0",
            ],
            [
                START + HOUR,
                "11",
                "11",
                "11",
                "11",
                "0",
                START + 2 * HOUR - 1,
                "0",
                0,
                "0",
                "0",
                "0",
            ],
        ],
    ),
    "tickers": Recorded(
        r"api\.binance\.(com|us|je)/api/v[13]/ticker/24hr",
        tickers,
        sound=[
            {
                "symbol": "BTCUSDT",
                "lastPrice": "11",
                "priceChangePercent": "-1.5",
                "closeTime": START,
            },
            {"symbol": "ETHUSDT", "lastPrice": "2", "priceChangePercent": "0", "closeTime": START},
        ],
    ),
    "markets": Recorded(
        r"api\.binance\.(com|us|je|me)/api/v[13]/exchangeInfo",
        markets,
        sound={
            "symbols": [
                {
                    "symbol": "BTCUSDT",
                    "status": "TRADING",
                    "baseAsset": "BTC",
                    "quoteAsset": "USDT",
                },
                {"symbol": "BCCBTC", "status": "BREAK", "baseAsset": "BCC", "quoteAsset": "BTC"},
            ]
        },
    ),
}
