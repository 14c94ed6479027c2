"""What is recorded of ascendex."""

from typing import Any

from tests.resources.providers.recorded.base import Recorded, Rows


def tickers(payload: Any, _: str) -> Rows:
    return [
        (t["symbol"], float(t["close"]), None, (float(t["close"]) / float(t["open"]) - 1) * 100)
        for t in payload["data"]
    ]


def markets(payload: Any, _: str) -> Rows:
    return [
        (market["symbol"], market["baseAsset"], market["quoteAsset"])
        for market in payload["data"]
        if market["status"] == "Normal"
    ]


RECORDED = {
    "tickers": Recorded(
        r"ascendex\.com/api/pro/v1/spot/ticker",
        tickers,
        sound={"code": 0, "data": [{"symbol": "BTC/USDT", "open": "10", "close": "11"}]},
        native="BTC/USDT",
        own_errors=True,
        unrecorded="verified on no recording: the example of its documentation",
    ),
    "markets": Recorded(
        r"ascendex\.com/api/pro/v1/products",
        markets,
        sound={
            "code": 0,
            "data": [
                {
                    "symbol": "BTC/USDT",
                    "baseAsset": "BTC",
                    "quoteAsset": "USDT",
                    "status": "Normal",
                },
                {
                    "symbol": "LBA/BTC",
                    "baseAsset": "LBA",
                    "quoteAsset": "BTC",
                    "status": "NoTrading",
                },
            ],
        },
        own_errors=True,
    ),
}
