"""What is recorded of korbit: only of a former version."""

from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://docs.korbit.co.kr"

_COLUMNS = ("open", "high", "low", "close", "volume")


def candles(payload: Any, _: str) -> Rows:
    return [
        (at(row["timestamp"]), *(float(row[name]) for name in _COLUMNS), None, None)
        for row in payload["data"]
    ]


def candle(opened: int, *values: str) -> dict[str, Any]:
    return {"timestamp": opened, **dict(zip(_COLUMNS, values, strict=True))}


def tickers(payload: Any, _: str) -> Rows:
    return [
        (
            t["symbol"],
            float(t["close"]),
            at(t["lastTradedAt"]),
            (float(t["close"]) / float(t["prevClose"]) - 1) * 100,
        )
        for t in payload["data"]
    ]


def markets(payload: Any, _: str) -> Rows:
    names = [market["symbol"] for market in payload["data"] if market["status"] == "launched"]
    return [(name, *name.upper().split("_")) for name in names]


RECORDED = {
    "candles": Recorded(
        r"api\.korbit\.co\.kr/v2/candles",
        candles,
        sound={
            "success": True,
            "data": [
                candle(START, "10.5", "12", "9.25", "11", "3.5"),
                candle(START + HOUR, "11", "11", "11", "11", "0"),
            ],
        },
        candles=lambda payload: payload["data"],
        high="high",
        time="timestamp",
        native="btc_krw",
        own_errors=True,
        unrecorded=_READ,
    ),
    "tickers": Recorded(
        r"api\.korbit\.co\.kr/v2/tickers",
        tickers,
        sound={
            "success": True,
            "data": [
                {"symbol": "btc_krw", "close": "11", "prevClose": "10", "lastTradedAt": START}
            ],
        },
        native="btc_krw",
        own_errors=True,
        unrecorded=_READ,
    ),
    "markets": Recorded(
        r"api\.korbit\.co\.kr/v2/currencyPairs",
        markets,
        sound={
            "success": True,
            "data": [
                {"symbol": "btc_krw", "status": "launched"},
                {"symbol": "xrp_krw", "status": "stopped"},
            ],
        },
        own_errors=True,
        unrecorded=_READ,
    ),
}
