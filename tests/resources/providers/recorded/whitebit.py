"""What is recorded of whitebit: only of a former version."""

from typing import Any

from tests.resources.providers.recorded.base import SECONDS, Recorded, Rows, at

_READ = "on no recording; documentation read: https://github.com/whitebit-exchange/api-docs"


def candles(payload: Any, _: str) -> Rows:
    return [
        (
            at(row[0] * 1000),
            *(float(row[place]) for place in (1, 3, 4, 2, 5, 6)),
            None,
        )
        for row in payload["result"]
    ]


def tickers(payload: Any, _: str) -> Rows:
    return [(name, float(t["last_price"]), None, float(t["change"])) for name, t in payload.items()]


def markets(payload: Any, _: str) -> Rows:
    return [(m["name"], m["stock"], m["money"]) for m in payload if m["type"] == "spot"]


RECORDED = {
    "candles": Recorded(
        r"whitebit\.com/api/v1/public/kline",
        candles,
        sound={
            "success": True,
            "message": None,
            "result": [
                [SECONDS, "10.5", "11", "12", "9.25", "3.5", "37.5"],
                [SECONDS + 3600, "11", "11", "11", "11", "0", "0"],
            ],
        },
        candles=lambda payload: payload["result"],
        high=3,
        native="BTC_USDT",
        own_errors=True,
        unrecorded=_READ,
    ),
    "tickers": Recorded(
        r"whitebit\.com/api/v4/public/ticker",
        tickers,
        sound={"BTC_USDT": {"last_price": "11", "isFrozen": False, "change": "-1.5"}},
        native="BTC_USDT",
        unrecorded=_READ,
    ),
    "markets": Recorded(
        r"whitebit\.com/api/v4/public/markets",
        markets,
        sound=[
            {
                "name": "BTC_USDT",
                "stock": "BTC",
                "money": "USDT",
                "type": "spot",
                "tradesEnabled": True,
            },
            {
                "name": "BTC_PERP",
                "stock": "BTC",
                "money": "USDT",
                "type": "futures",
                "tradesEnabled": True,
            },
        ],
        unrecorded=_READ,
    ),
}
