"""What is recorded of poloniex: only of its former interface."""

from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://github.com/poloniex/polo-sdk-python"
_CLIENTS = "on no recording; shape taken from public clients"


def candles(payload: Any, _: str) -> Rows:
    return [
        (
            at(row[12]),
            *(float(row[place]) for place in (2, 1, 0, 3, 5, 4)),
            row[8],
        )
        for row in payload
    ]


def candle(opened: int, *prices: str) -> list[Any]:
    return [*prices, "1", "1", 42, opened, "11", "HOUR_1", opened, opened + HOUR - 1]


def tickers(payload: Any, _: str) -> Rows:
    return [
        (t["symbol"], float(t["close"]), at(t["ts"]), float(t["dailyChange"]) * 100)
        for t in payload
    ]


def markets(payload: Any, _: str) -> Rows:
    return [
        (market["symbol"], market["baseCurrencyName"], market["quoteCurrencyName"])
        for market in payload
        if market["state"] == "NORMAL"
    ]


RECORDED = {
    "candles": Recorded(
        r"api\.poloniex\.com/markets/[^/]+/candles",
        candles,
        sound=[
            candle(START, "9.25", "12", "10.5", "11", "37.5", "3.5"),
            candle(START + HOUR, "11", "11", "11", "11", "0", "0"),
        ],
        high=1,
        time=12,
        native="BTC_USDT",
        unrecorded=_READ,
    ),
    "tickers": Recorded(
        r"api\.poloniex\.com/markets/ticker24h",
        tickers,
        sound=[{"symbol": "BTC_USDT", "close": "11", "ts": START, "dailyChange": "-0.0055"}],
        native="BTC_USDT",
        unrecorded=_READ,
    ),
    "markets": Recorded(
        r"api\.poloniex\.com/markets",
        markets,
        sound=[
            {
                "symbol": "BTC_USDT",
                "baseCurrencyName": "BTC",
                "quoteCurrencyName": "USDT",
                "state": "NORMAL",
            }
        ],
        unrecorded=_CLIENTS,
    ),
}
