"""What is recorded of coincap."""

from typing import Any

from tests.resources.providers.recorded.base import START, Recorded, Rows, at


def tickers(payload: Any, _: str) -> Rows:
    time = at(payload["timestamp"])
    return [
        (coin["id"], float(coin["priceUsd"]), time, float(coin["changePercent24Hr"]))
        for coin in payload["data"]
    ]


RECORDED = {
    "tickers": Recorded(
        # The version before it answered the same, at another host.
        r"(rest\.coincap\.io/v3|api\.coincap\.io/v2)/assets",
        tickers,
        sound={
            "data": [
                {"id": "bitcoin", "priceUsd": "3578.2828", "changePercent24Hr": "0.34"},
                {"id": "tether", "priceUsd": "1.0", "changePercent24Hr": None},
            ],
            "timestamp": START,
        },
        native="bitcoin",
    ),
}
