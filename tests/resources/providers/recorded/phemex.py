"""What is recorded of phemex."""

from typing import Any

from tests.resources.providers.recorded.base import START, Recorded, Rows, at


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
        unrecorded="verified on no recording: the example of its documentation",
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
