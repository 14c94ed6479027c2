"""What is recorded of defillama_coins."""

from typing import Any

from tests.resources.providers.recorded.base import SECONDS, Recorded, Rows, at


def tickers(payload: Any, _: str) -> Rows:
    return [
        (name, float(coin["price"]), at(coin["timestamp"] * 1000), None)
        for name, coin in payload["coins"].items()
    ]


RECORDED = {
    "tickers": Recorded(
        r"coins\.llama\.fi/prices/current/.+",
        tickers,
        sound={
            "coins": {
                "coingecko:bitcoin": {
                    "price": 11.5,
                    "symbol": "BTC",
                    "timestamp": SECONDS,
                    "confidence": 0.99,
                }
            }
        },
        native="coingecko:bitcoin",
    ),
}
