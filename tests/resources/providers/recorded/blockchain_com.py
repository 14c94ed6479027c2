"""What is recorded of blockchain_com."""

from typing import Any

from tests.resources.providers.recorded.base import Recorded, Rows

_READ = "on no recording; documentation read: https://github.com/blockchain/lib-exchange-client"


def tickers(payload: Any, _: str) -> Rows:
    return [
        (
            one["symbol"],
            one["last_trade_price"],
            None,
            (one["last_trade_price"] / one["price_24h"] - 1) * 100,
        )
        for one in payload
    ]


def markets(payload: Any, _: str) -> Rows:
    return [
        (name, market["base_currency"], market["counter_currency"])
        for name, market in payload.items()
        if market["status"] == "open"
    ]


RECORDED = {
    "tickers": Recorded(
        r"api\.blockchain\.com/v3/exchange/tickers",
        tickers,
        sound=[
            {
                "symbol": "BTC-USD",
                "price_24h": 4998.0,
                "volume_24h": 0.3015,
                "last_trade_price": 5000.0,
            }
        ],
        native="BTC-USD",
        unrecorded=_READ,
    ),
    "markets": Recorded(
        r"api\.blockchain\.com/v3/exchange/symbols",
        markets,
        sound={
            "BTC-USD": {"base_currency": "BTC", "counter_currency": "USD", "status": "open"},
            "BSV-USD": {"base_currency": "BSV", "counter_currency": "USD", "status": "halt"},
        },
        unrecorded=_READ,
    ),
}
