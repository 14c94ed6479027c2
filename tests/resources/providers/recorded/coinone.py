"""What is recorded of coinone: only of a former version."""

from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://docs.coinone.co.kr/reference"
_KNOWN = "on no recording and no documentation at hand: from knowledge"

_COLUMNS = ("open", "high", "low", "close", "target_volume", "quote_volume")


def candles(payload: Any, _: str) -> Rows:
    return [
        (at(row["timestamp"]), *(float(row[name]) for name in _COLUMNS), None)
        for row in reversed(payload["chart"])
    ]


def candle(opened: int, *values: str) -> dict[str, Any]:
    return {"timestamp": opened, **dict(zip(_COLUMNS, values, strict=True))}


def tickers(payload: Any, _: str) -> Rows:
    return [
        (
            f"{t['quote_currency']}/{t['target_currency']}".upper(),
            float(t["last"]),
            at(t["timestamp"]),
            (float(t["last"]) / float(t["first"]) - 1) * 100,
        )
        for t in payload["tickers"]
    ]


def markets(payload: Any, _: str) -> Rows:
    return [
        (
            f"{market['quote_currency']}/{market['target_currency']}",
            market["target_currency"],
            market["quote_currency"],
        )
        for market in payload["markets"]
        if market["trade_status"] == 1
    ]


RECORDED = {
    "candles": Recorded(
        r"api\.coinone\.co\.kr/public/v2/chart/[A-Z]+/[A-Z0-9]+",
        candles,
        sound={
            "result": "success",
            "error_code": "0",
            "chart": [
                candle(START + HOUR, "11", "11", "11", "11", "0", "0"),
                candle(START, "10.5", "12", "9.25", "11", "3.5", "37.5"),
            ],
        },
        candles=lambda payload: payload["chart"],
        high="high",
        time="timestamp",
        native="KRW/BTC",
        own_errors=True,
        unrecorded=_READ,
    ),
    "tickers": Recorded(
        r"api\.coinone\.co\.kr/public/v2/ticker_new/KRW",
        tickers,
        sound={
            "result": "success",
            "error_code": "0",
            "tickers": [
                {
                    "quote_currency": "krw",
                    "target_currency": "btc",
                    "timestamp": START,
                    "first": "10",
                    "last": "11",
                }
            ],
        },
        native="KRW/BTC",
        own_errors=True,
        unrecorded=_READ,
    ),
    "markets": Recorded(
        r"api\.coinone\.co\.kr/public/v2/markets/KRW",
        markets,
        sound={
            "result": "success",
            "error_code": "0",
            "markets": [{"quote_currency": "KRW", "target_currency": "BTC", "trade_status": 1}],
        },
        own_errors=True,
        unrecorded=_KNOWN,
    ),
}
