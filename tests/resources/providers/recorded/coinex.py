"""What is recorded of coinex."""

from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_CLIENTS = "on no recording; shape taken from public clients"


def candles(payload: Any, _: str) -> Rows:
    names = ("open", "high", "low", "close", "volume", "value")
    return [
        (at(c["created_at"]), *(float(c[name]) for name in names), None) for c in payload["data"]
    ]


def tickers(payload: Any, _: str) -> Rows:
    return [
        (t["market"], float(t["last"]), None, (float(t["last"]) / float(t["open"]) - 1) * 100)
        for t in payload["data"]
    ]


def markets(payload: Any, _: str) -> Rows:
    return [
        (one["market"], one["base_ccy"], one["quote_ccy"])
        for one in payload["data"]
        if one.get("status", "online") == "online"
    ]


def answer(*rows: Any) -> Any:
    return {"code": 0, "data": list(rows), "message": "OK"}


def candle(time: int, *values: str) -> dict[str, Any]:
    names = ("open", "high", "low", "close", "volume", "value")
    return {"created_at": time, **dict(zip(names, values, strict=True))}


RECORDED = {
    "candles": Recorded(
        r"api\.coinex\.com/v2/spot/kline",
        candles,
        sound=answer(
            candle(START, "10.5", "12", "9.25", "11", "3.5", "37.5"),
            candle(START + HOUR, "11", "11", "11", "11", "0", "0"),
        ),
        unrecorded=_CLIENTS,
        candles=lambda payload: payload["data"],
        high="high",
        time="created_at",
        native="BTCUSDT",
        own_errors=True,
    ),
    "tickers": Recorded(
        r"api\.coinex\.com/v2/spot/ticker",
        tickers,
        sound=answer(
            {"market": "BTCUSDT", "last": "11", "open": "10"},
            {"market": "ETHUSDT", "last": "2", "open": "2"},
        ),
        unrecorded=_CLIENTS,
        own_errors=True,
    ),
    "markets": Recorded(
        r"api\.coinex\.com/v2/spot/market",
        markets,
        sound=answer(
            {"market": "BTCUSDT", "base_ccy": "BTC", "quote_ccy": "USDT", "status": "online"},
            {"market": "BCCBTC", "base_ccy": "BCC", "quote_ccy": "BTC", "status": "offline"},
        ),
        unrecorded=_CLIENTS,
        own_errors=True,
    ),
}
