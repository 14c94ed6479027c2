"""What is recorded of ascendex."""

from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_UNRECORDED = "on no recording; documentation read: https://ascendex.github.io/ascendex-pro-api"


def candles(payload: Any, _: str) -> Rows:
    bars = (line["data"] for line in payload["data"])
    return [(at(bar["ts"]), *(float(bar[name]) for name in "ohlcv"), None, None) for bar in bars]


def bar(opened: int, *values: str) -> dict[str, Any]:
    named = dict(zip("ohlcv", values, strict=True))
    return {"m": "bar", "s": "BTC/USDT", "data": {"i": "60", "ts": opened, **named}}


def tickers(payload: Any, _: str) -> Rows:
    return [
        (t["symbol"], float(t["close"]), None, (float(t["close"]) / float(t["open"]) - 1) * 100)
        for t in payload["data"]
    ]


def markets(payload: Any, _: str) -> Rows:
    return [
        (market["symbol"], market["baseAsset"], market["quoteAsset"])
        for market in payload["data"]
        if market["status"] == "Normal"
    ]


RECORDED = {
    "candles": Recorded(
        r"ascendex\.com/api/pro/v1/barhist",
        candles,
        sound={
            "code": 0,
            "data": [
                bar(START, "10.5", "12", "9.25", "11", "3.5"),
                bar(START + HOUR, "11", "11", "11", "11", "0"),
            ],
        },
        candles=lambda payload: [line["data"] for line in payload["data"]],
        high="h",
        time="ts",
        native="BTC/USDT",
        own_errors=True,
        unrecorded=_UNRECORDED,
    ),
    "tickers": Recorded(
        r"ascendex\.com/api/pro/v1/spot/ticker",
        tickers,
        sound={"code": 0, "data": [{"symbol": "BTC/USDT", "open": "10", "close": "11"}]},
        native="BTC/USDT",
        own_errors=True,
        unrecorded=_UNRECORDED,
    ),
    "markets": Recorded(
        r"ascendex\.com/api/pro/v1/products",
        markets,
        sound={
            "code": 0,
            "data": [
                {
                    "symbol": "BTC/USDT",
                    "baseAsset": "BTC",
                    "quoteAsset": "USDT",
                    "status": "Normal",
                },
                {
                    "symbol": "LBA/BTC",
                    "baseAsset": "LBA",
                    "quoteAsset": "BTC",
                    "status": "NoTrading",
                },
            ],
        },
        own_errors=True,
    ),
}
