"""What is recorded of binance_coinm."""

from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://developers.binance.com/docs/derivatives"


def candles(payload: Any, _: str) -> Rows:
    return [
        (at(row[0]), *map(float, row[1:5]), float(row[7]), float(row[5]) * 100, row[8])
        for row in sorted(payload)
    ]


def funding(payload: Any, _: str) -> Rows:
    return [
        (one["symbol"], float(one["lastFundingRate"]), None, at(one["nextFundingTime"]))
        for one in (payload if isinstance(payload, list) else [payload])
        if one["symbol"].endswith("_PERP")
    ]


def open_interest(payload: Any, _: str) -> Rows:
    dollars = float(payload["openInterest"]) * 100
    return [(payload["symbol"], None, dollars, at(payload["time"]))]


def paid(payload: Any, _: str) -> Rows:
    return [
        (one["symbol"], float(one["fundingRate"]), None, at(one["fundingTime"])) for one in payload
    ]


RECORDED = {
    "perpetual candles": Recorded(
        r"dapi\.binance\.com/dapi/v1/klines",
        candles,
        sound=[
            [START, "10.5", "12", "9.25", "11", "4", START + HOUR - 1, "3.5", 42, "1", "1", "0"],
            [
                START + HOUR,
                "11",
                "11",
                "11",
                "11",
                "0",
                START + 2 * HOUR - 1,
                "0",
                0,
                "0",
                "0",
                "0",
            ],
        ],
        native="BTCUSD_PERP",
        unrecorded=_READ,
    ),
    "perpetual funding": Recorded(
        r"dapi\.binance\.com/dapi/v1/premiumIndex",
        funding,
        sound=[
            {"symbol": "BTCUSD_PERP", "lastFundingRate": "0.0001", "nextFundingTime": START},
            {"symbol": "BTCUSD_260327", "lastFundingRate": "", "nextFundingTime": 0},
        ],
        native="BTCUSD_PERP",
        unrecorded=_READ,
    ),
    "perpetual open_interest": Recorded(
        r"dapi\.binance\.com/dapi/v1/openInterest",
        open_interest,
        sound={"symbol": "BTCUSD_PERP", "openInterest": "9511", "time": START},
        native="BTCUSD_PERP",
    ),
    "perpetual funding_history": Recorded(
        r"dapi\.binance\.com/dapi/v1/fundingRate",
        paid,
        sound=[{"symbol": "BTCUSD_PERP", "fundingTime": START, "fundingRate": "0.0001"}],
        examples=("binance/jkorf_CoinFutures_ExchangeData_GetFundingRates.json",),
        native="BTCUSD_PERP",
        unrecorded=_READ,
    ),
}
