"""What is recorded of bitget."""

from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://www.bitget.com/api-doc/spot"


def candles(payload: Any, _: str) -> Rows:
    return [
        (at(int(time)), *map(float, values[:5]), float(values[6]), None)
        for time, *values in payload["data"]
    ]


def tickers(payload: Any, _: str) -> Rows:
    return [
        (t["symbol"], float(t["lastPr"]), at(int(t["ts"])), float(t["change24h"]) * 100)
        for t in payload["data"]
    ]


def markets(payload: Any, _: str) -> Rows:
    return [
        (one["symbol"], one["baseCoin"], one["quoteCoin"])
        for one in payload["data"]
        if one["status"] == "online"
    ]


def answer(*rows: Any) -> Any:
    return {"code": "00000", "msg": "success", "requestTime": START, "data": list(rows)}


RECORDED = {
    "candles": Recorded(
        r"api\.bitget\.com/api/v2/spot/market/(history-)?candles",
        candles,
        sound=answer(
            [str(START), "10.5", "12", "9.25", "11", "3.5", "37.5", "37.5"],
            [str(START + HOUR), "11", "11", "11", "11", "0", "0", "0"],
        ),
        unrecorded=_READ,
        candles=lambda payload: payload["data"],
        native="BTCUSDT",
        own_errors=True,
    ),
    "tickers": Recorded(
        r"api\.bitget\.com/api/v2/spot/market/tickers",
        tickers,
        sound=answer(
            {"symbol": "BTCUSDT", "lastPr": "11", "change24h": "-0.015", "ts": str(START)},
            {"symbol": "ETHUSDT", "lastPr": "2", "change24h": "0", "ts": str(START)},
        ),
        unrecorded=_READ,
        own_errors=True,
    ),
    "markets": Recorded(
        r"api\.bitget\.com/api/v2/spot/public/symbols",
        markets,
        sound=answer(
            {"symbol": "BTCUSDT", "baseCoin": "BTC", "quoteCoin": "USDT", "status": "online"},
            {"symbol": "BCCBTC", "baseCoin": "BCC", "quoteCoin": "BTC", "status": "offline"},
        ),
        unrecorded=_READ,
        own_errors=True,
    ),
}
