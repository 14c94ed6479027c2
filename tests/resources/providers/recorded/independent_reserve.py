"""What is recorded of independent_reserve."""

from datetime import datetime
from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_COLUMNS = (
    "OpeningSecondaryCurrencyPrice",
    "HighestSecondaryCurrencyPrice",
    "LowestSecondaryCurrencyPrice",
    "ClosingSecondaryCurrencyPrice",
    "PrimaryCurrencyVolume",
    "SecondaryCurrencyVolume",
)


def candles(payload: Any, _: str) -> Rows:
    return [
        (
            datetime.fromisoformat(row["StartTimestampUtc"]),
            *(row[name] for name in _COLUMNS),
            row["NumberOfTrades"],
        )
        for row in payload["HistorySummaryItems"]
    ]


def candle(opened: int, *values: float) -> dict[str, Any]:
    return {
        "StartTimestampUtc": f"{at(opened):%Y-%m-%dT%H:%M:%SZ}",
        **dict(zip(_COLUMNS, values, strict=True)),
        "NumberOfTrades": 42,
    }


def tickers(payload: Any, _: str) -> Rows:
    time = datetime.fromisoformat(payload["CreatedTimestampUtc"])
    whole = time.replace(microsecond=time.microsecond // 1000 * 1000)
    native = f"{payload['PrimaryCurrencyCode']}-{payload['SecondaryCurrencyCode']}".lower()
    return [(native, payload["LastPrice"], whole, None)]


RECORDED = {
    "candles": Recorded(
        r"api\.independentreserve\.com/Public/GetTradeHistorySummary",
        candles,
        sound={
            "HistorySummaryItems": [
                candle(START, 10.5, 12, 9.25, 11, 3.5, 37.5),
                candle(START + HOUR, 11, 11, 11, 11, 0, 0),
            ]
        },
        candles=lambda payload: payload["HistorySummaryItems"],
        high="HighestSecondaryCurrencyPrice",
        time="StartTimestampUtc",
        native="xbt-aud",
        unrecorded="on no recording and no documentation at hand: from knowledge",
    ),
    "tickers": Recorded(
        r"api\.independentreserve\.com/Public/GetMarketSummary",
        tickers,
        sound={
            "LastPrice": 11.5,
            "PrimaryCurrencyCode": "Xbt",
            "SecondaryCurrencyCode": "Aud",
            "CreatedTimestampUtc": "2023-11-14T22:13:20.1234567Z",
        },
        native="xbt-aud",
    ),
}
