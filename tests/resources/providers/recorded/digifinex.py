"""What is recorded of digifinex: only of other endpoints and a former version."""

from typing import Any

from tests.resources.providers.recorded.base import SECONDS, Recorded, Rows, at

_READ = "on no recording; documentation read: https://docs.digifinex.com/en-ww/spot/v3/rest.html"


def candles(payload: Any, _: str) -> Rows:
    return [
        (at(time * 1000), first, high, low, last, volume, None, None)
        for time, volume, last, high, low, first in payload["data"]
    ]


def tickers(payload: Any, _: str) -> Rows:
    return [
        (t["symbol"], t["last"], at(payload["date"] * 1000), t["change"]) for t in payload["ticker"]
    ]


def markets(payload: Any, _: str) -> Rows:
    return [
        (market["symbol"].lower(), market["base_asset"], market["quote_asset"])
        for market in payload["symbol_list"]
        if market["status"] == "TRADING"
    ]


RECORDED = {
    "candles": Recorded(
        r"openapi\.digifinex\.com/v3/kline",
        candles,
        sound={
            "code": 0,
            "data": [
                [SECONDS, 3.5, 11, 12, 9.25, 10.5],
                [SECONDS + 3600, 0, 11, 11, 11, 11],
            ],
        },
        candles=lambda payload: payload["data"],
        high=3,
        native="btc_usdt",
        own_errors=True,
        unrecorded=_READ,
    ),
    "tickers": Recorded(
        r"openapi\.digifinex\.com/v3/ticker",
        tickers,
        sound={
            "ticker": [{"symbol": "btc_usdt", "last": 11.5, "change": -1.5}],
            "date": SECONDS,
            "code": 0,
        },
        native="btc_usdt",
        own_errors=True,
        unrecorded=_READ,
    ),
    "markets": Recorded(
        r"openapi\.digifinex\.com/v3/spot/symbols",
        markets,
        sound={
            "symbol_list": [
                {
                    "symbol": "BTC_USDT",
                    "base_asset": "BTC",
                    "quote_asset": "USDT",
                    "status": "TRADING",
                }
            ],
            "code": 0,
        },
        own_errors=True,
        unrecorded=_READ,
    ),
}
