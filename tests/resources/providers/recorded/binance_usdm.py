"""What is recorded of binance_usdm."""

from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://developers.binance.com/docs/derivatives"

SOUND = [
    [START, "10.5", "12", "9.25", "11", "3.5", START + HOUR - 1, "37.5", 42, "1", "11", "0"],
    [START + HOUR, "11", "11", "11", "11", "0", START + 2 * HOUR - 1, "0", 0, "0", "0", "0"],
]


def candles(payload: Any, _: str) -> Rows:
    return [
        (at(opened), *map(float, prices), float(quote_volume), trades)
        for opened, *prices, _closed, quote_volume, trades, _, _, _ in sorted(payload)
    ]


def funding(payload: Any, _: str) -> Rows:
    return [
        (one["symbol"], float(one["lastFundingRate"]), None, at(one["nextFundingTime"]))
        for one in (payload if isinstance(payload, list) else [payload])
        if one["lastFundingRate"]
    ]


def open_interest(payload: Any, _: str) -> Rows:
    time = at(payload["time"]) if "time" in payload else None
    return [(payload["symbol"], float(payload["openInterest"]), None, time)]


def paid(payload: Any, _: str) -> Rows:
    return [
        (one["symbol"], float(one["fundingRate"]), None, at(one["fundingTime"])) for one in payload
    ]


RECORDED = {
    "perpetual candles": Recorded(
        r"fapi\.binance\.com/fapi/v1/klines",
        candles,
        sound=SOUND,
        native="BTCUSDT",
        unrecorded=_READ,
    ),
    "perpetual funding": Recorded(
        r"fapi\.binance\.com/fapi/v1/premiumIndex",
        funding,
        sound=[
            {"symbol": "BTCUSDT", "lastFundingRate": "0.0001", "nextFundingTime": START},
            {"symbol": "BTCUSDT_260327", "lastFundingRate": "", "nextFundingTime": 0},
        ],
        native="BTCUSDT",
    ),
    "perpetual open_interest": Recorded(
        r"fapi\.binance\.com/fapi/v1/openInterest",
        open_interest,
        sound={"symbol": "BTCUSDT", "openInterest": "106499.782", "time": START},
        native="BTCUSDT",
    ),
    "perpetual funding_history": Recorded(
        r"fapi\.binance\.com/fapi/v1/fundingRate",
        paid,
        sound=[{"symbol": "BTCUSDT", "fundingTime": START, "fundingRate": "0.0001"}],
        examples=("binance/jkorf_UsdFutures_ExchangeData_GetFundingRates.json",),
        native="BTCUSDT",
        unrecorded=_READ,
    ),
}
