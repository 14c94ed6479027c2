"""What is recorded of bitmex."""

from datetime import datetime, timedelta
from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://www.bitmex.com/api/explorer"


def iso(ms: int) -> str:
    return at(ms).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def candles(payload: Any, _: str) -> Rows:
    return [
        (
            datetime.fromisoformat(row["timestamp"]) - timedelta(hours=1),
            row["open"],
            max(row["high"], row["open"]),
            min(row["low"], row["open"]),
            row["close"],
            row["homeNotional"],
            row["foreignNotional"],
            row["trades"],
        )
        for row in payload
    ]


def perpetuals(payload: Any) -> list[Any]:
    rows = payload if isinstance(payload, list) else [payload]
    return [row for row in rows if row["typ"] == "FFWCSX"]


def funding(payload: Any, _: str) -> Rows:
    return [
        (row["symbol"], row["fundingRate"], 8.0, datetime.fromisoformat(row["fundingTimestamp"]))
        for row in perpetuals(payload)
    ]


def open_interest(payload: Any, _: str) -> Rows:
    rows = []
    for row in perpetuals(payload):
        inverse = row["isInverse"]
        settled = row["openValue"] / (1 if inverse else row["quoteToSettleMultiplier"])
        value = float(row["openInterest"]) if inverse else settled
        time = datetime.fromisoformat(row["timestamp"])
        rows.append((row["symbol"], value / row["markPrice"], value, time))
    return rows


INSTRUMENT = {
    "symbol": "XBTUSD",
    "typ": "FFWCSX",
    "fundingRate": 0.0001,
    "fundingTimestamp": "2021-07-23T04:00:00.000Z",
    "fundingInterval": "2000-01-01T08:00:00.000Z",
    "openInterest": 574264600,
    "openValue": 1784268825430,
    "quoteToSettleMultiplier": None,
    "markPrice": 32184.89,
    "timestamp": "2021-07-22T22:36:05.000Z",
}


def paid(payload: Any, _: str) -> Rows:
    return [
        (one["symbol"], one["fundingRate"], 8.0, datetime.fromisoformat(one["timestamp"]))
        for one in payload
    ]


RECORDED = {
    "perpetual candles": Recorded(
        r"www\.bitmex\.com/api/v1/trade/bucketed",
        candles,
        sound=[
            {
                "timestamp": iso(START + HOUR),
                "symbol": "XBTUSD",
                "open": 10.5,
                "high": 12,
                "low": 9.25,
                "close": 11,
                "trades": 42,
                "homeNotional": 3.5,
                "foreignNotional": 37.5,
            },
            {
                "timestamp": iso(START + 2 * HOUR),
                "symbol": "XBTUSD",
                "open": 11,
                "high": 11,
                "low": 11,
                "close": 11,
                "trades": 0,
                "homeNotional": 0,
                "foreignNotional": 0,
            },
        ],
        examples=("bitmex/nautilus_http_get_trade_bins.json",),
        high="high",
        time="timestamp",
        native="XBTUSD",
        unrecorded=_READ,
    ),
    "perpetual funding": Recorded(
        r"www\.bitmex\.com/api/v1/instrument/active", funding, sound=[INSTRUMENT], native="XBTUSD"
    ),
    "perpetual open_interest": Recorded(
        r"www\.bitmex\.com/api/v1/instrument/active",
        open_interest,
        sound=[INSTRUMENT],
        native="XBTUSD",
    ),
    "perpetual funding_history": Recorded(
        r"www\.bitmex\.com/api/v1/funding",
        paid,
        sound=[
            {
                "timestamp": iso(START),
                "symbol": "XBTUSD",
                "fundingInterval": "2000-01-01T08:00:00.000Z",
                "fundingRate": 0.001089,
            }
        ],
        native="XBTUSD",
        unrecorded=_READ,
    ),
}
