"""What is recorded of phemex."""

from typing import Any

from tests.resources.providers.recorded.base import SECONDS, START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://github.com/phemex/phemex-api-docs"
_CLIENTS = "on no recording; shape taken from public clients"


def candles(payload: Any, _: str) -> Rows:
    return [
        (at(time * 1000), *(value / 1e8 for value in values), None)
        for time, _interval, _before, *values in payload["data"]["rows"]
    ]


def tickers(payload: Any, _: str) -> Rows:
    return [
        (
            t["symbol"],
            t["lastEp"] / 1e8,
            at(t["timestamp"] // 1_000_000),
            (t["lastEp"] / t["openEp"] - 1) * 100,
        )
        for t in payload["result"]
    ]


def markets(payload: Any, _: str) -> Rows:
    return [
        (product["symbol"], product["baseCurrency"], product["quoteCurrency"])
        for product in payload["data"]["products"]
        if product["type"] == "Spot" and product["status"] == "Listed"
    ]


RECORDED = {
    "candles": Recorded(
        r"api\.phemex\.com/exchange/public/md/v2/kline",
        candles,
        sound={
            "code": 0,
            "msg": "OK",
            "data": {
                "total": -1,
                "rows": [
                    [
                        SECONDS + 3600,
                        3600,
                        1_100_000_000,
                        1_100_000_000,
                        1_300_000_000,
                        1_000_000_000,
                        1_250_000_000,
                        200_000_000,
                        2_400_000_000,
                    ],
                    [
                        SECONDS,
                        3600,
                        1_050_000_000,
                        1_050_000_000,
                        1_200_000_000,
                        925_000_000,
                        1_100_000_000,
                        350_000_000,
                        3_800_000_000,
                    ],
                ],
            },
        },
        candles=lambda payload: payload["data"]["rows"],
        high=4,
        scale=1e8,
        native="sBTCUSDT",
        own_errors=True,
        unrecorded=_READ,
    ),
    "tickers": Recorded(
        r"api\.phemex\.com/md/spot/ticker/24hr/all",
        tickers,
        sound={
            "error": None,
            "id": 0,
            "result": [
                {
                    "openEp": 1_000_000_000,
                    "lastEp": 1_150_000_000,
                    "symbol": "sBTCUSDT",
                    "timestamp": START * 1_000_000,
                }
            ],
        },
        native="sBTCUSDT",
        unrecorded=_CLIENTS,
    ),
    "markets": Recorded(
        r"api\.phemex\.com/exchange/public/cfg/v2/products",
        markets,
        sound={
            "code": 0,
            "msg": "OK",
            "data": {
                "products": [
                    {
                        "symbol": "sBTCUSDT",
                        "type": "Spot",
                        "status": "Listed",
                        "baseCurrency": "BTC",
                        "quoteCurrency": "USDT",
                    },
                    {"symbol": "BTCUSD", "type": "Perpetual", "status": "Listed"},
                ]
            },
        },
    ),
}
