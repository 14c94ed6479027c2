"""What is recorded of okx."""

from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_READ = "on no recording; documentation read: https://www.okx.com/docs-v5/en/#order-book-trading"


def candles(payload: Any, _: str) -> Rows:
    return [
        (at(int(time)), *map(float, values[:5]), float(values[6]), None)
        for time, *values in sorted(payload["data"], key=lambda row: int(row[0]))
    ]


def tickers(payload: Any, _: str) -> Rows:
    return [
        (
            t["instId"],
            float(t["last"]),
            at(int(t["ts"])),
            (float(t["last"]) / float(t["open24h"]) - 1) * 100,
        )
        for t in payload["data"]
    ]


def markets(payload: Any, _: str) -> Rows:
    return [
        (one["instId"], one["baseCcy"], one["quoteCcy"])
        for one in payload["data"]
        if one["state"] == "live" and one["instType"] == "SPOT"
    ]


def candle(time: int, *values: str) -> list[str]:
    return [str(time), *values, "1"]


RECORDED = {
    "candles": Recorded(
        r"www\.okx\.com/api/v5/market/(history-)?candles",
        candles,
        sound={
            "code": "0",
            "msg": "",
            "data": [
                candle(START + HOUR, "11", "11", "11", "11", "0", "0", "0"),
                candle(START, "10.5", "12", "9.25", "11", "3.5", "37.5", "37.5"),
            ],
        },
        examples=(
            "okx/nautilus_http_get_candlesticks.json",
            "okx/nautilus_http_get_candlesticks_full.json",
        ),
        unrecorded=_READ,
        candles=lambda payload: payload["data"],
        own_errors=True,
    ),
    "tickers": Recorded(
        r"www\.okx\.com/api/v5/market/tickers?",
        tickers,
        sound={
            "code": "0",
            "msg": "",
            "data": [
                {"instId": "BTC-USDT", "last": "11", "open24h": "10", "ts": str(START)},
                {"instId": "ETH-USDT", "last": "2", "open24h": "2", "ts": str(START)},
            ],
        },
        unrecorded=_READ,
        own_errors=True,
    ),
    "markets": Recorded(
        r"www\.okx\.com/api/v5/public/instruments",
        markets,
        sound={
            "code": "0",
            "msg": "",
            "data": [
                {
                    "instId": "BTC-USDT",
                    "instType": "SPOT",
                    "baseCcy": "BTC",
                    "quoteCcy": "USDT",
                    "state": "live",
                },
                {
                    "instId": "LUNA-USDT",
                    "instType": "SPOT",
                    "baseCcy": "LUNA",
                    "quoteCcy": "USDT",
                    "state": "suspend",
                },
            ],
        },
        examples=("okx/nautilus_http_get_instruments_spot.json",),
        own_errors=True,
    ),
}
