"""What is recorded of luno: nothing."""

from typing import Any

from tests.resources.providers.recorded.base import START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://www.luno.com/en/developers/api"
_CLIENTS = "on no recording; shape taken from public clients"


def tickers(payload: Any, _: str) -> Rows:
    return [
        (t["pair"], float(t["last_trade"]), at(t["timestamp"]), None)
        for t in payload["tickers"]
        if t["status"] == "ACTIVE"
    ]


def markets(payload: Any, _: str) -> Rows:
    return [
        (market["market_id"], market["base_currency"], market["counter_currency"])
        for market in payload["markets"]
        if market["trading_status"] == "ACTIVE"
    ]


RECORDED = {
    "tickers": Recorded(
        r"api\.luno\.com/api/1/tickers",
        tickers,
        sound={
            "tickers": [
                {"pair": "XBTEUR", "timestamp": START, "last_trade": "11", "status": "ACTIVE"},
                {"pair": "XBTZAR", "timestamp": START, "last_trade": "9", "status": "POSTONLY"},
            ]
        },
        native="XBTEUR",
        unrecorded=_CLIENTS,
    ),
    "markets": Recorded(
        r"api\.luno\.com/api/exchange/1/markets",
        markets,
        sound={
            "markets": [
                {
                    "market_id": "XBTEUR",
                    "trading_status": "ACTIVE",
                    "base_currency": "XBT",
                    "counter_currency": "EUR",
                }
            ]
        },
        unrecorded=_READ,
    ),
}
