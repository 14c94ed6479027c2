"""What is recorded of bitso: nothing."""

from datetime import datetime
from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_CLIENTS = "on no recording; shape taken from public clients"
_KNOWN = "on no recording and no documentation at hand: from knowledge"
_COLUMNS = ("first_rate", "max_rate", "min_rate", "last_rate", "volume")


def candles(payload: Any, _: str) -> Rows:
    return [
        (
            at(row["bucket_start_time"]),
            *(float(row[name]) for name in _COLUMNS),
            None,
            row["trade_count"],
        )
        for row in payload["payload"]
    ]


def candle(opened: int, *values: str) -> dict[str, Any]:
    figures = dict(zip(_COLUMNS, values, strict=True))
    return {"bucket_start_time": opened, **figures, "trade_count": 42}


def tickers(payload: Any, _: str) -> Rows:
    ticker = payload["payload"]
    last = float(ticker["last"])
    change = (last / (last - float(ticker["change_24"])) - 1) * 100
    return [(ticker["book"], last, datetime.fromisoformat(ticker["created_at"]), change)]


def markets(payload: Any, _: str) -> Rows:
    return [(book["book"], *book["book"].upper().split("_")) for book in payload["payload"]]


RECORDED = {
    "candles": Recorded(
        r"api\.bitso\.com/api/v3/ohlc",
        candles,
        sound={
            "success": True,
            "payload": [
                candle(START, "10.5", "12", "9.25", "11", "3.5"),
                candle(START + HOUR, "11", "11", "11", "11", "0"),
            ],
        },
        candles=lambda payload: payload["payload"],
        high="max_rate",
        time="bucket_start_time",
        native="btc_usd",
        own_errors=True,
        unrecorded=_CLIENTS,
    ),
    "tickers": Recorded(
        r"api\.bitso\.com/api/v3/ticker",
        tickers,
        sound={
            "success": True,
            "payload": {
                "book": "btc_usd",
                "last": "11",
                "created_at": "2023-11-14T22:13:20.000+00:00",
                "change_24": "1",
            },
        },
        native="btc_usd",
        own_errors=True,
        unrecorded=_CLIENTS,
    ),
    "markets": Recorded(
        r"api\.bitso\.com/api/v3/available_books",
        markets,
        sound={"success": True, "payload": [{"book": "btc_usd"}, {"book": "btc_mxn"}]},
        own_errors=True,
        unrecorded=_KNOWN,
    ),
}
