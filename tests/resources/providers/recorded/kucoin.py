"""What is recorded of kucoin."""

from typing import Any

from tests.resources.providers.recorded.base import SECONDS, START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://www.kucoin.com/docs-new/rest/spot-trading"


def candles(payload: Any, _: str) -> Rows:
    return [
        (at(int(time) * 1000), *map(float, (first, high, low, last, *sizes)), None)
        for time, first, last, high, low, *sizes in reversed(payload["data"])
    ]


def number(text: Any) -> float | None:
    return None if text is None else float(text)


def tickers(payload: Any, _: str) -> Rows:
    return [
        (
            t["symbol"],
            number(t["last"]),
            at(payload["data"]["time"]),
            None if t["changeRate"] is None else float(t["changeRate"]) * 100,
        )
        for t in payload["data"]["ticker"]
    ]


def markets(payload: Any, _: str) -> Rows:
    return [
        (one["symbol"], one["baseCurrency"], one["quoteCurrency"])
        for one in payload["data"]
        if one["enableTrading"]
    ]


def answer(data: Any) -> Any:
    return {"code": "200000", "data": data}


RECORDED = {
    "candles": Recorded(
        r"api\.kucoin\.com/api/v1/market/candles",
        candles,
        sound=answer(
            [
                [str(SECONDS + 3600), "11", "11", "11", "11", "0", "0"],
                [str(SECONDS), "10.5", "11", "12", "9.25", "3.5", "37.5"],
            ]
        ),
        unrecorded=_READ,
        candles=lambda payload: payload["data"],
        high=3,
        own_errors=True,
    ),
    "tickers": Recorded(
        r"(api|openapi-v2)\.kucoin\.com/api/v1/market/allTickers",
        tickers,
        sound=answer(
            {
                "time": START,
                "ticker": [
                    {"symbol": "BTC-USDT", "last": "11", "changeRate": "-0.015"},
                    {"symbol": "ETH-USDT", "last": "2", "changeRate": "0"},
                ],
            }
        ),
        own_errors=True,
    ),
    "markets": Recorded(
        r"(api|openapi-v2)\.kucoin\.com/api/v[12]/symbols",
        markets,
        sound=answer(
            [
                {
                    "symbol": "BTC-USDT",
                    "baseCurrency": "BTC",
                    "quoteCurrency": "USDT",
                    "enableTrading": True,
                },
                {
                    "symbol": "BCC-BTC",
                    "baseCurrency": "BCC",
                    "quoteCurrency": "BTC",
                    "enableTrading": False,
                },
            ]
        ),
        own_errors=True,
    ),
}
