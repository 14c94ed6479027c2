"""What is recorded of cryptocompare."""

from typing import Any

from tests.resources.providers.recorded.base import SECONDS, Recorded, Rows, at

_CLIENTS = "on no recording; shape taken from public clients"


def candles(payload: Any, _: str) -> Rows:
    names = ("open", "high", "low", "close", "volumefrom", "volumeto")
    return [
        (at(row["time"] * 1000), *(row[name] for name in names), None)
        for row in payload["Data"]["Data"]
        if row["close"]
    ]


def tickers(payload: Any, _: str) -> Rows:
    return [
        (
            f"{base}-{quote}",
            one["PRICE"],
            at(one["LASTUPDATE"] * 1000),
            one["CHANGEPCT24HOUR"],
        )
        for base, quotes in payload["RAW"].items()
        for quote, one in quotes.items()
    ]


def candle(time: int, opening: float, high: float, low: float, volume: float) -> dict[str, Any]:
    return {
        "time": time,
        "high": high,
        "low": low,
        "open": opening,
        "volumefrom": volume,
        "volumeto": 37.5,
        "close": 11,
        "conversionType": "direct",
        "conversionSymbol": "",
    }


RECORDED = {
    "candles": Recorded(
        r"min-api\.cryptocompare\.com/data/v2/histo(hour|day)",
        candles,
        own_errors=True,
        sound={
            "Response": "Success",
            "Message": "",
            "HasWarning": False,
            "Type": 100,
            "Data": {
                "Aggregated": False,
                "Data": [
                    candle(SECONDS, 10.5, 12, 9.25, 3.5),
                    candle(SECONDS + 3600, 11, 11, 11, 0),
                ],
            },
        },
        candles=lambda payload: payload["Data"]["Data"],
        high="high",
        time="time",
        native="BTC-USD",
        unrecorded=_CLIENTS,
    ),
    "tickers": Recorded(
        r"min-api\.cryptocompare\.com/data/pricemultifull",
        tickers,
        own_errors=True,
        sound={
            "RAW": {
                "BTC": {
                    "USD": {"PRICE": 11.5, "LASTUPDATE": SECONDS, "CHANGEPCT24HOUR": -1.5},
                    "EUR": {"PRICE": 10.5, "LASTUPDATE": SECONDS, "CHANGEPCT24HOUR": 1.5},
                }
            },
            "DISPLAY": {},
        },
        native="BTC-USD",
        unrecorded=_CLIENTS,
    ),
}
