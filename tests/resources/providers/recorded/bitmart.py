"""What is recorded of bitmart."""

from typing import Any

from tests.resources.providers.recorded.base import SECONDS, START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://developer-pro.bitmart.com/en/spot"


def candles(payload: Any, _: str) -> Rows:
    return [(at(int(time) * 1000), *map(float, values), None) for time, *values in payload["data"]]


def tickers(payload: Any, _: str) -> Rows:
    return [
        (row[0], float(row[1]), at(int(row[12])), (float(row[1]) / float(row[4]) - 1) * 100)
        for row in payload["data"]
    ]


def markets(payload: Any, _: str) -> Rows:
    return [
        (one["symbol"], one["base_currency"], one["quote_currency"])
        for one in payload["data"]["symbols"]
        if one["trade_status"] == "trading"
    ]


def answer(data: Any) -> Any:
    return {"code": 1000, "message": "success", "trace": "1", "data": data}


def ticker(symbol: str, last: str, change: str) -> list[str]:
    return [symbol, last, "5", "55", "10", "12", "9", change, "11", "1", "12", "1", str(START)]


def symbol(base: str, quote: str, status: str) -> dict[str, str]:
    return {
        "symbol": f"{base}_{quote}",
        "base_currency": base,
        "quote_currency": quote,
        "trade_status": status,
    }


RECORDED = {
    "candles": Recorded(
        r"api-cloud\.bitmart\.com/spot/quotation/v3/(lite-)?klines",
        candles,
        sound=answer(
            [
                [str(SECONDS), "10.5", "12", "9.25", "11", "3.5", "37.5"],
                [str(SECONDS + 3600), "11", "11", "11", "11", "0", "0"],
            ]
        ),
        unrecorded=_READ,
        candles=lambda payload: payload["data"],
        native="BTC_USDT",
        own_errors=True,
    ),
    "tickers": Recorded(
        r"api-cloud\.bitmart\.com/spot/quotation/v3/tickers",
        tickers,
        sound=answer([ticker("BTC_USDT", "11", "+0.1"), ticker("ETH_USDT", "2", "-0.8")]),
        unrecorded=_READ,
        own_errors=True,
    ),
    "markets": Recorded(
        r"api-cloud\.bitmart\.com/spot/v1/symbols/details",
        markets,
        sound=answer(
            {"symbols": [symbol("BTC", "USDT", "trading"), symbol("BCC", "BTC", "pre-trade")]}
        ),
        unrecorded=_READ,
        own_errors=True,
    ),
}
