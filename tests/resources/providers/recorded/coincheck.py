"""What is recorded of coincheck."""

from collections.abc import Mapping
from typing import Any

from tests.resources.providers.recorded.base import SECONDS, Recorded, Rows, at


def market_of(_: Mapping[str, str]) -> str:
    """It was asked for none, which means this one."""
    return "btc_jpy"


def tickers(payload: Any, asked: str) -> Rows:
    return [(asked, payload["last"], at(payload["timestamp"] * 1000), None)]


def markets(payload: Any, _: str) -> Rows:
    names = [m["pair"] for m in payload["exchange_status"] if m["status"] == "available"]
    return [(name, *name.upper().split("_")) for name in names]


RECORDED = {
    "tickers": Recorded(
        r"coincheck\.com/api/ticker",
        tickers,
        sound={"last": 11.5, "bid": 11.0, "ask": 12.0, "timestamp": SECONDS},
        market_of=market_of,
        native="btc_jpy",
    ),
    "markets": Recorded(
        r"coincheck\.com/api/exchange_status",
        markets,
        sound={
            "exchange_status": [
                {"pair": "btc_jpy", "status": "available", "timestamp": SECONDS},
                {"pair": "etc_jpy", "status": "itayose", "timestamp": SECONDS},
            ]
        },
        unrecorded="on no recording and no documentation at hand: from knowledge",
    ),
}
