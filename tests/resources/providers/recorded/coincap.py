"""What is recorded of coincap."""

from typing import Any

from tests.resources.providers.recorded.base import START, Recorded, Rows, at


def tickers(payload: Any, _: str) -> Rows:
    time = at(payload["timestamp"])
    return [
        (coin["id"], float(coin["priceUsd"]), time, float(coin["changePercent24Hr"]))
        for coin in payload["data"]
    ]


def _coins(payload: Any, _: str) -> Rows:
    figures = ("priceUsd", "marketCapUsd", "volumeUsd24Hr", "supply")
    return [
        (
            coin["id"],
            coin["symbol"],
            coin["name"],
            int(coin["rank"]),
            *(float(coin[name]) for name in figures),
            None,
            float(coin["changePercent24Hr"]),
            None,
            at(payload["timestamp"]),
        )
        for coin in payload["data"]
    ]


RECORDED = {
    "page market": Recorded(
        r"(rest\.coincap\.io/v3|api\.coincap\.io/v2)/assets",
        _coins,
        sound={
            "data": [
                {
                    "id": "bitcoin",
                    "rank": "1",
                    "symbol": "BTC",
                    "name": "Bitcoin",
                    "supply": "17493362.5",
                    "marketCapUsd": "62596198052.5",
                    "volumeUsd24Hr": "1919469726.5",
                    "priceUsd": "3578.25",
                    "changePercent24Hr": "0.34",
                }
            ],
            "timestamp": START,
        },
    ),
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
