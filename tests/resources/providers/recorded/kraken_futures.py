"""What is recorded of kraken_futures."""

from datetime import datetime
from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://docs.kraken.com/api-reference/candles"

# It had another host before, with the inverse contracts alone.
TICKERS_ADDRESS = r"(futures\.kraken|www\.cryptofacilities)\.com/derivatives/api/v3/tickers"


def candles(payload: Any, _: str) -> Rows:
    return [
        (
            at(row["time"]),
            *(float(row[name]) for name in ("open", "high", "low", "close", "volume")),
            None,
            None,
        )
        for row in payload["candles"]
    ]


def perpetuals(payload: Any) -> list[Any]:
    return [one for one in payload["tickers"] if one["symbol"][:3].lower() in ("pi_", "pf_")]


def funding(payload: Any, _: str) -> Rows:
    return [
        (one["symbol"].upper(), one["fundingRate"] * one["markPrice"], 1.0, None)
        for one in perpetuals(payload)
    ]


def open_interest(payload: Any, _: str) -> Rows:
    told = datetime.fromisoformat(payload["serverTime"])
    told = told.replace(microsecond=told.microsecond // 1000 * 1000)
    return [
        (
            one["symbol"].upper(),
            one["openInterest"] / one["markPrice"],
            float(one["openInterest"]),
            told,
        )
        for one in perpetuals(payload)
    ]


TICKERS = {
    "result": "success",
    "tickers": [
        {"symbol": "PF_XBTUSD", "markPrice": 30000.0, "openInterest": 1.5, "fundingRate": 0.3},
        {"symbol": "PI_XBTUSD", "markPrice": 30000.0, "openInterest": 60000, "fundingRate": 1e-9},
        {"symbol": "in_xbtusd", "last": 21088},
    ],
    "serverTime": "2022-06-17T11:00:31.335Z",
}

RECORDED = {
    "perpetual candles": Recorded(
        r"futures\.kraken\.com/api/charts/v1/(trade|mark)/[^/]+/[^/]+",
        candles,
        sound={
            "candles": [
                {
                    "time": START,
                    "open": "10.5",
                    "high": "12",
                    "low": "9.25",
                    "close": "11",
                    "volume": "3.5",
                },
                {
                    "time": START + HOUR,
                    "open": "11",
                    "high": "11",
                    "low": "11",
                    "close": "11",
                    "volume": "0",
                },
            ],
            "more_candles": False,
        },
        candles=lambda payload: payload["candles"],
        high="high",
        time="time",
        native="PF_XBTUSD",
        unrecorded=_READ,
    ),
    "perpetual funding": Recorded(TICKERS_ADDRESS, funding, sound=TICKERS, native="PF_XBTUSD"),
    "perpetual open_interest": Recorded(
        TICKERS_ADDRESS, open_interest, sound=TICKERS, native="PF_XBTUSD"
    ),
}
