"""What is recorded of okx_swap."""

from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://www.okx.com/docs-v5/en/#public-data"


def candles(payload: Any, _: str) -> Rows:
    return sorted(
        (at(int(row[0])), *map(float, row[1:5]), float(row[6]), float(row[7]), None)
        for row in payload["data"]
    )


def funding(payload: Any, _: str) -> Rows:
    return [
        (
            one["instId"],
            float(one["fundingRate"]),
            (int(one["nextFundingTime"]) - int(one["fundingTime"])) / HOUR,
            at(int(one["fundingTime"])),
        )
        for one in payload["data"]
    ]


def open_interest(payload: Any, _: str) -> Rows:
    return [
        (one["instId"], float(one["oiCcy"]), None, at(int(one["ts"]))) for one in payload["data"]
    ]


def paid(payload: Any, _: str) -> Rows:
    return [
        (one["instId"], float(one["realizedRate"]), None, at(int(one["fundingTime"])))
        for one in payload["data"]
    ]


RECORDED = {
    "perpetual candles": Recorded(
        r"www\.okx\.com/api/v5/market/history-candles",
        candles,
        own_errors=True,
        sound={
            "code": "0",
            "msg": "",
            "data": [
                [str(START + HOUR), "11", "11", "11", "11", "0", "0", "0", "1"],
                [str(START), "10.5", "12", "9.25", "11", "350", "3.5", "37.5", "1"],
            ],
        },
        examples=("okx/nautilus_http_get_candlesticks_full.json",),
        candles=lambda payload: payload["data"],
        native="BTC-USDT-SWAP",
        left_out={
            "okx/jkorf_UnifiedApi_ExchangeData_GetKlineHistory.json": "two candles of one time"
        },
        unrecorded=_READ,
    ),
    "perpetual funding": Recorded(
        r"www\.okx\.com/api/v5/public/funding-rate",
        funding,
        own_errors=True,
        sound={
            "code": "0",
            "msg": "",
            "data": [
                {
                    "instId": "BTC-USDT-SWAP",
                    "fundingRate": "0.0001",
                    "fundingTime": str(START),
                    "nextFundingTime": str(START + 8 * HOUR),
                }
            ],
        },
        native="BTC-USDT-SWAP",
        unrecorded=_READ,
    ),
    "perpetual open_interest": Recorded(
        r"www\.okx\.com/api/v5/public/open-interest",
        open_interest,
        own_errors=True,
        sound={
            "code": "0",
            "msg": "",
            "data": [
                {"instId": "BTC-USD-SWAP", "oiCcy": "5.5", "oiUsd": "500000", "ts": str(START)}
            ],
        },
        native="BTC-USDT-SWAP",
        unrecorded=_READ,
    ),
    "perpetual funding_history": Recorded(
        r"www\.okx\.com/api/v5/public/funding-rate-history",
        paid,
        own_errors=True,
        sound={
            "code": "0",
            "msg": "",
            "data": [
                {"instId": "BTC-USDT-SWAP", "realizedRate": "0.0001", "fundingTime": str(START)}
            ],
        },
        examples=("okx/nautilus_http_get_funding_rate_history.json",),
        native="BTC-USDT-SWAP",
        unrecorded=_READ,
    ),
}
