"""What is recorded of bybit."""

from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://bybit-exchange.github.io/docs/v5/market"


def candles(payload: Any, _: str) -> Rows:
    return [
        (at(int(time)), *map(float, values), None)
        for time, *values in reversed(payload["result"]["list"])
    ]


def tickers(payload: Any, _: str) -> Rows:
    return [
        (
            t["symbol"],
            float(t["lastPrice"]),
            at(payload["time"]),
            float(t["price24hPcnt"]) * 100 if "price24hPcnt" in t else None,
        )
        for t in payload["result"]["list"]
    ]


def markets(payload: Any, _: str) -> Rows:
    return [
        (one["symbol"], one["baseCoin"], one["quoteCoin"])
        for one in payload["result"]["list"]
        if one["status"] == "Trading"
    ]


def answer(*rows: Any) -> Any:
    result = {"category": "spot", "list": list(rows)}
    return {"retCode": 0, "retMsg": "OK", "result": result, "time": START}


RECORDED = {
    "candles": Recorded(
        r"api\.bybit\.com/v5/market/kline",
        candles,
        sound=answer(
            [str(START + HOUR), "11", "11", "11", "11", "0", "0"],
            [str(START), "10.5", "12", "9.25", "11", "3.5", "37.5"],
        ),
        unrecorded=_READ,
        candles=lambda payload: payload["result"]["list"],
        native="BTCUSDT",
        own_errors=True,
    ),
    "tickers": Recorded(
        r"api\.bybit\.com/v5/market/tickers",
        tickers,
        sound=answer(
            {"symbol": "BTCUSDT", "lastPrice": "11", "price24hPcnt": "-0.015"},
            {"symbol": "ETHUSDT", "lastPrice": "2", "price24hPcnt": "0"},
        ),
        native="BTCUSDT",
        own_errors=True,
    ),
    "markets": Recorded(
        r"api\.bybit\.com/v5/market/instruments-info",
        markets,
        sound=answer(
            {"symbol": "BTCUSDT", "baseCoin": "BTC", "quoteCoin": "USDT", "status": "Trading"},
            {"symbol": "BCCBTC", "baseCoin": "BCC", "quoteCoin": "BTC", "status": "Closed"},
        ),
        examples=("bybit/nautilus_http_get_instruments_spot.json",),
        unrecorded=_READ,
        own_errors=True,
    ),
}
