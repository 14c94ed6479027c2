"""What is recorded of coinlore."""

from typing import Any

from tests.resources.providers.recorded.base import SECONDS, Recorded, Rows, at

_CLIENTS = "on no recording; shape taken from public clients"


def tickers(payload: Any, _: str) -> Rows:
    time = at(payload["info"]["time"] * 1000)
    return [
        (coin["symbol"], float(coin["price_usd"]), time, float(coin["percent_change_24h"]))
        for coin in payload["data"]
    ]


RECORDED = {
    "tickers": Recorded(
        r"api\.coinlore\.net/api/tickers/",
        tickers,
        sound={
            "data": [
                {"id": "90", "symbol": "BTC", "price_usd": "6456.52", "percent_change_24h": "-1.47"}
            ],
            "info": {"coins_num": 1969, "time": SECONDS},
        },
        native="BTC",
        unrecorded=_CLIENTS,
    ),
}
