"""What is recorded of htx."""

from typing import Any

from tests.resources.providers.recorded.base import SECONDS, START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://huobiapi.github.io/docs/spot/v1/en"


def candles(payload: Any, _: str) -> Rows:
    names = ("open", "high", "low", "close", "amount", "vol")
    return [
        (at(c["id"] * 1000), *(float(c[name]) for name in names), c["count"])
        for c in reversed(payload["data"])
    ]


def tickers(payload: Any, _: str) -> Rows:
    return [(t["symbol"], t["close"], at(payload["ts"]), None) for t in payload["data"]]


def markets(payload: Any, _: str) -> Rows:
    return [
        (one["symbol"], one["base-currency"].upper(), one["quote-currency"].upper())
        for one in payload["data"]
        if one["state"] == "online"
    ]


def candle(seconds: int, *values: float, count: int) -> dict[str, float]:
    names = ("open", "high", "low", "close", "amount", "vol")
    return {"id": seconds, **dict(zip(names, values, strict=True)), "count": count}


RECORDED = {
    "candles": Recorded(
        r"api\.huobi\.pro/market/history/kline",
        candles,
        sound={
            "status": "ok",
            "ts": START,
            "data": [
                candle(SECONDS + 3600, 11, 11, 11, 11, 0, 0, count=0),
                candle(SECONDS, 10.5, 12, 9.25, 11, 3.5, 37.5, count=42),
            ],
        },
        unrecorded=_READ,
        candles=lambda payload: payload["data"],
        high="high",
        time="id",
        native="btcusdt",
        own_errors=True,
    ),
    "tickers": Recorded(
        r"api\.huobi\.pro/market/tickers",
        tickers,
        sound={
            "status": "ok",
            "ts": START,
            "data": [{"symbol": "btcusdt", "close": 11}, {"symbol": "ethusdt", "close": 2.5}],
        },
        examples=("htx_huobi/api_market_tickers.json",),
        own_errors=True,
    ),
    "markets": Recorded(
        r"api\.huobi\.pro/v1/common/symbols",
        markets,
        sound={
            "status": "ok",
            "data": [
                {
                    "symbol": "btcusdt",
                    "base-currency": "btc",
                    "quote-currency": "usdt",
                    "state": "online",
                },
                {
                    "symbol": "bccbtc",
                    "base-currency": "bcc",
                    "quote-currency": "btc",
                    "state": "offline",
                },
            ],
        },
        left_out={
            "htx_huobi/v1_common_symbols__3.json": "of 2017, when markets had no symbol and state"
        },
        own_errors=True,
    ),
}
