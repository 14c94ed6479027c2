"""What is recorded of bitstamp."""

from typing import Any

from tests.resources.providers.recorded.base import SECONDS, Recorded, Rows, at

_READ = "on no recording; documentation read: https://www.bitstamp.net/api/#tag/Market-info"
_CLIENTS = "on no recording; shape taken from public clients"


def candles(payload: Any, _: str) -> Rows:
    return [
        (
            at(int(c["timestamp"]) * 1000),
            *(float(c[name]) for name in ("open", "high", "low", "close", "volume")),
            None,
            None,
        )
        for c in payload["data"]["ohlc"]
    ]


def tickers(payload: Any, _: str) -> Rows:
    return [
        (
            t["pair"].replace("/", "").lower(),
            float(t["last"]),
            at(int(t["timestamp"]) * 1000),
            float(t["percent_change_24"]),
        )
        for t in payload
    ]


def markets(payload: Any, _: str) -> Rows:
    return [
        (market["market_symbol"], market["base_currency"], market["counter_currency"])
        for market in payload
        if market["trading"] == "Enabled" and market["market_type"] == "SPOT"
    ]


def candle(seconds: int, *values: str) -> dict[str, str]:
    names = ("timestamp", "open", "high", "low", "close", "volume")
    return dict(zip(names, (str(seconds), *values), strict=True))


RECORDED = {
    "candles": Recorded(
        r"www\.bitstamp\.net/api/v2/ohlc/\w+/",
        candles,
        sound={
            "data": {
                "pair": "BTC/USD",
                "ohlc": [
                    candle(SECONDS, "10.5", "12", "9.25", "11", "3.5"),
                    candle(SECONDS + 3600, "11", "11", "11", "11", "0"),
                ],
            }
        },
        unrecorded=_READ,
        candles=lambda payload: payload["data"]["ohlc"],
        high="high",
        time="timestamp",
        native="btcusd",
    ),
    "tickers": Recorded(
        r"www\.bitstamp\.net/api/v2/ticker/",
        tickers,
        sound=[
            {
                "pair": "BTC/USD",
                "last": "11",
                "timestamp": str(SECONDS),
                "percent_change_24": "-1.5",
            },
            {
                "pair": "BTC/USD-PERP",
                "last": "11",
                "timestamp": str(SECONDS),
                "percent_change_24": "0",
            },
        ],
        unrecorded=_CLIENTS,
    ),
    "markets": Recorded(
        r"www\.bitstamp\.net/api/v2/markets/",
        markets,
        sound=[
            {
                "name": "BTC/USD",
                "market_symbol": "btcusd",
                "base_currency": "BTC",
                "counter_currency": "USD",
                "trading": "Enabled",
                "market_type": "SPOT",
            },
            {
                "name": "BCC/USD",
                "market_symbol": "bccusd",
                "base_currency": "BCC",
                "counter_currency": "USD",
                "trading": "Disabled",
                "market_type": "SPOT",
            },
        ],
        unrecorded=_CLIENTS,
    ),
}
