"""What is recorded of upbit, and of bithumb, which speaks the same: nothing."""

from datetime import datetime
from typing import Any

from tests.resources.providers.recorded.base import HOUR, START, Recorded, Rows, at

_CLIENTS = "on no recording; shape taken from public clients"


def candles(payload: Any, _: str) -> Rows:
    return [
        (
            datetime.fromisoformat(row["candle_date_time_utc"] + "+00:00"),
            row["opening_price"],
            row["high_price"],
            row["low_price"],
            row["trade_price"],
            row["candle_acc_trade_volume"],
            row["candle_acc_trade_price"],
            None,
        )
        for row in reversed(payload)
    ]


def candle(opened: int, *values: float) -> dict[str, Any]:
    first, high, low, last, volume = values
    return {
        "market": "KRW-BTC",
        "candle_date_time_utc": f"{at(opened):%Y-%m-%dT%H:%M:%S}",
        "opening_price": first,
        "high_price": high,
        "low_price": low,
        "trade_price": last,
        "candle_acc_trade_price": 37.5,
        "candle_acc_trade_volume": volume,
    }


def tickers(payload: Any, _: str) -> Rows:
    return [(t["market"], t["trade_price"], at(t["trade_timestamp"]), None) for t in payload]


def markets(payload: Any, _: str) -> Rows:
    names = [market["market"] for market in payload]
    return [(name, name.split("-")[1], name.split("-")[0]) for name in names]


def recorded(host: str, candles_read: str, markets_read: str = _CLIENTS) -> dict[str, Recorded]:
    """`candles_read` and `markets_read` say by what these are known."""
    return {
        "candles": Recorded(
            rf"{host}/v1/candles/(minutes/\d+|days|weeks)",
            candles,
            sound=[
                candle(START + HOUR, 11, 11, 11, 11, 0),
                candle(START, 10.5, 12, 9.25, 11, 3.5),
            ],
            high="high_price",
            time="candle_date_time_utc",
            native="KRW-BTC",
            unrecorded=candles_read,
        ),
        "tickers": Recorded(
            rf"{host}/v1/ticker",
            tickers,
            sound=[
                {
                    "market": "KRW-BTC",
                    "trade_price": 11.5,
                    "trade_timestamp": START,
                    "signed_change_rate": 0.01,
                }
            ],
            native="KRW-BTC",
            unrecorded=_CLIENTS,
        ),
        "markets": Recorded(
            rf"{host}/v1/market/all",
            markets,
            sound=[{"market": "KRW-BTC", "korean_name": "비트코인", "english_name": "Bitcoin"}],
            unrecorded=markets_read,
        ),
    }


RECORDED = recorded(
    r"api\.upbit\.com",
    "on no recording; documentation read: https://docs.upbit.com/reference",
    "on no recording; documentation read: https://docs.upbit.com/docs",
)
