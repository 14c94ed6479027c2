"""What is recorded of gate."""

from typing import Any

from tests.resources.providers.recorded.base import SECONDS, Recorded, Rows, at

_READ = "on no recording; documentation read: https://github.com/gateio/gateapi-python"


def candles(payload: Any, _: str) -> Rows:
    return [
        (
            at(int(time) * 1000),
            *map(float, (first, high, low, last, volume, quote_volume)),
            None,
        )
        for time, quote_volume, last, high, low, first, volume, *_ in payload
    ]


def tickers(payload: Any, _: str) -> Rows:
    return [
        (t["currency_pair"], float(t["last"]), None, float(t["change_percentage"])) for t in payload
    ]


def markets(payload: Any, _: str) -> Rows:
    return [
        (pair["id"], pair["base"], pair["quote"])
        for pair in payload
        if pair["trade_status"] == "tradable"
    ]


RECORDED = {
    "candles": Recorded(
        r"api\.gateio\.ws/api/v4/spot/candlesticks",
        candles,
        sound=[
            [str(SECONDS), "37.5", "11", "12", "9.25", "10.5", "3.5", "true"],
            [str(SECONDS + 3600), "0", "11", "11", "11", "11", "0", "false"],
        ],
        unrecorded=_READ,
        high=3,
        native="BTC_USDT",
    ),
    "tickers": Recorded(
        r"api\.gateio\.ws/api/v4/spot/tickers",
        tickers,
        sound=[
            {"currency_pair": "BTC_USDT", "last": "11", "change_percentage": "-1.5"},
            {"currency_pair": "ETH_USDT", "last": "2", "change_percentage": "0"},
        ],
        unrecorded=_READ,
        native="BTC_USDT",
    ),
    "markets": Recorded(
        r"api\.gateio\.ws/api/v4/spot/currency_pairs",
        markets,
        sound=[
            {"id": "BTC_USDT", "base": "BTC", "quote": "USDT", "trade_status": "tradable"},
            {"id": "BCC_BTC", "base": "BCC", "quote": "BTC", "trade_status": "untradable"},
        ],
    ),
}
