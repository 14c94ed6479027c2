"""What is recorded of exmo; its versions 1 and 1.1 answer alike."""

from typing import Any

from tests.resources.providers.recorded.base import HOUR, SECONDS, START, Recorded, Rows, at

_CLIENTS = "on no recording; shape taken from public clients"


def candles(payload: Any, _: str) -> Rows:
    return [
        (at(row["t"]), *(row[name] for name in "ohlcv"), None, None) for row in payload["candles"]
    ]


def candle(opened: int, *values: float) -> dict[str, float]:
    return {"t": opened, **dict(zip("ohlcv", values, strict=True))}


def tickers(payload: Any, _: str) -> Rows:
    return [
        (name, float(t["last_trade"]), at(t["updated"] * 1000), None) for name, t in payload.items()
    ]


def markets(payload: Any, _: str) -> Rows:
    return [(name, *name.split("_")) for name in payload]


RECORDED = {
    "candles": Recorded(
        r"api\.exmo\.com/v1\.1/candles_history",
        candles,
        sound={
            "candles": [
                candle(START, 10.5, 12, 9.25, 11, 3.5),
                candle(START + HOUR, 11, 11, 11, 11, 0),
            ]
        },
        candles=lambda payload: payload["candles"],
        high="h",
        time="t",
        native="BTC_USD",
        own_errors=True,
        unrecorded=_CLIENTS,
    ),
    "tickers": Recorded(
        r"api\.exmo\.com/v1(\.1)?/ticker",
        tickers,
        sound={"BTC_USD": {"last_trade": "11", "updated": SECONDS}},
        native="BTC_USD",
    ),
    "markets": Recorded(
        r"api\.exmo\.com/v1(\.1)?/pair_settings",
        markets,
        sound={"BTC_USD": {"min_quantity": "0.001"}},
    ),
}
