"""What is recorded of bitflyer."""

from datetime import datetime
from typing import Any

from tests.resources.providers.recorded.base import Recorded, Rows


def tickers(payload: Any, _: str) -> Rows:
    time = datetime.fromisoformat(payload["timestamp"] + "+00:00")
    return [(payload["product_code"], payload["ltp"], time, None)]


def markets(payload: Any, _: str) -> Rows:
    codes = [market["product_code"] for market in payload if market["market_type"] == "Spot"]
    return [(code, *code.split("_")) for code in codes]


RECORDED = {
    "tickers": Recorded(
        # Both are documented as one endpoint.
        r"api\.bitflyer\.(com|jp)/v1/(get)?ticker",
        tickers,
        sound={
            "product_code": "BTC_JPY",
            "state": "RUNNING",
            "timestamp": "2023-11-14T22:13:20.75",
            "ltp": 11.5,
        },
        native="BTC_JPY",
    ),
    "markets": Recorded(
        r"api\.bitflyer\.com/v1/getmarkets(/usa)?",
        markets,
        sound=[
            {"product_code": "BTC_JPY", "market_type": "Spot"},
            {"product_code": "FX_BTC_JPY", "market_type": "FX"},
        ],
    ),
}
